import { expect } from 'chai'
import fc from 'fast-check'
import {
  type Client,
  type ClientEvent,
  ConfigurationError,
  type ConnectSession,
  type ConnectSessionToken,
  createClient,
  type Fetch,
  InvalidResponseError,
  type Session,
  session,
  ValidationError,
} from '../../lib/index.ts'
import { isBlank } from '../../lib/util/guards.ts'
import { acme, apiKey, clientOf } from '../support/call.ts'
import { caught } from '../support/caught.ts'
import { leftOf } from '../support/either.ts'
import { unsetEnvironment } from '../support/environment.ts'
import { itEach } from '../support/it-each.ts'
import { httpServer, json, minted, type TestServer } from '../support/server.ts'
import { nested, usual } from '../support/shape.ts'
import { jsonResponse, stub } from '../support/stub.ts'

const owner = { origin_owner_id: 'acme-42', origin_owner_name: 'Acme Inc.' }
const payload = { originOwnerId: 'acme-42', originOwnerName: 'Acme Inc.' }
const { token, auth_link_url, ...opened } = minted

let server: TestServer | undefined

/** Starts a server that is closed after the test, or when the next one starts. */
const served = async (respond: Parameters<typeof httpServer>[0]): Promise<TestServer> => {
  await server?.close()
  server = await httpServer(respond)
  return server
}

// Inside each describe: at the top of a file it would run after the tests of all files.
const closeAfterEach = () =>
  afterEach(async () => {
    await server?.close()
    server = undefined
  })

describe('session.send', () => {
  closeAfterEach()

  const sent: readonly (readonly [string, Session, object])[] = [
    ['the owner alone', acme, owner],
    [
      'aliases of categories by their wire values',
      acme.categories('hrisLegacy', 'stackOne', 'ats'),
      { ...owner, categories: ['hris-legacy', 'stackone', 'ats'] },
    ],
    [
      'metadata',
      acme.metadata({ snake_case: { camelCase: ['é', null, 1.5] } }),
      { ...owner, metadata: { snake_case: { camelCase: ['é', null, 1.5] } } },
    ],
    ['an unknown field', acme.field('theme', null), { ...owner, theme: null }],
  ]

  itEach('sends a session or a payload in one request', sent, async ([, given, body]) => {
    const { url, requests } = await served((_, response) => json(response, 201, minted))
    await given.send(clientOf(url))
    expect(requests).to.have.length(1)
    expect(requests[0]).to.include({ method: 'POST', url: '/connect_sessions' })
    expect(JSON.parse(requests[0]?.body ?? '')).to.deep.equal(body)
  })

  it('resolves with the session in camel case, its token and its expiry', async () => {
    const { url } = await served((_, response) => json(response, 201, minted))
    const expiresAt = new Date('2026-01-01T00:01:00.000Z')
    expect(await acme.expiresIn(60).send(clientOf(url))).to.deep.equal({ ...usual, expiresAt, drift: [] })
  })

  const invalid: readonly (readonly [string, Session])[] = [
    ['an owner that is not a string', Reflect.apply(acme.owner, acme, [7, ['Acme Inc.']])],
    ['a blank label', acme.label('')],
  ]

  itEach('rejects an invalid payload with a ValidationError and sends nothing', invalid, async ([, given]) => {
    const { fetch, requests } = stub()
    const client = createClient({ apiKey, fetch })
    expect(await caught(given.send(client))).to.be.instanceOf(ValidationError)
    expect(leftOf(await given.task(client)())).to.be.instanceOf(ValidationError)
    expect(requests).to.have.length(0)
  })

  it('without an owner is a ValidationError that names .owner(id, name)', async () => {
    const ownerless = session().provider('bamboohr')
    const error = await caught(Reflect.apply(Reflect.get(ownerless, 'send'), ownerless, [createClient({ apiKey })]))
    expect(error).to.be.instanceOf(ValidationError)
    expect(String(error)).to.include('use .owner(id, name)')
  })

  const notClients: readonly (readonly [string, unknown, string])[] = [
    ['an object without create', {}, 'an object'],
    ['a string', 'client', 'a string'],
    ['createClient, not called', createClient, 'a function'],
    ['a promise of a client', Promise.resolve(createClient({ apiKey })), 'an object'],
  ]
  itEach('rejects other values instead of a client with a ConfigurationError', notClients, async ([, client, kind]) => {
    const error = await caught(Promise.resolve(Reflect.apply(acme.send, acme, [client])))
    expect(error).to.be.instanceOf(ConfigurationError)
    expect(error)
      .to.have.property('message')
      .that.matches(new RegExp(`client: must be a client, got ${kind} \\(use .*createClient\\(`))
  })

  it('passes the payload in camel case to a stub client', async () => {
    const payloads: unknown[] = []
    const client = {
      create: async (given: unknown) => {
        payloads.push(given)
        return { token: 'tok', expiresAt: new Date(0), drift: [] }
      },
    }
    expect((await acme.field('theme', 'dark').send(client)).token).to.equal('tok')
    expect(payloads).to.deep.equal([{ ...payload, extra: { theme: 'dark' } }])
  })

  it('rejects with a sanitized cause if a stub client throws', async () => {
    const error = await caught(acme.send({ create: () => Promise.reject(new TypeError('no stub')) }))
    expect(error).to.include({ name: 'ConfigurationError', message: 'The client threw an error. See `cause`.' })
    expect(error).to.have.property('cause').that.includes({ name: 'TypeError', message: 'no stub' })
  })

  it("rejects with a stub client's SessionError unchanged", async () => {
    const thrown = new ConfigurationError('the stub failed')
    expect(await caught(acme.send({ create: () => Promise.reject(thrown) }))).to.equal(thrown)
  })
})

