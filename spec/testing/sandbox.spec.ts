import { inspect } from 'node:util'
import { expect } from 'chai'
import { ApiError, ConfigurationError, createClient, minutes } from '../../lib/index.ts'
import { type SandboxOptions, sandbox } from '../../lib/testing/index.ts'
import { acme, until } from '../support/call.ts'
import { caught } from '../support/caught.ts'
import { itEach } from '../support/it-each.ts'

const apiKey = 'v1.eu1.key'

const headers = {
  authorization: `Basic ${btoa(`${apiKey}:`)}`,
  'content-type': 'application/json',
  'user-agent': 'spec',
}
const body = JSON.stringify({ origin_owner_id: 'acme-42', origin_owner_name: 'Acme Inc.' })
const url = 'https://api.stackone.com/connect_sessions'
const post = { method: 'POST', headers, body }

const sandboxed = (options: SandboxOptions = {}) => {
  const api = sandbox(options)
  return { api, client: createClient({ apiKey, retries: 0, fetch: api.fetch }) }
}

describe('The sandbox', () => {
  it('creates a session in process', async () => {
    const { client } = sandboxed()
    const created = await acme.provider('bamboohr').expiresIn(minutes(5)).metadata({ plan: 'pro' }).send(client)
    expect(created.drift).to.deep.equal([])
    expect(created).to.include({ id: '1', originOwnerId: 'acme-42', provider: 'bamboohr', type: 'production' })
    expect(created.metadata).to.deep.equal({ plan: 'pro' })
    expect(created.authLinkUrl).to.include(created.token)
    expect(Number(created.expiresAt) - Number(created.createdAt)).to.equal(300_000)
  })

  it('serves the three endpoints over HTTP', async () => {
    const api = sandbox()
    const server = await api.listen()
    try {
      expect(server.url).to.match(/^http:\/\/127\.0\.0\.1:\d+$/)
      const client = createClient({ apiKey, baseUrl: server.url })
      const { id, token } = await acme.label('é 🔑').send(client)
      expect(await client.get(id)).to.include({ id, label: 'é 🔑' })
      expect(await client.authenticate(token)).to.include({ id })
      expect(api.requests.map(({ method, path }) => `${method} ${path}`)).to.deep.equal([
        'POST /connect_sessions',
        'GET /connect_sessions/1',
        'POST /connect_sessions/authenticate',
      ])
    } finally {
      await server.close()
    }
  })

  it('records requests without the API key', async () => {
    const { api, client } = sandboxed()
    await acme.send(client)
    const [request] = api.requests
    expect(request?.body).to.deep.equal({ origin_owner_id: 'acme-42', origin_owner_name: 'Acme Inc.' })
    expect(request?.headers).to.include({ authorization: '[secret]', 'content-type': 'application/json' })
    expect(JSON.stringify(api.requests)).not.to.match(/v1\.eu1\.key|djEuZXUxLmtleT/)
  })

  it('masks the token in the body of a request when it is printed', async () => {
    const { api, client } = sandboxed()
    const { token } = await acme.send(client)
    await client.authenticate(token)
    expect(api.requests.at(-1)?.body).to.deep.equal({ token })
    expect(inspect(api.requests, { depth: 9 })).not.to.include(token)
  })

  it('lists the created sessions and masks their tokens when they are printed', async () => {
    const { api, client } = sandboxed()
    const { token } = await acme.send(client)
    expect(api.sessions.map((created) => created.token)).to.deep.equal([token])
    expect(inspect(api.sessions, { depth: 9 }))
      .to.include("token: '[secret]'")
      .and.not.to.include(token)
  })

  it('lists the fields of a session as in the contract', async () => {
    const { api, client } = sandboxed()
    await acme.send(client)
    expect(api.sessions[0]).to.have.all.keys(
      ...['id', 'organization_id', 'project_id', 'origin_owner_id', 'origin_owner_name', 'created_at', 'type'],
      ...['token', 'auth_link_url'],
    )
    expect(api.sessions[0]).to.include({ organization_id: 'sandbox-organization', project_id: 'sandbox-project' })
  })

  it('accepts what a newer API accepts: unknown categories and types set with field', async () => {
    const { client } = sandboxed()
    const created = await acme.field('categories', ['payroll']).field('type', 'staging').send(client)
    expect(created.categories).to.deep.equal(['payroll'])
    expect(created.type).to.equal('staging')
  })

  it('omits the token from get and authenticate', async () => {
    const { client } = sandboxed()
    const { id, token } = await acme.send(client)
    expect(JSON.stringify(await client.get(id))).not.to.include(token)
    expect(JSON.stringify(await client.authenticate(token))).not.to.include(token)
  })

  it('responds with 201 to a create and to authenticate, and with 200 to get', async () => {
    const { api, client } = sandboxed()
    const { id, token } = await acme.send(client)
    const base = 'https://api.stackone.com/connect_sessions'
    const { headers } = new Request(base, {
      headers: { authorization: `Basic ${btoa('any:')}`, 'content-type': 'application/json', 'user-agent': 'spec/1' },
    })
    const owner = { origin_owner_id: 'acme-42', origin_owner_name: 'Acme Inc.' }
    const post = async (path: string, body: object): Promise<number> =>
      (await api.fetch(base + path, { method: 'POST', headers, body: JSON.stringify(body) })).status
    expect(await post('', owner)).to.equal(201)
    expect(await post('/authenticate', { token })).to.equal(201)
    expect((await api.fetch(`${base}/${id}`, { headers })).status).to.equal(200)
  })

  it('finds each session by its own token', async () => {
    const { client } = sandboxed()
    for (const id of ['1', '2']) {
      const { token } = await acme.send(client)
      expect(await client.authenticate(token)).to.include({ id })
    }
    expect(await caught(client.authenticate('sandbox.unknown'))).to.include({ name: 'ApiError', status: 401 })
  })

  it('deletes requests and sessions on reset', async () => {
    const { api, client } = sandboxed()
    await acme.send(client)
    api.reset()
    expect([api.requests, api.sessions]).to.deep.equal([[], []])
  })

  it('accepts a single Request and its signal, as fetch does', async () => {
    const { fetch } = sandbox()
    const send = (init: RequestInit): Promise<Response> =>
      Reflect.apply(fetch, undefined, [new Request('https://api.stackone.com/x', init)])
    expect((await send({})).status).to.equal(401)
    expect(await caught(send({ signal: AbortSignal.abort() }))).to.include({ name: 'AbortError' })
  })

  it('rejects a request whose signal is aborted', async () => {
    const error = await caught(sandbox().fetch('https://api.stackone.com/x', { signal: AbortSignal.abort() }))
    expect(error).to.include({ name: 'AbortError' })
  })

  it('rejects with the error that the clock throws', async () => {
    const broken = new Error('The clock is broken')
    let calls = 0
    const now = (): Date => {
      calls += 1
      if (calls === 1) throw broken
      return new Date(0)
    }
    expect(await caught(sandbox({ now }).fetch(url, post))).to.equal(broken)
  })
})

