import type { Either } from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import { isLeft, left, right } from '#fp-ts/Either'
import { spelt } from './category.ts'
import { givenUndefined, isRecord, kindOf } from './codec.ts'
import { ConnectSessionCreate, type ConnectSessionCreateWire, Payload } from './create.ts'
import { ConfigurationError, type Issue, type SessionError, ValidationError } from './errors.ts'
import { issuesOf, validationError } from './issues.ts'
import { decoded, define, type Json, type JsonObject, same, shown, snapshot } from './json.ts'
import type { CallOptions } from './options.ts'
import type { ConnectSessionToken } from './reply.ts'
import type { Session, SessionClient, SessionWithoutOwner } from './states.ts'
import { guarded, promised } from './task.ts'
import { snakeCase } from './wire.ts'

type Field = Exclude<keyof ConnectSessionCreate, 'extra'>

/** Which method sets a field, for hints. */
const methods: Readonly<Record<Field, string>> = {
  originOwnerId: '.owner(id, name)',
  originOwnerName: '.owner(id, name)',
  originUsername: '.username(name)',
  provider: '.provider(key)',
  categories: '.categories(first, ...rest)',
  accountId: '.account(id)',
  expiresIn: '.expiresIn(seconds)',
  metadata: '.metadata(record)',
  multiple: '.multiple(allowed)',
  label: '.label(text)',
  type: '.type(type)',
  connectorProfileId: '.connectorProfile(id)',
}

/** The method is the hint for a field that is missing, and for a known one that was set by its wire name. */
const withMethod = (issue: Issue): Issue => {
  const name = snakeCase(issue.path.replace(/^extra\./, ''))
  const known = Object.entries(methods).find(([field]) => snakeCase(field) === name)
  const wants = issue.message === 'is missing' || issue.path.startsWith('extra.')
  return known !== undefined && wants && issue.hint === undefined ? { ...issue, hint: `use ${known[1]}` } : issue
}

/** The fields that a chain of calls has set, as they were given. */
interface Draft {
  readonly [field: string]: unknown
  readonly extra?: Readonly<Record<string, unknown>>
}

/** Where a link of a chain puts its value: a field of the model, or a member of the wire that has none. */
type Place = 'fields' | 'extra'

/**
 * Both states of the builder. A session is the session that it was made from and the one step between them, so a call
 * costs the same however long the chain is, and a base shares its fields with all its forks.
 */
class Chain implements Session {
  readonly #base: Chain | undefined
  readonly #place: Place
  readonly #name: string
  readonly #value: unknown

  constructor(base: Chain | undefined, place: Place, name: string, value: unknown) {
    this.#base = base
    this.#place = place
    this.#name = name
    this.#value = value
    Object.freeze(this)
  }

  static of({ extra = {}, ...fields }: ConnectSessionCreate): Chain {
    const put =
      (place: Place) =>
      (chain: Chain, [name, value]: readonly [string, Json]) =>
        new Chain(chain, place, name, place === 'extra' || isRecord(value) ? decoded(value) : value)
    const filled = Object.entries(fields).reduce(put('fields'), blank)
    return Object.entries(extra).reduce(put('extra'), filled)
  }

