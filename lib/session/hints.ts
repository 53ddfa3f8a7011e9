import type { Issue } from '../errors.ts'

const overrides: readonly (readonly [path: RegExp, call: string])[] = [
  [/^categories\b/, ".field('categories', […])"],
  [/^type$/, ".field('type', '…')"],
]

/** Says in an issue of the payload which call of the builder fixes it. */
export const withBuilderHint = (issue: Issue): Issue => {
  const { path, message, hint } = issue
  if (message === 'is required' || message === 'is not allowed here') return { ...issue, hint: 'use .owner(id, name)' }
  if (message.endsWith('got undefined') && hint === undefined)
    return { ...issue, hint: 'use .when(value, change) for a value that may be undefined' }
  const [, call] = overrides.find(([pattern]) => pattern.test(path)) ?? []
  if (call === undefined || !/, got '/.test(message)) return issue
  const override = `for a value that this version does not know, use ${call}`
  return { ...issue, hint: hint === undefined ? override : `${hint} ${override}` }
}
