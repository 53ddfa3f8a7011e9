import * as t from 'io-ts'
import { isLeft } from '#fp-ts/Either'
import { isRecord, kindOf, refusal, refuse } from './codec.ts'
import { define, Json, JsonObject } from './json.ts'
import { didYouMean } from './nearest.ts'

/** `originOwnerId` to `origin_owner_id`, in types. */
export type SnakeCase<S extends string> = S extends `${infer Head}${infer Tail}`
  ? `${Head extends Lowercase<Head> ? Head : `_${Lowercase<Head>}`}${SnakeCase<Tail>}`
  : S

/** `originOwnerId` to `origin_owner_id`. */
export const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

type Props = { readonly [name: string]: t.Mixed & { readonly quick?: (value: unknown) => unknown } }

/** The camel-case model of required and optional members, with what else was given under `extra`. */
export type Model<R extends Props, O extends Props> = {
  readonly [K in keyof R]: t.TypeOf<R[K]>
} & {
  readonly [K in keyof O]?: t.TypeOf<O[K]>
} & {
  /** Members of the wire that this library does not know, by their wire names. */
  readonly extra?: JsonObject
}

/** The same on the wire: snake case, with the members of `extra` beside the others. */
export type Wire<R extends Props, O extends Props> = {
  readonly [K in keyof R as SnakeCase<K & string>]: t.OutputOf<R[K]>
} & {
  readonly [K in keyof O as SnakeCase<K & string>]?: t.OutputOf<O[K]>
}

interface Field {
  readonly camel: string
  readonly snake: string
  readonly codec: t.Mixed
  readonly required: boolean
  /** As the codec's, if it has one; else no value is good at once. */
  readonly quick: (value: unknown) => unknown
}

type Form = 'camel' | 'snake'
type Members = { readonly [name: string]: unknown; readonly extra?: unknown }
type Extra = (members: Members, context: t.Context, errors: t.Errors) => JsonObject | undefined

const fieldsOf = (props: Props, required: boolean): readonly Field[] =>
  Object.entries(props).map(([camel, codec]) => ({
    camel,
    snake: snakeCase(camel),
    codec,
    required,
    quick: codec.quick ?? (() => undefined),
  }))

/** What is made of one model. */
export interface Wired<A, O> {
  readonly camel: t.Type<A>
  readonly wire: t.Type<A, O>
  /** The known members in their order, in camel case. */
  readonly order: readonly string[]
  /**
   * From the values of a model, in this order and undefined where there is none, to the wire, in one walk; undefined if
   * any of them is not good at once. For members that are the same on both sides.
   */
  readonly encodeQuickly: (values: readonly unknown[]) => O | undefined
}

// Spreading a long list into push would run out of stack.
const append = (errors: t.Errors, more: t.Errors): void => {
  for (const error of more) errors.push(error)
}

/**
 * The two codecs of one model: `camel` checks the model as our users write it (for members that are the same on both
 * sides), `wire` maps it from and to snake case.
 *
 * Unknown members of the wire are kept under `extra`, and go back beside the others; null counts as absent there.
 * In the model an unknown member is refused: it would be lost in silence. A lenient codec leaves out what it cannot
 * decode, and fails only for what is required.
 */
