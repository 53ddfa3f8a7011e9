import { expect } from 'chai'
import { AbortError, type CallOptions, type ClientEvent, type ClientOptions } from '../lib/index.ts'
import { apiKey, call, clientOf, doors, until } from './support/call.ts'
import { caught } from './support/caught.ts'
import { leftOf, rightOf } from './support/either.ts'
import {
  answered,
  drip,
  endless,
  errorBody,
  type Fault,
  type FaultyServer,
  faultyServers,
  flood,
  hostile,
  silence,
  stuck,
} from './support/faults.ts'
import { json, minted } from './support/server.ts'

interface Reason {
  readonly title: string
  readonly abort: (controller: AbortController) => void
}

const given: unknown[] = [new Error('The page was closed'), 'The page was closed', null, 0, '', { code: 7 }, hostile]

const reasons: readonly Reason[] = [
  { title: 'no reason', abort: (controller) => controller.abort() },
  { title: 'undefined', abort: (controller) => controller.abort(undefined) },
  ...['an Error', 'a text', 'null', 'zero', 'an empty text', 'an object', 'a hostile object'].map((title, index) => ({
    title,
    abort: (controller: AbortController) => controller.abort(given[index]),
  })),
]

interface Moment {
  readonly title: string
  readonly fault: Fault
  /** Whether the moment has come. */
  readonly now: (seen: { readonly server: FaultyServer; readonly events: readonly ClientEvent[] }) => boolean
  readonly options?: ClientOptions
  readonly attempts: number
  readonly requests: number
}

const asked: Moment['now'] = ({ server }) => server.requests.length === 1
const waiting: Moment['now'] = ({ events }) => events.at(-1)?.type === 'retry'

const moments: readonly Moment[] = [
  { title: 'in silence', fault: silence, now: asked, attempts: 1, requests: 1 },
  {
    title: 'in the headers',
    fault: drip('a: b\r\n', 'HTTP/1.1 201 Created', ''),
    now: asked,
    attempts: 1,
    requests: 1,
  },
  {
    title: 'after the headers',
    fault: stuck('HTTP/1.1 201 Created', 'content-length: 40', '', ''),
    now: asked,
    attempts: 1,
    requests: 1,
  },
  { title: 'in mid-body', fault: endless(201), now: asked, attempts: 1, requests: 1 },
  { title: 'in the body of a 503', fault: endless(503), now: asked, attempts: 1, requests: 1 },
  {
    title: 'during a wait of its own',
    fault: answered(503, ''),
    now: waiting,
    options: { retries: 100 },
    attempts: 1,
    requests: 1,
  },
  {
    title: 'during a wait that the server asked for',
    fault: answered(429, errorBody(429, 'Slow down'), { 'retry-after': '20' }),
    now: waiting,
    attempts: 1,
    requests: 1,
  },
  {
    title: 'in the second attempt',
    fault: {
      http: (response) => {
        // The connection tells the attempts apart: the first one is answered, the second is not.
        if (response.req.headers['x-attempt'] === undefined) json(response, 503, {}, { 'retry-after': '0' })
      },
    },
    now: ({ server }) => server.requests.length === 2,
    options: {
      fetch: (() => {
        const sent: string[] = []
        return (url: string, init: RequestInit) => {
          sent.push(url)
          const headers = new Headers(init.headers)
          if (sent.length % 2 === 0) headers.set('x-attempt', '2')
          return fetch(url, { ...init, headers })
        }
      })(),
    },
    attempts: 2,
    requests: 2,
  },
  {
    title: 'after a redirect',
    fault: {
      http: (response) => {
        if (response.req.url === '/silence') return
        response.writeHead(307, { location: '/silence' })
        response.end()
      },
    },
    now: ({ server }) => server.requests.length === 2,
    attempts: 1,
    requests: 2,
  },
  {
    title: 'while the key is read',
    fault: silence,
    now: () => true,
    options: { apiKey: () => new Promise(() => {}) },
    attempts: 0,
    requests: 0,
  },
  {
    title: 'while a fetch of their own ignores its signal',
    fault: silence,
    now: ({ events }) => events.at(-1)?.type === 'attempt',
    options: { fetch: () => new Promise(() => {}) },
    attempts: 1,
    requests: 0,
  },
]

const expectAborted = (error: unknown, signal: AbortSignal): void => {
  expect(error).to.be.instanceOf(AbortError)
  expect(error).to.have.property('name', 'AbortError')
  // A hostile reason would throw in a message of chai's.
  expect(error instanceof AbortError && Object.is(error.reason, signal.reason), 'carries the reason').to.equal(true)
}

