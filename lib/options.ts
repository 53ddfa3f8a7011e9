import { expected, isPlain, isRecord, text } from './codec.ts'
import { ConfigurationError, type Issue, listed } from './errors.ts'
import type { ClientEvent } from './event.ts'
import { didYouMean } from './nearest.ts'
import { present } from './present.ts'
import { longestTimer } from './time.ts'

/**
 * A function that does what the global `fetch` does, as far as this library needs it: so undici's and node-fetch's fit
 * as they are. It is called with a URL and an init that holds all the rest, and gives a new response each time.
 *
 * @example
 * const noted: Fetch = async (url, init) => {
 *   const response = await fetch(url, init)
 *   log.info(init.method, response.status)
 *   return response
 * }
 * createClient({ fetch: noted })
 */
export type Fetch = (
  url: string,
  init: {
    readonly method: 'GET' | 'POST'
    readonly headers: Record<string, string>
    readonly body: string | null
    readonly signal: AbortSignal
    readonly redirect: 'manual'
  },
) => Promise<
  Pick<Response, 'status' | 'text'> & {
    /** Where `retry-after`, `location` and `x-request-id` are looked up. */
    readonly headers: Pick<Headers, 'get'>
  }
>

/**
 * Headers by name. One whose value is undefined is left out.
 *
 * @example
 * const headers: HeaderValues = { 'x-team': process.env.TEAM }
 * createClient({ headers })
 */
export type HeaderValues = Readonly<Record<string, string | undefined>>

/**
 * What may be said at each call. An option given as undefined counts as absent; an unknown one is refused,
 * and so is a class instance.
 *
 * @example
 * const patient: CallOptions = { timeout: 20_000, deadline: 60_000 }
 * await acme.send(client, patient)
 */
export interface CallOptions {
  /** Ends the call at once, also while it waits, with an `AbortError` that carries the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds for each attempt, from its start to the last byte of the answer. @default 10000 */
  readonly timeout?: number | undefined
  /** Milliseconds for the whole call: the `apiKey` function, all attempts and the waits between. @default 30000 */
  readonly deadline?: number | undefined
  /** How often to try again after 408, 429, 502, 503, 504, a failed connection or a timeout, 0 to 100. @default 2 */
  readonly retries?: number | undefined
  /** More headers. */
  readonly headers?: HeaderValues | undefined
}

/**
 * What may be said to `waitForConnection`.
 *
 * @example
 * const quick: WaitOptions = { interval: 1000, deadline: 60_000 }
 * await client.waitForConnection(id, quick)
 */
export interface WaitOptions {
  /** Ends the wait at once, with an `AbortError` that carries the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds from one look at the session to the next. @default 2000 */
  readonly interval?: number | undefined
  /** Milliseconds for the whole wait. @default 600000, ten minutes */
  readonly deadline?: number | undefined
}

/**
 * What a client may be told. An option given as undefined counts as absent; an unknown one is refused,
 * and so is a class instance.
 *
 * @example
 * const options: ClientOptions = { apiKey: process.env.STACKONE_API_KEY, retries: 3 }
 * const client = createClient(options)
 */
export interface ClientOptions extends Omit<CallOptions, 'signal'> {
  /**
   * The API key as StackOne shows it, or a function that gives it. It is read at each call, and checked then.
   * @default the environment's STACKONE_API_KEY
   */
  readonly apiKey?: string | (() => string | Promise<string>) | undefined
  /**
   * Where the API is; `http:` only for a loopback host.
   * @default the environment's STACKONE_BASE_URL, else https://api.stackone.com
   */
  readonly baseUrl?: string | undefined
  /** Carries the requests, for a proxy or a test. @default the global `fetch`, looked up at each call */
  readonly fetch?: Fetch | undefined
  /** The `User-Agent` header. @default `stackone-session/` and the version */
  readonly userAgent?: string | undefined
  /** Is told what happens. Whatever it throws, the call goes on. */
  readonly onEvent?: ((event: ClientEvent) => unknown) | undefined
  /** Refuse replies that deviate from the contract, with a `ReplyError`. @default false */
  readonly strict?: boolean | undefined
  /** Allow construction in a browser, where everybody can read the key. @default false */
  readonly dangerouslyAllowBrowser?: boolean | undefined
}

/** What is wrong with the value of an option, if anything; the value itself is not repeated. */
export type Check = (value: unknown) => string | undefined

export const only =
  (what: string, fits: (value: unknown) => boolean): Check =>
  (value) =>
    fits(value) ? undefined : expected(what, value)

const milliseconds = only(
  `milliseconds, more than 0 and at most ${longestTimer}`,
  (value) => typeof value === 'number' && value > 0 && value <= longestTimer,
)

const whole = only(
  'a whole number from 0 to 100',
  (value) => typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 100,
)

export const ofType = (type: 'boolean' | 'function'): Check => only(`a ${type}`, (value) => typeof value === type)

const isLoopback = (host: string): boolean => /^(127(\.\d{1,3}){3}|\[::1\]|(.+\.)?localhost)$/.test(host)

