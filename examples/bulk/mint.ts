// Mints sessions at a limited rate: at most `perMinute` requests, and none while StackOne asks to wait.
import { setMaxListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Either, isRight } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import PQueue from 'p-queue'
import {
  type Client,
  type ConnectSessionToken,
  InvalidResponseError,
  type Session,
  type SessionError,
} from 'stackone-session'

interface RateOptions {
  readonly perMinute: number
  /** Cancels all waits. Requests in flight are not aborted. */
  readonly signal: AbortSignal
  /** The maximum number of requests for a session. @default 6 */
  readonly maxAttempts?: number
}

const isTransient = (error: SessionError): boolean =>
  error.name === 'NetworkError' ||
  error.name === 'TimeoutError' ||
  (error.name === 'ApiError' && (error.status >= 500 || error.status === 408 || error.status === 429))

const retryAfterOf = (error: SessionError): number | undefined =>
  error.name === 'ApiError' ? (error.retryAfter ?? (error.status === 429 ? 60 : undefined)) : undefined

/** Returns a function that mints a session and retries transient errors. It rejects only if the signal aborts a wait. */
export const createMinter = (client: Client, { perMinute, signal, maxAttempts = 6 }: RateOptions) => {
  const slots = new PQueue({ interval: 60_000, intervalCap: perMinute, strict: true })
  const paused = { until: 0 }
  setMaxListeners(0, signal) // every wait adds a listener

  const pause = async (ms: number): Promise<void> => {
    paused.until = Math.max(paused.until, Date.now() + ms)
    slots.pause()
    while (Date.now() < paused.until) await sleep(paused.until - Date.now(), undefined, { signal })
    slots.start()
  }

  return async function mint(request: Session, attempt = 1): Promise<Either<SessionError, ConnectSessionToken>> {
    await slots.add(() => {}, { signal, priority: attempt })
    // The queue must count every request, so the client does not retry.
    const result = await pipe(
      request.task(client, { retries: 0 }),
      TE.filterOrElseW(
        ({ authLinkUrl }) => authLinkUrl !== undefined,
        ({ drift }) => new InvalidResponseError('The response of StackOne has no auth link.', { issues: drift }),
      ),
    )()
    if (isRight(result) || attempt === maxAttempts || !isTransient(result.left)) return result
    const seconds = retryAfterOf(result.left) ?? 0
    await (seconds === 0 ? sleep(100 * 2 ** attempt, undefined, { signal }) : pause(seconds * 1000))
    return mint(request, attempt + 1)
  }
}