describe('client.create', () => {
  closeAfterEach()

  const invalid: readonly (readonly [title: string, payload: unknown, path: string, hint?: string])[] = [
    ['nothing', undefined, ''],
    ['null', null, ''],
    ['a wire object', owner, 'originOwnerId'],
    ['a payload without an owner name', { originOwnerId: 'acme-42' }, 'originOwnerName'],
    ['a misspelled field', { ...payload, originUserName: 'a' }, 'originUserName', "did you mean 'originUsername'?"],
    ['a field that is null', { ...payload, label: null }, 'label'],
    ['an owner field in extra', { ...payload, extra: { origin_owner_id: 'a' } }, 'extra.origin_owner_id'],
    ['an alias of a category', { ...payload, categories: ['hrisLegacy'] }, 'categories[0]'],
  ]

  itEach(
    'rejects an invalid argument with a ValidationError and sends nothing',
    invalid,
    async ([, value, path, hint]) => {
      const { fetch, requests } = stub()
      const error = await caught(Reflect.apply(createClient({ apiKey, fetch }).create, undefined, [value]))
      if (!(error instanceof ValidationError)) throw error
      expect(error.message).to.match(/^Invalid payload:/)
      expect(error.issues.map((issue) => issue.path)).to.include(path)
      if (hint !== undefined) expect(error.issues[0]?.hint).to.equal(hint)
      expect(requests).to.have.length(0)
    },
  )

  it('sends a payload as the builder sends a session, without undefined fields', async () => {
    const { url, requests } = await served((_, response) => json(response, 201, minted))
    const given = { ...payload, categories: ['ats'], label: undefined, extra: { theme: 1 } } as const
    expect((await clientOf(url).create(given)).token).to.equal(token)
    expect(JSON.parse(requests[0]?.body ?? '')).to.deep.equal({ ...owner, categories: ['ats'], theme: 1 })
  })

  it('sends an extra field that overrides an optional one', async () => {
    const { url, requests } = await served((_, response) => json(response, 201, minted))
    await clientOf(url).create({ ...payload, type: 'test', extra: { type: 'staging' } })
    expect(JSON.parse(requests[0]?.body ?? '')).to.deep.equal({ ...owner, type: 'staging' })
  })
})

