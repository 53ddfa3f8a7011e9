import { runInNewContext } from 'node:vm'
import { expect } from 'chai'
import type { Either } from 'fp-ts/lib/Either.js'
import {
  type CallOptions,
  type Client,
  type ClientEvent,
  type ClientOptions,
  ConfigurationError,
  createClient,
  session,
} from '../lib/index.ts'
import { version } from '../lib/version.ts'
import { caught } from './support/caught.ts'
import { leftOf } from './support/either.ts'
import { unsetEnvironment, withEnvironment } from './support/environment.ts'
import { httpServer, json, minted, type TestServer } from './support/server.ts'
import { reply, type Stub, stub } from './support/stub.ts'
import { unhandledRejections } from './support/unhandled.ts'

const apiKey = 'v1.eu1.0123456789abcdef'
const owned = session().owner('acme-42', 'Acme Inc.')
const payload = { originOwnerId: 'acme-42', originOwnerName: 'Acme Inc.' }
const authenticated = { ...minted, latest_connection_attempt: { status: 'authenticated', account_secure_id: 'acc-1' } }

/** Calls a function as JavaScript can: with anything. */
const apply = <A = unknown>(called: unknown, ...args: readonly unknown[]): A =>
  Reflect.apply(typeof called === 'function' ? called : () => {}, undefined, args)

const construct = (options: unknown): Client => Reflect.apply(createClient, undefined, [options])

/** The error that a construction throws, at once. */
const refusal = (...args: readonly unknown[]): unknown => {
  try {
    Reflect.apply(createClient, undefined, args)
  } catch (error) {
    return error
  }
  throw new Error('expected createClient to throw')
}

const isRefusal = (error: unknown, ...says: readonly string[]): string => {
  expect(error).to.be.instanceOf(ConfigurationError)
  expect(error).to.have.property('name', 'ConfigurationError')
  const message = error instanceof Error ? error.message : ''
  for (const part of says) expect(message).to.include(part)
  return message
}

/** Every way to make a call with options of its own. */
const calls: readonly (readonly [string, (client: Client, options: unknown) => Promise<unknown>])[] = [
  ['session.send', (client, options) => Promise.resolve(Reflect.apply(owned.send, owned, [client, options]))],
  ['client.create', async (client, options) => apply(client.create, payload, options)],
  ['client.authenticate', async (client, options) => apply(client.authenticate, 'tok', options)],
  ['client.get', async (client, options) => apply(client.get, 4711, options)],
]

const run = async (task: unknown): Promise<unknown> => leftOf(await apply<Promise<Either<unknown, unknown>>>(task))

/** The Left of every task with options of its own. */
const tasks: readonly (readonly [string, (client: Client, options: unknown) => Promise<unknown>])[] = [
  ['session.task', (client, options) => run(Reflect.apply(owned.task, owned, [client, options]))],
  ['client.task.create', (client, options) => run(apply(client.task.create, payload, options))],
  ['client.task.authenticate', (client, options) => run(apply(client.task.authenticate, 'tok', options))],
  ['client.task.get', (client, options) => run(apply(client.task.get, 4711, options))],
  ['client.task.waitForConnection', (client, options) => run(apply(client.task.waitForConnection, 4711, options))],
]

/** The error of every call and task that is given such options. */
const refusals = async (client: Client, options: unknown): Promise<readonly (readonly [string, unknown])[]> => [
  ...(await Promise.all(calls.map(async ([name, call]) => [name, await caught(call(client, options))] as const))),
  ...(await Promise.all(tasks.map(async ([name, left]) => [name, await left(client, options)] as const))),
  ['client.waitForConnection', await caught(Promise.resolve(apply(client.waitForConnection, 4711, options)))],
]

const longest = 2_147_483_647
const signal = new AbortController().signal

interface Value {
  readonly option: string
  readonly values: readonly unknown[]
}

const goodOfCalls: readonly Value[] = [
  { option: 'timeout', values: [0.5, 1, 10_000, longest, undefined] },
  { option: 'deadline', values: [1000, 30_000.5, longest, undefined] },
  { option: 'retries', values: [0, 1, 100, undefined] },
  {
    option: 'headers',
    values: [{}, { 'x-a': '1' }, { 'x-a': undefined }, { 'x-a': '' }, Object.create(null), undefined],
  },
]

const goodOfClient: readonly Value[] = [
  ...goodOfCalls,
  { option: 'apiKey', values: [apiKey, () => apiKey, async () => apiKey] },
  {
    option: 'baseUrl',
    values: ['https://api.stackone.com', 'https://api.eu1.stackone.com/v2/', 'https://10.0.0.1:8443', undefined],
  },
  { option: 'fetch', values: [stub().fetch] },
  { option: 'userAgent', values: ['acme/1.0', 'acme/1.0 (+https://acme.example)', undefined] },
  { option: 'onEvent', values: [() => {}, async () => {}, () => 7, undefined] },
  { option: 'strict', values: [true, false, undefined] },
  { option: 'dangerouslyAllowBrowser', values: [true, false, undefined] },
]

const goodOfCall: readonly Value[] = [
  ...goodOfCalls,
  { option: 'signal', values: [signal, AbortSignal.any([signal]), undefined] },
]

const goodOfWait: readonly Value[] = [
  { option: 'interval', values: [0.5, 1, 2000, longest, undefined] },
  { option: 'deadline', values: [1000, 600_000, longest, undefined] },
  { option: 'signal', values: [signal, undefined] },
]

class Duration {
  valueOf(): number {
    return 100
  }
}

const badTimes = [
  0,
  -0,
  -1,
  longest + 1,
  1e12,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  null,
  '100',
  [100],
  new Duration(),
  9n,
]

const badOfCalls: readonly Value[] = [
  { option: 'timeout', values: badTimes },
  { option: 'deadline', values: badTimes },
  { option: 'retries', values: [-1, 1.5, 101, Number.NaN, Number.POSITIVE_INFINITY, null, '2', true, [2], 2n] },
  {
    option: 'headers',
    values: [
      null,
      'x-a: 1',
      7,
      true,
      [['x-a', '1']],
      new Headers({ 'x-a': '1' }),
      new Map([['x-a', '1']]),
      { 'x-a': null },
      { 'x-a': 1 },
      { 'x-a': ['1'] },
      { 'x-a': '1\r\nx-b: 2' },
      { 'x-a': '1\nx-b: 2' },
      { 'x-a': '1\rx-b: 2' },
      { 'x-a': '1\0' },
      { 'x-a': '\u{1f511}' },
      { 'x a': '1' },
      { 'x-a:': '1' },
      { 'x-a\r\nx-b': '1' },
      { '': '1' },
      { authorization: 'Basic abc' },
      { Authorization: 'Basic abc' },
      { AUTHORIZATION: 'Basic abc' },
      { 'content-type': 'text/plain' },
      { 'Content-Type': 'application/json' },
      { 'content-length': '1' },
      { Accept: '*/*' },
      { Host: 'evil.test' },
    ],
  },
]

