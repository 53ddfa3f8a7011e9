import * as t from 'io-ts'
import { isRecord } from '../util/guards.ts'
import { lenient, listOf, nonEmptyString, numericId, string, stringId } from './codec.ts'
import { dateTime, isDate } from './date.ts'
import { decodeWithDrift, responseCodec, type WithDrift } from './drift.ts'
import { AccountTypeCodec, CategoryCodec } from './enums.ts'
import { type JsonObject, JsonObjectCodec } from './json.ts'
import { type Codec, withStandardSchema } from './standard-schema.ts'
import { type FieldsOf, guaranteed, optional, required, wireCodec } from './wire.ts'

/**
 * The end user's latest attempt to connect an account (contract section 3).
 * @example const isConnected = (attempt: ConnectionAttempt): boolean => attempt.status === 'authenticated'
 */
export interface ConnectionAttempt {
  /** The id of the attempt. */
  readonly id?: string
  /** When the attempt began, as the API writes it. */
  readonly createdAt?: string
  /** When the attempt last changed, as the API writes it. */
  readonly updatedAt?: string
  /** `pending`, `authenticated`, `error`, `cancelled` or `expired`; the API may add others. */
  readonly status?: string
  /** The id of the account, once it is connected. */
  readonly accountSecureId?: string
  /** The error code of the OAuth provider. */
  readonly oauthErrorCode?: string
  /** The error description of the OAuth provider. */
  readonly oauthErrorDescription?: string
  /** Fields that this version does not know, by their wire names. */
  readonly extra?: JsonObject
}

/**
 * The wire form of `ConnectionAttempt`, in snake case.
 * @example const attempt: ConnectionAttemptWire = { id: 'a1', status: 'authenticated', account_secure_id: 'account-1' }
 */
export interface ConnectionAttemptWire {
  readonly id?: string | number
  readonly created_at?: string
  readonly updated_at?: string
  readonly status?: string
  readonly account_secure_id?: string | number
  readonly oauth_error_code?: string
  readonly oauth_error_description?: string
}

/**
 * A connect session at StackOne (contract section 3); malformed fields are omitted, and only `drift` is always present.
 * @example const { originOwnerName, provider = 'any' }: ConnectSession = await client.get(id)
 */
export interface ConnectSession extends WithDrift {
  /** The id of the session, for `client.get`. */
  readonly id?: string
  /** Your organization at StackOne. */
  readonly organizationId?: string
  /** Your project at StackOne. */
  readonly projectId?: string
  /** Your customer's id, as requested. */
  readonly originOwnerId?: string
  /** Your customer's name, as requested. */
  readonly originOwnerName?: string
  /** When the session was created. A time without a zone counts as UTC. */
  readonly createdAt?: Date
  /** The end user, as requested. */
  readonly originUsername?: string
  /** The connector key. */
  readonly provider?: string
  /** The categories. One that this version does not know is kept, and reported in `drift`. */
  readonly categories?: readonly string[]
  /** The account that the session edits. */
  readonly accountId?: string
  /** The text stored on the account. */
  readonly label?: string
  /** Your own keys and values, as requested. */
  readonly metadata?: JsonObject
  /** A secret of the API. Masked when printed. */
  readonly externalTriggerToken?: string
  /** The account type. One that this version does not know is kept, and reported in `drift`. */
  readonly type?: string
  /** The deprecated name of `connectorProfileId`. */
  readonly integrationId?: string
  /** The connector profile of the session. */
  readonly connectorProfileId?: string
  /** The end user's latest attempt to connect an account, if there was one. */
  readonly latestConnectionAttempt?: ConnectionAttempt
  /** Fields that this version does not know, by their wire names. */
  readonly extra?: JsonObject
}

/**
 * A new connect session with its token (contract section 3).
 * @example const forPage = ({ token, expiresAt }: ConnectSessionToken) => JSON.stringify({ token, expiresAt })
 */
export interface ConnectSessionToken extends ConnectSession {
  /** The token that opens the Hub. A secret, valid until `expiresAt`. Masked when printed. */
  readonly token: string
  /** The URL that opens the Hub without a page of yours. It contains the token: a secret. Masked when printed. */
  readonly authLinkUrl?: string
  /** When the token expires: `expiresIn` after the session was created or, failing that, after the response arrived. */
  readonly expiresAt: Date
}

/**
 * The wire form of `ConnectSession`, in snake case.
 * @example const wire: ConnectSessionWire = ConnectSession.encode(await client.get(id))
 */
export interface ConnectSessionWire {
  readonly id?: string | number
  readonly organization_id?: string | number
  readonly project_id?: string | number
  readonly origin_owner_id?: string | number
  readonly origin_owner_name?: string
  readonly created_at?: string
  readonly origin_username?: string
  readonly provider?: string
  readonly categories?: readonly string[]
  readonly account_id?: string | number
  readonly label?: string
  readonly metadata?: JsonObject
  readonly external_trigger_token?: string
  readonly type?: string
  readonly integration_id?: string | number
  readonly connector_profile_id?: string | number
  readonly latest_connection_attempt?: ConnectionAttemptWire
}

