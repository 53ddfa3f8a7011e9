import { getEventListeners } from 'node:events'
import { expect } from 'chai'
import { type Client, isSessionError } from '../../lib/index.ts'
import { acme, clientOf, timedSend, until } from '../support/call.ts'
import { leftOf } from '../support/either.ts'
import {
  drip,
  endless,
  errorBody,
  type Fault,
  faultyServers,
  flood,
  respondWith,
  silence,
  stuck,
} from '../support/faults.ts'
import { itEach } from '../support/it-each.ts'
import { run } from '../support/run.ts'
import { httpServer, minted, type Recorded } from '../support/server.ts'

/** The milliseconds in which the process must exit after its last call. */
const graceMs = 5000

const fixtureFault = ({ headers, method }: Recorded, number: number): Fault => {
  switch (headers['x-fault']) {
    case '400':
      return respondWith(400, errorBody(400, 'No'))
    case '503':
      return respondWith(503, errorBody(503, 'Busy'))
    case 'wait':
      return respondWith(429, errorBody(429, 'Slow down'), { 'retry-after': '80' })
    case 'silence':
      return silence
    case 'drip':
      return endless(201)
    case 'large':
      return flood(201)
    case 'cut':
      return {
        http: (response) =>
          response.writeHead(201, { 'content-length': '400' }).write('{"tok', () => response.destroy()),
      }
    default: {
      const attempt = {
        id: 'a',
        created_at: '',
        updated_at: '',
        status: 'authenticated',
        account_secure_id: `${number}`,
      }
      return respondWith(method === 'GET' ? 200 : 201, { ...minted, latest_connection_attempt: attempt })
    }
  }
}

describe('After all calls', () => {
  const served = faultyServers()

  it('a process exits, whatever the outcome of the calls', async function () {
    this.timeout(45_000)
    const server = await httpServer((request, response, number) => {
      const fault = fixtureFault(request, number)
      if ('http' in fault) fault.http(response, request)
    })
    try {
      const { stdout, stderr, code } = await run('spec/fixtures/calls.ts', {}, [server.url])
      const exited = Date.now()
      const lines = stdout.trim().split('\n')
      const [, ended] = lines.pop()?.split(' ') ?? []
      expect(stderr).to.equal('')
      expect(lines).to.deep.equal([
        ...['success value', 'task Right', 'get value', 'connection value', 'status ApiError', 'retried ApiError'],
        ...['tooLate ApiError', 'silence TimeoutError', 'deadline TimeoutError', 'drip TimeoutError'],
        ...['large InvalidResponseError', 'cut NetworkError', 'refused NetworkError', 'aborted AbortError'],
        ...['abortedWait AbortError', 'abortedBody AbortError', 'key TimeoutError', 'abortedKey AbortError'],
        ...['fetch TimeoutError', 'abortedFetch AbortError', 'thrown NetworkError', 'timers 0'],
      ])
      expect(code).to.equal(0)
      expect(exited - Number(ended)).to.be.below(graceMs)
    } finally {
      await server.close()
    }
  })

  describe('a signal that is reused has no listeners', () => {
    type Ends = (client: Client, signal: AbortSignal) => Promise<unknown>
    const ends: Ends = (client, signal) => acme.send(client, { signal, timeout: 5000, retries: 1 })
    const late: Ends = (client, signal) => acme.send(client, { signal, timeout: 30, retries: 0 })
    const keyless: Ends = (_, signal) =>
      acme.send(clientOf('http://127.0.0.1:9', { apiKey: () => new Promise(() => {}), deadline: 20 }), { signal })
    const wait: Ends = (client, signal) => client.waitForConnection(4711, { signal, interval: 5, deadline: 30 })
    const pending = { ...minted, latest_connection_attempt: { status: 'pending' } }

    const kinds: readonly (readonly [title: string, fault: Fault, calls: number, ends: Ends])[] = [
      ['successes', respondWith(201, minted), 20, ends],
      ['error statuses', respondWith(400, errorBody(400, 'No')), 20, ends],
      ['retries', respondWith(503, ''), 5, ends],
      ['unusable responses', respondWith(201, 'not JSON'), 20, ends],
      ['timeouts without a response', silence, 5, late],
      ['timeouts during a body', endless(201), 5, late],
      ['apiKey functions that never return', silence, 5, keyless],
      ['waits for a connection', respondWith(200, pending), 5, wait],
    ]

    itEach('after many calls of every kind', kinds, async ([, fault, calls, ends]) => {
      const server = await served(fault)
      const controller = new AbortController()
      const during: number[] = []
      const client = clientOf(server.url, {
        onEvent: () => during.push(getEventListeners(controller.signal, 'abort').length),
      })
      for (let count = 0; count < calls; count += 1)
        await ends(client, controller.signal).catch((error: unknown) => {
          if (!isSessionError(error)) throw error
        })
      expect(getEventListeners(controller.signal, 'abort')).to.have.length(0)
      expect(Math.max(0, ...during), 'listeners at any time').to.be.at.most(1)
    })

    for (const aborted of [false, true])
      it(`after 50 concurrent calls that share it${aborted ? ' and are aborted' : ''}, and Node prints no warning`, async () => {
        const server = await served(aborted ? silence : respondWith(201, minted))
        const controller = new AbortController()
        const { signal } = controller
        const during: number[] = []
        const warnings: Error[] = []
        const warn = (warning: Error): unknown => warnings.push(warning)
        process.on('warning', warn)
        try {
          const client = clientOf(server.url, { onEvent: () => during.push(getEventListeners(signal, 'abort').length) })
          const ending = Array.from({ length: 50 }, () => timedSend(client, { signal }))
          expect(await until(() => server.requests.length === 50)).to.equal(true)
          if (aborted) controller.abort()
          const names = (await Promise.all(ending)).map(({ result }) =>
            result._tag === 'Left' ? result.left.name : 'a token',
          )
          expect([...new Set(names)]).to.deep.equal([aborted ? 'AbortError' : 'a token'])
          expect(Math.max(...during), 'listeners at any time').to.equal(1)
          expect(getEventListeners(signal, 'abort')).to.have.length(0)
          expect(warnings).to.deep.equal([])
        } finally {
          process.off('warning', warn)
        }
      })
  })

  describe('the server has no open connections', () => {
    const created = ['HTTP/1.1 201 Created', 'content-type: application/json']
    const broken: readonly (readonly [title: string, fault: Fault])[] = [
      ['silence', silence],
      ['silence after the headers', stuck(...created, 'content-length: 40', '', '')],
      ['headers that never end', drip('a: b\r\n', ...created, '')],
      ['a body that never ends', endless(201)],
      ['an error whose body never ends', endless(500)],
      ['a body that is too large', flood(201)],
    ]

    itEach('after ten attempts with broken responses', broken, async ([, fault]) => {
      const server = await served(fault)
      const client = clientOf(server.url, { timeout: 150, retries: 0 })
      const ending = Array.from({ length: 10 }, () => timedSend(client))
      for (const { result } of await Promise.all(ending))
        expect(leftOf(result).name).to.be.oneOf(['TimeoutError', 'InvalidResponseError'])
      expect(await until(() => server.held() === 0)).to.equal(true)
    })

    const complete = [respondWith(201, minted), respondWith(422, errorBody(422, 'No'))]
    itEach('except one or two that are reused after complete responses', complete, async (fault) => {
      const server = await served(fault)
      for (let count = 0; count < 20; count += 1) await timedSend(clientOf(server.url))
      expect(await server.connections()).to.be.within(1, 3)
    })
  })
})