const badOfClient: readonly Value[] = [
  ...badOfCalls,
  { option: 'apiKey', values: [null, 7, true, {}, [apiKey], Promise.resolve(apiKey), Symbol('key'), Object(apiKey)] },
  {
    option: 'baseUrl',
    values: [
      null,
      '',
      ' ',
      '/',
      '/path',
      '//api.stackone.com',
      'api.stackone.com',
      7,
      true,
      {},
      new URL('https://a.test'),
    ],
  },
  { option: 'fetch', values: [null, 'fetch', {}, 7, true] },
  { option: 'userAgent', values: [null, 7, true, {}, ['acme'], 'acme\r\nx-evil: 1', 'acme\nx', 'acme\0', '\u{1f511}'] },
  { option: 'onEvent', values: [null, 'log', {}, 7, true] },
  { option: 'strict', values: [null, 'true', 1, 0, '', {}] },
  { option: 'dangerouslyAllowBrowser', values: [null, 'true', 1, 0, '', {}] },
]

const badSignals = [
  ...[null, true, 'signal', {}, [], new AbortController(), () => {}],
  { aborted: 'no', addEventListener: () => {}, removeEventListener: () => {} },
  { aborted: false, addEventListener: 'no', removeEventListener: () => {} },
  { aborted: false, addEventListener: () => {}, removeEventListener: 'no' },
]

const badOfCall: readonly Value[] = [...badOfCalls, { option: 'signal', values: badSignals }]

const badOfWait: readonly Value[] = [
  { option: 'interval', values: badTimes },
  { option: 'deadline', values: badTimes },
  { option: 'signal', values: badSignals },
]

/** A value as a title shows it. */
const shown = (value: unknown): string => {
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'number') return String(value)
  if (Object.is(value, undefined)) return 'undefined'
  const name = typeof value === 'object' && value !== null ? value.constructor?.name : undefined
  return `${name === 'Object' || name === 'Array' || name === undefined ? '' : `${name} `}${JSON.stringify(value)}`
}

interface Hint {
  readonly option: string
  readonly hint: string | undefined
}

const unknownOfClient: readonly Hint[] = [
  { option: 'apikey', hint: 'apiKey' },
  { option: 'APIKEY', hint: 'apiKey' },
  { option: 'api_key', hint: 'apiKey' },
  { option: 'api-key', hint: 'apiKey' },
  { option: 'apiKye', hint: 'apiKey' },
  { option: 'BaseURL', hint: 'baseUrl' },
  { option: 'base_url', hint: 'baseUrl' },
  { option: 'basUrl', hint: 'baseUrl' },
  { option: 'retry', hint: 'retries' },
  { option: 'Retries', hint: 'retries' },
  { option: 'time_out', hint: 'timeout' },
  { option: 'timeOut', hint: 'timeout' },
  { option: 'timeoutMs', hint: 'timeout' },
  { option: 'dead_line', hint: 'deadline' },
  { option: 'header', hint: 'headers' },
  { option: 'user-agent', hint: 'userAgent' },
  { option: 'onevent', hint: 'onEvent' },
  { option: 'onEvents', hint: 'onEvent' },
  { option: 'Strict', hint: 'strict' },
  { option: 'Fetch', hint: 'fetch' },
  { option: 'dangerously_allow_browser', hint: 'dangerouslyAllowBrowser' },
  { option: 'colour', hint: undefined },
  { option: 'constructor', hint: undefined },
  { option: 'toString', hint: undefined },
  { option: 'x'.repeat(10_000), hint: undefined },
]

const unknownOfCall: readonly Hint[] = [
  { option: 'Signal', hint: 'signal' },
  { option: 'singal', hint: 'signal' },
  { option: 'time_out', hint: 'timeout' },
  { option: 'retry', hint: 'retries' },
  { option: 'apiKey', hint: undefined },
  { option: 'baseUrl', hint: undefined },
  { option: 'interval', hint: undefined },
]

const unknownOfWait: readonly Hint[] = [
  { option: 'Interval', hint: 'interval' },
  { option: 'intervall', hint: 'interval' },
  { option: 'dead-line', hint: 'deadline' },
  { option: 'retries', hint: undefined },
  { option: 'headers', hint: undefined },
]

const ofTime = `expected milliseconds, more than 0 and at most ${longest}`

/** What is said of one option that is refused, to the letter. */
const sentences: readonly (readonly [string, unknown, string])[] = [
  ['timeout', 0, `${ofTime}, got zero`],
  ['deadline', '100', `${ofTime}, got a string`],
  ['retries', -1, 'expected a whole number from 0 to 100, got a negative number'],
  ['headers', [], 'expected an object of names and values, such as Object.fromEntries(headers)'],
  [
    'headers',
    { 'x-a': 1, Host: 'x', 'x b': 'y' },
    "'x-a' is not a string, 'Host' is set by the library or by fetch, 'x b' is not a valid header",
  ],
  [
    'headers',
    { Expect: '100-continue', 'keep-alive': 'timeout=5', 'Transfer-Encoding': 'chunked', upgrade: 'h2c' },
    ['Expect', 'keep-alive', 'Transfer-Encoding', 'upgrade']
      .map((name) => `'${name}' is set by the library or by fetch`)
      .join(', '),
  ],
  ['apiKey', 7, 'expected a string or a function, got a number'],
  ['baseUrl', '/path', 'expected an absolute URL, got a string'],
  ['baseUrl', 'http://api.example', 'expected https:, or http: to a loopback host; the key would travel in the open'],
  ['baseUrl', 'https://api.example?a=1', 'expected no user, password, query or fragment'],
  ['fetch', {}, 'expected a function, got an object'],
  ['userAgent', ' ', 'expected a string that is not blank'],
  ['userAgent', 'a\nb', "'user-agent' is not a valid header"],
  ['onEvent', 'log', 'expected a function, got a string'],
  ['strict', 1, 'expected a boolean, got a number'],
  ['colour', 1, 'is no option'],
  ['retry', 1, "is no option (did you mean 'retries'?)"],
]

