import { createServer } from 'node:http'
import { expect } from 'chai'
import type { CallOptions, ClientEvent, ClientOptions, SessionError } from '../lib/index.ts'
import { call, clientOf, doors, type Ended, patiently, pooled } from './support/call.ts'
import { caught } from './support/caught.ts'
import { leftOf, rightOf } from './support/either.ts'
import {
  answered,
  closed,
  closedPort,
  drip,
  endless,
  errorBody,
  type Fault,
  type FaultyServer,
  faulty,
  reset,
  silence,
  stuck,
} from './support/faults.ts'
import { json, minted } from './support/server.ts'

interface Retry {
  readonly error: SessionError['name']
  readonly status?: number
  readonly waitMs: number
  readonly attempt: number
}

const retriesIn = (events: readonly ClientEvent[]): readonly Retry[] =>
  events.flatMap((event) => (event.type === 'retry' ? [event] : []))

/** The library's own wait before a retry, from its first: it doubles, and a quarter more or less keeps callers apart. */
const expectOwnWait = (waitMs: number, nth: number): void => {
  const middle = Math.min(8000, 250 * 2 ** (nth - 1))
  expect(waitMs).to.be.within(middle * 0.75, middle * 1.25)
}

const created = ['HTTP/1.1 201 Created', 'content-type: application/json']

interface Passing {
  readonly title: string
  readonly fault: Fault
  readonly error: SessionError['name']
  readonly status?: number
}

const passing: readonly Passing[] = [
  ...[408, 429, 502, 503, 504].map((status) => ({
    title: `a ${status}`,
    fault: answered(status, errorBody(status, 'Later')),
    error: 'ApiError' as const,
    status,
  })),
  { title: 'a 502 in HTML', fault: answered(502, '<h1>Bad Gateway</h1>'), error: 'ApiError', status: 502 },
  { title: 'a 503 without a body', fault: answered(503, ''), error: 'ApiError', status: 503 },
  ...[
    { title: 'a reset', fault: reset() },
    { title: 'a reset after the headers', fault: reset(...created, 'content-length: 40', '', '') },
    { title: 'a reset in mid-body', fault: reset(...created, 'content-length: 400', '', '{"token":"lost') },
    { title: 'an end before any byte', fault: closed() },
    { title: 'a cut body', fault: closed(...created, 'content-length: 400', '', '{"token":"lost') },
    { title: 'a cut chunked body', fault: closed(...created, 'transfer-encoding: chunked', '', 'ff', '{"token":"lo') },
    { title: 'a 400 that is cut', fault: closed('HTTP/1.1 400 Bad Request', 'content-length: 400', '', '{"mess') },
    { title: 'garbage', fault: closed('Hello', '', '') },
  ].map((fault) => ({ ...fault, error: 'NetworkError' as const })),
  ...[
    { title: 'silence', fault: silence },
    { title: 'silence after the headers', fault: stuck(...created, 'content-length: 40', '', '') },
    { title: 'headers that drip for ever', fault: drip('a: b\r\n', ...created, '') },
    { title: 'a body that drips for ever', fault: endless(201) },
    { title: 'a 401 whose body never ends', fault: endless(401) },
  ].map((fault) => ({ ...fault, error: 'TimeoutError' as const })),
]

interface Observed extends Ended {
  readonly requests: number
  readonly events: readonly ClientEvent[]
}

const observe = async (fault: Fault, times: number, options: ClientOptions): Promise<Observed> => {
  const events: ClientEvent[] = []
  const server = await faulty(fault, times)
  try {
    const ended = await call('send', clientOf(server.url, { onEvent: (event) => events.push(event), ...options }))
    return { ...ended, requests: server.requests.length, events }
  } finally {
    await server.close()
  }
}

