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

/** The measurements that an error of a call carries. */
export interface CallStats {
  readonly attempts?: number | undefined
  readonly elapsedMs?: number | undefined
}

type Optional<E, K extends keyof E> = { readonly [P in K]?: E[P] | undefined }

// A registered symbol, so that copies of the package recognize each other's errors.
const brand = Symbol.for('stackone-session/error')

/** The maximum size of a message in UTF-8. */
const maxMessageBytes = 4096

const shorten = (message: string): string => {
  if (3 * message.length <= maxMessageBytes) return message
  const { read } = new TextEncoder().encodeInto(message, new Uint8Array(maxMessageBytes - 3)) // '…' has three bytes
  return read < message.length ? `${message.slice(0, read)}…` : message
}

abstract class BaseError extends Error {
  /** Discriminates `SessionError`. */
  abstract override readonly name: string
  /** The number of requests, retries included; for `waitForConnection`, of polls. Absent if no call was made. */
  declare readonly attempts?: number
  /** Milliseconds from the start of the call to the failure. Absent if no call was made. */
  declare readonly elapsedMs?: number

  constructor(message: string, fields: object = {}, options?: ErrorOptions) {
    super(shorten(message), options)
    Object.assign(this, Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)))
  }

  /** Returns the name, the message and the fields, for `JSON.stringify`. */
  toJSON(): object {
    const { name, message } = this
    return Object.assign({ name, message }, this)
  }
}

// `String` throws for an object without a prototype, among others.
const stringOf = (value: unknown): string => {
  try {
    return String(value)
  } catch {
    return typeof value
  }
}

const formatIssue = (issue: Issue): string => {
  const { path, message } = issue
  const hint = Object.hasOwn(issue, 'hint') ? issue.hint : undefined // the prototype may be polluted
  return `${path === '' ? '' : `${path}: `}${message}${hint === undefined ? '' : ` (${hint})`}`
}

/** Formats issues as the end of a message: one on the same line, several as a list of at most 20. */
export const formatIssues = (title: string, issues: readonly Issue[]): string => {
  if (issues.length <= 1) return `${title}: ${issues.map(formatIssue).join('')}`
  const lines = issues.slice(0, 20).map(formatIssue)
  if (issues.length > 20) lines.push(`and ${issues.length - 20} more`)
  return `${title}:${lines.map((line) => `\n  - ${line}`).join('')}`
}

export const freezeIssues = (issues: readonly Issue[]): readonly Issue[] =>
  Object.freeze(issues.map((issue) => Object.freeze(issue)))

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
 * Nothing was sent, except when a custom `fetch` returned something other than an unread `Response`; `attempts` is
 * present then. An error that your code threw is summarized in `cause`: its name, redacted message and code.
 * @example createClient({ baseUrl: 'http://api.example' }) // throws ConfigurationError: …must use https…
 */
export class ConfigurationError extends BaseError {
  declare readonly name: 'ConfigurationError'
}

/**
 * StackOne responded with an error status; `message` quotes the server and says what to do next.
 *
 * Contract section 5.
 * @example
 * if (error.name === 'ApiError') console.log(error.status, error.message)
 * // 404 StackOne responded with 404 to GET /connect_sessions/{id}: "No such connect session". Check the id, …
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

  constructor(
    message: string,
    fields: CallStats & Pick<ApiError, 'status' | 'body'> & Optional<ApiError, 'requestId' | 'retryAfter'>,
  ) {
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

  constructor(message: string, fields: CallStats & Optional<NetworkError, 'code'>, options?: ErrorOptions) {
    super(message, fields, options)
  }
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

  /** Includes the reason as a string, since it may not be JSON. */
  override toJSON(): object {
    return { ...super.toJSON(), reason: stringOf(this.reason) }
  }
}

/**
 * StackOne responded with a success that cannot be used.
 *
 * It has no token, belongs to another request, exceeds the size limit or, under `strict`, deviates from the contract.
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

  constructor(
    message: string,
    fields: CallStats & Pick<InvalidResponseError, 'issues'> & Optional<InvalidResponseError, 'status' | 'requestId'>,
  ) {
    super(message, fields)
  }
}

/**
 * Every error that the library rejects with; `name` discriminates them.
 *
 * The `Left` of a task is one of these too.
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

// On the prototype, as for the built-in errors, so that stack traces of minified code start with the name too.
for (const [name, { prototype }] of Object.entries({
  ValidationError,
  ConfigurationError,
  ApiError,
  NetworkError,
  TimeoutError,
  AbortError,
  InvalidResponseError,
}))
  Object.defineProperties(prototype, { name: { value: name }, [brand]: { value: true } })

/**
 * Returns whether a value is an error of this library, including those of another copy of the package.
 * @example if (!isSessionError(error)) throw error
 */
export const isSessionError = (value: unknown): value is SessionError => {
  try {
    const { [brand]: isBranded }: { readonly [brand]?: unknown } = Object(value)
    return isBranded === true
  } catch {
    return false // a proxy or a getter threw
  }
}
