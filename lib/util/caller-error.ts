import { ConfigurationError } from '../errors.ts'
import { environmentVariable, omitUndefined, ownValue, tryGet } from './guards.ts'
import { mask, type Redact, redactorOf } from './redact.ts'

/** Returns whether an error is the control flow of a framework: Next.js throws errors with a `digest` to redirect. */
export const isControlFlow = (error: unknown): boolean =>
  typeof tryGet(() => error instanceof Error && ownValue(error, 'digest')) === 'string'

/** Copies the redacted name, message, code and stack of an error. The original may hold a request with its key. */
export const sanitizedCause = (error: unknown, redact: Redact): unknown => {
  if (isControlFlow(error)) return error
  const read = (name: 'name' | 'message' | 'code' | 'stack'): string | undefined => {
    const value: unknown = tryGet(() => Object(error)[name])
    return typeof value === 'string' ? redact(value) : undefined
  }
  const message = typeof error === 'string' ? redact(error) : (read('message') ?? `a thrown ${typeof error}`)
  const cause = new Error(message.slice(0, 1000))
  const name = read('name')?.slice(0, 100) ?? 'Error'
  // The frames of a new error would be those of this library.
  const [frames = ''] = /\n {4}at .{0,4000}/s.exec(read('stack') ?? '') ?? []
  const stack = `${name}: ${cause.message}${frames}`
  return Object.assign(cause, omitUndefined<object>({ name, stack, code: read('code') }))
}

/** Masks what looks like a key: the real one is unknown outside of a call. */
const redactKeys: Redact = (text) =>
  redactorOf(undefined, [environmentVariable('STACKONE_API_KEY') ?? ''])(text)
    .replace(/\bv\d+\.\w+\.[^\s"'<>,;]+/g, mask)
    .replace(/\b(basic|bearer)\s+[\w.~+/=-]+/gi, `$1 ${mask}`)

/** Returns the error of a call in which the caller's code threw. `subject` names that code. */
export const callerError = (subject: string, error: unknown): ConfigurationError =>
  new ConfigurationError(`${subject} threw an error. See \`cause\`.`, {}, { cause: sanitizedCause(error, redactKeys) })

/** Calls a listener of the caller's. What it throws is ignored, since a faulty listener must not fail the work. */
export const callListener = async <Args extends readonly unknown[]>(
  listener: ((...args: Args) => unknown) | undefined,
  ...args: Args
): Promise<void> => {
  try {
    await listener?.(...args)
  } catch {}
}
