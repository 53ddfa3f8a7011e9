import { expect } from 'chai'
import type { CallOptions, ClientOptions } from '../lib/index.ts'
import { call, clientOf, doors, patiently, until } from './support/call.ts'
import { caught } from './support/caught.ts'
import { leftOf, rightOf } from './support/either.ts'
import { answered, drip, endless, errorBody, type Fault, faultyServers, silence, stuck } from './support/faults.ts'
import { json, minted } from './support/server.ts'

const slow: readonly (readonly [title: string, fault: Fault])[] = [
  ['silence', silence],
  ['silence after the status line', stuck('HTTP/1.1 201 Created', '')],
  ['silence after the headers', stuck('HTTP/1.1 201 Created', 'content-length: 40', '', '')],
  ['headers that drip for ever', drip('a: b\r\n', 'HTTP/1.1 201 Created', '')],
  ['a body that drips for ever', endless(201)],
  ['a 400 whose body never ends', endless(400)],
  ['a 503 whose body never ends', endless(503)],
]

/** Answers only after so many milliseconds. */
const late = (ms: number): Fault => ({
  http: (response) => {
    const timer = setTimeout(() => json(response, 201, minted), ms)
    response.once('close', () => clearTimeout(timer))
  },
})

describe('The limits of time', () => {
  const served = faultyServers()

  describe('deadline', () => {
    for (const door of doors)
      for (const [title, fault] of slow)
        it(`ends ${door}, whatever the timeout and the retries say: ${title}`, async () => {
          const server = await served(fault)
          const { result, took } = await call(door, clientOf(server.url, { deadline: 120, retries: 100 }))
          expect(leftOf(result)).to.include({ name: 'TimeoutError', attempts: 1 })
          expect(leftOf(result).message).to.contain('POST /connect_sessions').and.contain('the deadline of 120 ms')
          expect(leftOf(result).elapsedMs).to.be.within(110, 1900)
          expect(took).to.be.within(110, 2000)
        })

    it('ends a call whose attempts each time out', async () => {
      const server = await served(silence)
      const client = clientOf(server.url, { timeout: 50, deadline: 1200, retries: 100 })
      const { result, took } = await call('send', client)
      // The waits of 250 and 500 ms fit, give or take; the next one of 1000 ms does not.
      expect(leftOf(result)).to.have.property('name', 'TimeoutError')
      expect(leftOf(result).attempts).to.be.within(2, 3)
      expect(took).to.be.below(3000)
    })

    it('cuts the last attempt short', async () => {
      const server = await served(answered(503, errorBody(503, 'Busy'), { 'retry-after': '1' }), 1)
      const silent = await served(silence)
      const hosts = [server.url, silent.url]
      const begun: number[] = []
      const client = clientOf(server.url, {
        deadline: 3000,
        onEvent: ({ type, elapsedMs }) => type === 'attempt' && begun.push(elapsedMs),
        fetch: (url, init) => fetch(url.replace(server.url, hosts.shift() ?? silent.url), init),
      })
      const { result, took } = await call('send', client)
      expect(leftOf(result)).to.include({ name: 'TimeoutError', attempts: 2 })
      expect(leftOf(result).message).to.contain('the deadline of 3000 ms, in 2 attempts')
      expect(took).to.be.at.least(2990)
      // It began after a second, and had two more, not a deadline of its own.
      expect(took - (begun[1] ?? 0)).to.be.below(2800)
    })

    it('fails at once, with the last error, when the next wait does not fit', async () => {
      // After five attempts without one, a wait of its own is 8 seconds, a quarter less at the least.
      const waits = Array.from({ length: 5 }, () => ({ 'retry-after': '0' }))
      const server = await served({
        http: (response) => json(response, 503, errorBody(503, 'Busy'), waits.shift() ?? {}),
      })
      const { result, took } = await call('send', clientOf(server.url, { deadline: 5000, retries: 100 }))
      expect(leftOf(result)).to.include({ name: 'ApiError', status: 503, attempts: 6 })
      expect(leftOf(result)).not.to.have.property('retryAfter')
      expect(took).to.be.below(5000)
      expect(server.requests).to.have.length(6)
    })
  })

  describe('timeout', () => {
    it('begins anew for each attempt', async () => {
      const observe = async (timeout: number) => {
        const server = await served(silence)
        const ended = await call('send', clientOf(server.url, { timeout, deadline: 20_000, retries: 1 }))
        return { ...ended, timeout, requests: server.requests.length }
      }
      const { result, took, timeout, requests } = await patiently(400, observe, (observed) => observed.requests < 2)
      expect(leftOf(result)).to.include({ name: 'TimeoutError', attempts: 2 })
      expect(leftOf(result).message).to.contain(`the timeout of ${timeout} ms, in 2 attempts`)
      expect(took).to.be.within(2 * (timeout - 10) + 180, 2 * timeout + 5000)
      expect(requests).to.equal(2)
    })

    it('speaks of one attempt in the singular', async () => {
      const server = await served(silence)
      const { result } = await call('send', clientOf(server.url, { timeout: 50, retries: 0 }))
      expect(leftOf(result).message).to.contain('in 1 attempt.')
    })

    it('does not begin anew with each byte of the answer', async () => {
      const server = await served(endless(201))
      const { result, took } = await call('send', clientOf(server.url, { timeout: 200, retries: 0 }))
      expect(leftOf(result)).to.include({ name: 'TimeoutError', attempts: 1 })
      expect(took).to.be.within(110, 2000)
    })

    it('lets an answer through that is slow, but in time', async () => {
      const server = await served(late(200))
      const { result, took } = await call('send', clientOf(server.url, { timeout: 5000, deadline: 5000 }))
      expect(rightOf(result).token).to.equal(minted.token)
      expect(took).to.be.above(190)
    })

    it('may be a fraction of a millisecond', async () => {
      const server = await served(silence)
      const { result } = await call('send', clientOf(server.url, { timeout: 0.5, retries: 0 }))
      expect(leftOf(result)).to.include({ name: 'TimeoutError', attempts: 1 })
    })

    it('may be as long as a timer can be', async () => {
      const server = await served(late(50))
      const longest = 2_147_483_647
      const { result } = await call('send', clientOf(server.url, { timeout: longest, deadline: longest }))
      expect(rightOf(result).token).to.equal(minted.token)
    })
  })

  interface Level {
    readonly title: string
    readonly client?: ClientOptions
    readonly call?: CallOptions
    readonly attempts: number
    readonly says: string
  }

  const levels: readonly Level[] = [
    { title: 'timeout of the client', client: { timeout: 60, retries: 0 }, attempts: 1, says: 'timeout of 60 ms' },
    { title: 'timeout of the call', call: { timeout: 60, retries: 0 }, attempts: 1, says: 'timeout of 60 ms' },
    {
      title: 'timeout of the call over that of the client',
      client: { timeout: 9000, retries: 0 },
      call: { timeout: 60 },
      attempts: 1,
      says: 'timeout of 60 ms',
    },
    {
      title: 'a longer timeout of the call over that of the client',
      client: { timeout: 10, retries: 0 },
      call: { timeout: 120 },
      attempts: 1,
      says: 'timeout of 120 ms',
    },
    {
      title: 'the client when the call says undefined',
      client: { timeout: 60, retries: 0, deadline: 9000 },
      call: { timeout: undefined, retries: undefined, deadline: undefined },
      attempts: 1,
      says: 'timeout of 60 ms',
    },
    { title: 'deadline of the client', client: { deadline: 60 }, attempts: 1, says: 'deadline of 60 ms' },
    { title: 'deadline of the call', call: { deadline: 60 }, attempts: 1, says: 'deadline of 60 ms' },
    {
      title: 'deadline of the call over that of the client',
      client: { deadline: 9000 },
      call: { deadline: 60 },
      attempts: 1,
      says: 'deadline of 60 ms',
    },
    {
      title: 'a longer deadline of the call over that of the client',
      client: { deadline: 10 },
      call: { deadline: 120 },
      attempts: 1,
      says: 'deadline of 120 ms',
    },
    {
      title: 'retries of the call over those of the client',
      client: { timeout: 60, retries: 0 },
      call: { retries: 1 },
      attempts: 2,
      says: 'in 2 attempts',
    },
    {
      title: 'no retries of the call over those of the client',
      client: { timeout: 60, retries: 5 },
      call: { retries: 0 },
      attempts: 1,
      says: 'in 1 attempt.',
    },
  ]

  for (const { title, client, call: options, attempts, says } of levels)
    it(`obey ${title}`, async () => {
      const server = await served(silence)
      const { result, took } = await call('send', clientOf(server.url, client), options)
      expect(leftOf(result)).to.include({ name: 'TimeoutError', attempts })
      expect(leftOf(result).message).to.contain(says)
      expect(took).to.be.below(4000)
    })

  it('hold for get and authenticate as well', async () => {
    const server = await served(silence)
    const client = clientOf(server.url, { timeout: 60, retries: 0 })
    for (const sent of [client.get(4711), client.authenticate('tok.0123456789abcdef')])
      expect(await caught(sent)).to.include({ name: 'TimeoutError', attempts: 1 })
  })

  it('leave one call of a client alone when another one is late', async () => {
    const server = await served(silence, 1)
    const client = clientOf(server.url, { retries: 0 })
    const doomed = call('send', client, { timeout: 500 })
    expect(await until(() => server.requests.length === 1)).to.equal(true)
    const { result } = await call('send', client)
    expect(rightOf(result).token).to.equal(minted.token)
    expect(leftOf((await doomed).result)).to.have.property('name', 'TimeoutError')
  })
})
