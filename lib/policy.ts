import { isLeft } from '#fp-ts/Either'
import { type Category, CategoryCodec } from './category.ts'
import { givenUndefined, isPlain, isRecord, kindOf, text } from './codec.ts'
import { issuesOf } from './issues.ts'
import { type Check, given, notPlain, ofType } from './options.ts'
import type { Session, SessionClient } from './states.ts'

/**
 * The customer that a session is for, as the server knows it.
 *
 * @example const owner: Owner = { id: 'acme-42', name: 'Acme Inc.', username: 'it@acme.example' }
 */
export interface Owner {
  /** The customer's id in your own system (`origin_owner_id`); not blank. */
  readonly id: string
  /** The customer's readable name (`origin_owner_name`); not blank. A changed name makes a second account. */
  readonly name: string
  /** Who connects (`origin_username`), such as an e-mail address; not blank. */
  readonly username?: string | undefined
}

/**
 * What a page may choose in the body of its request. Nothing that is not named here.
 *
 * @example const allow: Allow = { categories: ['ats', 'hris'], providers: true }
 */
export interface Allow {
  /** The categories that a page may choose among; true for all known ones. @default none */
  readonly categories?: readonly Category[] | true | undefined
  /** The providers that a page may choose one of; true for any. @default none */
  readonly providers?: readonly string[] | true | undefined
  /** Whether a page may set `multiple`. @default false */
  readonly multiple?: boolean | undefined
  /**
   * Lets a page name the account to edit, if this says true, or a promise of it. Everything else is a no.
   *
   * Look the account up among those of `owner`: a page may send the id of any account.
   *
   * @default no account may be named
   * @example
   * const ownerOf = new Map([['account-9', 'acme-42']])
   * const allow: Allow = { ownsAccount: (accountId, _request, owner) => ownerOf.get(accountId) === owner.id }
   */
  readonly ownsAccount?: ((accountId: string, request: Request, owner: Owner) => boolean | Promise<boolean>) | undefined
}

/**
 * What a handler may be told. An option given as undefined counts as absent; an unknown one is refused,
 * and so is a class instance.
 *
 * @example
 * const options: HandlerOptions = { client, owner: async (request) => (await userOf(request))?.company }
 * connectSessionHandler(options)
 */
export interface HandlerOptions {
  /** Sends the sessions: what `createClient` gives, or anything with its `create`. */
  readonly client: SessionClient
  /**
   * Who asks, by your own means, such as the session cookie; null if nobody is known, which is answered 401.
   *
   * Take it from what you verify. The body of this request was read already and cannot be read again, and a query that
   * names an owner is refused, so that neither can decide it.
   *
   * @example connectSessionHandler({ client, owner: async (request) => (await userOf(request))?.company ?? null })
   */
  readonly owner: (request: Request) => Owner | null | undefined | Promise<Owner | null | undefined>
  /** What a page may choose. @default nothing */
  readonly allow?: Allow | undefined
  /**
   * Adds what the server wants, after the page's choices, over which it wins. Return the session that the calls give.
   *
   * The owner is set once more after it, so that none but that of `owner` is ever sent.
   *
   * @example
   * const configure = (session: Session) => session.expiresIn(minutes(10)).metadata({ source: 'settings' })
   * connectSessionHandler({ client, owner: () => null, configure })
   */
  readonly configure?: ((session: Session, request: Request) => Session | Promise<Session>) | undefined
  /**
   * More origins whose pages may ask, written as browsers send them, such as `https://app.acme.example`. They are
   * answered with CORS, credentials included. `*` is refused.
   *
   * @default the handler's own origin alone
   */
  readonly origins?: readonly string[] | undefined
  /** The longest body that is read, in bytes, 1 to 1000000. @default 10000 */
  readonly maxBytes?: number | undefined
  /**
   * Is told the real error of each answer of 429, and of 500 and above; the page is told none of it. What it throws, or
   * rejects with, is dropped, and nobody waits for it. Without it those errors are lost.
   *
   * @example connectSessionHandler({ client, owner: () => null, onError: (error) => log.error(error) })
   */
  readonly onError?: ((error: unknown, request: Request) => unknown) | undefined
}

/** The options with their defaults; nothing of them can change any more. */
export interface Policy
  extends Pick<HandlerOptions, 'client' | 'owner' | 'configure' | 'onError'>,
    Pick<Allow, 'ownsAccount'> {
  readonly categories: ReadonlySet<unknown> | true | undefined
  readonly providers: ReadonlySet<unknown> | true | undefined
  readonly multiple: boolean
  readonly origins: ReadonlySet<string>
  readonly maxBytes: number
}

