import { isLeft, tryCatch } from '#fp-ts/Either'
import { isRecord, kindOf, text } from './codec.ts'
import { ConfigurationError, type Issue, listed } from './errors.ts'
import type { ClientEvent } from './event.ts'
import { didYouMean } from './nearest.ts'

/** A function that does what the global `fetch` does. It is called with a URL and an init that holds all the rest. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** Headers by name. One whose value is undefined is left out. */
export type HeaderValues = Readonly<Record<string, string | undefined>>

/** What may be said at each call. An option given as undefined counts as absent; an unknown one is refused. */
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

/** What may be said to `waitForConnection`. */
export interface WaitOptions {
  /** Ends the wait at once, with an `AbortError` that carries the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds from one look at the session to the next. @default 2000 */
  readonly interval?: number | undefined
  /** Milliseconds for the whole wait. @default 600000, ten minutes */
  readonly deadline?: number | undefined
}

/** What a client may be told. An option given as undefined counts as absent; an unknown one is refused. */
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

// Longer than this, a timer of the platform fires at once.
const longest = 2_147_483_647

const milliseconds: Check = (value) =>
  typeof value === 'number' && value > 0 && value <= longest
    ? undefined
    : `expected milliseconds, more than 0 and at most ${longest}, got ${kindOf(value)}`

const whole: Check = (value) =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 100
    ? undefined
    : `expected a whole number from 0 to 100, got ${kindOf(value)}`

export const ofType =
  (type: 'boolean' | 'function'): Check =>
  (value) =>
    typeof value === type ? undefined : `expected a ${type}, got ${kindOf(value)}`

const isLoopback = (host: string): boolean => /^(127(\.\d{1,3}){3}|\[::1\]|(.+\.)?localhost)$/.test(host)

const url: Check = (value) => {
  if (typeof value !== 'string' || !URL.canParse(value)) return `expected an absolute URL, got ${kindOf(value)}`
  const { protocol, hostname, username, password, search, hash } = new URL(value)
  if (protocol !== 'https:' && !(protocol === 'http:' && isLoopback(hostname)))
    return 'expected https:, or http: to a loopback host such as 127.0.0.1; the key would travel in the open'
  return username || password || search || hash || /[?#]/.test(value)
    ? 'expected no user, password, query or fragment'
    : undefined
}

// These are the library's own: another value would be a wrong request, or a second key.
const reserved = new Set(['authorization', 'content-type', 'content-length', 'accept', 'host'])

const headerProblem = (name: string, value: unknown): string | undefined => {
  if (reserved.has(name.toLowerCase())) return `'${name}' is set by the library`
  try {
    return typeof value === 'string' && new Headers([[name, value]]) ? undefined : `'${name}' is not a string`
  } catch {
    return `'${name}' is not a valid header`
  }
}

const isHeaders = (value: unknown): value is HeaderValues => isRecord(value) && !(Symbol.iterator in value)

const headers: Check = (value) => {
  if (!isHeaders(value))
    return 'expected an object of names and values; for a Headers object, give Object.fromEntries(headers)'
  const given = Object.entries(value).filter(([, content]) => content !== undefined)
  return given.flatMap(([name, content]) => headerProblem(name, content) ?? []).join(', ') || undefined
}

const signal: Check = (value) => {
  const { aborted, addEventListener, removeEventListener }: Partial<AbortSignal> = Object(value)
  const isSignal = typeof addEventListener === 'function' && typeof removeEventListener === 'function'
  return typeof aborted === 'boolean' && isSignal ? undefined : `expected an AbortSignal, got ${kindOf(value)}`
}

const callChecks: Readonly<Record<keyof CallOptions, Check>> = {
  signal,
  timeout: milliseconds,
  deadline: milliseconds,
  retries: whole,
  headers,
}

const waitChecks: Readonly<Record<keyof WaitOptions, Check>> = {
  signal,
  deadline: milliseconds,
  interval: milliseconds,
}

const clientChecks: Readonly<Record<keyof ClientOptions, Check>> = {
  timeout: milliseconds,
  deadline: milliseconds,
  retries: whole,
  headers,
  apiKey: (value) =>
    typeof value === 'string' || typeof value === 'function'
      ? undefined
      : `expected a string or a function, got ${kindOf(value)}`,
  baseUrl: url,
  fetch: ofType('function'),
  userAgent: (value) => (text.is(value) ? headerProblem('user-agent', value) : 'expected a string that is not blank'),
  onEvent: ofType('function'),
  strict: ofType('boolean'),
  dangerouslyAllowBrowser: ofType('boolean'),
}

/** Options without those that are undefined. */
type Given<A> = { readonly [K in keyof A]?: Exclude<A[K], undefined> }

// Nothing of the caller's is read again after this: neither its getters, nor what may change later.
const taken = (options: object): readonly (readonly [string, unknown])[] =>
  Object.entries({ ...options })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, name === 'headers' && isHeaders(value) ? { ...value } : value])

/** The options that were given to a call; throws a ConfigurationError that lists all that is wrong. */
export const given = <A extends object>(
  options: A,
  checks: Readonly<Record<string, Check>>,
  call: string,
): Given<A> => {
  const issuesOf = ([path, value]: readonly [string, unknown]): readonly Issue[] => {
    const check = Object.hasOwn(checks, path) ? checks[path] : undefined
    const hint = check === undefined ? didYouMean(path, Object.keys(checks)) : undefined
    const message = check === undefined ? 'is no option' : check(value)
    return message === undefined ? [] : [{ path, message, ...(hint !== undefined && { hint }) }]
  }
  const read = tryCatch(
    () => {
      if (!isRecord(options))
        return { entries: [], issues: [{ path: '', message: `expected an object of options, got ${kindOf(options)}` }] }
      const entries = taken(options)
      return { entries, issues: entries.flatMap(issuesOf) }
    },
    () => ({ path: '', message: 'reading them threw' }),
  )
  const issues = isLeft(read) ? [read.left] : read.right.issues
  if (isLeft(read) || issues.length > 0)
    throw new ConfigurationError(`${call} was given options that it cannot take:\n${listed(issues)}`)
  // Members were left out, none was added or changed.
  return Object.fromEntries(read.right.entries) as Given<A>
}

/** The options that were given to `createClient`; throws a ConfigurationError that lists all that is wrong. */
export const clientOptions = (options: ClientOptions): Given<ClientOptions> =>
  given(options, clientChecks, 'createClient')

/** The options that were given to one call; throws a ConfigurationError that lists all that is wrong. */
export const callOptions = (options: CallOptions): Given<CallOptions> => given(options, callChecks, 'The call')

/** The options that were given to `waitForConnection`. */
export const waitOptions = (options: WaitOptions): Given<WaitOptions> => given(options, waitChecks, 'waitForConnection')
