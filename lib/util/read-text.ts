/** Reads a stream as text. Returns undefined, and stops reading, once it exceeds `maxBytes`. */
export const readText = async (
  reader: ReadableStreamDefaultReader<Uint8Array>,
  decoder: TextDecoder,
  maxBytes: number,
): Promise<string | undefined> => {
  const parts: string[] = []
  for (let size = 0; ; ) {
    const { done, value } = await reader.read()
    if (done) return parts.join('') + decoder.decode()
    size += value.byteLength
    if (size > maxBytes) return undefined
    parts.push(decoder.decode(value, { stream: true }))
  }
}
