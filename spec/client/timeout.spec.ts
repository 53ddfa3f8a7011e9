import { expect } from 'chai'
import type { CallOptions, ClientOptions } from '../../lib/index.ts'
import { clientOf, patiently, timedSend, until } from '../support/call.ts'
import { caught } from '../support/caught.ts'
import { leftOf, rightOf } from '../support/either.ts'
import { drip, endless, errorBody, type Fault, faultyServers, respondWith, silence, stuck } from '../support/faults.ts'
import { itEach } from '../support/it-each.ts'
import { json, minted } from '../support/server.ts'

const slow: readonly (readonly [title: string, fault: Fault])[] = [
  ['silence', silence],
  ['silence after the status line', stuck('HTTP/1.1 201 Created', '')],
  ['silence after the headers', stuck('HTTP/1.1 201 Created', 'content-length: 40', '', '')],
  ['headers that never end', drip('a: b\r\n', 'HTTP/1.1 201 Created', '')],
  ['a body that never ends', endless(201)],
  ['a 400 whose body never ends', endless(400)],
  ['a 503 whose body never ends', endless(503)],
]

/** Responds after so many milliseconds. */
const late = (ms: number): Fault => ({
  http: (response) => {
    const timer = setTimeout(() => json(response, 201, minted), ms)
    response.once('close', () => clearTimeout(timer))
  },
})

