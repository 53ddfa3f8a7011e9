import { nonBlankString } from '../../model/codec.ts'
import { type ConnectSessionTokenWire, type ConnectSessionWire, isExpired } from '../../model/connect-session.ts'
import { isRecord, mustBe } from '../../util/guards.ts'
import { checkCreateBody } from './payload.ts'
import { ApiFailure, errorResponse, jsonResponse } from './response.ts'
import { createSession, type Store, sessionById } from './store.ts'

/** Returns the API key of Basic credentials with an empty password. */
const apiKeyOf = (headers: Headers): string | undefined => {
  const [, encoded = ''] = /^Basic (\S+)$/.exec(headers.get('authorization') ?? '') ?? []
  try {
    return /^(.+):$/s.exec(atob(encoded))?.[1]
  } catch {
    return undefined // malformed base64
  }
}

const checkHeaders = ({ headers, method }: Request, apiKey: string | undefined): void => {
  const key = apiKeyOf(headers)
  if (key === undefined || key !== (apiKey ?? key)) throw new ApiFailure(401, 'Unauthorized')
  if (!nonBlankString.is(headers.get('user-agent'))) throw new ApiFailure(403, 'A User-Agent is required')
  if (method === 'POST' && !/^application\/json\b/i.test(headers.get('content-type') ?? ''))
    throw new ApiFailure(400, 'The content type must be application/json')
}

const omitToken = ({ token, auth_link_url, ...session }: ConnectSessionTokenWire): ConnectSessionWire => session

const authenticate = ({ sessions, now }: Store, body: unknown): Response => {
  const token = isRecord(body) ? body['token'] : undefined
  if (!nonBlankString.is(token)) throw new ApiFailure(400, `token: ${mustBe('a non-blank string', token)}`)
  const session = sessions.find((each) => each.wire.token === token && !isExpired(each, now()))
  if (session === undefined) throw new ApiFailure(401, 'The token is unknown or expired')
  return jsonResponse(201, omitToken(session.wire))
}

const getSession = (store: Store, id: string): Response => {
  const session = sessionById(store, id)
  if (session === undefined) throw new ApiFailure(404, 'No such connect session')
  return jsonResponse(200, omitToken(session.wire))
}

type Endpoint = (store: Store, body: unknown, origin: string) => Response

/** Returns the endpoint of the API that a request is for. */
export const findEndpoint = ({ method, url }: Request): Endpoint | undefined => {
  const route = `${method} ${new URL(url).pathname}`
  const [, id] = /^GET \/connect_sessions\/([^/]+)$/.exec(route) ?? []
  if (id !== undefined) return (store) => getSession(store, id)
  if (route === 'POST /connect_sessions/authenticate') return authenticate
  if (route !== 'POST /connect_sessions') return undefined
  return (store, body, origin) => jsonResponse(201, createSession(store, checkCreateBody(body), origin))
}

/** Responds as the API does. */
export const apiResponse = (store: Store, request: Request, body: unknown, apiKey: string | undefined): Response => {
  try {
    checkHeaders(request, apiKey)
    const { pathname, origin } = new URL(request.url)
    const endpoint = findEndpoint(request)
    if (endpoint === undefined) throw new ApiFailure(404, `Cannot ${request.method} ${pathname}`)
    return endpoint(store, body, origin)
  } catch (error) {
    if (error instanceof ApiFailure) return errorResponse(error.status, error.message, store.now())
    throw error
  }
}
