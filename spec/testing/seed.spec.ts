import { expect } from 'chai'
import fc from 'fast-check'
import { type Fault, type Sandbox, sandbox } from '../../lib/testing/index.ts'
import { itEach } from '../support/it-each.ts'

// Percentages, because nearly all doubles of fast-check are close to 0.
const rates = fc.integer({ min: 0, max: 100 }).map((percent) => percent / 100)

/** A seed, faults with rates, and a number of requests. */
const plans = fc.record({
  seed: fc.maxSafeInteger(),
  faults: fc.array(
    fc.record({ fault: fc.constantFrom<Fault>(429, 503, { status: 500, retryAfter: 1 }, 'html'), rate: rates }),
    { minLength: 1, maxLength: 3 },
  ),
  count: fc.integer({ min: 1, max: 20 }),
})

const statusesOf = async (api: Sandbox, count: number): Promise<readonly number[]> => {
  const statuses: number[] = []
  for (let index = 0; index < count; index += 1)
    statuses.push((await api.fetch('https://api.stackone.com/connect_sessions/1', {})).status)
  return statuses
}

/** The status without a fault, because the requests have no key. */
const unauthorized = 401

describe('The seed of a sandbox', () => {
  it('determines which requests a rate hits, and restarts on reset', () =>
    fc.assert(
      fc.asyncProperty(plans, async ({ seed, faults, count }) => {
        const play = (api: Sandbox): Promise<readonly number[]> => {
          for (const { fault, rate } of faults) api.fail(fault, { rate })
          return statusesOf(api, count)
        }
        const api = sandbox({ seed })
        const first = await play(api)
        expect(await play(sandbox({ seed }))).to.deep.equal(first)
        api.reset()
        expect(await play(api)).to.deep.equal(first)
      }),
    ))

  it('never hits with a rate of 0 and always hits with a rate of 1', () =>
    fc.assert(
      fc.asyncProperty(plans, async ({ seed, count }) => {
        const [never, always] = [sandbox({ seed }), sandbox({ seed })]
        never.fail(503, { rate: 0 })
        always.fail(503, { rate: 1 })
        expect(await statusesOf(never, count)).to.deep.equal(Array(count).fill(unauthorized))
        expect(await statusesOf(always, count)).to.deep.equal(Array(count).fill(503))
      }),
    ))

  it('gives each rate independent draws', () =>
    fc.assert(
      fc.asyncProperty(plans, rates, async ({ seed, count }, rate) => {
        const hits = async (firstRate: number): Promise<readonly boolean[]> => {
          const api = sandbox({ seed })
          api.fail(500, { rate: firstRate })
          api.fail(503, { rate })
          return (await statusesOf(api, count)).map((status) => status === 503)
        }
        const [alone, hidden] = [await hits(0), await hits(1)]
        expect(hidden).to.deep.equal(Array(count).fill(false))
        const half = await hits(0.5)
        // A request that the first rate misses meets the second fault only if it does so alone.
        expect(half.filter((hit, index) => hit && !alone[index])).to.deep.equal([])
      }),
    ))

  // The users' tests rely on these sequences.
  const sequences: readonly (readonly [number | undefined, string])[] = [
    [1, '.x...x......x.xx.x..xxx...xx...x....x.x..xx..xxx..x.........'],
    [undefined, '.x...x......x.xx.x..xxx...xx...x....x.x..xx..xxx..x.........'],
    [7, 'xx.....x..xx..x.x.x.x.xxxx..x........xx..xx.........xx..x..x'],
    [-3, '..x..x.x.x.xxx.x.x....x....x....x.....x.x.....x....x.x.x.x..'],
    [1099511627776, 'xxxx......xx.......xx..x.....x..xx.x.xx...........x.x....xxx'],
  ]
  itEach('hits the same requests in every version, and is 1 by default', sequences, async ([seed, sequence]) => {
    const api = sandbox({ seed })
    api.fail(503, { rate: 0.3 })
    const statuses = await statusesOf(api, sequence.length)
    expect(statuses.map((status) => (status === 503 ? 'x' : '.')).join('')).to.equal(sequence)
  })
})
