import type { Either } from 'fp-ts/lib/Either.js'
import { isLeft, left, right } from '#fp-ts/Either'
import { type Answer, apiError, requestIdOf } from './answer.ts'
import { isA } from './codec.ts'
import {
  AbortError,
  ConfigurationError,
  type Effort,
  NetworkError,
  ReplyError,
  type SessionError,
  TimeoutError,
} from './errors.ts'
import { tell } from './event.ts'
import { type Redact, redactor } from './secret.ts'
import { readKey, type Settings } from './settings.ts'
import { type Outcome, sleep, stopwatch, within } from './time.ts'
import { type Call, codeOf, largestBody, send, Unfit } from './transport.ts'

/** A success, and what it took. */
export interface Received extends Required<Effort> {
  readonly answer: Answer
  readonly requestId: string | undefined
}

/** An attempt that failed: why, and after how many milliseconds another one may be made, if any may. */
interface Failed {
  readonly error: SessionError
  readonly waitMs?: number | undefined
}

const retried = [408, 429, 502, 503, 504]

/** The wait before the next attempt, in milliseconds: twice as long each time, and never the same for two callers. */
const backoff = (attempt: number): number => Math.min(8000, 250 * 2 ** (attempt - 1)) * (0.75 + Math.random() / 2)

const networkError = (error: unknown, { endpoint }: Call, redact: Redact, effort: Effort): NetworkError => {
  const code = redact(codeOf(error) ?? '') || undefined
  const message = `The connection for ${endpoint} failed${code ? ` (${code})` : ''}. Check baseUrl, DNS, proxy and firewall, or try again later.`
  return new NetworkError(message, { ...effort, code })
}

const unfitError = ({ status }: Unfit, { endpoint }: Call, effort: Effort): SessionError =>
  status === undefined
    ? new ConfigurationError('The fetch function gave no Response, or a used one. Let it return a new one.', effort)
    : new ReplyError(`The answer to ${endpoint} is longer than ${largestBody} bytes. Check baseUrl.`, {
        issues: [],
        status,
        ...effort,
      })

const counted = (attempts: number): string => (attempts === 1 ? '1 attempt' : `${attempts} attempts`)

/** The error of work that was cut off: by its caller, or by the clock. */
const cutOff = (
  outcome: Extract<Outcome<unknown>, { by: 'abort' | 'timeout' }>,
  what: string,
  limit: string,
  effort: Required<Effort>,
): SessionError =>
  outcome.by === 'abort'
    ? new AbortError(outcome.reason, effort)
    : new TimeoutError(`${what} within ${limit}, in ${counted(effort.attempts)}. Try again later.`, effort)

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
    case 'timeout': {
      const error = cutOff(outcome, `${call.endpoint} was not answered`, limit, effort)
      return left({ error, waitMs: outcome.by === 'timeout' ? waitMs : undefined })
    }
    case 'error':
      return isA(outcome.error, Unfit)
        ? left({ error: unfitError(outcome.error, call, effort) })
        : left({ error: networkError(outcome.error, call, redact, effort), waitMs })
    case 'value': {
      const answer = outcome.value
      if (answer.status >= 200 && answer.status < 300)
        return right({ answer, ...effort, requestId: requestIdOf(answer, redact) })
      const error = apiError(answer, call.endpoint, redact, effort)
      const asked = error.retryAfter === undefined ? waitMs : error.retryAfter * 1000
      return left({ error, waitMs: retried.includes(answer.status) ? asked : undefined })
    }
  }
}

/** What an event tells of an error. */
export const factsOf = (error: SessionError) => {
  const { status, requestId }: Partial<Pick<ReplyError, 'status' | 'requestId'> & SessionError> = error
  return { error: error.name, status, requestId }
}

/** Sends a call, again where that can help, until it succeeds, or fails for good, or its deadline is over. */
export const exchange = async (settings: Settings, call: Call): Promise<Either<SessionError, Received>> => {
  const { signal, onEvent, timeout, deadline, retries } = settings
  const { endpoint } = call
  const elapsed = stopwatch()
  const effortAt = (attempts: number) => ({ attempts, elapsedMs: Math.round(elapsed()) })
  const deadlineText = `the deadline of ${deadline} ms`

  // Only a function can keep the call waiting.
  const keyed =
    typeof settings.apiKey === 'function' || signal?.aborted
      ? await within(deadline, signal, () => readKey(settings))
      : ({ by: 'value', value: await readKey(settings) } as const)
  if (keyed.by === 'error')
    // What it threw may hold the key.
    return left(new ConfigurationError('The apiKey function threw an error. Call it on its own to see which.'))
  if (keyed.by !== 'value') return left(cutOff(keyed, 'The apiKey function gave no key', deadlineText, effortAt(0)))
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
