import {
  AbortError,
  ApiError,
  type CallStats,
  ConfigurationError,
  formatIssues,
  InvalidResponseError,
  type Issue,
  NetworkError,
  type SessionError,
  TimeoutError,
} from '../errors.ts'
import { callerError, isControlFlow, sanitizedCause } from '../util/caller-error.ts'
import { isRecord, ownValue } from '../util/guards.ts'
import type { Redact } from '../util/redact.ts'
import type { Outcome } from '../util/timeout.ts'
import { bodyKind, readErrorBody } from './error-body.ts'
import { maxBodyBytes, type RawResponse, UnusableResponse } from './transport.ts'

/** What the errors of a call have in common. */
export interface CallContext {
  readonly endpoint: string
  /** Masks the secrets of the call and of its response. */
  readonly redact: Redact
  /** The redacted `x-request-id` of the response. */
  readonly requestId: string | undefined
  readonly stats: CallStats
}

/** Returns the seconds of `Retry-After`, which is a number or a date. */
const retryAfterOf = ({ headers }: RawResponse): number | undefined => {
  const value = headers.get('retry-after')?.trim() ?? ''
  if (/^\d+$/.test(value)) return Math.min(Number(value), Number.MAX_SAFE_INTEGER)
  // Date.parse accepts nearly anything, even '-5'. An HTTP date is in GMT, also in the old form without a zone.
  const isDate = /^[a-z]{3,9},? .+\d{2}:\d{2}:\d{2}/i.test(value)
  const date = isDate ? Date.parse(/GMT/i.test(value) ? value : `${value} GMT`) : Number.NaN
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - Date.now()) / 1000))
}

/** Returns the milliseconds to wait after an error by its `Retry-After`. */
export const requestedDelay = (error: SessionError): number => {
  const retryAfter = ownValue(error, 'retryAfter')
  // Random, so that callers that failed together do not retry together.
  return typeof retryAfter === 'number' ? retryAfter * 1000 * (1 + Math.random() / 4) : 0
}

const advice: Readonly<Record<number, string>> = {
  400: 'The request is invalid: see `body`.',
  401: 'Check the API key: `apiKey` or STACKONE_API_KEY must be complete and not revoked.',
  403: 'Check that the API key has the scope for connect sessions.',
  404: 'Check the id, the project of the API key, and `baseUrl`.',
  409: 'The request conflicts with the current state: see `body`.',
  412: 'The integration is inactive. Enable it in the StackOne dashboard.',
  422: 'The request is invalid: see `body`.',
  429: 'Send fewer requests: the limit is 1000 a minute for each key.',
}

const adviceFor = (status: number, endpoint: string): string => {
  if (status === 401 && endpoint.endsWith('/authenticate'))
    return 'Check the token, which may have expired, and the API key.'
  if (status >= 500 || status === 408) return 'Try again later.'
  if (status >= 300 && status < 400) return 'Redirects are not followed. Check `baseUrl`.'
  return advice[status] ?? 'See `body`.'
}

const apiError = (response: RawResponse, { endpoint, redact, requestId, stats }: CallContext): ApiError => {
  const { status } = response
  const { body, quote } = readErrorBody(response, redact)
  const retryAfter = retryAfterOf(response)
  const sentences = [
    `StackOne responded with ${status} to ${endpoint}${quote === '' ? '' : `: ${JSON.stringify(quote)}`}.`,
    ...(retryAfter === undefined ? [] : [`Retry after ${retryAfter} s.`]),
    adviceFor(status, endpoint),
  ]
  return new ApiError(sentences.join(' '), { ...stats, status, body, requestId, retryAfter })
}

/**
 * Returns the system's code of a failed request, such as `ECONNREFUSED`, from the error or one of its causes.
 *
 * Nothing else of the platform's errors is kept, since they may hold the request with the key.
 */
const codeOf = (error: unknown, depth = 0): string | undefined => {
  try {
    const { code, cause }: { readonly code?: unknown; readonly cause?: unknown } = Object(error)
    if (typeof code === 'string' && /^[A-Za-z]\w{1,40}$/.test(code)) return code
    return depth < 4 ? codeOf(cause, depth + 1) : undefined
  } catch {
    return undefined // a getter or a proxy threw
  }
}

