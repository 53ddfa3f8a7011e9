import { getEventListeners } from 'node:events'
import { expect } from 'chai'
import { type Client, isSessionError } from '../lib/index.ts'
import { acme, call, clientOf, until } from './support/call.ts'
import { leftOf, rightOf } from './support/either.ts'
import {
  answered,
  closed,
  drip,
  endless,
  errorBody,
  type Fault,
  faulty,
  flood,
  silence,
  stuck,
} from './support/faults.ts'
import { run } from './support/run.ts'
import { httpServer, json, minted, type Recorded } from './support/server.ts'

/** Milliseconds that a process may take to end once its last call has ended. */
const grace = 5000

const fixtureAnswer = ({ headers, method }: Recorded, number: number): Fault => {
  switch (headers['x-fault']) {
    case '400':
      return answered(400, errorBody(400, 'No'))
    case '503':
      return answered(503, errorBody(503, 'Busy'))
    case 'wait':
      return answered(429, errorBody(429, 'Slow down'), { 'retry-after': '80' })
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
      return answered(method === 'GET' ? 200 : 201, { ...minted, latest_connection_attempt: attempt })
    }
  }
}

describe('Once its calls have ended', () => {
  it('a process ends by itself, whatever the calls came to', async function () {
    this.timeout(45_000)
    const server = await httpServer((request, response, number) => {
      const fault = fixtureAnswer(request, number)
      if ('http' in fault) fault.http(response, request)
    })
    try {
      const { stdout, stderr, code } = await run('spec/fixtures/calls.ts', {}, [server.url])
      const gone = Date.now()
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
        'unfit ApiError',
        'silence TimeoutError',
        'deadline TimeoutError',
        'drip TimeoutError',
        'large ReplyError',
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
      expect(gone - Number(ended)).to.be.below(grace)
    } finally {
      await server.close()
    }
  })

  describe('a signal that lives on has no listener of theirs', () => {
    interface Kind {
      readonly title: string
      readonly fault: Fault
      readonly calls: number
      readonly ends: (client: Client, signal: AbortSignal) => Promise<unknown>
    }

    const ends: Kind['ends'] = (client, signal) => acme.send(client, { signal, timeout: 5000 })
    const late: Kind['ends'] = (client, signal) => acme.send(client, { signal, timeout: 30, retries: 0 })

    const kinds: readonly Kind[] = [
      { title: 'successes', fault: answered(201, minted), calls: 50, ends },
      { title: 'error statuses', fault: answered(400, errorBody(400, 'No')), calls: 50, ends },
      { title: 'retries', fault: answered(503, '', { 'retry-after': '0' }), calls: 50, ends },
      { title: 'a Retry-After that does not fit', fault: answered(503, '', { 'retry-after': '60' }), calls: 50, ends },
      { title: 'useless replies', fault: answered(201, 'no JSON'), calls: 50, ends },
      { title: 'timeouts in silence', fault: silence, calls: 10, ends: late },
      { title: 'timeouts in mid-body', fault: endless(201), calls: 10, ends: late },
      {
        title: 'cut bodies',
        fault: closed('HTTP/1.1 201 Created', 'content-length: 40', '', '{'),
        calls: 10,
        ends: (client, signal) => acme.send(client, { signal, retries: 0 }),
      },
      {
        title: 'bad keys',
        fault: silence,
        calls: 50,
        ends: (_, signal) => acme.send(clientOf('http://127.0.0.1:9', { apiKey: ' ' }), { signal }),
      },
      {
        title: 'keys that never come',
        fault: silence,
        calls: 10,
        ends: (_, signal) =>
          acme.send(clientOf('http://127.0.0.1:9', { apiKey: () => new Promise(() => {}), deadline: 20 }), { signal }),
      },
      {
        title: 'tasks',
        fault: answered(201, minted),
        calls: 50,
        ends: (client, signal) => acme.task(client, { signal })(),
      },
      {
        title: 'waits for a connection',
        fault: answered(200, { ...minted, latest_connection_attempt: { status: 'pending' } }),
        calls: 10,
        ends: (client, signal) => client.waitForConnection(4711, { signal, interval: 5, deadline: 30 }),
      },
    ]

    for (const { title, fault, calls, ends } of kinds)
      it(`after ${calls} calls: ${title}`, async () => {
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
      it(`after 50 calls at once that share it${aborted ? ', and are aborted' : ''}, and Node has nothing to warn of`, async () => {
        const server = await faulty(aborted ? silence : answered(201, minted))
        const controller = new AbortController()
        const { signal } = controller
        const during: number[] = []
        const warnings: Error[] = []
        const warn = (warning: Error): unknown => warnings.push(warning)
        process.on('warning', warn)
        try {
          const client = clientOf(server.url, {
            onEvent: () => during.push(getEventListeners(signal, 'abort').length),
          })
          const ending = Array.from({ length: 50 }, () => call('send', client, { signal }))
          expect(await until(() => server.requests.length === 50)).to.equal(true)
          if (aborted) controller.abort()
          const names = (await Promise.all(ending)).map(({ result }) =>
            result._tag === 'Left' ? result.left.name : 'a reply',
          )
          expect([...new Set(names)]).to.deep.equal([aborted ? 'AbortError' : 'a reply'])
          expect(Math.max(...during), 'listeners at any time').to.equal(1)
          expect(getEventListeners(signal, 'abort')).to.have.length(0)
          expect(warnings).to.deep.equal([])
        } finally {
          process.off('warning', warn)
          await server.close()
        }
      })

    it('after 50 calls at once that are aborted', async () => {
      const server = await faulty(silence)
      const controllers = Array.from({ length: 50 }, () => new AbortController())
      const client = clientOf(server.url)
      try {
        const ending = controllers.map(({ signal }) => call('send', client, { signal }))
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

  describe('the server has no connection of theirs', () => {
    const created = ['HTTP/1.1 201 Created', 'content-type: application/json']
    const broken: readonly (readonly [title: string, fault: Fault])[] = [
      ['silence', silence],
      ['silence after the headers', stuck(...created, 'content-length: 40', '', '')],
      ['headers that drip for ever', drip('a: b\r\n', ...created, '')],
      ['a body that drips for ever', endless(201)],
      ['an error whose body never ends', endless(500)],
      ['a body that is too large', flood(201)],
    ]

    for (const [title, fault] of broken)
      it(`after ten attempts: ${title}`, async () => {
        const server = await faulty(fault)
        try {
          const client = clientOf(server.url, { timeout: 150, retries: 0 })
          const ending = Array.from({ length: 10 }, () => call('send', client))
          for (const { result } of await Promise.all(ending))
            expect(leftOf(result).name).to.be.oneOf(['TimeoutError', 'ReplyError'])
          expect(await until(() => server.held() === 0)).to.equal(true)
        } finally {
          await server.close()
        }
      })

    it('but one or two that it can use again', async () => {
      const server = await httpServer((_, response) => json(response, 201, minted))
      try {
        const client = clientOf(server.url)
        for (let count = 0; count < 20; count += 1) rightOf((await call('send', client)).result)
        expect(await server.connections()).to.be.within(1, 3)
      } finally {
        await server.close()
      }
    })

    it('but one or two that it can use again, also after errors with whole bodies', async () => {
      const server = await httpServer((_, response) => json(response, 422, errorBody(422, 'No')))
      try {
        const client = clientOf(server.url)
        for (let count = 0; count < 20; count += 1) leftOf((await call('send', client)).result)
        expect(await server.connections()).to.be.within(1, 3)
      } finally {
        await server.close()
      }
    })
  })
})
