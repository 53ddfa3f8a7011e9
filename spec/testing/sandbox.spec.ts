import { inspect } from 'node:util'
import { expect } from 'chai'
import { ApiError, ConfigurationError, createClient, minutes, type Session } from '../../lib/index.ts'
import { type Sandbox, type SandboxOptions, sandbox } from '../../lib/testing/index.ts'
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
  it('creates a session in process, with the fields of the contract', async () => {
    const { api, client } = sandboxed()
    const created = await acme.provider('bamboohr').expiresIn(minutes(5)).metadata({ plan: 'pro' }).send(client)
    expect(created.drift).to.deep.equal([])
    expect(created).to.include({ id: '1', originOwnerId: 'acme-42', provider: 'bamboohr', type: 'production' })
    expect(created.metadata).to.deep.equal({ plan: 'pro' })
    expect(created.authLinkUrl).to.include(created.token)
    expect(Number(created.expiresAt) - Number(created.createdAt)).to.equal(300_000)
    expect(api.sessions[0]).to.have.all.keys(
      ...['id', 'organization_id', 'project_id', 'origin_owner_id', 'origin_owner_name', 'created_at', 'type'],
      ...['provider', 'metadata', 'token', 'auth_link_url'],
    )
    expect(api.sessions[0]).to.include({ organization_id: 'sandbox-organization', project_id: 'sandbox-project' })
  })

  it('serves the three endpoints over HTTP, and omits the token from get and authenticate', async () => {
    const api = sandbox()
    const server = await api.listen()
    try {
      expect(server.url).to.match(/^http:\/\/127\.0\.0\.1:\d+$/)
      const client = createClient({ apiKey, baseUrl: server.url, strict: true })
      const { id, token } = await acme.label('é 🔑').send(client)
      for (const existing of [await client.get(id), await client.authenticate(token)]) {
        expect(existing).to.include({ id, label: 'é 🔑' })
        expect(JSON.stringify(existing)).not.to.include(token)
      }
      expect(api.requests.map(({ method, path }) => `${method} ${path}`)).to.deep.equal([
        'POST /connect_sessions',
        'GET /connect_sessions/1',
        'POST /connect_sessions/authenticate',
      ])
    } finally {
      await server.close()
    }
  })

  it('records requests without the API key, and masks tokens when requests and sessions are printed', async () => {
    const { api, client } = sandboxed()
    const { token } = await acme.send(client)
    await client.authenticate(token)
    const [first, second] = api.requests
    expect(first?.body).to.deep.equal({ origin_owner_id: 'acme-42', origin_owner_name: 'Acme Inc.' })
    expect(first?.headers).to.include({ authorization: '[secret]', 'content-type': 'application/json' })
    expect(second?.body).to.deep.equal({ token })
    expect(JSON.stringify(api.requests)).not.to.match(/v1\.eu1\.key|djEuZXUxLmtleT/)
    expect(api.sessions.map((created) => created.token)).to.deep.equal([token])
    expect(inspect(api.sessions)).to.include("token: '[secret]'")
    expect(inspect([api.requests, api.sessions], { depth: 9 })).not.to.include(token)
  })

  it('records requests without the token that the Hub sends', async () => {
    const { api, client } = sandboxed()
    const { token } = await acme.send(client)
    const headers = { 'x-hub-session-token': token, 'x-hub-version': '1.11.4' }
    expect((await api.fetch('https://api.stackone.com/hub/settings', { headers })).status).to.equal(401)
    expect(api.requests.at(-1)?.headers).to.deep.equal({ ...headers, 'x-hub-session-token': '[secret]' })
  })

  it('finds each session by its id and by its token', async () => {
    const { client } = sandboxed()
    for (let number = 1; number <= 10; number += 1) {
      const { id, token } = await acme.send(client)
      expect(id).to.equal(`${number}`)
      expect(await client.get(id)).to.include({ id })
      expect(await client.authenticate(token)).to.include({ id })
    }
  })

  it('rejects if the signal is aborted', async () => {
    expect(await caught(sandbox().fetch(url, { signal: AbortSignal.abort() }))).to.include({ name: 'AbortError' })
  })
})