describe('A token of the sandbox', () => {
  const start = Date.UTC(2026, 0, 1)

  it('is valid for 1800 seconds by default', async () => {
    let now = start
    const { client } = sandboxed({ now: () => new Date(now) })
    const { token, expiresAt } = await acme.send(client)
    expect(Number(expiresAt)).to.equal(start + 1_800_000)
    now += 1_799_999
    expect(await client.authenticate(token)).to.include({ originOwnerId: 'acme-42' })
    now += 1
    expect(await caught(client.authenticate(token))).to.include({ name: 'ApiError', status: 401 })
  })

  it('is valid for the requested lifetime', async () => {
    let now = start
    const { client } = sandboxed({ now: () => new Date(now) })
    const { token } = await acme.expiresIn(60).send(client)
    now += 59_999
    expect(await client.authenticate(token)).to.include({ originOwnerId: 'acme-42' })
    now += 1
    expect(await caught(client.authenticate(token))).to.include({ name: 'ApiError', status: 401 })
  })

  it('stays valid after it is authenticated and connects an account', async () => {
    const { api, client } = sandboxed()
    const { id, token } = await acme.send(client)
    for (const _ of ['first', 'second']) {
      expect(await client.authenticate(token)).to.include({ id })
      expect(api.connect(id).status).to.equal('authenticated')
    }
  })
})

