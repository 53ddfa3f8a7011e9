import { sleep } from '../../util/timeout.ts'
import { errorResponse } from '../api/response.ts'
import { applyDrift } from './drift.ts'
import type { Fault } from './fault.ts'

/** Applies a fault to a request. The request does not reach the API unless the effect calls `respond`. */
export type Effect = (
  respond: () => Response,
  request: { readonly signal: AbortSignal | undefined; readonly now: () => Date },
) => Promise<Response>

const reasonPhrases: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  408: 'Request Timeout',
  409: 'Conflict',
  422: 'Unprocessable Entity',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
}

const reasonPhrase = (status: number): string => reasonPhrases[status] ?? `Error ${status}`

/** The error of Node's fetch when a connection breaks. */
const connectionError = (message: string, code: string, cause: string): TypeError =>
  new TypeError(message, { cause: Object.assign(new Error(cause), { code }) })

const errorEffect = (fault: Extract<Fault, { readonly status: number }>): Effect => {
  const { status, retryAfter, message = reasonPhrase(status), body } = fault
  const headers: Record<string, string> = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }
  const type = typeof body === 'string' ? 'text/plain' : 'application/json'
  // Serialized now, because the test may change its object later.
  const text: string | undefined = typeof body === 'string' ? body : JSON.stringify(body)
  return async (_, { now }) =>
    text === undefined
      ? errorResponse(status, message, now(), headers)
      : new Response(text, { status, headers: { 'content-type': type, ...headers } })
}

const pageEffect = (status: number): Effect => {
  const title = status === 200 ? 'Welcome' : `${status} ${reasonPhrase(status)}`
  const html = `<!doctype html>\n<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`
  return async () => new Response(html, { status, headers: { 'content-type': 'text/html' } })
}

/** Replaces the body of a response by a stream. */
const withBody = async (
  response: Response,
  play: (stream: ReadableStreamDefaultController<Uint8Array>, body: Uint8Array) => unknown,
): Promise<Response> => {
  const { status, headers } = response
  const body = new Uint8Array(await response.arrayBuffer())
  const fields = { ...Object.fromEntries(headers), 'content-length': `${body.length}` }
  const stream = new ReadableStream<Uint8Array>({ start: (controller) => play(controller, body) })
  return new Response(stream, { status, headers: fields })
}

const slowEffect =
  (ms: number): Effect =>
  (respond, { signal }) =>
    withBody(respond(), async (stream, body) => {
      const { type } = await sleep(ms, signal)
      if (type === 'abort') throw signal?.reason
      stream.enqueue(body)
      stream.close()
    })

const namedEffects: Readonly<Record<Extract<Fault, string>, Effect>> = {
  silence: (_, { signal }) =>
    new Promise((_, reject) => {
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

/** Returns the effect of a valid fault. */
export const effectOf = (fault: Fault): Effect => {
  if (typeof fault === 'number') return errorEffect({ status: fault })
  if (typeof fault === 'string') return namedEffects[fault]
  if ('status' in fault) return errorEffect(fault)
  if ('html' in fault) return pageEffect(fault.html)
  if ('slow' in fault) return slowEffect(fault.slow)
  return async (respond) => applyDrift(fault.drift, respond())
}
