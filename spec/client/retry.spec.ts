import { createServer } from 'node:http'
import { expect } from 'chai'
import type { CallOptions, ClientEvent, ClientOptions, SessionError } from '../../lib/index.ts'
import { clientOf, patiently, pooled, type Timed, timedSend } from '../support/call.ts'
import { caught } from '../support/caught.ts'
import { leftOf, rightOf } from '../support/either.ts'
import {
  closed,
  closedPort,
  drip,
  endless,
  errorBody,
  type Fault,
  type FaultyServer,
  faulty,
  reset,
  respondWith,
  silence,
  stuck,
} from '../support/faults.ts'
import { itEach } from '../support/it-each.ts'
import { json, minted } from '../support/server.ts'
import { jsonResponse, stub } from '../support/stub.ts'

interface Retry {
  readonly error: SessionError['name']
  readonly status?: number
  readonly waitMs: number
  readonly attempt: number
}

const retriesIn = (events: readonly ClientEvent[]): readonly Retry[] =>
  events.flatMap((event) => (event.type === 'retry' ? [event] : []))

/** Expects the delay before a retry without Retry-After: it doubles, give or take a random quarter. */
const expectBackoff = (waitMs: number, nth: number): void => {
  const middle = Math.min(8000, 250 * 2 ** (nth - 1))
  expect(waitMs).to.be.within(middle * 0.75, middle * 1.25)
}

const created = ['HTTP/1.1 201 Created', 'content-type: application/json']

interface Transient {
  readonly title: string
  readonly fault: Fault
  readonly error: SessionError['name']
  readonly status?: number
}

const transient: readonly Transient[] = [
  ...[408, 429, 502, 503, 504].map((status) => ({
    title: `a ${status}`,
    fault: respondWith(status, errorBody(status, 'Later')),
    error: 'ApiError' as const,
    status,
  })),
  { title: 'a 502 in HTML', fault: respondWith(502, '<h1>Bad Gateway</h1>'), error: 'ApiError', status: 502 },
  { title: 'a 503 without a body', fault: respondWith(503, ''), error: 'ApiError', status: 503 },
  ...[
    { title: 'a reset', fault: reset() },
    { title: 'a reset after the headers', fault: reset(...created, 'content-length: 40', '', '') },
    { title: 'a reset during the body', fault: reset(...created, 'content-length: 400', '', '{"token":"lost') },
    { title: 'a connection closed before any byte', fault: closed() },
    { title: 'a truncated body', fault: closed(...created, 'content-length: 400', '', '{"token":"lost') },
    {
      title: 'a truncated chunked body',
      fault: closed(...created, 'transfer-encoding: chunked', '', 'ff', '{"token":"lo'),
    },
    { title: 'a truncated 400', fault: closed('HTTP/1.1 400 Bad Request', 'content-length: 400', '', '{"mess') },
    { title: 'garbage', fault: closed('Hello', '', '') },
  ].map((fault) => ({ ...fault, error: 'NetworkError' as const })),
  ...[
    { title: 'silence', fault: silence },
    { title: 'silence after the headers', fault: stuck(...created, 'content-length: 40', '', '') },
    { title: 'headers that never end', fault: drip('a: b\r\n', ...created, '') },
    { title: 'a body that never ends', fault: endless(201) },
    { title: 'a 401 whose body never ends', fault: endless(401) },
  ].map((fault) => ({ ...fault, error: 'TimeoutError' as const })),
]

interface Observed extends Timed {
  readonly requests: number
  readonly events: readonly ClientEvent[]
}

const observe = async (fault: Fault, times: number, options: ClientOptions): Promise<Observed> => {
  const events: ClientEvent[] = []
  const server = await faulty(fault, times)
  try {
    const timed = await timedSend(clientOf(server.url, { onEvent: (event) => events.push(event), ...options }))
    return { ...timed, requests: server.requests.length, events }
  } finally {
    await server.close()
  }
}

