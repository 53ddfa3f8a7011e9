import { availableParallelism } from 'node:os'
import PQueue from 'p-queue'

const queue = new PQueue({ concurrency: availableParallelism() + 1 })

/**
 * Starts work at the beginning of the suite, a few at a time, and returns a function that awaits it. Starting processes
 * concurrently takes much less time.
 */
export const early = <A>(work: () => Promise<A>): (() => Promise<A>) => {
  const started: Promise<A>[] = []
  before(() => {
    const result = queue.add(work)
    result.catch(() => {}) // the spec that awaits it reports the error
    started.push(result)
  })
  return () => started[0] ?? Promise.reject(new Error('the suite has not started'))
}