describe('client.get', () => {
  unsetEnvironment()
  closeAfterEach()

  const paths: readonly (readonly [string | number, string])[] = [
    [4711, '4711'],
    [Number.MAX_SAFE_INTEGER, '9007199254740991'],
    ['a/b', 'a%2Fb'],
    ['?expand=all', '%3Fexpand%3Dall'],
    ['%2e%2e', '%252e%252e'],
    ['...', '...'],
    ['a\r\nb', 'a%0D%0Ab'],
    ['é😀', '%C3%A9%F0%9F%98%80'],
    ['a\ud800b', 'a%EF%BF%BDb'],
  ]

  // A response without an id may be that of any session.
  const { id: _, ...anonymous } = opened

  itEach('sends the id escaped in the path', paths, async ([id, escaped]) => {
    const { url, requests } = await served((_, response) => json(response, 200, anonymous))
    expect(await clientOf(url).get(id)).to.include({ originOwnerId: 'acme-42' })
    expect(await clientOf(`${url}/proxy/`).get(id)).to.include({ originOwnerId: 'acme-42' })
    expect(requests.map(({ url, method, body }) => ({ url, method, body }))).to.deep.equal([
      { url: `/connect_sessions/${escaped}`, method: 'GET', body: '' },
      { url: `/proxy/connect_sessions/${escaped}`, method: 'GET', body: '' },
    ])
  })

  it('sends any id as one path segment that decodes to it', () => {
    const ids = fc.string({ unit: 'binary' }).filter((text) => !isBlank(text) && text !== '.' && text !== '..')
    return fc.assert(
      fc.asyncProperty(ids, async (id) => {
        const urls: string[] = []
        const fetch: Fetch = async (url) => {
          urls.push(url)
          return Response.json(anonymous)
        }
        await createClient({ apiKey, fetch }).get(id)
        expect(urls).to.have.length(1)
        const { pathname, search, hash, origin } = new URL(urls[0] ?? '')
        const [, collection, segment, ...more] = pathname.split('/')
        expect({ collection, more, search, hash, origin }).to.deep.equal({
          ...{ collection: 'connect_sessions', more: [], search: '', hash: '' },
          origin: 'https://api.stackone.com',
        })
        expect(decodeURIComponent(segment ?? '')).to.equal(id)
      }),
    )
  })
})

describe('client.authenticate', () => {
  closeAfterEach()

  itEach('sends the token unchanged', [token, '"}{', 'a/b?c', 'é😀', '\ud800', ' padded '], async (given) => {
    const { url, requests } = await served((_, response) => json(response, 201, opened))
    await clientOf(url).authenticate(given)
    const [request] = requests
    expect(request).to.include({ method: 'POST', url: '/connect_sessions/authenticate' })
    expect(request?.headers).to.include({ 'content-type': 'application/json' })
    expect(JSON.parse(request?.body ?? '')).to.deep.equal({ token: given })
  })
})

describe('An invalid argument', () => {
  const common = ['', ' \ufeff', null, undefined, true, {}, ['4711'], Symbol('4711'), 10n]
  const ids = [...common, '.', '..', Number.NaN, Number.POSITIVE_INFINITY, 1.5]
  const tokens = [...common, 4711]

  const expectations = { id: 'a non-blank string or an integer', token: 'a non-blank string' }
  type Call = readonly [value: unknown, name: keyof typeof expectations, call: (client: Client) => unknown]
  const invalid: readonly Call[] = [
    ...ids.flatMap((id): Call[] => [
      [id, 'id', ({ get }) => Reflect.apply(get, undefined, [id])],
      [id, 'id', ({ waitForConnection }) => Reflect.apply(waitForConnection, undefined, [id])],
    ]),
    ...tokens.map(
      (value): Call => [value, 'token', (client) => Reflect.apply(client.authenticate, undefined, [value])],
    ),
  ]
  itEach('is a ValidationError and sends nothing', invalid, async ([value, name, call]) => {
    const { fetch, requests } = stub()
    const error = await caught(Promise.resolve(call(createClient({ apiKey, fetch }))))
    if (!(error instanceof ValidationError)) throw error
    expect(error.issues.map(({ path }) => path)).to.deep.equal([name])
    const expectation = value === '.' || value === '..' ? "a string other than '.' and '..'" : expectations[name]
    expect(error.message).to.match(new RegExp(`^Invalid argument: ${name}: must be ${expectation}, got `))
    expect(error).not.to.have.any.keys('attempts', 'elapsedMs')
    expect(requests).to.have.length(0)
  })

  it('may be an id of type undefined for the compiler', async () => {
    const { get, waitForConnection } = createClient({ apiKey })
    const { id }: { id?: string } = {}
    for (const call of [get(id), waitForConnection(id)])
      expect(await caught(call))
        .to.have.property('message')
        .that.matches(/^Invalid argument: id: .*, got undefined$/)
  })
})