describe('A retry', () => {
  describe('returns the token', function () {
    this.timeout(30_000)
    const runs = transient.flatMap((one) => [1, 2].map((times) => ({ one, times })))
    let observed: readonly Promise<Observed>[] = []

    before(() => {
      observed = pooled(
        16,
        runs.map(({ one, times }) => () => {
          const wait = (timeout: number) => observe(one.fault, times, { timeout, deadline: 20_000, retries: 2 })
          if (one.error !== 'TimeoutError') return wait(20_000)
          // On a busy machine the good response may be late, too.
          const wasBusy = ({ result, requests, events }: Observed): boolean =>
            requests <= times || retriesIn(events).length > times || result._tag === 'Left'
          return patiently(400, wait, wasBusy)
        }),
      )
    })

    after(() => Promise.allSettled(observed))

    itEach('after every transient failure, once or twice', runs.entries(), async ([index, { one, times }]) => {
      const { result, requests, events } = await (observed[index] ?? Promise.reject(new Error('not started')))
      expect(rightOf(result).token).to.equal(minted.token)
      expect(requests).to.equal(times + 1)
      const types = ['attempt', ...Array.from({ length: times }, () => ['retry', 'attempt']).flat(), 'response']
      expect(events.map(({ type }) => type)).to.deep.equal(types)
      for (const [nth, retry] of retriesIn(events).entries()) {
        expect(retry).to.include({ attempt: nth + 1, error: one.error })
        expect(retry.status).to.equal(one.status)
        expectBackoff(retry.waitMs, nth + 1)
      }
      // A timer may fire a little early.
      const waited = retriesIn(events).reduce((sum, { waitMs }) => sum + waitMs, 0)
      expect(events.at(-1)?.elapsedMs).to.be.at.least(Math.floor(waited) - 5)
      expect(events.at(-1)).to.include({ type: 'response', attempt: times + 1, status: 201 })
    })
  })

  it('returns the token once the server listens again', async () => {
    const revived = createServer((_, response) => json(response, 201, minted))
    const closed = await closedPort()
    const events: ClientEvent[] = []
    const onEvent = (event: ClientEvent): void => {
      events.push(event)
      if (event.type !== 'retry' || event.attempt !== 1) return
      void closed.close()
      revived.listen(Number(new URL(closed.url).port), '127.0.0.1')
    }
    try {
      const { result } = await timedSend(clientOf(closed.url, { onEvent }))
      expect(rightOf(result).token).to.equal(minted.token)
      expect(retriesIn(events)[0]).to.include({ error: 'NetworkError' })
    } finally {
      revived.closeAllConnections()
      await new Promise((resolve) => revived.close(resolve))
    }
  })

  it('returns the token after faults of different kinds', async () => {
    const faults = [
      respondWith(503, '', { 'retry-after': '0' }),
      closed(),
      respondWith(429, '', { 'retry-after': '0' }),
    ]
    const servers = await Promise.all([...faults.map((fault) => faulty(fault)), faulty(silence, 0)])
    const left = servers.map(({ url }) => url)
    try {
      const client = clientOf('http://127.0.0.1:9', {
        retries: 3,
        fetch: (url, init) => fetch(url.replace('http://127.0.0.1:9', left.shift() ?? ''), init),
      })
      const { result } = await timedSend(client)
      expect(rightOf(result).token).to.equal(minted.token)
      expect(servers.map(({ requests }) => requests.length)).to.deep.equal([1, 1, 1, 1])
    } finally {
      for (const server of servers) await server.close()
    }
  })

  it('that fails rejects with the last error', async () => {
    const servers = await Promise.all([faulty(closed()), faulty(respondWith(504, errorBody(504, 'The last word')))])
    const left = servers.map(({ url }) => url)
    try {
      const client = clientOf('http://127.0.0.1:9', {
        retries: 1,
        fetch: (url, init) => fetch(url.replace('http://127.0.0.1:9', left.shift() ?? ''), init),
      })
      const { result } = await timedSend(client)
      expect(leftOf(result)).to.include({ name: 'ApiError', status: 504, attempts: 2 })
      expect(leftOf(result).message).to.contain('"The last word"')
    } finally {
      for (const server of servers) await server.close()
    }
  })

  it('is the last one if its status is not retried', async () => {
    const fault: Fault = {
      http: (response) => json(response, server.requests.length === 1 ? 503 : 422, {}, { 'retry-after': '0' }),
    }
    const server: FaultyServer = await faulty(fault)
    try {
      const { result } = await timedSend(clientOf(server.url, { retries: 5 }))
      expect(leftOf(result)).to.include({ name: 'ApiError', status: 422, attempts: 2 })
      expect(server.requests).to.have.length(2)
    } finally {
      await server.close()
    }
  })

  it('sends the same request', async () => {
    const server = await faulty(respondWith(503, '', { 'retry-after': '0' }), 2)
    try {
      const { result } = await timedSend(clientOf(server.url), { headers: { 'x-trace': 'seven' } })
      expect(rightOf(result).token).to.equal(minted.token)
      const [first, ...others] = server.requests
      expect(first?.headers['x-trace']).to.equal('seven')
      expect(others).to.have.length(2)
      for (const other of others) expect(other).to.deep.equal(first)
    } finally {
      await server.close()
    }
  })

  it('has a random delay', async () => {
    const server = await faulty(respondWith(503, ''))
    const waits: number[] = []
    const onEvent = (event: ClientEvent): void => {
      if (event.type === 'retry') waits.push(event.waitMs)
    }
    try {
      const client = clientOf(server.url, { retries: 1, onEvent })
      await Promise.all(Array.from({ length: 20 }, () => timedSend(client)))
    } finally {
      await server.close()
    }
    expect(waits).to.have.length(20)
    for (const wait of waits) expectBackoff(wait, 1)
    expect(new Set(waits).size).to.be.above(10)
  })

  it('is delayed twice as long each time, by about 8 seconds at most', async () => {
    const abort = new AbortController()
    const waits: number[] = []
    const onEvent = (event: ClientEvent): void => {
      if (event.type !== 'retry') return
      waits.push(event.waitMs)
      if (waits.length === 8) abort.abort()
    }
    const { setTimeout: original } = globalThis
    const { random } = Math
    Math.random = () => 0.5
    // Shortens the delays, which would take a minute together.
    Object.assign(globalThis, {
      setTimeout: (work: () => void, ms = 0) => original(work, ms > 10_000 ? ms : ms / 1000),
    })
    try {
      const { fetch } = stub(() => jsonResponse(503, {}))
      const client = clientOf('http://127.0.0.1:9', { fetch, retries: 100, timeout: 20_000, deadline: 60_000, onEvent })
      await caught(client.get(7, { signal: abort.signal }))
    } finally {
      Object.assign(globalThis, { setTimeout: original })
      Math.random = random
    }
    expect(waits).to.deep.equal([250, 500, 1000, 2000, 4000, 8000, 8000, 8000])
  })

  interface Level {
    readonly title: string
    readonly client?: ClientOptions
    readonly call?: CallOptions
    readonly requests: number
  }

  const levels: readonly Level[] = [
    { title: 'twice by default', requests: 3 },
    { title: 'zero times with retries: 0 of the client', client: { retries: 0 }, requests: 1 },
    { title: 'zero times with retries: 0 of the call', call: { retries: 0 }, requests: 1 },
    { title: 'once with retries: 1', client: { retries: 1 }, requests: 2 },
    {
      title: 'as often as the call allows, which overrides the client',
      client: { retries: 0 },
      call: { retries: 3 },
      requests: 4,
    },
    {
      title: 'as often as the client allows if the call has undefined',
      client: { retries: 1 },
      call: { retries: undefined },
      requests: 2,
    },
  ]

  itEach(
    'is made as often as the options of the client and the call say',
    levels,
    async ({ client, call: options, requests }) => {
      const server = await faulty(respondWith(503, errorBody(503, 'Busy')))
      try {
        const { result } = await timedSend(clientOf(server.url, client), options)
        expect(leftOf(result)).to.include({ name: 'ApiError', status: 503, attempts: requests })
        expect(server.requests).to.have.length(requests)
      } finally {
        await server.close()
      }
    },
  )

  itEach('is not made with retries: 0', transient, async ({ fault, error, status }) => {
    const timeout = error === 'TimeoutError' ? 200 : 9000
    const once = (ms: number) => observe(fault, 1, { timeout: ms, retries: 0 })
    const { result, requests, events } = await patiently(timeout, once, (observed) => observed.requests === 0)
    expect(leftOf(result)).to.include({ name: error, attempts: 1 })
    if (status !== undefined) expect(leftOf(result)).to.have.property('status', status)
    expect(requests).to.equal(1)
    expect(events.map(({ type }) => type)).to.deep.equal(['attempt', 'failure'])
  })

  it('is made by get and authenticate', async () => {
    for (const request of [
      (server: FaultyServer) => clientOf(server.url).get(4711),
      (server: FaultyServer) => clientOf(server.url).authenticate(minted.token),
    ]) {
      const server = await faulty(respondWith(502, '', { 'retry-after': '0' }), 2)
      try {
        expect((await request(server)).id).to.equal('4711')
        expect(server.requests).to.have.length(3)
      } finally {
        await server.close()
      }
    }
  })
})