describe('Abort', () => {
  const served = faultyServers()

  for (const { title, abort } of reasons)
    for (const door of doors)
      it(`before ${door}, with ${title}, sends nothing`, async () => {
        const server = await served(answered(201, minted))
        const read: string[] = []
        const client = clientOf(server.url, {
          apiKey: () => {
            read.push(apiKey)
            return apiKey
          },
        })
        const controller = new AbortController()
        abort(controller)
        const { result } = await call(door, client, { signal: controller.signal })
        expectAborted(leftOf(result), controller.signal)
        expect(leftOf(result).attempts ?? 0).to.equal(0)
        expect(read).to.deep.equal([])
        expect(server.requests).to.have.length(0)
      })

  for (const moment of moments)
    for (const { title, abort } of reasons)
      for (const door of doors)
        it(`${moment.title} ends ${door} at once, with ${title}`, async () => {
          const server = await served(moment.fault)
          const events: ClientEvent[] = []
          const controller = new AbortController()
          const client = clientOf(server.url, { onEvent: (event) => events.push(event), ...moment.options })
          const ending = call(door, client, { signal: controller.signal })
          expect(await until(() => moment.now({ server, events }))).to.equal(true)
          const aborted = performance.now()
          abort(controller)
          const { result } = await ending
          expect(performance.now() - aborted).to.be.below(1500)
          expectAborted(leftOf(result), controller.signal)
          expect(leftOf(result).attempts ?? 0).to.equal(moment.attempts)
          expect(server.requests).to.have.length(moment.requests)
          expect(events.at(-1)).to.include({ type: 'failure', error: 'AbortError', attempt: moment.attempts })
          const told = events.filter(({ type }) => type === 'retry')
          expect(told).to.have.length(moment.now === waiting ? moment.attempts : Math.max(0, moment.attempts - 1))
          // The attempt's own connection is broken; one that was answered may be used again.
          if (moment.now === asked) expect(await until(() => server.held() === 0)).to.equal(true)
        })

  it('during a wait prevents the next attempt', async () => {
    const server = await served(answered(503, ''))
    const controller = new AbortController()
    const onEvent = ({ type }: ClientEvent): void => {
      if (type === 'retry') setTimeout(() => controller.abort(), 20)
    }
    const { result } = await call('send', clientOf(server.url, { onEvent }), { signal: controller.signal })
    expectAborted(leftOf(result), controller.signal)
    await new Promise((resolve) => setTimeout(resolve, 400))
    expect(server.requests).to.have.length(1)
  })

  it('while the key is read prevents the request, also when the key comes', async () => {
    const server = await served(answered(201, minted))
    const controller = new AbortController()
    const slowly = async (): Promise<string> => {
      await new Promise((resolve) => setTimeout(resolve, 50))
      return apiKey
    }
    const ending = call('send', clientOf(server.url, { apiKey: slowly }), { signal: controller.signal })
    controller.abort('Enough')
    expectAborted(leftOf((await ending).result), controller.signal)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(server.requests).to.have.length(0)
  })

  for (const type of ['attempt', 'retry'] as const)
    it(`from inside the event '${type}' ends the call at once`, async () => {
      const server = await served(answered(503, ''))
      const controller = new AbortController()
      const onEvent = (event: ClientEvent): void => {
        if (event.type === type) controller.abort('Enough')
      }
      const { result } = await call('send', clientOf(server.url, { onEvent }), { signal: controller.signal })
      expectAborted(leftOf(result), controller.signal)
      expect(server.requests).to.have.length(type === 'attempt' ? 0 : 1)
    })

  it('after the end has no effect', async () => {
    const server = await served(answered(201, minted))
    const controller = new AbortController()
    const { result } = await call('send', clientOf(server.url), { signal: controller.signal })
    controller.abort('Too late')
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(rightOf(result).token).to.equal(minted.token)
  })

  it('of one call leaves another one of the client alone', async () => {
    const answers: (() => void)[] = []
    const server = await served({ http: (response) => answers.push(() => json(response, 201, minted)) })
    const client = clientOf(server.url)
    const controller = new AbortController()
    const doomed = call('send', client, { signal: controller.signal })
    const other = call('send', client, { signal: new AbortController().signal })
    expect(await until(() => server.requests.length === 2)).to.equal(true)
    controller.abort()
    for (const answer of answers) answer()
    expectAborted(leftOf((await doomed).result), controller.signal)
    expect(rightOf((await other).result).token).to.equal(minted.token)
  })

  it('of one signal ends all calls that were given it', async () => {
    const server = await served(silence)
    const client = clientOf(server.url)
    const controller = new AbortController()
    const doomed = Array.from({ length: 10 }, () => call('send', client, { signal: controller.signal }))
    expect(await until(() => server.requests.length === 10)).to.equal(true)
    controller.abort('All of you')
    for (const { result } of await Promise.all(doomed)) expectAborted(leftOf(result), controller.signal)
    expect(await until(() => server.held() === 0)).to.equal(true)
  })

  it('of a signal ends a call also when another one that was given it has ended before', async () => {
    const [server, silent] = [await served(answered(201, minted)), await served(silence)]
    const controller = new AbortController()
    const { signal } = controller
    const doomed = call('send', clientOf(silent.url), { signal })
    expect(await until(() => silent.requests.length === 1)).to.equal(true)
    rightOf((await call('send', clientOf(server.url), { signal })).result)
    controller.abort('Enough')
    expectAborted(leftOf((await doomed).result), signal)
  })

  it('of a body that comes as fast as it can ends the call', async () => {
    const server = await served(flood(201))
    const controller = new AbortController()
    const ending = call('send', clientOf(server.url), { signal: controller.signal })
    expect(await until(() => server.requests.length === 1)).to.equal(true)
    controller.abort()
    // It may have been too large before.
    expect(['AbortError', 'ReplyError']).to.contain(leftOf((await ending).result).name)
    expect(await until(() => server.held() === 0)).to.equal(true)
  })

  for (const door of doors)
    it(`by AbortSignal.timeout ends ${door} as an abort, with the signal's reason`, async () => {
      const server = await served(silence)
      const begun = performance.now()
      const signal = AbortSignal.timeout(100)
      const { result } = await call(door, clientOf(server.url), { signal })
      expectAborted(leftOf(result), signal)
      expect(signal.reason).to.be.instanceOf(DOMException).and.have.property('name', 'TimeoutError')
      expect(performance.now() - begun).to.be.within(90, 2000)
    })

  it('by AbortSignal.any carries the reason of the one that was first', async () => {
    const server = await served(silence)
    const controller = new AbortController()
    const signal = AbortSignal.any([AbortSignal.timeout(20_000), controller.signal])
    const ending = call('send', clientOf(server.url), { signal })
    expect(await until(() => server.requests.length === 1)).to.equal(true)
    controller.abort('First')
    expectAborted(leftOf((await ending).result), signal)
    expect(signal.reason).to.equal('First')
  })

  describe('of a signal of their own making', () => {
    const trap = (): never => {
      throw new Error('a trap of the test')
    }
    // As JavaScript may give it: no more than the options ask of a signal.
    const own = (members: object): AbortSignal =>
      Object({ aborted: false, addEventListener: () => {}, removeEventListener: () => {}, ...members })
    /** A signal that can be listened to so many times. */
    const listenable = (times: number): AbortSignal => {
      const heard: unknown[] = []
      return own({ addEventListener: (type: unknown) => (heard.length < times ? heard.push(type) : trap()) })
    }
    const foreign = 'threw an error of its own, which is not repeated here.'
    // A timer that stayed behind would throw in this time.
    const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 100))

    it('that throws when it is listened to is a ConfigurationError of the call, and leaves no timer', async () => {
      const server = await served(answered(201, minted))
      const client = clientOf(server.url, { timeout: 50 })
      const { result } = await call('send', client, { signal: listenable(0) })
      expect(leftOf(result)).to.include({ name: 'ConfigurationError', message: `The call ${foreign}` })
      await settled()
      expect(server.requests).to.have.length(0)
    })

    it('that throws when it is listened to once more is one of the wait', async () => {
      const server = await served(answered(200, minted))
      const wait = clientOf(server.url).waitForConnection(4711, { signal: listenable(1), interval: 50 })
      expect(await caught(wait)).to.include({
        name: 'ConfigurationError',
        message: `waitForConnection ${foreign}`,
      })
      await settled()
      expect(server.requests).to.have.length(1)
    })

    it('that throws when it is listened to no more does not concern the call', async () => {
      const signal = own({ removeEventListener: trap })
      const server = await served(answered(201, minted), 1)
      expect(rightOf((await call('send', clientOf(server.url), { signal })).result).token).to.equal(minted.token)
      const silent = await served(silence)
      const { result } = await call('send', clientOf(silent.url, { timeout: 50, retries: 0 }), { signal })
      expect(leftOf(result)).to.include({ name: 'TimeoutError', attempts: 1 })
    })
  })

  it('ends get, authenticate and waitForConnection as well', async () => {
    const server = await served(silence)
    const client = clientOf(server.url)
    const controller = new AbortController()
    const options: CallOptions = { signal: controller.signal }
    const ending = [
      client.get(4711, options),
      client.authenticate(minted.token, options),
      client.waitForConnection(4711, { signal: controller.signal }),
    ].map(caught)
    expect(await until(() => server.requests.length === 3)).to.equal(true)
    controller.abort('Enough')
    for (const error of await Promise.all(ending)) expectAborted(error, controller.signal)
  })
})
