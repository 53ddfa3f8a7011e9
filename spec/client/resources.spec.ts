import { getEventListeners } from 'node:events'
import { expect } from 'chai'
import { type Client, isSessionError } from '../../lib/index.ts'
import { acme, clientOf, timedSend, until } from '../support/call.ts'
import { leftOf, rightOf } from '../support/either.ts'
import {
  closed,
  drip,
  endless,
  errorBody,
  type Fault,
  faulty,
  flood,
  respondWith,
  silence,
  stuck,
} from '../support/faults.ts'
import { itEach } from '../support/it-each.ts'
import { run } from '../support/run.ts'
import { httpServer, json, minted, type Recorded } from '../support/server.ts'

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
        'success value',
        'task Right',
        'get value',
        'connection value',
        'status ApiError',
        'retried ApiError',
        'tooLate ApiError',
        'silence TimeoutError',
        'deadline TimeoutError',
        'drip TimeoutError',
        'large InvalidResponseError',
        'cut NetworkError',
        'refused NetworkError',
        'aborted AbortError',
        'abortedWait AbortError',
        'abortedBody AbortError',
        'key TimeoutError',
        'abortedKey AbortError',
        'fetch TimeoutError',
        'abortedFetch AbortError',
        'thrown NetworkError',
        'timers 0',
      ])
      expect(code).to.equal(0)
      expect(exited - Number(ended)).to.be.below(graceMs)
    } finally {
      await server.close()
    }
  })

  describe('a signal that is reused has no listeners', () => {
    interface Kind {
      readonly title: string
      readonly fault: Fault
      readonly calls: number
      readonly ends: (client: Client, signal: AbortSignal) => Promise<unknown>
    }

    const ends: Kind['ends'] = (client, signal) => acme.send(client, { signal, timeout: 5000 })
    const late: Kind['ends'] = (client, signal) => acme.send(client, { signal, timeout: 30, retries: 0 })

    const kinds: readonly Kind[] = [
      { title: 'successes', fault: respondWith(201, minted), calls: 50, ends },
      { title: 'error statuses', fault: respondWith(400, errorBody(400, 'No')), calls: 50, ends },
      { title: 'retries', fault: respondWith(503, ''), calls: 10, ends },
      {
        title: 'a Retry-After that exceeds the deadline',
        fault: respondWith(503, '', { 'retry-after': '60' }),
        calls: 50,
        ends,
      },
      { title: 'unusable responses', fault: respondWith(201, 'not JSON'), calls: 50, ends },
      { title: 'timeouts without a response', fault: silence, calls: 10, ends: late },
      { title: 'timeouts during a body', fault: endless(201), calls: 10, ends: late },
      {
        title: 'truncated bodies',
        fault: closed('HTTP/1.1 201 Created', 'content-length: 40', '', '{'),
        calls: 10,
        ends: (client, signal) => acme.send(client, { signal, retries: 0 }),
      },
      {
        title: 'invalid keys',
        fault: silence,
        calls: 50,
        ends: (_, signal) => acme.send(clientOf('http://127.0.0.1:9', { apiKey: ' ' }), { signal }),
      },
      {
        title: 'apiKey functions that never return',
        fault: silence,
        calls: 10,
        ends: (_, signal) =>
          acme.send(clientOf('http://127.0.0.1:9', { apiKey: () => new Promise(() => {}), deadline: 20 }), { signal }),
      },
      {
        title: 'tasks',
        fault: respondWith(201, minted),
        calls: 50,
        ends: (client, signal) => acme.task(client, { signal })(),
      },
      {
        title: 'waits for a connection',
        fault: respondWith(200, { ...minted, latest_connection_attempt: { status: 'pending' } }),
        calls: 10,
        ends: (client, signal) => client.waitForConnection(4711, { signal, interval: 5, deadline: 30 }),
      },
    ]

    itEach('after many calls of every kind', kinds, async ({ fault, calls, ends }) => {
      const server = await faulty(fault)
      const controller = new AbortController()
      const during: number[] = []
      const client = clientOf(server.url, {
        onEvent: () => during.push(getEventListeners(controller.signal, 'abort').length),
      })
      try {
        for (let count = 0; count < calls; count += 1)
          await ends(client, controller.signal).catch((error: unknown) => {
            if (!isSessionError(error)) throw error
          })
        expect(getEventListeners(controller.signal, 'abort')).to.have.length(0)
        expect(Math.max(0, ...during), 'listeners at any time').to.be.at.most(1)
      } finally {
        await server.close()
      }
    })

    for (const aborted of [false, true])
      it(`after 50 concurrent calls that share it${aborted ? ' and are aborted' : ''}, and Node prints no warning`, async () => {
        const server = await faulty(aborted ? silence : respondWith(201, minted))
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
          await server.close()
        }
      })

    it('after 50 concurrent calls that are aborted', async () => {
      const server = await faulty(silence)
      const controllers = Array.from({ length: 50 }, () => new AbortController())
      const client = clientOf(server.url)
      try {
        const ending = controllers.map(({ signal }) => timedSend(client, { signal }))
        expect(await until(() => server.requests.length === 50)).to.equal(true)
        for (const controller of controllers) controller.abort()
        for (const { result } of await Promise.all(ending)) expect(leftOf(result).name).to.equal('AbortError')
        for (const { signal } of controllers) expect(getEventListeners(signal, 'abort')).to.have.length(0)
        expect(await until(() => server.held() === 0)).to.equal(true)
      } finally {
        await server.close()
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
      const server = await faulty(fault)
      try {
        const client = clientOf(server.url, { timeout: 150, retries: 0 })
        const ending = Array.from({ length: 10 }, () => timedSend(client))
        for (const { result } of await Promise.all(ending))
          expect(leftOf(result).name).to.be.oneOf(['TimeoutError', 'InvalidResponseError'])
        expect(await until(() => server.held() === 0)).to.equal(true)
      } finally {
        await server.close()
      }
    })

    it('except one or two that are reused', async () => {
      const server = await httpServer((_, response) => json(response, 201, minted))
      try {
        const client = clientOf(server.url)
        for (let count = 0; count < 20; count += 1) rightOf((await timedSend(client)).result)
        expect(await server.connections()).to.be.within(1, 3)
      } finally {
        await server.close()
      }
    })

    it('except one or two that are reused after errors with complete bodies', async () => {
      const server = await httpServer((_, response) => json(response, 422, errorBody(422, 'No')))
      try {
        const client = clientOf(server.url)
        for (let count = 0; count < 20; count += 1) leftOf((await timedSend(client)).result)
        expect(await server.connections()).to.be.within(1, 3)
      } finally {
        await server.close()
      }
    })
  })
})
