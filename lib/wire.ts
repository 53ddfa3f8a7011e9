import * as t from 'io-ts'
import { isLeft } from '#fp-ts/Either'
import { isRecord, kindOf, refusal, refuse } from './codec.ts'
import { define, JsonObject } from './json.ts'
import { didYouMean } from './nearest.ts'

/** `originOwnerId` to `origin_owner_id`, in types. */
export type SnakeCase<S extends string> = S extends `${infer Head}${infer Tail}`
  ? `${Head extends Lowercase<Head> ? Head : `_${Lowercase<Head>}`}${SnakeCase<Tail>}`
  : S

/** `originOwnerId` to `origin_owner_id`. */
export const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

type Props = { readonly [name: string]: t.Mixed }

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
}

type Form = 'camel' | 'snake'
type Members = Readonly<Record<string, unknown>>
type Others = (members: Members, context: t.Context) => t.Validation<JsonObject | undefined>

const fieldsOf = (props: Props, required: boolean): readonly Field[] =>
  Object.entries(props).map(([camel, codec]) => ({ camel, snake: snakeCase(camel), codec, required }))

// The caller's getters run here, once, and nowhere else.
const membersOf = (value: Members): Members | undefined => {
  try {
    return { ...value }
  } catch {
    return undefined
  }
}

/**
 * The two codecs of one model: `camel` checks the model as our users write it (for members that are the same on both
 * sides), `wire` maps it from and to snake case.
 *
 * Unknown members of the wire are kept under `extra`, and go back beside the others; null counts as absent there.
 * In the model an unknown member is refused: it would be lost in silence.
 */
export const wire = <R extends Props, O extends Props>(
  name: string,
  required: R,
  optional: O,
): { readonly camel: t.Type<Model<R, O>>; readonly wire: t.Type<Model<R, O>, Wire<R, O>> } => {
  type A = Model<R, O>
  const fields = [...fieldsOf(required, true), ...fieldsOf(optional, false)]
  const camelNames: readonly string[] = [...fields.map(({ camel }) => camel), 'extra']
  const snakeNames: ReadonlySet<string> = new Set(fields.map(({ snake }) => snake))

  const read = (form: Form, members: Members, context: t.Context, errors: t.Errors): Record<string, unknown> => {
    const model: Record<string, unknown> = {}
    for (const { [form]: key, camel, codec, required } of fields) {
      const member = members[key]
      const absent = member === undefined || (member === null && form === 'snake')
      if (absent && !required) continue
      const at = t.appendContext(context, key, codec, member)
      const decoded = absent ? refuse(member, at, 'is missing') : codec.validate(member, at)
      if (isLeft(decoded)) errors.push(...decoded.left)
      else model[camel] = decoded.right
    }
    return model
  }

  const othersOfModel: Others = ({ extra, ...members }, context) => {
    const at = t.appendContext(context, 'extra', JsonObject, extra)
    const others = isRecord(extra) ? membersOf(extra) : undefined
    const decoded = extra === undefined ? t.success(undefined) : JsonObject.validate(others ?? extra, at)
    const strays = Object.keys(members)
      .filter((key) => !camelNames.includes(key) && members[key] !== undefined)
      .map((key) => refusal(key, t.appendContext(context, key, t.unknown), 'is no member', didYouMean(key, camelNames)))
    const misplaced = Object.keys(others ?? {})
      .filter((key) => key.trim() === '' || snakeNames.has(snakeCase(key)))
      .map((key) => {
        const message = key.trim() === '' ? 'expected a name that is not blank' : 'has a place of its own'
        return refusal(key, t.appendContext(at, key, t.unknown), message)
      })
    const wrong = [...strays, ...misplaced, ...(isLeft(decoded) ? decoded.left : [])]
    return wrong.length > 0 ? t.failures(wrong) : decoded
  }

  const othersOfWire: Others = (members, context) => {
    const names = Object.keys(members).filter((key) => !snakeNames.has(key))
    if (names.length === 0) return t.success(undefined)
    const others: Record<string, unknown> = {}
    for (const key of names) define(others, key, members[key])
    return JsonObject.validate(others, context)
  }

  const validate =
    (form: Form, others: Others): t.Validate<unknown, A> =>
    (value, context) => {
      if (!isRecord(value)) return refuse(value, context, `expected an object, got ${kindOf(value)}`)
      const members = membersOf(value)
      if (members === undefined) return refuse(value, context, 'reading it threw')
      const errors: t.Errors = []
      const model = read(form, members, context, errors)
      const extra = others(members, context)
      if (isLeft(extra)) errors.push(...extra.left)
      else if (extra.right !== undefined) model['extra'] = extra.right
      // Without errors every required member is there, decoded by its own codec.
      return errors.length > 0 ? t.failures(errors) : t.success(Object.freeze(model) as A)
    }

  const encode = (model: A): Wire<R, O> => {
    const members: Members & { readonly extra?: JsonObject } = model
    const encoded: Record<string, unknown> = {}
    for (const { camel, snake, codec } of fields)
      if (members[camel] !== undefined) encoded[snake] = codec.encode(members[camel])
    for (const [key, value] of Object.entries(members.extra ?? {}))
      if (!snakeNames.has(key)) define(encoded, key, value)
    // Every member of the model was put under its wire name, by its own codec.
    return encoded as Wire<R, O>
  }

  const is = (value: unknown): value is A =>
    isRecord(value) &&
    fields.every(({ camel, codec, required }) => (value[camel] === undefined ? !required : codec.is(value[camel]))) &&
    (value['extra'] === undefined || JsonObject.is(value['extra']))

  return {
    camel: new t.Type<A>(name, is, validate('camel', othersOfModel), t.identity),
    wire: new t.Type<A, Wire<R, O>>(name, is, validate('snake', othersOfWire), encode),
  }
}
