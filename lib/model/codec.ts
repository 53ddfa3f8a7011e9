import { isLeft, isRight } from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { isBlank, mustBe } from '../util/guards.ts'
import type { CodecError } from './validation.ts'

export const failure = (value: unknown, context: t.Context, message: string, hint?: string): t.Validation<never> => {
  const error: CodecError = { value, context, message, ...(hint !== undefined && { hint }) }
  return t.failures([error])
}

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

/** Runs work that reads a value of the caller's. The only place that expects a getter or a proxy to throw. */
export const guardReads = <A>(value: unknown, context: t.Context, work: () => t.Validation<A>): t.Validation<A> => {
  try {
    return work()
  } catch {
    return failure(value, context, 'could not be read: a getter or a proxy threw')
  }
}

type Hint = (value: unknown) => string | undefined

/** A codec that parses a value; `parse` returns undefined if it cannot. */
export const parser = <A, O>(
  name: string,
  is: (value: unknown) => value is A,
  expectation: string,
  parse: (value: unknown) => A | undefined,
  encode: (value: A) => O,
): t.Type<A, O> =>
  new t.Type(
    name,
    is,
    (value, context) => {
      const parsed = parse(value)
      return parsed === undefined ? failure(value, context, mustBe(expectation, value)) : t.success(parsed)
    },
    encode,
  )

/** A codec of values that are the same on both sides. */
export const refinement = <A>(
  name: string,
  is: (value: unknown) => value is A,
  expectation: string,
  { hint, describe = mustBe }: { readonly hint?: Hint; readonly describe?: typeof mustBe } = {},
): t.Type<A> =>
  new t.Type(
    name,
    is,
    (value, context) =>
      is(value) ? t.success(value) : failure(value, context, describe(expectation, value), hint?.(value)),
    t.identity,
  )

// io-ts's `unknown` would keep its class hierarchy in the bundle.
export const unknown = refinement('Unknown', (_value): _value is unknown => true, 'any value')

export const nonBlankString = refinement(
  'NonBlankString',
  (value): value is string => typeof value === 'string' && !isBlank(value),
  'a non-blank string',
)

export const boolean = refinement('Boolean', (value): value is boolean => typeof value === 'boolean', 'a boolean')

/** A longer list is a mistake, and each of its entries could add a message. */
const maxEntries = 10_000

/** A codec of arrays whose entries are the same on both sides. Decoding makes a frozen copy. */
export const listOf = <A>(
  entry: t.Type<A>,
  { min, noun }: { readonly min: 0 | 1; readonly noun: string },
): t.Type<readonly A[]> => {
  const areValid = (entries: readonly unknown[]): entries is readonly A[] => {
    // Array.every costs as much as the checks.
    for (const value of entries) if (!entry.is(value)) return false
    return true
  }
  const is = (value: unknown): value is readonly A[] =>
    Array.isArray(value) && value.length >= min && value.length <= maxEntries && areValid(value)
  const validate: t.Validate<unknown, readonly A[]> = (value, context) => {
    if (is(value)) return t.success(Object.isFrozen(value) ? value : Object.freeze([...value]))
    if (!Array.isArray(value)) return failure(value, context, mustBe('an array', value))
    if (value.length < min) return failure(value, context, `must contain at least one ${noun}`)
    if (value.length > maxEntries) return failure(value, context, `must contain at most ${maxEntries} entries`)
    return t.failures(
      [...value].flatMap((each, index) => {
        const result = validateAt(entry, each, context, `${index}`)
        return isLeft(result) ? result.left : []
      }),
    )
  }
  return new t.Type<readonly A[]>(`${entry.name}[]`, is, validate, t.identity)
}