describe('A retry', () => {
  describe('gives a session', function () {
    this.timeout(30_000)
    const runs = passing.flatMap((one) => [1, 2].map((times) => ({ one, times })))
    let observed: readonly Promise<Observed>[] = []

    before(() => {
      observed = pooled(
        16,
        runs.map(({ one, times }) => () => {
          const wait = (timeout: number) => observe(one.fault, times, { timeout, deadline: 20_000, retries: 2 })
          if (one.error !== 'TimeoutError') return wait(20_000)
          // The good answer, too, may have come too late: for one of the attempts, or for the last one.
          const wasBusy = ({ result, requests, events }: Observed): boolean =>
            requests <= times || retriesIn(events).length > times || result._tag === 'Left'
          return patiently(400, wait, wasBusy)
        }),
      )
    })

    after(() => Promise.allSettled(observed))

    for (const [index, { one, times }] of runs.entries())
      it(`after ${one.title}${times === 2 ? ', and another' : ''}`, async () => {
        const { result, requests, events } = await (observed[index] ?? Promise.reject(new Error('not begun')))
        expect(rightOf(result).token).to.equal(minted.token)
        expect(requests).to.equal(times + 1)
        const wanted = ['attempt', ...Array.from({ length: times }, () => ['retry', 'attempt']).flat(), 'reply']
        expect(events.map(({ type }) => type)).to.deep.equal(wanted)
        for (const [nth, retry] of retriesIn(events).entries()) {
          expect(retry).to.include({ attempt: nth + 1, error: one.error })
          expect(retry.status).to.equal(one.status)
          expectOwnWait(retry.waitMs, nth + 1)
        }
        // The waits are kept; a timer may be a little early.
        const waited = retriesIn(events).reduce((sum, { waitMs }) => sum + waitMs, 0)
        expect(events.at(-1)?.elapsedMs).to.be.at.least(Math.floor(waited) - 5)
        expect(events.at(-1)).to.include({ type: 'reply', attempt: times + 1, status: 201 })
      })
  })

  it('gives a session once the server listens again', async () => {
    const revived = createServer((_, response) => json(response, 201, minted))
    const closed = await closedPort()
    const events: ClientEvent[] = []
    const onEvent = (event: ClientEvent): void => {
      events.push(event)
      if (event.type !== 'retry' || event.attempt !== 1) return
      // It is let go of at once, and was held for us until this moment.
      void closed.close()
      revived.listen(Number(new URL(closed.url).port), '127.0.0.1')
    }
    try {
      const { result } = await call('send', clientOf(closed.url, { onEvent }))
      expect(rightOf(result).token).to.equal(minted.token)
      expect(retriesIn(events)[0]).to.include({ error: 'NetworkError' })
    } finally {
      revived.closeAllConnections()
      await new Promise((resolve) => revived.close(resolve))
    }
  })

  it('gives a session after a fault of each kind', async () => {
    const faults = [answered(503, '', { 'retry-after': '0' }), closed(), answered(429, '', { 'retry-after': '0' })]
    const servers = await Promise.all([...faults.map((fault) => faulty(fault)), faulty(silence, 0)])
    const left = servers.map(({ url }) => url)
    try {
      const client = clientOf('http://127.0.0.1:9', {
        retries: 3,
        fetch: (url, init) => fetch(url.replace('http://127.0.0.1:9', left.shift() ?? ''), init),
      })
      const { result } = await call('send', client)
      expect(rightOf(result).token).to.equal(minted.token)
      expect(servers.map(({ requests }) => requests.length)).to.deep.equal([1, 1, 1, 1])
    } finally {
      for (const server of servers) await server.close()
    }
  })

  it('ends with the last error, not with the first one', async () => {
    const servers = await Promise.all([faulty(closed()), faulty(answered(504, errorBody(504, 'The last word')))])
    const left = servers.map(({ url }) => url)
    try {
      const client = clientOf('http://127.0.0.1:9', {
        retries: 1,
        fetch: (url, init) => fetch(url.replace('http://127.0.0.1:9', left.shift() ?? ''), init),
      })
      const { result } = await call('send', client)
      expect(leftOf(result)).to.include({ name: 'ApiError', status: 504, attempts: 2 })
      expect(leftOf(result).message).to.contain('"The last word"')
    } finally {
      for (const server of servers) await server.close()
    }
  })

  it('stops at a status that is not retried', async () => {
    const fault: Fault = {
      http: (response) => json(response, server.requests.length === 1 ? 503 : 422, {}, { 'retry-after': '0' }),
    }
    const server: FaultyServer = await faulty(fault)
    try {
      const { result } = await call('send', clientOf(server.url, { retries: 5 }))
      expect(leftOf(result)).to.include({ name: 'ApiError', status: 422, attempts: 2 })
      expect(server.requests).to.have.length(2)
    } finally {
      await server.close()
    }
  })

  it('sends the same request again', async () => {
    const server = await faulty(answered(503, '', { 'retry-after': '0' }), 2)
    try {
      const { result } = await call('send', clientOf(server.url), { headers: { 'x-trace': 'seven' } })
      expect(rightOf(result).token).to.equal(minted.token)
      const [first, ...others] = server.requests
      expect(first?.headers['x-trace']).to.equal('seven')
      expect(others).to.have.length(2)
      for (const other of others) expect(other).to.deep.equal(first)
    } finally {
      await server.close()
    }
  })

  it('waits differently for each caller', async () => {
    const server = await faulty(answered(503, ''))
    const waits: number[] = []
    const onEvent = (event: ClientEvent): void => {
      if (event.type === 'retry') waits.push(event.waitMs)
    }
    try {
      const client = clientOf(server.url, { retries: 1, onEvent })
      await Promise.all(Array.from({ length: 20 }, () => call('send', client)))
    } finally {
      await server.close()
    }
    expect(waits).to.have.length(20)
    for (const wait of waits) expectOwnWait(wait, 1)
    expect(new Set(waits).size).to.be.above(10)
  })

  it('waits 8 seconds at most, give or take a quarter', async () => {
    const abort = new AbortController()
    const answers = Array.from({ length: 7 }, () => ({ 'retry-after': '0' }))
    const fault: Fault = { http: (response) => json(response, 503, {}, answers.shift() ?? {}) }
    const server = await faulty(fault)
    const waits: number[] = []
    const onEvent = (event: ClientEvent): void => {
      if (event.type !== 'retry') return
      waits.push(event.waitMs)
      if (event.waitMs > 0) abort.abort()
    }
    try {
      const client = clientOf(server.url, { retries: 100, deadline: 60_000, onEvent })
      await caught(client.get(7, { signal: abort.signal }))
    } finally {
      await server.close()
    }
    expect(waits.slice(0, 7)).to.deep.equal([0, 0, 0, 0, 0, 0, 0])
    expect(waits).to.have.length(8)
    expectOwnWait(waits[7] ?? 0, 8)
  })

  interface Level {
    readonly title: string
    readonly client?: ClientOptions
    readonly call?: CallOptions
    readonly requests: number
  }

  const levels: readonly Level[] = [
    { title: 'twice unless told otherwise', requests: 3 },
    { title: 'never with retries: 0 of the client', client: { retries: 0 }, requests: 1 },
    { title: 'never with retries: 0 of the call', call: { retries: 0 }, requests: 1 },
    { title: 'once with retries: 1', client: { retries: 1 }, requests: 2 },
    { title: 'twenty times with retries: 20', client: { retries: 20 }, requests: 21 },
    {
      title: 'as often as the call says, not the client',
      client: { retries: 0 },
      call: { retries: 4 },
      requests: 5,
    },
    {
      title: 'as often as the client says when the call says undefined',
      client: { retries: 1 },
      call: { retries: undefined },
      requests: 2,
    },
  ]

  for (const door of doors)
    for (const { title, client, call: options, requests } of levels)
      it(`is made ${title}, by ${door}`, async () => {
        const server = await faulty(answered(503, errorBody(503, 'Busy'), { 'retry-after': '0' }))
        try {
          const { result } = await call(door, clientOf(server.url, client), options)
          expect(leftOf(result)).to.include({ name: 'ApiError', status: 503, attempts: requests, retryAfter: 0 })
          expect(server.requests).to.have.length(requests)
        } finally {
          await server.close()
        }
      })

  for (const { title, fault, error, status } of passing)
    it(`is not made with retries: 0: ${title}`, async () => {
      const timeout = error === 'TimeoutError' ? 200 : 9000
      const once = (ms: number) => observe(fault, 1, { timeout: ms, retries: 0 })
      const { result, requests, events } = await patiently(timeout, once, (observed) => observed.requests === 0)
      expect(leftOf(result)).to.include({ name: error, attempts: 1 })
      if (status !== undefined) expect(leftOf(result)).to.have.property('status', status)
      expect(requests).to.equal(1)
      expect(events.map(({ type }) => type)).to.deep.equal(['attempt', 'failure'])
    })

  it('is made for get and for authenticate as well', async () => {
    for (const ask of [
      (server: FaultyServer) => clientOf(server.url).get(4711),
      (server: FaultyServer) => clientOf(server.url).authenticate(minted.token),
    ]) {
      const server = await faulty(answered(502, '', { 'retry-after': '0' }), 2)
      try {
        expect((await ask(server)).id).to.equal('4711')
        expect(server.requests).to.have.length(3)
      } finally {
        await server.close()
      }
    }
  })
})
