import { isLeft } from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { didYouMean } from '../util/did-you-mean.ts'
import { isRecord, mustBe, ownValue } from '../util/guards.ts'
import { failure, guardReads, unknown, validateAt } from './codec.ts'
import { JsonCodec, JsonObjectCodec, setOwn } from './json.ts'

/** `originOwnerId` to `origin_owner_id`, for types. */
type SnakeCase<S extends string> = S extends `${infer Head}${infer Tail}`
  ? `${Head extends Lowercase<Head> ? Head : `_${Lowercase<Head>}`}${SnakeCase<Tail>}`
  : S

/** `originOwnerId` to `origin_owner_id`. */
export const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** `guaranteed` fields are in every response by the contract, but a lenient codec does not rely on it. */
export type Presence = 'required' | 'guaranteed' | 'optional'

/** A field of a model: its codec and its presence. */
export interface Field<A = unknown, O = unknown, P extends Presence = Presence> {
  readonly codec: t.Type<A, O>
  readonly presence: P
}

export const required = <A, O>(codec: t.Type<A, O>): Field<A, O, 'required'> => ({ codec, presence: 'required' })
export const guaranteed = <A, O>(codec: t.Type<A, O>): Field<A, O, 'guaranteed'> => ({ codec, presence: 'guaranteed' })
export const optional = <A, O>(codec: t.Type<A, O>): Field<A, O, 'optional'> => ({ codec, presence: 'optional' })

/** One field for each property of the model `A`, with the codec between it and the same property of its wire form `O`. */
export type FieldsOf<A, O> = {
  readonly [K in Exclude<keyof A & string, 'extra'>]-?: Field<
    Exclude<A[K], undefined>,
    Exclude<O[SnakeCase<K> & keyof O], undefined>,
    Record<never, never> extends Pick<A, K> ? 'guaranteed' | 'optional' : 'required'
  >
}

interface NamedField {
  readonly camel: string
  readonly snake: string
  readonly codec: t.Mixed
  readonly isRequired: boolean
}

type Fields = Readonly<Record<string, { readonly codec: t.Mixed; readonly presence: Presence }>>

const namedFields = (fields: Fields): readonly NamedField[] =>
  Object.entries(fields).map(([camel, { codec, presence }]) => ({
    camel,
    snake: snakeCase(camel),
    codec,
    isRequired: presence === 'required',
  }))

type Values = Readonly<Record<string, unknown>>

/** Counts the fields of a model, `extra` included. Returns undefined if one is missing or invalid. */
const countFields = (known: readonly NamedField[], value: unknown): number | undefined => {
  if (!isRecord(value)) return undefined
  let count = 0
  for (const { camel, codec, isRequired } of known) {
    const each = ownValue(value, camel)
    if (each === undefined ? isRequired : !codec.is(each)) return undefined
    if (each !== undefined) count += 1
  }
  const extra = ownValue(value, 'extra')
  if (extra === undefined) return count
  return JsonObjectCodec.is(extra) ? count + 1 : undefined
}

/** Returns the problem of a name in `extra`, if there is one. */
type CheckExtraName = (name: string) => readonly [message: string, hint?: string] | undefined

/**
 * The codec of a model in camel case. Decoding checks it and makes a frozen copy without undefined fields. Unknown
 * fields are rejected, except in `extra`, which holds fields by their wire names.
 */
