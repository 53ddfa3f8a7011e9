import type { Either } from 'fp-ts/lib/Either.js'
import { isLeft, left, right } from '#fp-ts/Either'
import { type Answer, apiError, requestIdOf } from './answer.ts'
import {
  AbortError,
  ConfigurationError,
  type Effort,
  isA,
  NetworkError,
  ReplyError,
  type SessionError,
  TimeoutError,
} from './errors.ts'
import { tell } from './event.ts'
import { type Redact, redactor } from './secret.ts'
import { readKey, type Settings } from './settings.ts'
import { type Outcome, sleep, within } from './time.ts'
import { type Call, codeOf, largestBody, send, Unfit } from './transport.ts'

/** A success, and what it took. */
export interface Received extends Required<Effort> {
  readonly answer: Answer
  readonly requestId?: string
}

/** An attempt that failed: why, and after how many milliseconds another one may be made, if any may. */
interface Failed {
  readonly error: SessionError
  readonly waitMs?: number
}

const retried = new Set([408, 429, 502, 503, 504])

/** The wait before the next attempt, in milliseconds: twice as long each time, and never the same for two callers. */
const backoff = (attempt: number): number => Math.min(8000, 250 * 2 ** (attempt - 1)) * (0.75 + Math.random() / 2)

const networkError = (error: unknown, { endpoint }: Call, redact: Redact, effort: Effort): NetworkError => {
  const found = codeOf(error)
  const code = found && redact(found)
  const why = code === undefined ? '' : ` (${code})`
  const message = `The connection for ${endpoint} failed${why}. Check baseUrl, DNS, proxy and firewall, or try again later.`
  return new NetworkError(message, { ...effort, ...(code !== undefined && { code }) })
}

const unfitError = ({ reason }: Unfit, { endpoint }: Call, effort: Effort): SessionError =>
  reason === 'no response'
    ? new ConfigurationError('The fetch function gave no Response.', effort)
    : new ReplyError(`The answer to ${endpoint} is longer than ${largestBody} bytes. Check baseUrl.`, {
        issues: [],
        ...effort,
      })

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

const late = (what: string, limit: string, effort: Required<Effort>): TimeoutError =>
  new TimeoutError(`${what} within ${limit}, in ${plural(effort.attempts, 'attempt')}. Try again later.`, effort)

/** Judges how an attempt ended. */
const judge = (
  outcome: Outcome<Answer>,
  call: Call,
  limit: string,
  redact: Redact,
  effort: Required<Effort>,
): Either<Failed, Received> => {
  const waitMs = backoff(effort.attempts)
  switch (outcome.by) {
    case 'abort':
      return left({ error: new AbortError(outcome.reason, effort) })
    case 'timeout':
      return left({ error: late(`${call.endpoint} was not answered`, limit, effort), waitMs })
    case 'error':
      return isA(outcome.error, Unfit)
        ? left({ error: unfitError(outcome.error, call, effort) })
        : left({ error: networkError(outcome.error, call, redact, effort), waitMs })
    case 'value': {
      const answer = outcome.value
      const requestId = requestIdOf(answer, redact)
      if (answer.status >= 200 && answer.status < 300)
        return right({ answer, ...effort, ...(requestId !== undefined && { requestId }) })
      const error = apiError(answer, call.endpoint, redact, effort)
      if (!retried.has(answer.status)) return left({ error })
      return left({ error, waitMs: error.retryAfter === undefined ? waitMs : error.retryAfter * 1000 })
    }
  }
}

const keyError = (outcome: Exclude<Outcome<unknown>, { by: 'value' }>, limit: string, effort: Required<Effort>) => {
  switch (outcome.by) {
    case 'abort':
      return new AbortError(outcome.reason, effort)
    case 'timeout':
      return late('The apiKey function gave no key', limit, effort)
    case 'error':
      // What it threw may hold the key.
      return new ConfigurationError('The apiKey function threw an error. Call it on its own to see which.')
  }
}

/** What an event tells of an error. */
export const factsOf = (error: SessionError) => ({
  error: error.name,
  ...('status' in error && error.status !== undefined && { status: error.status }),
  ...('requestId' in error && error.requestId !== undefined && { requestId: error.requestId }),
})

/** Sends a call, again where that can help, until it succeeds, or fails for good, or its deadline is over. */
export const exchange = async (settings: Settings, call: Call): Promise<Either<SessionError, Received>> => {
  const { signal, onEvent, timeout, deadline, retries } = settings
  const { endpoint } = call
  const started = performance.now()
  const elapsed = (): number => performance.now() - started
  const effortAt = (attempts: number) => ({ attempts, elapsedMs: Math.round(elapsed()) })
  const deadlineText = `the deadline of ${deadline} ms`

  // Only a function can keep the call waiting.
  const keyed =
    typeof settings.apiKey === 'function' || signal?.aborted
      ? await within(deadline, signal, () => readKey(settings))
      : ({ by: 'value', value: await readKey(settings) } as const)
  if (keyed.by !== 'value') return left(keyError(keyed, deadlineText, effortAt(0)))
  if (isLeft(keyed.value)) return keyed.value
  const key = keyed.value.right
  const redact = redactor(() => [key, btoa(`${key}:`), ...(call.secrets ?? [])])

  const attemptFrom = async (attempt: number): Promise<Either<SessionError, Received>> => {
    const remaining = deadline - elapsed()
    const [ms, limit] = timeout <= remaining ? [timeout, `the timeout of ${timeout} ms`] : [remaining, deadlineText]
    tell(onEvent, { type: 'attempt', endpoint, attempt, elapsedMs: Math.round(elapsed()) })
    const outcome = await within(ms, signal, (own) => send(settings, call, key, own))
    const judged = judge(outcome, call, limit, redact, effortAt(attempt))
    if (!isLeft(judged)) return judged
    const { error, waitMs } = judged.left
    if (waitMs === undefined || attempt > retries || waitMs >= deadline - elapsed()) return left(error)
    tell(onEvent, { type: 'retry', endpoint, attempt, elapsedMs: Math.round(elapsed()), waitMs, ...factsOf(error) })
    const slept = await sleep(waitMs, signal)
    return slept.by === 'abort' ? left(new AbortError(slept.reason, effortAt(attempt))) : attemptFrom(attempt + 1)
  }
  return attemptFrom(1)
}
