import type { Either } from 'fp-ts/lib/Either.js'
import { left, right } from '#fp-ts/Either'
import {
  type CallOptions,
  type Client,
  type ClientOptions,
  type ConnectSessionToken,
  createClient,
  isSessionError,
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

const through = async (door: Door, client: Client, options?: CallOptions): Promise<Ended['result']> => {
  if (door === 'task') return acme.task(client, options)()
  try {
    return right(await acme.send(client, options))
  } catch (error) {
    if (isSessionError(error)) return left(error)
    throw new Error('send rejected with what is no SessionError', { cause: error })
  }
}

/** Sends a session through one of the doors; rejects if anything but a SessionError comes out of it. */
export const call = async (door: Door, client: Client, options?: CallOptions): Promise<Ended> => {
  const started = performance.now()
  const result = await through(door, client, options)
  if (result._tag === 'Left' && !isSessionError(result.left))
    throw new Error('the Left is no SessionError', { cause: result.left })
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
