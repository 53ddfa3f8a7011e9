import { ConfigurationError } from '../errors.ts'

const readBytes = async (
  reader: ReadableStreamDefaultReader<Uint8Array>,
  maxBytes: number,
): Promise<Uint8Array | undefined> => {
  const chunks: Uint8Array[] = []
  let size = 0
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    size += chunk.value.byteLength
    if (size > maxBytes) return undefined
    chunks.push(chunk.value)
  }
  const bytes = new Uint8Array(size)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.byteLength
  }
  return bytes
}

/** Reads a stream as text. Returns undefined, and stops reading, once it exceeds `maxBytes`. */
export const readText = async (
  reader: ReadableStreamDefaultReader<Uint8Array>,
  decoder: TextDecoder,
  maxBytes: number,
): Promise<string | undefined> => {
  const bytes = await readBytes(reader, maxBytes)
  return bytes && decoder.decode(bytes)
}

const alreadyRead = (): ConfigurationError =>
  new ConfigurationError(
    'The request body was already read. Mount the handler before body parsers such as express.json(), and pass it the ' +
      'original request.',
  )

/** Reads the bytes of a request, until the signal is aborted. Returns undefined once there are more than `maxBytes`. */
export const readRequestBody = async (
  { headers, body, bodyUsed }: Request,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> => {
  const length = Number(headers.get('content-length'))
  if (length > maxBytes) return undefined
  if (bodyUsed || body?.locked) throw alreadyRead()
  const reader = body?.getReader()
  const cancel = (): void => void reader?.cancel().catch(() => {}) // not awaited: a source may never finish its cleanup
  signal.addEventListener('abort', cancel)
  const bytes = reader === undefined ? new Uint8Array() : await readBytes(reader, maxBytes)
  if (bytes === undefined) cancel()
  // After a body parser, an adapter finds an empty body.
  if (bytes?.length === 0 && (length > 0 || headers.has('transfer-encoding'))) throw alreadyRead()
  return bytes
}
