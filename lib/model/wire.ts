import { isLeft } from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { isRecord, mustBe, ownValue } from '../util/guards.ts'
import { maskWhenPrinted } from '../util/redact.ts'
import { type AnyCodec, failure, guardReads, validateAt } from './codec.ts'
import { type Json, JsonCodec, JsonObjectCodec } from './json.ts'

/** `originOwnerId` to `origin_owner_id`, for types. */
type SnakeCase<S extends string> = S extends `${infer Head}${infer Tail}`
  ? `${Head extends Lowercase<Head> ? Head : `_${Lowercase<Head>}`}${SnakeCase<Tail>}`
  : S

export const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** `guaranteed` fields are in every response by the contract, but a lenient codec does not rely on it. */
export type Presence = 'required' | 'guaranteed' | 'optional'

export interface Field<C extends AnyCodec = AnyCodec, P extends Presence = Presence> {
  readonly codec: C
  readonly presence: P
}

export const required = <C extends AnyCodec>(codec: C): Field<C, 'required'> => ({ codec, presence: 'required' })
export const guaranteed = <C extends AnyCodec>(codec: C): Field<C, 'guaranteed'> => ({ codec, presence: 'guaranteed' })
export const optional = <C extends AnyCodec>(codec: C): Field<C, 'optional'> => ({ codec, presence: 'optional' })

export type Fields<Name extends string = string> = Readonly<Record<Name, Field>>

/** One field for each property of the model `A`, with the codec between it and the same property of its wire form `O`. */
export type FieldsOf<A, O> = {
  readonly [K in Exclude<keyof A & string, 'extra'>]-?: Field<
    t.Type<Exclude<A[K], undefined>, Exclude<O[SnakeCase<K> & keyof O], undefined>>,
    Record<never, never> extends Pick<A, K> ? 'guaranteed' | 'optional' : 'required'
  >
}

/** Returns the fields with their names, as the contract has them or as the library accepts them. */
export const namedFields = <Name extends string>(fields: Fields<Name>, isStrict = true) =>
  Object.entries<Field>(fields).map(([name, { codec, presence }]) => ({
    name: name as Name, // a table of fields has no other keys
    wireName: snakeCase(name),
    codec: (isStrict && codec.strict) || codec,
    isRequired: presence === 'required' || (isStrict && presence === 'guaranteed'),
  }))

type NamedField = ReturnType<typeof namedFields>[number]

export const decodeField = ({ codec, isRequired }: NamedField, value: unknown, context: t.Context, key: string) => {
  if (value !== undefined) return validateAt<unknown>(codec, value, context, key)
  return isRequired ? failure(value, t.appendContext(context, key, codec), 'is required') : t.success(value)
}

/** How to treat an optional field that cannot be decoded. `keep` moves it to `extra`, also if it is null. */
type OnInvalid = 'fail' | 'omit' | 'keep'

/** A codec between camel case and snake case. Unknown fields go to `extra`, which overrides optional fields only. */
export const wireCodec = <A extends object, O>(
  name: string,
  fields: Fields,
  onInvalid: OnInvalid,
  models: 'frozen' | 'mutable' = 'frozen',
): t.Type<A, O> => {
  const known = namedFields(fields, onInvalid === 'fail')
  const fieldOf = new Map(known.map((field) => [field.name, field]))
  const wireNames = new Set(known.map(({ wireName }) => wireName))
  const requiredNames = known.filter(({ isRequired }) => isRequired).map(({ wireName }) => wireName)

  const decode = (wire: Readonly<Record<string, unknown>>, context: t.Context): t.Validation<A> => {
    const model: Record<string, unknown> = {}
    const extra: [string, Json][] = []
    const errors: t.Errors = []
    const rest = Object.keys(wire).filter((key) => !wireNames.has(key))
    for (const field of known) {
      const { name: key, wireName, isRequired } = field
      const value = ownValue(wire, wireName)
      const isAbsent = value === null && (isRequired || onInvalid !== 'keep')
      const result = decodeField(field, isAbsent ? undefined : value, context, wireName)
      if (!isLeft(result) && result.right !== undefined) model[key] = result.right
      if (isLeft(result) && (isRequired || onInvalid === 'fail')) errors.push(...result.left)
      else if (isLeft(result) && onInvalid === 'keep') rest.push(wireName)
    }
    for (const key of rest) {
      if (wire[key] === undefined) continue
      const json = validateAt(JsonCodec, wire[key], context, key)
      if (!isLeft(json)) extra.push([key, json.right])
      else if (onInvalid !== 'omit') errors.push(...json.left)
    }
    if (errors.length > 0) return t.failures(errors)
    if (extra.length > 0) model['extra'] = Object.freeze(maskWhenPrinted(Object.fromEntries(extra)))
    return t.success((models === 'frozen' ? Object.freeze(model) : model) as A) // every field was decoded by its codec
  }

  const encode = (model: A): O => {
    const wire: Record<string, unknown> = {}
    for (const key of Object.keys(model)) {
      const value = model[key as keyof A]
      const field = fieldOf.get(key)
      if (field !== undefined && value !== undefined) wire[field.wireName] = field.codec.encode(value)
    }
    const extra = ownValue(model, 'extra')
    if (!isRecord(extra)) return wire as O // every field was encoded by its codec
    const overrides = Object.entries(extra).filter(([key]) => !requiredNames.includes(key))
    return Object.fromEntries([...Object.entries(wire), ...overrides]) as O // see above
  }

  const validate: t.Validate<unknown, A> = (value, context) =>
    guardReads(value, context, () =>
      isRecord(value) ? decode(value, context) : failure(value, context, mustBe('an object', value)),
    )
  const modelFields = [...known, ...namedFields({ extra: optional(JsonObjectCodec) })]
  const is = (value: unknown): value is A =>
    isRecord(value) &&
    modelFields.every(({ name: key, codec, isRequired }) => {
      const field = ownValue(value, key)
      return field === undefined ? !isRequired : codec.is(field)
    })
  return new t.Type<A, O>(name, is, validate, encode)
}
