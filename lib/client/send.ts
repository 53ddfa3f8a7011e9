import { isLeft, left, right } from 'fp-ts/lib/Either.js'
import { AbortError, ConfigurationError, type SessionError } from '../errors.ts'
import type { ConnectSession } from '../model/connect-session.ts'
import { callerError, callListener, isControlFlow } from '../util/caller-error.ts'
import { type AllowUndefined, environmentVariable, mustBe, omitUndefined, tryGet } from '../util/guards.ts'
import { redactorOf, redactText } from '../util/redact.ts'
import type { Either } from '../util/task.ts'
import { sleep, withTimeout } from '../util/timeout.ts'
import { attemptError, type CallContext, interruptionError, requestedDelay } from './call-error.ts'
import { decodeResponse, type Operation } from './endpoints.ts'
import type { ClientEvent } from './events.ts'
import type { Settings } from './settings.ts'
import { sendOnce } from './transport.ts'

const isBase64OfKey = (key: string): boolean =>
  /^[A-Za-z0-9+/]+=*$/.test(key) && /^[!-~]+:$/.test(tryGet(() => atob(key.replace(/=+$/, ''))) ?? '')

const keyProblems: readonly (readonly [Pick<RegExp, 'test'>, string])[] = [
  [/^\s*$/, 'must be a non-blank string, got a blank string'],
  [/^(["'`]).*\1$|^[“”„‘’].*[“”‘’]$/s, 'must not be in quotes (remove the quotes)'],
  [/^(basic|bearer)\s/i, 'must not start with a scheme (pass the key alone)'],
  [/[^!-~]/, 'must contain visible ASCII characters only (remove spaces and line breaks)'],
  [/:/, 'must not contain a colon (pass the key alone)'],
  [{ test: isBase64OfKey }, 'must not be base64-encoded (pass the key alone)'],
]

const checkKey = (key: unknown): Either<SessionError, string> => {
  const reject = (problem: string) => left(new ConfigurationError(`Invalid API key: ${problem}`))
  if (typeof key !== 'string') return reject(mustBe('a string', key))
  const [, problem] = keyProblems.find(([pattern]) => pattern.test(key)) ?? []
  return problem === undefined ? right(key) : reject(problem)
}

const readKey = async (
  { apiKey = environmentVariable('STACKONE_API_KEY'), signal, deadline }: Settings,
  statsAfter: (attempts: number) => CallContext['stats'],
): Promise<Either<SessionError, string>> => {
  if (apiKey === undefined || apiKey === '')
    return left(new ConfigurationError('No API key: pass `apiKey` to createClient, or set STACKONE_API_KEY.'))
  if (signal?.aborted) return left(new AbortError(signal.reason, statsAfter(0)))
  if (typeof apiKey === 'string') return checkKey(apiKey)
  const subject = 'The `apiKey` function'
  const outcome = await withTimeout(deadline, signal, async () => apiKey())
  if (outcome.type === 'value') return checkKey(outcome.value)
  if (outcome.type === 'error') return left(callerError(subject, outcome.error))
  return left(interruptionError(outcome, `${subject} exceeded the deadline of ${deadline} ms`, statsAfter(0)))
}

/** Returns whether the same request may succeed later. */
export const isRetryable = (error: SessionError): boolean =>
  error.name === 'TimeoutError' ||
  (error.name === 'NetworkError' && !isControlFlow(error.cause)) ||
  (error.name === 'ApiError' && [408, 429, 502, 503, 504].includes(error.status))

/** Returns the milliseconds until the next attempt: those of `Retry-After`, plus a delay that doubles each time. */
const delayAfter = (error: SessionError, attempt: number): number => {
  const backoff = Math.min(8000, 250 * 2 ** (attempt - 1))
  return requestedDelay(error) + backoff * (0.75 + Math.random() / 2)
}

const errorFields = (error: SessionError) => {
  const { status, requestId }: { readonly status?: number; readonly requestId?: string } & SessionError = error
  return { error: error.name, attempt: error.attempts ?? 0, status, requestId }
}

/** Sends a request, with retries, until it succeeds, fails for good or would exceed the deadline. */
export const sendWithRetries = async <A extends ConnectSession>(
  operation: Operation<A>,
  settings: Settings,
): Promise<Either<SessionError, A>> => {
  const { signal, timeout, deadline, retries, strict, onEvent } = settings
  const { endpoint } = operation
  const started = performance.now()
  const elapsed = (): number => performance.now() - started
  const statsAfter = (attempts: number) => ({ attempts, elapsedMs: Math.round(elapsed()) })
  const common = () => ({ endpoint, elapsedMs: Math.round(elapsed()) })
  const emit =
    onEvent && ((event: AllowUndefined<ClientEvent>) => void callListener(onEvent, Object.freeze(omitUndefined(event))))
  const fail = (error: SessionError): Either<SessionError, A> => {
    emit?.({ type: 'failure', ...common(), ...errorFields(error) })
    return left(error)
  }

  const key = await readKey(settings, statsAfter)
  if (isLeft(key)) return fail(key.left)
  const secrets = [key.right, `${key.right}:`, ...(operation.secrets ?? [])]

  const attempt = async (number: number): Promise<Either<SessionError, A>> => {
    const remaining = deadline - elapsed()
    emit?.({ type: 'attempt', ...common(), attempt: number })
    const outcome = await withTimeout(Math.min(timeout, remaining), signal, (own) =>
      sendOnce(settings, operation, key.right, own),
    )
    const response = outcome.type === 'value' ? outcome.value : undefined
    const redact = redactorOf(response?.json, secrets)
    const requestId = redactText(response?.headers.get('x-request-id') ?? '', redact).slice(0, 200) || undefined
    const context: CallContext = { endpoint, redact, requestId, stats: statsAfter(number) }
    if (response === undefined || response.status < 200 || response.status > 299) {
      const limit = timeout <= remaining ? `the timeout of ${timeout} ms` : `the deadline of ${deadline} ms`
      return left(attemptError(outcome, limit, settings.fetch !== undefined, context))
    }
    const { drift, result } = decodeResponse(response, operation, strict, context)
    const fields = { attempt: number, status: response.status, requestId, ...common() }
    emit?.({ type: 'response', ...fields })
    if (drift.length > 0) emit?.({ type: 'drift', issues: drift, ...fields })
    return result
  }

  for (let number = 1; ; number += 1) {
    const result = await attempt(number)
    if (!isLeft(result)) return result
    const waitMs = delayAfter(result.left, number)
    const canRetry = isRetryable(result.left) && number <= retries && waitMs < deadline - elapsed()
    if (!canRetry) return fail(result.left)
    emit?.({ type: 'retry', ...common(), ...errorFields(result.left), waitMs })
    const slept = await sleep(waitMs, signal)
    if (slept.type === 'abort') return fail(new AbortError(slept.reason, statsAfter(number)))
  }
}
