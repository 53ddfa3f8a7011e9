import { ConfigurationError, formatIssues } from '../errors.ts'
import { checkOptions, type DefinedOptions } from '../util/check-options.ts'
import { clientDefaults, version } from '../util/defaults.ts'
import { environmentVariable, withoutPrototype } from '../util/guards.ts'
import { baseUrlIssues, type CallOptions, type ClientOptions, callCheck, clientCheck } from './options.ts'

/** The options of one call, with the defaults. Those of the call override those of the client. */
export interface Settings extends Pick<ClientOptions, 'apiKey' | 'fetch' | 'onEvent'>, Pick<CallOptions, 'signal'> {
  readonly baseUrl: string
  readonly timeout: number
  readonly deadline: number
  readonly retries: number
  readonly strict: boolean
  readonly headers: Readonly<Record<string, string>>
}

/** Returns whether the code runs in a page or one of its workers. Other runtimes have workers with another user agent. */
const isBrowser = (): boolean =>
  globalThis.window?.document !== undefined ||
  ('WorkerGlobalScope' in globalThis && globalThis.navigator?.userAgent?.startsWith('Mozilla/') === true)

/** Returns settings with other options. Two spellings of a header would be sent as one header with both values. */
const override = (settings: Settings, options: DefinedOptions<ClientOptions & CallOptions>) => {
  const headers: Record<string, string> = Object.assign(Object.create(null), settings.headers)
  for (const [name, value] of Object.entries(options.headers ?? {}))
    if (value !== undefined) headers[name.toLowerCase()] = value
  return Object.freeze<Settings>(Object.assign({}, settings, options, { headers }))
}

// A field that is undefined hides that of a polluted `Object.prototype`. Objects without a prototype are slower.
const absent = { apiKey: undefined, fetch: undefined, onEvent: undefined, signal: undefined }

/** Resolves the options of `createClient`; throws a `ConfigurationError`. */
export const resolveOptions = (options: ClientOptions): Settings => {
  const {
    baseUrl = environmentVariable('STACKONE_BASE_URL') ?? clientDefaults.baseUrl,
    userAgent = `stackone-session/${version}`,
    dangerouslyAllowBrowser = clientDefaults.dangerouslyAllowBrowser,
    ...others
  } = checkOptions(options, clientCheck, 'createClient')
  if (!dangerouslyAllowBrowser && isBrowser())
    throw new ConfigurationError(
      'createClient must not be called in a browser, where anyone can read the API key. Create sessions on your ' +
        'server. In a test with a simulated browser, set dangerouslyAllowBrowser: true.',
    )
  const issues = baseUrlIssues(baseUrl, 'STACKONE_BASE_URL') // the option has been checked already
  if (issues.length > 0) throw new ConfigurationError(formatIssues('Invalid environment variable', issues))
  const url = new URL(baseUrl).href.replace(/\/+$/, '')
  return override(
    { ...absent, ...clientDefaults, baseUrl: url, headers: { 'user-agent': userAgent } },
    withoutPrototype(others),
  )
}

/** Resolves the options of a call against those of its client; throws a `ConfigurationError`. */
export const resolveCallOptions = (settings: Settings, options: CallOptions): Settings =>
  override(settings, checkOptions(options, callCheck, 'the call'))
