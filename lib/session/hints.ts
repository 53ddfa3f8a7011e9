import type { Issue } from '../errors.ts'
import { withoutPrototype } from '../util/guards.ts'

const hintFor = (issue: Issue): string | undefined => {
  const { path, message, hint } = withoutPrototype(issue)
  const isMissing = /got (undefined|null)$/.test(message)
  const isOwner = path.startsWith('originOwner')
  if (isOwner && message.endsWith('got a number')) return 'use String(value)'
  if (message === 'is required' || message === 'is not allowed here' || (isOwner && isMissing))
    return 'use .owner(id, name)'
  if (isMissing) return hint ?? 'use .when(value, change) for a value that may be undefined or null'
  if (!message.includes(", got '")) return hint // only messages about categories and types show strings
  const override = `for a value that this version does not know, use .field('${path.split('[')[0]}', …)`
  return hint === undefined ? override : `${hint} ${override}`
}

/** Adds a hint to an issue of the payload, and names a field set by `.field` as it was set. */
export const withBuilderHint = (issue: Issue): Issue => {
  const hint = hintFor(issue)
  return { ...issue, path: issue.path.replace(/^extra\./, ''), ...(hint !== undefined && { hint }) }
}
