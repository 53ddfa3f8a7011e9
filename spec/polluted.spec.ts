import { expect } from 'chai'
import { connectSessionHandler } from '../lib/handler/index.ts'
import {
  ConnectSession,
  ConnectSessionCreate,
  ConnectSessionToken,
  createClient,
  fromJSON,
  session,
} from '../lib/index.ts'
import { createTokenFetcher } from '../lib/page/index.ts'
import { caught } from './support/caught.ts'
import { rightOf } from './support/either.ts'
import { withEnvironment } from './support/environment.ts'
import { itEach } from './support/it-each.ts'
import { minted } from './support/server.ts'
import { jsonResponse, stub } from './support/stub.ts'

const apiKey = 'v1.eu1.0123456789abcdef'
const acme = session().owner('acme-42', 'Acme Inc.')
const payload = { originOwnerId: 'acme-42', originOwnerName: 'Acme Inc.' }

/** Runs work while every object inherits some fields, as after an attack on a function that merges objects. */
const polluted = async <A>(fields: object, work: () => Promise<A>): Promise<A> => {
  for (const [name, value] of Object.entries(fields))
    Object.defineProperty(Object.prototype, name, { value, configurable: true, writable: true })
  try {
    return await work()
  } finally {
    for (const name of Object.keys(fields)) Reflect.deleteProperty(Object.prototype, name)
  }
}

const evil = 'https://evil.example'

