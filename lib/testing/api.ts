import { isLeft, tryCatch } from '#fp-ts/Either'
import { isRecord, text } from '../codec.ts'
import { ConnectSessionCreate } from '../create.ts'
import type { ConnectSessionTokenWire } from '../reply.ts'
import { mint, mintedById, mintedByToken, type State } from './minted.ts'
import { json, Refused, segment } from './response.ts'

// What is no base64, atob refuses with an error of its own.
const decodedBase64 = (encoded: string): string => {
  const decoded = tryCatch(
    () => atob(encoded),
    () => '',
  )
  return isLeft(decoded) ? decoded.left : decoded.right
}

const checkHeaders = ({ headers, method }: Request, apiKey: string | undefined): void => {
  const [scheme, encoded = ''] = (headers.get('authorization') ?? '').split(' ')
  const decoded = decodedBase64(encoded)
  const key = decoded.slice(0, -1)
  if (scheme !== 'Basic' || !decoded.endsWith(':') || !text.is(key) || (apiKey !== undefined && key !== apiKey))
    throw new Refused(401, 'Unauthorized')
  if (!text.is(headers.get('user-agent'))) throw new Refused(403, 'A User-Agent is required')
  const type = headers.get('content-type') ?? ''
  if (method === 'POST' && !/^application\/json\b/i.test(type)) throw new Refused(400, 'The content type is not JSON')
}

/** The contract's rules for a create, as the API enforces them. */
const payloadOf = (body: unknown): ConnectSessionCreate => {
  const decoded = ConnectSessionCreate.decode(body)
  if (!isLeft(decoded)) return decoded.right
  const sentences = decoded.left.map(({ context, message }) => {
    const [, ...path] = context.map(({ key }) => key)
    return path.length === 0 ? message : `${path.join('.')}: ${message}`
  })
  throw new Refused(400, sentences.join('; '))
}

const sessionOf = ({ token, auth_link_url, ...session }: ConnectSessionTokenWire): unknown => session

const authenticate = (state: State, body: unknown): Response => {
  const token = isRecord(body) ? body['token'] : undefined
  if (!text.is(token)) throw new Refused(400, 'token: expected a string that is not blank')
  const found = mintedByToken(state, token)
  if (found === undefined) throw new Refused(401, 'The token is unknown or expired')
  return json(201, sessionOf(found.wire))
}

const get = (state: State, id: string): Response => {
  const found = mintedById(state, id)
  if (found === undefined) throw new Refused(404, 'No such connect session')
  return json(200, sessionOf(found.wire))
}

type Endpoint = (state: State, body: unknown, origin: string) => Response

/** The endpoint of the API that a request is for, if it is for one. */
export const endpointOf = ({ method, url }: Request): Endpoint | undefined => {
  const endpoint = `${method} ${new URL(url).pathname}`
  const [, id] = /^GET \/connect_sessions\/([^/]+)$/.exec(endpoint) ?? []
  if (id !== undefined) return (state) => get(state, segment(id))
  if (endpoint === 'POST /connect_sessions/authenticate') return authenticate
  if (endpoint !== 'POST /connect_sessions') return undefined
  return (state, body, origin) => json(201, mint(state, payloadOf(body), origin).wire)
}

/** Answers as the API does; throws what it refuses. */
export const answer = (state: State, request: Request, body: unknown, apiKey: string | undefined): Response => {
  checkHeaders(request, apiKey)
  const { pathname, origin } = new URL(request.url)
  const endpoint = endpointOf(request)
  if (endpoint === undefined) throw new Refused(404, `Cannot ${request.method} ${pathname}`)
  return endpoint(state, body, origin)
}
