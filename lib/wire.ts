import * as t from 'io-ts'
import { isLeft } from '#fp-ts/Either'
import { at, expected, isRecord, refuse } from './codec.ts'
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
/** Gives what was decoded, or notes the errors. */
type Take = <A>(decoded: t.Validation<A>, required?: boolean) => A | undefined

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
  const fields: readonly Field[] = Object.entries({ ...required, ...optional }).map(([camel, codec]) => ({
    camel,
    snake: snakeCase(camel),
    codec,
    required: camel in required,
    quick: codec.quick ?? (() => undefined),
  }))
  const order = fields.map(({ camel }) => camel)
  const camelNames: ReadonlySet<string> = new Set([...order, 'extra'])
  const snakeNames: ReadonlySet<string> = new Set(fields.map(({ snake }) => snake))

  const model = (form: Form, members: Members, context: t.Context, take: Take): Record<string, unknown> => {
    const decoded: Record<string, unknown> = {}
    for (const { [form]: key, camel, codec, required, quick } of fields) {
      const member = members[key]
      const absent = member === undefined || (member === null && form === 'snake')
      if (absent && !required) continue
      const slow = (): unknown => {
        const place = at(context, key, codec, member)
        return take<unknown>(absent ? refuse(member, place, 'is missing') : codec.validate(member, place), required)
      }
      const good = quick(member) ?? slow()
      if (good !== undefined) decoded[camel] = good
    }
    return decoded
  }

  const extraOfModel = (members: Members, context: t.Context, take: Take): JsonObject | undefined => {
    for (const key of Object.keys(members))
      if (!camelNames.has(key) && members[key] !== undefined)
        take(refuse(key, at(context, key), 'is no member', didYouMean(key, [...camelNames])))
    const { extra } = members
    if (extra === undefined) return undefined
    const place = at(context, 'extra')
    for (const key of Object.keys(isRecord(extra) ? extra : {}))
      if (key.trim() === '') take(refuse(key, at(place, key), 'expected a name that is not blank'))
      else if (snakeNames.has(snakeCase(key))) take(refuse(key, at(place, key), 'has a place of its own'))
    return take(JsonObject.validate(extra, place))
  }

  const extraOfWire = (members: Members, context: t.Context, take: Take): JsonObject | undefined => {
    const others: Record<string, Json> = {}
    for (const key of Object.keys(members)) {
      const other = snakeNames.has(key) ? undefined : take(Json.validate(members[key], at(context, key)))
      if (other !== undefined) define(others, key, other)
    }
    return Object.keys(others).length === 0 ? undefined : Object.freeze(others)
  }

  const validate =
    (form: Form, extraOf: typeof extraOfWire): t.Validate<unknown, A> =>
    (value, context) => {
      if (!isRecord(value)) return refuse(value, context, expected('an object', value))
      const errors: t.Errors[] = []
      const take: Take = (decoded, required = false) => {
        if (!isLeft(decoded)) return decoded.right
        if (required || !lenient) errors.push(decoded.left)
        return undefined
      }
      try {
        const decoded = model(form, value, context, take)
        const extra = extraOf(value, context, take)
        if (extra !== undefined) decoded['extra'] = extra
        // Without errors every required member is there, decoded by its own codec.
        return errors.length > 0 ? t.failures(errors.flat()) : t.success(Object.freeze(decoded) as A)
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
      // What a member decodes to at once is what it is encoded to.
      const good = field.quick(value) ?? (field.codec.is(value) ? field.codec.encode(value) : undefined)
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
    order,
    encodeQuickly,
  }
}
