import { sleep } from '../../util/timeout.ts'
import { createResponse, errorResponse } from '../api/response.ts'
import { applyDrift } from './drift.ts'
import type { Fault } from './fault.ts'

/** Applies a fault to a request. The request does not reach the API unless the effect calls `respond`. */
export type Effect = (respond: () => Response, signal: AbortSignal | undefined, now: () => Date) => Promise<Response>

const errorEffect = (fault: Extract<Fault, { readonly status: number }>): Effect => {
  const { status, retryAfter, message = 'Simulated error', body } = fault
  const headers = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }
  return async (_respond, _signal, now) =>
    body === undefined ? errorResponse(status, message, now(), headers) : createResponse(status, body, headers)
}

const pageEffect =
  (status: number): Effect =>
  async () =>
    createResponse(status, '<!doctype html>\n<title>Simulated page</title>\n', { 'content-type': 'text/html' })

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

const slowEffect =
  (ms: number): Effect =>
  (respond, signal) =>
    withBody(respond(), async (stream, body) => {
      await sleep(ms, signal)
      signal?.throwIfAborted()
      stream.enqueue(body)
      stream.close()
    })

const namedEffects: Readonly<Record<Extract<Fault, string>, Effect>> = {
  silence: (_respond, signal) =>
    new Promise((_resolve, reject) => {
      if (signal?.aborted) reject(signal.reason)
      signal?.addEventListener('abort', () => reject(signal.reason))
    }),
  reset: () => Promise.reject(connectionError('fetch failed', 'ECONNRESET', 'read ECONNRESET')),
  cut: (respond) =>
    withBody(respond(), (stream, body) => {
      stream.enqueue(body.subarray(0, body.length / 2))
      // An immediate error would overtake the bytes.
      setTimeout(() => stream.error(connectionError('terminated', 'UND_ERR_SOCKET', 'other side closed')))
    }),
  html: pageEffect(502),
}

export const effectOf = (fault: Fault): Effect => {
  if (typeof fault === 'number') return errorEffect({ status: fault })
  if (typeof fault === 'string') return namedEffects[fault]
  if ('status' in fault) return errorEffect(fault)
  if ('html' in fault) return pageEffect(fault.html)
  if ('slow' in fault) return slowEffect(fault.slow)
  return async (respond) => applyDrift(fault.drift, respond())
}
