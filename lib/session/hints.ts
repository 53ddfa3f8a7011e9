import type { Issue } from '../errors.ts'

/** Adds a hint to an issue of the payload: which call of the builder fixes it. */
export const withBuilderHint = (issue: Issue): Issue => {
  const { path, message, hint } = issue
  if (message === 'is required' || message === 'is not allowed here') return { ...issue, hint: 'use .owner(id, name)' }
  if (message.endsWith('got undefined') && hint === undefined)
    return { ...issue, hint: 'use .when(value, change) for a value that may be undefined' }
  if (!message.includes(", got '")) return issue // only messages about categories and types show strings
  const override = `for a value that this version does not know, use .field('${path.split('[')[0]}', …)`
  return { ...issue, hint: hint === undefined ? override : `${hint} ${override}` }
}
