import { expect } from 'chai'
import { type ClientEvent, createClient, session } from '../../lib/index.ts'
import { httpServer, json, minted } from '../support/server.ts'
import { report } from './report.ts'

const crowd = 1000
const seed = 20260101

/** Pseudo-random numbers from 0 to 1, the same in each run: mulberry32. */
const randoms = (from: number): (() => number) => {
  const state = { at: from }
  return () => {
    state.at = (state.at + 0x6d2b79f5) | 0
    const mixed = Math.imul(state.at ^ (state.at >>> 15), 1 | state.at)
    const again = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((again ^ (again >>> 14)) >>> 0) / 2 ** 32
  }
}

describe('1,000 calls at once', () => {
  it('all give their session, against a server that drops one in ten and is busy for six in a hundred', async () => {
    const next = randoms(seed)
    const fates = { dropped: 0, busy: 0, minted: 0 }
    const server = await httpServer(({ body }, response) => {
      const fate = next()
      if (fate < 0.1) {
        fates.dropped += 1
        response.socket?.destroy()
      } else if (fate < 0.16) {
        fates.busy += 1
        json(response, 503, { statusCode: 503, message: 'Busy' })
      } else {
        fates.minted += 1
        const { origin_owner_id } = JSON.parse(body)
        json(response, 201, { ...minted, origin_owner_id, token: `tok.${origin_owner_id}` })
      }
    })
    const counted: Record<ClientEvent['type'], number> = { attempt: 0, retry: 0, reply: 0, drift: 0, failure: 0 }
    const client = createClient({
      apiKey: 'v1.eu1.0123456789abcdef',
      baseUrl: server.url,
      timeout: 60_000,
      deadline: 120_000,
      retries: 8,
      onEvent: ({ type }) => {
        counted[type] += 1
      },
    })
    const owners = Array.from({ length: crowd }, (_, index) => `acme-${index}`)
    const started = performance.now()
    try {
      const results = await Promise.allSettled(owners.map((id) => session().owner(id, 'Acme Inc.').send(client)))
      const seconds = (performance.now() - started) / 1000
      const tokens = results.map((result) => (result.status === 'fulfilled' ? result.value.token : result.reason))
      report(
        `${crowd} calls at once in ${seconds.toFixed(1)} s: ${tokens.length} tokens, ${counted.failure} failures`,
        `${counted.attempt} attempts, ${counted.retry} of them retries`,
        `${fates.dropped} dropped, ${fates.busy} busy, ${fates.minted} minted, of ${server.requests.length} requests`,
      )
      // Each caller has its own token, and not another's.
      expect(tokens).to.deep.equal(owners.map((id) => `tok.${id}`))
      expect(counted).to.include({ reply: crowd, drift: 0, failure: 0 })
      expect(counted.attempt).to.equal(crowd + counted.retry)
      // A connection that was kept alive may be dropped with a request of another one under way, unseen by the server.
      expect(counted.retry).to.be.at.least(fates.dropped + fates.busy)
      expect(fates.dropped).to.be.within(50, 200)
      expect(fates.busy).to.be.within(30, 130)
      expect(fates.minted).to.equal(crowd)
    } finally {
      await server.close()
    }
  })
})
