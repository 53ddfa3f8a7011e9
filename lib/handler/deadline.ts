import { TimeoutError } from '../errors.ts'
import { stopwatch, withTimeout } from '../util/timeout.ts'
import { HttpError } from './http-error.ts'

/** Steps of a request, as its errors name them. */
type Step = 'The request body' | 'The call to StackOne' | `The ${string} callback`

/**
 * Runs one step of a request. Rejects with an `HttpError` once the request's time is up or the page has disconnected; the
 * step's signal is aborted then, and its result is ignored.
 */
export type RunStep = <A>(step: Step, work: (signal: AbortSignal) => A | Promise<A>) => Promise<A>

/** Starts the time for all steps of a request, in milliseconds. */
export const startDeadline = (timeout: number, { signal }: Request): RunStep => {
  const elapsed = stopwatch()
  return async (step, work) => {
    const remaining = Math.max(1, timeout - elapsed())
    // Not every runtime's request has a signal.
    const outcome = await withTimeout(remaining, signal ?? undefined, async (stepSignal) => work(stepSignal))
    if (outcome.type === 'value') return outcome.value
    if (outcome.type === 'error') throw outcome.error
    if (outcome.type === 'abort') throw new HttpError('aborted')
    if (step === 'The request body') throw new HttpError('body-timeout')
    const cause = new TimeoutError(`${step} did not finish within the handler's timeout of ${timeout} ms.`)
    throw new HttpError('timeout', { cause })
  }
}
