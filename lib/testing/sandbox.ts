import { isLeft } from '#fp-ts/Either'
import { isRecord } from '../codec.ts'
import { ConnectSessionCreate } from '../create.ts'
import type { Fetch } from '../options.ts'
import type { ConnectSessionTokenWire } from '../reply.ts'
import { printMasked } from '../secret.ts'
import { type LocalServer, serve } from './server.ts'

/**
 * What a sandbox may be told.
 *
 * @example
 * const options: SandboxOptions = { apiKey: 'v1.sandbox.key', now: () => new Date('2026-01-01T00:00:00Z') }
 * sandbox(options)
 */
export interface SandboxOptions {
  /** The only API key that is accepted. @default any key */
  readonly apiKey?: string | undefined
  /** The clock, for `created_at` and the expiry of tokens. @default the real time */
  readonly now?: (() => Date) | undefined
}

/**
 * A request as it arrived. The API key is not in it.
 *
 * @example const lineOf = ({ method, path }: SandboxRequest) => `${method} ${path}`
 */
export interface SandboxRequest {
  /** The method, in upper case. */
  readonly method: string
  /** The path, such as `/connect_sessions`. */
  readonly path: string
  /** By name in lower case; `authorization` is masked. */
  readonly headers: Readonly<Record<string, string>>
  /** The body, parsed if it was JSON; undefined if there was none. */
  readonly body: unknown
}

/**
 * The API in this process.
 *
 * @example const clientOf = ({ fetch }: Sandbox) => createClient({ apiKey: 'any', fetch })
 */
export interface Sandbox {
  /** For `createClient({ fetch })`: answers as the API would, whatever the host. */
  readonly fetch: Fetch
  /** All requests since the start, or the last `reset`, oldest first. */
  readonly requests: readonly SandboxRequest[]
  /** All sessions that were made, oldest first, on the wire as they were answered. Printing one masks its secrets. */
  readonly sessions: readonly ConnectSessionTokenWire[]
  /** Serves the same over HTTP, on 127.0.0.1 and a free port. */
  readonly listen: () => Promise<LocalServer>
  /** Forgets all requests and sessions. */
  readonly reset: () => void
}

/** Thrown by a rule that a request breaks: the status and the sentence of the answer. */
class Refused extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

const isBlank = (value: unknown): boolean => typeof value !== 'string' || value.trim() === ''

const checkHeaders = ({ headers, method }: Request, apiKey: string | undefined): void => {
  const [scheme, encoded = ''] = (headers.get('authorization') ?? '').split(' ')
  const decoded = /^[A-Za-z0-9+/]+={0,2}$/.test(encoded) ? atob(encoded) : ''
  const key = decoded.slice(0, -1)
  if (scheme !== 'Basic' || !decoded.endsWith(':') || isBlank(key) || (apiKey !== undefined && key !== apiKey))
    throw new Refused(401, 'Unauthorized')
  if (isBlank(headers.get('user-agent'))) throw new Refused(403, 'A User-Agent is required')
  const type = headers.get('content-type') ?? ''
  if (method === 'POST' && !/^application\/json\b/i.test(type)) throw new Refused(400, 'The content type is not JSON')
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The contract's rules for a create, as the API enforces them. */
const payloadOf = (body: unknown): ConnectSessionCreate => {
  const decoded = ConnectSessionCreate.decode(body)
  if (isLeft(decoded))
    throw new Refused(
      400,
      decoded.left
        .map(
          ({ context, message }) =>
            `${context
              .map(({ key }) => key)
              .join('.')
              .slice(1)}: ${message}`,
        )
        .join('; '),
    )
  return decoded.right
}

const defaultLife = 1800

/** A session as it is kept: what was answered, and when its token expires. */
interface Minted {
  readonly wire: ConnectSessionTokenWire
  readonly expiresAt: number
}

const mint = (payload: ConnectSessionCreate, id: number, origin: string, now: Date): Minted => {
  const { expiresIn = defaultLife } = payload
  const { expires_in, multiple, ...asked } = ConnectSessionCreate.encode(payload)
  const token = `sandbox.${crypto.randomUUID()}`
  const wire: ConnectSessionTokenWire = {
    type: 'production',
    ...asked,
    id,
    organization_id: 'sandbox-organization',
    project_id: 'sandbox-project',
    created_at: now.toISOString(),
    token,
    auth_link_url: `${origin}/embedded/accounts/connect/${token}`,
  }
  return { wire: Object.freeze(printMasked(wire)), expiresAt: now.getTime() + expiresIn * 1000 }
}

const sessionOf = ({ token, auth_link_url, ...session }: ConnectSessionTokenWire): unknown => session

const recorded = (request: Request, text: string): SandboxRequest => {
  const headers = Object.fromEntries(request.headers)
  const masked = 'authorization' in headers ? { ...headers, authorization: '[secret]' } : headers
  const { pathname } = new URL(request.url)
  return Object.freeze({ method: request.method, path: pathname, headers: masked, body: parsed(text) })
}

const json = (status: number, body: unknown): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })

