import type { Context, Errors } from 'io-ts'
import { type Issue, ValidationError } from '../errors.ts'
import { omitUndefined } from '../util/omit-undefined.ts'
import { type Redact, removeControls } from '../util/redact.ts'
import type { CodecError } from './validation.ts'

/** The keys that lead to a value; the root of a context has none. */
export const keysOf = (context: Context): readonly string[] =>
  context.map(({ key }) => key).filter((key, index) => index > 0 || key !== '')

/** A longer name of a field is cut. */
const maxNameLength = 100

const segment = (key: string): string => {
  if (/^\d+$/.test(key)) return `[${key}]`
  const name = key.length > maxNameLength ? `${key.slice(0, maxNameLength)}…` : key
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) ? `.${name}` : `[${removeControls(JSON.stringify(name))}]`
}

/** The keys as in code: `metadata.plans[0]["a key"]`. */
const pathOf = (keys: readonly string[]): string => keys.map(segment).join('').replace(/^\./, '')

/** Converts io-ts's errors to issues. `redact` masks secrets in a response, whose field names come from the server. */
export const issuesOf = (errors: Errors, redact: Redact = (text) => text): readonly Issue[] =>
  errors.map(({ context, message = 'is invalid', hint }: CodecError) =>
    omitUndefined<Issue>({
      path: pathOf(keysOf(context).map(redact)),
      message: removeControls(redact(message)),
      hint,
    }),
  )

/** Converts io-ts's errors to a `ValidationError`. */
export const validationError = (errors: Errors, title?: string): ValidationError =>
  new ValidationError(issuesOf(errors), title)
