import type { Issue } from '../errors.ts'
import { nonBlankString } from '../model/codec.ts'
import {
  type Check,
  checkOptions,
  type DefinedOptions,
  integerBetween,
  must,
  mustBeNumber,
  ofType,
  optionsOf,
} from '../util/check-options.ts'
import { isPlainObject, isRecord, mustBe } from '../util/guards.ts'
import { omitUndefined } from '../util/omit-undefined.ts'
import { maxTimeout } from '../util/timeout.ts'
import type { ClientEvent } from './events.ts'

/**
 * A function that does what the global `fetch` does, as far as this library needs it.
 *
 * The `fetch` of undici and that of node-fetch can be used as they are. It is called with a URL and an init, and
 * returns a new response each time.
 * @example
 * const logged: Fetch = async (url, init) => {
 *   const response = await fetch(url, init)
 *   log.info(init.method, response.status)
 *   return response
 * }
 * createClient({ fetch: logged })
 */
export type Fetch = (
  url: string,
  init: {
    readonly method: 'GET' | 'POST'
    readonly headers: Record<string, string>
    readonly body: string | null
    readonly signal: AbortSignal
    readonly redirect: 'manual'
    /** Absent where the platform does not support it. */
    readonly cache?: 'no-store'
  },
) => Promise<
  Pick<Response, 'status' | 'text'> & {
    /** Used to read `retry-after` and `x-request-id`. */
    readonly headers: Pick<Headers, 'get'>
  }
>

/**
 * Headers by name; a header whose value is undefined is not sent.
 * @example
 * const headers: HeaderValues = { 'x-team': process.env.TEAM }
 * createClient({ headers })
 */
export type HeaderValues = Readonly<Record<string, string | undefined>>

/**
 * Options of one call.
 *
 * They override those of the client. An undefined option counts as absent.
 * @example
 * const patient: CallOptions = { timeout: 20_000, deadline: 60_000 }
 * await acme.send(client, patient)
 */
export interface CallOptions {
  /** Aborts the call, also between two attempts. The call rejects with an `AbortError` that has the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds for each attempt, from its start to the last byte of the response. @default 10000 */
  readonly timeout?: number | undefined
  /** Milliseconds for the whole call: the `apiKey` function, all attempts and the delays between them. @default 30000 */
  readonly deadline?: number | undefined
  /** The number of retries after 408, 429, 502, 503, 504, a failed connection or a timeout, from 0 to 100. @default 2 */
  readonly retries?: number | undefined
  /** Additional headers. */
  readonly headers?: HeaderValues | undefined
}

/**
 * Options of `waitForConnection`; an undefined option counts as absent.
 * @example
 * const quick: WaitOptions = { interval: 1000, deadline: 60_000 }
 * await client.waitForConnection(id, quick)
 */
export interface WaitOptions {
  /** Aborts the wait. It rejects with an `AbortError` that has the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds between two polls. @default 2000 */
  readonly interval?: number | undefined
  /** Milliseconds for the whole wait. @default 600000, ten minutes */
  readonly deadline?: number | undefined
}

/**
 * Options of `createClient`; an undefined option counts as absent.
 * @example
 * const options: ClientOptions = { apiKey: process.env.STACKONE_API_KEY, retries: 3 }
 * const client = createClient(options)
 */
export interface ClientOptions extends Omit<CallOptions, 'signal'> {
  /**
   * The API key as shown by StackOne, or a function that returns it. Each call reads and checks it.
   * @default the environment variable STACKONE_API_KEY
   */
  readonly apiKey?: string | (() => string | Promise<string>) | undefined
  /**
   * The URL of the API: `https:`, or `http:` with a loopback host.
   * @default the environment variable STACKONE_BASE_URL, or https://api.stackone.com
   */
  readonly baseUrl?: string | undefined
  /** Sends the requests, for example through a proxy or in a test. @default the global `fetch` at the time of the call */
  readonly fetch?: Fetch | undefined
  /** The `User-Agent` header. @default `stackone-session/` and the version */
  readonly userAgent?: string | undefined
  /** Receives the events of each call. Errors that it throws are ignored. */
  readonly onEvent?: ((event: ClientEvent) => unknown) | undefined
  /** Rejects responses that deviate from the contract, with an `InvalidResponseError`. @default false */
  readonly strict?: boolean | undefined
  /** Allows construction in a browser, where anyone can read the API key. @default false */
  readonly dangerouslyAllowBrowser?: boolean | undefined
}

const milliseconds = mustBeNumber(
  `a number of milliseconds, more than 0 and at most ${maxTimeout}`,
  (value) => value > 0 && value <= maxTimeout,
)

const isLoopback = (host: string): boolean => /^(127(\.\d{1,3}){3}|\[::1\]|(.+\.)?localhost)$/.test(host)

