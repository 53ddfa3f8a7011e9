import { type Loose, present } from './present.ts'

/**
 * One thing that is wrong with a value: where, what, and where it can be guessed, what was meant.
 *
 * @example const toField = ({ path, message }: Issue) => ({ name: path, text: message })
 */
export interface Issue {
  /** Where: `categories[1]`, `metadata.plan["a key"]`; empty for the value as a whole. */
  readonly path: string
  /** What was expected. The value itself is never repeated: it may be a customer's name or a secret. */
  readonly message: string
  /** What was probably meant, or what to call instead. */
  readonly hint?: string
}

/**
 * What a call cost until it failed. Both are absent where its input or its set-up was refused.
 *
 * @example const cost = ({ attempts = 0, elapsedMs = 0 }: Effort) => `${attempts} requests, ${elapsedMs} ms`
 */
export interface Effort {
  /** Requests that were made, retries included; of a wait, its looks at the session. */
  readonly attempts?: number
  /** From the call to the failure, in milliseconds. */
  readonly elapsedMs?: number
}

// Registered, so that two copies of the package know each other's errors.
const brand = Symbol.for('stackone-session/error')

abstract class Failure extends Error {
  /** Requests that were made, retries included; of a wait, its looks. Absent where input or set-up was refused. */
  declare readonly attempts?: number
  /** From the call to the failure, in milliseconds. */
  declare readonly elapsedMs?: number

  constructor(message: string, fields: object, options?: ErrorOptions) {
    super(message, options)
    Object.assign(this, present(fields))
  }

  /** Name, message and the fields; an error's own members would leave out the first two. */
  toJSON(): object {
    const { name, message } = this
    return Object.assign({ name, message }, this)
  }
}

// Not every value has a text: an object may have no prototype, or one that throws.
const textOf = (value: unknown): string => {
  try {
    return String(value)
  } catch {
    return typeof value
  }
}

const line = ({ path, message, hint }: Issue): string =>
  `  - ${path === '' ? '' : `${path}: `}${message}${hint === undefined ? '' : ` (${hint})`}`

export const frozen = (issues: readonly Issue[]): readonly Issue[] =>
  Object.freeze(issues.map((issue) => Object.freeze(issue)))

/** The issues, one a line; a long list is cut, `issues` holds them all. */
export const listed = (issues: readonly Issue[]): string =>
  [...issues.slice(0, 20).map(line), ...(issues.length > 20 ? [`  - and ${issues.length - 20} more`] : [])].join('\n')

/**
 * The input is not valid. Nothing was sent. `issues` lists all that is wrong with it, each with its path.
 *
 * @example
 * const decoded = session().owner('', 'Acme Inc.').decode()
 * if (decoded._tag === 'Left') console.log(decoded.left.issues)
 * // [ { path: 'originOwnerId', message: 'expected a string that is not blank, got a blank string' } ]
 */
export class ValidationError extends Failure {
  /** Tells it apart from the other errors. */
  declare readonly name: 'ValidationError'
  /** All that is wrong, in the order of the fields. */
  declare readonly issues: readonly Issue[]

  constructor(issues: readonly Issue[], what = 'The session is not valid, so nothing was sent') {
    super(`${what}:\n${listed(issues)}`, { issues: frozen(issues) })
  }
}

/**
 * The client, or a call's options, are set up wrongly: a key, an option, a URL. Nothing was sent, unless by a `fetch` of
 * your own that then gave no `Response`: `attempts` is there in that case.
 *
 * @example createClient({ baseUrl: 'http://api.example' }) // throws ConfigurationError: …expected https:, or http:…
 */
export class ConfigurationError extends Failure {
  /** Tells it apart from the other errors. */
  declare readonly name: 'ConfigurationError'

  constructor(message: string, effort: Effort = {}) {
    super(message, effort)
  }
}

/**
 * StackOne answered with an error status. `message` holds the server's own sentence and what to do about it.
 *
 * @example
 * if (error.name === 'ApiError') console.log(error.status, error.message)
 * // 404 StackOne answered 404 to GET /connect_sessions/{id}: "No such connect session". Check the id, …
 */
