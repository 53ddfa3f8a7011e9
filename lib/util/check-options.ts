import { ConfigurationError, formatIssues, type Issue } from '../errors.ts'
import { didYouMean } from './did-you-mean.ts'
import {
  isBlank,
  isPlainObject,
  isRecord,
  kindOf,
  mustBe,
  omitUndefined,
  shortName,
  show,
  showNumber,
  withoutPrototype,
} from './guards.ts'

/** Returns the problems of a value; `path` is where it appears. */
export type Check = (value: unknown, path: string) => readonly Issue[]

/** Options without those that are undefined, on an object that inherits nothing. */
export type DefinedOptions<A> = { readonly [K in keyof A]?: Exclude<A[K], undefined> }

const issue = (path: string, message: string, hint?: string): readonly Issue[] => [
  omitUndefined<Issue>({ path, message, hint }),
]

export const must =
  (expectation: string, isValid: (value: unknown) => boolean, hint?: string, describe = kindOf): Check =>
  (value, path) =>
    isValid(value) ? [] : issue(path, mustBe(expectation, value, describe), hint)

/** Like `must`, for values that are neither secret nor customer data: the message shows them. */
export const mustShown = (expectation: string, isValid: (value: unknown) => boolean, hint?: string): Check =>
  must(expectation, isValid, hint, show)

/** Checks a number. The message shows invalid numbers, but not strings: one may be a secret in the wrong place. */
export const mustBeNumber = (expectation: string, isValid: (value: number) => boolean): Check =>
  must(expectation, (value) => typeof value === 'number' && isValid(value), undefined, showNumber)

export const ofType = (type: 'boolean' | 'function' | 'string'): Check =>
  must(`a ${type}`, (value) => typeof value === type)

export const nonBlank = must('a non-blank string', (value) => typeof value === 'string' && !isBlank(value))

export const integerBetween = (min: number, max: number, unit = ''): Check =>
  mustBeNumber(
    `an integer from ${min} to ${max}${unit}`,
    (value) => Number.isInteger(value) && value >= min && value <= max,
  )

/** Checks for one of a list of strings. The message shows the value and suggests the nearest string. */
export const oneOf =
  (values: readonly string[], expectation = `one of ${values.map((value) => `'${value}'`).join(', ')}`): Check =>
  (value, path) =>
    values.some((each) => each === value)
      ? []
      : issue(path, mustBe(expectation, value, show), didYouMean(value, values))

export const arrayOf =
  (entry: Check): Check =>
  (value, path) =>
    Array.isArray(value)
      ? value.flatMap((each, index) => entry(each, `${path}[${index}]`))
      : issue(path, mustBe('an array', value))

interface OptionNames {
  readonly required?: readonly string[]
  /** Names of the options in other libraries. */
  readonly aliases?: Readonly<Record<string, readonly string[]>>
}

/** Checks an object of options, each by its own check. An option that is undefined counts as absent. */
export const optionsOf =
  (checks: Readonly<Record<string, Check>>, { required = [], aliases = {} }: OptionNames = {}): Check =>
  (value, path) => {
    if (!isRecord(value)) return issue(path, mustBe('an object', value))
    if (!isPlainObject(value)) {
      const hint = value instanceof AbortController ? 'pass { signal: controller.signal }' : undefined
      return issue(path, 'must be a plain object, got a class instance', hint)
    }
    const names = Object.keys(checks)
    const pathOf = (name: string): string => `${path && `${path}.`}${name}`
    const given = omitUndefined<object>(value)
    const problems = Object.entries(given).flatMap(([name, each]) => {
      const check = Object.hasOwn(checks, name) && checks[name]
      if (check) return check(each, pathOf(name))
      const renamed = names.find((option) => Object.hasOwn(aliases, option) && aliases[option]?.includes(name))
      const hint = renamed === undefined ? didYouMean(name, names) : `use '${renamed}'`
      return issue('', `unknown option '${pathOf(shortName(name))}'`, hint ?? `the options are ${names.join(', ')}`)
    })
    const missing = required.filter((name) => !Object.hasOwn(given, name))
    return [...problems, ...missing.map((name) => ({ path: pathOf(name), message: 'is required' }))]
  }

/** Returns a copy of checked options; throws a `ConfigurationError` that lists all problems. */
export const checkOptions = <A extends object>(options: A, check: Check, subject: string): DefinedOptions<A> => {
  const issues = check(options, '')
  if (issues.length > 0) throw new ConfigurationError(formatIssues(`Invalid options for ${subject}`, issues))
  return withoutPrototype<DefinedOptions<A>>(omitUndefined<object>(options))
}
