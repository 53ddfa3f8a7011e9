import { isLeft, left } from 'fp-ts/lib/Either.js'
import type { Validation } from 'io-ts'
import { formatIssues, InvalidResponseError, type Issue, type SessionError, ValidationError } from '../errors.ts'
import { nonBlankString } from '../model/codec.ts'
import { type ConnectSession, type ConnectSessionToken, decodeSession, decodeToken } from '../model/connect-session.ts'
import { ConnectSessionCreate, decodePayload } from '../model/create-payload.ts'
import type { DecodeOptions } from '../model/drift.ts'
import { issuesOf } from '../model/issues.ts'
import { isRecord, mustBe, ownValue, show } from '../util/guards.ts'
import type { Either } from '../util/task.ts'
import { bodyKind, type CallContext } from './call-error.ts'
import type { ApiRequest, RawResponse } from './transport.ts'

/** A call of the API: its request, and the expected response. */
export interface Operation<A> extends ApiRequest {
  /** The success status in the contract. */
  readonly status: number
  /** What the body must contain, for messages. */
  readonly expected: string
  /** A field that must have the same value as in the request, if the response has that field. */
  readonly requested?: { readonly name: 'id' | 'origin_owner_id'; readonly value: string }
  readonly decode: (json: unknown, options: DecodeOptions) => Validation<A>
}

const sessionSpec = { expected: 'a session', decode: decodeSession } as const

/** Returns the operation that creates a session; throws a `ValidationError` if the payload is invalid. */
export const createOperation = (payload: unknown): Operation<ConnectSessionToken> => {
  const decoded = decodePayload(payload)
  if (isLeft(decoded)) throw new ValidationError(issuesOf(decoded.left), 'Invalid payload')
  const { right: valid } = decoded
  const path = '/connect_sessions'
  const expiresIn = Object.hasOwn(valid, 'expiresIn') ? valid.expiresIn : undefined
  return {
    method: 'POST',
    path,
    endpoint: `POST ${path}`,
    body: JSON.stringify(ConnectSessionCreate.encode(valid)),
    status: 201,
    expected: 'a token',
    requested: { name: 'origin_owner_id', value: valid.originOwnerId },
    decode: (json, options) => decodeToken(json, { expiresIn, ...options }),
  }
}

const argumentError = (path: string, expectation: string, value: unknown): ValidationError =>
  new ValidationError([{ path, message: mustBe(expectation, value) }], 'Invalid argument')

/** Returns the operation that gets the session of a token; throws a `ValidationError` if the token is blank. */
export const authenticateOperation = (token: unknown): Operation<ConnectSession> => {
  if (!nonBlankString.is(token)) throw argumentError('token', 'a non-blank string', token)
  const path = '/connect_sessions/authenticate'
  const body = JSON.stringify({ token })
  return { method: 'POST', path, endpoint: `POST ${path}`, body, status: 201, ...sessionSpec, secrets: [token] }
}

/** Returns the operation that gets a session by its id; throws a `ValidationError` if the id is blank. */
export const getOperation = (id: unknown): Operation<ConnectSession> => {
  if (!Number.isSafeInteger(id) && !nonBlankString.is(id))
    throw argumentError('id', 'a non-blank string or an integer', id)
  const value = String(id)
  // They are relative segments of a URL.
  if (value === '.' || value === '..') throw argumentError('id', "a string other than '.' and '..'", id)
  const path = `/connect_sessions/${encodeURIComponent(value.toWellFormed())}`
  const endpoint = 'GET /connect_sessions/{id}'
  return { method: 'GET', path, endpoint, body: null, status: 200, ...sessionSpec, requested: { name: 'id', value } }
}

const normalize = (text: string): string => text.trim().toWellFormed().normalize()

/** Returns whether a field differs from the request, as in a response that a cache or a proxy has repeated. */
const isForeign = (received: unknown, value: string): boolean => {
  // JSON.parse rounds unsafe integers.
  if (typeof received === 'number' && !Number.isSafeInteger(received)) return received !== Number(value)
  return (typeof received === 'string' || typeof received === 'number') && normalize(`${received}`) !== normalize(value)
}

/** Decodes a response with a success status. Returns its deviations from the contract, and the result of the call. */
export const decodeResponse = <A extends ConnectSession>(
  response: RawResponse,
  { endpoint, status: expectedStatus, expected, requested, decode }: Operation<A>,
  strict: boolean,
  { redact, requestId, stats }: CallContext,
): { readonly drift: readonly Issue[]; readonly result: Either<SessionError, A> } => {
  const { status, json } = response
  const statusDrift =
    status === expectedStatus ? [] : [{ path: 'status', message: mustBe(`${expectedStatus}`, status, show) }]
  const decoded = decode(json, { drift: statusDrift, redact })
  const drift = isLeft(decoded) ? [] : decoded.right.drift

  const fail = (problem: string, found: readonly Issue[], hint: string) => {
    const title = `StackOne responded with ${status} to ${endpoint} ${problem}`
    const message = isRecord(json) ? formatIssues(title, found) : `${title}: the body is ${bodyKind(response)}`
    const separator = message.includes('\n') ? '\n' : '. ' // several issues are a list, one per line
    const issues = json === undefined ? [] : found
    const error = new InvalidResponseError(message + separator + hint, { ...stats, issues, status, requestId })
    return { drift, result: left(error) }
  }

  if (isLeft(decoded))
    return fail(`without ${expected}`, issuesOf(decoded.left, redact), 'Check `baseUrl`, or try again later.')
  if (requested !== undefined && isForeign(ownValue(Object(json), requested.name), requested.value)) {
    const issues = [{ path: requested.name, message: 'must be that of the request' }]
    const hint = 'Check that no cache or proxy returns the responses of other requests.'
    return fail('with the response to another request', issues, hint)
  }
  if (strict && drift.length > 0)
    return fail('with deviations from the contract', drift, 'Without `strict`, the client accepts such a response.')
  return { drift, result: decoded }
}