export const url: Check = (value) => {
  if (typeof value !== 'string' || !URL.canParse(value)) return expected('an absolute URL', value)
  const { protocol, hostname, username, password, search, hash } = new URL(value)
  if (protocol !== 'https:' && !(protocol === 'http:' && isLoopback(hostname)))
    return 'expected https:, or http: to a loopback host; the key would travel in the open'
  return username || password || search || hash || /[?#]/.test(value)
    ? 'expected no user, password, query or fragment'
    : undefined
}

// With another value of these a request would be wrong, or have a second key; with one of the last four, which are of the
// connection, fetch fails as if the network were down.
const reserved = new Set(
  'authorization content-type content-length accept host expect keep-alive transfer-encoding upgrade'.split(' '),
)

const headerProblem = (name: string, value: unknown): string | undefined => {
  if (reserved.has(name.toLowerCase())) return `'${name}' is set by the library or by fetch`
  try {
    return typeof value === 'string' && new Headers([[name, value]]) ? undefined : `'${name}' is not a string`
  } catch {
    return `'${name}' is not a valid header`
  }
}

const isHeaders = (value: unknown): value is HeaderValues => isRecord(value) && isPlain(value)

const headers: Check = (value) => {
  if (!isHeaders(value)) return 'expected an object of names and values, such as Object.fromEntries(headers)'
  const problems = Object.entries(present<object>(value)).flatMap(
    ([name, content]) => headerProblem(name, content) ?? [],
  )
  return problems.join(', ') || undefined
}

const signal = only('an AbortSignal', (value) => {
  const { aborted, addEventListener, removeEventListener }: Partial<AbortSignal> = Object(value)
  return (
    typeof aborted === 'boolean' && typeof addEventListener === 'function' && typeof removeEventListener === 'function'
  )
})

const ofEachCall = { timeout: milliseconds, deadline: milliseconds, retries: whole, headers }

const callChecks: Readonly<Record<keyof CallOptions, Check>> = { signal, ...ofEachCall }

const waitChecks: Readonly<Record<keyof WaitOptions, Check>> = {
  signal,
  deadline: milliseconds,
  interval: milliseconds,
}

const clientChecks: Readonly<Record<keyof ClientOptions, Check>> = {
  ...ofEachCall,
  apiKey: only('a string or a function', (value) => typeof value === 'string' || typeof value === 'function'),
  baseUrl: url,
  fetch: ofType('function'),
  userAgent: (value) => (text.is(value) ? headerProblem('user-agent', value) : 'expected a string that is not blank'),
  onEvent: ofType('function'),
  strict: ofType('boolean'),
  dangerouslyAllowBrowser: ofType('boolean'),
}

export const notPlain = 'is a class instance; give its fields'

/** Options without those that are undefined. */
type Given<A> = { readonly [K in keyof A]?: Exclude<A[K], undefined> }

// Nothing of the caller's is read again after this: neither its getters, nor what may change later.
const taken = <A extends object>(options: A): Given<A> => {
  const own: A & { readonly headers?: unknown } = { ...options }
  return present<object>({ ...own, headers: isHeaders(own.headers) ? { ...own.headers } : own.headers }) as Given<A>
}

/** The options that were given to a call; throws a ConfigurationError that lists all that is wrong. */
export const given = <A extends object>(
  options: A,
  checks: Readonly<Record<string, Check>>,
  call: string,
): Given<A> => {
  const issuesOf = ([path, value]: readonly [string, unknown]): readonly Issue[] => {
    if (!Object.hasOwn(checks, path))
      return [present<Issue>({ path, message: 'is no option', hint: didYouMean(path, Object.keys(checks)) })]
    const message = checks[path]?.(value)
    return message === undefined ? [] : [{ path, message }]
  }
  const refuse = (issues: readonly Issue[]): never => {
    throw new ConfigurationError(`${call} was given options that it cannot take:\n${listed(issues)}`)
  }
  if (!isRecord(options)) return refuse([{ path: '', message: expected('an object of options', options) }])
  const found: Issue[] = []
  try {
    const own = taken(options)
    // What a class instance inherits would be lost.
    found.push(...(isPlain(options) ? Object.entries(own).flatMap(issuesOf) : [{ path: '', message: notPlain }]))
    if (found.length === 0) return own
  } catch {
    found.push({ path: '', message: 'reading it threw' })
  }
  return refuse(found)
}

/** The options that were given to `createClient`; throws a ConfigurationError that lists all that is wrong. */
export const clientOptions = (options: ClientOptions): Given<ClientOptions> =>
  given(options, clientChecks, 'createClient')

/** The options that were given to one call; throws a ConfigurationError that lists all that is wrong. */
export const callOptions = (options: CallOptions): Given<CallOptions> => given(options, callChecks, 'The call')

/** The options that were given to `waitForConnection`. */
export const waitOptions = (options: WaitOptions): Given<WaitOptions> => given(options, waitChecks, 'waitForConnection')
