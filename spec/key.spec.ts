import { expect } from 'chai'
import { type Client, type ClientOptions, ConfigurationError, createClient, session } from '../lib/index.ts'
import { version } from '../lib/version.ts'
import { caught } from './support/caught.ts'
import { leftOf } from './support/either.ts'
import { withEnvironment } from './support/environment.ts'
import { dumps, printings, showing } from './support/printed.ts'
import { httpServer, json, minted, type TestServer } from './support/server.ts'
import { reply, type Stub, stub } from './support/stub.ts'

const key = 'v1.eu1.kEy_0123456789-secret'
const other = 'v1.us1.another_9876543210'
const base64 = (text: string): string => Buffer.from(text).toString('base64')
const header = (apiKey: string): string => `Basic ${base64(`${apiKey}:`)}`

const owned = session().owner('acme-42', 'Acme Inc.')
const payload = { originOwnerId: 'acme-42', originOwnerName: 'Acme Inc.' }

/** Calls a function as JavaScript can: with anything. */
const clientOf = (options: object): Client => Reflect.apply(createClient, undefined, [options])

const keysOf = ({ requests }: Stub): readonly (string | null)[] =>
  requests.map(({ headers }) => headers.get('authorization'))

interface Refused {
  readonly title: string
  readonly apiKey: unknown
  readonly says: string
}

const foreign = 'it has a space, a line break or a character beyond ASCII; give the key alone'
const schemed = 'it starts with a scheme; give the key alone'
const encoded = 'it is base64 of `key:` already; give the key alone'

const refused: readonly Refused[] = [
  { title: 'empty', apiKey: '', says: 'it is blank' },
  { title: 'one space', apiKey: ' ', says: 'it is blank' },
  { title: 'white space', apiKey: '\t \u00a0\n', says: 'it is blank' },
  { title: 'a line break at its end', apiKey: `${key}\n`, says: foreign },
  { title: 'a line break of Windows at its end', apiKey: `${key}\r\n`, says: foreign },
  { title: 'a line break at its beginning', apiKey: `\n${key}`, says: foreign },
  { title: 'a line break inside', apiKey: key.replace('_', '\n'), says: foreign },
  { title: 'a header after a line break', apiKey: `${key}\r\nx-evil: 1`, says: foreign },
  { title: 'a carriage return', apiKey: `${key}\r`, says: foreign },
  { title: 'a line separator', apiKey: `${key}\u2028`, says: foreign },
  { title: 'a space at its end', apiKey: `${key} `, says: foreign },
  { title: 'a space at its beginning', apiKey: ` ${key}`, says: foreign },
  { title: 'a space inside', apiKey: key.replace('_', ' '), says: foreign },
  { title: 'a tab', apiKey: `${key}\t`, says: foreign },
  { title: 'a null character', apiKey: `${key}\0`, says: foreign },
  { title: 'a delete character', apiKey: `${key}\x7f`, says: foreign },
  { title: 'a character beyond ASCII', apiKey: key.replace('-', '\u2013'), says: foreign },
  { title: 'a character beyond Latin 1', apiKey: `${key}\u{1f511}`, says: foreign },
  { title: 'a zero-width space', apiKey: `${key}\u200b`, says: foreign },
  { title: 'a byte-order mark', apiKey: `\ufeff${key}`, says: foreign },
  { title: 'typographic quotes', apiKey: `\u201c${key}\u201d`, says: foreign },
  { title: 'Basic before it', apiKey: `Basic ${key}`, says: schemed },
  { title: 'the whole header', apiKey: header(key), says: schemed },
  { title: 'basic before it, in lower case', apiKey: `basic ${base64(`${key}:`)}`, says: schemed },
  { title: 'BASIC before it', apiKey: `BASIC  ${key}`, says: schemed },
  { title: 'Bearer before it', apiKey: `Bearer ${key}`, says: schemed },
  { title: 'Basic and a tab before it', apiKey: `Basic\t${key}`, says: schemed },
  { title: 'Basic and a space inside', apiKey: `${key}Basic ${other}`, says: foreign },
  { title: 'base64 of it and its colon', apiKey: base64(`${key}:`), says: encoded },
  {
    title: 'base64 of it and its colon, without padding',
    apiKey: base64(`${key}:`).replace(/=+$/, ''),
    says: encoded,
  },
  { title: 'base64 of a shorter one', apiKey: base64(`${key.slice(0, -1)}:`), says: encoded },
  { title: 'base64 of a still shorter one', apiKey: base64(`${key.slice(0, -2)}:`), says: encoded },
  { title: 'its colon at its end', apiKey: `${key}:`, says: 'it has a colon; give the key alone' },
  { title: 'a user name and a password', apiKey: `${key}:${other}`, says: 'it has a colon; give the key alone' },
]

