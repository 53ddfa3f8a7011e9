import type { Client } from '../client/client.ts'
import type { CallOptions } from '../client/options.ts'
import type { SessionError, ValidationError } from '../errors.ts'
import type { ConnectSessionToken } from '../model/connect-session.ts'
import type { ConnectSessionCreate, ConnectSessionCreateWire } from '../model/create-payload.ts'
import type { AccountType, Category, CategoryAlias } from '../model/enums.ts'
import type { Json, JsonObject } from '../model/json.ts'
import type { Either, TaskEither } from '../util/task.ts'

/**
 * The part of a client that `send` needs, so that a test can pass a stub.
 * @example await acme.send({ create: async () => minted } satisfies SessionClient)
 */
export type SessionClient = Pick<Client, 'create'>

/**
 * A session without an owner, which cannot be sent until `.owner(id, name)` is called (contract section 2).
 *
 * Every call returns a new session and leaves this one unchanged. If a field is set twice, the last call wins. A field
 * that is not set is not sent. `decode`, `toJSON`, `send` and `task` report all problems together.
 * @example const mailed = (session: SessionWithoutOwner) => session.expiresIn(days(7)).label('mail')
 */
export interface SessionWithoutOwner {
  /**
   * Sets the customer who will own the accounts (`origin_owner_id` and `origin_owner_name`). Required.
   *
   * Take the id from your server's own records, never from a page: it decides whose accounts are connected. StackOne
   * finds an existing account by id, name and provider, so a changed name creates a second account.
   * @param id your customer's id in your system; not blank
   * @param name your customer's readable name; not blank
   * @example session().owner('acme-42', 'Acme Inc.')
   */
  owner(id: string, name: string): Session
  /**
   * Sets the end user who connects (`origin_username`), such as an e-mail address; not blank.
   * @example session().owner('acme-42', 'Acme Inc.').username('it@acme.example')
   */
  username(name: string): this
  /**
   * Sets the connector (`provider`) by its key; not blank. The Hub opens at its credentials.
   * @example session().owner('acme-42', 'Acme Inc.').provider('bamboohr')
   */
  provider(key: string): this
  /**
   * Sets the categories at which the Hub opens (`categories`): at least one. Duplicates are removed. The aliases
   * `hrisLegacy` and `stackOne` are sent as `hris-legacy` and `stackone`. An unknown category is reported with the
   * closest known one; use `.field('categories', [...])` for one that this version does not know.
   * @example session().owner('acme-42', 'Acme Inc.').categories('ats', 'hris')
   */
  categories(first: Category | CategoryAlias, ...rest: readonly (Category | CategoryAlias)[]): this
  /**
   * Sets the categories from a list.
   * @example session().owner('acme-42', 'Acme Inc.').categories(['ats', 'hris'])
   */
  categories(list: readonly (Category | CategoryAlias)[]): this
  /**
   * Sets the account to edit (`account_id`); not blank. The Hub opens that account, and `multiple` has no effect.
   * @example session().owner('acme-42', 'Acme Inc.').account('45072196112816593343')
   */
  account(id: string): this
  /**
   * Sets the lifetime of the token (`expires_in`): an integer from 1 to 315360000 seconds. StackOne's default is 1800.
   * @example session().owner('acme-42', 'Acme Inc.').expiresIn(days(7))
   */
  expiresIn(seconds: number): this
  /**
   * Sets your own JSON object (`metadata`), which StackOne returns with the session. It is copied, and may be at most 500
   * levels deep. A value that is not JSON, such as NaN, a Date or undefined, is reported with its path.
   * @example session().owner('acme-42', 'Acme Inc.').metadata({ plan: 'pro', seats: 12 })
   */
  metadata(record: JsonObject): this
  /**
   * Allows the owner to connect several accounts of one provider (`multiple`). StackOne's default is false.
   * @example session().owner('acme-42', 'Acme Inc.').multiple()
   */
  multiple(): this
  /**
   * Sets whether the owner may connect several accounts of one provider (`multiple`).
   * @example session().owner('acme-42', 'Acme Inc.').multiple(false)
   */
  multiple(allowed: boolean): this
  /**
   * Sets the free text stored on the account (`label`); not blank.
   * @example session().owner('acme-42', 'Acme Inc.').label('Recruiting, Berlin')
   */
  label(text: string): this
  /**
   * Sets the account type (`type`): `production` or `test`. StackOne's default is `production`.
   * @example session().owner('acme-42', 'Acme Inc.').type('test')
   */
  type(type: AccountType): this
  /**
   * Sets the connector profile (`connector_profile_id`) to use instead of the default one; not blank.
   * @example session().owner('acme-42', 'Acme Inc.').connectorProfile('profile-7')
   */
  connectorProfile(id: string): this
  /**
   * Sets any field by its wire name to a JSON value, which is sent exactly as given. Use it for a field, a category or
   * a type that this version does not know. It also overrides a known field, except those of the owner, which only
   * `.owner` sets. A blank name and a value that is not JSON are reported.
   * @example session().owner('acme-42', 'Acme Inc.').field('categories', ['payroll'])
   */
  field(wireName: string, value: Json): this
  /**
   * Returns `change(session, value)`, or this session if the value is undefined, null or false.
   * @throws {ValidationError} if `change` does not return a session
   * @example acme.when(process.env.ACCOUNT_LABEL, (session, label) => session.label(label))
   */
  when<V>(value: V, change: (session: this, value: Exclude<V, undefined | null | false>) => this): this
  /**
   * Returns the payload, or a `ValidationError` with all problems. Fields set by `.field` are in `extra`, unless this
   * version knows the field and accepts the value.
   * @example
   * session().owner('acme-42', 'Acme Inc.').decode()
   * // { _tag: 'Right', right: { originOwnerId: 'acme-42', originOwnerName: 'Acme Inc.' } }
   */
  decode(): Either<ValidationError, ConnectSessionCreate>
  /**
   * Returns the wire form, in snake case, so that `JSON.stringify` serializes a session. `fromJSON` restores it.
   * @throws {ValidationError} if the session is invalid
   * @example
   * JSON.stringify(session().owner('acme-42', 'Acme Inc.'))
   * // '{"origin_owner_id":"acme-42","origin_owner_name":"Acme Inc."}'
   */
  toJSON(): ConnectSessionCreateWire
  /**
   * Returns whether another session has the same fields with the same values, regardless of the order of the calls.
   * @example acme.label('a').multiple().equals(acme.multiple().label('a')) // true
   */
  equals(other: unknown): boolean
}

/**
 * A session with an owner: an immutable value that can be sent any number of times.
 * @example const mint = async (session: Session) => (await session.send(client)).token
 */
export interface Session extends SessionWithoutOwner {
  /**
   * Creates the session at StackOne: `POST /connect_sessions`. Rejects with a `SessionError`; an invalid session is a
   * `ValidationError`, and nothing is sent.
   * @param options `signal`, and `timeout`, `deadline`, `retries` and `headers`, which override those of the client
   * @example const { token, expiresAt } = await session().owner('acme-42', 'Acme Inc.').send(client)
   */
  send(client: SessionClient, options?: CallOptions): Promise<ConnectSessionToken>
  /**
   * Returns the same call as a lazy `TaskEither`, which never throws or rejects. Each run sends a new request.
   * @example const result = await session().owner('acme-42', 'Acme Inc.').task(client)()
   */
  task(client: SessionClient, options?: CallOptions): TaskEither<SessionError, ConnectSessionToken>
}
