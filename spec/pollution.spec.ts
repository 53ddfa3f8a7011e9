import { inspect } from 'node:util'
import { expect } from 'chai'
import fc from 'fast-check'
import { connectSessionHandler } from '../lib/handler/index.ts'
import {
  ApiError,
  type Client,
  ConfigurationError,
  ConnectSession,
  ConnectSessionCreate,
  ConnectSessionToken,
  createClient,
  fromJSON,
  isSessionError,
  session,
} from '../lib/index.ts'
import { createTokenFetcher } from '../lib/page/index.ts'
import { sandbox } from '../lib/testing/index.ts'
import { acme, apiKey } from './support/call.ts'
import { caught } from './support/caught.ts'
import { rightOf } from './support/either.ts'
import { withEnvironment } from './support/environment.ts'
import { itEach } from './support/it-each.ts'
import { polluted } from './support/polluted.ts'
import { minted } from './support/server.ts'
import { jsonResponse, stub } from './support/stub.ts'

const responding = (status: number, text: string) => {
  const { fetch, requests } = stub(() => new Response(text, { status }))
  return { client: createClient({ apiKey, fetch, retries: 0 }), fetch, requests }
}

const asJson = (value: unknown): string => JSON.stringify(value)

const wire = { origin_owner_id: 'acme-42', origin_owner_name: 'Acme Inc.' }
const payload = { originOwnerId: 'acme-42', originOwnerName: 'Acme Inc.' }

const evil = 'https://evil.example'

