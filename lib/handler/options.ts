import type { ConnectSessionToken } from '../model/connect-session.ts'
import { type Category, normalizeCategory } from '../model/enums.ts'
import type { Session, SessionClient } from '../session/types.ts'
import {
  arrayOf,
  type Check,
  checkOptions,
  integerBetween,
  must,
  mustShown,
  nonBlank,
  ofType,
  optionsOf,
} from '../util/check-options.ts'
import { handlerDefaults } from '../util/defaults.ts'
import { withoutPrototype } from '../util/omit-undefined.ts'
import { maxTimeout } from '../util/timeout.ts'

/**
 * The customer for whom a session is created.
 * @example const owner: Owner = { id: 'acme-42', name: 'Acme Inc.', username: 'it@acme.example' }
 */
export interface Owner {
  /** The customer's id in your system (`origin_owner_id`); not blank. */
  readonly id: string
  /** The customer's readable name (`origin_owner_name`); not blank. Changing it creates a second account. */
  readonly name: string
  /** The end user who connects (`origin_username`), such as an e-mail address; not blank. */
  readonly username?: string | undefined
}

/**
 * The fields that a page may set in its request; everything that is not listed is rejected.
 * @example const allow: Allow = { categories: ['ats', 'hris'], providers: true }
 */
export interface Allow {
  /** The categories that a page may request, known or not; `true` allows every known category. @default none */
  readonly categories?: readonly (Category | (string & {}))[] | true | undefined
  /** The providers that a page may request; `true` allows any. @default none */
  readonly providers?: readonly string[] | true | undefined
  /** Whether a page may set `multiple`. @default false */
  readonly multiple?: boolean | undefined
  /**
   * Allows a page to edit an account, if this returns true or a promise of true.
   *
   * Look the account up among those of `owner`, since a page can send the id of any account.
   * @default a page cannot edit an account
   * @example
   * const ownerIds = new Map([['account-9', 'acme-42']])
   * const allow: Allow = { ownsAccount: (accountId, _request, owner) => ownerIds.get(accountId) === owner.id }
   */
  readonly ownsAccount?: ((accountId: string, request: Request, owner: Owner) => boolean | Promise<boolean>) | undefined
}

/**
 * Options of `connectSessionHandler`: a plain object.
 *
 * An option that is undefined counts as absent.
 * @example
 * const options: HandlerOptions = { client, owner: async (request) => (await userOf(request))?.company }
 * connectSessionHandler(options)
 */
export interface HandlerOptions {
  /** The client that sends the sessions: the result of `createClient`, or any object with its `create` method. */
  readonly client: SessionClient
  /**
   * Returns the customer who sends the request, or null to respond with 401.
   *
   * Derive it from credentials that you verify, such as a session cookie. The body was already read at this point, so
   * that a page cannot choose the owner. Of the result, only own properties are read.
   */
  readonly owner: (request: Request) => Owner | null | undefined | Promise<Owner | null | undefined>
  /** The fields that a page may set. @default none */
  readonly allow?: Allow | undefined
  /**
   * Returns the session to send: the given session with the fields that your server sets. They override those of the
   * page, but not the owner. A session with another owner id is a mistake: the response is 500, and nothing is sent.
   * @example
   * const configure = (session: Session) => session.expiresIn(minutes(10)).metadata({ source: 'settings' })
   * connectSessionHandler({ client, owner: () => null, configure })
   */
  readonly configure?: ((session: Session, request: Request) => Session | Promise<Session>) | undefined
  /**
   * Receives each session that was created, before the response is sent, for example to store its id for
   * `client.waitForConnection`. It is awaited. If it throws, the response is 500.
   * @example
   * const onSession = ({ id, originOwnerId }: ConnectSessionToken) => log.info(`session ${id} of ${originOwnerId}`)
   * connectSessionHandler({ client, owner: () => null, onSession })
   */
  readonly onSession?: ((session: ConnectSessionToken, request: Request) => unknown) | undefined
  /**
   * Other origins whose pages may use the handler, such as `https://app.acme.example`. Their responses have CORS
   * headers, with credentials allowed. Route `OPTIONS` requests to the handler too.
   * @default only the handler's own origin
   */
  readonly origins?: readonly string[] | undefined
  /** The maximum size of a request body in bytes, from 1 to 1000000. @default 10000 */
  readonly maxBytes?: number | undefined
  /** The time limit of a request, including the callbacks, in milliseconds. @default 30000 */
  readonly timeout?: number | undefined
  /**
   * Receives the original error of each response with status 429, 500 or above. It is not awaited, and its own errors
   * are ignored.
   */
  readonly onError?: ((error: unknown, request: Request) => unknown) | undefined
}

const trueOrStrings: Check = (value, path) =>
  (Array.isArray(value) ? arrayOf(nonBlank) : must('true or an array', (each) => each === true))(value, path)

const isOrigin = (value: unknown): boolean => {
  if (typeof value !== 'string' || value.includes('*') || !URL.canParse(value)) return false
  // `URL.origin` is 'null' for the schemes of apps, such as capacitor://localhost.
  const { protocol, host } = new URL(value)
  return host !== '' && value === `${protocol}//${host}`
}

const allowChecks = {
  categories: trueOrStrings,
  providers: trueOrStrings,
  multiple: ofType('boolean'),
  ownsAccount: ofType('function'),
} satisfies Record<keyof Allow, Check>

const handlerCheck = optionsOf(
  {
    client: must('a client, such as createClient({ apiKey })', (value) => typeof Object(value).create === 'function'),
    owner: ofType('function'),
    allow: optionsOf(allowChecks),
    configure: ofType('function'),
    onSession: ofType('function'),
    origins: arrayOf(
      mustShown(
        "an origin, such as 'https://app.acme.example'",
        isOrigin,
        'list each origin in lower case, without a path, a trailing slash, a default port or a wildcard',
      ),
    ),
    maxBytes: integerBetween(1, 1_000_000, ' (bytes)'),
    timeout: integerBetween(1, maxTimeout, ' (milliseconds)'),
    onError: ofType('function'),
  } satisfies Record<keyof HandlerOptions, Check>,
  {
    required: ['client', 'owner'],
    aliases: Object.fromEntries(Object.keys(allowChecks).map((name) => [name, `allow.${name}`])),
  },
)

/** Returns the options with their defaults; throws a `ConfigurationError` that lists all problems. */
export const resolveHandlerOptions = (options: HandlerOptions) => {
  // The required options are present, or `checkOptions` throws.
  const checked = checkOptions(options, handlerCheck, 'connectSessionHandler') as HandlerOptions
  const { client, owner, configure, onSession, onError } = checked
  const { timeout = handlerDefaults.timeout, maxBytes = handlerDefaults.maxBytes } = checked
  const { categories, providers, multiple, ownsAccount } = withoutPrototype(checked.allow ?? {})
  return {
    ...{ client, owner, configure, onSession, onError, timeout, maxBytes, multiple, ownsAccount },
    categories: categories === true ? categories : categories?.map(normalizeCategory),
    providers: providers === true ? providers : providers && [...providers],
    origins: [...(checked.origins ?? [])],
  } as const
}

export type HandlerSettings = ReturnType<typeof resolveHandlerOptions>
