import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import { isLeft, left, right } from '#fp-ts/Either'
import { AbortError, type Effort, type SessionError, TimeoutError } from './errors.ts'
import { type CallOptions, type WaitOptions, waitOptions } from './options.ts'
import { present } from './present.ts'
import type { ConnectionAttempt, ConnectSession } from './reply.ts'
import type { Settings } from './settings.ts'
import { sleep, stopwatch } from './time.ts'

const final = ['authenticated', 'error', 'cancelled', 'expired'] as const

/**
 * How the end user's try to connect an account ended.
 *
 * @example
 * const told = ({ status, accountId }: Connection) => (status === 'authenticated' ? `account ${accountId}` : status)
 * told(await client.waitForConnection(id)) // 'account sandbox-account-1'
 */
export interface Connection extends ConnectionAttempt {
  /** How it ended. */
  readonly status: (typeof final)[number]
  /** The id of the account that was connected; the attempt's `accountSecureId`. */
  readonly accountId?: string
}

const connectionOf = (attempt: ConnectionAttempt | undefined): Connection | undefined => {
  const status = final.find((known) => known === attempt?.status)
  if (status === undefined) return undefined
  return Object.freeze(present<Connection>({ ...attempt, status, accountId: attempt?.accountSecureId }))
}

/** Whether the next look at the session may go better. What a strict client refuses, it will refuse again. */
const mayPass = (error: SessionError, strict: boolean): boolean => {
  if (error.name === 'ApiError') return error.status >= 500 || error.status === 408 || error.status === 429
  return error.name === 'NetworkError' || error.name === 'TimeoutError' || (error.name === 'ReplyError' && !strict)
}

/** Looks at a session again and again until its latest attempt to connect has ended. */
export const waitFor =
  (
    settings: Settings,
    options: WaitOptions,
    look: (options: CallOptions) => TaskEither<SessionError, ConnectSession>,
  ): TaskEither<SessionError, Connection> =>
  async () => {
    const { signal, interval = 2000, deadline = 600_000 } = waitOptions(options)
    const elapsed = stopwatch()
    const remaining = (): number => deadline - elapsed()

    for (let looks = 1; ; looks += 1) {
      const seen = await look({ signal, deadline: Math.min(settings.deadline, Math.max(1, remaining())) })()
      const connection = isLeft(seen) ? undefined : connectionOf(seen.right.latestConnectionAttempt)
      if (connection !== undefined) return right(connection)
      const effort = (): Required<Effort> => ({ attempts: looks, elapsedMs: Math.round(elapsed()) })
      if (isLeft(seen) && !mayPass(seen.left, settings.strict)) return left(Object.assign(seen.left, effort()))
      const asked = isLeft(seen) && seen.left.name === 'ApiError' ? (seen.left.retryAfter ?? 0) * 1000 : 0
      const waitMs = Math.max(interval, asked)
      const last = waitMs >= remaining()
      const slept = await sleep(Math.min(waitMs, remaining()), signal)
      if (slept.by === 'abort') return left(new AbortError(slept.reason, effort()))
      if (last) {
        const next = isLeft(seen) ? `The last look failed: ${seen.left.message}` : 'Wait again, or longer.'
        const message = `No account was connected within the deadline of ${deadline} ms. ${next}`
        return left(new TimeoutError(message, effort()))
      }
    }
  }