const odd: readonly Refused[] = [
  { title: 'undefined', apiKey: undefined, says: 'expected a string, got undefined' },
  { title: 'null', apiKey: null, says: 'expected a string, got null' },
  { title: 'a number', apiKey: 7, says: 'expected a string, got a number' },
  { title: 'a boolean', apiKey: true, says: 'expected a string, got a boolean' },
  { title: 'a symbol', apiKey: Symbol(key), says: 'expected a string, got a symbol' },
  { title: 'a bigint', apiKey: 7n, says: 'expected a string, got a bigint' },
  { title: 'a function', apiKey: () => key, says: 'expected a string, got a function' },
  { title: 'an array', apiKey: [key], says: 'expected a string, got an array' },
  { title: 'an object', apiKey: { key }, says: 'expected a string, got an object' },
  { title: 'a String', apiKey: Object(key), says: 'expected a string, got an object' },
  { title: 'bytes', apiKey: Buffer.from(key), says: 'expected a string, got an object' },
]

/** Nothing was sent, and the error shows no key. */
const isSilent = (error: unknown, { requests }: Stub): void => {
  expect(showing(error, [key, other], [...printings, ...dumps])).to.deep.equal([])
  expect(requests).to.have.length(0)
}

const isRefusal = (error: unknown, api: Stub, says: string): void => {
  expect(error).to.be.instanceOf(ConfigurationError)
  expect(error).to.have.property('name', 'ConfigurationError')
  expect(error).to.have.property('message', `The API key cannot be used: ${says}.`)
  isSilent(error, api)
}

const allowed: readonly (readonly [string, string])[] = [
  ['in the form of today', key],
  ['of one letter', 'k'],
  ['with all signs but the colon', '!"#$%&\'()*+,-./;<=>?@[\\]^_`{|}~'],
  ['that could be base64, but of nothing with a colon', base64('0123456789abcdef')],
  ['that could be base64, but of binary before a colon', base64('\u00ff\u0001\u0002\u0003:')],
  ['that could be base64, but of binary and a text before a colon', base64('\u00ff\u0001ab:')],
  ['that could be base64, but of a text with a colon inside', base64('ab:cd')],
  ['that could be base64, were its length another', 'abcde'],
  ['that could be base64, were its padding not in the middle', 'a2V5=Og'],
  ['that begins with Basic', 'Basic.0123456789'],
  ['of a thousand letters', 'k'.repeat(1000)],
]

