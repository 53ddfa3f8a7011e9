/** The text of a stream; undefined once it is longer than so many bytes, of which no more is kept. */
export const streamed = async (
  reader: ReadableStreamDefaultReader<Uint8Array>,
  decoder: TextDecoder,
  most: number,
): Promise<string | undefined> => {
  const parts: string[] = []
  for (let size = 0; ; ) {
    const { done, value } = await reader.read()
    if (done) return parts.join('') + decoder.decode()
    size += value.byteLength
    if (size > most) return undefined
    parts.push(decoder.decode(value, { stream: true }))
  }
}
