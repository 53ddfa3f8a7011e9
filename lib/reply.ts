import * as t from 'io-ts'
import { AccountType } from './account-type.ts'
import { CategoryCodec } from './category.ts'
import { check, list, reads } from './codec.ts'
import { anyDate, isoDate } from './date.ts'
import { bothOf, type Circumstances, type Drifted, decodeWith, isDrifted, lax } from './drift.ts'
import { JsonObject } from './json.ts'
import { type Codec, standard } from './standard.ts'

const string = check('String', (value): value is string => typeof value === 'string', 'a string')

const secret = check(
  'Secret',
  (value): value is string => typeof value === 'string' && value !== '',
  'a string that is not empty',
)

const isId = (value: unknown): boolean => Number.isSafeInteger(value) || secret.is(value)

// The API has changed the kind of its ids back and forth. Users always get strings.
const id = (name: string, kinds: readonly string[], encode: (id: string) => string | number) => {
  const read = (value: unknown): string | undefined =>
    isId(value) && kinds.includes(typeof value) ? String(value) : undefined
  return reads(name, string.is, `a ${kinds.join(' or ')}`, read, encode)
}

// What was a number goes back as one; a text that no number is written as stays as it is.
const numberAgain = (text: string): string | number => {
  const number = Number(text)
  return isId(number) && String(number) === text ? number : text
}

const numericId = lax(id('Id', ['number', 'string'], numberAgain), id('NumericId', ['number'], numberAgain))
const stringId = lax(id('Id', ['string', 'number'], t.identity), id('StringId', ['string'], t.identity))
const date = lax(anyDate, isoDate)

/** The strings of a list; what else is in it is left out. */
const goodOf = (strings: t.Type<readonly string[]>): t.Type<readonly string[]> =>
  new t.Type(
    strings.name,
    strings.is,
    (value, context) => strings.validate(Array.isArray(value) ? value.filter(string.is) : value, context),
    t.identity,
  )

const attemptAlways = {
  /** The attempt's own id. */
  id: stringId,
  /** When it began, as the API writes it. */
  createdAt: string,
  /** When it last changed, as the API writes it. */
  updatedAt: string,
}
const attemptSometimes = {
  /** `pending`, `authenticated`, `error`, `cancelled` or `expired`; others may come. */
  status: string,
  /** The id of the account, once it is connected. */
  accountSecureId: stringId,
  /** What an OAuth provider refused with, if it did. */
  oauthErrorCode: string,
  /** The provider's own words for that. */
  oauthErrorDescription: string,
}
const attempts = bothOf('ConnectionAttempt', {}, attemptAlways, attemptSometimes)

/**
 * The latest try of the end user to connect an account.
 *
 * @example const isConnected = (attempt: ConnectionAttempt): boolean => attempt.status === 'authenticated'
 */
export interface ConnectionAttempt extends t.TypeOf<typeof attempts.open> {}

/**
 * `ConnectionAttempt` on the wire, in snake case.
 *
 * @example
 * const attempt: ConnectionAttemptWire = { id: 'a1', status: 'authenticated', account_secure_id: 'account-1' }
 * const reply: ConnectSessionWire = { id: 7, latest_connection_attempt: attempt }
 */
export interface ConnectionAttemptWire extends t.OutputOf<typeof attempts.open> {}

// The types by name, as users see them.
const attempt = lax<ConnectionAttempt, ConnectionAttemptWire>(attempts.open, attempts.contract)

const always = {
  /** The session's id, for `client.get`. */
  id: numericId,
  /** Your organization at StackOne. */
  organizationId: stringId,
  /** Your project at StackOne. */
  projectId: stringId,
  /** Your customer's id, as it was asked for. */
  originOwnerId: stringId,
  /** Your customer's name, as it was asked for. */
  originOwnerName: string,
  /** When the session was made; a time without a zone counts as UTC. */
  createdAt: date,
}

const sometimes = {
  /** Who connects, as it was asked for. */
  originUsername: string,
  /** The connector's key. */
  provider: string,
  /** The categories; one that this library does not know yet is kept, and listed in `drift`. */
  categories: lax(goodOf(list(string, 0)), list(CategoryCodec, 0)),
  /** The account that the session edits. */
  accountId: stringId,
  /** The text that is kept on the account. */
  label: string,
  /** Your own keys and values, as they were asked for. */
  metadata: JsonObject,
  /** A secret of the API. Masked when printed. */
  externalTriggerToken: string,
  /** The type of the account; one that this library does not know yet is kept, and listed in `drift`. */
  type: lax(string, AccountType),
  /** The older name of `connectorProfileId`. */
  integrationId: stringId,
  /** The connector profile that the session goes to. */
  connectorProfileId: stringId,
  /** The end user's latest try to connect an account, if there was one. */
  latestConnectionAttempt: attempt,
}

