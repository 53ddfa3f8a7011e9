import { inspect } from 'node:util'
import { expect } from 'chai'
import { ApiError, ConfigurationError, createClient, minutes, session } from '../lib/index.ts'
import { type SandboxOptions, sandbox } from '../lib/testing/index.ts'
import { until } from './support/call.ts'
import { caught } from './support/caught.ts'

const owned = session().owner('acme-42', 'Acme Inc.')

const headers = {
  authorization: `Basic ${btoa('v1.eu1.key:')}`,
  'content-type': 'application/json',
  'user-agent': 'spec',
}
const body = JSON.stringify({ origin_owner_id: 'acme-42', origin_owner_name: 'Acme Inc.' })

describe('The sandbox', () => {
  it('mints a session for a whole chain, in process', async () => {
    const api = sandbox()
    const client = createClient({ apiKey: 'v1.eu1.key', fetch: api.fetch })
    const reply = await owned.provider('bamboohr').expiresIn(minutes(5)).metadata({ plan: 'pro' }).send(client)
    expect(reply.drift).to.deep.equal([])
    expect(reply).to.include({ id: '1', originOwnerId: 'acme-42', provider: 'bamboohr', type: 'production' })
    expect(reply.metadata).to.deep.equal({ plan: 'pro' })
    expect(reply.authLinkUrl).to.include(reply.token)
    expect(Number(reply.expiresAt) - Number(reply.createdAt)).to.equal(300_000)
  })

  it('answers over HTTP as it does in process', async () => {
    const api = sandbox()
    const server = await api.listen()
    try {
      expect(server.url).to.match(/^http:\/\/127\.0\.0\.1:\d+$/)
      const client = createClient({ apiKey: 'v1.eu1.key', baseUrl: server.url })
      const reply = await owned.label('é 🔑').send(client)
      expect(await client.get(reply.id ?? '')).to.include({ id: reply.id, label: 'é 🔑' })
      expect(await client.authenticate(reply.token)).to.include({ id: reply.id })
      expect(api.requests.map(({ method, path }) => `${method} ${path}`)).to.deep.equal([
        'POST /connect_sessions',
        'GET /connect_sessions/1',
        'POST /connect_sessions/authenticate',
      ])
    } finally {
      await server.close()
    }
  })

  it('can listen twice, and be closed while a connection is open', async () => {
    const api = sandbox()
    const [one, two] = await Promise.all([api.listen(), api.listen()])
    expect(one.url).not.to.equal(two.url)
    await fetch(`${one.url}/connect_sessions/1`)
    await Promise.all([one.close(), two.close()])
    expect(await caught(fetch(one.url))).to.be.instanceOf(TypeError)
  })

  it('remembers what it was asked, without the key', async () => {
    const api = sandbox()
    await owned.send(createClient({ apiKey: 'v1.eu1.key', fetch: api.fetch }))
    const [request] = api.requests
    expect(request?.body).to.deep.equal({ origin_owner_id: 'acme-42', origin_owner_name: 'Acme Inc.' })
    expect(request?.headers).to.include({ authorization: '[secret]', 'content-type': 'application/json' })
    expect(JSON.stringify(api.requests)).not.to.match(/v1\.eu1\.key|djEuZXUxLmtleT/)
  })

  it('remembers the sessions it made, and masks their tokens when printed', async () => {
    const api = sandbox()
    const { token } = await owned.send(createClient({ apiKey: 'v1.eu1.key', fetch: api.fetch }))
    expect(api.sessions.map((made) => made.token)).to.deep.equal([token])
    expect(inspect(api.sessions, { depth: 9 }))
      .to.include("token: '[secret]'")
      .and.not.to.include(token)
  })

  it('masks a token that it was sent when the request is printed', async () => {
    const api = sandbox()
    const client = createClient({ apiKey: 'v1.eu1.key', fetch: api.fetch })
    const { token } = await owned.send(client)
    await client.authenticate(token)
    expect(api.requests.at(-1)?.body).to.deep.equal({ token })
    expect(inspect(api.requests, { depth: 9 })).not.to.include(token)
  })

  it('closes all its servers when it is disposed of, and each server by itself', async () => {
    const api = sandbox()
    const [one, two, three] = await Promise.all([api.listen(), api.listen(), api.listen()])
    await one[Symbol.asyncDispose]()
    expect(await caught(fetch(one.url))).to.be.instanceOf(TypeError)
    expect((await fetch(two.url)).status).to.equal(401)
    await api[Symbol.asyncDispose]()
    for (const { url } of [two, three]) expect(await caught(fetch(url))).to.be.instanceOf(TypeError)
    await api[Symbol.asyncDispose]()
    await three.close()
  })

  it('closes a server that has only just been asked for', async () => {
    const api = sandbox()
    const asked = api.listen()
    await api[Symbol.asyncDispose]()
    expect(await caught(fetch((await asked).url))).to.be.instanceOf(TypeError)
  })

  it('closes while a request waits for an answer that never comes', async () => {
    const api = sandbox()
    const { url } = await api.listen()
    api.fail('silence')
    const waiting = caught(fetch(`${url}/connect_sessions/1`))
    expect(await until(() => api.requests.length === 1)).to.equal(true)
    await api[Symbol.asyncDispose]()
    expect(await waiting).to.be.instanceOf(TypeError)
  })

  const misfits: readonly (readonly [unknown, string])[] = [
    [null, '  - expected an object of options, got null'],
    [{ toString: 'x' }, '  - toString: is no option'],
    [{ apikey: 'x' }, "  - apikey: is no option (did you mean 'apiKey'?)"],
    [{ apiKey: ' ' }, '  - apiKey: expected a string that is not blank, got a blank string'],
    [{ apiKey: 7 }, '  - apiKey: expected a string that is not blank, got a number'],
    [{ now: new Date() }, '  - now: expected a function that gives a Date, got an object'],
    [{ seed: 1.5 }, '  - seed: expected a whole number, got a fraction'],
    [{ seed: '1' }, '  - seed: expected a whole number, got a string'],
    [{ seed: 'a', now: 7 }, '  - seed: expected a whole number, got a string\n  - now: expected a function'],
  ]
  for (const [options, says] of misfits)
    it(`refuses the options ${JSON.stringify(options)}`, () => {
      const made = () => sandbox(options as SandboxOptions) // what the compiler would not let through
      expect(made).to.throw(ConfigurationError, `sandbox was given options that it cannot take:\n${says}`)
    })

  it('takes options that are undefined for absent', async () => {
    const api = sandbox({ apiKey: undefined, now: undefined, seed: undefined })
    expect((await owned.send(createClient({ apiKey: 'v1.eu1.key', fetch: api.fetch }))).drift).to.deep.equal([])
  })

  it('remembers of a session what the contract has, and nothing else', async () => {
    const api = sandbox()
    await owned.send(createClient({ apiKey: 'v1.eu1.key', fetch: api.fetch }))
    expect(api.sessions[0]).to.have.all.keys(
      ...['id', 'organization_id', 'project_id', 'origin_owner_id', 'origin_owner_name', 'created_at', 'type'],
      ...['token', 'auth_link_url'],
    )
    expect(api.sessions[0]).to.include({ organization_id: 'sandbox-organization', project_id: 'sandbox-project' })
  })

  it('forgets all on reset', async () => {
    const api = sandbox()
    await owned.send(createClient({ apiKey: 'v1.eu1.key', fetch: api.fetch }))
    api.reset()
    expect([api.requests, api.sessions]).to.deep.equal([[], []])
  })

  it('lets tokens expire by its clock', async () => {
    let now = Date.UTC(2026, 0, 1)
    const api = sandbox({ now: () => new Date(now) })
    const client = createClient({ apiKey: 'v1.eu1.key', fetch: api.fetch })
    const { token } = await owned.expiresIn(60).send(client)
    now += 59_999
    expect(await client.authenticate(token)).to.include({ originOwnerId: 'acme-42' })
    now += 1
    expect(await caught(client.authenticate(token))).to.include({ name: 'ApiError', status: 401 })
  })

  it('knows each session by its own token', async () => {
    const client = createClient({ apiKey: 'v1.eu1.key', fetch: sandbox().fetch })
    for (const id of ['1', '2']) {
      const { token } = await owned.send(client)
      expect(await client.authenticate(token)).to.include({ id })
    }
    expect(await caught(client.authenticate('sandbox.unknown'))).to.include({ name: 'ApiError', status: 401 })
  })

  it('rejects with what its clock throws, be it once', async () => {
    const broken = new Error('the clock stands still')
    let calls = 0
    const now = (): Date => {
      calls += 1
      if (calls === 1) throw broken
      return new Date(0)
    }
    expect(await caught(sandbox({ now }).fetch(url, post))).to.equal(broken)
  })

  it('does not give the token away when it is asked for the session', async () => {
    const api = sandbox()
    const client = createClient({ apiKey: 'v1.eu1.key', fetch: api.fetch })
    const { id = '', token } = await owned.send(client)
    expect(JSON.stringify(await client.get(id))).not.to.include(token)
    expect(JSON.stringify(await client.authenticate(token))).not.to.include(token)
  })

  it('answers a Request alone, as fetch does, and honours its signal', async () => {
    const { fetch } = sandbox()
    const ask = (init: RequestInit): Promise<Response> =>
      Reflect.apply(fetch, undefined, [new Request('https://api.stackone.com/x', init)])
    expect((await ask({})).status).to.equal(401)
    expect(await caught(ask({ signal: AbortSignal.abort() }))).to.include({ name: 'AbortError' })
  })

  it('honours the signal of a request', async () => {
    const error = await caught(sandbox().fetch('https://api.stackone.com/x', { signal: AbortSignal.abort() }))
    expect(error).to.include({ name: 'AbortError' })
  })

  const url = 'https://api.stackone.com/connect_sessions'
  const post = { method: 'POST', headers, body }
  const without = (name: keyof typeof headers) => {
    const { [name]: _, ...rest } = headers
    return rest
  }
  const withBody = (members: object) => ({ ...post, body: JSON.stringify({ ...JSON.parse(body), ...members }) })

  const refused: readonly (readonly [string, string, RequestInit, number, RegExp])[] = [
    ['no key', url, { ...post, headers: without('authorization') }, 401, /^Unauthorized$/],
    [
      'another key',
      url,
      { ...post, headers: { ...headers, authorization: `Basic ${btoa('v1.eu1.other:')}` } },
      401,
      /^Un/,
    ],
    [
      'a key without its colon',
      url,
      { ...post, headers: { ...headers, authorization: `Basic ${btoa('v1.eu1.key')}` } },
      401,
      /^Un/,
    ],
    [
      'a key that is not encoded',
      url,
      { ...post, headers: { ...headers, authorization: 'Basic v1.eu1.key' } },
      401,
      /^Un/,
    ],
    ['a key in what is no base64', url, { ...post, headers: { ...headers, authorization: 'Basic abcde' } }, 401, /^Un/],
    [
      'another scheme',
      url,
      { ...post, headers: { ...headers, authorization: `Bearer ${btoa('v1.eu1.key:')}` } },
      401,
      /^Un/,
    ],
    ['no User-Agent', url, { ...post, headers: without('user-agent') }, 403, /User-Agent/],
    ['no content type', url, { ...post, headers: without('content-type') }, 400, /content type/],
    ['a body that is no JSON', url, { ...post, body: '{' }, 400, /expected an object/],
    ['no owner', url, { ...post, body: '{}' }, 400, /origin_owner_id: is missing; origin_owner_name: is missing/],
    [
      "the vendor's spelling of a category",
      url,
      withBody({ categories: ['hrisLegacy'] }),
      400,
      /categories\.0: expected a known/,
    ],
    ['an expiry of zero', url, withBody({ expires_in: 0 }), 400, /expires_in: expected a whole number/],
    ['a type in capitals', url, withBody({ type: 'TEST' }), 400, /type: expected 'production' or 'test'/],
    [
      'no JSON, though it is spoken of',
      url,
      { ...post, headers: { ...headers, 'content-type': 'text/plain; application/json' } },
      400,
      /content type/,
    ],
    ['an unknown id', `${url}/12`, { headers }, 404, /No such connect session/],
    ['an id that is no escape', `${url}/%`, { headers }, 404, /No such connect session/],
    ['an unknown token', `${url}/authenticate`, { ...post, body: '{"token":"x"}' }, 401, /unknown or expired/],
    ['no token', `${url}/authenticate`, { ...post, body: '{}' }, 400, /^token: /],
    ['another method', url, { headers, method: 'PUT', body }, 404, /^Cannot PUT \/connect_sessions$/],
    ['a method that ends like another', `${url}/1`, { headers, method: 'FORGET' }, 404, /^Cannot FORGET /],
    ['a path behind a session', `${url}/1/accounts`, { headers }, 404, /^Cannot GET \/connect_sessions\/1\/accounts$/],
    ['another path', 'https://api.stackone.com/accounts', { headers }, 404, /^Cannot GET \/accounts$/],
  ]

  for (const [title, address, init, status, message] of refused)
    it(`answers ${status} to ${title}`, async () => {
      const api = sandbox({ apiKey: 'v1.eu1.key' })
      const response = await api.fetch(address, init)
      expect(response.status).to.equal(status)
      expect(response.headers.get('content-type')).to.equal('application/json')
      const error: { statusCode: number; message: string; timestamp: string } = await response.json()
      expect(error.statusCode).to.equal(status)
      expect(error.message).to.match(message)
      expect(new Date(error.timestamp).toISOString()).to.equal(error.timestamp)
      expect(api.sessions).to.deep.equal([])
    })

  it('takes any key, but none without its colon', async () => {
    const api = sandbox()
    expect((await api.fetch(url, post)).status).to.equal(201)
    const authorization = `Basic ${btoa('v1.eu1.key')}`
    expect((await api.fetch(url, { ...post, headers: { ...headers, authorization } })).status).to.equal(401)
  })

  it('takes null for whatever is optional, as the API does', async () => {
    const members = { label: null, categories: null, metadata: null, expires_in: null, theme: null }
    const response = await sandbox().fetch(url, withBody(members))
    expect(response.status).to.equal(201)
  })

  it('tells a client what it tells anyone', async () => {
    const api = sandbox({ apiKey: 'v1.eu1.key' })
    const error = await caught(owned.send(createClient({ apiKey: 'v1.eu1.other', fetch: api.fetch })))
    expect(error).to.be.instanceOf(ApiError).and.to.include({ status: 401, attempts: 1 })
    expect(String(error)).to.include('"Unauthorized"').and.to.include('Check the API key')
  })

  it('tells a client with an unknown token to check that, and not the key alone', async () => {
    const client = createClient({ apiKey: 'v1.eu1.key', fetch: sandbox().fetch })
    const error = await caught(client.authenticate('sandbox.unknown'))
    expect(String(error)).to.include('Check the token, which may have expired, and the API key.')
  })
})
