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
import { jsonResponse, stub } from './support/stub.ts'

const apiKey = 'v1.eu1.0123456789abcdef'
const acme = session().owner('acme-42', 'Acme Inc.')

/** Names with a meaning in JavaScript. */
const specialNames = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  'then',
  'toJSON',
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
    .map((fields) => `{${fields.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join()}}`),
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
  text === '{}' ? JSON.stringify(first) : `${JSON.stringify(first).slice(0, -1)},${text.slice(1)}`

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
  expect(Reflect.get({}, 'polluted')).to.equal(undefined)
  expect(Reflect.get([], 'polluted')).to.equal(undefined)
  expect(Reflect.get(() => {}, 'polluted')).to.equal(undefined)
}

const plain: readonly unknown[] = [Object.prototype, Array.prototype, Date.prototype, null]

/** Expects built-in prototypes at every level of a value. */
const expectPlainPrototypes = (value: unknown): void => {
  if (typeof value !== 'object' || value === null) return
  expect(plain).to.include(Object.getPrototypeOf(value))
  for (const key of Reflect.ownKeys(value)) expectPlainPrototypes(Reflect.getOwnPropertyDescriptor(value, key)?.value)
}

/** Prints and serializes a value. */
const print = (value: unknown): void => {
  inspect(value, { depth: Number.POSITIVE_INFINITY, showHidden: true })
  JSON.stringify(value)
}

const responding = (status: number, text: string) => {
  const events: unknown[] = []
  const { fetch } = stub(() => new Response(text, { status }))
  return { client: createClient({ apiKey, fetch, retries: 0, onEvent: (event) => events.push(event) }), events }
}

/** Tests a law over JSON texts, and that no prototype was polluted. */
const holds = (arbitrary: fc.Arbitrary<string>, law: (text: string) => void | Promise<void>): Promise<void> =>
  fc.assert(
    fc.asyncProperty(arbitrary, async (text) => {
      await law(text)
      expectClean()
    }),
    { numRuns: 100 },
  )

const asJson = (value: unknown): string => JSON.stringify(value)

