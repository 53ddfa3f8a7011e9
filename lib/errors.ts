/**
 * One problem with a value: its path, the expectation, and a hint if there is one.
 * @example const toField = ({ path, message }: Issue) => ({ name: path, text: message })
 */
export interface Issue {
  /** The path to the value, such as `categories[1]` or `metadata.plan["a key"]`; empty for the value as a whole. */
  readonly path: string
  /** The expectation, such as `must be a boolean, got a string`. Customer data and secrets are never repeated. */
  readonly message: string
  /** How to fix it, such as `did you mean 'hris'?`. */
  readonly hint?: string
}

/** The fields of an error in addition to those of `Error`. Optional fields may be undefined. */
type ErrorFields<E> = {
  readonly [K in keyof E as Exclude<K, keyof Error | 'toJSON'>]: object extends Pick<E, K> ? E[K] | undefined : E[K]
}

/** The measurements that an error of a call carries. */
export type CallStats = ErrorFields<BaseError>

// Copies of the package recognize each other's errors by this registered symbol.
const brand = Symbol.for('stackone-session/error')

// `String` throws for an object without a prototype, among others.
const textOf = (value: unknown): string => {
  try {
    return String(value)
  } catch {
    return typeof value
  }
}

abstract class BaseError extends Error {
  /** Discriminates `SessionError`. */
  abstract override readonly name: string
  /** The number of requests or, for `waitForConnection`, of polls. Absent if no call was made. */
  declare readonly attempts?: number
  /** The duration of the call in milliseconds. Absent if no call was made. */
  declare readonly elapsedMs?: number

  constructor(message: string, fields: object = {}, options?: ErrorOptions) {
    super(message.length > 4000 ? `${message.slice(0, 4000)}…` : message, options)
    Object.assign(this, Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)))
  }

  /** Returns the name, the message, the fields and the text of the cause, for `JSON.stringify`. */
  toJSON(): object {
    const cause = Object.hasOwn(this, 'cause') && { cause: textOf(this.cause) }
    return Object.assign({ name: this.name, message: this.message }, this, cause)
  }
}

// An inherited hint comes from a polluted prototype.
const formatIssue = (issue: Issue): string => {
  const hint = Object.hasOwn(issue, 'hint') && issue.hint ? ` (${issue.hint})` : ''
  return `${issue.path && `${issue.path}: `}${issue.message}${hint}`
}

/** Formats issues as the end of a message: one on the same line, several as a list of at most 20. */
export const formatIssues = (title: string, issues: readonly Issue[]): string => {
  const lines = issues.slice(0, 20).map(formatIssue)
  if (issues.length > 20) lines.push(`and ${issues.length - 20} more`)
  return lines.length === 1 ? `${title}: ${lines[0]}` : [`${title}:`, ...lines].join('\n  - ')
}

const noIssues: readonly Issue[] = Object.freeze([])

export const freezeIssues = (issues: readonly Issue[]): readonly Issue[] =>
  issues.length === 0 ? noIssues : Object.freeze(issues.map((issue) => Object.freeze(issue)))

/**
 * The input is invalid, and nothing was sent; `issues` lists all problems with their paths.
 * @example
 * const decoded = session().owner('', 'Acme Inc.').decode()
 * if (decoded._tag === 'Left') console.log(decoded.left.issues)
 * // [ { path: 'originOwnerId', message: 'must be a non-blank string, got a blank string' } ]
 */
export class ValidationError extends BaseError {
  declare readonly name: 'ValidationError'
  /** All problems, in the order of the fields. */
  declare readonly issues: readonly Issue[]

  constructor(issues: readonly Issue[], title = 'Invalid session') {
    super(formatIssues(title, issues), { issues: freezeIssues(issues) })
  }
}

/**
 * An option, the API key or the client cannot be used, or code that you passed in threw an error.
 *
 * Nothing was sent, except when a custom `fetch` returned something other than an unread `Response`. An error that your
 * code threw is summarized in `cause`: its redacted name, message, code and stack.
 * @example createClient({ baseUrl: 'http://api.example' }) // throws ConfigurationError: …must use https…
 */
