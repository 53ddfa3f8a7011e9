import { ConfigurationError } from '../errors.ts'
import { isRecord, parseJson } from '../util/guards.ts'
import { decodeUtf8, readRequestBody } from '../util/request.ts'
import { HttpError } from './http-error.ts'

/** Reads a JSON object until the signal is aborted. A missing body is an empty object. Throws an `HttpError`. */
export const readJsonObject = async (
  request: Request,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>>> => {
  const type = request.headers.get('content-type')
  if (type !== null && !/^application\/json\s*(;|$)/i.test(type)) throw new HttpError('unsupported-type')
  try {
    const body = await readRequestBody(request, maxBytes, signal)
    if (body === undefined) throw new HttpError('too-large')
    if (body.length === 0) return {}
    if (type === null) throw new HttpError('unsupported-type')
    const value = parseJson(decodeUtf8(body) ?? '')
    if (isRecord(value)) return value
  } catch (error) {
    if (error instanceof HttpError || error instanceof ConfigurationError) throw error
  }
  throw new HttpError('invalid-body') // truncated, not UTF-8, not JSON, or not an object
}
