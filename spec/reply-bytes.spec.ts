import { expect } from 'chai'
import fc from 'fast-check'
import { call, clientOf, doors } from './support/call.ts'
import { minted } from './support/server.ts'
import { stub } from './support/stub.ts'

const good = new TextEncoder().encode(JSON.stringify(minted))

/** The good body with some bytes changed, and cut off somewhere, or not at all. */
const damaged = fc
  .record({
    changes: fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 4 }),
    length: fc.oneof({ weight: 3, arbitrary: fc.constant(good.length) }, fc.nat(good.length)),
  })
  .map(({ changes, length }) => {
    const bytes = good.slice()
    for (const [at, byte] of changes) bytes[at] = byte
    return bytes.slice(0, length)
  })

const json = fc.jsonValue({ maxDepth: 4 })
const withToken = fc
  .tuple(fc.dictionary(fc.oneof(fc.string(), fc.constantFrom(...Object.keys(minted), '__proto__')), json), fc.string())
  .map(([members, token]) => ({ ...members, token }))

const bodies = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  damaged,
  fc.oneof(json, withToken).map((value) => new TextEncoder().encode(JSON.stringify(value))),
)

/** The token that is in a body, by the platform's own reading of it. */
const tokenIn = (bytes: Uint8Array): string | undefined => {
  try {
    const { token } = Object(JSON.parse(new TextDecoder().decode(bytes)))
    return typeof token === 'string' && token !== '' ? token : undefined
  } catch {
    return undefined
  }
}

describe('A reply of any bytes', () => {
  const statuses = fc.constantFrom(200, 201, 299, 400, 401, 404, 429, 500)

  it('ends in its token if there is one in a success, and else in an error of the library', async () => {
    const outcomes = { token: 0, error: 0 }
    await fc.assert(
      fc.asyncProperty(bodies, statuses, fc.constantFrom(...doors), async (bytes, status, door) => {
        const { fetch } = stub(() => new Response(bytes, { status }))
        const { result } = await call(door, clientOf('http://127.0.0.1:9', { fetch, retries: 0 }))
        const expected = status < 300 ? tokenIn(bytes) : undefined
        outcomes[expected === undefined ? 'error' : 'token'] += 1
        expect(result._tag === 'Right' ? result.right.token : undefined).to.equal(expected)
        expect(Object.keys(Object.prototype)).to.deep.equal([])
      }),
      { numRuns: 1000 },
    )
    expect(Math.min(outcomes.token, outcomes.error)).to.be.above(50)
  })
})