describe('In a process whose Object.prototype is polluted', () => {
  const setUp = (body: object = minted, status = 201) => {
    const { fetch, requests } = stub(() => jsonResponse(status, body))
    return { client: createClient({ apiKey, fetch, retries: 0 }), fetch, requests }
  }

  it('no option of the client is inherited', async () => {
    const signal = AbortSignal.abort('evil')
    const fields = {
      baseUrl: evil,
      apiKey: 'v1.evil.key',
      userAgent: 'evil',
      headers: { 'x-evil': '1' },
      retries: 9,
      signal,
    }
    const { fetch, requests } = stub(() => jsonResponse(201, minted))
    await polluted(fields, () => acme.send(createClient({ apiKey, fetch }), {}))
    const [request] = requests
    expect(request?.url).to.equal('https://api.stackone.com/connect_sessions')
    expect(request?.headers.get('authorization')).to.equal(`Basic ${btoa(`${apiKey}:`)}`)
    expect(request?.headers.get('user-agent')).not.to.equal('evil')
    expect(request?.headers.has('x-evil')).to.equal(false)
  })

  it('no environment variable is inherited', () =>
    withEnvironment({ STACKONE_API_KEY: undefined, STACKONE_BASE_URL: undefined }, async () => {
      const { fetch, requests } = stub()
      const fields = { STACKONE_BASE_URL: evil, STACKONE_API_KEY: 'v1.evil.key' }
      const error = await polluted(fields, () => caught(acme.send(createClient({ fetch }))))
      expect(error).to.have.property('message').that.includes('No API key')
      await polluted(fields, () => acme.send(createClient({ apiKey, fetch })))
      expect(requests[0]?.url).to.equal('https://api.stackone.com/connect_sessions')
    }))

  it('the init of the request has no inherited field', async () => {
    const inits: object[] = []
    const client = createClient({
      apiKey,
      fetch: async (_, init) => {
        inits.push(init)
        return jsonResponse(201, minted)
      },
    })
    await polluted({ credentials: 'include', dispatcher: 'evil' }, () => acme.send(client))
    const [init = {}] = inits
    expect([Reflect.get(init, 'credentials'), Reflect.get(init, 'dispatcher')]).to.deep.equal([undefined, undefined])
  })

  const wire = { origin_owner_id: 'acme-42', origin_owner_name: 'Acme Inc.' }
  const camel = { label: 'evil', accountId: 'evil', multiple: true, provider: 'evil', extra: { evil: 1 } }
  const snake = { label: 'evil', account_id: 'evil', multiple: true, provider: 'evil' }
  type Send = (client: ReturnType<typeof createClient>) => Promise<unknown>
  const payloads: readonly (readonly [title: string, fields: object, send: Send])[] = [
    ['the builder', camel, (client) => session().owner('acme-42', 'Acme Inc.').send(client)],
    ['create', camel, (client) => client.create({ ...payload })],
    ['fromJSON, in camel case', camel, (client) => rightOf(fromJSON({ ...wire })).send(client)],
    ['fromJSON, in snake case', snake, (client) => rightOf(fromJSON({ ...wire })).send(client)],
    ['the codec', snake, (client) => client.create(rightOf(ConnectSessionCreate.decode({ ...wire })))],
  ]
  itEach('no field of a payload is inherited', payloads, async ([, fields, send]) => {
    const { client, requests } = setUp()
    await polluted(fields, () => send(client))
    expect(JSON.parse(String(requests[0]?.body))).to.deep.equal(wire)
  })

  it('an unknown field is not hidden by an inherited one', async () => {
    const { client, requests } = setUp()
    const bogus = { ...payload, bogus: true }
    const error = await polluted({ label: 'evil' }, () => caught(client.create(bogus)))
    expect(error).to.have.property('message').that.includes('bogus: unknown field')
    expect(requests).to.deep.equal([])
  })

  it('no field of a response is inherited', async () => {
    const fields = {
      token: 'evil',
      auth_link_url: evil,
      authLinkUrl: evil,
      created_at: '2999-01-01T00:00:00Z',
      createdAt: new Date('2999-01-01T00:00:00Z'),
      extra: { evil: 1 },
      expiresIn: 1,
    }
    const { id, token, created_at } = minted
    const created = await polluted(fields, () => acme.send(setUp({ id, token, created_at }).client))
    expect(Object.keys(created).sort()).to.deep.equal(['createdAt', 'drift', 'expiresAt', 'id', 'token'])
    expect(created.expiresAt.getTime() - Number(created.createdAt)).to.equal(1_800_000)
    const undated = await polluted(fields, () => acme.send(setUp({ id, token }).client))
    expect(undated.expiresAt.getTime()).to.be.below(Date.now() + 1_801_000)
    const missing = await polluted(fields, () => caught(acme.send(setUp({ id }).client)))
    expect(missing).to.have.property('name', 'InvalidResponseError')
    await polluted(fields, async () => {
      expect(Object.keys(rightOf(ConnectSession.decode({})))).to.deep.equal(['drift'])
      expect(ConnectSessionToken.decode({})).to.have.property('_tag', 'Left')
    })
  })

  it('no connection is inherited', async () => {
    const attempt = { status: 'authenticated', accountSecureId: 'evil', account_secure_id: 'evil' }
    const fields = { latestConnectionAttempt: attempt, latest_connection_attempt: attempt, ...attempt }
    const { client } = setUp({ id: 4711, latest_connection_attempt: { id: 'a' } }, 200)
    const error = await polluted(fields, () => caught(client.waitForConnection(4711, { interval: 1, deadline: 20 })))
    expect(error).to.have.property('name', 'TimeoutError')
  })

  it('no error counts as the control flow of a framework', async () => {
    const failing = createClient({
      apiKey,
      retries: 0,
      fetch: async (_, { headers }) => {
        throw Object.assign(new Error('No'), { headers })
      },
    })
    const error = await polluted({ digest: 'evil' }, () => caught(acme.send(failing)))
    expect(error).to.have.property('name', 'NetworkError')
    expect(error).to.have.property('cause').that.does.not.have.property('headers')
  })

  it('no hint of an issue and no delay of a retry is inherited', async () => {
    const error = await polluted({ hint: 'evil' }, () => caught(acme.expiresIn(-1).send(setUp().client)))
    expect(error).to.have.property('message').that.does.not.include('evil')
    const { fetch, requests } = stub((number) => (number === 1 ? jsonResponse(503, {}) : jsonResponse(201, minted)))
    await polluted({ retryAfter: 1000 }, () => acme.send(createClient({ apiKey, fetch })))
    expect(requests).to.have.length(2)
  })

  it('no message of an error response is inherited', async () => {
    const { client } = setUp({}, 400)
    const error = await polluted({ message: 'evil', errors: ['evil'] }, () => caught(acme.send(client)))
    expect(error).to.have.property('message').that.does.not.include('evil')
  })

  const post = (body: object = {}) =>
    new Request('https://app.acme.example/connect', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })

  it('no option of the handler, no allowance and no field of a request is inherited', async () => {
    const { client, requests } = setUp()
    const fields = {
      allow: { multiple: true },
      multiple: true,
      providers: true,
      provider: 'evil',
      ownsAccount: () => true,
      accountId: 'evil',
      origins: [evil],
      configure: () => acme.label('evil'),
      username: 'evil',
    }
    const owner = () => ({ id: 'acme-42', name: 'Acme Inc.' })
    const respond = (request: Request) =>
      polluted(fields, async () => connectSessionHandler({ client, owner })(request))
    expect((await respond(post())).status).to.equal(200)
    expect(JSON.parse(String(requests[0]?.body))).to.deep.equal(wire)
    expect((await respond(post({ multiple: true }))).status).to.equal(400)
    const foreign = post()
    foreign.headers.set('origin', evil)
    expect((await respond(foreign)).status).to.equal(403)
  })

  it('no field of an owner is inherited', async () => {
    const { client, requests } = setUp()
    const owner = () => JSON.parse('{}')
    const respond = () => polluted({ id: 'evil', name: 'evil' }, () => connectSessionHandler({ client, owner })(post()))
    expect((await respond()).status).to.equal(500)
    expect(requests).to.deep.equal([])
  })

  it('no option of a page is inherited', async () => {
    const { fetch, requests } = stub(() => jsonResponse(200, { token: 'tok', expiresAt: '2999-01-01T00:00:00Z' }))
    const evilFetch = async () => jsonResponse(200, { token: 'evil', expiresAt: '2999-01-01T00:00:00Z' })
    const { fetch: original } = globalThis
    Object.assign(globalThis, { fetch })
    try {
      const fields = { fetch: evilFetch, headers: { 'x-evil': '1' }, signal: AbortSignal.abort() }
      const { token } = await polluted(fields, () => createTokenFetcher('/connect')())
      expect(token).to.equal('tok')
      expect(requests[0]?.headers.has('x-evil')).to.equal(false)
    } finally {
      Object.assign(globalThis, { fetch: original })
    }
  })
})
