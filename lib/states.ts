import type { Either } from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import type { Category, CategoryAlias } from './category.ts'
import type { Client } from './client.ts'
import type { ConnectSessionCreate, ConnectSessionCreateWire } from './create.ts'
import type { SessionError, ValidationError } from './errors.ts'
import type { Json, JsonObject } from './json.ts'
import type { CallOptions } from './options.ts'
import type { ConnectSessionToken } from './reply.ts'

/**
 * What `send` needs of a client.
 *
 * @example
 * const stub: SessionClient = { create: async () => minted }
 * await acme.send(stub)
 */
export type SessionClient = Pick<Client, 'create'>

/**
 * A session that has no owner yet, so that it cannot be sent: call `.owner(id, name)`.
 *
 * Every call gives a new session and leaves this one as it was. The same call twice: the last one wins. Bad input is
 * kept until `decode`, `toJSON`, `send` or `task`, and told there with all other problems at once, before anything is
 * sent. The fields are those of `POST /connect_sessions`; absent ones are not sent.
 *
 * @example
 * const mailed = (session: SessionWithoutOwner) => session.expiresIn(days(7)).label('mail')
 * mailed(session()).owner('acme-42', 'Acme Inc.')
 */
export interface SessionWithoutOwner {
  /**
   * The customer who will own the accounts (`origin_owner_id`, `origin_owner_name`). Required.
   *
   * Take the id from your own records on the server, never from a page: who controls it can claim another customer's
   * accounts. Id, name and provider together find an existing account, so a changed name makes a second one.
   *
   * @param id your customer's id in your own system; not blank
   * @param name your customer's readable name; not blank
   * @example session().owner('acme-42', 'Acme Inc.')
   */
  readonly owner: (id: string, name: string) => Session
  /**
   * Who connects (`origin_username`), such as an e-mail address; not blank.
   *
   * @example session().owner('acme-42', 'Acme Inc.').username('it@acme.example')
   */
  readonly username: (name: string) => this
  /**
   * The connector to open (`provider`): the Hub starts at its credentials. Any key of a connector; not blank.
   *
   * @example session().owner('acme-42', 'Acme Inc.').provider('bamboohr')
   */
  readonly provider: (key: string) => this
  /**
   * The categories that the Hub opens at (`categories`); at least one, each is sent once.
   *
   * `hrisLegacy` and `stackOne` are sent as the API wants them, `hris-legacy` and `stackone`. An unknown category is an
   * issue, with the nearest known one as a hint.
   *
   * @example session().owner('acme-42', 'Acme Inc.').categories('ats', 'hris')
   */
  readonly categories: (first: Category | CategoryAlias, ...rest: readonly (Category | CategoryAlias)[]) => this
  /**
   * The account to edit (`account_id`); not blank. The Hub then opens that account, and `multiple` has no effect.
   *
   * @example session().owner('acme-42', 'Acme Inc.').account('45072196112816593343')
   */
  readonly account: (id: string) => this
  /**
   * How long the token lives (`expires_in`), in whole seconds from 1 to 315360000; the API takes 1800 if none is given.
   *
   * @example session().owner('acme-42', 'Acme Inc.').expiresIn(days(7))
   */
  readonly expiresIn: (seconds: number) => this
  /**
   * Your own keys and values (`metadata`), given back with the session. Any JSON object up to 500 levels deep, copied
   * when given. What JSON cannot hold, such as a function, NaN, a Date or undefined, is an issue with its path.
   *
   * @example session().owner('acme-42', 'Acme Inc.').metadata({ plan: 'pro', seats: 12 })
   */
  readonly metadata: (record: JsonObject) => this
  /**
   * Whether this owner may connect several accounts of one provider (`multiple`); the API takes false if none is given.
   *
   * @param allowed true if absent; undefined is an issue, for it may have been meant as a no
   * @example session().owner('acme-42', 'Acme Inc.').multiple()
   */
  readonly multiple: (() => this) & ((allowed: boolean) => this)
  /**
   * Free text that is kept on the account (`label`); not blank.
   *
   * @example session().owner('acme-42', 'Acme Inc.').label('Recruiting, Berlin')
   */
  readonly label: (text: string) => this
  /**
   * The type of the account (`type`), `'production'` or `'test'`; the API takes `production` if none is given.
   *
   * @example session().owner('acme-42', 'Acme Inc.').type('test')
   */
  readonly type: (type: 'production' | 'test') => this
  /**
   * Another connector profile than the default one (`connector_profile_id`); not blank.
   *
   * @example session().owner('acme-42', 'Acme Inc.').connectorProfile('profile-7')
   */
  readonly connectorProfile: (id: string) => this
  /**
   * A member that the API has and this library does not know yet, by its wire name, with any JSON value.
   *
   * A name that the builder has a method for is an issue, with the method as a hint.
   *
   * @example session().owner('acme-42', 'Acme Inc.').field('theme', 'dark')
   */
  readonly field: (wireName: string, value: Json) => this
  /**
   * Applies `change` if `condition` holds, and is the session itself if not.
   *
   * @example
   * const isTrial = true
   * session().owner('acme-42', 'Acme Inc.').when(isTrial, (trial) => trial.type('test'))
   */
  when(condition: boolean, change: (session: this) => this): this
  /**
   * The payload, or all that is wrong with it. Members set by `.field` are under `extra`.
   *
   * @example
   * session().owner('acme-42', 'Acme Inc.').decode()
   * // { _tag: 'Right', right: { originOwnerId: 'acme-42', originOwnerName: 'Acme Inc.' } }
   */
  readonly decode: () => Either<ValidationError, ConnectSessionCreate>
  /**
   * The wire object, in snake case, so that JSON.stringify puts a session on a queue; `fromJSON` is the way back.
   * Throws a `ValidationError`.
   *
   * @example
   * JSON.stringify(session().owner('acme-42', 'Acme Inc.'))
   * // '{"origin_owner_id":"acme-42","origin_owner_name":"Acme Inc."}'
   */
  readonly toJSON: () => ConnectSessionCreateWire
  /**
   * Whether another session has the same fields with the same values, in whatever order they were set.
   *
   * @example acme.label('a').multiple().equals(acme.multiple().label('a')) // true
   */
  readonly equals: (other: unknown) => boolean
}

/**
 * A session with an owner: an immutable value that can be sent, any number of times.
 *
 * @example
 * const mint = async (session: Session) => (await session.send(client)).token
 * await mint(acme)
 */
export interface Session extends SessionWithoutOwner {
  /**
   * Asks StackOne for the session: `POST /connect_sessions`.
   *
   * Rejects with a `SessionError`, and with nothing else; a session that is not valid with a `ValidationError`, before
   * anything is sent.
   *
   * @param options `signal`, and `timeout`, `deadline`, `retries` and `headers` over those of the client
   * @example const { token, expiresAt } = await session().owner('acme-42', 'Acme Inc.').send(client)
   */
  readonly send: (client: SessionClient, options?: CallOptions) => Promise<ConnectSessionToken>
  /**
   * The same as a lazy `TaskEither`: nothing is sent until it is run, each run sends anew, and none throws or rejects.
   *
   * @example const result = await session().owner('acme-42', 'Acme Inc.').task(client)()
   */
  readonly task: (client: SessionClient, options?: CallOptions) => TaskEither<SessionError, ConnectSessionToken>
}
