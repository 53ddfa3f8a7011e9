import { expect } from 'chai'
import { AbortError, type CallOptions, type ClientEvent, type ClientOptions } from '../../lib/index.ts'
import { apiKey, clientOf, timedSend, until } from '../support/call.ts'
import { caught } from '../support/caught.ts'
import { leftOf, rightOf } from '../support/either.ts'
import { drip, endless, type Fault, type FaultyServer, faultyServers, respondWith, silence } from '../support/faults.ts'
import { itEach } from '../support/it-each.ts'
import { json, minted } from '../support/server.ts'

const reasons = [undefined, new Error('The page was closed'), 'The page was closed', null, 0]

interface Moment {
  readonly title: string
  readonly fault: Fault
  /** Returns whether the moment has come. */
  readonly now: (seen: { readonly server: FaultyServer; readonly events: readonly ClientEvent[] }) => boolean
  readonly options?: ClientOptions
  readonly attempts?: 0 | 2
  readonly requests?: 0 | 2
}

const requested: Moment['now'] = ({ server }) => server.requests.length === 1
const waiting: Moment['now'] = ({ events }) => events.at(-1)?.type === 'retry'

const responses: unknown[] = []

const moments: readonly Moment[] = [
  { title: 'while the server is silent', fault: silence, now: requested },
  { title: 'during the headers', fault: drip('a: b\r\n', 'HTTP/1.1 201 Created', ''), now: requested },
  { title: 'during the body', fault: endless(201), now: requested },
  { title: 'during the delay before a retry', fault: respondWith(503, ''), now: waiting, options: { retries: 100 } },
  {
    title: 'during the second attempt',
    fault: {
      http: (response) => {
        responses.push(response)
        if (responses.length === 1) json(response, 503, {}, { 'retry-after': '0' })
      },
    },
    now: ({ server }) => server.requests.length === 2,
    attempts: 2,
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
    title: 'while a custom fetch ignores its signal',
    fault: silence,
    now: ({ events }) => events.at(-1)?.type === 'attempt',
    options: { fetch: () => new Promise(() => {}) },
    requests: 0,
  },
]

const expectAborted = (error: unknown, signal: AbortSignal): void => {
  expect(error).to.be.instanceOf(AbortError)
  expect(error).to.have.property('name', 'AbortError')
  expect(error).to.have.property('reason', signal.reason)
}

describe('Abort', () => {
  const served = faultyServers()
  beforeEach(() => responses.splice(0))

  itEach('before the call sends nothing, with any reason', reasons, async (reason) => {
    const server = await served(respondWith(201, minted))
    const read: string[] = []
    const readKey = (): string => {
      read.push(apiKey)
      return apiKey
    }
    const controller = new AbortController()
    controller.abort(reason)
    for (const key of [apiKey, readKey]) {
      const client = clientOf(server.url, { apiKey: key })
      const { result } = await timedSend(client, { signal: controller.signal })
      expectAborted(leftOf(result), controller.signal)
      expect(leftOf(result).attempts).to.equal(0)
    }
    expect(read).to.deep.equal([])
    expect(server.requests).to.have.length(0)
  })

  for (const moment of moments) {
    const { attempts = 1, requests = 1 } = moment
    it(`${moment.title} ends the call immediately`, async () => {
      const server = await served(moment.fault)
      const events: ClientEvent[] = []
      const controller = new AbortController()
      const client = clientOf(server.url, { onEvent: (event) => events.push(event), ...moment.options })
      const ending = timedSend(client, { signal: controller.signal })
      expect(await until(() => moment.now({ server, events }))).to.equal(true)
      const aborted = performance.now()
      controller.abort('Enough')
      const { result } = await ending
      expect(performance.now() - aborted).to.be.below(1500)
      expectAborted(leftOf(result), controller.signal)
      expect(leftOf(result).attempts ?? 0).to.equal(attempts)
      expect(server.requests).to.have.length(requests)
      expect(events.at(-1)).to.include({ type: 'failure', error: 'AbortError', attempt: attempts })
      const retries = events.filter(({ type }) => type === 'retry')
      expect(retries).to.have.length(moment.now === waiting ? attempts : Math.max(0, attempts - 1))
      // The connection of an attempt without a complete response must be closed.
      if (moment.now === requested) expect(await until(() => server.held() === 0)).to.equal(true)
    })
  }

  it('while the key is read prevents the request, even if the key arrives', async () => {
    const server = await served(respondWith(201, minted))
    const controller = new AbortController()
    const slowly = async (): Promise<string> => {
      await new Promise((resolve) => setTimeout(resolve, 50))
      return apiKey
    }
    const ending = timedSend(clientOf(server.url, { apiKey: slowly }), { signal: controller.signal })
    controller.abort('Enough')
    expectAborted(leftOf((await ending).result), controller.signal)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(server.requests).to.have.length(0)
  })

  for (const type of ['attempt', 'retry'] as const)
    it(`by a listener of the event '${type}' ends the call immediately`, async () => {
      const server = await served(respondWith(503, ''))
      const controller = new AbortController()
      const onEvent = (event: ClientEvent): void => {
        if (event.type === type) controller.abort('Enough')
      }
      const { result } = await timedSend(clientOf(server.url, { onEvent }), { signal: controller.signal })
      expectAborted(leftOf(result), controller.signal)
      expect(server.requests).to.have.length(type === 'attempt' ? 0 : 1)
    })

  it('of one call does not affect another call of the client', async () => {
    const responses: (() => void)[] = []
    const server = await served({ http: (response) => responses.push(() => json(response, 201, minted)) })
    const client = clientOf(server.url)
    const controller = new AbortController()
    const doomed = timedSend(client, { signal: controller.signal })
    const other = timedSend(client, { signal: new AbortController().signal })
    expect(await until(() => server.requests.length === 2)).to.equal(true)
    controller.abort()
    for (const respond of responses) respond()
    expectAborted(leftOf((await doomed).result), controller.signal)
    expect(rightOf((await other).result).token).to.equal(minted.token)
  })

  it('of a shared signal ends a call after another call that used it has ended', async () => {
    const [server, silent] = [await served(respondWith(201, minted)), await served(silence)]
    const controller = new AbortController()
    const { signal } = controller
    const doomed = timedSend(clientOf(silent.url), { signal })
    expect(await until(() => silent.requests.length === 1)).to.equal(true)
    rightOf((await timedSend(clientOf(server.url), { signal })).result)
    controller.abort('Enough')
    expectAborted(leftOf((await doomed).result), signal)
  })

  it("by AbortSignal.timeout is an AbortError with the signal's reason", async () => {
    const server = await served(silence)
    const begun = performance.now()
    const signal = AbortSignal.timeout(100)
    const { result } = await timedSend(clientOf(server.url), { signal })
    expectAborted(leftOf(result), signal)
    expect(signal.reason).to.be.instanceOf(DOMException).and.have.property('name', 'TimeoutError')
    expect(performance.now() - begun).to.be.within(90, 2000)
  })

  it('ends get, authenticate and waitForConnection', async () => {
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
