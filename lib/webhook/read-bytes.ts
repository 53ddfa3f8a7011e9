import { ConfigurationError } from '../errors.ts'

const bodyAlreadyRead = (): ConfigurationError =>
  new ConfigurationError(
    'The request body was already read. Mount the handler before body parsers, and pass it the original request.',
  )

const concatenate = (chunks: readonly Uint8Array[], size: number): Uint8Array => {
  const bytes = new Uint8Array(size)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.byteLength
  }
  return bytes
}

/** Reads the exact bytes of a body, until the signal is aborted. Returns undefined once there are more than `maxBytes`. */
export const readBytes = async (
  { headers, body, bodyUsed }: Request,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> => {
  const length = Number(headers.get('content-length'))
  if (length > maxBytes) return undefined
  if (bodyUsed || body?.locked) throw bodyAlreadyRead()
  const reader = body?.getReader()
  const cancel = (): void => void reader?.cancel().catch(() => {}) // not awaited: a source may never finish its cleanup
  signal.addEventListener('abort', cancel)
  const chunks: Uint8Array[] = []
  let size = 0
  for (let chunk = await reader?.read(); chunk?.value !== undefined; chunk = await reader?.read()) {
    chunks.push(chunk.value)
    size += chunk.value.byteLength
    if (size > maxBytes) return void cancel()
  }
  // After a body parser, an adapter finds an empty body.
  if (size === 0 && length > 0) throw bodyAlreadyRead()
  return concatenate(chunks, size)
}
