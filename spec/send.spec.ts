import { expect } from 'chai'
import { ConfigurationError, createClient, type Session, session, ValidationError } from '../lib/index.ts'
import { caught } from './support/caught.ts'
import { leftOf, rightOf } from './support/either.ts'
import { httpServer, json, minted, type TestServer } from './support/server.ts'

const owned = session().owner('acme-42', 'Acme Inc.')
const owner = { origin_owner_id: 'acme-42', origin_owner_name: 'Acme Inc.' }

describe('send', () => {
  let server: TestServer
  beforeEach(async () => {
    server = await httpServer((_, response) => json(response, 201, minted))
  })
  afterEach(() => server.close())

  const client = () => createClient({ apiKey: 'v1.eu1.key', baseUrl: server.url })

  const sent: readonly (readonly [string, Session, object])[] = [
    ['the owner alone', owned, owner],
    ['a username', owned.username('it@acme.example'), { ...owner, origin_username: 'it@acme.example' }],
    ['a provider', owned.provider('bamboohr'), { ...owner, provider: 'bamboohr' }],
    [
      "categories in the vendor's spelling",
      owned.categories('hrisLegacy', 'stackOne', 'ats'),
      { ...owner, categories: ['hris-legacy', 'stackone', 'ats'] },
    ],
    ['an account', owned.account('451'), { ...owner, account_id: '451' }],
    ['an expiry', owned.expiresIn(432_000), { ...owner, expires_in: 432_000 }],
    [
      'metadata',
      owned.metadata({ snake_case: { camelCase: ['é', null, 1.5] } }),
      { ...owner, metadata: { snake_case: { camelCase: ['é', null, 1.5] } } },
    ],
    ['multiple', owned.multiple(), { ...owner, multiple: true }],
    ['a label', owned.label('Berlin'), { ...owner, label: 'Berlin' }],
    ['a type', owned.type('test'), { ...owner, type: 'test' }],
    ['a connector profile', owned.connectorProfile('profile-7'), { ...owner, connector_profile_id: 'profile-7' }],
    ['a new member', owned.field('theme', null), { ...owner, theme: null }],
  ]

  for (const [title, given, body] of sent)
    it(`sends ${title} in one request, and nothing else`, async () => {
      await given.send(client())
      expect(server.requests).to.have.length(1)
      const [request] = server.requests
      expect(request?.method).to.equal('POST')
      expect(request?.url).to.equal('/connect_sessions')
      expect(JSON.parse(request?.body ?? '')).to.deep.equal(body)
    })

  it('sends the key with its colon, JSON and a User-Agent, and only what the platform adds to them', async () => {
    await owned.send(client())
    const { headers, body } = server.requests[0] ?? { headers: {}, body: '' }
    expect(headers).to.include({
      authorization: `Basic ${Buffer.from('v1.eu1.key:').toString('base64')}`,
      accept: 'application/json',
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
    })
    expect(headers['user-agent']).to.match(/^stackone-session\/\d+\.\d+\.\d+$/)
    const platform = ['host', 'connection', 'accept-language', 'sec-fetch-mode', 'accept-encoding']
    const own = ['authorization', 'accept', 'content-type', 'content-length', 'user-agent']
    expect([...platform, ...own]).to.include.members(Object.keys(headers))
  })

  it('resolves with the session in camel case, its token and its expiry', async () => {
    const reply = await owned.expiresIn(60).send(client())
    expect(reply).to.deep.equal({
      id: '4711',
      organizationId: 'org-1',
      projectId: 'project-1',
      originOwnerId: 'acme-42',
      originOwnerName: 'Acme Inc.',
      createdAt: new Date('2026-01-01T00:00:00.000Z'),
      expiresAt: new Date('2026-01-01T00:01:00.000Z'),
      categories: ['ats'],
      type: 'production',
      token: 'tok.0123456789abcdef',
      authLinkUrl: 'https://app.stackone.com/embedded/accounts/connect/tok.0123456789abcdef',
      drift: [],
    })
  })

  it('sends a session as often as it is asked to', async () => {
    await Promise.all([owned.send(client()), owned.send(client()), owned.label('a').send(client())])
    expect(server.requests).to.have.length(3)
  })

  it('sends nothing until a task is run, and anew at each run', async () => {
    const task = owned.task(client())
    expect(server.requests).to.have.length(0)
    expect(rightOf(await task()).token).to.equal(minted.token)
    expect(rightOf(await task()).token).to.equal(minted.token)
    expect(server.requests).to.have.length(2)
  })

  const bad: readonly (readonly [string, Session])[] = [
    ['no owner', Reflect.apply(session().label, session(), ['a'])],
    ['a blank owner', owned.owner('', '')],
    ['a blank username', owned.username(' ')],
    ['a blank provider', owned.provider('')],
    ['an unknown category', Reflect.apply(owned.categories, owned, ['hriss'])],
    ['no category', Reflect.apply(owned.categories, owned, [])],
    ['a blank account', owned.account('')],
    ['an expiry of zero', owned.expiresIn(0)],
    ['an expiry in milliseconds', owned.expiresIn(Date.now())],
    ['metadata that is no JSON', Reflect.apply(owned.metadata, owned, [{ f: () => 1 }])],
    ['a multiple that is no boolean', Reflect.apply(owned.multiple, owned, ['yes'])],
    ['a blank label', owned.label('')],
    ['an unknown type', Reflect.apply(owned.type, owned, ['TEST'])],
    ['a blank connector profile', owned.connectorProfile('')],
    ['a field that has a method', owned.field('label', 'a')],
  ]

  for (const [title, given] of bad)
    it(`rejects ${title} with a ValidationError, and sends nothing`, async () => {
      expect(await caught(given.send(client()))).to.be.instanceOf(ValidationError)
      expect(leftOf(await given.task(client())())).to.be.instanceOf(ValidationError)
      expect(server.requests).to.have.length(0)
    })

  it('tells a JavaScript caller who forgot the owner what to call', async () => {
    const forgotten = session().provider('bamboohr')
    const error = await caught(Reflect.apply(Reflect.get(forgotten, 'send'), forgotten, [client()]))
    expect(error).to.be.instanceOf(ValidationError)
    expect(String(error)).to.include('use .owner(id, name)')
  })

  const nobodies: readonly (readonly [unknown, string])[] = [
    [undefined, 'undefined'],
    [null, 'null'],
    [{}, 'an object'],
    ['client', 'a string'],
    [{ create: 1 }, 'an object'],
  ]
  for (const [nobody, got] of nobodies)
    it(`says what is missing where the client is ${JSON.stringify(nobody)}`, async () => {
      const error = await caught(Reflect.apply(owned.send, owned, [nobody]))
      expect(error).to.be.instanceOf(ConfigurationError)
      expect(error)
        .to.have.property('message')
        .that.equals(`expected a client, got ${got}: .send(createClient({ apiKey })).`)
    })

  it('says that a client of your own threw, and not what', async () => {
    const own = { create: () => Promise.reject(new Error('sesame')) }
    const error = await caught(owned.send(own))
    expect(error).to.be.instanceOf(ConfigurationError)
    expect(error)
      .to.have.property('message')
      .that.equals('The client threw an error of its own, which is not repeated here.')
  })

  it('hands a client of your own the payload in camel case', async () => {
    const payloads: unknown[] = []
    const own = {
      create: async (payload: unknown) => {
        payloads.push(payload)
        return { token: 'tok', expiresAt: new Date(0), drift: [] }
      },
    }
    expect((await owned.field('theme', 'dark').send(own)).token).to.equal('tok')
    expect(payloads).to.deep.equal([
      { originOwnerId: 'acme-42', originOwnerName: 'Acme Inc.', extra: { theme: 'dark' } },
    ])
  })
})

