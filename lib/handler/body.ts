import { ConfigurationError } from '../errors.ts'
import { isRecord } from '../util/guards.ts'
import { readText } from '../util/read-text.ts'
import { HttpError } from './http-error.ts'

const isJsonType = (type: string): boolean => /^application\/json\s*(;|$)/i.test(type)

const readBody = async (body: ReadableStream<Uint8Array>, maxBytes: number, signal: AbortSignal): Promise<string> => {
  const reader = body.getReader()
  // Not awaited: a source may never finish its cleanup.
  const cancel = (): void => void reader.cancel().catch(() => {})
  signal.addEventListener('abort', cancel)
  const text = await readText(reader, new TextDecoder('utf-8', { fatal: true }), maxBytes)
  if (text !== undefined) return text
  cancel()
  throw new HttpError('too-large')
}

const alreadyRead = (): ConfigurationError =>
  new ConfigurationError(
    'The request body was already read. Mount the handler before body parsers such as express.json(), and pass it the ' +
      'original request.',
  )

/**
 * Reads the body as a JSON object, until the signal is aborted. A missing body counts as an empty object. Throws an
 * `HttpError`.
 */
export const readJsonObject = async (
  { headers, body, bodyUsed }: Request,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>>> => {
  const type = headers.get('content-type')
  const length = Number(headers.get('content-length'))
  if (type !== null && !isJsonType(type)) throw new HttpError('unsupported-type')
  if (length > maxBytes) throw new HttpError('too-large')
  if (bodyUsed || body?.locked) throw alreadyRead()
  try {
    const text = body === null ? '' : await readBody(body, maxBytes, signal)
    // After a body parser, an adapter finds an empty body. Ignoring it would discard what the page sent.
    if (text === '' && (length > 0 || headers.has('transfer-encoding'))) throw alreadyRead()
    if (text === '') return {}
    if (type === null) throw new HttpError('unsupported-type')
    const value: unknown = JSON.parse(text)
    if (isRecord(value)) return value
  } catch (error) {
    if (error instanceof HttpError || error instanceof ConfigurationError) throw error
  }
  throw new HttpError('invalid-body') // truncated, not UTF-8, not JSON, or not an object
}
