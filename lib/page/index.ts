/**
 * Requests tokens in a page, from the route of a `connectSessionHandler`.
 * @module stackone-session/page
 */
import type { Issue } from '../errors.ts'
import type { HandlerErrorCode } from '../handler/http-error.ts'
import type { HandlerRequest } from '../handler/request.ts'
import { ownValue, parseJson, withoutPrototype } from '../util/guards.ts'

/**
 * The handler's error code, `network` if no complete response arrived, or `invalid-response` for any other response.
 * @example const canRetry = (code: TokenRequestErrorCode): boolean => code === 'network' || code === 'upstream'
 */
export type TokenRequestErrorCode = HandlerErrorCode | 'network' | 'invalid-response'

/**
 * A token for the Hub.
 * @example const isUsable = ({ expiresAt }: FetchedToken): boolean => expiresAt > new Date()
 */
export interface FetchedToken {
  /** The token with which the page opens the Hub. */
  readonly token: string
  /** The time at which the token expires. */
  readonly expiresAt: Date
}

/**
 * Options of `createTokenFetcher`; an undefined option counts as absent.
 * @example const options: TokenFetcherOptions = { headers: { 'x-requested-with': 'fetch' } }
 */
export interface TokenFetcherOptions {
  /** Sends the requests. @default the global `fetch` at the time of the call */
  readonly fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined
  /** Additional headers, such as that of a CSRF token. */
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/**
 * Requests a token for the fields that the page chooses; see `createTokenFetcher`.
 * @example const tokenFrom = async (fetchToken: TokenFetcher) => (await fetchToken({ categories: ['ats'] })).token
 */
export type TokenFetcher = (
  request?: HandlerRequest,
  options?: { readonly signal?: AbortSignal | undefined },
) => Promise<FetchedToken>

/**
 * The error of a failed token request; `code` is the reason.
 * @example const textFor = ({ code }: TokenRequestError) => (code === 'unauthorized' ? 'Sign in.' : 'Try again later.')
 */
export class TokenRequestError extends Error {
  /** The reason. A call whose signal was aborted has the code `aborted`, and the signal's reason as `cause`. */
  readonly code: TokenRequestErrorCode
  /** The HTTP status; undefined if no response arrived. */
  readonly status: number | undefined
  /** The problems of the request's fields, each with its path; empty unless the code is `invalid-choices`. */
  readonly issues: readonly Issue[]
  /** The `Retry-After` of the response in seconds; undefined if it is absent or a date. */
  readonly retryAfter: number | undefined

  /** Called by the library. */
  constructor(
    code: TokenRequestErrorCode,
    message: string,
    { status, issues = [], retryAfter, cause }: Partial<Omit<TokenRequestError, 'code' | 'message'>> = {},
  ) {
    super(message, { cause })
    this.name = 'TokenRequestError'
    this.code = code
    this.status = status
    this.issues = issues
    this.retryAfter = retryAfter
  }
}

const isFilled = (value: unknown): value is string => typeof value === 'string' && value !== ''

const toError = ({ status, headers }: Response, json: unknown): TokenRequestError => {
  const delay = headers.get('retry-after') ?? ''
  const retryAfter = /^\d{1,9}$/.test(delay) ? Number(delay) : undefined
  const error = Object(ownValue(Object(json), 'error'))
  const [code, message, found] = ['code', 'message', 'issues'].map((name) => ownValue(error, name))
  const issues = Array.isArray(found) ? found : []
  if (status >= 400 && isFilled(code) && isFilled(message))
    // A newer handler may send a new code.
    return new TokenRequestError(code as TokenRequestErrorCode, message, { status, issues, retryAfter })
  const unexpected = `The response with status ${status} is not that of connectSessionHandler`
  return new TokenRequestError('invalid-response', unexpected, { status, retryAfter })
}

const receiveToken = async (sent: Promise<{ response: Response; json: unknown }>): Promise<FetchedToken> => {
  const { response, json } = await sent.catch((cause: unknown) => {
    throw new TokenRequestError('network', 'The server could not be reached', { cause })
  })
  const token = ownValue(Object(json), 'token')
  const expiresAt = new Date(String(ownValue(Object(json), 'expiresAt')))
  if (!response.ok || !isFilled(token) || Number.isNaN(expiresAt.getTime())) throw toError(response, json)
  return Object.freeze({ token, expiresAt })
}

/**
 * Creates a function that requests tokens from the route of a `connectSessionHandler`: a POST request with cookies.
 *
 * Calls with equal requests share one HTTP request while it is pending, such as those of React's StrictMode, which runs
 * effects twice. Later calls send a new one, because each opening of the Hub needs a new token. After another user has
 * signed in, create a new function.
 *
 * A call that fails rejects with a `TokenRequestError`. Aborting the `signal` of a call rejects that call only. The
 * HTTP request is cancelled once all its calls are aborted.
 * @param url the URL of the handler's route
 * @example
 * const fetchToken = createTokenFetcher('/connect')
 * const openHub = async (hub: Element) => hub.setAttribute('token', (await fetchToken({ categories: ['ats'] })).token)
 */
export const createTokenFetcher = (url: string | URL, options: TokenFetcherOptions = {}): TokenFetcher => {
  const { fetch, headers } = withoutPrototype(options)
  const pending = new Map<string, ReturnType<typeof start>>()

  /** Starts a request whose token several callers may wait for. */
  const start = (body: string) => {
    const controller = new AbortController()
    const { signal } = controller
    const send = async () => {
      const fields = { ...Object.fromEntries(new Headers(headers)), 'content-type': 'application/json' } // lower case
      const init: RequestInit = { method: 'POST', headers: fields, body, credentials: 'include', signal }
      const response = await (fetch ?? globalThis.fetch)(String(url), withoutPrototype(init))
      return { response, json: parseJson(await response.text()) }
    }
    const forget = (): void => {
      if (pending.get(body) === shared) pending.delete(body)
    }
    signal.addEventListener('abort', forget)
    const shared = { token: receiveToken(send()).finally(forget), controller, callers: 0 }
    pending.set(body, shared)
    return shared
  }

  return (request = {}, callOptions = {}) =>
    new Promise((resolve, reject) => {
      const { signal } = withoutPrototype(callOptions)
      const abort = (): void =>
        reject(new TokenRequestError('aborted', 'The request was aborted', { cause: signal?.reason }))
      if (signal?.aborted) return abort()
      // Sorted, so that equal requests have equal bodies.
      const body = JSON.stringify(request, Object.keys(request).sort())
      const shared = pending.get(body) ?? start(body)
      shared.callers += 1
      const leave = (): void => {
        abort()
        shared.callers -= 1
        // StrictMode aborts a call and repeats it immediately, so the request waits for another caller.
        setTimeout(() => shared.callers === 0 && shared.controller.abort())
      }
      signal?.addEventListener('abort', leave, { once: true })
      shared.token.then(resolve, reject).finally(() => signal?.removeEventListener('abort', leave))
    })
}