const hintOf = (message: string): string | undefined => /did you mean '(\w+)'\?/.exec(message)?.[1]

const noObjects: readonly unknown[] = [
  null,
  'options',
  '',
  7,
  0,
  true,
  false,
  7n,
  Symbol('options'),
  [],
  [{}],
  () => ({}),
]

const hosts: readonly (readonly [string, boolean])[] = [
  ['http://127.0.0.1', true],
  ['http://127.0.0.1:8080/', true],
  ['http://127.255.255.254', true],
  ['http://127.1', true],
  ['http://0x7f.0.0.1', true],
  ['http://0177.0.0.1', true],
  ['http://2130706433', true],
  ['http://[::1]', true],
  ['http://[::1]:8080/v1', true],
  ['http://[0:0:0:0:0:0:0:1]', true],
  ['http://localhost', true],
  ['http://localhost:3000', true],
  ['http://LOCALHOST', true],
  ['http://api.localhost', true],
  ['http://eu1.api.localhost:8080', true],
  ['HTTP://LocalHost', true],
  ['https://api.stackone.com', true],
  ['HTTPS://API.STACKONE.COM', true],
  ['https://127.0.0.1.evil.test', true],
  ['http://api.stackone.com', false],
  ['HTTP://api.stackone.com', false],
  ['http://127.0.0.1.evil.test', false],
  ['http://127.0.0.1evil.test', false],
  ['http://127.evil.test', false],
  ['http://127.0.0.1.', true],
  ['http://localhost.evil.test', false],
  ['http://evil-localhost', false],
  ['http://notlocalhost', false],
  ['http://localhostevil.test', false],
  ['http://evil.test/127.0.0.1', false],
  ['http://evil.test/localhost', false],
  ['http://evil.test#127.0.0.1', false],
  ['http://evil.test?localhost', false],
  ['http://evil.test\\@127.0.0.1', false],
  ['http://127.0.0.1@evil.test', false],
  ['http://localhost:80@evil.test', false],
  ['http://user:pass@127.0.0.1', false],
  ['http://user@localhost', false],
  ['https://user:pass@api.stackone.com', false],
  ['https://user@api.stackone.com', false],
  ['https://:pass@api.stackone.com', false],
  ['http://0.0.0.0', false],
  ['http://[::]', false],
  ['http://[::2]', false],
  ['http://[::ffff:8.8.8.8]', false],
  ['http://10.0.0.1', false],
  ['http://192.168.0.1', false],
  ['http://169.254.169.254', false],
  ['http://128.0.0.1', false],
  ['http://126.255.255.255', false],
  ['http://127.0.0.256', false],
  ['http://1.127.0.0', false],
  ['ftp://127.0.0.1', false],
  ['ws://127.0.0.1', false],
  ['file:///etc/passwd', false],
  ['data:text/plain,x', false],
  ['javascript:alert(1)', false],
  ['localhost:3000', false],
  ['127.0.0.1', false],
  ['https://', false],
  ['https://api.stackone.com?a=1', false],
  ['https://api.stackone.com/?', false],
  ['https://api.stackone.com/#top', false],
  ['https://api.stackone.com/#', false],
]

const headersOf = ({ requests }: Stub, number = 0): Headers => requests[number]?.headers ?? new Headers()

/** A client over a fetch function that mints, with what it was asked. */
const recorded = (options: ClientOptions = {}): { readonly api: Stub; readonly client: Client } => {
  const api = stub(() => reply(201, authenticated))
  return { api, client: createClient({ apiKey, fetch: api.fetch, ...options }) }
}