export class ConfigurationError extends BaseError {
  declare readonly name: 'ConfigurationError'
}

/**
 * StackOne responded with an error status (contract section 5); `message` quotes the server and says what to do next.
 * @example if (error.name === 'ApiError') console.log(error.status, error.message) // 404 StackOne responded with 404…
 */
export class ApiError extends BaseError {
  declare readonly name: 'ApiError'
  /** The HTTP status. */
  declare readonly status: number
  /** The body, parsed if it was JSON, with known secrets masked. */
  declare readonly body: unknown
  /** The `x-request-id` of the response, for StackOne's support. */
  declare readonly requestId?: string
  /** The delay that the server asked for in `Retry-After`, in seconds. */
  declare readonly retryAfter?: number

  constructor(message: string, fields: ErrorFields<ApiError>) {
    super(message, fields)
  }
}

/**
 * No complete response arrived: the connection could not be opened, or broke.
 * @example if (error.name === 'NetworkError') log.warn(error.code, error.attempts)
 */
export class NetworkError extends BaseError {
  declare readonly name: 'NetworkError'
  /** The system's error code, such as `ECONNREFUSED`, if there was one. */
  declare readonly code?: string
}

/**
 * An attempt exceeded `timeout`, or the whole call exceeded `deadline`.
 * @example await acme.send(client, { timeout: 2_000, deadline: 5_000 })
 */
export class TimeoutError extends BaseError {
  declare readonly name: 'TimeoutError'
}

/**
 * The caller's signal was aborted; `cause` is the signal's reason.
 * @example await acme.send(client, { signal: AbortSignal.abort() }) // throws AbortError: The call was aborted…
 */
export class AbortError extends BaseError {
  declare readonly name: 'AbortError'

  constructor(reason: unknown, stats: CallStats = {}) {
    super('The call was aborted by its signal. See `reason`.', stats, { cause: reason })
  }

  /** The reason of the signal; the same value as `cause`. */
  get reason(): unknown {
    return this.cause
  }

  override toJSON(): object {
    return { ...super.toJSON(), reason: textOf(this.reason) }
  }
}

/**
 * The response lacks a token or session, belongs to another request, exceeds 1 MiB or, with `strict`, has drift.
 * @example if (error.name === 'InvalidResponseError') log.error(error.status, error.requestId, error.issues)
 */
export class InvalidResponseError extends BaseError {
  declare readonly name: 'InvalidResponseError'
  /** The HTTP status. */
  declare readonly status?: number
  /** The `x-request-id` of the response, for StackOne's support. */
  declare readonly requestId?: string
  /** The deviations from the contract; empty if the body could not be read. */
  declare readonly issues: readonly Issue[]

  constructor(message: string, fields: ErrorFields<InvalidResponseError>) {
    super(message, fields)
  }
}

/**
 * Every error that the library rejects with, or that a task returns as a `Left`; `name` discriminates them.
 * @example const statusFor = ({ name }: SessionError) => (name === 'ValidationError' ? 422 : 502)
 */
export type SessionError =
  | ValidationError
  | ConfigurationError
  | ApiError
  | NetworkError
  | TimeoutError
  | AbortError
  | InvalidResponseError

const callErrors = { ApiError, NetworkError, TimeoutError, AbortError, InvalidResponseError }

// On the prototype, as for the built-in errors, so that stack traces of minified code start with the name too.
for (const [name, { prototype }] of Object.entries({ ValidationError, ConfigurationError, ...callErrors }))
  Object.defineProperties(prototype, { name: { value: name }, [brand]: { value: true } })

/**
 * Returns whether a value is an error of this library, including those of another copy of the package.
 * @example if (!isSessionError(error)) throw error
 */
export const isSessionError = (value: unknown): value is SessionError => {
  try {
    return Object(value)[brand] === true
  } catch {
    return false // a proxy or a getter threw
  }
}
