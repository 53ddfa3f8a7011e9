/// <reference lib="esnext.disposable" preserve="true" />
import { text } from '../codec.ts'
import { type Check, given, only } from '../options.ts'
import type { ConnectSessionTokenWire } from '../reply.ts'
import { answer, endpointOf } from './api.ts'
import { type AttemptStatus, type ConnectEnd, type Connected, connect } from './connect.ts'
import { effectOf } from './effect.ts'
import { checkFault, type Fault, type When } from './fault.ts'
import { hub, isHub } from './hub.ts'
import type { State } from './minted.ts'
import { plan } from './plan.ts'
import { recorded, type SandboxRequest } from './request.ts'
import { replied } from './response.ts'
import { type LocalServer, serve } from './server.ts'

/**
 * What a sandbox may be told. An option given as undefined counts as absent; an unknown one is refused.
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
  /** A whole number that decides which requests a `rate` of faults hits; the same one, the same requests. @default 1 */
  readonly seed?: number | undefined
}

const checks: Readonly<Record<keyof SandboxOptions, Check>> = {
  apiKey: only('a string that is not blank', text.is),
  now: only('a function that gives a Date', (value) => typeof value === 'function'),
  seed: only('a whole number', Number.isSafeInteger),
}

/**
 * The API in this process.
 *
 * @example const clientOf = ({ fetch }: Sandbox) => createClient({ apiKey: 'any', fetch })
 */
export interface Sandbox {
  /** For `createClient({ fetch })`: answers as the API would, whatever the host. */
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>
  /** All requests since the start, or the last `reset`, oldest first, also those that met a fault. */
  readonly requests: readonly SandboxRequest[]
  /**
   * All sessions that were made, oldest first, on the wire as they would be answered now, and with their tokens.
   * Printing one masks its secrets.
   */
  readonly sessions: readonly ConnectSessionTokenWire[]
  /**
   * Lets requests to the API's three endpoints fail: the next one, the next `times`, or a share of them, from 0 to 1.
   *
   * Faults queue up: what was given first is used first. A rate is for the requests that no queued fault takes, and holds
   * until `reset`. A fault that cannot be is a `ConfigurationError`, at once.
   *
   * @example
   * const api = sandbox()
   * api.fail(503, { times: 2 })
   * api.fail({ status: 429, retryAfter: 60 })
   * api.fail('reset', { rate: 0.1 })
   */
  readonly fail: (fault: Fault, when?: When) => void
  /**
   * Plays the end user in the Hub of a session: connects an account, or fails to. `client.get` and
   * `client.waitForConnection` see it.
   *
   * An owner who has an account at the provider gets that one again, unless the session is `multiple`. Throws a
   * `ValidationError` if there is no such session, or its token has expired.
   *
   * @example
   * const api = sandbox()
   * const { id } = await acme.send(createClient({ apiKey: 'any', fetch: api.fetch }))
   *
   * api.connect(id) // { status: 'authenticated', accountId: 'sandbox-account-1' }
   * api.connect(id, { status: 'error', oauthErrorCode: 'access_denied' }) // { status: 'error' }
   */
  readonly connect: (id: string | number | undefined, end?: AttemptStatus | ConnectEnd) => Connected
  /**
   * Serves the same over HTTP, on 127.0.0.1 and a free port: for `createClient`, and for a page with `@stackone/hub`.
   *
   * @example
   * const server = await sandbox().listen()
   * const client = createClient({ apiKey: 'any', baseUrl: server.url })
   * await server.close()
   */
  readonly listen: () => Promise<LocalServer>
  /** Forgets all requests, sessions, accounts and faults, and begins with the seed again. Servers go on. */
  readonly reset: () => void
  /** Closes all servers that it listens with. */
  readonly [Symbol.asyncDispose]: () => Promise<void>
}

/**
 * StackOne's connect sessions in this process, for tests and for a first look: no network, no account.
 *
 * It checks what the API checks: the key, the `User-Agent`, JSON, and every rule of the payload. It mints tokens that
 * expire, remembers sessions and accounts, answers all three endpoints, and what the Hub asks. Throws a
 * `ConfigurationError` for options that it cannot take.
 *
 * @example
 * const api = sandbox()
 * const client = createClient({ apiKey: 'any', fetch: api.fetch })
 * await session().owner('acme-42', 'Acme Inc.').send(client)
 * api.requests[0]?.body // { origin_owner_id: 'acme-42', origin_owner_name: 'Acme Inc.' }
 */
export const sandbox = (options: SandboxOptions = {}): Sandbox => {
  const { apiKey, now = () => new Date(), seed = 1 } = given(options, checks, 'sandbox')
  const state: State = { minted: [], accounts: [], now }
  const requests: SandboxRequest[] = []
  const faults = plan(seed)
  const servers: Promise<LocalServer>[] = []

  const reply = (request: Request, body: unknown): Response =>
    isHub(request) ? hub(state, request, body) : replied(() => answer(state, request, body, apiKey), now)

  const fetch = async (url: string | URL | Request, init?: RequestInit): Promise<Response> => {
    // Not that of the request made here: it would stop telling once that request is collected as garbage.
    const signal = init?.signal ?? (url instanceof Request ? url.signal : undefined)
    const request = new Request(url, init)
    signal?.throwIfAborted()
    const record = recorded(request, await request.text())
    requests.push(record)
    const effect = endpointOf(request) === undefined ? undefined : faults.next()
    if (effect === undefined) return reply(request, record.body)
    return 'before' in effect ? effect.before(signal, now()) : effect.after(reply(request, record.body), signal)
  }

  return Object.freeze({
    fetch,
    requests,
    get sessions() {
      return state.minted.map(({ wire }) => wire)
    },
    fail: (fault: Fault, when: When = {}) => {
      checkFault(fault, when)
      faults.add(effectOf(fault), when)
    },
    connect: (id: string | number | undefined, end: AttemptStatus | ConnectEnd = 'authenticated') =>
      connect(state, id, end),
    listen: () => {
      const server = serve(fetch)
      servers.push(server)
      return server
    },
    reset: () => {
      requests.length = 0
      state.minted.length = 0
      state.accounts.length = 0
      faults.reset()
    },
    [Symbol.asyncDispose]: async () => {
      // One that could not listen was told to whoever asked for it.
      const listening = await Promise.allSettled(servers.splice(0))
      await Promise.all(listening.map((server) => server.status === 'fulfilled' && server.value.close()))
    },
  })
}
