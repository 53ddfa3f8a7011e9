/**
 * Requests tokens in a page, from the route of a `connectSessionHandler`.
 *
 * @module stackone-session/page
 */
import type { Issue } from '../errors.ts'
import type { HandlerErrorCode } from '../handler/http-error.ts'
import type { HandlerRequest } from '../handler/request.ts'

/**
 * The reason for a `TokenRequestError`: the code of the handler's error response, `network` if no complete response
 * arrived, or `invalid-response` if the response is not the handler's.
 *
 * @example const canRetry = (code: TokenRequestErrorCode): boolean => code === 'network' || code === 'upstream'
 */
export type TokenRequestErrorCode = HandlerErrorCode | 'network' | 'invalid-response'

/**
 * A token for the Hub.
 *
 * @example const isUsable = ({ expiresAt }: FetchedToken): boolean => expiresAt > new Date()
 */
export interface FetchedToken {
  /** The token with which the page opens the Hub. */
  readonly token: string
  /** When the token expires. */
  readonly expiresAt: Date
}

/**
 * Options of `createTokenFetcher`. An option that is undefined counts as absent.
 *
 * @example
 * const options: TokenFetcherOptions = { headers: { 'x-requested-with': 'fetch' } }
 * createTokenFetcher('/connect', options)
 */
export interface TokenFetcherOptions {
  /** Sends the requests. @default the global `fetch` at the time of the call */
  readonly fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined
  /** Additional headers, such as that of a CSRF token. */
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/**
 * Requests a token for the fields that the page chooses. See `createTokenFetcher`.
 *
 * @example
 * const openHub = async (fetchToken: TokenFetcher) => {
 *   const { token } = await fetchToken({ categories: ['ats'] }, { signal: AbortSignal.timeout(10_000) })
 *   document.querySelector('stackone-hub')?.setAttribute('token', token)
 * }
 */
export type TokenFetcher = (
  request?: HandlerRequest,
  options?: { readonly signal?: AbortSignal | undefined },
) => Promise<FetchedToken>

/**
 * A page received no token. `code` is the reason, for programs.
 *
 * @example
 * const textFor = ({ code, retryAfter = 60 }: TokenRequestError): string => {
 *   if (code === 'unauthorized') return 'Sign in first.'
 *   return code === 'rate-limited' ? `Try again in ${retryAfter} seconds.` : 'Try again later.'
 * }
 */
export class TokenRequestError extends Error {
  /** The reason. A call whose signal was aborted has the code `aborted`, and the signal's reason as `cause`. */
  readonly code: TokenRequestErrorCode
  /** The HTTP status; undefined if no response arrived. */
  readonly status: number | undefined
  /** The problems of the request's fields, each with its path; empty unless the code is `invalid-choices`. */
  readonly issues: readonly Issue[]
  /** The delay that the server asks for, in seconds, if there is one. */
  readonly retryAfter: number | undefined

  /** Called by the library. */
  constructor({
    code,
    message,
    status,
    issues = [],
    retryAfter,
    cause,
  }: Pick<TokenRequestError, 'code' | 'message'> &
    Partial<Pick<TokenRequestError, 'status' | 'issues' | 'retryAfter' | 'cause'>>) {
    super(message, { cause })
    this.name = 'TokenRequestError'
    this.code = code
    this.status = status
    this.issues = issues
    this.retryAfter = retryAfter
  }
}

/** Returns a field of a JSON object. Inherited ones do not count, in case `Object.prototype` was extended. */
const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined

const isFilled = (value: unknown): value is string => typeof value === 'string' && value !== ''

const parseBody = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // such as the HTML page of a proxy
  }
}

/** Sorts the keys of objects, so that equal requests have equal bodies. */
const sortKeys = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value

/** Returns the seconds of a `Retry-After`, which a proxy may send as a date. */
const toRetryDelay = (header: string | null): number | undefined => {
  if (header === null || header.trim() === '') return undefined
  const seconds = Number(header)
  const delay = Number.isNaN(seconds) ? Math.ceil((Date.parse(header) - Date.now()) / 1000) : seconds
  return Number.isFinite(delay) ? Math.max(0, delay) : undefined
}

