import type { Issue, SessionError } from '../errors.ts'
import { ownValue } from '../util/guards.ts'
import type { HeaderFields } from './origin.ts'

/**
 * The body of an error response; it contains no details of the server or of StackOne's response.
 * @example const codeOf = async (response: Response) => ((await response.json()) as HandlerError).error.code
 */
export interface HandlerError {
  /** The error. */
  readonly error: {
    /** The reason, for programs. */
    readonly code: HandlerErrorCode
    /** The reason, for people. */
    readonly message: string
    /** The problems of the request's fields, each with its path, such as `categories[1]`; at most 20. */
    readonly issues?: readonly Issue[]
  }
}

const responses = {
  'method-not-allowed': [405, 'Method not allowed'],
  'origin-not-allowed': [403, 'Origin not allowed'],
  'unsupported-type': [415, 'Content-Type must be application/json'],
  'too-large': [413, 'Request body too large'],
  'invalid-body': [400, 'Request body must be a JSON object'],
  unauthorized: [401, 'Authentication required'],
  'invalid-choices': [400, 'Invalid request parameters'],
  'account-not-allowed': [403, 'Account not allowed'],
  'rate-limited': [429, 'Too many requests'],
  aborted: [499, 'Request aborted'],
  internal: [500, 'Internal server error'],
  upstream: [502, 'Upstream request failed'],
  'body-timeout': [408, 'Request body timed out'],
  timeout: [504, 'Request timed out'],
} as const satisfies Record<string, readonly [status: number, message: string]>

/**
 * The reason for an error response, by which a page can decide what to do.
 * @useDeclaredType
 * @example const shouldSignIn = (code: HandlerErrorCode): boolean => code === 'unauthorized'
 */
export type HandlerErrorCode = keyof typeof responses

/** An error with its response; `cause` is the error to pass to `onError`. */
export class HttpError extends Error {
  readonly status: number
  readonly body: HandlerError

  constructor(code: HandlerErrorCode, cause?: unknown, issues?: readonly Issue[]) {
    const [status, message] = responses[code]
    super(message, { cause })
    this.status = status
    this.body = { error: { code, message, ...(issues && { issues }) } }
  }

  get headers(): HeaderFields {
    if (this.status === 405) return { allow: 'POST' }
    const retryAfter = this.status === 429 && ownValue(Object(this.cause), 'retryAfter')
    return typeof retryAfter === 'number' ? { 'retry-after': String(retryAfter) } : {}
  }
}

export const toHttpError = (error: SessionError): HttpError => {
  if (error.name === 'TimeoutError') return new HttpError('timeout', error)
  if (error.name === 'AbortError') return new HttpError('aborted', error)
  // The page's fields were valid, so these are mistakes of the server.
  if (error.name === 'ValidationError' || error.name === 'ConfigurationError') return new HttpError('internal', error)
  return new HttpError(error.name === 'ApiError' && error.status === 429 ? 'rate-limited' : 'upstream', error)
}
