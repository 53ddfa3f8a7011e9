import type { Context, Errors } from 'io-ts'
import { freezeIssues, type Issue, ValidationError } from '../errors.ts'
import { omitUndefined } from '../util/omit-undefined.ts'
import type { Redact } from '../util/redact.ts'
import type { CodecError } from './validation.ts'

/** The keys that lead to a value; the root of a context has none. */
export const keysOf = (context: Context): readonly string[] =>
  context.map(({ key }) => key).filter((key, index) => index > 0 || key !== '')

const segment = (key: string): string => {
  if (/^\d+$/.test(key)) return `[${key}]`
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`
}

/** The keys as in code: `metadata.plans[0]["a key"]`. */
const pathOf = (context: Context): string => keysOf(context).map(segment).join('').replace(/^\./, '')

/** Converts io-ts's errors to issues. */
export const issuesOf = (errors: Errors): readonly Issue[] =>
  errors.map(({ context, message = 'is invalid', hint }: CodecError) =>
    omitUndefined<Issue>({ path: pathOf(context), message, hint }),
  )

/** Masks secrets in the issues of a response, whose field names come from the server. */
export const redactIssues = (issues: readonly Issue[], redact: Redact): readonly Issue[] =>
  freezeIssues(issues.map((issue) => ({ ...issue, path: redact(issue.path), message: redact(issue.message) })))

/** Converts io-ts's errors to a `ValidationError`. */
export const validationError = (errors: Errors, title?: string): ValidationError =>
  new ValidationError(issuesOf(errors), title)
