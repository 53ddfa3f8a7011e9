import { isRecord, kindOf, text } from '../codec.ts'
import { ConfigurationError, type Issue, listed } from '../errors.ts'
import { didYouMean } from '../nearest.ts'
import { present } from '../present.ts'

const checks: Readonly<Record<string, readonly [check: (value: unknown) => boolean, expected: string]>> = {
  apiKey: [text.is, 'a string that is not blank'],
  now: [(value) => typeof value === 'function', 'a function that gives a Date'],
  seed: [Number.isSafeInteger, 'a whole number'],
}

const issuesOf = ([path, value]: readonly [string, unknown]): readonly Issue[] => {
  const [check, expected] = (Object.hasOwn(checks, path) && checks[path]) || []
  const hint = didYouMean(path, Object.keys(checks))
  if (check === undefined) return [present<Issue>({ path, message: 'is no option', hint })]
  return value === undefined || check(value) ? [] : [{ path, message: `expected ${expected}, got ${kindOf(value)}` }]
}

/** Throws a ConfigurationError that lists all that `sandbox` cannot take. */
export const checkSettings = (options: unknown): void => {
  const issues = isRecord(options)
    ? Object.entries(options).flatMap(issuesOf)
    : [{ path: '', message: `expected an object of options, got ${kindOf(options)}` }]
  if (issues.length > 0)
    throw new ConfigurationError(`sandbox was given options that it cannot take:\n${listed(issues)}`)
}
