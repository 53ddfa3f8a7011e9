// Sends sessions at a steady pace: so many requests a minute, and none while StackOne asks to wait.
import { setMaxListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Either, isRight } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import PQueue from 'p-queue'
import { type Client, type ConnectSessionToken, ReplyError, type Session, type SessionError } from 'stackone-session'

interface Pace {
  readonly perMinute: number
  /** Ends all waiting; what is under way is not cut off. */
  readonly signal: AbortSignal
  /** Requests for each session. @default 6 */
  readonly tries?: number
}

/** Whether the next try may go better. */
const mayPass = (error: SessionError): boolean =>
  error.name === 'NetworkError' ||
  error.name === 'TimeoutError' ||
  (error.name === 'ApiError' && (error.status >= 500 || error.status === 408 || error.status === 429))

const secondsAskedBy = (error: SessionError): number | undefined =>
  error.name === 'ApiError' ? (error.retryAfter ?? (error.status === 429 ? 60 : undefined)) : undefined

/** Mints a session, with as many requests as it takes. Rejects only when the signal ends a wait. */
export const minter = (client: Client, { perMinute, signal, tries = 6 }: Pace) => {
  const turns = new PQueue({ interval: 60_000, intervalCap: perMinute, strict: true })
  const asked = { until: 0 }
  setMaxListeners(0, signal) // all that wait listen to it

  const pause = async (ms: number): Promise<void> => {
    asked.until = Math.max(asked.until, Date.now() + ms)
    turns.pause()
    while (Date.now() < asked.until) await sleep(asked.until - Date.now(), undefined, { signal })
    turns.start()
  }

  return async function mint(request: Session, attempt = 1): Promise<Either<SessionError, ConnectSessionToken>> {
    await turns.add(() => {}, { signal, priority: attempt })
    // The client's own retries would be requests that the queue does not count.
    const result = await pipe(
      request.task(client, { retries: 0 }),
      TE.filterOrElseW(
        ({ authLinkUrl }) => authLinkUrl !== undefined,
        ({ drift }) => new ReplyError('StackOne answered without a link.', { issues: drift }),
      ),
    )()
    if (isRight(result) || attempt === tries || !mayPass(result.left)) return result
    const seconds = secondsAskedBy(result.left)
    await (seconds === undefined ? sleep(100 * 2 ** attempt, undefined, { signal }) : pause(seconds * 1000))
    return mint(request, attempt + 1)
  }
}
