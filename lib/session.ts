import type { Either } from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import { isLeft, left, right } from '#fp-ts/Either'
import { spelt } from './category.ts'
import { expected, givenUndefined, isObject, isRecord } from './codec.ts'
import { ConnectSessionCreate, type ConnectSessionCreateWire, encode, encodeQuickly, order, Payload } from './create.ts'
import { ConfigurationError, type Issue, type SessionError, ValidationError } from './errors.ts'
import { issuesOf, validationError } from './issues.ts'
import { type Json, type JsonObject, Snapshot, same, shown, snapshot } from './json.ts'
import type { CallOptions } from './options.ts'
import type { ConnectSessionToken } from './reply.ts'
import type { Session, SessionClient, SessionWithoutOwner } from './states.ts'
import { guarded, promised } from './task.ts'
import { snakeCase } from './wire.ts'

type Field = Exclude<keyof ConnectSessionCreate, 'extra'>

/** The method that sets a field, for hints: `username` sets originUsername, `account` sets accountId. */
const methodOf = (field: string): string => {
  const name = field.replace(/^origin|Name$|Id$/g, '')
  return name === 'Owner' ? '.owner(id, name)' : `.${name.charAt(0).toLowerCase()}${name.slice(1)}(…)`
}

/** The method is the hint for a field that is missing, and for a known one that was set by its wire name. */
const withMethod = (issue: Issue): Issue => {
  const name = snakeCase(issue.path.replace('extra.', ''))
  const field = order.find((known) => snakeCase(known) === name)
  const wants = issue.message === 'is missing' || issue.path.startsWith('extra.')
  return field !== undefined && wants ? { ...issue, hint: `use ${methodOf(field)}` } : issue
}

/** What a chain of calls has set, as it was given: by the order of the fields, and by wire name. */
interface Draft {
  readonly fields: readonly unknown[]
  readonly extra: Readonly<Record<string, unknown>> | undefined
}

// The order holds all the fields.
const indexOf = Object.fromEntries(order.map((name, index) => [name, index])) as Readonly<Record<Field, number>>

const nothing: readonly unknown[] = order.map(() => undefined)

const isRepeated = (wire: unknown, index: number, wires: readonly unknown[]): boolean => wires.indexOf(wire) < index

/** An undefined that was given is not the same as nothing. */
const given = (value: unknown): unknown => (value === undefined ? givenUndefined : value)

/**
 * Both states of the builder. A session is the session that it was made from and the one step between them, so a call
 * costs the same however long the chain is, and a base shares its fields with all its forks.
 */
class Chain implements Session {
  readonly #base: Chain | undefined
  /** Which field the step sets, by its index; or which other member of the wire, by its name. */
  readonly #step: number | string
  readonly #value: unknown
  /** What the step sets the field after it to: the owner's id and name are one call, and one link. */
  readonly #next: unknown

  constructor(base: Chain | undefined, step: number | string, value: unknown, next?: unknown) {
    this.#base = base
    this.#step = step
    this.#value = value
    this.#next = next
    Object.freeze(this)
  }

  /** Unlike instanceof, this runs nothing of a proxy's. */
  static is(value: unknown): value is Chain {
    return isObject(value) && #step in value
  }