describe('The task', () => {
  const calls: readonly (readonly [
    string,
    (client: Client) => Promise<unknown>,
    (client: Client) => () => Promise<object>,
  ])[] = [
    ['session.task', (client) => acme.send(client), (client) => acme.task(client)],
    ['client.task.create', (client) => client.create(payload), (client) => client.task.create(payload)],
    ['client.task.authenticate', (client) => client.authenticate(token), (client) => client.task.authenticate(token)],
    ['client.task.get', (client) => client.get(4711), (client) => client.task.get(4711)],
    [
      'client.task.waitForConnection',
      (client) => client.waitForConnection(4711),
      (client) => client.task.waitForConnection(4711),
    ],
  ]
  const latest_connection_attempt = { status: 'authenticated', account_secure_id: 'acc-1' }

  itEach('resolve with a Right of what the promise resolves with', calls, async ([, promise, task]) => {
    const client = createClient({
      apiKey,
      fetch: stub(() => jsonResponse(201, { ...minted, latest_connection_attempt })).fetch,
    })
    expect(await task(client)()).to.deep.equal({ _tag: 'Right', right: await promise(client) })
  })

  itEach('resolve with a Left of the error that the promise rejects with', calls, async ([, promise, task]) => {
    const client = createClient({ apiKey, fetch: stub(() => jsonResponse(401, { message: 'No.' })).fetch })
    const error = await caught(promise(client))
    expect(await task(client)()).to.have.property('_tag', 'Left')
    expect(await task(client)()).to.have.nested.property('left.message', error instanceof Error && error.message)
  })

  itEach('send nothing until they are run, and send again at each run', calls, async ([, , task]) => {
    const { fetch, requests } = stub(() => jsonResponse(201, { ...minted, latest_connection_attempt }))
    const run = task(createClient({ apiKey, fetch }))
    expect(requests).to.have.length(0)
    await run()
    await run()
    expect(requests).to.have.length(2)
  })
})