describe('Time limits:', () => {
  const served = faultyServers()

  describe('the deadline', () => {
    itEach('ends the call despite a longer timeout and more retries', slow, async ([, fault]) => {
      const server = await served(fault)
      const { result, took } = await timedSend(clientOf(server.url, { deadline: 120, retries: 100 }))
      expect(leftOf(result)).to.include({
        name: 'TimeoutError',
        message: 'POST /connect_sessions exceeded the deadline of 120 ms after 1 attempt. Try again later.',
        attempts: 1,
      })
      expect(leftOf(result).elapsedMs).to.be.within(110, 1900)
      expect(took).to.be.within(110, 2000)
    })

    it('ends a call whose attempts time out', async () => {
      const server = await served(silence)
      const client = clientOf(server.url, { timeout: 50, deadline: 1200, retries: 100 })
      const { result, took } = await timedSend(client)
      // The delays of about 250 and 500 ms fit, the next one of 1000 ms does not.
      expect(leftOf(result)).to.have.property('name', 'TimeoutError')
      expect(leftOf(result).attempts).to.be.within(2, 3)
      expect(took).to.be.below(3000)
    })

    it('shortens the last attempt', async () => {
      const server = await served(respondWith(503, errorBody(503, 'Busy'), { 'retry-after': '1' }), 1)
      const silent = await served(silence)
      const hosts = [server.url, silent.url]
      const started: number[] = []
      const client = clientOf(server.url, {
        deadline: 3000,
        onEvent: ({ type, elapsedMs }) => type === 'attempt' && started.push(elapsedMs),
        fetch: (url, init) => fetch(url.replace(server.url, hosts.shift() ?? silent.url), init),
      })
      const { result, took } = await timedSend(client)
      expect(leftOf(result)).to.include({ name: 'TimeoutError', attempts: 2 })
      expect(leftOf(result).message).to.contain('exceeded the deadline of 3000 ms after 2 attempts')
      expect(took).to.be.at.least(2990)
      // It started after a second, so two seconds remained.
      expect(took - (started[1] ?? 0)).to.be.below(2800)
    })

    it('ends the call immediately with the last error if the next delay exceeds it', async () => {
      // The delays are 250, 500, 1000 and 2000 milliseconds, give or take a quarter.
      const server = await served(respondWith(503, errorBody(503, 'Busy')))
      const { result, took } = await timedSend(clientOf(server.url, { deadline: 2600, retries: 100 }))
      expect(leftOf(result)).to.include({ name: 'ApiError', status: 503, attempts: 4 })
      expect(leftOf(result)).not.to.have.property('retryAfter')
      expect(took).to.be.below(2600)
      expect(server.requests).to.have.length(4)
    })
  })

  describe('the timeout', () => {
    it('starts again with each attempt', async () => {
      const observe = async (timeout: number) => {
        const server = await served(silence)
        const ended = await timedSend(clientOf(server.url, { timeout, deadline: 20_000, retries: 1 }))
        return { ...ended, timeout, requests: server.requests.length }
      }
      const { result, took, timeout, requests } = await patiently(400, observe, (observed) => observed.requests < 2)
      expect(leftOf(result)).to.include({ name: 'TimeoutError', attempts: 2 })
      expect(leftOf(result).message).to.contain(`exceeded the timeout of ${timeout} ms after 2 attempts`)
      expect(took).to.be.within(2 * (timeout - 10) + 180, 2 * timeout + 5000)
      expect(requests).to.equal(2)
    })

    it('does not start again with each byte of the response', async () => {
      const server = await served(endless(201))
      const { result, took } = await timedSend(clientOf(server.url, { timeout: 200, retries: 0 }))
      expect(leftOf(result)).to.include({ name: 'TimeoutError', attempts: 1 })
      expect(took).to.be.within(110, 2000)
    })

    it('allows a slow response that completes in time', async () => {
      const server = await served(late(200))
      const { result, took } = await timedSend(clientOf(server.url, { timeout: 5000, deadline: 5000 }))
      expect(rightOf(result).token).to.equal(minted.token)
      expect(took).to.be.above(190)
    })

    it('may be a fraction of a millisecond', async () => {
      const server = await served(silence)
      const { result } = await timedSend(clientOf(server.url, { timeout: 0.5, retries: 0 }))
      expect(leftOf(result)).to.include({ name: 'TimeoutError', attempts: 1 })
    })

    it('may be the longest delay of a timer', async () => {
      const server = await served(late(50))
      const maxTimeout = 2_147_483_647
      const { result } = await timedSend(clientOf(server.url, { timeout: maxTimeout, deadline: maxTimeout }))
      expect(rightOf(result).token).to.equal(minted.token)
    })
  })

  type Level = readonly [title: string, client: ClientOptions, call: CallOptions, says: string]
  const levels: readonly Level[] = [
    ['the timeout of the client', { timeout: 60 }, {}, 'timeout of 60 ms'],
    ['the timeout of the call', {}, { timeout: 60 }, 'timeout of 60 ms'],
    ['a shorter timeout of the call', { timeout: 9000 }, { timeout: 60 }, 'timeout of 60 ms'],
    ['a longer timeout of the call', { timeout: 10 }, { timeout: 120 }, 'timeout of 120 ms'],
    ['the timeout of the client if that of the call is undefined', { timeout: 60 }, { timeout: undefined }, 'of 60 ms'],
    ['the deadline of the client', { deadline: 60 }, {}, 'deadline of 60 ms'],
    ['a shorter deadline of the call', { deadline: 9000 }, { deadline: 60 }, 'deadline of 60 ms'],
    ['a longer deadline of the call', { deadline: 10 }, { deadline: 120 }, 'deadline of 120 ms'],
    [
      'the deadline of the client if that of the call is undefined',
      { deadline: 60 },
      { deadline: undefined },
      'of 60 ms',
    ],
  ]

  itEach('a call uses its own limits, or those of the client', levels, async ([, client, options, says]) => {
    const server = await served(silence)
    const { result, took } = await timedSend(clientOf(server.url, { retries: 0, ...client }), options)
    expect(leftOf(result)).to.include({ name: 'TimeoutError', attempts: 1 })
    expect(leftOf(result).message).to.contain(says)
    expect(took).to.be.below(4000)
  })

  it('get and authenticate use them', async () => {
    const server = await served(silence)
    const client = clientOf(server.url, { timeout: 60, retries: 0 })
    for (const sent of [client.get(4711), client.authenticate('tok.0123456789abcdef')])
      expect(await caught(sent)).to.include({ name: 'TimeoutError', attempts: 1 })
  })

  it('the timeout of one call does not affect another call of the client', async () => {
    const server = await served(silence, 1)
    const client = clientOf(server.url, { retries: 0 })
    const doomed = timedSend(client, { timeout: 500 })
    expect(await until(() => server.requests.length === 1)).to.equal(true)
    const { result } = await timedSend(client)
    expect(rightOf(result).token).to.equal(minted.token)
    expect(leftOf((await doomed).result)).to.have.property('name', 'TimeoutError')
  })
})