describe('No prototype is polluted', () => {
  it('by this spec, which would detect it', () => {
    Object.defineProperty(Object.prototype, 'polluted', { value: true, configurable: true })
    try {
      expect(expectClean).to.throw()
    } finally {
      Reflect.deleteProperty(Object.prototype, 'polluted')
    }
    expect(() => expectPlainPrototypes({ deep: [Object.create({ polluted: true })] })).to.throw()
    expectClean()
  })

  it('by a response to POST /connect_sessions, whose unknown fields are kept', () =>
    holds(object, async (text) => {
      const { client, events } = responding(201, merged({ token: minted.token }, text))
      const created = await acme.send(client)
      expect(created.token).to.equal(minted.token)
      expectPlainPrototypes(created)
      expect(asJson(created.extra ?? {})).to.equal(asJson(JSON.parse(text)))
      print(created)
      print(events)
      print({ ...created })
    }))

  it('by the metadata and the latest attempt of a response', () =>
    holds(object, async (text) => {
      const attempt = merged({ id: 'a', status: 'authenticated', account_secure_id: 'acc-1' }, text)
      const body = merged(minted, `{"metadata":${text},"latest_connection_attempt":${attempt}}`)
      const { client } = responding(200, body)
      const existing = await client.get(4711)
      expect(asJson(existing.metadata)).to.equal(asJson(JSON.parse(text)))
      expectPlainPrototypes(existing)
      const connection = await client.waitForConnection(4711, { deadline: 2000 })
      expect(connection.accountId).to.equal('acc-1')
      expectPlainPrototypes(connection)
      print([existing, connection])
    }))

  it('by any JSON in response to any call', () =>
    holds(json, async (text) => {
      const { client, events } = responding(201, text)
      const results = [
        await acme.task(client)(),
        await client.task.authenticate('tok')(),
        await client.task.get(4711)(),
        await client.task.waitForConnection(4711, { interval: 1, deadline: 1 })(),
      ]
      for (const result of results) {
        if (result._tag === 'Left') expect(isSessionError(result.left)).to.equal(true)
        else expectPlainPrototypes(result.right)
        print(result)
      }
      print(events)
    }))

  it('by a response under strict', () =>
    holds(json, async (text) => {
      const { fetch } = stub(() => new Response(text, { status: 201 }))
      const result = await acme.task(createClient({ apiKey, fetch, strict: true }))()
      expect(result).to.have.nested.property('left.name', 'InvalidResponseError')
      print(result)
    }))

  it('by the body of an error, which is kept', () =>
    holds(json, async (text) => {
      const { client, events } = responding(400, text)
      const error = await caught(acme.send(client))
      if (!(error instanceof ApiError)) throw new Error('expected an ApiError', { cause: error })
      expect(asJson(error.body)).to.equal(asJson(JSON.parse(text)))
      expectPlainPrototypes(error.body)
      print(error)
      print(error.toJSON())
      print(events)
    }))

  it('by the message of an error, which may be any JSON', () =>
    holds(json, async (text) => {
      const { client } = responding(400, `{"message":${text},"__proto__":{"message":"polluted"}}`)
      print(await caught(acme.send(client)))
    }))

  it('by metadata, which is sent unchanged', () =>
    holds(object, async (text) => {
      const { fetch, requests } = stub(() => jsonResponse(201, minted))
      const record: unknown = JSON.parse(text)
      const given = Reflect.apply(acme.metadata, acme, [record])
      expectPlainPrototypes(rightOf(given.decode()))
      await Reflect.apply(given.send, given, [createClient({ apiKey, fetch })])
      expect(String(requests[0]?.body)).to.equal(
        `{"origin_owner_id":"acme-42","origin_owner_name":"Acme Inc.","metadata":${asJson(record)}}`,
      )
      expect(given.equals(Reflect.apply(acme.metadata, acme, [JSON.parse(text)]))).to.equal(true)
      print(given)
    }))

  it('by .field, for any name and any JSON value', () =>
    fc.assert(
      fc.asyncProperty(name, json, async (field, text) => {
        const given = acme.field(field, JSON.parse(text))
        const decoded = given.decode()
        if (field.trim() === '') {
          expect(decoded).to.have.nested.property('left.name', 'ValidationError')
          inspect(given)
        } else {
          const { extra } = rightOf(decoded)
          expect(Object.keys(extra ?? {})).to.deep.equal([field])
          expect(asJson(extra)).to.equal(`{${asJson(field)}:${asJson(JSON.parse(text))}}`)
          expectPlainPrototypes(rightOf(decoded))
          expect(rightOf(fromJSON(JSON.parse(asJson(given)))).equals(given)).to.equal(true)
          print(given)
        }
        expectClean()
      }),
      { numRuns: 100 },
    ))

  it('by fromJSON, which restores the session', () =>
    holds(object, (text) => {
      const wire = merged({ origin_owner_id: 'acme-42', origin_owner_name: 'Acme Inc.' }, text)
      const result = fromJSON(JSON.parse(wire))
      if (result._tag === 'Right') expect(asJson(result.right)).to.equal(asJson(JSON.parse(wire)))
      else expect(result.left.name).to.equal('ValidationError')
      print(result)
    }))

  it('by JSON that is not a session', () =>
    holds(json, (text) => {
      const result = fromJSON(JSON.parse(text))
      expect(result).to.have.nested.property('left.name', 'ValidationError')
      print(result)
    }))

  it('by a payload', () =>
    holds(object, async (text) => {
      const { fetch, requests } = stub()
      const client = createClient({ apiKey, fetch })
      const payload: unknown = JSON.parse(merged({ originOwnerId: 'acme-42', originOwnerName: 'Acme Inc.' }, text))
      const result = await Reflect.apply(client.task.create, undefined, [payload])()
      if (text !== '{}') expect(result).to.have.nested.property('left.name', 'ValidationError')
      expect(requests).to.have.length(text === '{}' ? 1 : 0)
      print(result)
    }))

  it('by the codecs', () =>
    holds(json, (text) => {
      for (const codec of [ConnectSession, ConnectSessionToken, ConnectSessionCreate]) {
        const decoded = codec.decode(JSON.parse(text))
        if (decoded._tag === 'Right') expectPlainPrototypes(decoded.right)
        print(decoded)
        print(codec.is(JSON.parse(text)))
        print(codec['~standard'].validate(JSON.parse(text)))
      }
      const decoded = ConnectSession.decode(JSON.parse(merged({ id: 1 }, `{"extra":${text},"drift":${text}}`)))
      expectPlainPrototypes(ConnectSession.encode(rightOf(decoded)))
      print(ConnectSession.encode(rightOf(decoded)))
    }))

  it('by the options of a client, a call or a wait', () =>
    holds(
      object.filter((text) => text !== '{}'),
      async (text) => {
        const options: unknown = JSON.parse(text)
        const client = createClient({ apiKey, fetch: stub().fetch })
        expect(() => Reflect.apply(createClient, undefined, [options])).to.throw(ConfigurationError)
        for (const call of [client.get, client.authenticate, client.waitForConnection])
          print(await caught(Reflect.apply(call, undefined, ['4711', options])))
        print(await caught(Reflect.apply(acme.send, acme, [client, options])))
      },
    ))

  it('by the values of options', () =>
    holds(json, (text) => {
      for (const option of ['headers', 'timeout', 'fetch', 'baseUrl', 'userAgent', 'strict', 'onEvent'])
        try {
          print(Reflect.apply(createClient, undefined, [{ [option]: JSON.parse(text) }]))
        } catch (error) {
          expect(error).to.be.instanceOf(ConfigurationError)
          print(error)
        }
    }))

  it('by headers', () =>
    fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.constantFrom(...specialNames), { minLength: 1 }), async (names) => {
        const headers: Record<string, string> = JSON.parse(`{${names.map((key) => `"${key}":"polluted"`).join()}}`)
        const { fetch, requests } = stub()
        await acme.send(createClient({ apiKey, fetch, headers }), { headers })
        expect(requests[0]?.headers.get('authorization')).to.equal(`Basic ${btoa(`${apiKey}:`)}`)
        expectClean()
      }),
    ))

  it('by a request to the sandbox', () =>
    holds(json, async (text) => {
      const api = sandbox()
      for (const path of ['/connect_sessions', '/connect_sessions/authenticate', '/connect_sessions/__proto__']) {
        const response = await api.fetch(`http://sandbox.test${path}`, {
          method: path.endsWith('_') ? 'GET' : 'POST',
          headers: { authorization: `Basic ${btoa('key:')}`, 'user-agent': 'a', 'content-type': 'application/json' },
          ...(path.endsWith('_')
            ? {}
            : { body: merged({ origin_owner_id: 'a', origin_owner_name: 'b' }, `{"metadata":${text}}`) }),
        })
        print(await response.json())
      }
      print(api.requests)
      print(api.sessions)
    }))
})
