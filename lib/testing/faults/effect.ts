import { sleep } from '../../util/timeout.ts'
import { createResponse, errorResponse } from '../api/response.ts'
import { applyDrift } from './drift.ts'
import type { Fault } from './fault.ts'

const page = '<!doctype html>\n<title>Simulated page</title>\n'

/** The error of Node's fetch when a connection breaks. */
const connectionError = (message: string, code: string, cause: string): TypeError =>
  new TypeError(message, { cause: Object.assign(new Error(cause), { code }) })

const withBody = async (
  response: Response,
  play: (stream: ReadableStreamDefaultController<Uint8Array>, body: Uint8Array) => unknown,
): Promise<Response> => {
  const body = new Uint8Array(await response.arrayBuffer())
  return new Response(new ReadableStream<Uint8Array>({ start: (stream) => play(stream, body) }), response)
}

/** Applies a fault to a request. The request does not reach the API unless `respond` is called. */
export const applyFault = async (
  fault: Fault,
  respond: () => Response,
  signal: AbortSignal | undefined,
  now: () => Date,
): Promise<Response> => {
  if (typeof fault === 'number') return applyFault({ status: fault }, respond, signal, now)
  if (fault === 'html') return applyFault({ html: 502 }, respond, signal, now)
  if (fault === 'reset') throw connectionError('fetch failed', 'ECONNRESET', 'read ECONNRESET')
  if (fault === 'silence')
    return new Promise((_resolve, reject) => {
      if (signal?.aborted) reject(signal.reason)
      signal?.addEventListener('abort', () => reject(signal.reason))
    })
  if (fault === 'cut')
    return withBody(respond(), (stream, body) => {
      stream.enqueue(body.subarray(0, body.length / 2))
      // An immediate error would overtake the bytes.
      setTimeout(() => stream.error(connectionError('terminated', 'UND_ERR_SOCKET', 'other side closed')))
    })
  if ('slow' in fault)
    return withBody(respond(), async (stream, body) => {
      await sleep(fault.slow, signal)
      signal?.throwIfAborted()
      stream.enqueue(body)
      stream.close()
    })
  if ('drift' in fault) return applyDrift(fault.drift, respond())
  if ('html' in fault) return createResponse(fault.html, page, { 'content-type': 'text/html' })
  const { status, retryAfter, message = 'Simulated error', body } = fault
  const headers = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }
  return body === undefined ? errorResponse(status, message, now(), headers) : createResponse(status, body, headers)
}