describe('options', () => {
  unsetEnvironment()
  afterEach(() => {
    expect(Object.keys(Object.prototype), 'Object.prototype').to.deep.equal([])
    expect(Reflect.get({}, 'polluted'), 'Object.prototype').to.equal(undefined)
  })

  describe('of createClient', () => {
    for (const { option, values } of goodOfClient)
      for (const value of values)
        it(`take ${option}: ${shown(value)}`, async () => {
          const api = stub()
          await owned.send(construct({ apiKey, fetch: api.fetch, [option]: value }))
          expect(api.requests.length).to.equal(option === 'fetch' ? 0 : 1)
        })

    for (const { option, values } of badOfClient)
      for (const value of values)
        it(`refuse ${option}: ${shown(value)}`, () => {
          isRefusal(refusal({ [option]: value }), 'createClient', `- ${option}: `)
        })

    for (const { option, hint } of unknownOfClient)
      it(`refuse the unknown ${option.slice(0, 40)}, with ${hint ?? 'no other one'} as the hint`, () => {
        const message = isRefusal(refusal({ [option]: 1 }), `- ${option}: `)
        expect(hintOf(message)).to.equal(hint)
      })

    for (const value of noObjects)
      it(`refuse ${shown(value)} in their place`, () => {
        isRefusal(refusal(value), 'createClient', '\n  - expected an object of options, got ')
      })

    for (const [option, value, sentence] of sentences)
      it(`say what is wrong with ${option}: ${shown(value)}`, () => {
        expect(isRefusal(refusal({ [option]: value }))).to.equal(
          `createClient was given options that it cannot take:\n  - ${option}: ${sentence}`,
        )
      })

    it('may be left out, or undefined', async () => {
      for (const args of [[], [undefined]] as const) {
        const client = createClient(...args)
        expect(client).to.have.keys('create', 'authenticate', 'get', 'waitForConnection', 'task')
      }
    })

    it('are all listed when several are wrong, each in a line of its own', () => {
      const message = isRefusal(
        refusal({
          apikey: 1,
          timeout: 0,
          deadline: null,
          retries: 1.5,
          headers: { 'x-a': 1, host: 'evil.test' },
          baseUrl: 'http://evil.test',
          fetch: 'fetch',
          userAgent: 7,
          onEvent: {},
          strict: 'yes',
          dangerouslyAllowBrowser: 1,
          colour: 'red',
        }),
      )
      const lines = message.split('\n').slice(1)
      expect(lines.map((line) => /^ {2}- (\w+): ./.exec(line)?.[1])).to.deep.equal([
        'apikey',
        'timeout',
        'deadline',
        'retries',
        'headers',
        'baseUrl',
        'fetch',
        'userAgent',
        'onEvent',
        'strict',
        'dangerouslyAllowBrowser',
        'colour',
      ])
      expect(message).to.include("'x-a'").and.include("'host'")
    })

    it('are refused at the construction, with nothing sent and no effort', () => {
      const error = refusal({ timeout: 0 })
      expect(error).not.to.have.any.keys('attempts', 'elapsedMs')
    })

    it('are read at the construction: a change afterwards changes nothing', async () => {
      const api = stub()
      const headers: Record<string, string> = { 'x-a': '1' }
      const options = { apiKey, fetch: api.fetch, headers, userAgent: 'acme/1' }
      const client = createClient(options)
      Object.assign(options, {
        apiKey: 'v1.us1.other',
        userAgent: 'acme/2',
        fetch: undefined,
        baseUrl: 'https://x.test',
      })
      Object.assign(headers, { 'x-a': '2', 'x-b': '3' })
      await owned.send(client)
      expect(api.requests[0]?.url).to.equal('https://api.stackone.com/connect_sessions')
      expect(headersOf(api).get('user-agent')).to.equal('acme/1')
      expect(headersOf(api).get('x-a')).to.equal('1')
      expect(headersOf(api).get('x-b')).to.equal(null)
      expect(headersOf(api).get('authorization')).to.equal(`Basic ${btoa(`${apiKey}:`)}`)
    })

    it('may be frozen, and without a prototype', async () => {
      const api = stub()
      const options = Object.freeze(Object.assign(Object.create(null), { apiKey, fetch: api.fetch }))
      await owned.send(construct(options))
      expect(api.requests).to.have.length(1)
    })
  })

  describe('of a call', () => {
    for (const { option, values } of goodOfCall)
      for (const value of values)
        it(`take ${option}: ${shown(value)}`, async () => {
          const { api, client } = recorded()
          for (const [, call] of calls) await call(client, { [option]: value })
          expect(api.requests).to.have.length(calls.length)
        })

    it('may be left out, or undefined', async () => {
      const { api, client } = recorded()
      for (const [, call] of calls) await call(client, undefined)
      await client.waitForConnection(4711, undefined)
      expect(api.requests).to.have.length(calls.length + 1)
    })

    for (const { option, values } of badOfCall)
      for (const value of values)
        it(`refuse ${option}: ${shown(value)}`, async () => {
          const { api, client } = recorded()
          for (const [name, call] of calls)
            expect(isRefusal(await caught(call(client, { [option]: value }))), name).to.include(`- ${option}: `)
          for (const [name, left] of tasks.slice(0, 4))
            expect(isRefusal(await left(client, { [option]: value })), name).to.include(`- ${option}: `)
          expect(api.requests).to.have.length(0)
        })

    for (const { option, hint } of unknownOfCall)
      it(`refuse the unknown ${option}, with ${hint ?? 'no other one'} as the hint`, async () => {
        const { api, client } = recorded()
        const message = isRefusal(await caught(Promise.resolve(apply(client.get, 4711, { [option]: 1 }))))
        expect(message).to.include(`- ${option}: `)
        expect(hintOf(message)).to.equal(hint)
        expect(api.requests).to.have.length(0)
      })

    for (const value of noObjects)
      it(`refuse ${shown(value)} in their place, as do those of a wait`, async () => {
        const { api, client } = recorded()
        for (const [name, error] of await refusals(client, value))
          expect(isRefusal(error), name).to.include('an object of options')
        expect(api.requests).to.have.length(0)
      })

    it('are all listed when several are wrong', async () => {
      const message = isRefusal(
        await caught(
          Promise.resolve(apply(recorded().client.get, 1, { timeout: 0, retries: -1, signal: 1, Headers: 1 })),
        ),
      )
      expect(
        message
          .split('\n')
          .slice(1)
          .map((line) => /^ {2}- (\w+): /.exec(line)?.[1]),
      ).to.deep.equal(['timeout', 'retries', 'signal', 'Headers'])
    })

    it('say whose they are, and what is wrong with them', async () => {
      const message = isRefusal(await caught(Promise.resolve(apply(recorded().client.get, 1, { signal: {} }))))
      expect(message).to.equal(
        'The call was given options that it cannot take:\n  - signal: expected an AbortSignal, got an object',
      )
    })

    it('stand over those of the client', async () => {
      const api = stub(() => reply(503, {}, { 'retry-after': '0' }))
      const client = createClient({ apiKey, fetch: api.fetch, retries: 3, headers: { 'x-a': 'client' } })
      expect(await caught(client.get(1, { retries: 0, headers: { 'x-a': 'call' } }))).to.include({ attempts: 1 })
      expect(headersOf(api).get('x-a')).to.equal('call')
      expect(await caught(client.get(1))).to.include({ attempts: 4 })
      expect(headersOf(api, 1).get('x-a')).to.equal('client')
    })

    it('leave those of the client as they are when they are undefined', async () => {
      const api = stub(() => reply(503, {}, { 'retry-after': '0' }))
      const client = createClient({ apiKey, fetch: api.fetch, retries: 0, headers: { 'x-a': 'client' } })
      const options: CallOptions = { retries: undefined, timeout: undefined, headers: { 'x-a': undefined } }
      expect(await caught(client.get(1, options))).to.include({ attempts: 1 })
      expect(headersOf(api).get('x-a')).to.equal('client')
    })

    const silent = (): ClientOptions => ({ apiKey, fetch: () => new Promise(() => {}), retries: 0, timeout: 5000 })

    for (const [option, limit] of [
      ['timeout', 'timeout of 50 ms'],
      ['deadline', 'deadline of 50 ms'],
    ] as const)
      it(`reach the call through session.send, session.task and the client: ${option}`, async () => {
        const client = createClient(silent())
        const options: CallOptions = { [option]: 50 }
        const errors = [
          await caught(owned.send(client, options)),
          leftOf(await owned.task(client, options)()),
          await caught(client.create(payload, options)),
          leftOf(await client.task.get(1, options)()),
        ]
        for (const error of errors) {
          expect(error).to.have.property('name', 'TimeoutError')
          expect(error).to.have.property('message').that.includes(limit)
        }
      })

    it('reach the call through session.send, session.task and the client: signal', async () => {
      const client = createClient(silent())
      const options: CallOptions = { signal: AbortSignal.abort('enough') }
      const errors = [
        await caught(owned.send(client, options)),
        leftOf(await owned.task(client, options)()),
        await caught(client.get(1, options)),
        leftOf(await client.task.authenticate('tok', options)()),
        await caught(client.waitForConnection(1, options)),
      ]
      for (const error of errors) expect(error).to.include({ name: 'AbortError', reason: 'enough' })
    })

    it('reach the call through session.send, session.task and the client: retries and headers', async () => {
      const api = stub(() => reply(503, {}, { 'retry-after': '0' }))
      const client = createClient({ apiKey, fetch: api.fetch })
      const options: CallOptions = { retries: 1, headers: { 'x-trace': 't' } }
      expect(await caught(owned.send(client, options))).to.include({ name: 'ApiError', attempts: 2 })
      expect(leftOf(await owned.task(client, options)())).to.include({ name: 'ApiError', attempts: 2 })
      expect(api.requests.map(({ headers }) => headers.get('x-trace'))).to.deep.equal(['t', 't', 't', 't'])
    })
  })

  describe('of waitForConnection', () => {
    for (const { option, values } of goodOfWait)
      for (const value of values)
        it(`take ${option}: ${shown(value)}`, async () => {
          const { api, client } = recorded()
          expect(await apply(client.waitForConnection, 4711, { [option]: value })).to.include({ accountId: 'acc-1' })
          expect(api.requests).to.have.length(1)
        })

    for (const { option, values } of badOfWait)
      for (const value of values)
        it(`refuse ${option}: ${shown(value)}`, async () => {
          const { api, client } = recorded()
          const rejected = await caught(Promise.resolve(apply(client.waitForConnection, 4711, { [option]: value })))
          isRefusal(rejected, 'waitForConnection', `- ${option}: `)
          isRefusal(await run(apply(client.task.waitForConnection, 4711, { [option]: value })), `- ${option}: `)
          expect(api.requests).to.have.length(0)
        })

    for (const { option, hint } of unknownOfWait)
      it(`refuse the unknown ${option}, with ${hint ?? 'no other one'} as the hint`, async () => {
        const { api, client } = recorded()
        const message = isRefusal(await caught(Promise.resolve(apply(client.waitForConnection, 1, { [option]: 1 }))))
        expect(message).to.include(`- ${option}: `)
        expect(hintOf(message)).to.equal(hint)
        expect(api.requests).to.have.length(0)
      })
  })

  describe('that are hostile', () => {
    const message = 'a trap of the test'
    const trap = (): never => {
      throw new TypeError(message)
    }
    const revoked = (): object => {
      const { proxy, revoke } = Proxy.revocable({}, {})
      revoke()
      return proxy
    }
    const getter = (name: string): object => Object.defineProperty({}, name, { get: trap, enumerable: true })

    const hostile: readonly (readonly [string, () => unknown])[] = [
      ['a getter that throws', () => getter('timeout')],
      ['a getter of an unknown option that throws', () => getter('colour')],
      ['a proxy that does not list its keys', () => new Proxy({}, { ownKeys: trap })],
      ['a proxy that does not give its members', () => new Proxy({ timeout: 1 }, { get: trap })],
      [
        'a proxy that does not describe its members',
        () => new Proxy({ timeout: 1 }, { getOwnPropertyDescriptor: trap }),
      ],
      ['a proxy that was revoked', revoked],
      ['headers with a getter that throws', () => ({ headers: getter('x-a') })],
      ['headers that are a proxy, which does not list its keys', () => ({ headers: new Proxy({}, { ownKeys: trap }) })],
      [
        'headers that are a proxy, which does not say what it inherits',
        () => ({ headers: new Proxy({}, { getPrototypeOf: trap }) }),
      ],
      ['headers that are a revoked proxy', () => ({ headers: revoked() })],
      ['a timeout that is a revoked proxy', () => ({ timeout: revoked() })],
      ['a header that is a revoked proxy', () => ({ headers: { 'x-a': revoked() } })],
    ]

    for (const [title, make] of hostile) {
      it(`are refused at the construction with a ConfigurationError: ${title}`, () => {
        const error = refusal(make())
        isRefusal(error, 'createClient was given options that it cannot take:\n  - ')
        expect(error).to.have.property('message').that.does.not.include(message)
        expect(error).not.to.have.property('cause')
      })

      it(`are refused by every call with a ConfigurationError: ${title}`, async () => {
        const { api, client } = recorded()
        for (const [name, error] of await refusals(client, make())) {
          expect(isRefusal(error), name).not.to.include(message)
          expect(error).not.to.have.property('cause')
        }
        expect(api.requests).to.have.length(0)
      })
    }

    it('are told of as a whole where reading one threw', () => {
      expect(isRefusal(refusal(getter('timeout')))).to.equal(
        'createClient was given options that it cannot take:\n  - reading it threw',
      )
    })

    const signals: readonly (readonly [string, () => object])[] = [
      ['a revoked proxy', revoked],
      ['a proxy that has no has', () => new Proxy({}, { has: trap })],
      ['an object that only looks like one', () => ({ aborted: false, addEventListener: 7 })],
      [
        'an object whose state throws',
        () =>
          Object.defineProperty({ addEventListener: () => {}, removeEventListener: () => {} }, 'aborted', {
            get: trap,
          }),
      ],
    ]
    for (const [title, make] of signals)
      it(`are refused by every call with a ConfigurationError: a signal that is ${title}`, async () => {
        const { api, client } = recorded({ timeout: 10, deadline: 10 })
        for (const [name, error] of await refusals(client, { signal: make() }))
          expect(isRefusal(error), name).not.to.include(message)
        expect(api.requests).to.have.length(0)
        // A timer that stayed behind would throw by now.
        await new Promise((resolve) => setTimeout(resolve, 50))
      })

    /** An object whose members are getters, with how often each of them ran. */
    const counting = (members: Readonly<Record<string, unknown>>) => {
      const runs: Record<string, number> = {}
      const object = {}
      for (const [name, value] of Object.entries(members))
        Object.defineProperty(object, name, {
          enumerable: true,
          get: () => {
            runs[name] = (runs[name] ?? 0) + 1
            return value
          },
        })
      return { object, runs }
    }

    it('have their getters run once, by createClient', async () => {
      const api = stub()
      const headers = counting({ 'x-a': '1', 'x-b': undefined })
      const options = counting({ apiKey, fetch: api.fetch, timeout: 100, headers: headers.object, colour: undefined })
      await owned.send(construct(options.object))
      expect(options.runs).to.deep.equal({ apiKey: 1, fetch: 1, timeout: 1, headers: 1, colour: 1 })
      expect(headers.runs).to.deep.equal({ 'x-a': 1, 'x-b': 1 })
    })

    it('have their getters run once, by a call', async () => {
      for (const [name, call] of calls) {
        const headers = counting({ 'x-a': '1' })
        const options = counting({ timeout: 1000, deadline: undefined, retries: 0, signal, headers: headers.object })
        await call(recorded().client, options.object)
        expect(options.runs, name).to.deep.equal({ timeout: 1, deadline: 1, retries: 1, signal: 1, headers: 1 })
        expect(headers.runs, name).to.deep.equal({ 'x-a': 1 })
      }
    })

    it('have their getters run once, by a wait', async () => {
      const options = counting({ interval: 1, deadline: 1000, signal })
      await apply(recorded().client.waitForConnection, 4711, options.object)
      expect(options.runs).to.deep.equal({ interval: 1, deadline: 1, signal: 1 })
    })

    it('cannot change a header after it was checked', async () => {
      const api = stub()
      const values = ['1', '2\r\nx-evil: 3']
      const headers = Object.defineProperty({}, 'x-a', { enumerable: true, get: () => values.shift() })
      await owned.send(construct({ apiKey, fetch: api.fetch, headers }))
      expect(headersOf(api).get('x-a')).to.equal('1')
      expect(headersOf(api).get('x-evil')).to.equal(null)
    })

    it('pollute nothing, named __proto__, constructor or prototype', async () => {
      const { api, client } = recorded()
      for (const name of ['__proto__', 'constructor', 'prototype']) {
        const options: unknown = JSON.parse(`{"${name}":{"polluted":true,"timeout":0}}`)
        isRefusal(refusal(options), `- ${name}: is no option`)
        for (const [call, error] of await refusals(client, options))
          expect(isRefusal(error), call).to.include(`- ${name}: is no option`)
      }
      expect(api.requests).to.have.length(0)
    })

    it('pollute nothing as a header named __proto__', async () => {
      const headers: Record<string, string> = JSON.parse('{"__proto__":"1","constructor":"2","x-a":"3"}')
      const { api, client } = recorded({ headers })
      await client.get(4711, { headers })
      // Node's Headers leave out one of this name.
      expect(api.requests).to.have.length(1)
      expect(headersOf(api).get('constructor')).to.equal('2')
      expect(headersOf(api).get('x-a')).to.equal('3')
      isRefusal(refusal({ headers: JSON.parse('{"__proto__":{"polluted":true}}') }), '- headers: ', '__proto__')
    })

    const inheriting: readonly (readonly [string, object])[] = [
      ['a class', new Duration()],
      ['other options', Object.create({ timeout: 1000 })],
      ['what has a signal, such as an AbortController', new AbortController()],
    ]

    for (const [what, options] of inheriting)
      it(`are refused if they inherit from ${what}: it would be lost`, async () => {
        const says = 'options that it cannot take:\n  - is a class instance; give its fields'
        const { api, client } = recorded()
        isRefusal(refusal(options), `createClient was given ${says}`)
        for (const [name, error] of await refusals(client, options)) expect(isRefusal(error), name).to.include(says)
        isRefusal(refusal({ headers: options }), '- headers: expected an object of names and values')
        expect(api.requests).to.have.length(0)
      })

    it('may have no prototype, or one of another realm', async () => {
      const api = stub()
      const bare = Object.assign(Object.create(null), { apiKey, fetch: api.fetch })
      await owned.send(construct(bare), runInNewContext('({ timeout: 1000, headers: { "x-a": "1" } })'))
      expect(headersOf(api).get('x-a')).to.equal('1')
    })
  })

  describe('headers', () => {
    it('are sent, those of the call over those of the client, whatever the case of their names', async () => {
      const { api, client } = recorded({ headers: { 'X-Team': 'client', 'X-App': 'app', 'x-only': 'client' } })
      await client.get(4711, { headers: { 'x-team': 'call', 'X-APP': 'call', 'X-Trace': 't' } })
      expect([...headersOf(api)].filter(([name]) => name.startsWith('x-'))).to.deep.equal([
        ['x-app', 'call'],
        ['x-only', 'client'],
        ['x-team', 'call'],
        ['x-trace', 't'],
      ])
    })

    it('arrive once each, as they were given', async () => {
      const server = await httpServer((_, response) => json(response, 201, minted))
      try {
        const client = createClient({ apiKey, baseUrl: server.url, headers: { 'X-Team': 'a, b', 'x-EMPTY': '' } })
        await owned.send(client, { headers: { 'x-team': 'c' } })
        expect(server.requests[0]?.headers).to.include({ 'x-team': 'c', 'x-empty': '' })
      } finally {
        await server.close()
      }
    })

    it('that are undefined are left out, also where they are reserved', async () => {
      const { api, client } = recorded({ headers: { 'x-a': undefined, Authorization: undefined } })
      await client.get(4711, { headers: { 'x-b': undefined, host: undefined } })
      expect(headersOf(api).has('x-a')).to.equal(false)
      expect(headersOf(api).has('x-b')).to.equal(false)
      expect(headersOf(api).get('authorization')).to.equal(`Basic ${btoa(`${apiKey}:`)}`)
    })

    it('of one call do not stay for the next', async () => {
      const { api, client } = recorded()
      await client.get(4711, { headers: { 'x-a': '1' } })
      await client.get(4711)
      expect(headersOf(api, 0).get('x-a')).to.equal('1')
      expect(headersOf(api, 1).get('x-a')).to.equal(null)
    })

    it('are sent with every attempt', async () => {
      const api = stub((number) => (number === 1 ? reply(503, {}, { 'retry-after': '0' }) : reply(200, minted)))
      await createClient({ apiKey, fetch: api.fetch, headers: { 'x-a': '1' } }).get(4711)
      expect(api.requests.map(({ headers }) => headers.get('x-a'))).to.deep.equal(['1', '1'])
    })

    it('are named in the message when they are refused, all of them', () => {
      const headers = { Authorization: 'a', 'Content-Type': 'b', 'x-a': 'c\nd', 'x b': 'e', 'x-ok': 'f' }
      const message = isRefusal(refusal({ headers }), "'Authorization'", "'Content-Type'", "'x-a'", "'x b'")
      expect(message).not.to.include('x-ok')
    })
  })

  describe('userAgent', () => {
    it("is the library's and its version, if none is given", async () => {
      const { api, client } = recorded({ userAgent: undefined })
      await owned.send(client)
      expect(headersOf(api).get('user-agent')).to.equal(`stackone-session/${version}`)
    })

    it('is sent as given', async () => {
      const { api, client } = recorded({ userAgent: 'acme/1.0' })
      await owned.send(client)
      expect(headersOf(api).get('user-agent')).to.equal('acme/1.0')
    })

    it('gives way to a header of that name', async () => {
      const { api, client } = recorded({ userAgent: 'acme/1.0', headers: { 'User-Agent': 'acme/2.0' } })
      await client.get(1)
      await client.get(1, { headers: { 'USER-AGENT': 'acme/3.0' } })
      expect(headersOf(api, 0).get('user-agent')).to.equal('acme/2.0')
      expect(headersOf(api, 1).get('user-agent')).to.equal('acme/3.0')
    })

    for (const userAgent of ['', ' '])
      it(`is refused when blank, as ${JSON.stringify(userAgent)}, for a request without one is answered 403`, () => {
        isRefusal(refusal({ userAgent }), '- userAgent: ')
      })
  })

  describe('baseUrl', () => {
    for (const [baseUrl, fits] of hosts) {
      it(`${fits ? 'takes' : 'refuses'} ${baseUrl}`, () => {
        if (fits) expect(createClient({ apiKey, baseUrl })).to.have.property('create')
        else isRefusal(refusal({ apiKey, baseUrl }), '- baseUrl: ')
      })

      it(`${fits ? 'takes' : 'refuses'} ${baseUrl}, from the environment`, () =>
        withEnvironment({ STACKONE_BASE_URL: baseUrl }, () => {
          if (fits) expect(createClient({ apiKey })).to.have.property('create')
          else isRefusal(refusal({ apiKey }), 'STACKONE_BASE_URL cannot be used: expected ')
        }))
    }

    describe('on the wire', () => {
      let server: TestServer
      beforeEach(async () => {
        server = await httpServer((_, response) => json(response, 201, minted))
      })
      afterEach(() => server.close())

      const prefixes: readonly (readonly [string, string])[] = [
        ['', '/connect_sessions'],
        ['/', '/connect_sessions'],
        ['//', '/connect_sessions'],
        ['/v2', '/v2/connect_sessions'],
        ['/v2/', '/v2/connect_sessions'],
        ['/v2///', '/v2/connect_sessions'],
        ['/a/b%20c', '/a/b%20c/connect_sessions'],
        ['/a/../b', '/b/connect_sessions'],
        ['/\u00e9', '/%C3%A9/connect_sessions'],
      ]
      for (const [prefix, path] of prefixes)
        it(`keeps its path, ${JSON.stringify(prefix)}, before that of the call`, async () => {
          const client = createClient({ apiKey, baseUrl: server.url + prefix })
          await owned.send(client)
          await client.get('a/b')
          await client.authenticate('tok')
          expect(server.requests.map(({ method, url }) => `${method} ${url}`)).to.deep.equal([
            `POST ${path}`,
            `GET ${path}/a%2Fb`,
            `POST ${path}/authenticate`,
          ])
        })

      for (const [title, around] of [
        ['a space behind it', (url: string) => `${url} `],
        ['a space before it', (url: string) => ` ${url}`],
        ['a line break behind it', (url: string) => `${url}\n`],
        ['a path and a space behind it', (url: string) => `${url}/v2 `],
      ] as const)
        it(`is refused, or does not change the path, with ${title}`, async () => {
          const baseUrl = around(server.url)
          let client: Client
          try {
            client = createClient({ apiKey, baseUrl })
          } catch (error) {
            isRefusal(error, '- baseUrl: ')
            return
          }
          await owned.send(client)
          expect(server.requests.map(({ url }) => url)).to.deep.equal([
            baseUrl.includes('/v2') ? '/v2/connect_sessions' : '/connect_sessions',
          ])
        })

      it('comes from the environment, if there is none', () =>
        withEnvironment({ STACKONE_BASE_URL: `${server.url}/env/` }, async () => {
          await owned.send(createClient({ apiKey, baseUrl: undefined }))
          expect(server.requests.map(({ url }) => url)).to.deep.equal(['/env/connect_sessions'])
        }))

      it('stands over that of the environment, even where that is wrong', () =>
        withEnvironment({ STACKONE_BASE_URL: 'http://evil.test' }, async () => {
          await owned.send(createClient({ apiKey, baseUrl: server.url }))
          expect(server.requests).to.have.length(1)
        }))
    })

    for (const value of [undefined, ''])
      it(`is StackOne's, with ${JSON.stringify(value)} in the environment`, () =>
        withEnvironment({ STACKONE_BASE_URL: value }, async () => {
          const { api, client } = recorded()
          await owned.send(client)
          expect(api.requests[0]?.url).to.equal('https://api.stackone.com/connect_sessions')
        }))
  })

  describe('fetch', () => {
    const { fetch: original } = globalThis
    afterEach(() => {
      globalThis.fetch = original
    })

    it('is the global one, looked up at the call', async () => {
      const [before, after] = [stub(), stub()]
      globalThis.fetch = (input, init = {}) => before.fetch(String(input), init)
      const client = createClient({ apiKey })
      globalThis.fetch = (input, init = {}) => after.fetch(String(input), init)
      await owned.send(client)
      await client.get(1)
      expect(before.requests).to.have.length(0)
      expect(after.requests).to.have.length(2)
    })

    it('is the one that was given, whatever the global one is', async () => {
      const unused = stub()
      globalThis.fetch = (input, init = {}) => unused.fetch(String(input), init)
      const { api, client } = recorded()
      await owned.send(client)
      expect(unused.requests).to.have.length(0)
      expect(api.requests).to.have.length(1)
    })

    it('is called with the URL as a text, and an init that holds all the rest', async () => {
      const { api, client } = recorded()
      await owned.send(client)
      const [request] = api.requests
      expect(request).to.include({ url: 'https://api.stackone.com/connect_sessions', method: 'POST' })
      expect(JSON.parse(String(request?.body))).to.deep.equal({
        origin_owner_id: 'acme-42',
        origin_owner_name: 'Acme Inc.',
      })
      expect(request?.signal).to.be.instanceOf(AbortSignal)
    })

    it('is called without a this', async () => {
      const seen: unknown[] = []
      function fetch(this: unknown): Promise<Response> {
        seen.push(this)
        return Promise.resolve(reply(201, minted))
      }
      await owned.send(createClient({ apiKey, fetch }))
      expect(seen).to.deep.equal([undefined])
    })
  })

  describe('onEvent', () => {
    const unhandled = unhandledRejections()

    const listeners: readonly (readonly [string, () => unknown])[] = [
      [
        'throws',
        () => {
          throw new Error('the log is full')
        },
      ],
      ['rejects', () => Promise.reject(new Error('the log is full'))],
      ['rejects later', () => new Promise((_, reject) => setTimeout(reject, 5, new Error('the log is full')))],
      ['never ends', () => new Promise(() => {})],
      [
        'gives what only looks like a promise, and throws',
        () =>
          Object.defineProperty({}, 'then', {
            get: () => {
              throw new Error('the log is full')
            },
          }),
      ],
      [
        'throws what is no error',
        () => {
          throw undefined
        },
      ],
    ]
    for (const [title, listener] of listeners)
      it(`that ${title} does not concern the call, nor the process`, async () => {
        const types: string[] = []
        const onEvent = (event: ClientEvent): unknown => {
          types.push(event.type)
          return listener()
        }
        const api = stub((number) =>
          number === 1 ? reply(503, {}, { 'retry-after': '0' }) : reply(number === 2 ? 200 : 400, minted),
        )
        const client = createClient({ apiKey, fetch: api.fetch, onEvent })
        expect(await owned.send(client)).to.have.property('token', minted.token)
        expect(await caught(owned.send(client))).to.have.property('name', 'ApiError')
        expect(types).to.deep.equal(['attempt', 'retry', 'attempt', 'reply', 'drift', 'attempt', 'failure'])
        // A rejection counts as unhandled only after the promises of this turn.
        await new Promise((resolve) => setTimeout(resolve, 20))
        expect(unhandled).to.deep.equal([])
      })

    it('cannot change an event for the call, or its reply', async () => {
      const changed: unknown[] = []
      const onEvent = (event: ClientEvent): void => {
        changed.push(Reflect.set(event, 'type', 'other'))
        if (event.type === 'drift')
          changed.push(Reflect.set(event.issues, 0, {}), Reflect.set(event.issues[0] ?? {}, 'path', ''))
      }
      const client = createClient({ apiKey, fetch: stub(() => reply(200, minted)).fetch, onEvent })
      const { drift } = await owned.send(client)
      expect(changed).to.deep.equal([false, false, false, false, false])
      expect(drift.map(({ path }) => path)).to.deep.equal(['status'])
    })
  })

  describe('strict', () => {
    it('is off unless it is true', async () => {
      const { fetch } = stub(() => reply(200, minted))
      for (const strict of [undefined, false])
        expect(await owned.send(createClient({ apiKey, fetch, strict }))).to.have.property('token')
      const error = await caught(
        owned.send(createClient({ apiKey, fetch: stub(() => reply(200, minted)).fetch, strict: true })),
      )
      expect(error).to.have.property('name', 'ReplyError')
    })
  })

  describe('dangerouslyAllowBrowser', () => {
    /** Runs work with globals that this process does not have, or without. */
    const withGlobals = async (globals: Readonly<Record<string, unknown>>, work: () => unknown): Promise<void> => {
      const before = Object.keys(globals).map(
        (name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const,
      )
      for (const [name, value] of Object.entries(globals))
        Object.defineProperty(globalThis, name, { value, configurable: true, writable: true })
      try {
        await work()
      } finally {
        for (const [name, descriptor] of before)
          if (descriptor === undefined) Reflect.deleteProperty(globalThis, name)
          else Object.defineProperty(globalThis, name, descriptor)
      }
    }
    const document = { createElement: () => ({}) }
    const browser = { window: { document }, document }

    for (const options of [
      undefined,
      {},
      { apiKey },
      { dangerouslyAllowBrowser: false },
      { dangerouslyAllowBrowser: undefined },
    ])
      it(`is needed in a browser: createClient(${JSON.stringify(options)}) says why, and what to do instead`, () =>
        withGlobals(browser, () => {
          const message = isRefusal(options === undefined ? refusal() : refusal(options))
          expect(message)
            .to.match(/browser/)
            .and.match(/key/)
          expect(message).to.match(/on your server/)
          expect(message).to.include('dangerouslyAllowBrowser: true')
          expect(message).not.to.include(apiKey)
        }))

    it("is needed in a page's worker, which has no window", () =>
      withGlobals({ WorkerGlobalScope: class {}, navigator: { userAgent: 'Mozilla/5.0 (X11; Linux x86_64)' } }, () => {
        expect(isRefusal(refusal({ apiKey }))).to.match(/browser/)
      }))

    for (const userAgent of ['Cloudflare-Workers', 'Deno/2.9.6', 'Bun/1.4.5', undefined])
      it(`is not needed in a worker of a server, ${userAgent}`, () =>
        withGlobals({ WorkerGlobalScope: class {}, navigator: { userAgent } }, () => {
          expect(createClient({ apiKey })).to.have.property('create')
        }))

    it('is not needed in a worker that has no navigator', () =>
      withGlobals({ WorkerGlobalScope: class {}, navigator: undefined }, () => {
        expect(createClient({ apiKey })).to.have.property('create')
      }))

    it('allows one in a browser', () =>
      withGlobals(browser, async () => {
        const { api, client } = recorded({ dangerouslyAllowBrowser: true })
        await owned.send(client)
        expect(api.requests).to.have.length(1)
      }))

    it('is not needed where there is a window and no document', () =>
      withGlobals({ window: {} }, () => {
        expect(createClient({ apiKey })).to.have.property('create')
      }))

    it('is not needed here, and not after the browser is gone', () => {
      expect(createClient({ apiKey })).to.have.property('create')
      expect('window' in globalThis).to.equal(false)
    })
  })
})