/**
 * The wire form of `ConnectSessionToken`, in snake case.
 * @example const wire: ConnectSessionTokenWire = ConnectSessionToken.encode(minted)
 */
export interface ConnectSessionTokenWire extends ConnectSessionWire {
  readonly token: string
  readonly auth_link_url?: string
}

const categoryList = lenient(listOf(string), listOf(CategoryCodec))

const attemptFields: FieldsOf<ConnectionAttempt, ConnectionAttemptWire> = {
  id: guaranteed(stringId),
  createdAt: guaranteed(string),
  updatedAt: guaranteed(string),
  status: optional(string),
  accountSecureId: optional(stringId),
  oauthErrorCode: optional(string),
  oauthErrorDescription: optional(string),
}

const attemptCodec = (onInvalid: 'omit' | 'fail') =>
  wireCodec<ConnectionAttempt, ConnectionAttemptWire>('ConnectionAttempt', attemptFields, onInvalid)

type SessionModel = Omit<ConnectSession, 'drift'>
type TokenModel = Omit<ConnectSessionToken, 'drift' | 'expiresAt'>

export const sessionFields: FieldsOf<SessionModel, ConnectSessionWire> = {
  id: guaranteed(numericId),
  organizationId: guaranteed(stringId),
  projectId: guaranteed(stringId),
  originOwnerId: guaranteed(stringId),
  originOwnerName: guaranteed(string),
  createdAt: guaranteed(dateTime),
  originUsername: optional(string),
  provider: optional(string),
  categories: optional(categoryList),
  accountId: optional(stringId),
  label: optional(string),
  metadata: optional(JsonObjectCodec),
  externalTriggerToken: optional(string),
  type: optional(lenient(string, AccountTypeCodec)),
  integrationId: optional(stringId),
  connectorProfileId: optional(stringId),
  latestConnectionAttempt: optional(lenient(attemptCodec('omit'), attemptCodec('fail'))),
}

const sessionCodec = responseCodec<SessionModel, ConnectSessionWire>('ConnectSession', sessionFields)
const tokenCodec = responseCodec<TokenModel, ConnectSessionTokenWire>('ConnectSessionToken', {
  token: required(nonEmptyString),
  authLinkUrl: guaranteed(nonEmptyString),
  ...sessionFields,
})

/** StackOne's default lifetime of a token, in seconds. */
export const defaultLifetimeSeconds = 1800

export const decodeSession = decodeWithDrift(sessionCodec, (model) => model)

export const decodeToken = decodeWithDrift(tokenCodec, (model, { expiresIn = defaultLifetimeSeconds }) => {
  const created = Object.hasOwn(model, 'createdAt') ? Number(model.createdAt) : Date.now()
  return Object.assign(model, { expiresAt: Object.freeze(new Date(created + expiresIn * 1000)) })
})

const isSession = (value: unknown): value is ConnectSession =>
  isRecord(value) && Array.isArray(value['drift']) && sessionCodec.is(value)

const isToken = (value: unknown): value is ConnectSessionToken =>
  isSession(value) && 'expiresAt' in value && isDate(value.expiresAt) && tokenCodec.is(value)

/**
 * The codec of the response to `get` and `authenticate`, between the wire form and a session.
 *
 * Decoding keeps what can be read and reports deviations from the contract in `drift`; it fails only if the value is
 * not an object. Unknown fields are kept under `extra`; null counts as absent.
 * @example ConnectSession.decode({ id: 7, provider: 'bamboohr' }) // { _tag: 'Right', right: { id: '7', provider: …
 */
export const ConnectSession: Codec<ConnectSession, ConnectSessionWire> = /* @__PURE__ */ withStandardSchema(
  new t.Type('ConnectSession', isSession, (value, context) => decodeSession(value, {}, context), sessionCodec.encode),
)

/**
 * The codec of the response to `POST /connect_sessions`, between the wire form and a session with its token.
 *
 * As lenient as `ConnectSession`: it fails only without a token. It does not know the requested lifetime, so `expiresAt`
 * assumes StackOne's default of 1800 seconds; what `send` resolves with has the exact time.
 * @example ConnectSessionToken.decode({ token: 'tok' }) // { _tag: 'Right', right: { …
 */
export const ConnectSessionToken: Codec<ConnectSessionToken, ConnectSessionTokenWire> =
  /* @__PURE__ */ withStandardSchema(
    new t.Type('ConnectSessionToken', isToken, (value, context) => decodeToken(value, {}, context), tokenCodec.encode),
  )

/**
 * Returns whether a token has expired.
 * @param now a Date, or milliseconds since 1970. By default the current time. Returns true for an invalid date.
 * @example const fresh = isExpired(minted) ? await acme.send(client) : minted
 */
export const isExpired = (session: Pick<ConnectSessionToken, 'expiresAt'>, now: Date | number = Date.now()): boolean =>
  !(new Date(session.expiresAt).getTime() > Number(now)) // after JSON.parse, a date is a string
