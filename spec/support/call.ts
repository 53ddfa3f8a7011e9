import type { Either } from 'fp-ts/lib/Either.js'
import { isLeft, left, right } from '#fp-ts/Either'
import {
  type CallOptions,
  type Client,
  type ClientOptions,
  type ConnectSessionToken,
  createClient,
  isSessionError,
  type SessionClient,
  type SessionError,
  session,
} from '../../lib/index.ts'

export const apiKey = 'v1.eu1.0123456789abcdef'

export const acme = session().owner('acme-42', 'Acme Inc.')

export const clientOf = (baseUrl: string, options: ClientOptions = {}): Client =>
  createClient({ apiKey, baseUrl, ...options })

/** The two ways to send a session. */
export const doors = ['send', 'task'] as const

export type Door = (typeof doors)[number]

/** How a call ended, and how long that took. */
export interface Ended {
  readonly result: Either<SessionError, ConnectSessionToken>
  readonly took: number
}

// What is thrown may be anything, and may not bear to be looked at, not even by mocha.
const checked = (error: unknown, whence: string): SessionError => {
  try {
    if (isSessionError(error)) return error
  } catch {
    throw new Error(`${whence} what is no SessionError, and throws when it is looked at`)
  }
  throw new Error(`${whence} what is no SessionError`, { cause: error })
}

const through = async (door: Door, client: SessionClient, options?: CallOptions): Promise<Ended['result']> => {
  if (door === 'send')
    try {
      return right(await acme.send(client, options))
    } catch (error) {
      return left(checked(error, 'send rejected with'))
    }
  try {
    const result = await acme.task(client, options)()
    return isLeft(result) ? left(checked(result.left, 'the Left holds')) : result
  } catch (error) {
    throw new Error('the task rejected', { cause: typeof error })
  }
}

/** Sends a session through one of the doors; rejects if anything but a SessionError comes out of it. */
export const call = async (door: Door, client: SessionClient, options?: CallOptions): Promise<Ended> => {
  const started = performance.now()
  const result = await through(door, client, options)
  return { result, took: performance.now() - started }
}

/** Waits until something holds, for so many milliseconds at most; gives whether it did. */
export const until = async (holds: () => boolean | Promise<boolean>, ms = 3000): Promise<boolean> => {
  for (const end = performance.now() + ms; performance.now() < end; ) {
    if (await holds()) return true
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return holds()
}

/**
 * Observes what a limit of time does. A machine may be too busy for anything to arrive within a short one: it is given
 * twice as long then, a few times over.
 */
export const patiently = async <A>(
  ms: number,
  observe: (ms: number) => Promise<A>,
  wasBusy: (observed: A) => boolean,
): Promise<A> => {
  const observed = await observe(ms)
  return ms < 3000 && wasBusy(observed) ? patiently(2 * ms, observe, wasBusy) : observed
}

/** Runs pieces of work, so many at a time; each is begun in its turn, without being asked for. */
export const pooled = <A>(size: number, works: readonly (() => Promise<A>)[]): readonly Promise<A>[] => {
  const waiting: (() => void)[] = []
  const turn = (index: number): Promise<void> =>
    index < size ? Promise.resolve() : new Promise((begin) => waiting.push(begin))
  return works.map((work, index) => {
    const done = turn(index)
      .then(work)
      .finally(() => waiting.shift()?.())
    done.catch(() => {}) // it is told to whoever awaits it, which may be later
    return done
  })
}
