import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect } from 'chai'
import { createClient, isSessionError, session } from '../../../lib/index.ts'
import { sandbox } from '../../../lib/testing/index.ts'
import { report } from './report.ts'

const calls = 100_000
const warmUp = 5_000
/** Concurrent calls. The sandbox is reset after each batch. */
const batchSize = 20
/** The allowed growth of the heap in bytes: about 20 per call, less than any object of a call. */
const maxGrowth = 2 * 1024 * 1024

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

const heap = async (): Promise<number> => {
  // Objects that are finalized in one collection are freed by the next.
  for (let round = 0; round < 5; round += 1) {
    await new Promise((resolve) => setImmediate(resolve))
    collectGarbage()
  }
  return process.memoryUsage().heapUsed
}

const MiB = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(2)} MiB`

const acme = session().owner('acme-42', 'Acme Inc.').categories('ats', 'hris').metadata({ plan: 'pro' })
const invalid = acme.label(' ')

describe('100,000 calls to the sandbox', () => {
  it('do not grow the heap', async () => {
    const api = sandbox({ apiKey: 'v1.eu1.0123456789abcdef' })
    const { signal } = new AbortController()
    const client = createClient({ apiKey: 'v1.eu1.0123456789abcdef', fetch: api.fetch })
    const otherClient = createClient({ apiKey: 'v1.eu1.another-key', fetch: api.fetch })

    /** One call in ten fails, in one of two ways. Half of the calls share a long-lived signal. */
    const call = async (number: number): Promise<'created' | 'rejected'> => {
      const options = number % 2 === 0 ? { signal } : {}
      try {
        if (number % 20 === 7) await invalid.send(client, options)
        else if (number % 20 === 17) await acme.send(otherClient, options)
        else await acme.send(client, options)
        return 'created'
      } catch (error) {
        if (isSessionError(error)) return 'rejected'
        throw error
      }
    }

    const run = async (count: number): Promise<Record<'created' | 'rejected', number>> => {
      const sum = { created: 0, rejected: 0 }
      for (let done = 0; done < count; done += batchSize) {
        const outcomes = await Promise.all(Array.from({ length: batchSize }, (_, index) => call(done + index)))
        for (const outcome of outcomes) sum[outcome] += 1
        api.reset()
        // The platform frees collected objects between tasks, and in-process calls never yield to one.
        await new Promise((resolve) => setImmediate(resolve))
      }
      return sum
    }

    await run(warmUp)
    const before = await heap()
    const started = performance.now()
    const sum = await run(calls)
    const seconds = (performance.now() - started) / 1000
    const after = await heap()

    report(
      `${calls} calls in ${seconds.toFixed(1)} s: ${sum.created} created, ${sum.rejected} rejected`,
      `heap before ${MiB(before)}, after ${MiB(after)}: ${((after - before) / calls).toFixed(2)} bytes per call`,
    )
    expect(sum).to.deep.equal({ created: calls * 0.9, rejected: calls * 0.1 })
    expect(after - before).to.be.below(maxGrowth)
  })
})
