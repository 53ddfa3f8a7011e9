import { isLeft } from 'fp-ts/lib/Either.js'
import { listOf, nonBlankString, refinement } from '../../model/codec.ts'
import { type ConnectSessionTokenWire, type ConnectSessionWire, isExpired } from '../../model/connect-session.ts'
import { type ConnectSessionCreateWire, createFields } from '../../model/create-payload.ts'
import { issuesOf } from '../../model/issues.ts'
import { optional, wireCodec } from '../../model/wire.ts'
import { isRecord, mustBe, show, tryGet } from '../../util/guards.ts'
import { createResponse, errorResponse } from './response.ts'
import { createSession, type Store, sessionById } from './store.ts'

/** Accepts any value that the API may add, except StackOne's misspellings. */
const openSet = (expectation: string, misspellings: readonly string[]) => {
  const is = (value: unknown): value is string => nonBlankString.is(value) && !misspellings.includes(value)
  return refinement(expectation, is, expectation, { describe: show })
}

/** Decodes and encodes the body of a create. Encoding omits the fields that were null. */
const createBody = wireCodec<object, ConnectSessionCreateWire>(
  'CreateBody',
  {
    ...createFields,
    categories: optional(listOf(openSet('a category', ['hrisLegacy', 'stackOne']), { atLeastOne: 'category' })),
    type: optional(openSet('an account type', ['PRODUCTION', 'TEST'])),
  },
  'fail',
)

type Endpoint = (store: Store, body: unknown, url: URL) => Response

const omitToken = ({ token, auth_link_url, ...session }: ConnectSessionTokenWire): ConnectSessionWire => session

const create: Endpoint = (store, body, { origin }) => {
  const decoded = createBody.decode(body)
  if (!isLeft(decoded)) return createResponse(201, createSession(store, createBody.encode(decoded.right), origin))
  const messages = issuesOf(decoded.left).map(({ path, message }) => (path === '' ? message : `${path}: ${message}`))
  return errorResponse(400, messages.join('; '), store.now())
}

const authenticate: Endpoint = ({ sessions, now }, body) => {
  const token = isRecord(body) ? body['token'] : undefined
  if (!nonBlankString.is(token)) return errorResponse(400, `token: ${mustBe('a non-blank string', token)}`, now())
  const session = sessions.find((each) => each.wire.token === token && !isExpired(each, now()))
  if (session === undefined) return errorResponse(401, 'The token is unknown or expired', now())
  return createResponse(201, omitToken(session.wire))
}

const getSession: Endpoint = (store, _, { pathname }) => {
  const session = sessionById(store, pathname.split('/').at(-1))
  if (session === undefined) return errorResponse(404, 'No such connect session', store.now())
  return createResponse(200, omitToken(session.wire))
}

export const findEndpoint = ({ method, url }: Request): Endpoint | undefined => {
  const route = `${method} ${new URL(url).pathname}`
  if (route === 'POST /connect_sessions') return create
  if (route === 'POST /connect_sessions/authenticate') return authenticate
  return /^GET \/connect_sessions\/[^/]+$/.test(route) ? getSession : undefined
}

/** Returns the API key of Basic credentials with an empty password. */
const apiKeyOf = (headers: Headers): string | undefined => {
  const [, encoded = ''] = /^Basic (\S+)$/.exec(headers.get('authorization') ?? '') ?? []
  return /^(.+):$/s.exec(tryGet(() => atob(encoded)) ?? '')?.[1]
}

export const apiResponse = (store: Store, request: Request, body: unknown): Response => {
  const { headers, method } = request
  const url = new URL(request.url)
  const reject = (status: number, message: string): Response => errorResponse(status, message, store.now())
  const key = apiKeyOf(headers)
  if (key === undefined || key !== (store.apiKey ?? key)) return reject(401, 'Unauthorized')
  if (!nonBlankString.is(headers.get('user-agent'))) return reject(403, 'A User-Agent is required')
  if (method === 'POST' && !/^application\/json\b/i.test(headers.get('content-type') ?? ''))
    return reject(400, 'The content type must be application/json')
  return findEndpoint(request)?.(store, body, url) ?? reject(404, `Cannot ${method} ${url.pathname}`)
}
