import { expect } from 'chai'
import type { CallOptions, ClientEvent, ClientOptions, SessionError } from '../../lib/index.ts'
import { clientOf, patiently, pooled, type Timed, timedSend } from '../support/call.ts'
import { caught } from '../support/caught.ts'
import { leftOf, rightOf } from '../support/either.ts'
import {
  closed,
  closedPort,
  endless,
  errorBody,
  type Fault,
  type FaultyServer,
  faulty,
  faultyServers,
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
  ...[
    { title: 'a reset', fault: reset() },
    { title: 'a reset during the body', fault: reset(...created, 'content-length: 400', '', '{"token":"lost') },
    { title: 'a connection closed before any byte', fault: closed() },
    {
      title: 'a truncated chunked body',
      fault: closed(...created, 'transfer-encoding: chunked', '', 'ff', '{"token":"lo'),
    },
    { title: 'a truncated 400', fault: closed('HTTP/1.1 400 Bad Request', 'content-length: 400', '', '{"mess') },
  ].map((fault) => ({ ...fault, error: 'NetworkError' as const })),
  ...[
    { title: 'silence', fault: silence },
    { title: 'silence after the headers', fault: stuck(...created, 'content-length: 40', '', '') },
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
  const served = faultyServers()

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

  /** Sends the attempts of a call to one server after another. */
  const sendTo = (servers: readonly FaultyServer[]) => {
    const left = servers.map(({ url }) => url)
    const base = 'http://127.0.0.1:9'
    return timedSend(
      clientOf(base, {
        retries: servers.length - 1,
        fetch: (url, init) => fetch(url.replace(base, left.shift() ?? ''), init),
      }),
    )
  }

  it('returns the token once a server listens', async () => {
    const server = await served(respondWith(201, minted))
    expect(rightOf((await sendTo([await closedPort(), server])).result).token).to.equal(minted.token)
    expect(server.requests).to.have.length(1)
  })

  it('returns the token after faults of different kinds', async () => {
    const faults = [
      respondWith(503, '', { 'retry-after': '0' }),
      closed(),
      respondWith(429, '', { 'retry-after': '0' }),
    ]
    const servers = await Promise.all([...faults.map((fault) => served(fault)), served(silence, 0)])
    expect(rightOf((await sendTo(servers)).result).token).to.equal(minted.token)
    expect(servers.map(({ requests }) => requests.length)).to.deep.equal([1, 1, 1, 1])
  })

  it('that fails rejects with the last error', async () => {
    const { result } = await sendTo([await served(closed()), await served(respondWith(504, errorBody(504, 'The end')))])
    expect(leftOf(result)).to.include({ name: 'ApiError', status: 504, attempts: 2 })
    expect(leftOf(result).message).to.contain('"The end"')
  })

  it('is the last one if its status is not retried', async () => {
    const fault: Fault = {
      http: (response) => json(response, server.requests.length === 1 ? 503 : 422, {}, { 'retry-after': '0' }),
    }
    const server: FaultyServer = await served(fault)
    const { result } = await timedSend(clientOf(server.url, { retries: 5 }))
    expect(leftOf(result)).to.include({ name: 'ApiError', status: 422, attempts: 2 })
    expect(server.requests).to.have.length(2)
  })

  it('sends the same request', async () => {
    const server = await served(respondWith(503, '', { 'retry-after': '0' }), 2)
    const { result } = await timedSend(clientOf(server.url), { headers: { 'x-trace': 'seven' } })
    expect(rightOf(result).token).to.equal(minted.token)
    const [first, ...others] = server.requests
    expect(first?.headers['x-trace']).to.equal('seven')
    expect(others).to.have.length(2)
    for (const other of others) expect(other).to.deep.equal(first)
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

  const levels: readonly (readonly [title: string, client: ClientOptions, call: CallOptions, requests: number])[] = [
    ['twice by default', {}, {}, 3],
    ['zero times with retries: 0 of the client', { retries: 0 }, {}, 1],
    ['zero times with retries: 0 of the call', {}, { retries: 0 }, 1],
    ['once with retries: 1', { retries: 1 }, {}, 2],
    ['as often as the call allows, which overrides the client', { retries: 0 }, { retries: 3 }, 4],
    ['as often as the client allows if the call has undefined', { retries: 1 }, { retries: undefined }, 2],
  ]

  itEach('is made as often as the options of the client and the call say', levels, async (level) => {
    const [, client, call, requests] = level
    const server = await served(respondWith(503, errorBody(503, 'Busy')))
    const { result } = await timedSend(clientOf(server.url, client), call)
    expect(leftOf(result)).to.include({ name: 'ApiError', status: 503, attempts: requests })
    expect(server.requests).to.have.length(requests)
  })

  itEach(
    'is not made with retries: 0',
    [...transient.slice(0, 1), ...transient.slice(-1)],
    async ({ fault, error, status }) => {
      const timeout = error === 'TimeoutError' ? 200 : 9000
      const once = (ms: number) => observe(fault, 1, { timeout: ms, retries: 0 })
      const { result, requests, events } = await patiently(timeout, once, (observed) => observed.requests === 0)
      expect(leftOf(result)).to.include({ name: error, attempts: 1 })
      if (status !== undefined) expect(leftOf(result)).to.have.property('status', status)
      expect(requests).to.equal(1)
      expect(events.map(({ type }) => type)).to.deep.equal(['attempt', 'failure'])
    },
  )

  it('is made by get and authenticate', async () => {
    for (const request of [
      (server: FaultyServer) => clientOf(server.url).get(4711),
      (server: FaultyServer) => clientOf(server.url).authenticate(minted.token),
    ]) {
      const server = await served(respondWith(502, '', { 'retry-after': '0' }), 2)
      expect((await request(server)).id).to.equal('4711')
      expect(server.requests).to.have.length(3)
    }
  })
})
