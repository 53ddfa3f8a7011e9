import type { Issue } from '../errors.ts'
import { type Check, integerBetween, must, mustBeNumber, nonBlank, ofType, optionsOf } from '../util/check-options.ts'
import { isPlainObject, isRecord, mustBe, omitUndefined, tryGet } from '../util/guards.ts'
import { maxTimeout } from '../util/timeout.ts'
import type { ClientEvent } from './events.ts'

/**
 * A function like the global `fetch`, such as that of undici or node-fetch, which returns a new response for each call.
 * @example const logged: Fetch = (url, init) => fetch(url, init).finally(() => log.info(init.method, url))
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
 * @example const headers: HeaderValues = { 'x-team': process.env.TEAM }
 */
export type HeaderValues = Readonly<Record<string, string | undefined>>

/**
 * Options of one call, which override those of the client; an undefined option counts as absent.
 * @example await acme.send(client, { timeout: 20_000, deadline: 60_000 })
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
 * @example await client.waitForConnection(id, { interval: 1000, deadline: 60_000 })
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
 * @example createClient({ apiKey: process.env.STACKONE_API_KEY, retries: 3 })
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
  /** Rejects responses with drift, with an `InvalidResponseError`. @default false */
  readonly strict?: boolean | undefined
  /** Allows `createClient` in a browser, where anyone can read the API key. @default false */
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
  const { protocol, hostname, username, password } = new URL(value)
  if (protocol !== 'https:' && !(protocol === 'http:' && isLoopback(hostname)))
    return reject(
      'must use https, or http with a loopback host',
      'without https, anyone on the network can read the API key',
    )
  return username || password || /[?#]/.test(value)
    ? reject('must not have a user, a password, a query or a fragment')
    : []
}

// The first five would make a request malformed or add a second key. `fetch` fails on the last four.
const reservedHeaders = new Set(
  'authorization content-type content-length accept host expect keep-alive transfer-encoding upgrade'.split(' '),
)

const headerIssues = (name: string, value: unknown, path: string): readonly Issue[] => {
  const reject = (message: string) => [{ path, message }]
  if (reservedHeaders.has(name.toLowerCase())) return reject('is set by the library or by fetch')
  if (typeof value !== 'string') return reject(mustBe('a string', value))
  if (/[^\P{Cc}\t]/u.test(value)) return reject('must not contain control characters')
  return tryGet(() => new Headers([[name, value]])) ? [] : reject('must be a valid header')
}

const headers: Check = (value, path) => {
  if (!isRecord(value) || !isPlainObject(value))
    return [{ path, message: mustBe('a plain object', value), hint: 'use Object.fromEntries(headers)' }]
  return Object.entries(omitUndefined<object>(value)).flatMap(([name, each]) =>
    headerIssues(name, each, /^[\w-]+$/.test(name) ? `${path}.${name}` : `${path}[${JSON.stringify(name)}]`),
  )
}

// A signal of another realm is not an instance of this realm's class.
const signal = must('an AbortSignal', (value) => {
  const { aborted, addEventListener }: Partial<AbortSignal> = Object(value)
  return typeof aborted === 'boolean' && typeof addEventListener === 'function'
})

const sharedChecks = { timeout: milliseconds, deadline: milliseconds, retries: integerBetween(0, 100), headers }

// Names in the vendor's SDK and in other clients.
const sharedAliases = { timeout: ['timeoutMs'], retries: ['retryConfig', 'maxRetries'] }

export const clientCheck = optionsOf(
  {
    ...sharedChecks,
    apiKey: must('a string or a function', (value) => typeof value === 'string' || typeof value === 'function'),
    baseUrl: baseUrlIssues,
    fetch: ofType('function'),
    userAgent: (value, path) => {
      const issues = nonBlank(value, path)
      return issues.length > 0 ? issues : headerIssues('user-agent', value, path)
    },
    onEvent: ofType('function'),
    strict: ofType('boolean'),
    dangerouslyAllowBrowser: ofType('boolean'),
  } satisfies Record<keyof ClientOptions, Check>,
  {
    aliases: {
      ...sharedAliases,
      apiKey: ['security', 'username', 'key', 'token'],
      baseUrl: ['serverURL', 'serverUrl', 'endpoint', 'host'],
      fetch: ['httpClient'],
      headers: ['defaultHeaders'],
      onEvent: ['debugLogger', 'logger'],
    },
  },
)

export const callCheck = optionsOf({ signal, ...sharedChecks } satisfies Record<keyof CallOptions, Check>, {
  aliases: { ...sharedAliases, signal: ['abortSignal'] },
})

export const waitCheck = optionsOf(
  { signal, deadline: milliseconds, interval: milliseconds } satisfies Record<keyof WaitOptions, Check>,
  { aliases: { interval: ['intervalMs'], deadline: ['timeout', 'timeoutMs'], signal: ['abortSignal'] } },
)
