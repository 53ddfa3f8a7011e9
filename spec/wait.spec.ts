import { expect } from 'chai'
import { ApiError } from '../lib/index.ts'
import { json } from './support/server.ts'
import {
  type Answer,
  answering,
  authenticated,
  clientFor,
  connectionOf,
  doors,
  errorOf,
  failing,
  opened,
  pending,
  showing,
  silence,
  type Waited,
} from './support/waiting.ts'

let server: Waited

// Inside each describe: at the top of a file it would run for the tests of all files.
const closeAfterEach = () => afterEach(() => server.close())

const attempt = { id: 'attempt-1', createdAt: 'then', updatedAt: 'now' }

for (const [name, wait] of doors)
  describe(`client.${name}`, () => {
    closeAfterEach()

    const ended: readonly (readonly [string, Answer, object])[] = [
      ['authenticated', authenticated, { status: 'authenticated', accountId: '451', accountSecureId: '451' }],
      ['authenticated without an account', showing('authenticated'), { status: 'authenticated' }],
      [
        'authenticated with an account in a number',
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

    for (const [title, answer, connection] of ended)
      it(`resolves at once with an attempt that is ${title}`, async () => {
        server = await answering(answer)
        const seen = connectionOf(await wait(clientFor(server), '4711', {}))
        expect(seen).to.deep.equal({ ...attempt, ...connection })
        expect(Object.isFrozen(seen)).to.equal(true)
        expect(server.requests.map(({ method, url }) => `${method} ${url}`)).to.deep.equal([
          'GET /connect_sessions/4711',
        ])
      })

    const unfinished: readonly (readonly [string, Answer])[] = [
      ['pending', pending],
      ['of a status nobody knows', showing('reviewing')],
      ['in capitals', showing('AUTHENTICATED')],
      ['without a status', showing(undefined)],
      ['with a status that is a number', showing(7)],
      ['null', (response) => json(response, 200, { ...opened, latest_connection_attempt: null })],
      ['missing', (response) => json(response, 200, opened)],
      ['a string', (response) => json(response, 200, { ...opened, latest_connection_attempt: 'authenticated' })],
      ['a list', (response) => json(response, 200, { latest_connection_attempt: [{ status: 'error' }] })],
    ]

    for (const [title, answer] of unfinished)
      it(`asks again while the attempt is ${title}`, async () => {
        server = await answering(answer, answer, authenticated)
        const { status, accountId } = connectionOf(await wait(clientFor(server), '4711', { interval: 10 }))
        expect({ status, accountId }).to.deep.equal({ status: 'authenticated', accountId: '451' })
        expect(server.requests).to.have.length(3)
      })

    const passing: readonly (readonly [string, Answer])[] = [
      ...[408, 429, 500, 501, 502, 503, 504].map((status) => [`a ${status}`, failing(status)] as const),
      ['a 503 with Retry-After 0', failing(503, { 'retry-after': '0' })],
      ['a reset', (response) => response.socket?.resetAndDestroy()],
      ['a closed connection', (response) => response.socket?.destroy()],
      [
        'a cut body',
        (response) => response.writeHead(200, { 'content-length': 999 }).write('{"id"', () => response.destroy()),
      ],
      ['silence', silence],
      ['silence after the headers', (response) => response.writeHead(200).flushHeaders()],
      ['HTML', (response) => response.end('<html>')],
      ['an empty body', (response) => response.end()],
      ['cut JSON', (response) => response.end('{"latest_connection_attempt":')],
      ['JSON that is no session', (response) => response.end('["authenticated"]')],
      ['a success of another status', (response) => response.writeHead(204).end()],
    ]

    for (const [title, answer] of passing)
      it(`lives through ${title}`, async () => {
        server = await answering(pending, answer, pending, answer, authenticated)
        const client = clientFor(server, { timeout: 200 })
        expect(connectionOf(await wait(client, '4711', { interval: 5 })).accountId).to.equal('451')
        expect(server.requests.length).to.be.at.least(5)
      })

    it('lives through silence also when it is strict', async () => {
      server = await answering(pending, silence, authenticated)
      const client = clientFor(server, { timeout: 200, strict: true })
      expect(connectionOf(await wait(client, '4711', { interval: 5 })).accountId).to.equal('451')
      expect(server.requests.length).to.be.at.least(3)
    })

    it('lives through what get itself tries again after', async () => {
      server = await answering(failing(503, { 'retry-after': '0' }), authenticated)
      const client = clientFor(server, { retries: 2 })
      expect(connectionOf(await wait(client, '4711', { interval: 60_000 })).status).to.equal('authenticated')
      expect(server.requests).to.have.length(2)
    })

    for (const status of [400, 401, 403, 404, 409, 422])
      it(`stops at once on ${status}`, async () => {
        server = await answering(pending, failing(status), authenticated)
        const error = errorOf(await wait(clientFor(server), '4711', { interval: 5 }))
        if (!(error instanceof ApiError)) throw error
        expect(error).to.include({ name: 'ApiError', status })
        expect(error.message).to.include('Not now')
        expect(server.requests).to.have.length(2)
      })

    it('counts all its looks, and all its time, in the error that stops it', async () => {
      server = await answering(pending, pending, pending, failing(404))
      const started = performance.now()
      const { attempts, elapsedMs } = errorOf(await wait(clientFor(server), '4711', { interval: 40 }))
      expect(attempts).to.equal(4)
      // Three waits, of which each timer may be a millisecond early.
      expect(elapsedMs).to.be.within(115, Math.ceil(performance.now() - started))
    })

    it('escapes the id', async () => {
      server = await answering(authenticated)
      connectionOf(await wait(clientFor(server), '../a?b#c%', {}))
      expect(server.requests.map(({ url }) => url)).to.deep.equal(['/connect_sessions/..%2Fa%3Fb%23c%25'])
    })
  })

describe('A task of waitForConnection', () => {
  closeAfterEach()

  it('asks for nothing until it is run, and anew at each run', async () => {
    server = await answering(authenticated)
    const task = clientFor(server).task.waitForConnection(4711)
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(server.requests).to.have.length(0)
    expect(await task()).to.deep.include({ _tag: 'Right' })
    expect(await task()).to.deep.include({ _tag: 'Right' })
    expect(server.requests).to.have.length(2)
  })
})
