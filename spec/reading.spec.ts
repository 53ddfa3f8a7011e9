import { expect } from 'chai'
import { type Client, type ClientEvent, type ConnectSession, ReplyError } from '../lib/index.ts'
import { clientOf } from './support/call.ts'
import { caught } from './support/caught.ts'
import { leftOf, rightOf } from './support/either.ts'
import { httpServer, minted, type TestServer } from './support/server.ts'
import { nested, usual } from './support/shape.ts'

const { token, auth_link_url, ...opened } = minted
const { token: _, authLinkUrl, ...usualSession } = usual

interface Call {
  readonly name: string
  readonly status: number
  readonly endpoint: string
  readonly run: (client: Client) => Promise<ConnectSession>
  /** The Left of the task, where the call is one. */
  readonly fail: (client: Client) => Promise<unknown>
}

const got = { status: 200, endpoint: 'GET /connect_sessions/{id}' }
const authenticated = { status: 201, endpoint: 'POST /connect_sessions/authenticate' }

const calls: readonly Call[] = [
  {
    ...got,
    name: 'get',
    run: (client) => client.get('4711'),
    fail: (client) => caught(client.get('4711')),
  },
  {
    ...got,
    name: 'task.get',
    run: async (client) => rightOf(await client.task.get('4711')()),
    fail: async (client) => leftOf(await client.task.get('4711')()),
  },
  {
    ...authenticated,
    name: 'authenticate',
    run: (client) => client.authenticate(token),
    fail: (client) => caught(client.authenticate(token)),
  },
  {
    ...authenticated,
    name: 'task.authenticate',
    run: async (client) => rightOf(await client.task.authenticate(token)()),
    fail: async (client) => leftOf(await client.task.authenticate(token)()),
  },
]

interface Shape {
  readonly title: string
  readonly sent?: Readonly<Record<string, unknown>>
  readonly body?: string
  readonly gives?: { readonly [K in keyof ConnectSession]?: ConnectSession[K] | undefined }
  readonly drift?: readonly string[]
  /** Added to the contract's status. */
  readonly status?: number
}

const nothing = Object.fromEntries(Object.keys(usualSession).map((name) => [name, undefined]))
const always = ['id', 'organization_id', 'project_id', 'origin_owner_id', 'origin_owner_name', 'created_at']

const shapes: readonly Shape[] = [
  { title: 'what the contract says today' },
  { title: 'no members', body: '{}', gives: nothing, drift: always },
  { title: 'another success', status: 2, drift: ['status'] },
  { title: 'an id that is a string', sent: { id: '4711' }, drift: ['id'] },
  {
    title: 'ids that are numbers',
    sent: { organization_id: 1, account_id: 451 },
    gives: { organizationId: '1', accountId: '451' },
    drift: ['organization_id', 'account_id'],
  },
  {
    title: 'odd categories',
    sent: { categories: ['brand-new', null] },
    gives: { categories: ['brand-new'] },
    drift: ['categories[0]', 'categories[1]'],
  },
  { title: 'a bare category', sent: { categories: 'ats' }, gives: { categories: undefined }, drift: ['categories'] },
  { title: 'a type nobody knows', sent: { type: 'demo' }, gives: { type: 'demo' }, drift: ['type'] },
  { title: 'a date without a zone', sent: { created_at: '2026-01-01T00:00:00' }, drift: ['created_at'] },
  { title: 'a date in seconds', sent: { created_at: 1_767_225_600 }, drift: ['created_at'] },
  { title: 'no date', sent: { created_at: null }, gives: { createdAt: undefined }, drift: ['created_at'] },
  { title: 'metadata that is a list', sent: { metadata: [] }, drift: ['metadata'] },
  {
    title: 'an attempt that is a string',
    sent: { latest_connection_attempt: 'x' },
    drift: ['latest_connection_attempt'],
  },
  {
    title: 'new members',
    body: `${JSON.stringify(opened).slice(0, -1)},"drift":1,"extra":2,"__proto__":3,"constructor":4,"originOwnerId":5}`,
    gives: { extra: JSON.parse('{"drift":1,"extra":2,"__proto__":3,"constructor":4,"originOwnerId":5}') },
  },
  // What only a create answers with is no part of a session here; it is kept like any other member.
  { title: 'a token and a link', sent: { token, auth_link_url }, gives: { extra: { token, auth_link_url } } },
  { title: 'a byte-order mark', body: `\ufeff${JSON.stringify(opened)}` },
]

