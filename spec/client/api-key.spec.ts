import { expect } from 'chai'
import {
  type Client,
  type ClientOptions,
  ConfigurationError,
  createClient,
  type SessionError,
} from '../../lib/index.ts'
import { version } from '../../lib/util/defaults.ts'
import { acme, clientOf } from '../support/call.ts'
import { caught } from '../support/caught.ts'
import { leftOf } from '../support/either.ts'
import { withEnvironment } from '../support/environment.ts'
import { faultyServers, silence } from '../support/faults.ts'
import { itEach } from '../support/it-each.ts'
import { dumps, printings, showing } from '../support/printed.ts'
import { httpServer, json, minted, type TestServer } from '../support/server.ts'
import { jsonResponse, type Stub, stub } from '../support/stub.ts'

const key = 'v1.eu1.kEy_0123456789-secret'
const other = 'v1.us1.another_9876543210'
const base64 = (text: string): string => Buffer.from(text).toString('base64')
const header = (apiKey: string): string => `Basic ${base64(`${apiKey}:`)}`

const payload = { originOwnerId: 'acme-42', originOwnerName: 'Acme Inc.' }

/** Creates a client as from JavaScript, with any options. */
const createWith = (options: object): Client => Reflect.apply(createClient, undefined, [options])

const keysOf = ({ requests }: Stub): readonly (string | null)[] =>
  requests.map(({ headers }) => headers.get('authorization'))

type Rejected = readonly [title: string, apiKey: unknown, problem: string]

const blank = 'must be a non-blank string, got a blank string'
const notVisible = 'must contain visible ASCII characters only (remove spaces and line breaks)'
const schemed = 'must not start with a scheme (pass the key alone)'
const encoded = 'must not be base64-encoded (pass the key alone)'
const colon = 'must not contain a colon (pass the key alone)'
const quoted = 'must not be in quotes (remove the quotes)'

const rejected: readonly Rejected[] = [
  ['of white space', '\t \u00a0\n', blank],
  ['with a line break at its end', `${key}\n`, notVisible],
  ['with a line break at its start', `\n${key}`, notVisible],
  ['with a header after a line break', `${key}\r\nx-evil: 1`, notVisible],
  ['with a space at its end', `${key} `, notVisible],
  ['with a space at its start', ` ${key}`, notVisible],
  ['with a null character', `${key}\0`, notVisible],
  ['with a dash that is not ASCII', key.replace('-', '\u2013'), notVisible],
  ['with a zero-width space', `${key}\u200b`, notVisible],
  ['in double quotes', `"${key}"`, quoted],
  ['in single quotes', `'${key}'`, quoted],
  ['in typographic quotes', `\u201c${key}\u201d`, quoted],
  ['after Basic', `Basic ${key}`, schemed],
  ['in a whole header', header(key), schemed],
  ['after basic in lower case', `basic ${base64(`${key}:`)}`, schemed],
  ['after Bearer', `Bearer ${key}`, schemed],
  ['with Basic and a space inside', `${key}Basic ${other}`, notVisible],
  ['in base64 with its colon', base64(`${key}:`), encoded],
  ['in base64 with too much padding', `${base64(`${key}:`)}==`, encoded],
  ['in base64 without padding', base64(`${key}:`).replace(/=+$/, ''), encoded],
  ['in base64, one character shorter', base64(`${key.slice(0, -1)}:`), encoded],
  ['in base64, two characters shorter', base64(`${key.slice(0, -2)}:`), encoded],
  ['with a colon at its end', `${key}:`, colon],
  ['with a password', `${key}:${other}`, colon],
]

const notStrings: readonly Rejected[] = [
  ['undefined', undefined, 'must be a string, got undefined'],
  ['null', null, 'must be a string, got null'],
  ['a number', 7, 'must be a string, got a number'],
  ['a symbol', Symbol(key), 'must be a string, got a symbol'],
  ['a function', () => key, 'must be a string, got a function'],
  ['an array', [key], 'must be a string, got an array'],
  ['an object', { key }, 'must be a string, got an object'],
]