describe('The requests of a sandbox', () => {
  it('do not show the token that the Hub sends', async () => {
    const { api, client } = sandboxed()
    const { token } = await acme.send(client)
    const headers = { 'x-hub-session-token': token, 'x-hub-version': '1.11.4' }
    expect((await api.fetch('https://api.stackone.com/hub/settings', { headers })).status).to.equal(401)
    expect(api.requests.at(-1)?.headers).to.deep.equal({ ...headers, 'x-hub-session-token': '[secret]' })
    expect(JSON.stringify(api.requests)).not.to.include(token)
  })
})

describe('The servers of a sandbox', () => {
  it('close one by one, also with an open connection', async () => {
    const api = sandbox()
    const [one, two] = await Promise.all([api.listen(), api.listen()])
    expect(one.url).not.to.equal(two.url)
    await fetch(`${one.url}/connect_sessions/1`)
    await Promise.all([one.close(), two.close()])
    expect(await caught(fetch(one.url))).to.be.instanceOf(TypeError)
  })

  it('close together when the sandbox is disposed of', async () => {
    const api = sandbox()
    const [one, two, three] = await Promise.all([api.listen(), api.listen(), api.listen()])
    await one[Symbol.asyncDispose]()
    expect(await caught(fetch(one.url))).to.be.instanceOf(TypeError)
    expect((await fetch(two.url)).status).to.equal(401)
    await api[Symbol.asyncDispose]()
    for (const server of [two, three]) expect(await caught(fetch(server.url))).to.be.instanceOf(TypeError)
    await api[Symbol.asyncDispose]()
    await three.close()
  })

  it('close when the sandbox is disposed of while a server is starting', async () => {
    const api = sandbox()
    const starting = api.listen()
    await api[Symbol.asyncDispose]()
    expect(await caught(fetch((await starting).url))).to.be.instanceOf(TypeError)
  })

  it('close while a request waits for a response that never arrives', async () => {
    const api = sandbox()
    const server = await api.listen()
    api.fail('silence')
    const waiting = caught(fetch(`${server.url}/connect_sessions/1`))
    expect(await until(() => api.requests.length === 1)).to.equal(true)
    await api[Symbol.asyncDispose]()
    expect(await waiting).to.be.instanceOf(TypeError)
  })
})

describe('The options of sandbox', () => {
  const invalid: readonly (readonly [options: unknown, message: string])[] = [
    [null, ': must be an object, got null'],
    [{ toString: 'x' }, ": unknown option 'toString' (the options are apiKey, now, seed, webhook)"],
    [{ apikey: 'x' }, ": unknown option 'apikey' (did you mean 'apiKey'?)"],
    [{ apiKey: ' ' }, ': apiKey: must be a non-blank string, got a blank string'],
    [{ apiKey: 7 }, ': apiKey: must be a non-blank string, got a number'],
    [{ now: new Date() }, ': now: must be a function, got an object'],
    [{ seed: 1.5 }, ': seed: must be an integer, got 1.5'],
    [{ seed: '1' }, ": seed: must be an integer, got '1'"],
    [{ seed: 'a', now: 7 }, ":\n  - seed: must be an integer, got 'a'\n  - now: must be a function, got a number"],
  ]
  itEach('reject invalid options', invalid, ([options, message]) => {
    const create = () => sandbox(options as SandboxOptions) // the compiler rejects these values
    expect(create).to.throw(ConfigurationError, `Invalid options for sandbox${message}`)
  })

  it('count as absent if they are undefined', async () => {
    const { client } = sandboxed({ apiKey: undefined, now: undefined, seed: undefined })
    expect((await acme.send(client)).drift).to.deep.equal([])
  })
})

