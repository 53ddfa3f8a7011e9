/**
 * Creates the route from which a page gets its token. In the examples, `userOf` returns the signed-in user.
 * @module stackone-session/handler
 */
import { callListener, isControlFlow } from '../util/caller-error.ts'
import { createRoute } from '../util/request.ts'
import { createSession } from './create-session.ts'
import { type HandlerError, HttpError } from './http-error.ts'
import { type HandlerOptions, type HandlerSettings, resolveHandlerOptions } from './options.ts'
import { corsHeaders, type HeaderFields, isSameOrigin, preflightHeaders } from './origin.ts'

export type { HandlerError, HandlerErrorCode } from './http-error.ts'
export type { HandlerOptions } from './options.ts'
export type { Allow, HandlerRequest, Owner } from './request.ts'

/**
 * The body of a successful response.
 * @example const tokenOf = async (response: Response) => ((await response.json()) as HandlerResponse).token
 */
export interface HandlerResponse {
  /** The token with which the page opens the Hub: `<stackone-hub token="...">`. */
  readonly token: string
  /** The time at which the token expires, as an ISO date-time. */
  readonly expiresAt: string
}

const respond = (status: number, headers: HeaderFields, body?: HandlerResponse | HandlerError): Response =>
  new Response(body && JSON.stringify(body), {
    status,
    headers: {
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...(body && { 'content-type': 'application/json' }),
      ...headers,
    },
  })

const handle = async (request: Request, settings: HandlerSettings): Promise<Response> => {
  const origin = settings.origins.find((each) => each === request.headers.get('origin'))
  const cors = corsHeaders(origin, settings.origins)
  if (request.method === 'OPTIONS' && origin !== undefined)
    return respond(204, { ...cors, ...preflightHeaders(request) })
  try {
    if (request.method !== 'POST') throw new HttpError('method-not-allowed')
    if (origin === undefined && !isSameOrigin(request)) throw new HttpError('origin-not-allowed')
    const { token, expiresAt } = await createSession(request, settings)
    return respond(200, cors, { token, expiresAt: expiresAt.toISOString() })
  } catch (error) {
    if (isControlFlow(error)) throw error
    const known = error instanceof HttpError ? error : new HttpError('internal', error)
    // If the page disconnected, that may be why a callback failed.
    const { status, body, cause, headers } = request.signal?.aborted ? new HttpError('aborted') : known
    if (status === 429 || status >= 500) callListener(settings.onError, cause, request)
    return respond(status, { ...cors, ...headers }, body)
  }
}

/**
 * Creates a route that returns a token to a page: a function from a Fetch API `Request` to a promise of a `Response`.
 *
 * It runs as is in Next.js, Hono, Bun, Deno and Workers. In Express and Node, wrap it with `getRequestListener` of
 * `@hono/node-server` and mount it before body parsers: `app.all('/connect', getRequestListener(handler))`.
 *
 * A page posts a `HandlerRequest` as JSON, or no body, and receives a `HandlerResponse` or a `HandlerError`. Pages of
 * `origins` send an `OPTIONS` request first, so route both methods to the handler. The handler checks, in this order:
 * the method (405), the origin (403), the content type (415), the size (413), the JSON (400), `owner` (401), the fields
 * (400) and `ownsAccount` (403). It then calls `configure`, sends the session and calls `onSession`.
 *
 * A 429 from StackOne is forwarded with its `Retry-After`. Other upstream failures become 502 or 504, and the server's
 * mistakes, such as a callback that throws, 500. If the `timeout` elapses, the response is 408 while the body is read,
 * and 504 later; callbacks continue. If the page disconnects, the call is aborted (499).
 *
 * The promise rejects only with a `ConfigurationError`, if the argument is not a `Request`, or with a framework's
 * control flow, such as the error of Next.js's `redirect()`.
 * @throws {ConfigurationError} if an option is unknown or invalid
 * @example
 * const handler = connectSessionHandler({
 *   client: createClient(),
 *   owner: async (request) => (await userOf(request))?.company ?? null,
 *   allow: { categories: ['ats', 'hris'] },
 *   onError: (error) => log.error(error),
 * })
 * export { handler as OPTIONS, handler as POST }
 */
export const connectSessionHandler = (options: HandlerOptions): ((request: Request) => Promise<Response>) => {
  const settings = resolveHandlerOptions(options)
  return createRoute((request) => handle(request, settings))
}
