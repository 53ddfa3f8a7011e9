import { isLeft, left, right } from 'fp-ts/lib/Either.js'
import { AbortError, type SessionError, TimeoutError } from '../errors.ts'
import type { ConnectionAttempt, ConnectSession } from '../model/connect-session.ts'
import { checkOptions } from '../util/check-options.ts'
import { waitDefaults } from '../util/defaults.ts'
import { omitUndefined, withoutPrototype } from '../util/guards.ts'
import type { Either } from '../util/task.ts'
import { sleep } from '../util/timeout.ts'
import { requestedDelay, withStats } from './call-error.ts'
import { getOperation } from './endpoints.ts'
import { type WaitOptions, waitCheck } from './options.ts'
import { isRetryable, sendWithRetries } from './send.ts'
import type { Settings } from './settings.ts'

const finalStatuses = ['authenticated', 'error', 'cancelled', 'expired'] as const

/**
 * How the end user's attempt to connect an account ended.
 * @example const idOf = ({ status, accountId }: Connection) => (status === 'authenticated' ? accountId : undefined)
 */
export interface Connection extends ConnectionAttempt {
  /** The final status of the attempt. */
  readonly status: 'authenticated' | 'error' | 'cancelled' | 'expired'
  /** The id of the connected account; the attempt's `accountSecureId`. */
  readonly accountId?: string
}

const connectionOf = (session: ConnectSession): Connection | undefined => {
  const attempt = withoutPrototype({ ...withoutPrototype(session).latestConnectionAttempt })
  const status = finalStatuses.find((final) => final === attempt.status)
  if (status === undefined) return undefined
  return Object.freeze(omitUndefined<Connection>({ ...attempt, status, accountId: attempt.accountSecureId }))
}

/** Returns whether the next poll may succeed. A response that `strict` rejects will be rejected again. */
const isTransient = (error: SessionError, strict: boolean): boolean =>
  isRetryable(error) ||
  (error.name === 'ApiError' && error.status >= 500) ||
  (error.name === 'InvalidResponseError' && !strict)

export const waitForConnection = async (
  settings: Settings,
  id: unknown,
  options: WaitOptions,
): Promise<Either<SessionError, Connection>> => {
  const operation = getOperation(id)
  const checked = checkOptions(options, waitCheck, 'waitForConnection')
  const { signal, interval = waitDefaults.interval, deadline = waitDefaults.deadline } = checked
  const started = performance.now()
  const elapsed = (): number => performance.now() - started
  const remaining = (): number => deadline - elapsed()

  for (let polls = 1; ; polls += 1) {
    const limits = { signal, deadline: Math.min(settings.deadline, Math.max(1, remaining())) }
    const polled = await sendWithRetries(operation, { ...settings, ...limits })
    const stats = () => ({ attempts: polls, elapsedMs: Math.round(elapsed()) })
    const error = isLeft(polled) ? polled.left : undefined
    const connection = isLeft(polled) ? undefined : connectionOf(polled.right)
    if (connection !== undefined) return right(connection)
    if (error !== undefined && !isTransient(error, settings.strict)) return left(withStats(error, stats()))
    const waitMs = Math.max(interval, error === undefined ? 0 : requestedDelay(error))
    const isLast = waitMs >= remaining()
    const slept = await sleep(Math.min(waitMs, remaining()), signal)
    if (slept.type === 'abort') return left(new AbortError(slept.reason, stats()))
    if (!isLast) continue
    const advice = error === undefined ? 'Wait again, or longer.' : `The last poll failed: ${error.message}`
    const message = `No account was connected within the deadline of ${deadline} ms. ${advice}`
    return left(new TimeoutError(message, stats()))
  }
}