const toToken = (body: unknown): FetchedToken | undefined => {
  const token = fieldOf(body, 'token')
  const expiresAt = new Date(String(fieldOf(body, 'expiresAt')))
  return isFilled(token) && !Number.isNaN(expiresAt.getTime()) ? Object.freeze({ token, expiresAt }) : undefined
}

/** A response with its body, which is undefined if it is not JSON. */
interface Received {
  readonly response: Response
  readonly body: unknown
}

const receive = async (send: () => Promise<Response>): Promise<Received> => {
  try {
    const response = await send()
    return { response, body: parseBody(await response.text()) }
  } catch (cause) {
    throw new TokenRequestError({ code: 'network', message: 'The server could not be reached', cause })
  }
}

const toError = ({ response: { status, headers }, body }: Received): TokenRequestError => {
  const error = fieldOf(body, 'error')
  const [code, message, issues] = ['code', 'message', 'issues'].map((name) => fieldOf(error, name))
  const retryAfter = toRetryDelay(headers.get('retry-after'))
  if (status < 400 || !isFilled(code) || !isFilled(message))
    return new TokenRequestError({
      code: 'invalid-response',
      message: `The response with status ${status} is not that of connectSessionHandler`,
      status,
      retryAfter,
    })
  return new TokenRequestError({
    code: code as TokenRequestErrorCode, // a newer handler may send a new code
    message,
    status,
    issues: Array.isArray(issues) ? issues : [],
    retryAfter,
  })
}

const abortError = (cause: unknown): TokenRequestError =>
  new TokenRequestError({ code: 'aborted', message: 'The request was aborted', cause })

/** A request whose response several callers wait for. */
interface SharedRequest {
  readonly response: Promise<FetchedToken>
  /** Cancels the request. */
  readonly cancel: () => void
  callers: number
}

/**
 * Creates a function that requests tokens from the route of a `connectSessionHandler`: a POST request with cookies.
 *
 * Calls with equal requests share one HTTP request while it is pending, such as those of React's StrictMode, which runs
 * effects twice. Later calls send a new one, because each opening of the Hub needs a new token. After another user has
 * signed in, create a new function.
 *
 * Aborting the `signal` of a call rejects that call only. The HTTP request is cancelled once all its calls are aborted.
 *
 * It rejects with a `TokenRequestError`.
 *
 * @param url the URL of the handler's route
 * @example
 * const fetchToken = createTokenFetcher('/connect')
 * const openHub = async () => {
 *   const { token, expiresAt } = await fetchToken({ categories: ['ats'] })
 *   document.querySelector('stackone-hub')?.setAttribute('token', token)
 * }
 */
export const createTokenFetcher = (url: string | URL, { fetch, headers }: TokenFetcherOptions = {}): TokenFetcher => {
  const pending = new Map<string, SharedRequest>()

  const send = async (body: string, signal: AbortSignal): Promise<FetchedToken> => {
    const init: RequestInit = {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body,
      credentials: 'include',
      signal,
    }
    const received = await receive(() => (fetch ?? globalThis.fetch)(String(url), init))
    const token = received.response.ok ? toToken(received.body) : undefined
    if (token === undefined) throw toError(received)
    return token
  }

  const start = (body: string): SharedRequest => {
    const controller = new AbortController()
    const forget = (): void => {
      if (pending.get(body) === shared) pending.delete(body)
    }
    const response = send(body, controller.signal).finally(forget)
    const cancel = (): void => {
      forget()
      controller.abort()
    }
    const shared = { response, cancel, callers: 0 }
    pending.set(body, shared)
    return shared
  }

  return (request = {}, { signal } = {}) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(abortError(signal.reason))
      const body = JSON.stringify(request, sortKeys)
      const shared = pending.get(body) ?? start(body)
      shared.callers += 1
      const leave = (): void => {
        reject(abortError(signal?.reason))
        shared.callers -= 1
        // StrictMode aborts a call and repeats it at once, so the request waits for another caller.
        setTimeout(() => shared.callers === 0 && shared.cancel())
      }
      signal?.addEventListener('abort', leave, { once: true })
      shared.response.then(resolve, reject).finally(() => signal?.removeEventListener('abort', leave))
    })
}
