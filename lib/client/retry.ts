import { isLeft, left } from 'fp-ts/lib/Either.js'
import { AbortError, type SessionError } from '../errors.ts'
import type { ConnectSession } from '../model/connect-session.ts'
import { isControlFlow } from '../util/caller-error.ts'
import type { Either } from '../util/either.ts'
import { createRedactor, redactText, secretsIn } from '../util/redact.ts'
import { sleep, stopwatch, withTimeout } from '../util/timeout.ts'
import { readKey } from './api-key.ts'
import { attemptError, type CallContext, requestedDelay } from './call-error.ts'
import { callEvents } from './events.ts'
import { decodeResponse, type ResponseSpec } from './response.ts'
import type { Settings } from './settings.ts'
import { type ApiRequest, sendOnce } from './transport.ts'

const retryStatuses: readonly number[] = [408, 429, 502, 503, 504]

const isRetryable = (error: SessionError): boolean => {
  switch (error.name) {
    case 'TimeoutError':
      return true
    case 'NetworkError':
      return !isControlFlow(error.cause)
    case 'ApiError':
      return retryStatuses.includes(error.status)
    default:
      return false
  }
}

/** Returns the milliseconds until the next attempt: a delay that doubles each time, after that of `Retry-After`. */
const delayAfter = (error: SessionError, attempt: number): number => {
  const backoff = Math.min(8000, 250 * 2 ** (attempt - 1))
  return requestedDelay(error) + backoff * (0.75 + Math.random() / 2)
}

/** Sends a request, with retries, until it succeeds, fails for good or would exceed the deadline. */
export const sendWithRetries = async <A extends ConnectSession>(
  settings: Settings,
  operation: ApiRequest & ResponseSpec<A>,
): Promise<Either<SessionError, A>> => {
  const { signal, timeout, deadline, retries, strict } = settings
  const { endpoint } = operation
  const elapsed = stopwatch()
  const events = callEvents(settings.onEvent, endpoint, elapsed)
  const statsAfter = (attempts: number) => ({ attempts, elapsedMs: Math.round(elapsed()) })
  const fail = (error: SessionError): Either<SessionError, A> => {
    events.failure(error)
    return left(error)
  }

  const key = await readKey(settings, elapsed)
  if (isLeft(key)) return fail(key.left)
  const secrets = [key.right, `${key.right}:`, ...(operation.secrets ?? [])]

  const attempt = async (number: number): Promise<Either<SessionError, A>> => {
    const remaining = deadline - elapsed()
    const limit = timeout <= remaining ? `the timeout of ${timeout} ms` : `the deadline of ${deadline} ms`
    events.attempt(number)
    const outcome = await withTimeout(Math.min(timeout, remaining), signal, (own) =>
      sendOnce(settings, operation, key.right, own),
    )
    const response = outcome.type === 'value' ? outcome.value : undefined
    const redact = createRedactor(() => [...secrets, ...secretsIn(response?.json)])
    const requestId = redactText(response?.headers.get('x-request-id') ?? '', redact).slice(0, 200) || undefined
    const context: CallContext = { endpoint, redact, requestId, stats: statsAfter(number) }
    if (response === undefined || response.status < 200 || response.status > 299)
      return left(attemptError(outcome, { limit, isCustomFetch: settings.fetch !== undefined }, context))
    const decoded = decodeResponse(response, operation, strict, context)
    events.response({ attempt: number, status: response.status, requestId, drift: decoded.drift })
    return decoded.result
  }

  for (let number = 1; ; number += 1) {
    const result = await attempt(number)
    if (!isLeft(result)) return result
    const waitMs = delayAfter(result.left, number)
    const canRetry = isRetryable(result.left) && number <= retries && waitMs < deadline - elapsed()
    if (!canRetry) return fail(result.left)
    events.retry(result.left, waitMs)
    const slept = await sleep(waitMs, signal)
    if (slept.type === 'abort') return fail(new AbortError(slept.reason, statsAfter(number)))
  }
}
