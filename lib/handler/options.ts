import type { ConnectSessionToken } from '../model/connect-session.ts'
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
import { withoutPrototype } from '../util/guards.ts'
import { maxTimeout } from '../util/timeout.ts'
import { type Allow, type Owner, requestParser } from './request.ts'

/**
 * Options of `connectSessionHandler`, a plain object; an undefined option counts as absent.
 * @example const options: HandlerOptions = { client, owner: async (request) => (await userOf(request))?.company }
 */
export interface HandlerOptions {
  /** The client that sends the sessions: the result of `createClient`, or any object with its `create` method. */
  readonly client: SessionClient
  /**
   * Returns the customer who sends the request, or null to respond with 401. Derive it from credentials that you verify,
   * such as a session cookie. The body has already been read, so the owner cannot come from the page.
   */
  readonly owner: (request: Request) => Owner | null | undefined | Promise<Owner | null | undefined>
  /** The fields that a page may set. @default none */
  readonly allow?: Allow | undefined
  /**
   * Returns the session to send: the given session with your server's fields, which override the page's. If its owner id
   * differs, the response is 500, and nothing is sent. Its owner name is ignored.
   */
  readonly configure?: ((session: Session, request: Request) => Session | Promise<Session>) | undefined
  /** Receives each new session, and is awaited before the response is sent. If it throws, the response is 500. */
  readonly onSession?: ((session: ConnectSessionToken, request: Request) => unknown) | undefined
  /**
   * Other origins whose pages may use the handler, with cookies, such as `https://app.acme.example`. Route `OPTIONS`
   * requests to the handler too.
   * @default only the handler's own origin
   */
  readonly origins?: readonly string[] | undefined
  /** The maximum size of a request body in bytes, from 1 to 1000000. @default 10000 */
  readonly maxBytes?: number | undefined
  /** The time limit of a request, including the callbacks, in milliseconds. @default 30000 */
  readonly timeout?: number | undefined
  /**
   * Receives the error of each response with status 429, 500 or above, which is not logged otherwise. It is not
   * awaited, and its own errors are ignored.
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

const handlerCheck = optionsOf(
  {
    client: must('a client, such as createClient({ apiKey })', (value) => typeof Object(value).create === 'function'),
    owner: ofType('function'),
    allow: optionsOf({
      categories: trueOrStrings,
      providers: trueOrStrings,
      multiple: ofType('boolean'),
      ownsAccount: ofType('function'),
    } satisfies Record<keyof Allow, Check>),
    configure: ofType('function'),
    onSession: ofType('function'),
    origins: arrayOf(
      mustShown(
        "an origin in lower case, such as 'https://app.acme.example', without a path or a default port",
        isOrigin,
      ),
    ),
    maxBytes: integerBetween(1, 1_000_000, ' (bytes)'),
    timeout: integerBetween(1, maxTimeout, ' (milliseconds)'),
    onError: ofType('function'),
  } satisfies Record<keyof HandlerOptions, Check>,
  { required: ['client', 'owner'], aliases: { allow: ['categories', 'providers', 'multiple', 'ownsAccount'] } },
)

/** Returns the options with their defaults; throws a `ConfigurationError` that lists all problems. */
export const resolveHandlerOptions = (options: HandlerOptions) => {
  // The required options are present, or `checkOptions` throws.
  const checked = checkOptions(options, handlerCheck, 'connectSessionHandler') as HandlerOptions
  const { timeout = handlerDefaults.timeout, maxBytes = handlerDefaults.maxBytes, origins = [] } = checked
  const allow = withoutPrototype(checked.allow ?? {})
  return withoutPrototype({ ...checked, timeout, maxBytes, origins: [...origins], allow, parse: requestParser(allow) })
}

export type HandlerSettings = ReturnType<typeof resolveHandlerOptions>
