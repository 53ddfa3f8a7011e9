import { expect } from 'chai'
import {
  AbortError,
  type ClientEvent,
  ConfigurationError,
  createClient,
  TimeoutError,
  ValidationError,
  type WaitOptions,
} from '../lib/index.ts'
import { apiKey, until } from './support/call.ts'
import {
  type Answer,
  answering,
  authenticated,
  clientFor,
  connectionOf,
  doors,
  errorOf,
  failing,
  pending,
  silence,
  type Waited,
} from './support/waiting.ts'

let server: Waited

// Inside each describe: at the top of a file it would run for the tests of all files.
const closeAfterEach = () => afterEach(() => server.close())

for (const [name, wait] of doors)
  describe(`The limits of client.${name}`, () => {
    closeAfterEach()

    /** A client, and the attempts that it made: what it sent in time may arrive later, or not at all. */
    const counted = () => {
      const sent: ClientEvent[] = []
      const onEvent = (event: ClientEvent) => event.type === 'attempt' && sent.push(event)
      return { client: clientFor(server, { onEvent }), sent }
    }

    const neverEnding: readonly (readonly [string, Answer])[] = [
      ['an attempt that stays pending', pending],
      ['nothing but 503', failing(503)],
      ['nothing but HTML', (response) => response.end('<html>')],
      ['nothing at all', silence],
      ['headers alone', (response) => response.writeHead(200).flushHeaders()],
    ]

    for (const [title, answer] of neverEnding)
      it(`is a TimeoutError when the deadline is over: ${title}`, async () => {
        server = await answering(answer)
        const { client, sent } = counted()
        const started = performance.now()
        const error = errorOf(await wait(client, '4711', { interval: 20, deadline: 150 }))
        const took = performance.now() - started
        if (!(error instanceof TimeoutError)) throw error
        expect(error.message).to.include('150 ms')
        // A timer may fire a millisecond early.
        expect(took).to.be.within(145, 5000)
        expect(error.elapsedMs).to.be.within(145, Math.ceil(took))
        expect(error.attempts).to.be.at.least(1)
        expect(sent).to.have.length(error.attempts ?? 0)
        await new Promise((resolve) => setTimeout(resolve, 60))
        expect(sent, 'attempts after the deadline').to.have.length(error.attempts ?? 0)
      })

    it('is a TimeoutError when the key never comes', async () => {
      server = await answering(authenticated)
      const client = clientFor(server, { apiKey: () => new Promise(() => {}) })
      const error = errorOf(await wait(client, '4711', { interval: 20, deadline: 150 }))
      expect(error).to.be.instanceOf(TimeoutError)
      expect(error.message).to.include('The last look failed: The apiKey function gave no key within')
      expect(server.requests).to.have.length(0)
    })

    const reason = { why: 'the page was closed' }

    it('sends nothing when its signal is aborted already', async () => {
      server = await answering(authenticated)
      const error = errorOf(await wait(clientFor(server), '4711', { signal: AbortSignal.abort(reason) }))
      if (!(error instanceof AbortError)) throw error
      expect(error.reason).to.equal(reason)
      expect(server.requests).to.have.length(0)
    })

    for (const [title, answer] of [
      ['between two looks', pending],
      ['between two looks, after a failure', failing(503)],
      ['while a request is in flight', silence],
      ['while a body is in flight', (response) => response.writeHead(200).flushHeaders()],
    ] satisfies readonly (readonly [string, Answer])[])
      it(`ends at once when its signal is aborted ${title}`, async () => {
        server = await answering(answer)
        const controller = new AbortController()
        const waiting = wait(clientFor(server), '4711', { interval: 60_000, signal: controller.signal })
        expect(await until(() => server.requests.length === 1)).to.equal(true)
        await new Promise((resolve) => setTimeout(resolve, 50))
        const aborted = performance.now()
        controller.abort(reason)
        const error = errorOf(await waiting)
        expect(performance.now() - aborted).to.be.below(2000)
        if (!(error instanceof AbortError)) throw error
        expect(error.reason).to.equal(reason)
        expect(error.attempts).to.equal(1)
        expect(error.elapsedMs).to.be.a('number')
        expect(server.requests).to.have.length(1)
      })

    it('asks with the interval that it was given', async () => {
      server = await answering(pending, pending, pending, pending, pending, authenticated)
      connectionOf(await wait(clientFor(server), '4711', { interval: 60 }))
      const gaps = server.arrivals.slice(1).map((at, index) => at - (server.arrivals[index] ?? at))
      expect(gaps).to.have.length(5)
      for (const gap of gaps) expect(gap).to.be.at.least(55)
      // Each of them may be late on a machine that is busy, but not all.
      expect(Math.min(...gaps)).to.be.below(1000)
    })

    it('asks once when the interval is longer than the deadline', async () => {
      server = await answering(pending)
      const { client, sent } = counted()
      expect(errorOf(await wait(client, '4711', { interval: 60_000, deadline: 150 }))).to.include({ attempts: 1 })
      expect(sent).to.have.length(1)
    })

    it('leaves seconds between two looks unless told otherwise', async () => {
      server = await answering(pending)
      const controller = new AbortController()
      const waiting = wait(clientFor(server), '4711', { signal: controller.signal, interval: undefined })
      expect(await until(() => server.requests.length === 1)).to.equal(true)
      await new Promise((resolve) => setTimeout(resolve, 250))
      controller.abort()
      expect(errorOf(await waiting)).to.be.instanceOf(AbortError)
      expect(server.requests).to.have.length(1)
    })

    it('waits as long as a Retry-After asks', async () => {
      server = await answering(failing(429, { 'retry-after': '1' }), authenticated)
      expect(connectionOf(await wait(clientFor(server), '4711', { interval: 5 })).status).to.equal('authenticated')
      const [first = 0, second = 0] = server.arrivals
      expect(second - first).to.be.at.least(990)
    })

    const badOptions: readonly (readonly [string, unknown, RegExp])[] = [
      ['an interval of zero', { interval: 0 }, /interval: expected milliseconds.* got zero/],
      ['a negative interval', { interval: -1 }, /interval: expected milliseconds.* got a negative number/],
      ['an interval of NaN', { interval: Number.NaN }, /interval: expected milliseconds.* got NaN/],
      ['an endless interval', { interval: Number.POSITIVE_INFINITY }, /interval: expected milliseconds/],
      ['an interval in a string', { interval: '1000' }, /interval: expected milliseconds.* got a string/],
      ['a deadline of zero', { deadline: 0 }, /deadline: expected milliseconds.* got zero/],
      ['a deadline that is null', { deadline: null }, /deadline: expected milliseconds.* got null/],
      ['a deadline beyond all timers', { deadline: 2 ** 31 }, /deadline: expected milliseconds/],
      ['a signal that is none', { signal: {} }, /signal: expected an AbortSignal, got an object/],
      ['a misspelt option', { intervall: 10 }, /intervall: is no option \(did you mean 'interval'\?\)/],
      ['an option of other calls', { retries: 1 }, /retries: is no option/],
      ['two mistakes', { interval: 0, deadline: 0 }, /interval: [\s\S]*deadline: /],
      ['null', null, /expected an object of options, got null/],
      ['a number', 1000, /expected an object of options, got a number/],
    ]

    for (const [title, options, message] of badOptions)
      it(`is a ConfigurationError before anything is sent: ${title}`, async () => {
        server = await answering(authenticated)
        // Callers in JavaScript are not held to the type.
        const error = errorOf(await wait(clientFor(server), '4711', options as WaitOptions))
        expect(error).to.be.instanceOf(ConfigurationError)
        expect(error.message).to.include('waitForConnection').and.match(message)
        expect(server.requests).to.have.length(0)
      })

    for (const id of ['', ' \n', '.', '..', null, undefined, Number.NaN, {}, true])
      it(`is a ValidationError before anything is sent: the id ${typeof id} ${JSON.stringify(String(id))}`, async () => {
        server = await answering(authenticated)
        // Callers in JavaScript are not held to the type.
        const error = errorOf(await wait(clientFor(server), id as string, { deadline: 300 }))
        if (!(error instanceof ValidationError)) throw error
        expect(error.issues.map(({ path }) => path)).to.deep.equal(['id'])
        expect(server.requests).to.have.length(0)
      })
  })

describe('The deadline of a wait', () => {
  for (const [name, wait] of doors)
    it(`is told by client.${name} with how the last look failed, or that one may wait longer`, async () => {
      // Without a network, so that no look takes longer than it may.
      const ended = async (response: () => Response): Promise<string> => {
        const client = createClient({ apiKey, fetch: async () => response(), retries: 0 })
        return errorOf(await wait(client, '4711', { interval: 20, deadline: 150 })).message
      }
      const latest_connection_attempt = { status: 'pending' }
      expect(await ended(() => Response.json({ latest_connection_attempt }))).to.equal(
        'No account was connected within the deadline of 150 ms. Wait again, or longer.',
      )
      expect(await ended(() => new Response('', { status: 429, headers: { 'retry-after': '3600' } }))).to.match(
        /^No account was connected within the deadline of 150 ms\. The last look failed: StackOne answered 429 .* 3600 s/,
      )
    })
})
