import { isRight } from '#fp-ts/Either'
import { kindOf } from './codec.ts'
import { ApiError, type Effort } from './errors.ts'
import { Json } from './json.ts'
import { mask, type Redact, redactJson, redactorFor, unescaped } from './secret.ts'

/** What came back over HTTP, read to its end. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** The body as JSON, whatever its content type says; undefined if it is none. */
export const jsonOf = ({ text }: Pick<Answer, 'text'>): unknown => {
  try {
    return JSON.parse(text.trim())
  } catch {
    return undefined
  }
}

/** What a body is, for messages that must not show it. */
export const bodyKind = (answer: Answer): string => {
  if (answer.text.trim() === '') return 'an empty body'
  const json = jsonOf(answer)
  if (json !== undefined) return kindOf(json)
  return /^\s*</.test(answer.text) ? 'HTML' : 'a body that is not JSON, or was cut off'
}

/** The `x-request-id`, if it is one that can be shown. */
export const requestIdOf = ({ headers }: Answer, redact: Redact): string | undefined =>
  redact(headers.get('x-request-id') ?? '').slice(0, 200) || undefined

/** The seconds of `Retry-After`, given as a number or as a date; undefined if it is neither. */
const retryAfterOf = ({ headers }: Answer): number | undefined => {
  const value = headers.get('retry-after')?.trim() ?? ''
  if (/^\d+$/.test(value)) return Math.min(Number(value), Number.MAX_SAFE_INTEGER)
  // Date.parse takes nearly anything for a date, also '-5'; an HTTP date has a day, a month in letters and a time, and
  // is meant as GMT also in the old form that does not say so.
  const isDate = /^[a-z]{3,9},? .+\d{2}:\d{2}:\d{2}/i.test(value)
  const date = isDate ? Date.parse(/GMT/i.test(value) ? value : `${value} GMT`) : Number.NaN
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - Date.now()) / 1000))
}

// A token may stand in what is no JSON, because it was cut off; also that at the end of `external_trigger_token`.
const secretMembers = /((?:token|auth_?link_?url)["']?\s*[:=]\s*["']?)[^\s"'&<>,;}]+/gi

const entities: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&quot;': '"' }

// Of a long page only the beginning is read. Redacted before it is cut, and again when markup no longer hides anything.
const plainText = (text: string, redact: Redact): string => {
  const start = redact(text.replace(secretMembers, `$1${mask}`)).slice(0, 10_000)
  const bare = unescaped(start.replace(/<(script|style)[\s\S]*?<\/\1>|<[^<>]*>/gi, ' '))
  return redact(bare.replace(/&\w+;/g, (entity) => entities[entity] ?? entity))
}

// A server's control characters must not reach a terminal, nor turn a line around.
const sentence = (text: string): string => {
  const line = text.replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ').trim()
  return line.length > 300 ? `${line.slice(0, 300)}…` : line
}

const messageOf = (body: unknown): string | undefined => {
  const { message }: { readonly message?: unknown } = Object(body)
  if (typeof message === 'string') return message
  return Array.isArray(message) ? message.filter((part) => typeof part === 'string').join('; ') : undefined
}

const advice: Readonly<Record<number, string>> = {
  400: 'The request is not valid: see `body` of this error.',
  401: 'Check the API key: apiKey or STACKONE_API_KEY must be whole, and not revoked.',
  403: 'Check that the API key has the scope for connect sessions.',
  404: 'Check the id, the project of the API key, and baseUrl.',
  409: 'It conflicts with what is there already: see `body` of this error.',
  422: 'The request is not valid: see `body` of this error.',
  429: 'Send fewer requests: the limit is 1000 a minute for each key.',
}

const adviceFor = (status: number, endpoint: string): string => {
  if (status === 401 && endpoint.endsWith('/authenticate'))
    return 'Check the token, which may have expired, and the API key.'
  if (status >= 500 || status === 408) return 'The fault is not in the request: try again later.'
  if (status >= 300 && status < 400) return 'It redirects, which is not followed. Check baseUrl.'
  return advice[status] ?? 'See `body` of this error.'
}

/** An answer that is no success, as an error that says what the server said and what to do next. */
export const apiError = (answer: Answer, endpoint: string, redactKnown: Redact, effort: Effort): ApiError => {
  const parsed = jsonOf(answer)
  const redactOwn = redactorFor(parsed)
  const redact: Redact = (text) => redactOwn(redactKnown(text))
  const { status } = answer
  const json = Json.decode(parsed)
  const body = isRight(json) ? redactJson(json.right, redact) : sentence(plainText(answer.text, redact))
  const said = sentence(messageOf(body) ?? (typeof body === 'string' ? body : JSON.stringify(body)))
  const retryAfter = retryAfterOf(answer)
  const wait = retryAfter === undefined ? '' : ` It asks to wait ${retryAfter} s.`
  return new ApiError(
    `StackOne answered ${status} to ${endpoint}${said === '' ? '' : `: ${JSON.stringify(said)}`}.${wait} ${adviceFor(status, endpoint)}`,
    { status, body, ...effort, requestId: requestIdOf(answer, redact), retryAfter },
  )
}