describe('the API key', () => {
  describe('is refused before anything is sent', () => {
    for (const { title, apiKey, says } of refused) {
      it(`with ${title}`, async () => {
        const api = stub()
        isRefusal(await caught(owned.send(clientOf({ apiKey, fetch: api.fetch }))), api, says)
      })

      it(`with ${title}, from a function`, async () => {
        const api = stub()
        isRefusal(await caught(owned.send(clientOf({ apiKey: async () => apiKey, fetch: api.fetch }))), api, says)
      })
    }

    for (const { title, apiKey, says } of odd)
      it(`when a function gives ${title}`, async () => {
        for (const give of [() => apiKey, async () => apiKey]) {
          const api = stub()
          isRefusal(await caught(owned.send(clientOf({ apiKey: give, fetch: api.fetch }))), api, says)
        }
      })

    it('with what is no key in the environment', async () => {
      const api = stub()
      await withEnvironment({ STACKONE_API_KEY: `Basic ${base64(`${key}:`)}` }, async () =>
        isRefusal(await caught(owned.send(createClient({ fetch: api.fetch }))), api, schemed),
      )
    })

    it('by every call, in both ways to make it', async () => {
      const api = stub()
      const client = clientOf({ apiKey: `${key}\n`, fetch: api.fetch })
      const rejected = [
        () => client.create(payload),
        () => client.authenticate('tok'),
        () => client.get(4711),
        () => client.waitForConnection(4711, { interval: 1, deadline: 2000 }),
      ]
      for (const call of rejected) isRefusal(await caught(call()), api, foreign)
      const left = [
        client.task.create(payload),
        client.task.authenticate('tok'),
        client.task.get(4711),
        client.task.waitForConnection(4711, { interval: 1, deadline: 2000 }),
        owned.task(client),
      ]
      for (const task of left) isRefusal(leftOf<unknown, unknown>(await task()), api, foreign)
    })
  })

  describe('is taken', () => {
    for (const [title, apiKey] of allowed)
      it(title, async () => {
        const api = stub()
        await owned.send(createClient({ apiKey, fetch: api.fetch }))
        expect(keysOf(api)).to.deep.equal([header(apiKey)])
      })
  })

  describe('is missing', () => {
    for (const [title, variables] of [
      ['when neither option nor environment has one', { STACKONE_API_KEY: undefined }],
      ['when the environment has an empty one', { STACKONE_API_KEY: '' }],
    ] as const)
      it(`${title}, and the error says where to give it`, () =>
        withEnvironment(variables, async () => {
          const api = stub()
          const error = await caught(owned.send(createClient({ apiKey: undefined, fetch: api.fetch })))
          expect(error).to.be.instanceOf(ConfigurationError)
          expect(error).to.have.property('message', 'There is no API key: give apiKey, or set STACKONE_API_KEY.')
          isSilent(error, api)
        }))
  })

  describe('is read when sending, each time', () => {
    it('from the environment at the call, not at the construction', async () => {
      const api = stub()
      const client = await withEnvironment({ STACKONE_API_KEY: 'v1.eu1.at_construction' }, () =>
        createClient({ fetch: api.fetch }),
      )
      await withEnvironment({ STACKONE_API_KEY: key }, () => owned.send(client))
      await withEnvironment({ STACKONE_API_KEY: other }, () => owned.send(client))
      expect(keysOf(api)).to.deep.equal([header(key), header(other)])
      const error = await withEnvironment({ STACKONE_API_KEY: undefined }, () => caught(owned.send(client)))
      expect(error).to.be.instanceOf(ConfigurationError)
      expect(api.requests).to.have.length(2)
    })

    it('from the option, whatever the environment has', () =>
      withEnvironment({ STACKONE_API_KEY: other }, async () => {
        const api = stub()
        await owned.send(createClient({ apiKey: key, fetch: api.fetch }))
        expect(keysOf(api)).to.deep.equal([header(key)])
      }))

    it('from the function, whatever the environment has', () =>
      withEnvironment({ STACKONE_API_KEY: other }, async () => {
        const api = stub()
        await owned.send(createClient({ apiKey: () => key, fetch: api.fetch }))
        expect(keysOf(api)).to.deep.equal([header(key)])
      }))

    const counted = (options: ClientOptions = {}) => {
      const given = [key, other, 'v1.eu1.third']
      const calls: (readonly unknown[])[] = []
      const apiKey = (...args: readonly unknown[]): string => {
        calls.push(args)
        return given[calls.length - 1] ?? key
      }
      return { calls, client: createClient({ apiKey, ...options }) }
    }

    it('from a function once for each call, and not at the construction', async () => {
      const api = stub()
      const { calls, client } = counted({ fetch: api.fetch })
      expect(calls).to.have.length(0)
      await owned.send(client)
      await owned.send(client)
      await client.get(4711)
      expect(calls).to.deep.equal([[], [], []])
      expect(keysOf(api)).to.deep.equal([header(key), header(other), header('v1.eu1.third')])
    })

    it('from a function once, however many attempts a call makes', async () => {
      const api = stub((number) => (number < 3 ? reply(503, {}, { 'retry-after': '0' }) : reply(201, minted)))
      const { calls, client } = counted({ fetch: api.fetch })
      await owned.send(client)
      expect(calls).to.have.length(1)
      expect(keysOf(api)).to.deep.equal([header(key), header(key), header(key)])
    })

    it('from a function each time that a task is run, and not before', async () => {
      const api = stub()
      const { calls, client } = counted({ fetch: api.fetch })
      const task = owned.task(client)
      expect(calls).to.have.length(0)
      await task()
      await task()
      expect(calls).to.have.length(2)
      expect(keysOf(api)).to.deep.equal([header(key), header(other)])
    })

    it('from a function at each look of waitForConnection', async () => {
      const api = stub((number) =>
        reply(200, { ...minted, latest_connection_attempt: { status: number < 2 ? 'pending' : 'authenticated' } }),
      )
      const { client } = counted({ fetch: api.fetch })
      await client.waitForConnection(4711, { interval: 1, deadline: 2000 })
      expect(keysOf(api)).to.deep.equal([header(key), header(other)])
    })

    it('not at all when the session or the options are not valid', async () => {
      const api = stub()
      const { calls, client } = counted({ fetch: api.fetch })
      expect(await caught(owned.label(' ').send(client))).to.have.property('name', 'ValidationError')
      expect(await caught(owned.send(client, { timeout: -1 }))).to.have.property('name', 'ConfigurationError')
      expect(calls).to.have.length(0)
    })

    it('from a function that gives a promise of it', async () => {
      const api = stub()
      const apiKey = (): Promise<string> => new Promise((resolve) => setTimeout(resolve, 5, key))
      await owned.send(createClient({ apiKey, fetch: api.fetch }))
      expect(keysOf(api)).to.deep.equal([header(key)])
    })

    it('anew after the function has failed', async () => {
      const api = stub()
      const apiKey = (() => {
        const given = [Promise.reject(new Error('the vault is sealed')), Promise.resolve(key)]
        for (const promise of given) promise.catch(() => {})
        return () => given.shift() ?? ''
      })()
      const client = createClient({ apiKey, fetch: api.fetch })
      const error = await caught(owned.send(client))
      expect(error).to.be.instanceOf(ConfigurationError)
      expect(error).to.have.property('message').that.includes('apiKey function')
      await owned.send(client)
      expect(keysOf(api)).to.deep.equal([header(key)])
    })

    it('within the deadline, also when the function never gives one', async () => {
      const api = stub()
      const client = createClient({ apiKey: () => new Promise<string>(() => {}), fetch: api.fetch, deadline: 100 })
      const error = await caught(owned.send(client))
      expect(error).to.have.property('name', 'TimeoutError')
      expect(error).to.have.property('message').that.includes('apiKey').and.includes('100 ms')
      expect(api.requests).to.have.length(0)
    })

    it('until the signal is aborted', async () => {
      const api = stub()
      const controller = new AbortController()
      const apiKey = (): Promise<string> => {
        controller.abort('enough')
        return new Promise(() => {})
      }
      const error = await caught(owned.send(createClient({ apiKey, fetch: api.fetch }), { signal: controller.signal }))
      expect(error).to.include({ name: 'AbortError', reason: 'enough' })
      expect(api.requests).to.have.length(0)
    })
  })

  describe('on the wire', () => {
    let server: TestServer
    beforeEach(async () => {
      server = await httpServer((request, response) => json(response, request.method === 'GET' ? 200 : 201, minted))
    })
    afterEach(() => server.close())

    const ours = { accept: 'application/json', authorization: header(key), 'user-agent': `stackone-session/${version}` }
    // What Node's fetch adds to every request; content-length comes with a body.
    const platform = ['host', 'connection', 'accept-encoding', 'accept-language', 'sec-fetch-mode', 'content-length']

    const calls: readonly (readonly [string, (client: Client) => Promise<unknown>, 'GET' | 'POST'])[] = [
      ['send', (client) => owned.send(client), 'POST'],
      ['create', (client) => client.create(payload), 'POST'],
      ['authenticate', (client) => client.authenticate('tok'), 'POST'],
      ['get', (client) => client.get(4711), 'GET'],
    ]
    for (const [name, call, method] of calls)
      it(`is Basic and base64 of it and a colon; ${name} sends no header beside those expected`, async () => {
        await call(createClient({ apiKey: key, baseUrl: server.url }))
        const [request] = server.requests
        expect(server.requests).to.have.length(1)
        expect(request?.method).to.equal(method)
        const expected = { ...ours, ...(method === 'POST' && { 'content-type': 'application/json' }) }
        expect(request?.headers).to.include(expected)
        const others = Object.keys(request?.headers ?? {}).filter((header) => !Object.hasOwn(expected, header))
        expect(others.filter((header) => !platform.includes(header))).to.deep.equal([])
        expect(request?.headers).not.to.have.any.keys('cookie', 'origin', 'referer')
      })

    it('has no content type, no length and no body with a GET', async () => {
      await createClient({ apiKey: key, baseUrl: server.url }).get(4711)
      expect(server.requests[0]?.headers).not.to.have.any.keys('content-type', 'content-length', 'transfer-encoding')
      expect(server.requests[0]?.body).to.equal('')
    })

    it('decodes to the key and the colon, byte by byte', async () => {
      const signs = '!"#$%&\'()*+,-./;<=>?@[\\]^_`{|}~'
      await createClient({ apiKey: signs, baseUrl: server.url }).get(4711)
      const [scheme, encoded = ''] = (server.requests[0]?.headers.authorization ?? '').split(' ')
      expect(scheme).to.equal('Basic')
      expect(Buffer.from(encoded, 'base64').toString('latin1')).to.equal(`${signs}:`)
    })

    it('is the same with headers of the caller beside it', async () => {
      const client = createClient({ apiKey: key, baseUrl: server.url, headers: { 'X-Team': 'a' } })
      await client.get(4711, { headers: { 'x-trace': 'b' } })
      expect(server.requests[0]?.headers).to.include({ ...ours, 'x-team': 'a', 'x-trace': 'b' })
    })

    it('is in no URL and no body', async () => {
      const client = createClient({ apiKey: key, baseUrl: server.url })
      for (const [, call] of calls) await call(client)
      expect(server.requests).to.have.length(4)
      for (const { url, body } of server.requests) {
        expect(url + body).not.to.include(key)
        expect(url + body).not.to.include(base64(`${key}:`))
      }
    })
  })
})