describe('client.create', () => {
  const nowhere = createClient({ apiKey: 'v1.eu1.key', baseUrl: 'http://127.0.0.1:9' })
  const payload = { originOwnerId: 'acme-42', originOwnerName: 'Acme Inc.' }

  const bad: readonly (readonly [string, unknown, string, string?])[] = [
    ['nothing', undefined, ''],
    ['a wire object', owner, 'originOwnerId'],
    ['a misspelt member', { ...payload, originUserName: 'a' }, 'originUserName', "did you mean 'originUsername'?"],
    ['a blank label', { ...payload, label: '' }, 'label'],
    ['a member that is null', { ...payload, label: null }, 'label'],
    ['an extra that is known', { ...payload, extra: { label: 'a' } }, 'extra.label'],
    ['an extra that is no object', { ...payload, extra: [] }, 'extra'],
    ["categories in the vendor's spelling", { ...payload, categories: ['hrisLegacy'] }, 'categories[0]'],
  ]

  for (const [title, value, path, hint] of bad)
    it(`refuses ${title} before anything is sent`, async () => {
      const error = await caught(Reflect.apply(nowhere.create, nowhere, [value]))
      expect(error).to.be.instanceOf(ValidationError)
      const issues = error instanceof ValidationError ? error.issues : []
      expect(issues.map((issue) => issue.path)).to.include(path)
      if (hint !== undefined) expect(issues[0]?.hint).to.equal(hint)
    })

  it('sends a payload of your own as a session is sent', async () => {
    const server = await httpServer((_, response) => json(response, 201, minted))
    try {
      const client = createClient({ apiKey: 'v1.eu1.key', baseUrl: server.url })
      const { token } = await client.create({ ...payload, categories: ['ats'], extra: { theme: 1 } })
      expect(token).to.equal(minted.token)
      expect(JSON.parse(server.requests[0]?.body ?? '')).to.deep.equal({ ...owner, categories: ['ats'], theme: 1 })
    } finally {
      await server.close()
    }
  })
})
