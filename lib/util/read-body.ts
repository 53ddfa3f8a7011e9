import { ConfigurationError } from '../errors.ts'

/** Reads a stream until the signal is aborted. Returns undefined, and cancels it, once it exceeds `maxBytes`. */
export const readBytes = async (
  stream: ReadableStream<Uint8Array>,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> => {
  const reader = stream.getReader()
  const cancel = (): void => void reader.cancel().catch(() => {}) // not awaited: a source may never finish its cleanup
  signal.addEventListener('abort', cancel)
  const chunks: Uint8Array[] = []
  let size = 0
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    if (!ArrayBuffer.isView(chunk.value)) throw new TypeError('The stream contains a chunk that is not bytes.')
    size += chunk.value.byteLength
    if (size > maxBytes) return void cancel()
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

const alreadyRead = (): ConfigurationError =>
  new ConfigurationError(
    'The request body was already read. Mount the handler before body parsers such as express.json(), and pass it the ' +
      'original request.',
  )

/** Reads the body of a request until the signal is aborted. Returns undefined once it exceeds `maxBytes`. */
export const readRequestBody = async (
  { headers, body, bodyUsed }: Request,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> => {
  const length = Number(headers.get('content-length'))
  if (length > maxBytes) return undefined
  if (bodyUsed || body?.locked) throw alreadyRead()
  const bytes = body ? await readBytes(body, maxBytes, signal) : new Uint8Array()
  // After a body parser, an adapter finds an empty body.
  if (bytes?.length === 0 && (length > 0 || headers.has('transfer-encoding'))) throw alreadyRead()
  return bytes
}
