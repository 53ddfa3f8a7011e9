import { expect } from 'chai'
import {
  AbortError,
  ApiError,
  type ClientEvent,
  type ConnectionAttempt,
  createClient,
  InvalidResponseError,
  TimeoutError,
} from '../../lib/index.ts'
import { apiKey, until } from '../support/call.ts'
import { leftOf } from '../support/either.ts'
import { itEach } from '../support/it-each.ts'
import { json } from '../support/server.ts'
import { jsonResponse, stub } from '../support/stub.ts'
import {
  authenticated,
  clientFor,
  connectionOf,
  failing,
  opened,
  type PolledServer,
  pending,
  type Responder,
  responding,
  showing,
  silence,
  waitErrorOf,
} from '../support/waiting.ts'

let server: PolledServer

/** Starts a server that is closed after the test, or when the next one starts. */
const serve = async (...responders: readonly Responder[]): Promise<PolledServer> => {
  await server?.close()
  return responding(...responders)
}

// Inside each describe: at the top of a file it would run after the tests of all files.
const closeAfterEach = () => afterEach(() => server?.close())

const attempt: ConnectionAttempt = { id: 'attempt-1', createdAt: 'then', updatedAt: 'now' }

describe('client.waitForConnection', () => {
  closeAfterEach()

  const final: readonly (readonly [string, Responder, object])[] = [
    ['authenticated', authenticated, { status: 'authenticated', accountId: '451', accountSecureId: '451' }],
    ['authenticated without an account', showing('authenticated'), { status: 'authenticated' }],
    [
      'authenticated with an account id that is a number',
      showing('authenticated', { account_secure_id: 451 }),
      { status: 'authenticated', accountId: '451', accountSecureId: '451' },
    ],
    [
      'error',
      showing('error', { oauth_error_code: 'denied', oauth_error_description: 'No' }),
      { status: 'error', oauthErrorCode: 'denied', oauthErrorDescription: 'No' },
    ],
    ['cancelled', showing('cancelled', { account_secure_id: null }), { status: 'cancelled' }],
    ['expired', showing('expired', { theme: 'dark' }), { status: 'expired', extra: { theme: 'dark' } }],
  ]

  itEach('resolves immediately with an attempt that has ended', final, async ([, respond, connection]) => {
    server = await serve(respond)
    const found = await connectionOf(clientFor(server))
    expect(found).to.deep.equal({ ...attempt, ...connection })
    expect(Object.isFrozen(found)).to.equal(true)
    expect(server.requests.map(({ method, url }) => `${method} ${url}`)).to.deep.equal(['GET /connect_sessions/4711'])
  })

  const unfinished: readonly (readonly [string, Responder])[] = [
    ['is pending', pending],
    ['has an unknown status', showing('reviewing')],
    ['has no status', showing(undefined)],
    ['is missing', (response) => json(response, 200, opened)],
    ['is a string', (response) => json(response, 200, { ...opened, latest_connection_attempt: 'authenticated' })],
  ]

  itEach('polls again while the attempt has not ended', unfinished, async ([, respond]) => {
    server = await serve(respond, respond, authenticated)
    const { status, accountId } = await connectionOf(clientFor(server), { interval: 10 })
    expect({ status, accountId }).to.deep.equal({ status: 'authenticated', accountId: '451' })
    expect(server.requests).to.have.length(3)
  })

  const transient: readonly (readonly [string, Responder])[] = [
    ...[408, 429, 500, 501, 502, 503, 504].map((status) => [`a ${status}`, failing(status)] as const),
    ['a reset', (response) => response.socket?.resetAndDestroy()],
    [
      'a truncated body',
      (response) => response.writeHead(200, { 'content-length': 999 }).write('{"id"', () => response.destroy()),
    ],
    ['silence', silence],
    ['HTML', (response) => response.end('<html>')],
    ['JSON that is not a session', (response) => response.end('["authenticated"]')],
    ['another success status', (response) => response.writeHead(204).end()],
  ]

  itEach('polls again after a transient failure', transient, async ([, respond]) => {
    server = await serve(pending, respond, pending, respond, authenticated)
    const client = clientFor(server, { timeout: 200 })
    expect((await connectionOf(client, { interval: 5 })).accountId).to.equal('451')
    expect(server.requests.length).to.be.at.least(5)
  })

  it('retries each poll like get', async () => {
    server = await serve(failing(503, { 'retry-after': '0' }), authenticated)
    const client = clientFor(server, { retries: 2 })
    expect((await connectionOf(client, { interval: 60_000 })).status).to.equal('authenticated')
    expect(server.requests).to.have.length(2)
  })

  itEach('rejects immediately after other statuses', [302, 400, 401, 403, 404, 409, 412, 422], async (status) => {
    server = await serve(pending, failing(status), authenticated)
    const error = await waitErrorOf(clientFor(server), { interval: 5 })
    expect(error).to.be.instanceOf(ApiError).and.include({ name: 'ApiError', status })
    expect(error.message).to.include('"Not now"')
    expect(server.requests).to.have.length(2)
  })

  it('rejects immediately after drift under strict', async () => {
    server = await serve(pending, (response) => json(response, 201, opened), authenticated)
    const error = await waitErrorOf(clientFor(server, { strict: true }), { interval: 5 })
    expect(error).to.be.instanceOf(InvalidResponseError).and.include({ status: 201, attempts: 2 })
    expect(error)
      .to.have.property('issues')
      .that.deep.equals([{ path: 'status', message: 'must be 200, got 201' }])
  })

  it('rejects with an error that has the number of polls, the time of the wait and the fields of the response', async () => {
    server = await serve(pending, pending, pending, failing(404, { 'x-request-id': 'req-7' }))
    const started = performance.now()
    const error = await waitErrorOf(clientFor(server), { interval: 40 })
    expect(error).to.be.instanceOf(ApiError).and.include({ attempts: 4, status: 404, requestId: 'req-7' })
    expect(error).to.have.deep.property('body', { statusCode: 404, message: 'Not now' })
    // A timer may fire a millisecond early.
    expect(error.elapsedMs).to.be.within(115, Math.ceil(performance.now() - started))
  })

  it('rejects with the number of polls after any error that ends the wait, and keeps its message and cause', async () => {
    const redirect = Object.assign(new Error('NEXT_REDIRECT'), { digest: 'NEXT_REDIRECT;replace;/login;307;' })
    const endings: readonly (readonly [name: string, end: () => Response | Promise<Response>, cause: unknown])[] = [
      ['ConfigurationError', () => Object(null), undefined],
      ['NetworkError', () => Promise.reject(redirect), redirect],
    ]
    for (const [name, end, cause] of endings) {
      let polls = 0
      const fetch = async (): Promise<Response> => {
        polls += 1
        return polls < 3 ? jsonResponse(200, opened) : end()
      }
      const client = createClient({ apiKey, fetch, retries: 0 })
      const error = leftOf(await client.task.waitForConnection(opened.id, { interval: 1 })())
      expect(error).to.include({ name, attempts: 3 }).and.have.property('message').that.is.not.equal('')
      expect([error.cause, Object.hasOwn(error, 'cause')]).to.deep.equal([cause, cause !== undefined])
    }
  })

  it('rejects with a ConfigurationError without attempts if the key is invalid', async () => {
    server = await serve(authenticated)
    const error = await waitErrorOf(clientFor(server, { apiKey: ' ' }))
    expect(error).to.have.property('name', 'ConfigurationError')
    expect(error).not.to.have.any.keys('attempts', 'elapsedMs')
    expect(server.requests).to.have.length(0)
  })
})