/** Returns the problems of a base URL. It may contain a password, and is not shown. */
export const baseUrlIssues: Check = (value, path) => {
  const reject = (message: string, hint?: string) => [omitUndefined<Issue>({ path, message, hint })]
  if (typeof value !== 'string')
    return reject(mustBe('a string', value), value instanceof URL ? 'use url.href' : undefined)
  const hasScheme = /^\s*[a-z][a-z0-9+.-]*:\/\//i.test(value)
  if (!hasScheme || !URL.canParse(value))
    return reject(mustBe('an absolute URL', value), hasScheme ? undefined : 'start it with https://')
  const { protocol, hostname, username, password, search, hash } = new URL(value)
  if (protocol !== 'https:' && !(protocol === 'http:' && isLoopback(hostname)))
    return reject(
      'must use https, or http with a loopback host',
      'without https, anyone on the network can read the API key',
    )
  return username || password || search || hash || /[?#]/.test(value)
    ? reject('must not have a user, a password, a query or a fragment')
    : []
}

// The first would make a request malformed or add a second key. fetch fails on the last four like on a broken network.
const reservedHeaders = new Set(
  'authorization content-type content-length accept host expect keep-alive transfer-encoding upgrade'.split(' '),
)

const headerIssues = (name: string, value: unknown, path: string): readonly Issue[] => {
  if (reservedHeaders.has(name.toLowerCase())) return [{ path, message: 'is set by the library or by fetch' }]
  if (typeof value !== 'string') return [{ path, message: mustBe('a string', value) }]
  if (/[^\P{Cc}\t]/u.test(value)) return [{ path, message: 'must not contain control characters' }]
  try {
    new Headers([[name, value]])
    return []
  } catch {
    return [{ path, message: 'must be a valid header' }]
  }
}

const headers: Check = (value, path) => {
  if (!isRecord(value) || !isPlainObject(value)) {
    return [{ path, message: mustBe('a plain object', value), hint: 'use Object.fromEntries(headers)' }]
  }
  return Object.entries(omitUndefined<object>(value)).flatMap(([name, each]) =>
    headerIssues(name, each, /^[\w-]+$/.test(name) ? `${path}.${name}` : `${path}[${JSON.stringify(name)}]`),
  )
}

// A signal of another realm is not an instance of this realm's class.
const signal = must('an AbortSignal', (value) => {
  const { aborted, addEventListener, removeEventListener }: Partial<AbortSignal> = Object(value)
  return (
    typeof aborted === 'boolean' && typeof addEventListener === 'function' && typeof removeEventListener === 'function'
  )
})

const sharedChecks = { timeout: milliseconds, deadline: milliseconds, retries: integerBetween(0, 100), headers }

const callChecks: Readonly<Record<keyof CallOptions, Check>> = { signal, ...sharedChecks }

const waitChecks: Readonly<Record<keyof WaitOptions, Check>> = {
  signal,
  deadline: milliseconds,
  interval: milliseconds,
}

const clientChecks: Readonly<Record<keyof ClientOptions, Check>> = {
  ...sharedChecks,
  apiKey: must('a string or a function', (value) => typeof value === 'string' || typeof value === 'function'),
  baseUrl: baseUrlIssues,
  fetch: ofType('function'),
  userAgent: (value, path) =>
    nonBlankString.is(value)
      ? headerIssues('user-agent', value, path)
      : [{ path, message: mustBe('a non-blank string', value) }],
  onEvent: ofType('function'),
  strict: ofType('boolean'),
  dangerouslyAllowBrowser: ofType('boolean'),
}

// Names of the vendor's SDK and of other clients.
const sharedAliases = { timeoutMs: 'timeout', retryConfig: 'retries', maxRetries: 'retries' }
const callAliases = { ...sharedAliases, abortSignal: 'signal' }
const waitAliases = { intervalMs: 'interval', timeout: 'deadline', timeoutMs: 'deadline', abortSignal: 'signal' }
const clientAliases = {
  ...sharedAliases,
  serverURL: 'baseUrl',
  serverUrl: 'baseUrl',
  endpoint: 'baseUrl',
  host: 'baseUrl',
  security: 'apiKey',
  username: 'apiKey',
  key: 'apiKey',
  token: 'apiKey',
  httpClient: 'fetch',
  defaultHeaders: 'headers',
  debugLogger: 'onEvent',
  logger: 'onEvent',
}

const clientCheck = optionsOf(clientChecks, { aliases: clientAliases })
const callCheck = optionsOf(callChecks, { aliases: callAliases })
const waitCheck = optionsOf(waitChecks, { aliases: waitAliases })

/** Checks the options of `createClient`; throws a `ConfigurationError`. */
export const clientOptions = (options: ClientOptions): DefinedOptions<ClientOptions> =>
  checkOptions(options, clientCheck, 'createClient')

/** Checks the options of one call; throws a `ConfigurationError`. */
export const callOptions = (options: CallOptions): DefinedOptions<CallOptions> =>
  checkOptions(options, callCheck, 'the call')

/** Checks the options of `waitForConnection`; throws a `ConfigurationError`. */
export const waitOptions = (options: WaitOptions): DefinedOptions<WaitOptions> =>
  checkOptions(options, waitCheck, 'waitForConnection')