/** Expects that nothing was sent, and that the error shows no key. */
const expectSilent = (error: unknown, { requests }: Stub): void => {
  expect(showing(error, [key, other], [...printings, ...dumps])).to.deep.equal([])
  expect(requests).to.have.length(0)
}

const expectRejection = (error: unknown, api: Stub, problem: string): void => {
  expect(error).to.be.instanceOf(ConfigurationError)
  expect(error).to.have.property('message', `Invalid API key: ${problem}`)
  expectSilent(error, api)
}

const allowed: readonly (readonly [string, string])[] = [
  ['in its current form', key],
  ['with every sign except the colon', '!"#$%&\'()*+,-./;<=>?@[\\]^_`{|}~'],
  ['that is base64 of a text without a colon', base64('0123456789abcdef')],
  ['that is base64 of bytes before a colon', base64('\u00ff\u0001\u0002\u0003:')],
  ['that is base64 of bytes and text before a colon', base64('\u00ff\u0001ab:')],
  ['that is base64 of a text with a colon inside', base64('ab:cd')],
  ['with a length that base64 cannot have', 'abcde'],
  ['with padding in the middle', 'a2V5=Og'],
  ['of a thousand characters', 'k'.repeat(1000)],
  ['with quotes at its end', 'k"ey"'],
]