/** What is wrong with the entries of a list, each with its index. */
const entries =
  (what: string, problemOf: (entry: unknown) => string | undefined): Check =>
  (value) => {
    if (!Array.isArray(value)) return `expected ${what}, got ${kindOf(value)}`
    const wrong = value.flatMap((entry: unknown, index) => {
      const problem = problemOf(entry)
      return problem === undefined ? [] : [`[${index}] ${problem}`]
    })
    return wrong.length === 0 ? undefined : `expected ${what}; ${wrong.join('; ')}`
  }

const orTrue =
  (check: Check): Check =>
  (value) =>
    value === true ? undefined : check(value)

const originProblem = (value: unknown): string | undefined => {
  if (typeof value !== 'string') return `is ${kindOf(value)}`
  if (value.includes('*')) return 'has a *, which would let pages of strangers ask; name each origin'
  if (!URL.canParse(value)) return 'is no origin'
  // Not its origin: of other schemes than the web's, such as those of apps, a URL does not know that.
  const { protocol, host } = new URL(value)
  return value === `${protocol}//${host}` && host !== ''
    ? undefined
    : 'is not written as browsers send it: scheme, host, and a port that is not the usual one; no path, no slash'
}

const mostBytes = 1_000_000

type Flat = Omit<HandlerOptions, 'allow'> & { readonly [Name in keyof Allow as `allow.${Name}`]: Allow[Name] }

const checks: Readonly<Record<keyof Flat | 'allow', Check>> = {
  client: (value) =>
    isRecord(value) && typeof value['create'] === 'function'
      ? undefined
      : `expected a client, such as createClient({ apiKey }), got ${kindOf(value)}`,
  owner: ofType('function'),
  // One that could be read was flattened.
  allow: (value) => {
    if (!isRecord(value)) return `expected an object, got ${kindOf(value)}`
    return isPlain(value) ? 'reading it threw' : notPlain
  },
  'allow.categories': orTrue(
    entries('true, or an array of known categories', (entry) => {
      const decoded = CategoryCodec.decode(entry)
      const [issue] = isLeft(decoded) ? issuesOf(decoded.left) : []
      return issue && `is none (${issue.hint ?? issue.message})`
    }),
  ),
  'allow.providers': orTrue(
    entries('true, or an array of providers', (entry) => (text.is(entry) ? undefined : `is ${kindOf(entry)}`)),
  ),
  'allow.multiple': ofType('boolean'),
  'allow.ownsAccount': ofType('function'),
  configure: ofType('function'),
  origins: entries('an array of origins', originProblem),
  maxBytes: (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= mostBytes
      ? undefined
      : `expected a whole number of bytes from 1 to ${mostBytes}, got ${kindOf(value)}`,
  onError: ofType('function'),
}

/** One level, so that all problems are told at once, each by its whole name; what is required cannot be absent. */
const flattened = (options: HandlerOptions): unknown => {
  try {
    if (!isRecord(options) || !isPlain(options)) return options
    const { allow, client = givenUndefined, owner = givenUndefined, ...rest } = options
    if (!isRecord(allow) || !isPlain(allow)) return { client, owner, ...rest, allow }
    const inner = Object.entries(allow).map(([name, value]) => [`allow.${name}`, value])
    return { client, owner, ...rest, ...Object.fromEntries(inner) }
  } catch {
    return options // a getter of the caller's, which is told of when it is read again
  }
}

const setOf = (list: readonly unknown[] | true | undefined): ReadonlySet<unknown> | true | undefined =>
  list === undefined || list === true ? list : new Set(list)

/** The options of a handler; throws a ConfigurationError that lists all that is wrong. */
export const policyOf = (options: HandlerOptions): Policy => {
  // What is required was found there, or it would have been refused.
  const flat = given(flattened(options) as Flat, checks, 'connectSessionHandler') as Flat
  const { client, owner, configure, onError, origins = [], maxBytes = 10_000 } = flat
  return Object.freeze({
    ...{ client, owner, configure, onError, maxBytes },
    categories: setOf(flat['allow.categories']),
    providers: setOf(flat['allow.providers']),
    multiple: flat['allow.multiple'] === true,
    ownsAccount: flat['allow.ownsAccount'],
    origins: new Set(origins),
  })
}
