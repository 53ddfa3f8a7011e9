import { isLeft } from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { nonBlankString, refinement } from '../model/codec.ts'
import { type ConnectSession, type ConnectSessionToken, decodeSession, decodeToken } from '../model/connect-session.ts'
import { ConnectSessionCreate, decodePayload } from '../model/create-payload.ts'
import { validationError } from '../model/issues.ts'
import type { ResponseSpec } from './response.ts'
import type { ApiRequest } from './transport.ts'

/** A call of the API: its request, and how to decode the response. */
export interface Operation<A> extends ApiRequest, ResponseSpec<A> {}

const sessionSpec = { expected: 'a session', decode: decodeSession } as const

/** Returns the operation that creates a session; throws a `ValidationError` if the payload is invalid. */
export const createOperation = (payload: unknown): Operation<ConnectSessionToken> => {
  const decoded = decodePayload(payload)
  if (isLeft(decoded)) throw validationError(decoded.left, 'Invalid payload')
  const { right: valid } = decoded
  return {
    method: 'POST',
    path: '/connect_sessions',
    endpoint: 'POST /connect_sessions',
    body: JSON.stringify(ConnectSessionCreate.encode(valid)),
    status: 201,
    expected: 'a token',
    requested: { name: 'originOwnerId', value: valid.originOwnerId },
    decode: (json, options) => {
      const expiresIn = Object.hasOwn(valid, 'expiresIn') ? valid.expiresIn : undefined
      return decodeToken(json, { ...options, expiresIn })
    },
  }
}

/** Decodes an argument; throws a `ValidationError`. */
const decodeArgument = <A>(codec: t.Type<A>, name: string, value: unknown): A => {
  const decoded = codec.validate(value, [
    { key: '', type: codec },
    { key: name, type: codec },
  ])
  if (isLeft(decoded)) throw validationError(decoded.left, 'Invalid argument')
  return decoded.right
}

/** Returns the operation that gets the session of a token; throws a `ValidationError` if the token is blank. */
export const authenticateOperation = (argument: unknown): Operation<ConnectSession> => {
  const token = decodeArgument(nonBlankString, 'token', argument)
  const path = '/connect_sessions/authenticate'
  const body = JSON.stringify({ token })
  return { method: 'POST', path, endpoint: `POST ${path}`, body, status: 201, ...sessionSpec, secrets: [token] }
}

const isDotSegment = (value: unknown): boolean => value === '.' || value === '..'

const SessionId = refinement(
  'SessionId',
  (value): value is string | number =>
    Number.isSafeInteger(value) || (nonBlankString.is(value) && !isDotSegment(value)),
  'a non-blank string or an integer',
  { hint: (value) => (isDotSegment(value) ? "'.' and '..' are relative path segments in a URL" : undefined) },
)

/** Returns the operation that gets a session by its id; throws a `ValidationError` if the id is blank. */
export const getOperation = (argument: unknown): Operation<ConnectSession> => {
  const id = decodeArgument(SessionId, 'id', argument)
  const path = `/connect_sessions/${encodeURIComponent(String(id).toWellFormed())}`
  const requested = { name: 'id', value: String(id) } as const
  return { method: 'GET', path, endpoint: 'GET /connect_sessions/{id}', status: 200, ...sessionSpec, requested }
}
