import { isLeft, left, right } from 'fp-ts/lib/Either.js'
import type { CallOptions } from '../client/options.ts'
import { ConfigurationError, formatIssues, type SessionError, ValidationError } from '../errors.ts'
import { nonBlankString } from '../model/codec.ts'
import type { ConnectSessionToken } from '../model/connect-session.ts'
import {
  ConnectSessionCreate,
  type ConnectSessionCreateWire,
  decodePayload,
  markValid,
  payloadFields,
  SerializedSession,
} from '../model/create-payload.ts'
import { normalizeCategory } from '../model/enums.ts'
import { issuesOf } from '../model/issues.ts'
import { copyJson, deepEqual, type Json, type JsonObject, NotJson } from '../model/json.ts'
import { snakeCase } from '../model/wire.ts'
import { explicitUndefined, isRecord, mustBe, withoutPrototype } from '../util/guards.ts'
import { type Either, guarded, type TaskEither, toPromise } from '../util/task.ts'
import { withBuilderHint } from './hints.ts'
import type { Session, SessionClient, SessionWithoutOwner } from './types.ts'

/** The fields set by wire name, in the order of the calls. Copying an array is faster than copying a record. */
type Extra = readonly (readonly [wireName: string, value: unknown])[]

const optionalFields = payloadFields.filter(({ isRequired }) => !isRequired)

type FieldName = (typeof payloadFields)[number]['name']

/** The index of each field among the values of a session. */
const slots = Object.fromEntries(optionalFields.map(({ name }, slot) => [name, slot])) as Record<FieldName, number>

const without = (wireName: string | undefined, extra: Extra): Extra =>
  extra.some(([name]) => name === wireName) ? extra.filter(([name]) => name !== wireName) : extra

const explicit = (value: unknown): unknown => (value === undefined ? explicitUndefined : value)

/** The implementation of both states of the builder. Its properties are public, so that deep equality compares them. */
class SessionBuilder implements Session {
  /** Kept apart from the values, so that the sessions of many owners share these. */
  readonly ownerId: unknown
  readonly ownerName: unknown
  /** The value of each field, except for those of the owner. A copied array is faster than a copied record. */
  readonly values: readonly unknown[]
  readonly extra: Extra

  constructor(ownerId: unknown, ownerName: unknown, values: readonly unknown[], extra: Extra) {
    this.ownerId = ownerId
    this.ownerName = ownerName
    this.values = values
    this.extra = extra
    Object.freeze(this)
  }

