import type { Either } from 'fp-ts/lib/Either.js'
import { left, right } from '#fp-ts/Either'
import { expected } from './codec.ts'
import { ConfigurationError } from './errors.ts'
import { type CallOptions, type ClientOptions, callOptions, clientOptions, type HeaderValues, url } from './options.ts'
import { present } from './present.ts'
import { version } from './version.ts'

/** The options of one call: the client's, with the defaults, under the call's own. */
export interface Settings extends Pick<ClientOptions, 'apiKey' | 'fetch' | 'onEvent'>, Pick<CallOptions, 'signal'> {
  readonly baseUrl: string
  readonly timeout: number
  readonly deadline: number
  readonly retries: number
  readonly strict: boolean
  readonly headers: Readonly<Record<string, string>>
}

const defaults = { timeout: 10_000, deadline: 30_000, retries: 2, strict: false } as const

// In lower case one name cannot stand twice, which would send both values as one.
const lowered = (headers: HeaderValues = {}): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(present<{ readonly [name: string]: string }>(headers)).map(([name, value]) => [
      name.toLowerCase(),
      value,
    ]),
  )

// Not every runtime has a process, and some ask for permission before they show its environment.
const environment = (name: string): string | undefined => {
  try {
    // The global is only looked at, with each step optional.
    const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } }
    return process?.env?.[name] || undefined
  } catch {
    return undefined
  }
}

// A worker of a page has no window. Of other runtimes with such workers, none calls itself as browsers do.
const isBrowser = (): boolean =>
  globalThis.window?.document !== undefined ||
  ('WorkerGlobalScope' in globalThis && globalThis.navigator?.userAgent?.startsWith('Mozilla/') === true)

const refuseBrowser = (): void => {
  if (!isBrowser()) return
  throw new ConfigurationError(
    'createClient was called in a browser, where everybody can read the API key. Mint the token on your server. ' +
      'For a test in a simulated browser, set dangerouslyAllowBrowser: true.',
  )
}

/** What `createClient` was told, with the defaults; throws a ConfigurationError. */
export const settingsOf = (options: ClientOptions): Settings => {
  const { dangerouslyAllowBrowser, userAgent = `stackone-session/${version}`, ...given } = clientOptions(options)
  if (!dangerouslyAllowBrowser) refuseBrowser()
  const baseUrl = given.baseUrl ?? environment('STACKONE_BASE_URL') ?? 'https://api.stackone.com'
  const problem = url(baseUrl) // that of an option was refused already
  if (problem !== undefined) throw new ConfigurationError(`STACKONE_BASE_URL cannot be used: ${problem}.`)
  return Object.freeze({
    ...defaults,
    ...given,
    baseUrl: new URL(baseUrl).href.replace(/\/+$/, ''),
    headers: Object.freeze({ 'user-agent': userAgent, ...lowered(given.headers) }),
  })
}

/** The client's settings under those of one call; throws a ConfigurationError. */
export const settingsOfCall = (settings: Settings, options: CallOptions | undefined): Settings => {
  if (options === undefined) return settings
  const { headers, ...given } = callOptions(options)
  return { ...settings, ...given, headers: { ...settings.headers, ...lowered(headers) } }
}

// An error of atob's would cost a send more than all the rest of this.
const isBase64OfKey = (key: string): boolean => {
  const bare = key.replace(/={1,2}$/, '')
  return /^[A-Za-z0-9+/]+$/.test(bare) && bare.length % 4 !== 1 && /^[!-~]+:$/.test(atob(bare))
}

const keyProblem = (key: unknown): string | undefined => {
  if (typeof key !== 'string') return expected('a string', key)
  if (key.trim() === '') return 'it is blank'
  if (/^(basic|bearer)\s/i.test(key)) return 'it starts with a scheme; give the key alone'
  if (/[^!-~]/.test(key)) return 'it has a space, a line break or a character beyond ASCII; give the key alone'
  if (key.includes(':')) return 'it has a colon; give the key alone'
  return isBase64OfKey(key) ? 'it is base64 of `key:` already; give the key alone' : undefined
}

/** Reads the API key, as every call does. A Left says why it cannot be used; the key is not in it. */
export const readKey = async ({
  apiKey = environment('STACKONE_API_KEY'),
}: Settings): Promise<Either<ConfigurationError, string>> => {
  if (apiKey === undefined)
    return left(new ConfigurationError('There is no API key: give apiKey, or set STACKONE_API_KEY.'))
  const key: unknown = typeof apiKey === 'function' ? await apiKey() : apiKey
  const problem = keyProblem(key)
  return problem === undefined
    ? right(String(key))
    : left(new ConfigurationError(`The API key cannot be used: ${problem}.`))
}
