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
export const validateAt = <A>(
  codec: t.Type<A, unknown>,
  value: unknown,
  context: t.Context,
  key: string,
): t.Validation<A> => {
  const result = codec.validate(value, noContext)
  return isRight(result) ? result : codec.validate(value, t.appendContext(context, key, codec, value))
}

/** The message about a value of which a getter or a proxy throws. */
export const unreadable = 'could not be read: a getter or a proxy threw'

/** Runs work that reads a value of the caller's. The only place that expects a getter or a proxy to throw. */
export const guardReads = <A>(value: unknown, context: t.Context, work: () => t.Validation<A>): t.Validation<A> => {
  try {
    return work()
  } catch {
    return failure(value, context, unreadable)
  }
}

/** A codec that parses a value; `parse` returns undefined if it cannot. */
export const parser = <A, O>(
  name: string,
  is: (value: unknown) => value is A,
  expectation: string,
  parse: (value: unknown) => A | undefined,
  encode: (value: A) => O,
): t.Type<A, O> => {
  const validate: t.Validate<unknown, A> = (value, context) => {
    const parsed = parse(value)
    return parsed === undefined ? failure(value, context, mustBe(expectation, value)) : t.success(parsed)
  }
  return new t.Type(name, is, validate, encode)
}

interface Explanation {
  readonly hint?: (value: unknown) => string | undefined
  readonly describe?: typeof kindOf
}

/** A codec of values that are the same on both sides. */
export const refinement = <A>(
  name: string,
  is: (value: unknown) => value is A,
  expectation: string,
  { hint, describe = kindOf }: Explanation = {},
): t.Type<A> => {
  const validate: t.Validate<unknown, A> = (value, context) =>
    is(value) ? t.success(value) : failure(value, context, mustBe(expectation, value, describe), hint?.(value))
  return new t.Type(name, is, validate, t.identity)
}

// io-ts's `unknown` would keep its class hierarchy in the bundle.
export const unknown = refinement('Unknown', (_value): _value is unknown => true, 'any value')

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
  const lengthProblem = ({ length }: readonly unknown[]): string | undefined => {
    if (length === 0 && atLeastOne !== undefined) return `must contain at least one ${atLeastOne}`
    return length > maxEntries ? `must contain at most ${maxEntries} entries` : undefined
  }
  // The copy turns holes, which `every` skips, into undefined.
  const is = (value: unknown): value is readonly A[] =>
    Array.isArray(value) && lengthProblem(value) === undefined && [...value].every(entry.is)
  const validate: t.Validate<unknown, readonly A[]> = (value, context) => {
    if (is(value)) return t.success(Object.isFrozen(value) ? value : Object.freeze([...value]))
    if (!Array.isArray(value)) return failure(value, context, mustBe('an array', value))
    const problem = lengthProblem(value)
    if (problem !== undefined) return failure(value, context, problem)
    return t.failures([...value].flatMap((each, index) => errorsOf(validateAt(entry, each, context, `${index}`))))
  }
  return new t.Type<readonly A[]>(`${entry.name}[]`, is, validate, t.identity)
}

/** A codec for what the library accepts, with the codec of the contract. Where they differ, there is drift. */
export type LenientCodec<A, O> = t.Type<A, O> & { readonly strict: t.Mixed }

export const lenient = <A, O>(accepted: t.Type<A, O>, strict: t.Mixed): LenientCodec<A, O> =>
  Object.assign(new t.Type(accepted.name, accepted.is, accepted.validate, accepted.encode), { strict })

type IdType = 'number' | 'string'

const isId = (value: unknown): boolean => Number.isSafeInteger(value) || nonEmptyString.is(value)

/** The API has changed the type of its ids several times; the model always has strings. */
const idCodec = (types: readonly IdType[], encode: (id: string) => string | number) => {
  const parse = (value: unknown): string | undefined =>
    isId(value) && types.some((type) => type === typeof value) ? String(value) : undefined
  return parser('Id', string.is, `a ${types.join(' or ')}`, parse, encode)
}

// A string that is not the text of a number stays a string.
const encodeNumericId = (text: string): string | number => {
  const number = Number(text)
  return isId(number) && String(number) === text ? number : text
}

export const anyId = idCodec(['string', 'number'], t.identity)
export const stringId = lenient(anyId, idCodec(['string'], t.identity))
export const numericId = lenient(idCodec(['number', 'string'], encodeNumericId), idCodec(['number'], encodeNumericId))
