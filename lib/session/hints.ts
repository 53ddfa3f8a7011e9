import type { Issue } from '../errors.ts'
import { payloadFields } from '../model/create-payload.ts'
import { snakeCase } from '../model/wire.ts'

/** Returns the call that sets a field: `.username(…)` sets originUsername, `.account(…)` sets accountId. */
const callFor = (field: string): string => {
  const name = field.replace(/^origin|Name$|Id$/g, '')
  return name === 'Owner' ? '.owner(id, name)' : `.${name.charAt(0).toLowerCase()}${name.slice(1)}(…)`
}

/** The messages about a field that its own call avoids. */
const misplaced = ['is required', 'is not allowed here', 'unknown field']

/** Says in an issue of the payload which call of the builder fixes it. */
export const withBuilderHint = (issue: Issue): Issue => {
  const { path, message, hint } = issue
  const wireName = snakeCase(path.replace(/^extra\.|\[\d+\]$/g, ''))
  const field = payloadFields.find(({ name }) => snakeCase(name) === wireName)?.name
  if (field !== undefined && misplaced.includes(message)) return { ...issue, hint: `use ${callFor(field)}` }
  if (message.endsWith('got undefined') && (field !== undefined || /^extra\.\w+$/.test(path)))
    return { ...issue, hint: 'use .when(value, change) for a value that may be undefined' }
  const [openSet] = /^(categories|type)\b/.exec(path) ?? []
  if (openSet === undefined || !/, got '/.test(message)) return issue
  const call = openSet === 'type' ? ".field('type', '…')" : ".field('categories', […])"
  const override = `for a value that this version does not know, use ${call}`
  return { ...issue, hint: hint === undefined ? override : `${hint} ${override}` }
}
