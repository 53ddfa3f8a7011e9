import type { Context, Errors } from 'io-ts'
import type { Issue } from '../errors.ts'
import { omitUndefined, shortName, withoutPrototype } from '../util/guards.ts'
import { type Redact, redactText } from '../util/redact.ts'
import type { CodecError } from './validation.ts'

/** The keys that lead to a value; the root of a context has none. */
export const keysOf = (context: Context): readonly string[] =>
  context.map(({ key }) => key).filter((key, index) => index > 0 || key !== '')

const segment = (key: string): string => {
  if (/^\d+$/.test(key)) return `[${key}]`
  const name = shortName(key)
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`
}

/** The keys as in code: `metadata.plans[0]["a key"]`. */
const pathOf = (keys: readonly string[]): string => keys.map(segment).join('').replace(/^\./, '')

/** Converts io-ts's errors to issues. `redact` masks secrets in a response, whose field names come from the server. */
export const issuesOf = (errors: Errors, redact: Redact = (text) => text): readonly Issue[] =>
  errors.map((error) => {
    const { context, message = 'is invalid', hint } = withoutPrototype<CodecError>(error)
    const path = pathOf(keysOf(context).map((key) => redactText(key, redact)))
    return omitUndefined<Issue>({ path, message: redactText(message, redact), hint })
  })
