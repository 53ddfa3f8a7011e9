import { isLeft, isRight } from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { isBlank, kindOf, mustBe } from '../util/guards.ts'
import type { CodecError } from './validation.ts'

export const codecError = (value: unknown, context: t.Context, message: string, hint?: string): CodecError => ({
  value,
  context,
  message,
  ...(hint !== undefined && { hint }),
})

export const failure = (value: unknown, context: t.Context, message: string, hint?: string): t.Validation<never> =>
  t.failures([codecError(value, context, message, hint)])

export const errorsOf = (result: t.Validation<unknown>): t.Errors => (isLeft(result) ? result.left : [])

const noContext: t.Context = []

/** Validates a field or an entry. Building its context costs more than most checks, so only a failure has one. */
export const validateAt = <A>(codec: t.Type<A, unknown>, value: unknown, context: t.Context, key: string) => {
  const result = codec.validate(value, noContext)
  return isRight(result) ? result : codec.validate(value, t.appendContext(context, key, codec, value))
}

export const unreadable = 'could not be read: a getter or a proxy threw'

/** Runs work that reads a value of the caller's. The only place that expects a getter or a proxy to throw. */
export const guardReads = <A>(value: unknown, context: t.Context, work: () => t.Validation<A>): t.Validation<A> => {
  try {
    return work()
  } catch {
    return failure(value, context, unreadable)
  }
}

interface Explanation {
  readonly hint?: (value: unknown) => string | undefined
  readonly describe?: typeof kindOf
}

/** A codec that parses a value; `parse` returns undefined if it cannot. */
export const parser = <A, O>(
  name: string,
  is: t.Is<A>,
  expectation: string,
  parse: (value: unknown) => A | undefined,
  encode: t.Encode<A, O>,
  { hint, describe = kindOf }: Explanation = {},
): t.Type<A, O> => {
  const validate: t.Validate<unknown, A> = (value, context) => {
    const parsed = parse(value)
    if (parsed !== undefined) return t.success(parsed)
    return failure(value, context, mustBe(expectation, value, describe), hint?.(value))
  }
  return new t.Type(name, is, validate, encode)
}

/** A codec of values that are the same on both sides. */
export const refinement = <A>(name: string, is: t.Is<A>, expectation: string, explanation?: Explanation): t.Type<A> =>
  parser(name, is, expectation, (value) => (is(value) ? value : undefined), t.identity, explanation)

export const boolean = refinement('Boolean', (value): value is boolean => typeof value === 'boolean', 'a boolean')

export const string = refinement('String', (value): value is string => typeof value === 'string', 'a string')

export const nonEmptyString = refinement(
  'NonEmptyString',
  (value): value is string => typeof value === 'string' && value !== '',
  'a non-empty string',
)

export const nonBlankString = refinement(
  'NonBlankString',
  (value): value is string => typeof value === 'string' && !isBlank(value),
  'a non-blank string',
)

/** A longer list is a mistake, and each of its entries could add a message. */
const maxEntries = 10_000

/** A codec of arrays whose entries are the same on both sides. Decoding makes a frozen copy. */
export const listOf = <A>(entry: t.Type<A>, { atLeastOne }: { readonly atLeastOne?: string } = {}) => {
  const minEntries = atLeastOne === undefined ? 0 : 1
  // The copy turns holes, which `every` skips, into undefined.
  const is = (value: unknown): value is readonly A[] =>
    Array.isArray(value) && value.length >= minEntries && value.length <= maxEntries && [...value].every(entry.is)
  const validate: t.Validate<unknown, readonly A[]> = (value, context) => {
    if (is(value)) return t.success(Object.isFrozen(value) ? value : Object.freeze([...value]))
    if (!Array.isArray(value)) return failure(value, context, mustBe('an array', value))
    if (value.length < minEntries) return failure(value, context, `must contain at least one ${atLeastOne}`)
    if (value.length > maxEntries) return failure(value, context, `must contain at most ${maxEntries} entries`)
    return t.failures([...value].flatMap((each, index) => errorsOf(validateAt(entry, each, context, `${index}`))))
  }
  return new t.Type<readonly A[]>(`${entry.name}[]`, is, validate, (list) => [...list]) // faster in JSON.stringify
}

/** A codec, with that of the contract if it accepts more. */
export type AnyCodec = t.Mixed & { readonly strict?: t.Mixed }

/** A codec for what the library accepts, with the codec of the contract. Where they differ, there is drift. */
export type LenientCodec<A, O> = t.Type<A, O> & { readonly strict: t.Mixed }

export const lenient = <A, O>(accepted: t.Type<A, O>, strict: t.Mixed): LenientCodec<A, O> =>
  Object.assign(new t.Type(accepted.name, accepted.is, accepted.validate, accepted.encode), { strict })

/** The API has changed the type of its ids several times; the model always has strings. */
const idCodec = (expectation: string, isId: (value: unknown) => boolean, encode: t.Encode<string, string | number>) =>
  parser('Id', string.is, expectation, (value) => (isId(value) ? String(value) : undefined), encode)

const isAnyId = (value: unknown): boolean => Number.isSafeInteger(value) || nonEmptyString.is(value)

// A string that is not the text of a number stays a string.
const encodeNumericId = (text: string): string | number => {
  const number = Number(text)
  return Number.isSafeInteger(number) && String(number) === text ? number : text
}

export const anyId = idCodec('a string or number', isAnyId, t.identity)
export const stringId = lenient(anyId, idCodec('a string', nonEmptyString.is, t.identity))
export const numericId = lenient(
  idCodec('a number or string', isAnyId, encodeNumericId),
  idCodec('a number', Number.isSafeInteger, encodeNumericId),
)