describe('The limits of client.waitForConnection', () => {
  closeAfterEach()

  it('are checked before the first poll', async () => {
    const { fetch, requests } = stub()
    const error = await waitErrorOf(createClient({ apiKey, fetch }), { interval: 0 })
    expect(error.message).to.match(/^Invalid options for waitForConnection: interval: must be a number/)
    expect(requests).to.have.length(0)
  })

  /** A client and the attempts that it started, since a request may arrive late or never. */
  const counted = () => {
    const sent: ClientEvent[] = []
    const onEvent = (event: ClientEvent) => event.type === 'attempt' && sent.push(event)
    return { client: clientFor(server, { onEvent }), sent }
  }

  const endless: readonly (readonly [string, Responder])[] = [
    ['a pending attempt', pending],
    ['nothing but 503', failing(503)],
    ['nothing but HTML', (response) => response.end('<html>')],
    ['silence', silence],
  ]

  itEach('end the wait with a TimeoutError at the deadline', endless, async ([, respond]) => {
    server = await serve(respond)
    const { client, sent } = counted()
    const started = performance.now()
    const error = await waitErrorOf(client, { interval: 20, deadline: 150 })
    const took = performance.now() - started
    expect(error).to.be.instanceOf(TimeoutError)
    expect(error.message).to.include('No account was connected within the deadline of 150 ms.')
    // A timer may fire a millisecond early.
    expect(took).to.be.within(145, 5000)
    expect(error.elapsedMs).to.be.within(145, Math.ceil(took))
    expect(error.attempts).to.be.at.least(1)
    expect(sent).to.have.length(error.attempts ?? 0)
    await new Promise((resolve) => setTimeout(resolve, 60))
    expect(sent, 'attempts after the deadline').to.have.length(error.attempts ?? 0)
  })

  it('end the wait with a TimeoutError if the apiKey function never returns', async () => {
    server = await serve(authenticated)
    const client = clientFor(server, { apiKey: () => new Promise(() => {}) })
    const error = await waitErrorOf(client, { interval: 20, deadline: 150 })
    expect(error).to.be.instanceOf(TimeoutError)
    expect(error.message).to.include('The last poll failed: The `apiKey` function exceeded the deadline of')
    expect(server.requests).to.have.length(0)
  })

  it('are reported with the failure of the last poll, or with the advice to wait longer', async () => {
    server = await serve(silence)
    const messageOf = async (respond: () => Response): Promise<string> => {
      const client = createClient({ apiKey, fetch: stub(respond).fetch, retries: 0 })
      return (await waitErrorOf(client, { interval: 20, deadline: 150 })).message
    }
    const latest_connection_attempt = { status: 'pending' }
    expect(await messageOf(() => jsonResponse(200, { latest_connection_attempt }))).to.equal(
      'No account was connected within the deadline of 150 ms. Wait again, or longer.',
    )
    expect(await messageOf(() => new Response('', { status: 429, headers: { 'retry-after': '3600' } }))).to.match(
      /^No account was connected within the deadline of 150 ms\. The last poll failed: StackOne responded with 429 .* 3600 s/,
    )
  })

  const reason = { why: 'the page was closed' }

  itEach(
    'end the wait immediately if the signal is aborted',
    [
      ['between two polls', pending],
      ['between two polls, after a failure', failing(503)],
      ['during a request', silence],
    ] satisfies readonly (readonly [string, Responder])[],
    async ([, respond]) => {
      server = await serve(respond)
      const controller = new AbortController()
      const waiting = waitErrorOf(clientFor(server), { interval: 60_000, signal: controller.signal })
      expect(await until(() => server.requests.length === 1)).to.equal(true)
      await new Promise((resolve) => setTimeout(resolve, 50))
      const aborted = performance.now()
      controller.abort(reason)
      const error = await waiting
      expect(performance.now() - aborted).to.be.below(2000)
      expect(error).to.be.instanceOf(AbortError).and.include({ reason, attempts: 1 })
      expect(error.elapsedMs).to.be.a('number')
      expect(server.requests).to.have.length(1)
    },
  )

  it('include the interval between two polls', async () => {
    server = await serve(pending, pending, pending, pending, pending, authenticated)
    await connectionOf(clientFor(server), { interval: 60 })
    const gaps = server.arrivals.slice(1).map((time, index) => time - (server.arrivals[index] ?? time))
    expect(gaps).to.have.length(5)
    for (const gap of gaps) expect(gap).to.be.at.least(55)
    // On a busy machine some may be late, but not all.
    expect(Math.min(...gaps)).to.be.below(1000)
  })

  it('allow one poll if the interval is longer than the deadline', async () => {
    server = await serve(pending)
    const { client, sent } = counted()
    expect(await waitErrorOf(client, { interval: 60_000, deadline: 150 })).to.include({ attempts: 1 })
    expect(sent).to.have.length(1)
  })

  it('leave seconds between two polls by default', async () => {
    server = await serve(pending)
    const controller = new AbortController()
    const waiting = waitErrorOf(clientFor(server), { signal: controller.signal, interval: undefined })
    expect(await until(() => server.requests.length === 1)).to.equal(true)
    await new Promise((resolve) => setTimeout(resolve, 250))
    controller.abort()
    expect(await waiting).to.be.instanceOf(AbortError)
    expect(server.requests).to.have.length(1)
  })

  it('keep the interval if the Retry-After of a response is shorter', async () => {
    server = await serve(failing(503, { 'retry-after': '0' }), failing(429, { 'retry-after': '0' }), authenticated)
    await connectionOf(clientFor(server), { interval: 60 })
    const [first = 0, second = 0, third = 0] = server.arrivals
    expect(second - first).to.be.at.least(55)
    expect(third - second).to.be.at.least(55)
  })

  it('extend the interval to the Retry-After of a response', async () => {
    server = await serve(failing(429, { 'retry-after': '1' }), authenticated)
    expect((await connectionOf(clientFor(server), { interval: 5 })).status).to.equal('authenticated')
    const [first = 0, second = 0] = server.arrivals
    expect(second - first).to.be.at.least(990)
  })
})