  #set(step: number, value: unknown): this {
    return new Chain(this, step, given(value)) as this // it has no subclass
  }

  owner(id: string, name: string): Session {
    return new Chain(this, indexOf.originOwnerId, given(id), given(name))
  }

  username(name: string): this {
    return this.#set(indexOf.originUsername, name)
  }

  provider(key: string): this {
    return this.#set(indexOf.provider, key)
  }

  categories(...categories: readonly unknown[]): this {
    const wires = categories.map(spelt)
    return this.#set(indexOf.categories, wires.some(isRepeated) ? [...new Set(wires)] : wires)
  }

  account(id: string): this {
    return this.#set(indexOf.accountId, id)
  }

  expiresIn(seconds: number): this {
    return this.#set(indexOf.expiresIn, seconds)
  }

  metadata(record: JsonObject): this {
    return this.#set(indexOf.metadata, snapshot(record))
  }

  multiple(...allowed: readonly [boolean?]): this {
    return this.#set(indexOf.multiple, allowed.length === 0 ? true : allowed[0])
  }

  label(text: string): this {
    return this.#set(indexOf.label, text)
  }

  type(type: 'production' | 'test'): this {
    return this.#set(indexOf.type, type)
  }

  connectorProfile(id: string): this {
    return this.#set(indexOf.connectorProfileId, id)
  }

  field(wireName: string, value: Json): this {
    const name = typeof wireName === 'string' ? wireName : ''
    return new Chain(this, name, snapshot(value)) as this // see #set
  }

  when(condition: boolean, change: (session: this) => this): this {
    if (!condition) return this
    const changed: unknown = typeof change === 'function' ? change(this) : change
    if (Chain.is(changed)) return changed as this // see #set
    const message = expected('a change that returns a session', changed)
    throw new ValidationError([{ path: 'when', message, hint: 'such as (session) => session.multiple()' }])
  }

  #draft(): Draft {
    const fields = nothing.slice()
    let extra: [string, unknown][] | undefined
    for (let chain: Chain = this; chain.#base !== undefined; chain = chain.#base) {
      const step = chain.#step
      if (typeof step === 'string') {
        extra ??= []
        extra.push([step, chain.#value])
      } else if (fields[step] === undefined) {
        fields[step] = chain.#value
        if (chain.#next !== undefined) fields[step + 1] = chain.#next
      }
    }
    // In the order of the calls, of which the last wins.
    return { fields, extra: extra && Object.fromEntries(extra.reverse()) }
  }

  decode(): Either<ValidationError, ConnectSessionCreate> {
    const { fields, extra } = this.#draft()
    const model: Record<string, unknown> = { extra }
    for (const [index, name] of order.entries()) model[name] = fields[index]
    const decoded = Payload.decode(model)
    return isLeft(decoded) ? left(new ValidationError(issuesOf(decoded.left).map(withMethod))) : decoded
  }

  toJSON(): ConnectSessionCreateWire {
    const { fields, extra } = this.#draft()
    const quick = extra === undefined ? encodeQuickly(fields) : undefined
    if (quick !== undefined) return quick
    const decoded = this.decode()
    if (isLeft(decoded)) throw decoded.left
    return encode(decoded.right)
  }

  equals(other: unknown): boolean {
    return Chain.is(other) && same(this.#draft(), other.#draft())
  }

  task(client: SessionClient, options?: CallOptions): TaskEither<SessionError, ConnectSessionToken> {
    return guarded('The client', async () => {
      const decoded = this.decode()
      if (isLeft(decoded)) return decoded
      const create = isRecord(client) ? client.create : undefined
      if (typeof create !== 'function')
        return left(new ConfigurationError(`${expected('a client', client)}: .send(createClient({ apiKey })).`))
      return right(await create.call(client, decoded.right, options))
    })
  }

  send(client: SessionClient, options?: CallOptions): Promise<ConnectSessionToken> {
    return promised(this.task(client, options))
  }

  /** What `console.log` shows: the wire object, as far as it is valid, for the private fields would show nothing. */
  [Symbol.for('nodejs.util.inspect.custom')](_: unknown, options: unknown, inspect?: (...args: unknown[]) => string) {
    const { fields, extra = {} } = this.#draft()
    const known = order.map((name, index) => [snakeCase(name), fields[index]])
    const given = [...known.filter(([, value]) => value !== undefined), ...Object.entries(extra)]
    const wire = Object.fromEntries(given.map(([name, value]) => [name, shown(value)]))
    const state = fields[indexOf.originOwnerId] === undefined ? 'SessionWithoutOwner' : 'Session'
    return inspect === undefined ? wire : `${state} ${inspect(wire, options)}`
  }
}

Object.freeze(Chain.prototype)

const blank = new Chain(undefined, '', undefined)

/**
 * Begins a session, for the owner and the other fields to be added by chained calls.
 *
 * @example const { token } = await session().owner('acme-42', 'Acme Inc.').categories('ats', 'hris').send(client)
 */
export const session = (): SessionWithoutOwner => blank

/** The chain that would have made a payload. */
const chainOf = ({ extra = {}, ...fields }: ConnectSessionCreate): Chain => {
  const put = (chain: Chain, [name, value]: readonly [string, Json]): Chain =>
    // Without its extra, a payload has fields alone.
    new Chain(chain, indexOf[name as Field], isRecord(value) ? new Snapshot(value) : value)
  return Object.entries(extra).reduce(
    (chain, [name, value]) => new Chain(chain, name, new Snapshot(value)),
    Object.entries(fields).reduce<Chain>(put, blank),
  )
}

/**
 * The way back from `toJSON`: a session from its wire object, such as one that JSON.parse has read from a queue.
 *
 * Unknown members are kept as `.field` keeps them, null counts as absent. A Left holds all that is wrong, by wire names.
 *
 * @example
 * const text = JSON.stringify(acme)
 * fromJSON(JSON.parse(text))
 * // { _tag: 'Right', right: Session { origin_owner_id: 'acme-42', origin_owner_name: 'Acme Inc.' } }
 */
export const fromJSON = (value: unknown): Either<ValidationError, Session> => {
  const decoded = ConnectSessionCreate.decode(value)
  if (isLeft(decoded)) return left(validationError(decoded.left, 'The value is not a session'))
  const read = chainOf(decoded.right)
  const checked = read.decode() // a member in camel case is unknown to the wire, but not to the builder
  return isLeft(checked) ? checked : right(read)
}
