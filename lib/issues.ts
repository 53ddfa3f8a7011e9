import type { Context, Errors } from 'io-ts'
import type { Refusal } from './codec.ts'
import { frozen, type Issue, ValidationError } from './errors.ts'
import { present } from './present.ts'
import type { Redact } from './secret.ts'

/** The keys that lead to a value; the root of a context has none. */
export const keysOf = (context: Context): readonly string[] =>
  context.map(({ key }) => key).filter((key, index) => index > 0 || key !== '')

const step = (key: string): string => {
  if (/^\d+$/.test(key)) return `[${key}]`
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`
}

/** The keys as one would write them in code: `metadata.plans[0]["a key"]`. */
const pathOf = (context: Context): string => keysOf(context).map(step).join('').replace(/^\./, '')

/** io-ts' errors as issues, in their order. */
export const issuesOf = (errors: Errors): readonly Issue[] =>
  errors.map(({ context, message = 'is not valid', hint }: Refusal) =>
    present<Issue>({ path: pathOf(context), message, hint }),
  )

/** Issues of a reply: the server may have a secret for the name of a member. */
export const redacted = (issues: readonly Issue[], redact: Redact): readonly Issue[] =>
  frozen(issues.map((issue) => ({ ...issue, path: redact(issue.path) })))

/** io-ts' errors as an error of ours. */
export const validationError = (errors: Errors, what?: string): ValidationError =>
  new ValidationError(issuesOf(errors), what)
