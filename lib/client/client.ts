import type { SessionError } from '../errors.ts'
import type { ConnectSession, ConnectSessionToken } from '../model/connect-session.ts'
import type { ConnectSessionCreate } from '../model/create-payload.ts'
import { guarded, type TaskEither, toPromise } from '../util/task.ts'
import { authenticateOperation, createOperation, getOperation, type Operation } from './endpoints.ts'
import type { CallOptions, ClientOptions, WaitOptions } from './options.ts'
import { sendWithRetries } from './send.ts'
import { resolveCallOptions, resolveOptions } from './settings.ts'
import { type Connection, waitForConnection } from './wait-for-connection.ts'

/**
 * The calls of a client as lazy `TaskEither`s: each run makes a new call, and never throws or rejects.
 * @example await client.task.get(id)() // { _tag: 'Right', right: …
 */
export interface ClientTasks {
  /** Returns a task of `client.create`. */
  readonly create: (
    payload: ConnectSessionCreate,
    options?: CallOptions,
  ) => TaskEither<SessionError, ConnectSessionToken>
  /** Returns a task of `client.authenticate`. */
  readonly authenticate: (token: string, options?: CallOptions) => TaskEither<SessionError, ConnectSession>
  /** Returns a task of `client.get`. */
  readonly get: (id: string | number | undefined, options?: CallOptions) => TaskEither<SessionError, ConnectSession>
  /** Returns a task of `client.waitForConnection`. */
  readonly waitForConnection: (
    id: string | number | undefined,
    options?: WaitOptions,
  ) => TaskEither<SessionError, Connection>
}

/**
 * A client of StackOne's API (contract section 1) for one API key; printing it does not show the key.
 *
 * A call that fails rejects with a `SessionError`. An invalid argument is a `ValidationError`, and nothing is sent.
 * @example const ownerOf = async (client: Client, id: string) => (await client.get(id)).originOwnerName
 */
export interface Client {
  /**
   * Creates a session: `POST /connect_sessions`. The builder's `send` calls it. If a response is lost, the retry
   * creates a second token, and the first one expires unused.
   * @example const { token } = await client.create({ originOwnerId: 'acme-42', originOwnerName: 'Acme Inc.' })
   */
  readonly create: (payload: ConnectSessionCreate, options?: CallOptions) => Promise<ConnectSessionToken>
  /**
   * Returns the session of a token: `POST /connect_sessions/authenticate`. The token must not be blank.
   * @example const { originOwnerId } = await client.authenticate(token)
   */
  readonly authenticate: (token: string, options?: CallOptions) => Promise<ConnectSession>
  /**
   * Returns a session by its id: `GET /connect_sessions/{id}`. A blank or undefined id is a `ValidationError`; an
   * unknown one is an `ApiError` with status 404.
   * @example const { latestConnectionAttempt } = await client.get(id)
   */
  readonly get: (id: string | number | undefined, options?: CallOptions) => Promise<ConnectSession>
  /**
   * Polls a session until its latest connection attempt ends, and resolves with that attempt. It continues after a
   * failure that may be temporary, such as a 503, and rejects with any other. At its deadline it rejects with a
   * `TimeoutError`, which quotes the last failure.
   * @example const { status, accountId } = await client.waitForConnection(id, { interval: 1000 })
   */
  readonly waitForConnection: (id: string | number | undefined, options?: WaitOptions) => Promise<Connection>
  /** The same calls as `TaskEither`s. */
  readonly task: ClientTasks
}

/**
 * Creates a client; it sends nothing, and a missing or malformed API key is a `ConfigurationError` of each call.
 * @throws {ConfigurationError} if options are unknown or invalid, or in a browser without `dangerouslyAllowBrowser`
 * @example
 * const client = createClient({ apiKey: process.env.STACKONE_API_KEY })
 * const { token } = await session().owner('acme-42', 'Acme Inc.').send(client)
 */
export const createClient = (options: ClientOptions = {}): Client => {
  const settings = resolveOptions(options)

  const run = <A extends ConnectSession>(operationOf: () => Operation<A>, own: CallOptions | undefined) =>
    guarded<A>('An option of the call', () =>
      sendWithRetries(operationOf(), own === undefined ? settings : resolveCallOptions(settings, own)),
    )

  const task: ClientTasks = Object.freeze({
    create: (payload, options) => run(() => createOperation(payload), options),
    authenticate: (token, options) => run(() => authenticateOperation(token), options),
    get: (id, options) => run(() => getOperation(id), options),
    waitForConnection: (id, options = {}) =>
      guarded('An option of waitForConnection', () => waitForConnection(settings, id, options)),
  } satisfies ClientTasks)

  return Object.freeze<Client>({
    create: (payload, options) => toPromise(task.create(payload, options)),
    authenticate: (token, options) => toPromise(task.authenticate(token, options)),
    get: (id, options) => toPromise(task.get(id, options)),
    waitForConnection: (id, options) => toPromise(task.waitForConnection(id, options)),
    task,
  })
}
