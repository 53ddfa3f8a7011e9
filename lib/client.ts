import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import { isLeft } from '#fp-ts/Either'
import { at, check, type Quick, text } from './codec.ts'
import { type ConnectSessionCreate, encode, Payload } from './create.ts'
import type { SessionError } from './errors.ts'
import { tell } from './event.ts'
import { exchange, factsOf } from './exchange.ts'
import { validationError } from './issues.ts'
import type { CallOptions, ClientOptions, WaitOptions } from './options.ts'
import { type Reading, read } from './reading.ts'
import { type ConnectSession, type ConnectSessionToken, decodeSession, decodeToken } from './reply.ts'
import { type Settings, settingsOf, settingsOfCall } from './settings.ts'
import { guarded, promised } from './task.ts'
import type { Call } from './transport.ts'
import { type Connection, waitFor } from './wait.ts'

/**
 * The calls of a client as lazy `TaskEither`s: nothing happens until one is run, and none ever throws or rejects.
 *
 * @example
 * const found = await client.task.get('no such id')()
 * if (found._tag === 'Left') log.warn(found.left.name) // ApiError
 */
export interface ClientTasks {
  /**
   * As `client.create`.
   *
   * @example const made = client.task.create({ originOwnerId: 'acme-42', originOwnerName: 'Acme Inc.' })
   */
  readonly create: (
    payload: ConnectSessionCreate,
    options?: CallOptions,
  ) => TaskEither<SessionError, ConnectSessionToken>
  /**
   * As `client.authenticate`.
   *
   * @example const known = await client.task.authenticate(token)()
   */
  readonly authenticate: (token: string, options?: CallOptions) => TaskEither<SessionError, ConnectSession>
  /**
   * As `client.get`.
   *
   * @example const found = await client.task.get(id)()
   */
  readonly get: (id: string | number, options?: CallOptions) => TaskEither<SessionError, ConnectSession>
  /**
   * As `client.waitForConnection`.
   *
   * @example const connected = await client.task.waitForConnection(id, { interval: 1000 })()
   */
  readonly waitForConnection: (id: string | number, options?: WaitOptions) => TaskEither<SessionError, Connection>
}

/**
 * Talks to StackOne. It holds the API key, and shows it nowhere.
 *
 * @example
 * const nameOf = async (client: Client, token: string) => (await client.authenticate(token)).originOwnerName
 * await nameOf(client, token) // 'Acme Inc.'
 */
export interface Client {
  /**
   * Makes a session: `POST /connect_sessions`. The builder's `send` calls it; so can you, with a payload of your own.
   *
   * Rejects with a `SessionError`; a payload that is not valid is a `ValidationError` before anything is sent. A create
   * that is repeated after a lost reply only mints one more short-lived token.
   *
   * @example const { token } = await client.create({ originOwnerId: 'acme-42', originOwnerName: 'Acme Inc.' })
   */
  readonly create: (payload: ConnectSessionCreate, options?: CallOptions) => Promise<ConnectSessionToken>
  /**
   * The session that a token belongs to: `POST /connect_sessions/authenticate`.
   *
   * Rejects with a `SessionError`; a blank token is a `ValidationError` before anything is sent.
   *
   * @example const { originOwnerId } = await client.authenticate(token)
   */
  readonly authenticate: (token: string, options?: CallOptions) => Promise<ConnectSession>
  /**
   * A session by its id: `GET /connect_sessions/{id}`.
   *
   * Rejects with a `SessionError`; a blank id is a `ValidationError` before anything is sent, an unknown one an
   * `ApiError` with status 404.
   *
   * @example const { latestConnectionAttempt } = await client.get(id)
   */
  readonly get: (id: string | number, options?: CallOptions) => Promise<ConnectSession>
  /**
   * Waits until the end user has connected an account, or has failed to: asks for the session again and again until its
   * latest attempt is `authenticated`, `error`, `cancelled` or `expired`, and resolves with that attempt.
   *
   * Asks every 2 seconds for 10 minutes unless told otherwise, in milliseconds, then rejects with a `TimeoutError`.
   * Failures that may pass do not end the wait; others reject at once. A `TimeoutError` says how the last look failed, if
   * it did.
   *
   * @example const { status, accountId } = await client.waitForConnection(id, { interval: 1000 })
   */
  readonly waitForConnection: (id: string | number, options?: WaitOptions) => Promise<Connection>
  /** The same four as `TaskEither`s. */
  readonly task: ClientTasks
}

