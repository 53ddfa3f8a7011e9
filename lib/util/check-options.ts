import { ConfigurationError, formatIssues, type Issue } from '../errors.ts'
import { didYouMean } from './did-you-mean.ts'
import { isBlank, isPlainObject, isRecord, mustBe, mustBeShown } from './guards.ts'
import { omitUndefined, withoutPrototype } from './omit-undefined.ts'

/** Returns the problems of a value; `path` is where it appears. */
export type Check = (value: unknown, path: string) => readonly Issue[]

/** Options without those that are undefined, on an object that inherits nothing. */
export type DefinedOptions<A> = { readonly [K in keyof A]?: Exclude<A[K], undefined> }

const issue = (path: string, message: string, hint?: string): readonly Issue[] => [
  omitUndefined<Issue>({ path, message, hint }),
]

/** Checks a value with a predicate. */
export const must =
  (expectation: string, isValid: (value: unknown) => boolean, hint?: string): Check =>
  (value, path) =>
    isValid(value) ? [] : issue(path, mustBe(expectation, value), hint)

/** Like `must`, for values that are neither secret nor customer data: the message shows them. */
export const mustShown =
  (expectation: string, isValid: (value: unknown) => boolean, hint?: string): Check =>
  (value, path) =>
    isValid(value) ? [] : issue(path, mustBeShown(expectation, value), hint)

export const ofType = (type: 'boolean' | 'function' | 'string'): Check =>
  must(`a ${type}`, (value) => typeof value === type)

export const nonBlank = must('a non-blank string', (value) => typeof value === 'string' && !isBlank(value))

/** Checks a number. The message shows invalid numbers, but not strings: one may be a secret in the wrong place. */
export const mustBeNumber =
  (expectation: string, isValid: (value: number) => boolean): Check =>
  (value, path) => {
    if (typeof value !== 'number') return issue(path, mustBe(expectation, value))
    return isValid(value) ? [] : issue(path, mustBeShown(expectation, value))
  }

export const integerBetween = (min: number, max: number, unit = ''): Check =>
  mustBeNumber(
    `an integer from ${min} to ${max}${unit}`,
    (value) => Number.isInteger(value) && value >= min && value <= max,
  )

/** Checks for one of a list of strings. The message shows the value and suggests the nearest string. */
export const oneOf = (
  values: readonly string[],
  expectation = `one of ${values.map((value) => `'${value}'`).join(', ')}`,
): Check => {
  const isValid = (value: unknown): boolean => values.some((each) => each === value)
  return (value, path) =>
    mustShown(expectation, isValid, typeof value === 'string' ? didYouMean(value, values) : undefined)(value, path)
}

/** Checks each entry of an array. */
export const arrayOf =
  (entry: Check): Check =>
  (value, path) =>
    Array.isArray(value)
      ? value.flatMap((each, index) => entry(each, `${path}[${index}]`))
      : issue(path, mustBe('an array', value))

interface OptionNames {
  /** The options that must be present. */
  readonly required?: readonly string[]
  /** Names that other libraries use, with the option to use instead. */
  readonly aliases?: Readonly<Record<string, string>>
}

const unknownOption = (path: string, name: string, known: readonly string[], aliases: object): readonly Issue[] => {
  const alias: unknown = Object.hasOwn(aliases, name) ? Reflect.get(aliases, name) : undefined
  const hint = typeof alias === 'string' ? `use '${alias}'` : didYouMean(name, known)
  return issue('', `unknown option '${path}'`, hint ?? `the options are ${known.join(', ')}`)
}

/** Checks an object of options, each by its own check. An option that is undefined counts as absent. */
export const optionsOf =
  (checks: Readonly<Record<string, Check>>, { required = [], aliases = {} }: OptionNames = {}): Check =>
  (value, path) => {
    if (!isRecord(value)) return issue(path, mustBe('an object', value))
    if (!isPlainObject(value)) {
      const isController = typeof value['abort'] === 'function' && 'signal' in value
      const hint = isController ? 'pass { signal: controller.signal }' : undefined
      return issue(path, 'must be a plain object, got a class instance', hint)
    }
    const pathOf = (name: string): string => (path === '' ? name : `${path}.${name}`)
    const entries = Object.entries(value).filter(([, each]) => each !== undefined)
    const missing = required.filter((name) => !entries.some(([given]) => given === name))
    const problems = entries.flatMap(([name, each]) => {
      const check = Object.hasOwn(checks, name) ? checks[name] : undefined
      return check?.(each, pathOf(name)) ?? unknownOption(pathOf(name), name, Object.keys(checks), aliases)
    })
    return [...problems, ...missing.flatMap((name) => issue(pathOf(name), 'is required'))]
  }

/** Returns a copy of checked options; throws a `ConfigurationError` that lists all problems. */
export const checkOptions = <A extends object>(options: A, check: Check, subject: string): DefinedOptions<A> => {
  const issues = check(options, '')
  if (issues.length > 0) throw new ConfigurationError(formatIssues(`Invalid options for ${subject}`, issues))
  return withoutPrototype<DefinedOptions<A>>(omitUndefined<object>(options))
}