describe('In a process whose Object.prototype is polluted', () => {
  const setUp = (body: object = minted, status = 201) => responding(status, asJson(body))
  const messageOf = async (fields: object, work: () => Promise<unknown>): Promise<string> =>
    String(await polluted(fields, () => caught(work())))

  it('no option of the client and no field of the init of a request is inherited', async () => {
    const credentials: unknown[] = []
    const { fetch, requests } = stub()
    const options = { baseUrl: evil, apiKey: 'v1.evil.key', userAgent: 'evil', headers: { 'x-evil': '1' }, retries: 9 }
    const fields = { ...options, signal: AbortSignal.abort('evil'), credentials: 'include' }
    const reading = (url: string, init: RequestInit) => {
      credentials.push(init.credentials)
      return fetch(url, init)
    }
    await polluted(fields, () => acme.send(createClient({ apiKey, fetch: reading }), {}))
    const [request] = requests
    expect(request?.url).to.equal('https://api.stackone.com/connect_sessions')
    expect(request?.headers.get('authorization')).to.equal(`Basic ${btoa(`${apiKey}:`)}`)
    expect(request?.headers.get('user-agent')).not.to.equal('evil')
    expect(request?.headers.has('x-evil')).to.equal(false)
    expect(credentials).to.deep.equal([undefined])
  })

  it('no environment variable is inherited', () =>
    withEnvironment({ STACKONE_API_KEY: undefined, STACKONE_BASE_URL: undefined }, async () => {
      const { fetch, requests } = stub()
      const fields = { STACKONE_BASE_URL: evil, STACKONE_API_KEY: 'v1.evil.key' }
      expect(await messageOf(fields, () => acme.send(createClient({ fetch })))).to.include('No API key')
      await polluted(fields, () => acme.send(createClient({ apiKey, fetch })))
      expect(requests[0]?.url).to.equal('https://api.stackone.com/connect_sessions')
    }))

  const camel = { label: 'evil', accountId: 'evil', multiple: true, provider: 'evil', extra: { evil: 1 } }
  const snake = { label: 'evil', account_id: 'evil', multiple: true, provider: 'evil' }
  const payloads: readonly (readonly [title: string, fields: object, send: (client: Client) => Promise<unknown>])[] = [
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
    expect(await messageOf({ label: 'evil' }, () => client.create(bogus))).to.include('bogus: unknown field')
    expect(requests).to.deep.equal([])
  })

  it('no alias of an option and no cause of an error is inherited', async () => {
    const fields = { strict: ['bogus'], cause: new Error('evil') }
    const error = await polluted(fields, async () => caught((async () => createClient(JSON.parse('{"bogus":1}')))()))
    expect(String(error)).to.include("unknown option 'bogus' (the options are")
    await polluted(fields, () => expect(JSON.stringify(error)).not.to.include('evil'))
  })

  it('no field of a response is inherited', async () => {
    const future = '2999-01-01T00:00:00Z'
    const fields = {
      ...{ token: 'evil', auth_link_url: evil, authLinkUrl: evil, extra: { evil: 1 }, expiresIn: 1 },
      ...{ created_at: future, createdAt: new Date(future) },
    }
    const { id, token, created_at } = minted
    const created = await polluted(fields, () => acme.send(setUp({ id, token, created_at }).client))
    expect(Object.keys(created).sort()).to.deep.equal(['createdAt', 'drift', 'expiresAt', 'id', 'token'])
    expect(created.expiresAt.getTime() - Number(created.createdAt)).to.equal(1_800_000)
    const undated = await polluted(fields, () => acme.send(setUp({ id, token }).client))
    expect(undated.expiresAt.getTime()).to.be.below(Date.now() + 1_801_000)
    expect(await messageOf(fields, () => acme.send(setUp({ id }).client))).to.include('InvalidResponseError')
    await polluted(fields, () => {
      expect(Object.keys(rightOf(ConnectSession.decode({})))).to.deep.equal(['drift'])
      expect(ConnectSessionToken.decode({})).to.have.property('_tag', 'Left')
    })
  })

  it('no connection is inherited', async () => {
    const attempt = { status: 'authenticated', accountSecureId: 'evil', account_secure_id: 'evil' }
    const fields = { latestConnectionAttempt: attempt, latest_connection_attempt: attempt, ...attempt }
    const { client } = setUp({ id: 4711, latest_connection_attempt: { id: 'a' } }, 200)
    const wait = () => client.waitForConnection(4711, { interval: 1, deadline: 20 })
    expect(await messageOf(fields, wait)).to.include('TimeoutError')
  })

  it('no error counts as the control flow of a framework', async () => {
    const fetch = () => Promise.reject(Object.assign(new Error('No'), { headers: {} }))
    const client = createClient({ apiKey, retries: 0, fetch })
    const error = await polluted({ digest: 'evil' }, () => caught(acme.send(client)))
    expect(error).to.have.property('name', 'NetworkError')
    expect(error).to.have.property('cause').that.does.not.have.property('headers')
  })

  it('no part of an error and no delay of a retry is inherited', async () => {
    expect(await messageOf({ hint: 'evil' }, () => acme.expiresIn(-1).send(setUp().client))).not.to.include('evil')
    const fields = { message: 'evil', errors: ['evil'] }
    expect(await messageOf(fields, () => acme.send(setUp({}, 400).client))).not.to.include('evil')
    const { fetch, requests } = stub((number) => (number === 1 ? jsonResponse(503, {}) : jsonResponse(201, minted)))
    await polluted({ retryAfter: 1000 }, () => acme.send(createClient({ apiKey, fetch })))
    expect(requests).to.have.length(2)
  })

  const post = (body: object = {}, headers: object = {}) =>
    new Request('https://app.acme.example/connect', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: asJson(body),
    })

  it('no option of the handler, no allowance and no field of a request is inherited', async () => {
    const { client, requests } = setUp()
    const fields = {
      ...{ allow: { multiple: true }, multiple: true, providers: true, provider: 'evil', accountId: 'evil' },
      ...{ ownsAccount: () => true, configure: () => acme.label('evil'), origins: [evil], username: 'evil' },
    }
    const owner = () => ({ id: 'acme-42', name: 'Acme Inc.' })
    const statusOf = async (request: Request): Promise<number> =>
      (await polluted(fields, () => connectSessionHandler({ client, owner })(request))).status
    expect(await statusOf(post())).to.equal(200)
    expect(JSON.parse(String(requests[0]?.body))).to.deep.equal(wire)
    expect(await statusOf(post({ multiple: true }))).to.equal(400)
    expect(await statusOf(post({}, { origin: evil }))).to.equal(403)
  })

  it('no field of an owner is inherited', async () => {
    const { client, requests } = setUp()
    const handler = connectSessionHandler({ client, owner: () => JSON.parse('{}') })
    expect((await polluted({ id: 'evil', name: 'evil' }, () => handler(post()))).status).to.equal(500)
    expect(requests).to.deep.equal([])
  })

  it('no option of a page is inherited', async () => {
    const issue = (token: string) => stub(() => jsonResponse(200, { token, expiresAt: '2999-01-01T00:00:00Z' }))
    const { fetch, requests } = issue('tok')
    const fields = { fetch: issue('evil').fetch, headers: { 'x-evil': '1' }, signal: AbortSignal.abort() }
    const { fetch: original } = globalThis
    Object.assign(globalThis, { fetch })
    try {
      expect(await polluted(fields, () => createTokenFetcher('/connect')())).to.have.property('token', 'tok')
      expect(requests[0]?.headers.has('x-evil')).to.equal(false)
    } finally {
      Object.assign(globalThis, { fetch: original })
    }
  })
})