/** What stands between a caller and a request: a call that is ready to be sent, and how to read its answer. */
interface Plan<A> {
  readonly call: Call
  readonly reading: Reading<A>
}

const perform = <A>(
  settings: Settings,
  options: CallOptions | undefined,
  plan: () => Plan<A>,
): TaskEither<SessionError, A> =>
  guarded('The call', async () => {
    const { call, reading } = plan()
    const own = settingsOfCall(settings, options)
    const received = await exchange(own, call)
    const result = isLeft(received) ? received : read(own, call, reading, received.right)
    if (isLeft(result)) {
      const { attempts: attempt = 0, elapsedMs = 0 } = result.left
      tell(own.onEvent, { type: 'failure', endpoint: call.endpoint, attempt, elapsedMs, ...factsOf(result.left) })
    }
    return result
  })

const post = (path: string, body: object, secrets: readonly string[] = []): Call => ({
  method: 'POST',
  path,
  endpoint: `POST ${path}`,
  body: JSON.stringify(body),
  secrets,
})

const createPlan = (payload: ConnectSessionCreate): Plan<ConnectSessionToken> => {
  const decoded = Payload.decode(payload)
  if (isLeft(decoded)) throw validationError(decoded.left)
  return {
    call: post('/connect_sessions', encode(decoded.right)),
    reading: {
      status: 201,
      wanted: 'a token',
      decode: decodeToken,
      expiresIn: decoded.right.expiresIn,
    },
  }
}

const sessionReading = (status: number): Reading<ConnectSession> => ({
  status,
  wanted: 'a session',
  decode: decodeSession,
})

/** An argument that its codec takes; throws a ValidationError. */
const checked = <A>(codec: Quick<A>, path: string, value: unknown): A => {
  const decoded = codec.validate(value, at([], path))
  if (isLeft(decoded)) throw validationError(decoded.left, 'The call is not valid, so nothing was sent')
  return decoded.right
}

const isStep = (value: unknown): boolean => value === '.' || value === '..'

const anId = check(
  'Id',
  (value): value is string | number => Number.isSafeInteger(value) || (text.is(value) && !isStep(value)),
  'an id (a string that is not blank, or a whole number)',
  (value) => (isStep(value) ? 'in a URL it is a step of the path' : undefined),
)

const authenticatePlan = (given: unknown): Plan<ConnectSession> => {
  const token = checked(text, 'token', given)
  return {
    call: post('/connect_sessions/authenticate', { token }, [token]),
    reading: sessionReading(201),
  }
}

const getPlan = (id: unknown): Plan<ConnectSession> => {
  const path = `/connect_sessions/${encodeURIComponent(String(checked(anId, 'id', id)).toWellFormed())}`
  return { call: { method: 'GET', path, endpoint: 'GET /connect_sessions/{id}' }, reading: sessionReading(200) }
}

/**
 * Makes a client for one API key. Nothing is sent, and the key is not read, until a call is made.
 *
 * Throws a `ConfigurationError` that lists all unknown options and bad values, and in a browser unless
 * `dangerouslyAllowBrowser` is set. A missing or malformed key is a `ConfigurationError` of the call.
 *
 * @example
 * const client = createClient({ apiKey: process.env.STACKONE_API_KEY })
 * const { token } = await session().owner('acme-42', 'Acme Inc.').send(client)
 */
export const createClient = (options: ClientOptions = {}): Client => {
  const settings = settingsOf(options)
  const get = (id: string | number, options?: CallOptions) => perform(settings, options, () => getPlan(id))
  const task: ClientTasks = Object.freeze({
    create: (payload: ConnectSessionCreate, options?: CallOptions) =>
      perform(settings, options, () => createPlan(payload)),
    authenticate: (token: string, options?: CallOptions) => perform(settings, options, () => authenticatePlan(token)),
    get,
    waitForConnection: (id: string | number, options: WaitOptions = {}) =>
      guarded(
        'waitForConnection',
        waitFor(settings, options, (own) => get(id, own)),
      ),
  })
  const promises = Object.entries(task).map(([name, call]) => [
    name,
    (subject: never, options?: object) => promised<unknown>(call(subject, options)),
  ])
  // The same calls, each with a promise of what its task gives.
  return Object.freeze({ ...(Object.fromEntries(promises) as Omit<Client, 'task'>), task })
}