export class ApiError extends Failure {
  /** Tells it apart from the other errors. */
  declare readonly name: 'ApiError'
  /** The HTTP status. */
  declare readonly status: number
  /** The body, parsed if it was JSON, with known secrets masked. */
  declare readonly body: unknown
  /** The reply's `x-request-id`, for the vendor's support. */
  declare readonly requestId?: string
  /** How long the server asks to wait, in seconds. */
  declare readonly retryAfter?: number

  constructor(message: string, fields: Loose<Effort & Pick<ApiError, 'status' | 'body' | 'requestId' | 'retryAfter'>>) {
    super(message, fields)
  }
}

/**
 * No answer arrived: the connection could not be made, or broke, also in the middle of an answer.
 *
 * @example if (error.name === 'NetworkError') log.warn(error.code, error.attempts)
 */
export class NetworkError extends Failure {
  /** Tells it apart from the other errors. */
  declare readonly name: 'NetworkError'
  /** The system's code where there was one, such as `ECONNREFUSED`. */
  declare readonly code?: string

  constructor(message: string, fields: Loose<Effort & Pick<NetworkError, 'code'>>) {
    super(message, fields)
  }
}

/**
 * An attempt took longer than `timeout`, or the whole call longer than `deadline`.
 *
 * @example await acme.send(client, { timeout: 2_000, deadline: 5_000 })
 */
export class TimeoutError extends Failure {
  /** Tells it apart from the other errors. */
  declare readonly name: 'TimeoutError'

  constructor(message: string, effort: Effort = {}) {
    super(message, effort)
  }
}

/**
 * The caller's signal was aborted. `cause` is the reason that it was aborted with.
 *
 * @example await acme.send(client, { signal: AbortSignal.abort() }) // throws AbortError: The call was aborted …
 */
export class AbortError extends Failure {
  /** Tells it apart from the other errors. */
  declare readonly name: 'AbortError'

  constructor(reason: unknown, effort: Effort = {}) {
    super('The call was aborted by its signal: see `reason` of this error.', effort, { cause: reason })
  }

  /** The reason that the signal was aborted with; the same as `cause`. */
  get reason(): unknown {
    return this.cause
  }

  /** With the reason as a text: it is the caller's own, and may be no JSON. */
  override toJSON(): object {
    return { ...super.toJSON(), reason: textOf(this.reason) }
  }
}

/**
 * StackOne answered with a success that cannot be used, or, under `strict`, one that deviates from the contract; or
 * with more than 10 MiB, whatever its status.
 *
 * @example if (error.name === 'ReplyError') log.error(error.status, error.requestId, error.issues)
 */
export class ReplyError extends Failure {
  /** Tells it apart from the other errors. */
  declare readonly name: 'ReplyError'
  /** The HTTP status. */
  declare readonly status?: number
  /** The reply's `x-request-id`, for the vendor's support. */
  declare readonly requestId?: string
  /** Where the reply deviates from the contract, if it could be read at all. */
  declare readonly issues: readonly Issue[]

  constructor(message: string, fields: Loose<Effort & Pick<ReplyError, 'issues' | 'status' | 'requestId'>>) {
    super(message, fields)
  }
}

/**
 * All that can go wrong, told apart by `name`. Nothing else is ever rejected, and a task's Left is nothing else.
 *
 * @example const statusFor = ({ name }: SessionError) => (name === 'ValidationError' ? 422 : 502)
 */
export type SessionError =
  | ValidationError
  | ConfigurationError
  | ApiError
  | NetworkError
  | TimeoutError
  | AbortError
  | ReplyError

// On the prototype, as for the built-in errors: a stack trace then starts with the name, minified or not.
for (const [name, type] of Object.entries({
  ValidationError,
  ConfigurationError,
  ApiError,
  NetworkError,
  TimeoutError,
  AbortError,
  ReplyError,
}))
  Object.defineProperties(type.prototype, { name: { value: name }, [brand]: { value: true } })

/**
 * Tells the errors of this library from all others, also those of another copy of the package.
 *
 * @example
 * try {
 *   await session().owner('acme-42', 'Acme Inc.').send(client)
 * } catch (error) {
 *   if (!isSessionError(error)) throw error
 *   log.warn(error.name, error.message)
 * }
 */
export const isSessionError = (value: unknown): value is SessionError => {
  try {
    const { [brand]: isOurs }: { readonly [brand]?: unknown } = Object(value)
    return isOurs === true
  } catch {
    return false // a proxy, or a getter, of whoever threw it
  }
}