/** Names with a meaning in JavaScript. */
const specialNames = [
  ...['__proto__', 'constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty', 'then', 'toJSON'],
] as const

// No known name: a second field of the same name would replace the first.
const name = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...specialNames) },
  fc.constantFrom('', 'polluted'),
  fc.string().map((text) => `_${text}`),
)

/** JSON as text: JSON.parse makes a property of __proto__, where an object literal would set the prototype. */
const { json, object } = fc.letrec<{ json: string; object: string }>((tie) => ({
  object: fc
    .uniqueArray(fc.tuple(name, tie('json')), { selector: ([key]) => key, maxLength: 5 })
    .map((fields) => `{${fields.map(([key, value]) => `${asJson(key)}:${value}`).join()}}`),
  json: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'json' },
    fc.constantFrom('true', 'null', '7', '"polluted"', '{"polluted":true}'),
    tie('object'),
    tie('object'),
    fc.array(tie('json'), { maxLength: 3 }).map((entries) => `[${entries.join()}]`),
  ),
}))

/** Appends the fields of a JSON object to those of another. */
const merged = (first: object, text: string): string =>
  text === '{}' ? asJson(first) : `${asJson(first).slice(0, -1)},${text.slice(1)}`

const prototypes: readonly object[] = [
  ...[Object, Array, Function, String, Number, Boolean, Symbol, BigInt, Date, RegExp, Error, TypeError, Promise],
  ...[Map, Set, WeakMap, WeakSet, URL, Headers, Request, Response, AbortSignal, AbortController],
  ...[ApiError, ConfigurationError],
].flatMap((type) => [type, type.prototype])

/** Every property of the built-in classes and of the errors, by identity. */
const shared = (): readonly unknown[] =>
  prototypes.flatMap((prototype) => [
    Object.getPrototypeOf(prototype),
    ...Reflect.ownKeys(prototype).flatMap((key) => {
      const { value, get, set } = Reflect.getOwnPropertyDescriptor(prototype, key) ?? {}
      return [key, value, get, set]
    }),
  ])

const before = shared()

const expectClean = (): void => {
  const after = shared()
  expect(after).to.have.length(before.length)
  expect(after.findIndex((value, index) => !Object.is(value, before[index]))).to.equal(-1)
}

/** Expects built-in prototypes at every level of a value. */
const expectPlainPrototypes = (value: unknown): void => {
  if (typeof value !== 'object' || value === null) return
  expect([Object.prototype, Array.prototype, Date.prototype, null]).to.include(Object.getPrototypeOf(value))
  for (const key of Reflect.ownKeys(value)) expectPlainPrototypes(Reflect.getOwnPropertyDescriptor(value, key)?.value)
}

/** Prints and serializes a value. */
const print = (value: unknown): void => {
  inspect(value, { depth: Number.POSITIVE_INFINITY, showHidden: true })
  JSON.stringify(value)
}

/** Tests a law over JSON texts, and that no prototype was polluted. */
const holds = (arbitrary: fc.Arbitrary<string>, law: (text: string) => void | Promise<void>): Promise<void> =>
  fc.assert(
    fc.asyncProperty(arbitrary, async (text) => {
      await law(text)
      expectClean()
    }),
  )