const unusable: readonly (readonly [string, RegExp])[] = [
  ['', /an empty body/],
  ['null', /null/],
  [JSON.stringify([opened]), /an array/],
  [JSON.stringify(token), /a string/],
  [JSON.stringify(opened).slice(0, -9), /not JSON, or was cut off/],
  ['<html>', /HTML/],
]

let server: TestServer | undefined

// Inside each describe: at the top of a file it would run for the tests of all files.
const closeAfterEach = () =>
  afterEach(async () => {
    await server?.close()
    server = undefined
  })

const answering = async (status: number, body: string): Promise<TestServer> => {
  server = await httpServer((_, response) => response.writeHead(status, { 'x-request-id': 'req-7' }).end(body))
  return server
}

const present = (members: object): object =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))

for (const { name, status, endpoint, run, fail } of calls)
  describe(`client.${name}`, () => {
    closeAfterEach()

    for (const {
      title,
      sent,
      body = JSON.stringify({ ...opened, ...sent }),
      gives,
      drift = [],
      status: more = 0,
    } of shapes)
      it(`resolves with ${title}${drift.length === 0 ? '' : ', and under strict does not'}`, async () => {
        const events: ClientEvent[] = []
        const { url } = await answering(status + more, body)
        const session = await run(clientOf(url, { onEvent: (event) => events.push(event) }))
        expect({ ...session, drift: [] }).to.deep.equal(present({ ...usualSession, ...gives, drift: [] }))
        expect(session.drift.map(({ path }) => path)).to.have.members(drift)
        const told = events.flatMap((event) => (event.type === 'drift' ? [event.issues] : []))
        expect(told).to.deep.equal(drift.length === 0 ? [] : [session.drift])

        const strict = clientOf(url, { strict: true })
        if (drift.length === 0) return expect(await run(strict)).to.deep.equal(session)
        const error = await fail(strict)
        if (!(error instanceof ReplyError)) throw error
        expect(error.issues).to.deep.equal(session.drift)
        return expect(error).to.include({ status: status + more, attempts: 1, requestId: 'req-7' })
      })

    for (const [body, came] of unusable)
      it(`is a ReplyError for ${body === '' ? 'no body' : body.slice(0, 12)}`, async () => {
        const { url, requests } = await answering(status, body)
        const error = await fail(clientOf(url))
        if (!(error instanceof ReplyError)) throw error
        expect(error.message).to.include(`answered ${status} to ${endpoint} without a session`).and.match(came)
        expect(error).to.include({ name: 'ReplyError', status, attempts: 1, requestId: 'req-7' })
        expect(requests).to.have.length(1)
      })

    it('says what came, what is wrong with it, and what to do', async () => {
      const { url } = await answering(status, '[]')
      expect(await fail(clientOf(url))).to.have.property(
        'message',
        `StackOne answered ${status} to ${endpoint} without a session: it sent an array.\n` +
          '  - expected an object, got an array\nCheck baseUrl, or try again later.',
      )
    })

    it('says under strict what deviates, and how to take it', async () => {
      const { url } = await answering(status + 2, JSON.stringify(opened))
      expect(await fail(clientOf(url, { strict: true }))).to.have.property(
        'message',
        `StackOne answered ${status + 2} to ${endpoint} with what is not in the contract:\n` +
          `  - status: expected ${status}, got ${status + 2}\nWithout strict, the client takes such a reply.`,
      )
    })

    it('resolves with a member 20,000 levels deep, without it', async () => {
      const { url } = await answering(status, `${JSON.stringify(opened).slice(0, -1)},"metadata":${nested(20_000)}}`)
      const { drift, ...session } = await run(clientOf(url))
      expect(session).to.deep.equal(usualSession)
      expect(drift.map(({ path }) => path.split('.')[0])).to.deep.equal(['metadata'])
    })
  })
