import {
  AbortError,
  ApiError,
  type CallStats,
  ConfigurationError,
  InvalidResponseError,
  NetworkError,
  type SessionError,
  TimeoutError,
} from '../errors.ts'
import { JsonCodec } from '../model/json.ts'
import { isControlFlow, sanitizedCause } from '../util/caller-error.ts'
import { isRecord, kindOf, ownValue, tryGet } from '../util/guards.ts'
import { mask, type Redact, redactJson } from '../util/redact.ts'
import type { Outcome } from '../util/timeout.ts'
import { maxBodyBytes, type RawResponse, UnusableResponse } from './transport.ts'

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

/** Returns the milliseconds to wait by `Retry-After`, with a random part: callers may have failed together. */
export const requestedDelay = (error: SessionError): number =>
  Number(ownValue(error, 'retryAfter') ?? 0) * 1000 * (1 + Math.random() / 4)

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

const isHtml = (text: string): boolean => /^\s*</.test(text)

/** Describes a body without quoting it. */
export const bodyKind = ({ text, json }: RawResponse): string => {
  if (text.trim() === '') return 'empty'
  if (json !== undefined) return kindOf(json)
  return isHtml(text) ? 'HTML' : 'not JSON, or was cut off'
}

// Control characters of a server must not reach a terminal.
const toSentence = (text: string): string => {
  const line = text.replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ').trim()
  return line.length > 300 ? `${line.slice(0, 300)}…` : line
}

// Secret fields of JSON that was cut off, and so cannot be parsed.
const secretFields = /((?:token|auth_?link_?url)["']?\s*[:=]\s*["']?)[^\s"'&<>,;}]+/gi

/** Returns the part of a text body to quote: of HTML, only the title, since markup could hide a secret. */
const quotedText = (text: string, redact: Redact): string => {
  const quoted = isHtml(text) ? (/<title[^<>]*>([^<]*)/i.exec(text)?.[1] ?? '') : text
  return toSentence(redact(quoted.replace(secretFields, `$1${mask}`)))
}

/** Joins the strings of a value: a string, or an array or a record of strings and of objects with a `message`. */
const joinMessages = (value: unknown): string =>
  (isRecord(value) ? Object.values(value) : [value])
    .flat()
    .map((entry) => (isRecord(entry) ? ownValue(entry, 'message') : entry))
    .filter((entry) => typeof entry === 'string' && entry !== '')
    .join('; ')

/** Returns the messages of an error body, from `message` and `errors`, or else the body as JSON. */
const messageOf = (body: unknown): string => {
  if (typeof body === 'string') return body
  const messages = ['message', 'errors'].map((name) => joinMessages(ownValue(Object(body), name)))
  return messages.filter((each) => each !== '').join(': ') || JSON.stringify(body)
}

const apiError = (response: RawResponse, { endpoint, redact, requestId, stats }: CallContext): ApiError => {
  const { status } = response
  const body = JsonCodec.is(response.json) ? redactJson(response.json, redact) : quotedText(response.text, redact)
  const quote = toSentence(messageOf(body))
  const retryAfter = retryAfterOf(response)
  const sentences = [
    `StackOne responded with ${status} to ${endpoint}${quote === '' ? '' : `: ${JSON.stringify(quote)}`}.`,
    ...(retryAfter === undefined ? [] : [`Retry after ${retryAfter} s.`]),
    adviceFor(status, endpoint),
  ]
  return new ApiError(sentences.join(' '), { ...stats, status, body, requestId, retryAfter })
}

/** Returns the system's code, such as `ECONNREFUSED`, of an error or a cause. Other fields may contain the key. */
const codeOf = (error: unknown, depth = 0): string | undefined => {
  const code: unknown = tryGet(() => Object(error).code)
  if (typeof code === 'string' && /^[A-Za-z]\w{1,40}$/.test(code)) return code
  const cause: unknown = tryGet(() => Object(error).cause)
  return depth < 4 ? codeOf(cause, depth + 1) : undefined
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

const unusableResponseError = ({ status }: UnusableResponse, { endpoint, stats }: CallContext): SessionError => {
  if (status === undefined)
    return new ConfigurationError('`fetch` must return an unread `Response`. Return a new one from each call.', stats)
  const message = `The response to ${endpoint} exceeds ${maxBodyBytes} bytes. Check \`baseUrl\`.`
  return new InvalidResponseError(message, { ...stats, issues: [], status })
}

type Interruption = Extract<Outcome<unknown>, { readonly type: 'timeout' | 'abort' }>

/** Returns the error of work that timed out or was aborted by the caller. `problem` says what exceeded which limit. */
export const interruptionError = (outcome: Interruption, problem: string, stats: CallStats): SessionError =>
  outcome.type === 'abort'
    ? new AbortError(outcome.reason, stats)
    : new TimeoutError(`${problem}. Try again later.`, stats)

/** Returns the error of an attempt that did not end with a success. `limit` is what a timeout exceeded. */
export const attemptError = (
  outcome: Outcome<RawResponse>,
  limit: string,
  isCustomFetch: boolean,
  context: CallContext,
): SessionError => {
  if (outcome.type === 'value') return apiError(outcome.value, context)
  const { endpoint, stats } = context
  if (outcome.type === 'error')
    return outcome.error instanceof UnusableResponse
      ? unusableResponseError(outcome.error, context)
      : networkError(outcome.error, isCustomFetch, context)
  const attempts = stats.attempts === 1 ? '1 attempt' : `${stats.attempts} attempts`
  return interruptionError(outcome, `${endpoint} exceeded ${limit} after ${attempts}`, stats)
}

/** Copies an error with other stats. An error without stats, such as that of a missing key, is returned unchanged. */
export const withStats = (error: SessionError, stats: CallStats): SessionError => {
  if (error.attempts === undefined) return error
  if (error.name === 'AbortError') return new AbortError(error.reason, stats)
  const ErrorClass: typeof NetworkError = Object(error).constructor // the other errors of a call have the same parameters
  const options = error.cause === undefined ? undefined : { cause: error.cause }
  return new ErrorClass(error.message, { ...error, ...stats }, options)
}