export const wire = <R extends Props, O extends Props>(
  name: string,
  required: R,
  optional: O,
  lenient = false,
): Wired<Model<R, O>, Wire<R, O>> => {
  type A = Model<R, O>
  const fields = [...fieldsOf(required, true), ...fieldsOf(optional, false)]
  const camelNames: ReadonlySet<string> = new Set([...fields.map(({ camel }) => camel), 'extra'])
  const snakeNames: ReadonlySet<string> = new Set(fields.map(({ snake }) => snake))

  const model = (form: Form, members: Members, context: t.Context, errors: t.Errors): Record<string, unknown> => {
    const decoded: Record<string, unknown> = {}
    for (const { [form]: key, camel, codec, required, quick } of fields) {
      const member = members[key]
      const absent = member === undefined || (member === null && form === 'snake')
      if (absent && !required) continue
      const good = quick(member)
      if (good !== undefined) decoded[camel] = good
      else {
        const at = t.appendContext(context, key, codec, member)
        const slow = absent ? refuse(member, at, 'is missing') : codec.validate(member, at)
        if (!isLeft(slow)) decoded[camel] = slow.right
        else if (required || !lenient) append(errors, slow.left)
      }
    }
    return decoded
  }

  const at = (context: t.Context, key: string): t.Context => t.appendContext(context, key, t.unknown)

  const extraOfModel: Extra = (members, context, errors) => {
    for (const key of Object.keys(members))
      if (!camelNames.has(key) && members[key] !== undefined)
        errors.push(refusal(key, at(context, key), 'is no member', didYouMean(key, [...camelNames])))
    const { extra } = members
    if (extra === undefined) return undefined
    const place = at(context, 'extra')
    for (const key of Object.keys(isRecord(extra) ? extra : {}))
      if (key.trim() === '') errors.push(refusal(key, at(place, key), 'expected a name that is not blank'))
      else if (snakeNames.has(snakeCase(key))) errors.push(refusal(key, at(place, key), 'has a place of its own'))
    const decoded = JsonObject.validate(extra, place)
    if (!isLeft(decoded)) return decoded.right
    append(errors, decoded.left)
    return undefined
  }

  const extraOfWire: Extra = (members, context, errors) => {
    const others: Record<string, Json> = {}
    for (const key of Object.keys(members)) {
      if (snakeNames.has(key)) continue
      const decoded = Json.validate(members[key], at(context, key))
      if (!isLeft(decoded)) define(others, key, decoded.right)
      else if (!lenient) append(errors, decoded.left)
    }
    return Object.keys(others).length === 0 ? undefined : Object.freeze(others)
  }

  const validate =
    (form: Form, extraOf: Extra): t.Validate<unknown, A> =>
    (value, context) => {
      if (!isRecord(value)) return refuse(value, context, `expected an object, got ${kindOf(value)}`)
      const errors: t.Errors = []
      try {
        const decoded = model(form, value, context, errors)
        const extra = extraOf(value, context, errors)
        if (extra !== undefined) decoded['extra'] = extra
        // Without errors every required member is there, decoded by its own codec.
        return errors.length > 0 ? t.failures(errors) : t.success(Object.freeze(decoded) as A)
      } catch {
        return refuse(value, context, 'reading it threw') // by a getter or a proxy of the caller's
      }
    }

  const encode = (model: A): Wire<R, O> => {
    const members: Members & { readonly extra?: JsonObject } = model
    const encoded: Record<string, unknown> = {}
    for (const { camel, snake, codec } of fields)
      if (members[camel] !== undefined) encoded[snake] = codec.encode(members[camel])
    if (members.extra !== undefined)
      for (const [key, value] of Object.entries(members.extra)) if (!snakeNames.has(key)) define(encoded, key, value)
    // Every member of the model was put under its wire name, by its own codec.
    return encoded as Wire<R, O>
  }

  const encodeQuickly = (values: readonly unknown[]): Wire<R, O> | undefined => {
    const encoded: Record<string, unknown> = {}
    for (let index = 0; index < fields.length; index += 1) {
      const value = values[index]
      const field = fields[index]
      if (field === undefined || (value === undefined && !field.required)) continue
      const good = field.quick(value)
      if (good === undefined) return undefined
      encoded[field.snake] = good
    }
    return encoded as Wire<R, O> // as above
  }

  const is = (value: unknown): value is A =>
    isRecord(value) &&
    fields.every(({ camel, codec, required }) => (value[camel] === undefined ? !required : codec.is(value[camel]))) &&
    (value['extra'] === undefined || JsonObject.is(value['extra']))

  return {
    camel: new t.Type<A>(name, is, validate('camel', extraOfModel), t.identity),
    wire: new t.Type<A, Wire<R, O>>(name, is, validate('snake', extraOfWire), encode),
    order: fields.map(({ camel }) => camel),
    encodeQuickly,
  }
}
