import type { Issue, SessionError } from '../errors.ts'
import { ownValue } from '../util/guards.ts'
import { withoutPrototype } from '../util/omit-undefined.ts'
import type { HeaderFields } from './origin.ts'

/**
 * The reason for an error response, by which a page can decide what to do.
 * @example const shouldSignIn = (code: HandlerErrorCode): boolean => code === 'unauthorized'
 */
export type HandlerErrorCode =
  | 'method-not-allowed'
  | 'origin-not-allowed'
  | 'unsupported-type'
  | 'too-large'
  | 'invalid-body'
  | 'unauthorized'
  | 'invalid-choices'
  | 'account-not-allowed'
  | 'rate-limited'
  | 'aborted'
  | 'internal'
  | 'upstream'
  | 'body-timeout'
  | 'timeout'

/**
 * The body of an error response; it contains no details of the server or of StackOne's response.
 * @example
 * const handler = connectSessionHandler({ client, owner: () => null })
 * const response = await handler(new Request('https://app.acme.example/connect', { method: 'POST' }))
 * const { error }: HandlerError = await response.json()
 * error.code // 'unauthorized'
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
} as const satisfies Record<HandlerErrorCode, readonly [status: number, message: string]>

interface HttpErrorOptions {
  /** The error to pass to `onError`. */
  readonly cause?: unknown
  readonly issues?: readonly Issue[]
  readonly headers?: HeaderFields
}

/** An error with its response. */
export class HttpError extends Error {
  readonly status: number
  readonly body: HandlerError
  readonly headers: HeaderFields

  constructor(code: HandlerErrorCode, options: HttpErrorOptions = {}) {
    const { cause, issues, headers = {} } = withoutPrototype(options)
    const [status, message] = responses[code]
    super(message, { cause })
    this.status = status
    this.body = { error: { code, message, ...(issues && { issues }) } }
    this.headers = headers
  }
}

const codes = {
  ApiError: 'upstream',
  NetworkError: 'upstream',
  InvalidResponseError: 'upstream',
  TimeoutError: 'timeout',
  AbortError: 'aborted',
  // The page's fields were valid, so these are mistakes of the server.
  ValidationError: 'internal',
  ConfigurationError: 'internal',
} as const satisfies Record<SessionError['name'], HandlerErrorCode>

export const toHttpError = (error: SessionError): HttpError => {
  if (error.name !== 'ApiError' || error.status !== 429) return new HttpError(codes[error.name], { cause: error })
  const retryAfter = ownValue(error, 'retryAfter')
  const headers: HeaderFields = typeof retryAfter === 'number' ? { 'retry-after': String(retryAfter) } : {}
  return new HttpError('rate-limited', { cause: error, headers })
}
