import { availableParallelism } from 'node:os'
import PQueue from 'p-queue'

const queue = new PQueue({ concurrency: availableParallelism() + 1 })

/**
 * Starts work when the suite begins, a few at a time, and gives it to the spec that asks: most of the time of a process
 * is its start, and these start side by side.
 */
export const early = <A>(work: () => Promise<A>): (() => Promise<A>) => {
  const started: Promise<A>[] = []
  before(() => {
    const result = queue.add(work)
    result.catch(() => {}) // the spec that asks is told
    started.push(result)
  })
  return () => started[0] ?? Promise.reject(new Error('the suite has not begun'))
}
