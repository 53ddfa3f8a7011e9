import type { ConnectSessionTokenWire } from '../model/connect-session.ts'
import { checkOptions, mustShown, nonBlank, ofType, optionsOf } from '../util/check-options.ts'
import { isRecord, parseJson } from '../util/guards.ts'
import { mask, maskWhenPrinted } from '../util/redact.ts'
import { type AttemptStatus, type ConnectOutcome, type ConnectResult, connect } from './api/connect.ts'
import { apiResponse, findEndpoint } from './api/endpoints.ts'
import type { Store } from './api/store.ts'
import { applyFault } from './faults/effect.ts'
import type { Fault, FaultOptions } from './faults/fault.ts'
import { createFaultSchedule } from './faults/schedule.ts'
import { type LocalServer, serve } from './server.ts'
import { type SandboxWebhook, webhookCheck } from './webhook.ts'

/**
 * Options of `sandbox`; an undefined option counts as absent.
 * @example const options: SandboxOptions = { apiKey: 'v1.sandbox.key', now: () => new Date('2026-01-01T00:00:00Z') }
 */
export interface SandboxOptions {
  /** The only API key that is accepted. @default any key */
  readonly apiKey?: string | undefined
  /** Returns the current time, for `created_at` and the expiry of tokens. @default the system clock */
  readonly now?: (() => Date) | undefined
  /** The seed of faults with a `rate`: an integer. Equal seeds select the same requests. @default 1 */
  readonly seed?: number | undefined
  /** Where `connect` delivers `account.created` and `account.updated`. @default events are not delivered */
  readonly webhook?: SandboxWebhook | undefined
}

const sandboxOptions = optionsOf({
  apiKey: nonBlank,
  now: ofType('function'),
  seed: mustShown('an integer', Number.isSafeInteger),
  webhook: webhookCheck,
})

/**
 * A request that the sandbox received, without the API key.
 * @example const lineOf = ({ method, path }: SandboxRequest) => `${method} ${path}`
 */
export interface SandboxRequest {
  /** The method, in upper case. */
  readonly method: string
  /** The path, such as `/connect_sessions`. */
  readonly path: string
  /** The headers by their names in lower case. `authorization` and `x-hub-session-token` are masked. */
  readonly headers: Readonly<Record<string, string>>
  /** The parsed JSON body; undefined if there was none. A token in it is masked when printed. */
  readonly body: unknown
}

/**
 * A sandbox of the API.
 * @example const clientOf = ({ fetch }: Sandbox) => createClient({ apiKey: 'any', fetch })
 */
export interface Sandbox {
  /** Responds as the API does, for any host. Pass it to `createClient({ fetch })`. */
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>
  /** The requests since the start or the last `reset`, oldest first, including those with a fault. */
  readonly requests: readonly SandboxRequest[]
  /** The sessions that were created, oldest first, in their wire form. Their secrets are masked when printed. */
  readonly sessions: readonly ConnectSessionTokenWire[]
  /**
   * Makes requests to the API's three endpoints fail: by default the next one. Faults are applied in the order of the
   * calls. A `rate` applies to the requests without a queued fault, until `reset`.
   * @throws {ConfigurationError} if the fault or its options are invalid
   * @example
   * const api = sandbox()
   * api.fail({ status: 429, retryAfter: 60 }, { times: 2 })
   */
  readonly fail: (fault: Fault, options?: FaultOptions) => void
  /**
   * Plays the end user in the Hub: sets the outcome of a session's connection attempt, which `client.get` and
   * `client.waitForConnection` then return. The default is `authenticated`. If the owner already has an account at the
   * provider, the session opens that account, unless `multiple` is set.
   * @throws {ValidationError} if the sandbox has no such session, its token has expired, or the outcome is invalid
   * @example
   * const api = sandbox()
   * const { id } = await acme.send(createClient({ apiKey: 'any', fetch: api.fetch }))
   * api.connect(id) // { status: 'authenticated', accountId: 'sandbox-account-1' }
   */
  readonly connect: (id: string | number | undefined, outcome?: AttemptStatus | ConnectOutcome) => ConnectResult
  /** Serves the sandbox over HTTP on 127.0.0.1 and a free port; see `LocalServer`. Requires `node:http`. */
  readonly listen: () => Promise<LocalServer>
  /** Deletes all requests, sessions, accounts and faults, and restarts the seed. Servers keep running. */
  readonly reset: () => void
  /** Closes all servers of the sandbox. */
  readonly [Symbol.asyncDispose]: () => Promise<void>
}

const secretHeaders = new Set(['authorization', 'x-hub-session-token'])

const recordRequest = ({ method, url, headers }: Request, text: string): SandboxRequest => {
  const body = parseJson(text)
  return Object.freeze({
    method,
    path: new URL(url).pathname,
    headers: Object.fromEntries([...headers].map(([name, value]) => [name, secretHeaders.has(name) ? mask : value])),
    body: isRecord(body) ? maskWhenPrinted(body) : body,
  })
}

/**
 * Creates a sandbox of StackOne's API in this process, which needs neither a network nor an account.
 *
 * It validates the API key, the `User-Agent`, the content type and the payload, as the API does. It accepts unknown
 * categories and account types, because the API may add some, but not StackOne's misspellings, such as `hrisLegacy`. A
 * token is valid until it expires, 1800 seconds after its creation by default; opening the Hub does not consume it.
 * @throws {ConfigurationError} if an option is invalid
 * @example
 * const api = sandbox()
 * await acme.send(createClient({ apiKey: 'any', fetch: api.fetch }))
 * api.requests[0]?.body // { origin_owner_id: 'acme-42', origin_owner_name: 'Acme Inc.' }
 */
export const sandbox = (options: SandboxOptions = {}): Sandbox => {
  const { apiKey, now = () => new Date(), seed, webhook } = checkOptions(options, sandboxOptions, 'sandbox')
  const store: Store = { apiKey, now, webhook, sessions: [], accounts: [] }
  const requests: SandboxRequest[] = []
  const servers: Promise<LocalServer>[] = []
  let faults = createFaultSchedule(seed)

  // The signal is not that of the request, which ignores it once it is garbage collected, and may reject one of jsdom.
  const handle = async (request: Request, signal: AbortSignal | undefined): Promise<Response> => {
    signal?.throwIfAborted()
    const record = recordRequest(request, await request.text())
    requests.push(record)
    const fault = findEndpoint(request) && faults.next()
    const respond = (): Response => apiResponse(store, request, record.body)
    return fault === undefined ? respond() : applyFault(fault, respond, signal, now)
  }

  return Object.freeze<Sandbox>({
    fetch: async (url, { signal, ...init } = {}) => handle(new Request(url, init), signal ?? undefined),
    requests,
    get sessions() {
      return store.sessions.map(({ wire }) => wire)
    },
    fail: (fault, faultOptions) => faults.add(fault, faultOptions),
    connect: (id, outcome) => connect(store, id, outcome),
    listen: () => {
      const server = serve(handle)
      servers.push(server)
      return server
    },
    reset: () => {
      for (const list of [requests, store.sessions, store.accounts]) list.length = 0
      faults = createFaultSchedule(seed)
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(servers.splice(0).map(async (server) => (await server).close()))
    },
  })
}
