import { inspect } from 'node:util'
import { expect } from 'chai'
import fc from 'fast-check'
import {
  ApiError,
  ConfigurationError,
  ConnectSession,
  ConnectSessionCreate,
  ConnectSessionToken,
  createClient,
  fromJSON,
  isSessionError,
  session,
} from '../lib/index.ts'
import { sandbox } from '../lib/testing/index.ts'
import { caught } from './support/caught.ts'
import { rightOf } from './support/either.ts'
import { minted } from './support/server.ts'
import { reply, stub } from './support/stub.ts'

const apiKey = 'v1.eu1.0123456789abcdef'
const owned = session().owner('acme-42', 'Acme Inc.')

const evil = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  'then',
  'toJSON',
] as const

// No name that the API has a member for: two members of one name would be one.
const name = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...evil) },
  fc.constantFrom('', 'polluted'),
  fc.string().map((text) => `_${text}`),
)

/** JSON as a text: an object literal in a program would set a prototype where JSON.parse makes a member. */
const { json, object } = fc.letrec<{ json: string; object: string }>((tie) => ({
  object: fc
    .uniqueArray(fc.tuple(name, tie('json')), { selector: ([key]) => key, maxLength: 5 })
    .map((members) => `{${members.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join()}}`),
  json: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'json' },
    fc.constantFrom('true', 'null', '7', '"polluted"', '{"polluted":true}'),
    tie('object'),
    tie('object'),
    fc.array(tie('json'), { maxLength: 3 }).map((entries) => `[${entries.join()}]`),
  ),
}))

/** The members of one JSON object before those of another. */
const merged = (first: object, text: string): string =>
  text === '{}' ? JSON.stringify(first) : `${JSON.stringify(first).slice(0, -1)},${text.slice(1)}`

const prototypes: readonly object[] = [
  ...[Object, Array, Function, String, Number, Boolean, Symbol, BigInt, Date, RegExp, Error, TypeError, Promise],
  ...[Map, Set, WeakMap, WeakSet, URL, Headers, Request, Response, AbortSignal, AbortController],
  ...[ApiError, ConfigurationError],
].flatMap((type) => [type, type.prototype])

/** Every member of what all programs share, by identity. */
const shared = (): readonly unknown[] =>
  prototypes.flatMap((prototype) => [
    Object.getPrototypeOf(prototype),
    ...Reflect.ownKeys(prototype).flatMap((key) => {
      const { value, get, set } = Reflect.getOwnPropertyDescriptor(prototype, key) ?? {}
      return [key, value, get, set]
    }),
  ])

const before = shared()

const isClean = (): void => {
  const after = shared()
  expect(after).to.have.length(before.length)
  expect(after.findIndex((value, index) => !Object.is(value, before[index]))).to.equal(-1)
  expect(Reflect.get({}, 'polluted')).to.equal(undefined)
  expect(Reflect.get([], 'polluted')).to.equal(undefined)
  expect(Reflect.get(() => {}, 'polluted')).to.equal(undefined)
}

const plain: readonly unknown[] = [Object.prototype, Array.prototype, Date.prototype, null]

/** No object of a value has a prototype that came with the value. */
const hasOrdinaryPrototypes = (value: unknown): void => {
  if (typeof value !== 'object' || value === null) return
  expect(plain).to.include(Object.getPrototypeOf(value))
  for (const key of Reflect.ownKeys(value)) hasOrdinaryPrototypes(Reflect.getOwnPropertyDescriptor(value, key)?.value)
}

/** All that is done with a value that was made of another. */
const use = (value: unknown): void => {
  inspect(value, { depth: Number.POSITIVE_INFINITY, showHidden: true })
  JSON.stringify(value)
}

const answering = (status: number, text: string) => {
  const told: unknown[] = []
  const { fetch } = stub(() => new Response(text, { status }))
  return { client: createClient({ apiKey, fetch, retries: 0, onEvent: (event) => told.push(event) }), told }
}

/** A law over JSON texts. */
const holds = (arbitrary: fc.Arbitrary<string>, law: (text: string) => void | Promise<void>): Promise<void> =>
  fc.assert(
    fc.asyncProperty(arbitrary, async (text) => {
      await law(text)
      isClean()
    }),
    { numRuns: 100 },
  )

const asJson = (value: unknown): string => JSON.stringify(value)

