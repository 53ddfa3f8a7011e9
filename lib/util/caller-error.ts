import { ConfigurationError } from '../errors.ts'
import { ownValue } from './guards.ts'
import type { Redact } from './redact.ts'

const textField = (error: unknown, name: 'name' | 'message' | 'code'): string | undefined => {
  try {
    const value: unknown = Object(error)[name]
    return typeof value === 'string' ? value : undefined
  } catch {
    return undefined // a getter or a proxy threw
  }
}

/**
 * Returns whether an error is the control flow of a framework: Next.js throws errors with a `digest` for `redirect()`,
 * `notFound()` and dynamic rendering, and must receive them unchanged.
 */
export const isControlFlow = (error: unknown): boolean => {
  try {
    return error instanceof Error && typeof ownValue(error, 'digest') === 'string'
  } catch {
    return false
  }
}

/**
 * Returns the cause to keep of an error that the caller's code threw: a new error with its name, redacted message and
 * code. The original may hold a request with its key.
 */
export const sanitizedCause = (error: unknown, redact: Redact): unknown => {
  if (isControlFlow(error)) return error
  const message = typeof error === 'string' ? error : (textField(error, 'message') ?? `a thrown ${typeof error}`)
  const cause = new Error(redact(message).slice(0, 1000))
  const name = redact(textField(error, 'name') ?? 'Error')
  const code = textField(error, 'code')
  // The original stack would show frames of this library and repeat the name of the class.
  const fields = { name, stack: `${name}: ${cause.message}`, ...(code !== undefined && { code: redact(code) }) }
  for (const [field, value] of Object.entries(fields))
    Object.defineProperty(cause, field, { value, configurable: true, writable: true })
  return cause
}

/** Returns the error of a call in which the caller's code threw; `subject` names that code. */
export const callerError = (subject: string, error: unknown, redact: Redact = (text) => text): ConfigurationError =>
  new ConfigurationError(`${subject} threw an error. See \`cause\`.`, {}, { cause: sanitizedCause(error, redact) })