describe('The API key', () => {
  it('counts as missing if it is an empty string', async () => {
    const api = stub()
    const error = await caught(acme.send(createWith({ apiKey: '', fetch: api.fetch })))
    expect(error)
      .to.be.instanceOf(ConfigurationError)
      .and.to.have.property('message')
      .that.matches(/^No API key: pass/)
    expect(api.requests).to.have.length(0)
  })

  describe('is rejected before anything is sent:', () => {
    itEach('a malformed key, as the option', rejected, async ([, apiKey, problem]) => {
      const api = stub()
      expectRejection(await caught(acme.send(createWith({ apiKey, fetch: api.fetch }))), api, problem)
    })

    itEach('a malformed key, returned by a function', rejected.slice(-3), async ([, apiKey, problem]) => {
      const api = stub()
      const client = createWith({ apiKey: async () => apiKey, fetch: api.fetch })
      expectRejection(await caught(acme.send(client)), api, problem)
    })

    itEach('a value that is not a string, returned by a function', notStrings, async ([, apiKey, problem]) => {
      for (const returnKey of [() => apiKey, async () => apiKey]) {
        const api = stub()
        expectRejection(await caught(acme.send(createWith({ apiKey: returnKey, fetch: api.fetch }))), api, problem)
      }
    })

    it('a key in quotes from the environment', async () => {
      const api = stub()
      await withEnvironment({ STACKONE_API_KEY: `"${key}"` }, async () =>
        expectRejection(await caught(acme.send(createClient({ fetch: api.fetch }))), api, quoted),
      )
    })

    it('a malformed key, by every call', async () => {
      const api = stub()
      const client = createWith({ apiKey: `${key}\n`, fetch: api.fetch })
      for (const call of [
        client.create(payload),
        client.authenticate('tok'),
        client.get(4711),
        client.waitForConnection(4711, { interval: 1, deadline: 2000 }),
      ])
        expectRejection(await caught(call), api, notVisible)
    })
  })

  describe('is accepted:', () => {
    itEach('a key of any other form', allowed, async ([, apiKey]) => {
      const api = stub()
      await acme.send(createClient({ apiKey, fetch: api.fetch }))
      expect(keysOf(api)).to.deep.equal([header(apiKey)])
    })
  })

  itEach('is missing if there is no option and the environment has none', [undefined, ''], (value) =>
    withEnvironment({ STACKONE_API_KEY: value }, async () => {
      const api = stub()
      const error = await caught(acme.send(createClient({ apiKey: undefined, fetch: api.fetch })))
      expect(error).to.be.instanceOf(ConfigurationError)
      expect(error).to.have.property('message', 'No API key: pass `apiKey` to createClient, or set STACKONE_API_KEY.')
      expectSilent(error, api)
    }),
  )

  describe('is read by each call', () => {
    it('from the environment at the time of the call', async () => {
      const api = stub()
      const client = await withEnvironment({ STACKONE_API_KEY: 'v1.eu1.at_construction' }, () =>
        createClient({ fetch: api.fetch }),
      )
      await withEnvironment({ STACKONE_API_KEY: key }, () => acme.send(client))
      await withEnvironment({ STACKONE_API_KEY: other }, () => acme.send(client))
      expect(keysOf(api)).to.deep.equal([header(key), header(other)])
      const error = await withEnvironment({ STACKONE_API_KEY: undefined }, () => caught(acme.send(client)))
      expect(error).to.be.instanceOf(ConfigurationError)
      expect(api.requests).to.have.length(2)
    })

    it('from the option, even if the environment has one', () =>
      withEnvironment({ STACKONE_API_KEY: other }, async () => {
        const api = stub()
        await acme.send(createClient({ apiKey: key, fetch: api.fetch }))
        expect(keysOf(api)).to.deep.equal([header(key)])
      }))

    const counted = (options: ClientOptions = {}) => {
      const keys = [key, other, 'v1.eu1.third']
      const calls: (readonly unknown[])[] = []
      const apiKey = (...args: readonly unknown[]): string => {
        calls.push(args)
        return keys[calls.length - 1] ?? key
      }
      return { calls, client: createClient({ apiKey, ...options }) }
    }

    it('from a function once for each call, but not by createClient', async () => {
      const api = stub()
      const { calls, client } = counted({ fetch: api.fetch })
      expect(calls).to.have.length(0)
      await acme.send(client)
      await acme.send(client)
      await client.get(4711)
      expect(calls).to.deep.equal([[], [], []])
      expect(keysOf(api)).to.deep.equal([header(key), header(other), header('v1.eu1.third')])
    })

    it('from a function once, however many attempts a call makes', async () => {
      const api = stub((number) =>
        number < 3 ? jsonResponse(503, {}, { 'retry-after': '0' }) : jsonResponse(201, minted),
      )
      const { calls, client } = counted({ fetch: api.fetch })
      await acme.send(client)
      expect(calls).to.have.length(1)
      expect(keysOf(api)).to.deep.equal([header(key), header(key), header(key)])
    })

    it('not at all if the session or the options are invalid', async () => {
      const api = stub()
      const { calls, client } = counted({ fetch: api.fetch })
      expect(await caught(acme.label(' ').send(client))).to.have.property('name', 'ValidationError')
      expect(await caught(acme.send(client, { timeout: -1 }))).to.have.property('name', 'ConfigurationError')
      expect(calls).to.have.length(0)
    })
  })

  describe('on the wire', () => {
    let server: TestServer
    beforeEach(async () => {
      server = await httpServer((request, response) => json(response, request.method === 'GET' ? 200 : 201, minted))
    })
    afterEach(() => server.close())

    const expectedHeaders = {
      accept: 'application/json',
      authorization: header(key),
      'user-agent': `stackone-session/${version}`,
    }
    // The headers that Node's fetch adds; the last two because of `cache: 'no-store'`.
    const platform = [
      ...['host', 'connection', 'accept-encoding', 'accept-language', 'sec-fetch-mode', 'content-length'],
      ...['cache-control', 'pragma'],
    ]

    const calls: readonly (readonly [string, (client: Client) => Promise<unknown>, 'GET' | 'POST'])[] = [
      ['send', (client) => acme.send(client), 'POST'],
      ['create', (client) => client.create(payload), 'POST'],
      ['authenticate', (client) => client.authenticate('tok'), 'POST'],
      ['get', (client) => client.get(4711), 'GET'],
    ]
    itEach(
      'is sent by each call as Basic and base64 of the key and a colon, with the expected headers only',
      calls,
      async ([, call, method]) => {
        const { length } = server.requests
        await call(createClient({ apiKey: key, baseUrl: server.url }))
        expect(server.requests).to.have.length(length + 1)
        const request = server.requests.at(-1)
        expect(request?.method).to.equal(method)
        const expected = { ...expectedHeaders, ...(method === 'POST' && { 'content-type': 'application/json' }) }
        expect(request?.headers).to.include(expected)
        const others = Object.keys(request?.headers ?? {}).filter((header) => !Object.hasOwn(expected, header))
        expect(others.filter((header) => !platform.includes(header))).to.deep.equal([])
        expect(request?.headers).not.to.have.any.keys('cookie', 'origin', 'referer')
      },
    )

    it('is not sent in a URL or a body', async () => {
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

describe('The apiKey function', () => {
  const served = faultyServers()

  type KeyCase = readonly [
    title: string,
    apiKey: () => string | Promise<string>,
    error: SessionError['name'],
    message: string,
    cause?: string,
  ]

  const throwing = (value: unknown) => (): string => {
    throw value
  }
  const threw = ['ConfigurationError', 'The `apiKey` function threw an error. See `cause`.'] as const
  const late = 'The `apiKey` function exceeded the deadline of 300 ms. Try again later.'
  const cases: readonly KeyCase[] = [
    ['that never settles', () => new Promise(() => {}), 'TimeoutError', late],
    ['that throws', throwing(new Error('vault')), ...threw, 'vault'],
    ['that throws undefined', throwing(undefined), ...threw, 'a thrown undefined'],
    ['that rejects', () => Promise.reject(new Error('vault')), ...threw, 'vault'],
    ['that throws an error of the library', throwing(new ConfigurationError('vault')), ...threw, 'vault'],
  ]

  itEach(
    'ends the call with an error if it fails, and nothing is sent',
    cases,
    async ([, apiKey, name, message, cause]) => {
      const server = await served(silence)
      const error = await caught(acme.send(clientOf(server.url, { apiKey, deadline: 300 })))
      expect(error).to.include({ name, message })
      if (cause === undefined) expect(error).not.to.have.property('cause')
      else expect(error).to.have.nested.property('cause.message', cause)
      expect(server.requests).to.have.length(0)
    },
  )

  itEach(
    'has what looks like a key masked in its error',
    [key, `Basic ${base64(`${key}:`)}`, `Bearer ${key}`, `key="${key}"`],
    async (text) => {
      const error = await caught(acme.send(createClient({ apiKey: throwing(new Error(`vault: ${text} expired`)) })))
      expect(error).to.have.nested.property('cause.message').that.includes('[secret]').and.includes('expired')
      expect(showing(error, [key], [...printings, ...dumps])).to.deep.equal([])
    },
  )

  it('has the key of the environment masked in its error', () =>
    withEnvironment({ STACKONE_API_KEY: 'sesame-0123' }, async () => {
      const error = await caught(acme.send(createClient({ apiKey: throwing(new Error('no sesame-0123')) })))
      expect(error).to.have.nested.property('cause.message', 'no [secret]')
    }))

  it('may throw the control flow of a framework, which is rethrown unchanged and is the cause of a Left', async () => {
    const redirect = Object.assign(new Error('NEXT_REDIRECT'), { digest: 'NEXT_REDIRECT;replace;/login;307;' })
    const client = createClient({ apiKey: throwing(redirect) })
    expect(await caught(acme.send(client))).to.equal(redirect)
    expect(await caught(client.get(4711))).to.equal(redirect)
    expect(await caught(client.waitForConnection(4711))).to.equal(redirect)
    expect(leftOf(await client.task.get(4711)())).to.have.property('cause', redirect)
  })

  it('counts towards the deadline', async () => {
    const server = await served(silence)
    const slowly = async (): Promise<string> => {
      await new Promise((resolve) => setTimeout(resolve, 1000))
      return key
    }
    const started: number[] = []
    const client = clientOf(server.url, {
      apiKey: slowly,
      deadline: 3000,
      onEvent: ({ type, elapsedMs }) => type === 'attempt' && started.push(elapsedMs),
    })
    const begin = performance.now()
    const error = await caught(acme.send(client))
    const took = performance.now() - begin
    expect(error).to.include({ name: 'TimeoutError', attempts: 1 })
    expect(error).to.have.property('elapsedMs').that.is.within(2990, Math.ceil(took))
    expect(started).to.have.length(1)
    expect(took - (started[0] ?? 0), 'the time of the attempt').to.be.below(2800)
  })
})