describe('no prototype is polluted', () => {
  it('by what this spec looks at, which would see it', () => {
    Object.defineProperty(Object.prototype, 'polluted', { value: true, configurable: true })
    try {
      expect(isClean).to.throw()
    } finally {
      Reflect.deleteProperty(Object.prototype, 'polluted')
    }
    expect(() => hasOrdinaryPrototypes({ deep: [Object.create({ polluted: true })] })).to.throw()
    isClean()
  })

  it('by a reply to a create, whose members are all kept as they came', () =>
    holds(object, async (text) => {
      const { client, told } = answering(201, merged({ token: minted.token }, text))
      const made = await owned.send(client)
      expect(made.token).to.equal(minted.token)
      hasOrdinaryPrototypes(made)
      expect(asJson(made.extra ?? {})).to.equal(asJson(JSON.parse(text)))
      use(made)
      use(told)
      use({ ...made })
    }))

  it('by the metadata and the latest attempt of a reply', () =>
    holds(object, async (text) => {
      const attempt = merged({ id: 'a', status: 'authenticated', account_secure_id: 'acc-1' }, text)
      const body = merged(minted, `{"metadata":${text},"latest_connection_attempt":${attempt}}`)
      const { client } = answering(200, body)
      const seen = await client.get(4711)
      expect(asJson(seen.metadata)).to.equal(asJson(JSON.parse(text)))
      hasOrdinaryPrototypes(seen)
      const connection = await client.waitForConnection(4711, { deadline: 2000 })
      expect(connection.accountId).to.equal('acc-1')
      hasOrdinaryPrototypes(connection)
      use([seen, connection])
    }))

  it('by a reply that is any JSON, to any call', () =>
    holds(json, async (text) => {
      const { client, told } = answering(201, text)
      const results = [
        await owned.task(client)(),
        await client.task.authenticate('tok')(),
        await client.task.get(4711)(),
        await client.task.waitForConnection(4711, { interval: 1, deadline: 1 })(),
      ]
      for (const result of results) {
        if (result._tag === 'Left') expect(isSessionError(result.left)).to.equal(true)
        else hasOrdinaryPrototypes(result.right)
        use(result)
      }
      use(told)
    }))

  it('by a reply under strict', () =>
    holds(json, async (text) => {
      const { fetch } = stub(() => new Response(text, { status: 201 }))
      const result = await owned.task(createClient({ apiKey, fetch, strict: true }))()
      expect(result).to.have.nested.property('left.name', 'ReplyError')
      use(result)
    }))

  it('by the body of an error, which is kept as it came', () =>
    holds(json, async (text) => {
      const { client, told } = answering(400, text)
      const error = await caught(owned.send(client))
      if (!(error instanceof ApiError)) throw new Error('expected an ApiError', { cause: error })
      expect(asJson(error.body)).to.equal(asJson(JSON.parse(text)))
      hasOrdinaryPrototypes(error.body)
      use(error)
      use(error.toJSON())
      use(told)
    }))

  it('by the message of an error that is any JSON', () =>
    holds(json, async (text) => {
      const { client } = answering(400, `{"message":${text},"__proto__":{"message":"polluted"}}`)
      use(await caught(owned.send(client)))
    }))

  it('by metadata, which is sent as it is', () =>
    holds(object, async (text) => {
      const { fetch, requests } = stub(() => reply(201, minted))
      const record: unknown = JSON.parse(text)
      const given = Reflect.apply(owned.metadata, owned, [record])
      hasOrdinaryPrototypes(rightOf(given.decode()))
      await Reflect.apply(given.send, given, [createClient({ apiKey, fetch })])
      expect(String(requests[0]?.body)).to.equal(
        `{"origin_owner_id":"acme-42","origin_owner_name":"Acme Inc.","metadata":${asJson(record)}}`,
      )
      expect(given.equals(Reflect.apply(owned.metadata, owned, [JSON.parse(text)]))).to.equal(true)
      use(given)
    }))

  it('by a field, whatever its name and its value', () =>
    fc.assert(
      fc.asyncProperty(name, json, async (field, text) => {
        const given = owned.field(field, JSON.parse(text))
        const decoded = given.decode()
        if (field.trim() === '') {
          expect(decoded).to.have.nested.property('left.name', 'ValidationError')
          inspect(given)
        } else {
          const { extra } = rightOf(decoded)
          expect(Object.keys(extra ?? {})).to.deep.equal([field])
          expect(asJson(extra)).to.equal(`{${asJson(field)}:${asJson(JSON.parse(text))}}`)
          hasOrdinaryPrototypes(rightOf(decoded))
          expect(rightOf(fromJSON(JSON.parse(asJson(given)))).equals(given)).to.equal(true)
          use(given)
        }
        isClean()
      }),
      { numRuns: 100 },
    ))

  it('by what fromJSON is given, and it is the way back', () =>
    holds(object, (text) => {
      const wire = merged({ origin_owner_id: 'acme-42', origin_owner_name: 'Acme Inc.' }, text)
      const result = fromJSON(JSON.parse(wire))
      if (result._tag === 'Right') expect(asJson(result.right)).to.equal(asJson(JSON.parse(wire)))
      else expect(result.left.name).to.equal('ValidationError')
      use(result)
    }))

  it('by what is no session at all', () =>
    holds(json, (text) => {
      const result = fromJSON(JSON.parse(text))
      expect(result).to.have.nested.property('left.name', 'ValidationError')
      use(result)
    }))

  it('by a payload of the caller', () =>
    holds(object, async (text) => {
      const { fetch, requests } = stub()
      const client = createClient({ apiKey, fetch })
      const payload: unknown = JSON.parse(merged({ originOwnerId: 'acme-42', originOwnerName: 'Acme Inc.' }, text))
      const result = await Reflect.apply(client.task.create, undefined, [payload])()
      if (text !== '{}') expect(result).to.have.nested.property('left.name', 'ValidationError')
      expect(requests).to.have.length(text === '{}' ? 1 : 0)
      use(result)
    }))

  it('by the codecs', () =>
    holds(json, (text) => {
      for (const codec of [ConnectSession, ConnectSessionToken, ConnectSessionCreate]) {
        const decoded = codec.decode(JSON.parse(text))
        if (decoded._tag === 'Right') hasOrdinaryPrototypes(decoded.right)
        use(decoded)
        use(codec.is(JSON.parse(text)))
        use(codec['~standard'].validate(JSON.parse(text)))
      }
      const session = ConnectSession.decode(JSON.parse(merged({ id: 1 }, `{"extra":${text},"drift":${text}}`)))
      hasOrdinaryPrototypes(ConnectSession.encode(rightOf(session)))
      use(ConnectSession.encode(rightOf(session)))
    }))

  it('by options, of a client, of a call and of a wait', () =>
    holds(
      object.filter((text) => text !== '{}'),
      async (text) => {
        const options: unknown = JSON.parse(text)
        const client = createClient({ apiKey, fetch: stub().fetch })
        expect(() => Reflect.apply(createClient, undefined, [options])).to.throw(ConfigurationError)
        for (const call of [client.get, client.authenticate, client.waitForConnection])
          use(await caught(Reflect.apply(call, undefined, ['4711', options])))
        use(await caught(Reflect.apply(owned.send, owned, [client, options])))
      },
    ))

  it('by the values of options', () =>
    holds(json, (text) => {
      for (const option of ['headers', 'timeout', 'fetch', 'baseUrl', 'userAgent', 'strict', 'onEvent'])
        try {
          use(Reflect.apply(createClient, undefined, [{ [option]: JSON.parse(text) }]))
        } catch (error) {
          expect(error).to.be.instanceOf(ConfigurationError)
          use(error)
        }
    }))

  it('by headers', () =>
    fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.constantFrom(...evil), { minLength: 1 }), async (names) => {
        const headers: Record<string, string> = JSON.parse(`{${names.map((key) => `"${key}":"polluted"`).join()}}`)
        const { fetch, requests } = stub()
        await owned.send(createClient({ apiKey, fetch, headers }), { headers })
        expect(requests[0]?.headers.get('authorization')).to.equal(`Basic ${btoa(`${apiKey}:`)}`)
        isClean()
      }),
    ))

  it('by a request to the sandbox', () =>
    holds(json, async (text) => {
      const api = sandbox()
      for (const path of ['/connect_sessions', '/connect_sessions/authenticate', '/connect_sessions/__proto__']) {
        const answered = await api.fetch(`http://sandbox.test${path}`, {
          method: path.endsWith('_') ? 'GET' : 'POST',
          headers: { authorization: `Basic ${btoa('key:')}`, 'user-agent': 'a', 'content-type': 'application/json' },
          ...(path.endsWith('_')
            ? {}
            : { body: merged({ origin_owner_id: 'a', origin_owner_name: 'b' }, `{"metadata":${text}}`) }),
        })
        use(await answered.json())
      }
      use(api.requests)
      use(api.sessions)
    }))
})
