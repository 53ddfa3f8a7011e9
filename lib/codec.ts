import * as t from 'io-ts'
import { isLeft } from '#fp-ts/Either'

/** An io-ts error that may carry a hint for the reader. */
export interface Refusal extends t.ValidationError {
  readonly hint?: string
}

/** Fails a validation with a sentence of our own. */
export const refuse = (value: unknown, context: t.Context, message: string, hint?: string): t.Validation<never> => {
  const refusal: Refusal = { value, context, message, ...(hint !== undefined && { hint }) }
  return t.failures([refusal])
}

/** The context of a member. */
export const at = (context: t.Context, key: string, type: t.Mixed = t.unknown, actual?: unknown): t.Context => [
  ...context,
  { key, type, actual },
]

/** Stands for an undefined that somebody gave; a plain undefined means that nothing was given. */
export const givenUndefined = Symbol('undefined')

const kindOfNumber = (value: number): string => {
  if (!Number.isFinite(value)) return String(value)
  if (value <= 0) return value === 0 ? 'zero' : 'a negative number'
  if (!Number.isInteger(value)) return 'a fraction'
  return Number.isSafeInteger(value) ? 'a number' : 'too large a number'
}

// Of a proxy that was revoked, even this throws.
const isArray = (value: unknown): value is readonly unknown[] => {
  try {
    return Array.isArray(value)
  } catch {
    return false
  }
}

/** What a value is, in a word, for messages that must not echo the value itself. */
export const kindOf = (value: unknown): string => {
  if (value === givenUndefined) return 'undefined'
  if (value === null || value === undefined) return String(value)
  if (isArray(value)) return 'an array'
  if (typeof value === 'number') return kindOfNumber(value)
  if (typeof value === 'string' && value.trim() === '') return 'a blank string'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

/** What was expected, and what was given instead. */
export const expected = (what: string, value: unknown): string => `expected ${what}, got ${kindOf(value)}`

/** Like instanceof, which a hostile value could make throw. */
export const isA = <A>(value: unknown, type: abstract new (...args: never[]) => A): value is A => {
  try {
    return value instanceof type
  } catch {
    return false
  }
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  isObject(value) && !isArray(value)

/** Whether an object inherits nothing. Above a plain object's prototype there is none; in another realm it is not ours. */
export const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/**
 * A codec that can say at once what a good value decodes to. Of a bad one it says undefined, and `validate` says why:
 * io-ts' contexts cost more than the checks themselves, and only errors need them.
 */
export interface Quick<A, O = A> extends t.Type<A, O> {
  readonly quick: (value: unknown) => A | undefined
}

export const quick = <A, O>(codec: t.Type<A, O>, quickly: (value: unknown) => A | undefined): Quick<A, O> =>
  Object.assign(codec, { quick: quickly })

/** A codec by what it reads from a value at once, undefined if it cannot. */
export const reads = <A, O>(
  name: string,
  is: (value: unknown) => value is A,
  what: string,
  read: (value: unknown) => A | undefined,
  encode: (value: A) => O,
  hint?: (value: unknown) => string | undefined,
): Quick<A, O> => {
  const validate: t.Validate<unknown, A> = (value, context) => {
    const good = read(value)
    return good === undefined ? refuse(value, context, expected(what, value), hint?.(value)) : t.success(good)
  }
  return quick(new t.Type(name, is, validate, encode), read)
}

/** A codec of values that are the same inside and on the wire. */
export const check = <A>(
  name: string,
  is: (value: unknown) => value is A,
  what: string,
  hint?: (value: unknown) => string | undefined,
): Quick<A> => reads(name, is, what, (value) => (is(value) ? value : undefined), t.identity, hint)

export const text = check(
  'Text',
  (value): value is string => typeof value === 'string' && value.trim() !== '',
  'a string that is not blank',
)

export const flag = check('Flag', (value): value is boolean => typeof value === 'boolean', 'true or false')

/** More entries than this are a mistake; of each, a message would be made. */
const most = 10_000

/** A list, each entry by a codec that only checks; decoding makes a frozen copy. */
export const list = <A>(entry: t.Type<A>, least: 0 | 1): t.Type<readonly A[]> => {
  const what = least === 0 ? 'an array' : 'an array that is not empty'
  const areGood = (entries: readonly unknown[]): entries is readonly A[] => {
    // Array.every would cost as much as the checks.
    for (const given of entries) if (!entry.is(given)) return false
    return true
  }
  const validate: t.Validate<unknown, readonly A[]> = (value, context) => {
    if (!Array.isArray(value)) return refuse(value, context, expected(what, value))
    if (value.length < least) return refuse(value, context, `expected ${what}, got an empty one`)
    if (value.length > most) return refuse(value, context, `more than ${most} entries`)
    // From here on the value itself is not read again: it may have getters.
    const entries: readonly unknown[] = Object.freeze([...value])
    if (areGood(entries)) return t.success(entries)
    return t.failures(
      entries.flatMap((given, index) => {
        const decoded = entry.validate(given, at(context, `${index}`, entry, given))
        return isLeft(decoded) ? decoded.left : []
      }),
    )
  }
  const is = (value: unknown): value is readonly A[] => Array.isArray(value) && value.length >= least && areGood(value)
  return new t.Type<readonly A[]>(`${entry.name}[]`, is, validate, (entries) => entries.slice())
}
