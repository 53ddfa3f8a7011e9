import { expect } from 'chai'
import fc from 'fast-check'
import { type Fault, type Sandbox, sandbox } from '../lib/testing/index.ts'

// Doubles of fast-check's own are nearly all close to 0.
const rates = fc.integer({ min: 0, max: 100 }).map((percent) => percent / 100)

/** Faults with rates, and how many requests come before and after a reset. */
const plans = fc.record({
  seed: fc.maxSafeInteger(),
  faults: fc.array(
    fc.record({
      fault: fc.constantFrom<Fault>(429, 503, { status: 500, retryAfter: 1 }, 'html'),
      rate: rates,
    }),
    { minLength: 1, maxLength: 3 },
  ),
  count: fc.integer({ min: 1, max: 20 }),
})

type Faults = readonly { readonly fault: Fault; readonly rate: number }[]

const failAll = (api: Sandbox, faults: Faults): void => {
  for (const { fault, rate } of faults) api.fail(fault, { rate })
}

const statusesOf = async (api: Sandbox, count: number): Promise<readonly number[]> => {
  const statuses: number[] = []
  for (let index = 0; index < count; index += 1)
    statuses.push((await api.fetch('https://api.stackone.com/connect_sessions/1', {})).status)
  return statuses
}

/** What is answered where no fault hits: there is no key. */
const right = 401

describe('The seed of a sandbox', () => {
  it('decides which requests a rate hits: the same seed, the same ones', () =>
    fc.assert(
      fc.asyncProperty(plans, async ({ seed, faults, count }) => {
        const [one, two] = [sandbox({ seed }), sandbox({ seed })]
        failAll(one, faults)
        failAll(two, faults)
        expect(await statusesOf(one, count)).to.deep.equal(await statusesOf(two, count))
      }),
    ))

  it('begins again on reset', () =>
    fc.assert(
      fc.asyncProperty(plans, async ({ seed, faults, count }) => {
        const api = sandbox({ seed })
        failAll(api, faults)
        const first = await statusesOf(api, count)
        api.reset()
        failAll(api, faults)
        expect(await statusesOf(api, count)).to.deep.equal(first)
      }),
    ))

  it('never hits with a rate of 0, and always with a rate of 1', () =>
    fc.assert(
      fc.asyncProperty(plans, async ({ seed, count }) => {
        const [never, always] = [sandbox({ seed }), sandbox({ seed })]
        never.fail(503, { rate: 0 })
        always.fail(503, { rate: 1 })
        expect(await statusesOf(never, count)).to.deep.equal(Array(count).fill(right))
        expect(await statusesOf(always, count)).to.deep.equal(Array(count).fill(503))
      }),
    ))

  it('does not let what one rate hits move another', () =>
    fc.assert(
      fc.asyncProperty(plans, rates, async ({ seed, count }, rate) => {
        const hits = async (before: number): Promise<readonly boolean[]> => {
          const api = sandbox({ seed })
          api.fail(500, { rate: before })
          api.fail(503, { rate })
          return (await statusesOf(api, count)).map((status) => status === 503)
        }
        const [free, full] = [await hits(0), await hits(1)]
        expect(full).to.deep.equal(Array(count).fill(false))
        const half = await hits(0.5)
        // Where the first rate leaves a request alone, the second decides as if it were not there.
        expect(half.filter((hit, index) => hit && !free[index])).to.deep.equal([])
      }),
    ))

  it('is 1 unless told otherwise, and another one hits others', async () => {
    const hit = async (api: Sandbox) => {
      api.fail(503, { rate: 0.5 })
      return statusesOf(api, 64)
    }
    const first = await hit(sandbox())
    expect(await hit(sandbox({ seed: 1 }))).to.deep.equal(first)
    expect(await hit(sandbox({ seed: 2 }))).not.to.deep.equal(first)
  })

  // A test of a user's that was right with one version of this library is so with the next.
  const hits: readonly (readonly [number, string])[] = [
    [1, '.x...x......x.xx.x..xxx...xx...x....x.x..xx..xxx..x.........'],
    [7, 'xx.....x..xx..x.x.x.x.xxxx..x........xx..xx.........xx..x..x'],
    [-3, '..x..x.x.x.xxx.x.x....x....x....x.....x.x.....x....x.x.x.x..'],
    [1099511627776, 'xxxx......xx.......xx..x.....x..xx.x.xx...........x.x....xxx'],
  ]
  for (const [seed, hit] of hits)
    it(`hits the same requests in every version: ${seed}`, async () => {
      const api = sandbox({ seed })
      api.fail(503, { rate: 0.3 })
      const statuses = await statusesOf(api, hit.length)
      expect(statuses.map((status) => (status === 503 ? 'x' : '.')).join('')).to.equal(hit)
    })

  for (const rate of [0.1, 0.5, 0.9])
    it(`hits about ${rate} of many requests`, async () => {
      const api = sandbox()
      api.fail(503, { rate })
      const statuses = await statusesOf(api, 2000)
      expect(statuses.filter((status) => status === 503).length / 2000).to.be.within(rate - 0.04, rate + 0.04)
    })
})
