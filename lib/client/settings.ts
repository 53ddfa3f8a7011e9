import { ConfigurationError, formatIssues } from '../errors.ts'
import { checkOptions } from '../util/check-options.ts'
import { clientDefaults, version } from '../util/defaults.ts'
import { environmentVariable, isBrowser } from '../util/environment.ts'
import { omitUndefined, withoutPrototype } from '../util/omit-undefined.ts'
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

// Two spellings of one name would be sent as one header with both values.
const lowerCaseNames = (headers: CallOptions['headers'] = {}): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(omitUndefined<Record<string, string>>(headers)).map(([name, value]) => [name.toLowerCase(), value]),
  )

/** Resolves the options of `createClient`; throws a `ConfigurationError`. */
export const resolveOptions = (options: ClientOptions): Settings => {
  const {
    baseUrl = environmentVariable('STACKONE_BASE_URL') ?? clientDefaults.baseUrl,
    userAgent = `stackone-session/${version}`,
    headers,
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
  return withoutPrototype<Settings>({
    ...clientDefaults,
    ...others,
    baseUrl: new URL(baseUrl).href.replace(/\/+$/, ''),
    headers: Object.freeze({ 'user-agent': userAgent, ...lowerCaseNames(headers) }),
  })
}

/** Resolves the options of a call against those of its client; throws a `ConfigurationError`. */
export const resolveCallOptions = (settings: Settings, options: CallOptions): Settings => {
  const { headers, ...others } = checkOptions(options, callCheck, 'the call')
  return withoutPrototype<Settings>({
    ...settings,
    ...others,
    headers: { ...settings.headers, ...lowerCaseNames(headers) },
  })
}