const onCreate = {
  /** The URL that opens the Hub without a page of yours. It carries the token: a secret. Masked when printed. */
  authLinkUrl: secret,
}

const token = {
  /** The token opens the Hub, once. A secret. Masked when printed. */
  token: secret,
}

/** What has an expiry. */
interface Expiring {
  /** When the token expires: the session's creation, or failing that the arrival of the reply, plus `expiresIn`. */
  readonly expiresAt: Date
}

const described = bothOf('ConnectSession', {}, always, sometimes)
const minted = bothOf('ConnectSessionToken', token, { ...always, ...onCreate }, sometimes)

/**
 * A session as StackOne describes it. Only `drift` is always there: no reply is thrown away over an odd member.
 *
 * @example
 * const titleOf = ({ originOwnerName, provider }: ConnectSession) => `${originOwnerName}: ${provider ?? 'any'}`
 * titleOf(await client.get(id)) // 'Acme Inc.: any'
 */
export interface ConnectSession extends t.TypeOf<typeof described.open>, Drifted {}

/**
 * A session just made, with its token.
 *
 * @example const forPage = ({ token, expiresAt }: ConnectSessionToken) => JSON.stringify({ token, expiresAt })
 */
export interface ConnectSessionToken extends t.TypeOf<typeof minted.open>, Drifted, Expiring {}

/**
 * `ConnectSession` on the wire, in snake case.
 *
 * @example const wire: ConnectSessionWire = ConnectSession.encode(await client.get(id))
 */
export interface ConnectSessionWire extends t.OutputOf<typeof described.open> {}

/**
 * `ConnectSessionToken` on the wire, in snake case.
 *
 * @example const wire: ConnectSessionTokenWire = ConnectSessionToken.encode(minted)
 */
export interface ConnectSessionTokenWire extends t.OutputOf<typeof minted.open> {}

/** The API's own life of a token, in seconds, where none was asked for. */
const defaultLife = 1800

const expiryOf = (created: Date | undefined, seconds: number = defaultLife): Date => {
  const expiry = new Date((created?.getTime() ?? Date.now()) + seconds * 1000)
  return Number.isNaN(expiry.getTime()) ? expiryOf(undefined, seconds) : Object.freeze(expiry)
}

export const decodeSession = decodeWith(described, (model) => model)

export const decodeToken = decodeWith(minted, (model, { expiresIn }) => ({
  ...model,
  expiresAt: expiryOf(model.createdAt, expiresIn),
}))

const codecOf = <M, A extends M, O>(
  { open }: { readonly open: t.Type<M, O> },
  decode: (value: unknown, how: Circumstances, context: t.Context) => t.Validation<A>,
  is: (value: M) => value is A,
): Codec<A, O> =>
  standard(
    new t.Type<A, O>(
      open.name,
      (value): value is A => open.is(value) && is(value),
      (value, context) => decode(value, {}, context),
      (model) => open.encode(model),
    ),
  )

/**
 * The codec of a session as `GET /connect_sessions/{id}` describes it.
 *
 * Decoding keeps all that can be read and lists in `drift` what deviates from the contract; it fails only for what is
 * no object at all. Unknown members are kept under `extra`, null counts as absent. Encoding gives the wire form back.
 *
 * @example
 * ConnectSession.decode({ id: 7, provider: 'bamboohr', organization_id: 12 })
 * // { _tag: 'Right', right: { id: '7', organizationId: '12', provider: 'bamboohr', drift: [ { path: 'organization_id', …
 */
export const ConnectSession: Codec<ConnectSession, ConnectSessionWire> = /* @__PURE__ */ codecOf(
  described,
  decodeSession,
  isDrifted,
)

/**
 * The codec of the answer to `POST /connect_sessions`: a session with its token.
 *
 * As tolerant as `ConnectSession`: whatever else a reply holds, a token that is there is decoded. Alone it cannot know
 * what was asked for, so `expiresAt` takes the API's default of 1800 seconds; the replies of `send` know better.
 *
 * @example
 * const decoded = ConnectSessionToken.decode({ token: 'tok' })
 * if (decoded._tag === 'Right') console.log(decoded.right.token, decoded.right.drift.length) // tok 7
 */
export const ConnectSessionToken: Codec<ConnectSessionToken, ConnectSessionTokenWire> = /* @__PURE__ */ codecOf(
  minted,
  decodeToken,
  (value): value is ConnectSessionToken => isDrifted(value) && 'expiresAt' in value && anyDate.is(value.expiresAt),
)

/**
 * Whether a token has expired, at a given time or now.
 *
 * @param now a Date or milliseconds since 1970; the present if absent. Of what is no time, every token has expired.
 * @example const fresh = isExpired(minted) ? await acme.send(client) : minted
 */
export const isExpired = (session: Expiring, now: Date | number = Date.now()): boolean =>
  !(session.expiresAt.getTime() > Number(now))