export const modelCodec = <A>(name: string, fields: Fields, checkExtraName: CheckExtraName): t.Type<A> => {
  const known = namedFields(fields)

  const hasValidNames = (extra: unknown): boolean => {
    for (const key of isRecord(extra) ? Object.keys(extra) : []) if (checkExtraName(key) !== undefined) return false
    return true
  }

  const is = (value: unknown): value is A =>
    isRecord(value) &&
    countFields(known, value) === Object.keys(value).length &&
    hasValidNames(ownValue(value, 'extra'))

  const explain = (value: unknown, context: t.Context): t.Validation<A> => {
    if (!isRecord(value)) return failure(value, context, mustBe('an object', value))
    const decoded: Record<string, unknown> = {}
    const errors: t.Errors = []
    const collect = (key: string, result: t.Validation<unknown>): void => {
      if (isLeft(result)) errors.push(...result.left)
      else decoded[key] = result.right
    }
    const at = (key: string, parent = context): t.Context => t.appendContext(parent, key, unknown)
    for (const { camel, codec, isRequired } of known) {
      const each = ownValue(value, camel)
      if (each !== undefined) collect(camel, validateAt(codec, each, context, camel))
      else if (isRequired) collect(camel, failure(each, at(camel), 'is required'))
    }
    const names = [...known.map(({ camel }) => camel), 'extra']
    for (const key of Object.keys(value))
      if (!names.includes(key) && value[key] !== undefined)
        collect(key, failure(key, at(key), 'unknown field', didYouMean(key, names)))
    const extra = ownValue(value, 'extra')
    for (const key of Object.keys(isRecord(extra) ? extra : {})) {
      const error = checkExtraName(key)
      if (error !== undefined) collect(key, failure(key, at(key, at('extra')), ...error))
    }
    if (extra !== undefined) collect('extra', validateAt(JsonObjectCodec, extra, context, 'extra'))
    return errors.length > 0 ? t.failures(errors) : t.success(Object.freeze(decoded) as A) // as above
  }

  const validate: t.Validate<unknown, A> = (value, context) =>
    guardReads(value, context, () => (is(value) ? t.success(Object.freeze({ ...value })) : explain(value, context)))
  return new t.Type<A>(name, is, validate, t.identity)
}

/**
 * What a wire codec does with an optional field that it cannot decode: fail, omit it, or keep it under `extra`, from
 * where it is encoded unchanged. Except when it keeps them, null counts as absent.
 */
type OnInvalid = 'fail' | 'omit' | 'keep'

/**
 * The codec between a model in camel case and its wire form in snake case. Unknown fields are kept under `extra`, which
 * may override optional fields but no required ones.
 */
export const wireCodec = <A, O>(name: string, fields: Fields, onInvalid: OnInvalid): t.Type<A, O> => {
  const known = namedFields(fields)
  const wireNames: ReadonlySet<string> = new Set(known.map(({ snake }) => snake))
  const requiredNames = known.filter(({ isRequired }) => isRequired).map(({ snake }) => snake)

  const decode = (value: Values, context: t.Context): t.Validation<A> => {
    const decoded: Record<string, unknown> = {}
    const extra: Record<string, unknown> = {}
    const errors: t.Errors = []
    const keepJson = (key: string): void => {
      const json = validateAt(JsonCodec, value[key], context, key)
      if (!isLeft(json)) setOwn(extra, key, json.right)
      else if (onInvalid !== 'omit') errors.push(...json.left)
    }
    for (const { camel, snake, codec, isRequired } of known) {
      const each = ownValue(value, snake)
      if (each === undefined || (each === null && (isRequired || onInvalid !== 'keep'))) {
        if (isRequired)
          errors.push({ value: each, context: t.appendContext(context, snake, codec), message: 'is required' })
        continue
      }
      const result = validateAt(codec, each, context, snake)
      if (!isLeft(result)) decoded[camel] = result.right
      else if (isRequired || onInvalid === 'fail') errors.push(...result.left)
      else if (onInvalid === 'keep') keepJson(snake)
    }
    for (const key of Object.keys(value)) if (!wireNames.has(key) && value[key] !== undefined) keepJson(key)
    if (errors.length > 0) return t.failures(errors)
    if (Object.keys(extra).length > 0) decoded['extra'] = Object.freeze(extra)
    return t.success(Object.freeze(decoded) as A) // every field was decoded by its codec
  }

  const encode = (model: A): O => {
    const values: Values = Object(model)
    const encoded: Record<string, unknown> = {}
    for (const { camel, snake, codec } of known) {
      const value = ownValue(values, camel)
      if (value !== undefined) encoded[snake] = codec.encode(value)
    }
    const extra = ownValue(values, 'extra')
    for (const [key, value] of isRecord(extra) ? Object.entries(extra) : [])
      if (!requiredNames.includes(key)) setOwn(encoded, key, value)
    return encoded as O // every field was encoded by its codec
  }

  const validate: t.Validate<unknown, A> = (value, context) =>
    guardReads(value, context, () =>
      isRecord(value) ? decode(value, context) : failure(value, context, mustBe('an object', value)),
    )
  const is = (value: unknown): value is A => countFields(known, value) !== undefined
  return new t.Type<A, O>(name, is, validate, encode)
}
