import { type Drift, drifted } from './drift.ts'
import type { Fault } from './fault.ts'
import { errorBody, json } from './response.ts'

/** What a fault does: it answers in place of the API, or changes what the API has answered. */
export type Effect =
  | { readonly before: (signal: AbortSignal | undefined, now: Date) => Promise<Response> }
  | { readonly after: (response: Response, signal: AbortSignal | undefined) => Promise<Response> }

const sentences: Readonly<Record<number, string>> = {
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

const sentenceOf = (status: number): string => sentences[status] ?? `Error ${status}`

/** A rejection as undici, the fetch of Node, has it when a connection breaks. */
const broken = (message: string, code: string, cause: string): TypeError =>
  new TypeError(message, { cause: Object.assign(new Error(cause), { code }) })

const untilAbort = (signal: AbortSignal | undefined): Promise<never> =>
  new Promise((_, reject) => {
    if (signal?.aborted) reject(signal.reason)
    signal?.addEventListener('abort', () => reject(signal.reason))
  })

const errorOf = (fault: Extract<Fault, { status: number }>): Effect => {
  const { status, retryAfter, message = sentenceOf(status), body } = fault
  const headers: Record<string, string> = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }
  // Written now: the test may change its object later.
  const text: string | undefined = typeof body === 'string' ? body : JSON.stringify(body)
  const type = typeof body === 'string' ? 'text/plain' : 'application/json'
  return {
    before: async (_, now) =>
      text === undefined
        ? json(status, errorBody(status, message, now), headers)
        : new Response(text, { status, headers: { 'content-type': type, ...headers } }),
  }
}

const page = (status: number): Effect => {
  const title = status === 200 ? 'Welcome' : `${status} ${sentenceOf(status)}`
  const html = `<!doctype html>\n<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`
  return { before: async () => new Response(html, { status, headers: { 'content-type': 'text/html' } }) }
}

/** A response with the headers of another one, and a body that is played. */
const played = async (
  response: Response,
  play: (body: Uint8Array, controller: ReadableStreamDefaultController<Uint8Array>) => () => void,
): Promise<Response> => {
  const { status, headers } = response
  const body = new Uint8Array(await response.arrayBuffer())
  const ends: (() => void)[] = []
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => void ends.push(play(body, controller)),
    cancel: () => {
      for (const end of ends) end()
    },
  })
  return new Response(stream, {
    status,
    headers: { ...Object.fromEntries(headers), 'content-length': `${body.length}` },
  })
}

const slow = (ms: number): Effect => ({
  after: (response, signal) =>
    played(response, (body, controller) => {
      const end = (): void => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', abort)
      }
      const abort = (): void => {
        end()
        controller.error(signal?.reason)
      }
      const timer = setTimeout(() => {
        end()
        controller.enqueue(body)
        controller.close()
      }, ms)
      if (signal?.aborted) abort()
      signal?.addEventListener('abort', abort)
      return end
    }),
})

const cut: Effect = {
  after: (response) =>
    played(response, (body, controller) => {
      controller.enqueue(body.subarray(0, body.length / 2))
      // An error at once would overtake the bytes.
      const timer = setTimeout(() => controller.error(broken('terminated', 'UND_ERR_SOCKET', 'other side closed')))
      return () => clearTimeout(timer)
    }),
}

const drift = (name: Drift): Effect => ({ after: (response) => drifted(name, response) })

/** What a fault that was checked does. */
export const effectOf = (fault: Fault): Effect => {
  if (typeof fault === 'number') return errorOf({ status: fault })
  switch (fault) {
    case 'silence':
      return { before: untilAbort }
    case 'reset':
      return { before: () => Promise.reject(broken('fetch failed', 'ECONNRESET', 'read ECONNRESET')) }
    case 'cut':
      return cut
    case 'html':
      return page(502)
  }
  if ('status' in fault) return errorOf(fault)
  if ('html' in fault) return page(fault.html)
  return 'slow' in fault ? slow(fault.slow) : drift(fault.drift)
}