const networkError = (error: unknown, isCustom: boolean, { endpoint, redact, stats }: CallContext): NetworkError => {
  const code = redact(codeOf(error) ?? '') || undefined
  const suffix = code === undefined ? '' : ` (${code})`
  const message = isCustom
    ? `The custom \`fetch\` threw an error for ${endpoint}${suffix}. See \`cause\`.`
    : `The connection for ${endpoint} failed${suffix}. Check \`baseUrl\`, DNS, proxy and firewall, or try again later.`
  const hasCause = isCustom || isControlFlow(error)
  return new NetworkError(message, { ...stats, code }, hasCause ? { cause: sanitizedCause(error, redact) } : undefined)
}

const unusableResponseError = ({ status }: UnusableResponse, { endpoint, stats }: CallContext): SessionError =>
  status === undefined
    ? new ConfigurationError('`fetch` must return an unread `Response`. Return a new one from each call.', stats)
    : new InvalidResponseError(`The response to ${endpoint} exceeds ${maxBodyBytes} bytes. Check \`baseUrl\`.`, {
        issues: [],
        status,
        ...stats,
      })

/** Returns the error of an attempt that did not end with a success. `limit` is what a timeout exceeded. */
export const attemptError = (
  outcome: Outcome<RawResponse>,
  { limit, isCustomFetch }: { readonly limit: string; readonly isCustomFetch: boolean },
  context: CallContext,
): SessionError => {
  const { endpoint, stats } = context
  switch (outcome.type) {
    case 'value':
      return apiError(outcome.value, context)
    case 'error':
      return outcome.error instanceof UnusableResponse
        ? unusableResponseError(outcome.error, context)
        : networkError(outcome.error, isCustomFetch, context)
    case 'timeout': {
      const attempts = stats.attempts === 1 ? '1 attempt' : `${stats.attempts} attempts`
      return new TimeoutError(`${endpoint} exceeded ${limit} after ${attempts}. Try again later.`, stats)
    }
    case 'abort':
      return new AbortError(outcome.reason, stats)
  }
}

/** Returns the error of an `apiKey` function that did not return. `limit` is what a timeout exceeded. */
export const keyFunctionError = (
  outcome: Exclude<Outcome<unknown>, { readonly type: 'value' }>,
  limit: string,
  { redact, stats }: Pick<CallContext, 'redact' | 'stats'>,
): SessionError => {
  switch (outcome.type) {
    case 'error':
      return callerError('The `apiKey` function', outcome.error, redact)
    case 'timeout':
      return new TimeoutError(`The \`apiKey\` function exceeded ${limit}. Try again later.`, stats)
    case 'abort':
      return new AbortError(outcome.reason, stats)
  }
}

/** Returns the error of a missing or malformed API key. */
export const keyError = (issue: Issue | undefined): ConfigurationError =>
  new ConfigurationError(
    issue === undefined
      ? 'No API key: pass `apiKey` to createClient, or set STACKONE_API_KEY.'
      : formatIssues('Invalid API key', [issue]),
  )

/** Returns the error of a success that cannot be used: it is not what was expected, or deviates under `strict`. */
export const invalidResponseError = (
  response: RawResponse,
  { problem, issues, hint }: { readonly problem: string; readonly issues: readonly Issue[]; readonly hint: string },
  { endpoint, requestId, stats }: CallContext,
): InvalidResponseError => {
  const { status, json } = response
  const title = `StackOne responded with ${status} to ${endpoint} ${problem}`
  const message = isRecord(json) ? formatIssues(title, issues) : `${title}: the body is ${bodyKind(response)}`
  // Several issues are a list, one a line.
  return new InvalidResponseError(message + (message.includes('\n') ? `\n${hint}` : `. ${hint}`), {
    ...stats,
    issues: json === undefined ? [] : issues,
    status,
    requestId,
  })
}

/** Copies an error with other stats. Errors of calls that were never made have none, and are returned unchanged. */
export const withStats = (error: SessionError, stats: CallStats): SessionError => {
  const options = error.cause === undefined ? undefined : { cause: error.cause }
  if (error.attempts === undefined) return error
  switch (error.name) {
    case 'ApiError':
      return new ApiError(error.message, { ...error, ...stats })
    case 'NetworkError':
      return new NetworkError(error.message, { ...error, ...stats }, options)
    case 'InvalidResponseError':
      return new InvalidResponseError(error.message, { ...error, ...stats })
    case 'ConfigurationError':
      return new ConfigurationError(error.message, stats, options)
    case 'AbortError':
      return new AbortError(error.reason, stats)
    case 'TimeoutError':
      return new TimeoutError(error.message, stats)
    case 'ValidationError':
      return error
  }
}
