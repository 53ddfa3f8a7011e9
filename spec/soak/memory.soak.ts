import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect } from 'chai'
import { createClient, isSessionError, session } from '../../lib/index.ts'
import { sandbox } from '../../lib/testing/index.ts'
import { report } from './report.ts'

const calls = 100_000
const warmUp = 5_000
/** Calls at once; the sandbox forgets them after each such batch. */
const batch = 20
/** What the heap may grow by over all calls, in bytes: twenty for each, and nothing that a call makes is as small. */
const bound = 2 * 1024 * 1024

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

const heap = async (): Promise<number> => {
  // What is finalised in one collection is freed by the next.
  for (let round = 0; round < 5; round += 1) {
    await new Promise((resolve) => setImmediate(resolve))
    collect()
  }
  return process.memoryUsage().heapUsed
}

const MiB = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(2)} MiB`

const acme = session().owner('acme-42', 'Acme Inc.').categories('ats', 'hris').metadata({ plan: 'pro' })
const invalid = acme.label(' ')

describe('100,000 calls against the sandbox', () => {
  it('leave the heap where it was', async () => {
    const api = sandbox({ apiKey: 'v1.eu1.0123456789abcdef' })
    const { signal } = new AbortController()
    const client = createClient({ apiKey: 'v1.eu1.0123456789abcdef', fetch: api.fetch })
    const stranger = createClient({ apiKey: 'v1.eu1.somebody-else', fetch: api.fetch })

    /** One in ten fails, in one of two ways; half of them were given a signal that lives on. */
    const make = async (number: number): Promise<'minted' | 'refused'> => {
      const options = number % 2 === 0 ? { signal } : {}
      try {
        if (number % 20 === 7) await invalid.send(client, options)
        else if (number % 20 === 17) await acme.send(stranger, options)
        else await acme.send(client, options)
        return 'minted'
      } catch (error) {
        if (isSessionError(error)) return 'refused'
        throw error
      }
    }

    const run = async (count: number): Promise<Record<'minted' | 'refused', number>> => {
      const sum = { minted: 0, refused: 0 }
      for (let done = 0; done < count; done += batch) {
        const outcomes = await Promise.all(Array.from({ length: batch }, (_, index) => make(done + index)))
        for (const outcome of outcomes) sum[outcome] += 1
        api.reset()
        // The platform lets go of what was collected between two tasks, and calls in this process need none.
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
      `${calls} calls in ${seconds.toFixed(1)} s: ${sum.minted} minted, ${sum.refused} refused`,
      `heap before ${MiB(before)}, after ${MiB(after)}: ${((after - before) / calls).toFixed(2)} bytes for each call`,
    )
    expect(sum).to.deep.equal({ minted: calls * 0.9, refused: calls * 0.1 })
    expect(after - before).to.be.below(bound)
  })
})
