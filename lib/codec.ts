import * as t from 'io-ts'

/** An io-ts error that may carry a hint for the reader. */
export interface Refusal extends t.ValidationError {
  readonly hint?: string
}

export const refusal = (value: unknown, context: t.Context, message: string, hint?: string): Refusal =>
  hint === undefined ? { value, context, message } : { value, context, message, hint }

/** Fails a validation with a sentence of our own. */
export const refuse = (value: unknown, context: t.Context, message: string, hint?: string): t.Validation<never> =>
  t.failures([refusal(value, context, message, hint)])

/** Stands for an undefined that somebody gave; a plain undefined means that nothing was given. */
export const givenUndefined = Symbol('undefined')

const kindOfNumber = (value: number): string => {
  if (!Number.isFinite(value)) return String(value)
  if (value <= 0) return value === 0 ? 'zero' : 'a negative number'
  return Number.isInteger(value) ? 'a number' : 'a fraction'
}

/** What a value is, in a word, for messages that must not echo the value itself. */
export const kindOf = (value: unknown): string => {
  if (value === givenUndefined) return 'undefined'
  if (value === null || value === undefined) return String(value)
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'number') return kindOfNumber(value)
  if (typeof value === 'string' && value.trim() === '') return 'a blank string'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A codec of values that are the same inside and on the wire. */
export const check = <A>(
  name: string,
  is: (value: unknown) => value is A,
  expected: string,
  hint?: (value: unknown) => string | undefined,
): t.Type<A> =>
  new t.Type<A>(
    name,
    is,
    (value, context) =>
      is(value)
        ? t.success(value)
        : refuse(value, context, `expected ${expected}, got ${kindOf(value)}`, hint?.(value)),
    t.identity,
  )

export const text = check(
  'Text',
  (value): value is string => typeof value === 'string' && value.trim() !== '',
  'a string that is not blank',
)

export const flag = check('Flag', (value): value is boolean => typeof value === 'boolean', 'true or false')
