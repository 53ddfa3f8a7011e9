import { left, right } from 'fp-ts/lib/Either.js'
import PQueue from 'p-queue'
import type { CallOptions, Client, ClientOptions, ConnectSessionToken, SessionError } from '../../lib/index.ts'
import { createClient, isSessionError, session } from '../../lib/index.ts'
import type { Either } from '../../lib/util/task.ts'

export const apiKey = 'v1.eu1.0123456789abcdef'

export const acme = session().owner('acme-42', 'Acme Inc.')

export const clientOf = (baseUrl: string, options: ClientOptions = {}): Client =>
  createClient({ apiKey, baseUrl, ...options })

/** The result of a call, and how many milliseconds it took. */
export interface Timed {
  readonly result: Either<SessionError, ConnectSessionToken>
  readonly took: number
}

/** Sends a session; rejects if `send` rejects with anything but a `SessionError`. */
export const timedSend = async (client: Client, options?: CallOptions): Promise<Timed> => {
  const started = performance.now()
  const took = (): number => performance.now() - started
  try {
    return { result: right(await acme.send(client, options)), took: took() }
  } catch (error) {
    // The error may be a proxy that throws, which must not reach the output of mocha.
    if (!isSessionError(error)) throw new Error('send rejected with something other than a SessionError')
    return { result: left(error), took: took() }
  }
}

/** Polls until a condition holds, for at most so many milliseconds; returns whether it did. */
export const until = async (holds: () => boolean | Promise<boolean>, ms = 3000): Promise<boolean> => {
  for (const end = performance.now() + ms; performance.now() < end; ) {
    if (await holds()) return true
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return holds()
}

/**
 * Observes the effect of a time limit. A busy machine may exceed a short limit before anything arrives; the limit is
 * then doubled, a few times.
 */
export const patiently = async <A>(
  ms: number,
  observe: (ms: number) => Promise<A>,
  wasBusy: (observed: A) => boolean,
): Promise<A> => {
  const observed = await observe(ms)
  return ms < 3000 && wasBusy(observed) ? patiently(2 * ms, observe, wasBusy) : observed
}

/** Runs work with limited concurrency. The work starts immediately, without waiting for the promises to be awaited. */
export const pooled = <A>(size: number, works: readonly (() => Promise<A>)[]): readonly Promise<A>[] => {
  const queue = new PQueue({ concurrency: size })
  return works.map((work) => {
    const done = queue.add(work)
    done.catch(() => {}) // it may be awaited only later
    return done
  })
}