describe('The response', () => {
  closeAfterEach()

  const { token: _, authLinkUrl, ...usualSession } = usual

  interface Shape {
    readonly title: string
    readonly sent?: Readonly<Record<string, unknown>>
    readonly body?: string
    readonly decoded?: { readonly [K in keyof ConnectSession]?: ConnectSession[K] | undefined }
    readonly drift?: readonly string[]
    /** Added to the status of the contract. */
    readonly status?: number
  }

  const nothing = Object.fromEntries(Object.keys(usualSession).map((name) => [name, undefined]))
  const guaranteed = ['id', 'organization_id', 'project_id', 'origin_owner_id', 'origin_owner_name', 'created_at']

  // The specs of the codec have the other bodies.
  const shapes: readonly Shape[] = [
    { title: 'the fields of the contract' },
    { title: 'no fields', body: '{}', decoded: nothing, drift: guaranteed },
    { title: 'another success status', status: 2, drift: ['status'] },
    { title: 'an unknown type', sent: { type: 'demo' }, decoded: { type: 'demo' }, drift: ['type'] },
    // These fields belong to the response of create only.
    { title: 'a token and a link', sent: { token, auth_link_url }, decoded: { extra: { token, auth_link_url } } },
  ]

  const unusable: readonly (readonly [string, string])[] = [
    ['', 'the body is empty'],
    ['<html>', 'the body is HTML'],
  ]

  const calls = [
    { name: 'get', status: 200, endpoint: 'GET /connect_sessions/{id}', run: (client: Client) => client.get('4711') },
    {
      name: 'authenticate',
      status: 201,
      endpoint: 'POST /connect_sessions/authenticate',
      run: (client: Client) => client.authenticate(token),
    },
  ]

  const responding = (status: number, body: string): Promise<TestServer> =>
    served((_, response) => response.writeHead(status, { 'x-request-id': 'req-7' }).end(body))

  const defined = (fields: object): object =>
    Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

  it('under strict is rejected with all deviations, one per line', async () => {
    const { url } = await responding(200, JSON.stringify({ ...opened, id: '4711', type: 7 }))
    const error = await caught(clientOf(url, { strict: true }).get(4711))
    expect(error)
      .to.have.property('message')
      .that.matches(/contract:\n {2}- id: .*\n {2}- type: .*\nWithout `strict`, /)
  })

  for (const { name, status, endpoint, run } of calls) {
    for (const shape of shapes) {
      const {
        title,
        sent,
        body = JSON.stringify({ ...opened, ...sent }),
        decoded,
        drift = [],
        status: more = 0,
      } = shape
      it(`to ${name} is decoded${drift.length === 0 ? '' : ', but rejected under strict,'} with ${title}`, async () => {
        const events: ClientEvent[] = []
        const { url } = await responding(status + more, body)
        const found = await run(clientOf(url, { onEvent: (event) => events.push(event) }))
        expect({ ...found, drift: [] }).to.deep.equal(defined({ ...usualSession, ...decoded, drift: [] }))
        expect(found.drift.map(({ path }) => path)).to.have.members(drift)
        const reported = events.flatMap((event) => (event.type === 'drift' ? [event.issues] : []))
        expect(reported).to.deep.equal(drift.length === 0 ? [] : [found.drift])

        const strict = clientOf(url, { strict: true })
        if (drift.length === 0) return expect(await run(strict)).to.deep.equal(found)
        const error = await caught(run(strict))
        if (!(error instanceof InvalidResponseError)) throw error
        expect(error.issues).to.deep.equal(found.drift)
        return expect(error).to.include({ status: status + more, attempts: 1, requestId: 'req-7' })
      })
    }

    itEach(`to ${name} is an InvalidResponseError if it is unusable`, unusable, async ([body, problem]) => {
      const { url, requests } = await responding(status, body)
      expect(await caught(run(clientOf(url)))).to.include({
        name: 'InvalidResponseError',
        message:
          `StackOne responded with ${status} to ${endpoint} without a session: ${problem}. ` +
          'Check `baseUrl`, or try again later.',
        status,
        attempts: 1,
        requestId: 'req-7',
      })
      expect(requests).to.have.length(1)
    })

    it(`to ${name} under strict is rejected with the deviations and what to do`, async () => {
      const { url } = await responding(status + 2, JSON.stringify(opened))
      expect(await caught(run(clientOf(url, { strict: true })))).to.have.property(
        'message',
        `StackOne responded with ${status + 2} to ${endpoint} with deviations from the contract: ` +
          `status: must be ${status}, got ${status + 2}. Without \`strict\`, the client accepts such a response.`,
      )
    })

    it(`to ${name} is decoded without a field that is nested 20,000 levels deep`, async () => {
      const { url } = await responding(status, `${JSON.stringify(opened).slice(0, -1)},"metadata":${nested(20_000)}}`)
      const { drift, ...found }: ConnectSession | ConnectSessionToken = await run(clientOf(url))
      expect(found).to.deep.equal(usualSession)
      expect(drift.map(({ path }) => path.split('.')[0])).to.deep.equal(['metadata'])
    })
  }
})
