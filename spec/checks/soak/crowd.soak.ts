import { expect } from 'chai'
import { type ClientEvent, createClient, session } from '../../../lib/index.ts'
import { httpServer, json, minted } from '../../support/server.ts'
import { report } from './report.ts'

const concurrency = 1000
const seed = 20260101

/** Returns a generator of reproducible pseudo-random numbers from 0 to 1 (mulberry32). */
const createRandom = (seed: number): (() => number) => {
  const state = { value: seed }
  return () => {
    state.value = (state.value + 0x6d2b79f5) | 0
    const mixed = Math.imul(state.value ^ (state.value >>> 15), 1 | state.value)
    const final = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((final ^ (final >>> 14)) >>> 0) / 2 ** 32
  }
}

describe('1,000 concurrent calls', () => {
  it('all resolve with their session, although 10 % of the connections are dropped and 6 % of the responses are 503', async () => {
    const next = createRandom(seed)
    const outcomes = { dropped: 0, busy: 0, created: 0 }
    const server = await httpServer(({ body }, response) => {
      const random = next()
      if (random < 0.1) {
        outcomes.dropped += 1
        response.socket?.destroy()
      } else if (random < 0.16) {
        outcomes.busy += 1
        json(response, 503, { statusCode: 503, message: 'Busy' })
      } else {
        outcomes.created += 1
        const { origin_owner_id } = JSON.parse(body)
        json(response, 201, { ...minted, origin_owner_id, token: `tok.${origin_owner_id}` })
      }
    })
    const counts: Record<ClientEvent['type'], number> = { attempt: 0, retry: 0, response: 0, drift: 0, failure: 0 }
    const client = createClient({
      apiKey: 'v1.eu1.0123456789abcdef',
      baseUrl: server.url,
      timeout: 60_000,
      deadline: 120_000,
      retries: 8,
      onEvent: ({ type }) => {
        counts[type] += 1
      },
    })
    const owners = Array.from({ length: concurrency }, (_, index) => `acme-${index}`)
    const started = performance.now()
    try {
      const results = await Promise.allSettled(owners.map((id) => session().owner(id, 'Acme Inc.').send(client)))
      const seconds = (performance.now() - started) / 1000
      const tokens = results.map((result) => (result.status === 'fulfilled' ? result.value.token : result.reason))
      report(
        `${concurrency} concurrent calls in ${seconds.toFixed(1)} s: ${tokens.length} tokens, ${counts.failure} failures`,
        `${counts.attempt} attempts, ${counts.retry} of them retries`,
        `${outcomes.dropped} dropped, ${outcomes.busy} busy, ${outcomes.created} created, of ${server.requests.length} requests`,
      )
      // Each call resolves with the token of its owner.
      expect(tokens).to.deep.equal(owners.map((id) => `tok.${id}`))
      expect(counts).to.include({ response: concurrency, drift: 0, failure: 0 })
      expect(counts.attempt).to.equal(concurrency + counts.retry)
      // Dropping a reused connection may lose a request that the server has not seen.
      expect(counts.retry).to.be.at.least(outcomes.dropped + outcomes.busy)
      expect(outcomes.dropped).to.be.within(50, 200)
      expect(outcomes.busy).to.be.within(30, 130)
      expect(outcomes.created).to.equal(concurrency)
    } finally {
      await server.close()
    }
  })
})