  #set(name: Field, value: unknown): this {
    return new Chain(this, 'fields', name, value === undefined ? givenUndefined : value) as this // it has no subclass
  }

  owner(id: string, name: string): Session {
    return this.#set('originOwnerId', id).#set('originOwnerName', name)
  }

  username(name: string): this {
    return this.#set('originUsername', name)
  }

  provider(key: string): this {
    return this.#set('provider', key)
  }

  categories(...given: readonly unknown[]): this {
    return this.#set('categories', Object.freeze([...new Set(given.map(spelt))]))
  }

  account(id: string): this {
    return this.#set('accountId', id)
  }

  expiresIn(seconds: number): this {
    return this.#set('expiresIn', seconds)
  }

  metadata(record: JsonObject): this {
    return this.#set('metadata', snapshot(record))
  }

  multiple(...allowed: readonly [boolean?]): this {
    return this.#set('multiple', allowed.length === 0 ? true : allowed[0])
  }

  label(text: string): this {
    return this.#set('label', text)
  }

  type(type: 'production' | 'test'): this {
    return this.#set('type', type)
  }

  connectorProfile(id: string): this {
    return this.#set('connectorProfileId', id)
  }

  field(wireName: string, value: Json): this {
    const name = typeof wireName === 'string' ? wireName : ''
    return new Chain(this, 'extra', name, snapshot(value)) as this // see #set
  }

  when(condition: boolean, change: (session: this) => this): this {
    if (!condition) return this
    const changed: unknown = typeof change === 'function' ? change(this) : change
    if (changed instanceof Chain) return changed as this // see #set
    const message = `expected a change that returns a session, got ${kindOf(changed)}`
    throw new ValidationError([{ path: 'when', message, hint: 'such as (session) => session.multiple()' }])
  }

  #draft(): Draft {
    const draft: Record<string, unknown> = {}
    const extra: Record<string, unknown> = {}
    for (let chain: Chain = this; chain.#base !== undefined; chain = chain.#base) {
      const target = chain.#place === 'fields' ? draft : extra
      if (!Object.hasOwn(target, chain.#name)) define(target, chain.#name, chain.#value)
    }
    if (Object.keys(extra).length === 0) return draft
    return { ...draft, extra: Object.fromEntries(Object.entries(extra).reverse()) } // in the order of the calls
  }

  decode(): Either<ValidationError, ConnectSessionCreate> {
    const decoded = Payload.decode(this.#draft())
    return isLeft(decoded) ? left(new ValidationError(issuesOf(decoded.left).map(withMethod))) : decoded
  }

  toJSON(): ConnectSessionCreateWire {
    const decoded = this.decode()
    if (isLeft(decoded)) throw decoded.left
    return ConnectSessionCreate.encode(decoded.right)
  }

  equals(other: unknown): boolean {
    return other instanceof Chain && same(this.#draft(), other.#draft())
  }

  task(client: SessionClient, options?: CallOptions): TaskEither<SessionError, ConnectSessionToken> {
    return guarded('The client', async () => {
      const decoded = this.decode()
      if (isLeft(decoded)) return decoded
      if (!isRecord(client) || typeof client.create !== 'function')
        return left(
          new ConfigurationError(`Sending needs a client, got ${kindOf(client)}: .send(createClient({ apiKey })).`),
        )
      return right(await client.create(decoded.right, options))
    })
  }

  send(client: SessionClient, options?: CallOptions): Promise<ConnectSessionToken> {
    return promised(this.task(client, options))
  }

  /** What `console.log` shows: the wire object, as far as it is valid, for the private fields would show nothing. */
  [Symbol.for('nodejs.util.inspect.custom')](_: unknown, options: unknown, inspect?: (...args: unknown[]) => string) {
    const { extra = {}, ...draft } = this.#draft()
    const others = Object.entries(extra).map(([name, value]) => [name, shown(value)])
    const fields = Object.entries(draft).map(([name, value]) => [snakeCase(name), shown(value)])
    const wire = Object.fromEntries([...fields.reverse(), ...others]) // a draft begins with the last call
    const state = 'originOwnerId' in draft ? 'Session' : 'SessionWithoutOwner'
    return inspect === undefined ? wire : `${state} ${inspect(wire, options)}`
  }
}

Object.freeze(Chain.prototype)

const blank = new Chain(undefined, 'fields', '', undefined)

/**
 * Begins a session, for the owner and the other fields to be added by chained calls.
 *
 * @example const { token } = await session().owner('acme-42', 'Acme Inc.').categories('ats', 'hris').send(client)
 */
export const session = (): SessionWithoutOwner => blank

/**
 * The way back from `toJSON`: a session from its wire object, such as one that JSON.parse has read from a queue.
 *
 * Unknown members are kept as `.field` keeps them, null counts as absent. A Left holds all that is wrong, by wire names.
 *
 * @example fromJSON(JSON.parse(text)) // Right: a Session
 */
export const fromJSON = (value: unknown): Either<ValidationError, Session> => {
  const decoded = ConnectSessionCreate.decode(value)
  if (isLeft(decoded)) return left(validationError(decoded.left, 'The value is not a session'))
  const read = Chain.of(decoded.right)
  const checked = read.decode() // a member in camel case is unknown to the wire, but not to the builder
  return isLeft(checked) ? checked : right(read)
}