  #with(values: readonly unknown[], extra: Extra): this {
    return new SessionBuilder(this.ownerId, this.ownerName, values, extra) as this // the class has no subclass
  }

  #set(slot: number, value: unknown): this {
    const values = this.values.slice()
    values[slot] = explicit(value)
    const extra = this.extra
    return this.#with(values, extra.length === 0 ? extra : without(optionalFields[slot]?.wireName, extra))
  }

  owner(id: string, name: string): Session {
    return new SessionBuilder(explicit(id), explicit(name), this.values, this.extra)
  }

  username(name: string): this {
    return this.#set(slots.originUsername, name)
  }

  provider(key: string): this {
    return this.#set(slots.provider, key)
  }

  categories(...categories: readonly unknown[]): this {
    const [first] = categories
    const given: readonly unknown[] = categories.length === 1 && Array.isArray(first) ? first : categories
    return this.#set(slots.categories, Object.freeze([...new Set(given.map(normalizeCategory))]))
  }

  account(id: string): this {
    return this.#set(slots.accountId, id)
  }

  expiresIn(seconds: number): this {
    return this.#set(slots.expiresIn, seconds)
  }

  metadata(record: JsonObject): this {
    return this.#set(slots.metadata, record === undefined ? record : copyJson(record))
  }

  multiple(...allowed: readonly [boolean?]): this {
    return this.#set(slots.multiple, allowed.length === 0 ? true : allowed[0])
  }

  label(text: string): this {
    return this.#set(slots.label, text)
  }

  type(type: 'production' | 'test'): this {
    return this.#set(slots.type, type)
  }

  connectorProfile(id: string): this {
    return this.#set(slots.connectorProfileId, id)
  }

  field(wireName: string, value: Json): this {
    const name = typeof wireName === 'string' ? wireName : ''
    const json = copyJson(value)
    const slot = optionalFields.findIndex((field) => field.wireName === name)
    // The value is sent as given either way. One that the codec accepts equals the same value set by its own call.
    if (optionalFields[slot]?.codec.is(json)) return this.#set(slot, json)
    const values = slot < 0 ? this.values : this.values.with(slot, undefined)
    return this.#with(values, [...without(name, this.extra), [name, json]])
  }

  when<V>(value: V, change: (session: this, value: Exclude<V, undefined | null | false>) => this): this {
    if (value === undefined || value === null || value === false) return this
    // The compiler does not exclude types of a type parameter.
    const changed: unknown = change(this, value as Exclude<V, undefined | null | false>)
    if (changed instanceof SessionBuilder) return changed as this // see #with
    const hint = 'return the session, as in (session, value) => session.label(value)'
    throw new ValidationError([{ path: 'when', message: mustBe('a change that returns a session', changed), hint }])
  }

  /** Returns the fields that are set, and whether all are known and valid. The codec has to look up names: slower. */
  #payload(): { readonly fields: Record<string, unknown>; readonly isValid: boolean } {
    const fields: Record<string, unknown> = {}
    let isValid = this.extra.length === 0 && nonBlankString.is(this.ownerId) && nonBlankString.is(this.ownerName)
    if (this.ownerId !== undefined) fields['originOwnerId'] = this.ownerId
    if (this.ownerName !== undefined) fields['originOwnerName'] = this.ownerName
    for (let slot = 0; slot < optionalFields.length; slot += 1) {
      const value = this.values[slot]
      const field = optionalFields[slot]
      if (value === undefined || field === undefined) continue
      fields[field.name] = value
      // Metadata was checked when it was copied. The codec would read it again.
      isValid &&= slot === slots.metadata ? isRecord(value) && !(value instanceof NotJson) : field.codec.is(value)
    }
    if (this.extra.length > 0) fields['extra'] = Object.freeze(Object.fromEntries(this.extra))
    return { fields, isValid }
  }

  decode(): Either<ValidationError, ConnectSessionCreate> {
    const { fields, isValid } = this.#payload()
    if (isValid) return right(markValid(fields))
    const decoded = decodePayload(Object.freeze(fields))
    return isLeft(decoded) ? left(new ValidationError(issuesOf(decoded.left).map(withBuilderHint))) : decoded
  }

  toJSON(): ConnectSessionCreateWire {
    const decoded = this.decode()
    if (isLeft(decoded)) throw decoded.left
    return ConnectSessionCreate.encode(decoded.right)
  }

  equals(other: unknown): boolean {
    return other instanceof SessionBuilder && deepEqual(this.#payload().fields, other.#payload().fields)
  }

  task(client: SessionClient, options?: CallOptions): TaskEither<SessionError, ConnectSessionToken> {
    return guarded('The client', async () => {
      const decoded = this.decode()
      if (isLeft(decoded)) return decoded
      if (isRecord(client) && typeof client.create === 'function')
        return right(await client.create(decoded.right, options))
      const issue = { path: 'client', message: mustBe('a client', client), hint: 'use .send(createClient({ apiKey }))' }
      return left(new ConfigurationError(formatIssues('Invalid argument for send', [issue])))
    })
  }

  send(client: SessionClient, options?: CallOptions): Promise<ConnectSessionToken> {
    return toPromise(this.task(client, options))
  }

  /** What `console.log` prints: the wire form, or as much of it as is valid. */
  [Symbol.for('nodejs.util.inspect.custom')](_: unknown, options: unknown, inspect?: (...args: unknown[]) => string) {
    const { extra, ...fields } = this.#payload().fields
    const known = Object.entries(fields).map(([name, value]) => [snakeCase(name), value] as const)
    const wire = { ...Object.fromEntries(known), ...Object(extra) }
    const state = fields['originOwnerId'] === undefined ? 'SessionWithoutOwner' : 'Session'
    return inspect === undefined ? wire : `${state} ${inspect(wire, options)}`
  }
}

Object.freeze(SessionBuilder.prototype)

const noValues = optionalFields.map(() => undefined)
const emptySession = new SessionBuilder(undefined, undefined, noValues, [])

/**
 * Returns a session without any fields, to which chained calls add an owner and the other fields (contract section 2).
 * @example const { token } = await session().owner('acme-42', 'Acme Inc.').categories('ats', 'hris').send(client)
 */
export const session = (): SessionWithoutOwner => emptySession

/**
 * Restores a session from its JSON, the result of `toJSON`, such as a job from a queue.
 *
 * Fields that this version does not know, or whose values it would reject, are kept as `.field` keeps them, so that
 * workers of different versions can share a queue. A `Left` holds a `ValidationError` with all problems: the value is
 * not an object, or the owner is missing or blank.
 * @example fromJSON(JSON.parse(JSON.stringify(acme))) // { _tag: 'Right', right: Session { origin_owner_id: …
 */
export const fromJSON = (value: unknown): Either<ValidationError, Session> => {
  const decoded = SerializedSession.decode(value)
  if (isLeft(decoded)) {
    const issues = issuesOf(decoded.left)
    const hint = 'use fromJSON(JSON.parse(text))'
    const hinted = typeof value === 'string' ? issues.map((issue) => ({ ...issue, hint })) : issues
    return left(new ValidationError(hinted, 'Invalid JSON of a session'))
  }
  const fields = withoutPrototype(decoded.right)
  const values = optionalFields.map(({ name }) => fields[name])
  const extra = Object.entries(fields.extra ?? {})
  const restored = new SessionBuilder(fields.originOwnerId, fields.originOwnerName, values, extra)
  const checked = restored.decode() // a name in camel case is unknown to the wire, but not to the builder
  return isLeft(checked) ? checked : right(restored)
}