describe('An error response of the sandbox', () => {
  const without = (name: keyof typeof headers) => {
    const { [name]: _, ...rest } = headers
    return { ...post, headers: rest }
  }
  const withHeaders = (fields: Partial<typeof headers>) => ({ ...post, headers: { ...headers, ...fields } })
  const withBody = (fields: object) => ({ ...post, body: JSON.stringify({ ...JSON.parse(body), ...fields }) })

  const invalid: readonly (readonly [
    title: string,
    address: string,
    init: RequestInit,
    status: number,
    message: RegExp,
  ])[] = [
    ['no key', url, without('authorization'), 401, /^Unauthorized$/],
    ['another key', url, withHeaders({ authorization: `Basic ${btoa('v1.eu1.other:')}` }), 401, /^Unauthorized$/],
    ['a key without its colon', url, withHeaders({ authorization: `Basic ${btoa(apiKey)}` }), 401, /^Unauthorized$/],
    ['a key that is not encoded', url, withHeaders({ authorization: `Basic ${apiKey}` }), 401, /^Unauthorized$/],
    ['malformed base64', url, withHeaders({ authorization: 'Basic abcde' }), 401, /^Unauthorized$/],
    ['another scheme', url, withHeaders({ authorization: `Bearer ${btoa(`${apiKey}:`)}` }), 401, /^Unauthorized$/],
    ['no User-Agent', url, without('user-agent'), 403, /^A User-Agent is required$/],
    ['no content type', url, without('content-type'), 400, /^The content type must be application\/json$/],
    [
      'a content type that contains another',
      url,
      withHeaders({ 'content-type': 'text/plain; application/json' }),
      400,
      /^The content type must be application\/json$/,
    ],
    ['a body that is not JSON', url, { ...post, body: '{' }, 400, /^must be an object, got undefined$/],
    ['no owner', url, { ...post, body: '{}' }, 400, /^origin_owner_id: is required; origin_owner_name: is required$/],
    [
      'a misspelled category',
      url,
      withBody({ categories: ['hrisLegacy'] }),
      400,
      /^categories\[0\]: must be a category/,
    ],
    ['a lifetime of zero', url, withBody({ expires_in: 0 }), 400, /^expires_in: must be an integer/],
    ['a type in capitals', url, withBody({ type: 'TEST' }), 400, /^type: must be an account type, got 'TEST'$/],
    ['an unknown id', `${url}/12`, { headers }, 404, /^No such connect session$/],
    ['a malformed escape', `${url}/%`, { headers }, 404, /^No such connect session$/],
    ['an unknown token', `${url}/authenticate`, { ...post, body: '{"token":"x"}' }, 401, /unknown or expired$/],
    ['no token', `${url}/authenticate`, { ...post, body: '{}' }, 400, /^token: must be a non-blank string/],
    ['another method', url, { headers, method: 'PUT', body }, 404, /^Cannot PUT \/connect_sessions$/],
    ['a method that ends with GET', `${url}/1`, { headers, method: 'FORGET' }, 404, /^Cannot FORGET /],
    ['a longer path', `${url}/1/accounts`, { headers }, 404, /^Cannot GET \/connect_sessions\/1\/accounts$/],
    ['another path', 'https://api.stackone.com/accounts', { headers }, 404, /^Cannot GET \/accounts$/],
  ]

  itEach(
    'has the status and the error body of the API for each rejected request',
    invalid,
    async ([, address, init, status, message]) => {
      const api = sandbox({ apiKey })
      const response = await api.fetch(address, init)
      expect(response.status).to.equal(status)
      expect(response.headers.get('content-type')).to.equal('application/json')
      const error: { statusCode: number; message: string; timestamp: string } = await response.json()
      expect(error.statusCode).to.equal(status)
      expect(error.message).to.match(message)
      expect(new Date(error.timestamp).toISOString()).to.equal(error.timestamp)
      expect(api.sessions).to.deep.equal([])
    },
  )

  it('is sent for a key without its colon, even if any key is accepted', async () => {
    const api = sandbox()
    expect((await api.fetch(url, post)).status).to.equal(201)
    expect((await api.fetch(url, withHeaders({ authorization: `Basic ${btoa(apiKey)}` }))).status).to.equal(401)
  })

  it('is not sent for optional fields that are null', async () => {
    const nulls = { label: null, categories: null, metadata: null, expires_in: null, theme: null }
    expect((await sandbox().fetch(url, withBody(nulls))).status).to.equal(201)
  })

  it('is an ApiError with advice for a client', async () => {
    const { client } = sandboxed({ apiKey: 'v1.eu1.other' })
    const error = await caught(acme.send(client))
    expect(error).to.be.instanceOf(ApiError).and.to.include({ status: 401, attempts: 1 })
    expect(String(error)).to.include('"Unauthorized"').and.to.include('Check the API key')
  })

  it('advises a client to check an unknown token', async () => {
    const error = await caught(sandboxed().client.authenticate('sandbox.unknown'))
    expect(String(error)).to.include('"The token is unknown or expired"').and.to.include('Check the token')
  })
})