describe('A token of the sandbox', () => {
  const lifetimes: readonly (readonly [Session, number])[] = [
    [acme, 1800],
    [acme.expiresIn(60), 60],
  ]
  itEach('is valid for the requested lifetime, by default 1800 seconds', lifetimes, async ([requested, seconds]) => {
    const start = Date.UTC(2026, 0, 1)
    const clock = { now: start }
    const { client } = sandboxed({ now: () => new Date(clock.now) })
    const { token, expiresAt } = await requested.send(client)
    expect(Number(expiresAt)).to.equal(start + seconds * 1000)
    clock.now = Number(expiresAt) - 1
    expect(await client.authenticate(token)).to.include({ originOwnerId: 'acme-42' })
    clock.now += 1
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
    [{ apiKey: ' ' }, ': apiKey: must be a non-blank string, got a blank string'],
    [{ now: new Date() }, ': now: must be a function, got an object'],
    [{ seed: 1.5 }, ': seed: must be an integer, got 1.5'],
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
  const withHeaders = (fields: Partial<typeof headers>) => ({ ...post, headers: { ...headers, ...fields } })
  const without = (name: keyof typeof headers) => {
    const { [name]: _, ...rest } = headers
    return { ...post, headers: rest }
  }

  const requests: readonly (readonly [title: string, init: RequestInit, status: number, message: string])[] = [
    ['no key', without('authorization'), 401, 'Unauthorized'],
    ['another key', withHeaders({ authorization: `Basic ${btoa('v1.eu1.other:')}` }), 401, 'Unauthorized'],
    ['a key without its colon', withHeaders({ authorization: `Basic ${btoa(apiKey)}` }), 401, 'Unauthorized'],
    ['a password', withHeaders({ authorization: `Basic ${btoa(`${apiKey}:password`)}` }), 401, 'Unauthorized'],
    ['a key that is not encoded', withHeaders({ authorization: `Basic ${apiKey}` }), 401, 'Unauthorized'],
    ['malformed base64', withHeaders({ authorization: 'Basic abcde' }), 401, 'Unauthorized'],
    ['two schemes', withHeaders({ authorization: `Bearer Basic ${btoa(`${apiKey}:`)}` }), 401, 'Unauthorized'],
    ['two parameters', withHeaders({ authorization: `Basic ${btoa(`${apiKey}:`)} a=b` }), 401, 'Unauthorized'],
    ['another scheme', withHeaders({ authorization: `Bearer ${btoa(`${apiKey}:`)}` }), 401, 'Unauthorized'],
    ['no User-Agent', without('user-agent'), 403, 'A User-Agent is required'],
    ['no content type', without('content-type'), 400, 'The content type must be application/json'],
    [
      'a content type that contains another',
      withHeaders({ 'content-type': 'text/plain; application/json' }),
      400,
      'The content type must be application/json',
    ],
    ['a body that is not JSON', { ...post, body: '{' }, 400, 'must be an object, got undefined'],
    ['no owner', { ...post, body: '{}' }, 400, 'origin_owner_id: is required; origin_owner_name: is required'],
    ['another method', { ...post, method: 'PUT' }, 404, 'Cannot PUT /connect_sessions'],
  ]
  const paths: typeof requests = [
    ['/12', { headers }, 404, 'No such connect session'],
    ['/%', { headers }, 404, 'No such connect session'],
    ['/authenticate', { ...post, body: '{"token":"x"}' }, 401, 'The token is unknown or expired'],
    ['/authenticate', { ...post, body: '{}' }, 400, 'token: must be a non-blank string, got undefined'],
    ['/1', { headers, method: 'FORGET' }, 404, 'Cannot FORGET /connect_sessions/1'],
    ['/1/accounts', { headers }, 404, 'Cannot GET /connect_sessions/1/accounts'],
    ['/../accounts', { headers }, 404, 'Cannot GET /accounts'],
  ]

  const reject = async (api: Sandbox, address: string, init: RequestInit, statusCode: number, message: string) => {
    const response = await api.fetch(address, init)
    expect(response.status).to.equal(statusCode)
    expect(response.headers.get('content-type')).to.equal('application/json')
    expect(await response.json()).to.deep.equal({ statusCode, message, timestamp: '2026-01-01T00:00:00.000Z' })
    expect(api.sessions).to.deep.equal([])
  }
  const now = () => new Date('2026-01-01T00:00:00.000Z')

  itEach('has the status and the error body of the API', requests, ([, init, status, message]) =>
    reject(sandbox({ apiKey, now }), url, init, status, message),
  )

  itEach('is sent for unknown paths, ids and tokens', paths, ([path, init, status, message]) =>
    reject(sandbox({ now }), url + path, init, status, message),
  )

  it('is sent for a key without its colon, even if any key is accepted', async () => {
    const api = sandbox()
    expect((await api.fetch(url, withHeaders({ authorization: `Basic ${btoa(apiKey)}` }))).status).to.equal(401)
    expect((await api.fetch(url, post)).status).to.equal(201)
  })

  it('is an ApiError with advice for a client', async () => {
    const error = await caught(acme.send(sandboxed({ apiKey: 'v1.eu1.other' }).client))
    expect(error).to.be.instanceOf(ApiError).and.to.include({ status: 401, attempts: 1 })
    expect(String(error)).to.include('"Unauthorized"').and.to.include('Check the API key')
    const unknown = await caught(sandboxed().client.authenticate('sandbox.unknown'))
    expect(String(unknown)).to.include('"The token is unknown or expired"').and.to.include('Check the token')
  })
})