/**
 * StackOne's connect sessions in this process, for tests and for a first look: no network, no account.
 *
 * It checks what the API checks: the key, the `User-Agent`, JSON, and every rule of the payload. It mints tokens,
 * remembers sessions, and answers all three endpoints.
 *
 * @example
 * const api = sandbox()
 * const client = createClient({ apiKey: 'any', fetch: api.fetch })
 * await session().owner('acme-42', 'Acme Inc.').send(client)
 * api.requests[0]?.body // { origin_owner_id: 'acme-42', origin_owner_name: 'Acme Inc.' }
 */
export const sandbox = ({ apiKey, now = () => new Date() }: SandboxOptions = {}): Sandbox => {
  const requests: SandboxRequest[] = []
  const minted: Minted[] = []

  const create = (body: unknown, origin: string): Response => {
    const made = mint(payloadOf(body), minted.length + 1, origin, now())
    minted.push(made)
    return json(201, made.wire)
  }

  const authenticate = (body: unknown): Response => {
    const token = isRecord(body) ? body['token'] : undefined
    if (isBlank(token)) throw new Refused(400, 'token: expected a string that is not blank')
    const found = minted.find(({ wire }) => wire.token === token)
    if (found === undefined || found.expiresAt <= now().getTime())
      throw new Refused(401, 'The token is unknown or expired')
    return json(201, sessionOf(found.wire))
  }

  const get = (id: string): Response => {
    const found = minted.find(({ wire }) => String(wire.id) === id)
    if (found === undefined) throw new Refused(404, 'No such connect session')
    return json(200, sessionOf(found.wire))
  }

  const answer = (request: Request, body: unknown): Response => {
    checkHeaders(request, apiKey)
    const { pathname, origin } = new URL(request.url)
    const endpoint = `${request.method} ${pathname}`
    const [, id] = /^GET \/connect_sessions\/([^/]+)$/.exec(endpoint) ?? []
    if (endpoint === 'POST /connect_sessions') return create(body, origin)
    if (endpoint === 'POST /connect_sessions/authenticate') return authenticate(body)
    if (id !== undefined) return get(decodeURIComponent(id))
    throw new Refused(404, `Cannot ${endpoint}`)
  }

  const fetch = async (url: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = new Request(url, init)
    request.signal.throwIfAborted()
    const text = await request.text()
    const record = recorded(request, text)
    requests.push(record)
    try {
      return answer(request, record.body)
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      return json(error.status, { statusCode: error.status, message: error.message, timestamp: now().toISOString() })
    }
  }

  return Object.freeze({
    fetch,
    requests,
    get sessions() {
      return minted.map(({ wire }) => wire)
    },
    listen: () => serve(fetch),
    reset: () => {
      requests.length = 0
      minted.length = 0
    },
  })
}