describe('No prototype is polluted', () => {
  it('by this spec, which would detect it', async () => {
    await polluted({ polluted: true }, () => expect(expectClean).to.throw())
    expect(() => expectPlainPrototypes({ deep: [Object.create({ polluted: true })] })).to.throw()
    expectClean()
  })

  it('by the unknown fields, the metadata and the attempt of a response, which are kept', () =>
    holds(object, async (text) => {
      const fields: unknown = JSON.parse(text)
      const attempt = merged({ id: 'a', status: 'authenticated', account_secure_id: 'acc-1' }, text)
      const body = merged(minted, `{"metadata":${text},"latest_connection_attempt":${attempt}}`)
      const { client } = responding(201, merged(JSON.parse(body), text))
      const created = await acme.send(client)
      expect(created.token).to.equal(minted.token)
      expect(asJson([created.extra ?? {}, created.metadata])).to.equal(asJson([fields, fields]))
      const connection = await client.waitForConnection(4711, { deadline: 2000 })
      expect(connection.accountId).to.equal('acc-1')
      for (const value of [created, connection]) expectPlainPrototypes(value)
      print([created, connection, { ...created }])
    }))

  it('by any JSON in response to any call', () =>
    holds(json, async (text) => {
      const events: unknown[] = []
      const { fetch } = responding(201, text)
      const client = createClient({ apiKey, fetch, retries: 0, onEvent: (event) => events.push(event) })
      const results = [
        await acme.task(client)(),
        await client.task.authenticate('tok')(),
        await client.task.waitForConnection(4711, { interval: 1, deadline: 1 })(),
        await acme.task(createClient({ apiKey, fetch, strict: true }))(),
      ]
      for (const result of results) {
        if (result._tag === 'Left') expect(isSessionError(result.left)).to.equal(true)
        else expectPlainPrototypes(result.right)
        print(result)
      }
      print(events)
    }))

  it('by the body of an error, which is kept, or its message', () =>
    holds(json, async (text) => {
      const error = await caught(acme.send(responding(400, text).client))
      if (!(error instanceof ApiError)) throw new Error('expected an ApiError', { cause: error })
      expect(asJson(error.body)).to.equal(asJson(JSON.parse(text)))
      expectPlainPrototypes(error.body)
      print([error, error.toJSON()])
      const message = `{"message":${text},"__proto__":{"message":"polluted"}}`
      print(await caught(acme.send(responding(400, message).client)))
    }))

  it('by metadata, which is sent unchanged', () =>
    holds(object, async (text) => {
      const { fetch, requests } = stub()
      const given = Reflect.apply(acme.metadata, acme, [JSON.parse(text)])
      expectPlainPrototypes(rightOf(given.decode()))
      await Reflect.apply(given.send, given, [createClient({ apiKey, fetch })])
      expect(requests[0]?.body).to.equal(merged(wire, `{"metadata":${asJson(JSON.parse(text))}}`))
      expect(given.equals(Reflect.apply(acme.metadata, acme, [JSON.parse(text)]))).to.equal(true)
      print(given)
    }))

  it('by the name and the value of a field, which fromJSON restores', () =>
    holds(object, (text) => {
      const fields = Object.entries<never>(JSON.parse(text)).filter(([key]) => key !== '')
      const given = fields.reduce((sum, [key, value]) => sum.field(key, value), acme)
      const decoded = rightOf(given.decode())
      expect(asJson(decoded.extra ?? {})).to.equal(asJson(Object.fromEntries(fields)))
      expectPlainPrototypes(decoded)
      const restored = rightOf(fromJSON(JSON.parse(asJson(given))))
      expect(restored.equals(given)).to.equal(true)
      print([given, restored])
    }))

  it('by a payload and by the codecs', () =>
    holds(json, async (text) => {
      const { client } = responding(201, asJson(minted))
      const value: unknown = JSON.parse(text)
      print([fromJSON(value), await Reflect.apply(client.task.create, undefined, [value])()])
      for (const codec of [ConnectSession, ConnectSessionToken, ConnectSessionCreate]) {
        const decoded = codec.decode(value)
        if (decoded._tag === 'Right') expectPlainPrototypes(decoded.right)
        print([decoded, codec.is(value), codec['~standard'].validate(value)])
      }
      const decoded = ConnectSession.decode(JSON.parse(merged({ id: 1 }, `{"extra":${text},"drift":${text}}`)))
      expectPlainPrototypes(ConnectSession.encode(rightOf(decoded)))
    }))

  it('by the names and the values of options', () =>
    holds(object, async (text) => {
      const options: unknown = JSON.parse(text)
      const { client, fetch } = responding(201, asJson(minted))
      if (text !== '{}') expect(() => Reflect.apply(createClient, undefined, [options])).to.throw(ConfigurationError)
      for (const call of [client.get, client.authenticate, client.waitForConnection])
        print(await caught(Reflect.apply(call, undefined, ['4711', { ...Object(options), bogus: 1 }])))
      const headers: Record<string, string> = Object.fromEntries(Object.keys(Object(options)).map((key) => [key, 'a']))
      print(await acme.task(createClient({ apiKey, fetch }), { headers })())
    }))

  it('by a request to the sandbox', () =>
    holds(json, async (text) => {
      const api = sandbox()
      const headers = { authorization: `Basic ${btoa('key:')}`, 'user-agent': 'a', 'content-type': 'application/json' }
      const body = merged(wire, `{"metadata":${text}}`)
      for (const [path, init] of [
        ['', { method: 'POST', body }],
        ['/authenticate', { method: 'POST', body }],
        ['/__proto__', {}],
      ] as const)
        print(await (await api.fetch(`http://sandbox.test/connect_sessions${path}`, { ...init, headers })).json())
      print([api.requests, api.sessions])
    }))
})
