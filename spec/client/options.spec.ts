import { expect } from 'chai'
import { type Client, type ClientOptions, ConfigurationError, createClient } from '../../lib/index.ts'
import { acme, apiKey } from '../support/call.ts'
import { caught } from '../support/caught.ts'
import { unsetEnvironment } from '../support/environment.ts'
import { itEach } from '../support/it-each.ts'
import { minted } from '../support/server.ts'
import { jsonResponse, type Stub, stub } from '../support/stub.ts'

const payload = { originOwnerId: 'acme-42', originOwnerName: 'Acme Inc.' }
const authenticated = { ...minted, latest_connection_attempt: { status: 'authenticated', account_secure_id: 'acc-1' } }

/** Calls a function as from JavaScript, with any arguments. */
const apply = async (called: (...args: never[]) => unknown, ...args: readonly unknown[]): Promise<unknown> =>
  Reflect.apply(called, undefined, args)

const construct = (options: unknown): Client => Reflect.apply(createClient, undefined, [options])

const messageOf = (error: unknown): string => {
  if (error instanceof ConfigurationError) return error.message
  throw new Error('expected a ConfigurationError', { cause: error })
}

/** The message of the error that createClient throws. */
const rejection = (...args: readonly unknown[]): string => {
  try {
    Reflect.apply(createClient, undefined, args)
  } catch (error) {
    return messageOf(error)
  }
  throw new Error('expected createClient to throw')
}

type Call = readonly [name: string, (client: Client, options: unknown) => Promise<unknown>]

const calls: readonly Call[] = [
  ['session.send', async (client, options) => Reflect.apply(acme.send, acme, [client, options])],
  ['client.create', (client, options) => apply(client.create, payload, options)],
  ['client.authenticate', (client, options) => apply(client.authenticate, 'tok', options)],
  ['client.get', (client, options) => apply(client.get, 4711, options)],
]

const waitCall: Call = ['client.waitForConnection', (client, options) => apply(client.waitForConnection, 4711, options)]

const recorded = (): { readonly api: Stub; readonly client: Client } => {
  const api = stub(() => jsonResponse(201, authenticated))
  return { api, client: createClient({ apiKey, fetch: api.fetch }) }
}

/** The message with which a call rejects options; nothing may be sent. */
const callRejection = async ([name, call]: Call, options: unknown): Promise<string> => {
  const { api, client } = recorded()
  const message = messageOf(await caught(call(client, options)))
  expect(api.requests, name).to.have.length(0)
  return message
}

const maxTimeout = 2_147_483_647
const { signal } = new AbortController()

type Values = readonly [option: string, values: readonly unknown[]]

const validShared: readonly Values[] = [
  ['timeout', [0.5, 1, 10_000, maxTimeout, undefined]],
  ['deadline', [1000, 30_000.5, maxTimeout, undefined]],
  ['retries', [0, 1, 100, undefined]],
  ['headers', [{}, { 'x-a': '1' }, { 'x-a': undefined }, { 'x-a': '' }, Object.create(null), undefined]],
]

const validForClient: readonly Values[] = [
  ...validShared,
  ['apiKey', [apiKey, () => apiKey, async () => apiKey]],
  ['baseUrl', ['https://api.stackone.com', 'https://api.eu1.stackone.com/v2/', 'https://10.0.0.1:8443', undefined]],
  ['fetch', [stub().fetch]],
  ['userAgent', ['acme/1.0', 'acme/1.0 (+https://acme.example)', undefined]],
  ['onEvent', [() => {}, async () => {}, () => 7, undefined]],
  ['strict', [true, false, undefined]],
  ['dangerouslyAllowBrowser', [true, false, undefined]],
]

const validForCall: readonly Values[] = [...validShared, ['signal', [signal, AbortSignal.any([signal]), undefined]]]

const validForWait: readonly Values[] = [
  ['interval', [0.5, 1, 2000, maxTimeout, undefined]],
  ['deadline', [1000, 600_000, maxTimeout, undefined]],
  ['signal', [signal, undefined]],
]

const invalidTimes = [0, -1, maxTimeout + 1, Number.NaN, null, '100', [100]]

const invalidShared: readonly Values[] = [
  ['timeout', invalidTimes],
  ['deadline', invalidTimes],
  ['retries', [-1, 1.5, 101, Number.NaN, null, '2', true, [2], { strategy: 'backoff' }, 2n]],
  [
    'headers',
    [
      ...[null, 'x-a: 1', 7, true, [['x-a', '1']], new Headers({ 'x-a': '1' }), new Map([['x-a', '1']])],
      ...[{ 'x-a': null }, { 'x-a': 1 }, { 'x-a': ['1'] }, { 'x-a': '1\r\nx-b: 2' }, { 'x-a': '1\nx-b: 2' }],
      ...[{ 'x-a\r\nx-b': '1' }, { '': '1' }, { 'x a': '1' }, { authorization: 'Basic abc' }],
      ...[{ 'content-type': 'text/plain' }, { 'content-length': '1' }, { Accept: '*/*' }, { Host: 'evil.test' }],
    ],
  ],
]

const invalidSignals = [
  ...[null, true, 'signal', {}, [], () => {}],
  { aborted: 'no', addEventListener: () => {} },
  { aborted: false, addEventListener: 'no' },
]

const invalidForClient: readonly Values[] = [
  ...invalidShared,
  ['apiKey', [null, 7, true, {}, [apiKey], Promise.resolve(apiKey), Symbol('key'), Object(apiKey)]],
  [
    'baseUrl',
    [null, '', ' ', '/', '/path', '//api.stackone.com', 'api.stackone.com', 7, {}, new URL('https://a.test')],
  ],
  ['fetch', [null, 'fetch', {}, 7, true]],
  ['userAgent', [null, 7, '', ' ', ['acme'], 'acme\r\nx-evil: 1', 'acme\nx', 'acme\0', '\u{1f511}']],
  ['onEvent', [null, 'log', {}, 7, true]],
  ['strict', [null, 'true', 1, 0, '', {}]],
  ['dangerouslyAllowBrowser', [null, 'true', 1, 0, '', {}]],
]

const invalidForCall: readonly Values[] = [...invalidShared, ['signal', invalidSignals]]

const invalidForWait: readonly Values[] = [
  ['interval', invalidTimes],
  ['deadline', invalidTimes],
  ['signal', invalidSignals],
]

const milliseconds = `must be a number of milliseconds, more than 0 and at most ${maxTimeout}`
const optionNames = 'timeout, deadline, retries, headers, apiKey, baseUrl, fetch, userAgent, onEvent, strict'

/** The message for one invalid option of createClient. */
const clientMessages: readonly (readonly [options: object, message: string])[] = [
  [{ timeout: 0 }, `timeout: ${milliseconds}, got 0`],
  [{ deadline: '100' }, `deadline: ${milliseconds}, got a string`],
  [{ retries: -1 }, 'retries: must be an integer from 0 to 100, got -1'],
  [{ retries: { strategy: 'backoff' } }, 'retries: must be an integer from 0 to 100, got an object'],
  [{ headers: [] }, 'headers: must be a plain object, got an array (use Object.fromEntries(headers))'],
  [{ headers: { 'x-a': 1 } }, 'headers.x-a: must be a string, got a number'],
  [{ headers: { Host: 'x' } }, 'headers.Host: is set by the library or by fetch'],
  [{ headers: { 'x b': 'y' } }, 'headers["x b"]: must be a valid header'],
  [{ headers: { 'x-a': '€' } }, 'headers.x-a: must be a valid header'],
  ...['\0', '\x01', 'a\r\nx-b: 1', 'a\n', '\x1b[31m', '\x7f', '\x85', '\x9b'].map(
    (value) => [{ headers: { 'x-a': value } }, 'headers.x-a: must not contain control characters'] as const,
  ),
  [{ userAgent: '\u200b' }, 'userAgent: must be a non-blank string, got a blank string'],
  [{ apiKey: 7 }, 'apiKey: must be a string or a function, got a number'],
  [{ baseUrl: 7 }, 'baseUrl: must be a string, got a number'],
  [{ baseUrl: new URL('https://a.test') }, 'baseUrl: must be a string, got an object (use url.href)'],
  [{ baseUrl: 'api.stackone.com' }, 'baseUrl: must be an absolute URL, got a string (start it with https://)'],
  [{ baseUrl: 'localhost:3000' }, 'baseUrl: must be an absolute URL, got a string (start it with https://)'],
  [{ baseUrl: 'a.test/?b=https://c.test' }, 'baseUrl: must be an absolute URL, got a string (start it with https://)'],
  [{ baseUrl: 'https://' }, 'baseUrl: must be an absolute URL, got a string'],
  [
    { baseUrl: 'http://api.example' },
    'baseUrl: must use https, or http with a loopback host (without https, anyone on the network can read the API key)',
  ],
  [{ baseUrl: 'https://a.test?b=1' }, 'baseUrl: must not have a user, a password, a query or a fragment'],
  [{ fetch: {} }, 'fetch: must be a function, got an object'],
  [{ userAgent: ' ' }, 'userAgent: must be a non-blank string, got a blank string'],
  [{ userAgent: 'a\nb' }, 'userAgent: must not contain control characters'],
  [{ onEvent: 'log' }, 'onEvent: must be a function, got a string'],
  [{ strict: 1 }, 'strict: must be a boolean, got a number'],
  [{ zebra: 1 }, `unknown option 'zebra' (the options are ${optionNames}, dangerouslyAllowBrowser)`],
  [{ retry: 1 }, "unknown option 'retry' (did you mean 'retries'?)"],
  [new AbortController(), 'must be a plain object, got a class instance (pass { signal: controller.signal })'],
]

/** Misspelled names, with the option that the message suggests. */
const misspelled: Readonly<Record<string, string>> = {
  ...{ apikey: 'apiKey', api_key: 'apiKey', apiKye: 'apiKey', BaseURL: 'baseUrl', basUrl: 'baseUrl' },
  ...{ retry: 'retries', time_out: 'timeout', header: 'headers', 'user-agent': 'userAgent', onEvents: 'onEvent' },
}

/** Names of the vendor's SDK and of other clients, with the option to use instead. */
const foreignNames: Readonly<Record<string, string>> = {
  ...{ serverURL: 'baseUrl', serverUrl: 'baseUrl', endpoint: 'baseUrl', host: 'baseUrl' },
  ...{ security: 'apiKey', username: 'apiKey', key: 'apiKey', token: 'apiKey', timeoutMs: 'timeout' },
  ...{ retryConfig: 'retries', maxRetries: 'retries', httpClient: 'fetch', defaultHeaders: 'headers' },
  ...{ debugLogger: 'onEvent', logger: 'onEvent' },
}

const notObjects: readonly unknown[] = [null, 'options', 7, Symbol('options'), [], () => ({})]

describe('The options', () => {
  unsetEnvironment()

  describe('of createClient', () => {
    for (const [option, values] of validForClient)
      itEach(`accept valid values of ${option}`, values, async (value) => {
        const api = stub()
        await acme.send(construct({ apiKey, fetch: api.fetch, [option]: value }))
        expect(api.requests.length).to.equal(option === 'fetch' ? 0 : 1)
      })

    for (const [option, values] of invalidForClient)
      itEach(`reject invalid values of ${option}`, values, (value) => {
        expect(rejection({ [option]: value })).to.match(new RegExp(`^Invalid options for createClient: ${option}`))
      })

    itEach(
      'are rejected with a message that names the option, the expectation and a hint',
      clientMessages,
      ([options, message]) => {
        expect(rejection(options)).to.equal(`Invalid options for createClient: ${message}`)
      },
    )

    itEach('reject a misspelled name and suggest the option', Object.entries(misspelled), ([name, option]) => {
      expect(rejection({ [name]: 1 })).to.include(`unknown option '${name}' (did you mean '${option}'?)`)
    })

    itEach('translate the names of other clients', Object.entries(foreignNames), ([name, option]) => {
      expect(rejection({ [name]: 1 })).to.include(`unknown option '${name}' (use '${option}')`)
    })

    it('reject an unknown name, and list the options', () => {
      const list = `(the options are ${optionNames}`
      for (const name of ['color', 'constructor'])
        expect(rejection({ [name]: 1 })).to.include(`unknown option '${name}' ${list}`)
    })

    itEach('must be an object', notObjects, (value) => {
      expect(rejection(value)).to.match(/^Invalid options for createClient: must be an object, got /)
    })

    it('may be omitted', () => {
      for (const args of [[], [undefined]] as const)
        expect(createClient(...args)).to.have.keys('create', 'authenticate', 'get', 'waitForConnection', 'task')
    })

    it('are rejected together, one problem a line', () => {
      const headers = { 'x-a': 1, host: 'evil.test' }
      const message = rejection({ apikey: 1, timeout: 0, retries: 1.5, headers, strict: 'yes', color: 'red' })
      const [title, ...lines] = message.split('\n')
      expect(title).to.equal('Invalid options for createClient:')
      expect(lines.map((line) => /^ {2}- (unknown option '\w+'|[\w.-]+:) /.exec(`${line} `)?.[1])).to.deep.equal([
        "unknown option 'apikey'",
        'timeout:',
        'retries:',
        'headers.x-a:',
        'headers.host:',
        'strict:',
        "unknown option 'color'",
      ])
    })

    it('are read once: later changes have no effect', async () => {
      const api = stub()
      const headers: Record<string, string> = { 'x-a': '1' }
      const options = { apiKey, fetch: api.fetch, headers }
      const client = createClient(options)
      Object.assign(options, { apiKey: 'v1.us1.other', fetch: undefined, baseUrl: 'https://x.test' })
      Object.assign(headers, { 'x-a': '2' })
      await acme.send(client)
      expect(api.requests[0]?.url).to.equal('https://api.stackone.com/connect_sessions')
      const sent = Object.fromEntries(api.requests[0]?.headers ?? [])
      expect(sent).to.include({ 'x-a': '1', authorization: `Basic ${btoa(`${apiKey}:`)}` })
    })
  })

  describe('of a call', () => {
    for (const [option, values] of validForCall)
      itEach(`accept valid values of ${option}`, values, async (value) => {
        const { api, client } = recorded()
        for (const [, call] of calls) await call(client, { [option]: value })
        expect(api.requests).to.have.length(calls.length)
      })

    for (const [option, values] of invalidForCall)
      itEach(`reject invalid values of ${option}`, values, async (value) => {
        for (const call of calls)
          expect(await callRejection(call, { [option]: value })).to.match(
            new RegExp(`^Invalid options for the call: ${option}`),
          )
      })

    const unknown: readonly (readonly [name: string, hint: string])[] = [
      ['singal', "did you mean 'signal'?"],
      ['retry', "did you mean 'retries'?"],
      ['timeoutMs', "use 'timeout'"],
      ['retryConfig', "use 'retries'"],
      ['abortSignal', "use 'signal'"],
      ['apiKey', 'the options are signal, timeout, deadline, retries, headers'],
      ['interval', 'the options are signal, timeout, deadline, retries, headers'],
    ]
    itEach('reject an unknown name with a hint', unknown, async ([name, hint]) => {
      for (const call of calls)
        expect(await callRejection(call, { [name]: 1 })).to.equal(
          `Invalid options for the call: unknown option '${name}' (${hint})`,
        )
    })

    itEach('must be an object', notObjects, async (value) => {
      for (const call of [...calls, waitCall]) expect(await callRejection(call, value)).to.include('must be an object')
    })

    it('are rejected together', async () => {
      const [, , , get = waitCall] = calls
      expect(await callRejection(get, { timeout: 0, retries: -1, signal: 1 })).to.equal(
        'Invalid options for the call:\n' +
          `  - timeout: ${milliseconds}, got 0\n` +
          '  - retries: must be an integer from 0 to 100, got -1\n' +
          '  - signal: must be an AbortSignal, got a number',
      )
    })

    it('reject with a ConfigurationError and send nothing if they throw when read', async () => {
      const trap = (): never => {
        throw new TypeError('a trap of the test')
      }
      const options = Object.defineProperty({}, 'timeout', { get: trap, enumerable: true })
      for (const call of calls) expect(await callRejection(call, options)).to.include('option of the call threw')
      expect(await callRejection(waitCall, options)).to.include('option of waitForConnection threw')
    })
  })

  describe('of waitForConnection', () => {
    for (const [option, values] of validForWait)
      itEach(`accept valid values of ${option}`, values, async (value) => {
        const { api, client } = recorded()
        expect(await waitCall[1](client, { [option]: value })).to.include({ accountId: 'acc-1' })
        expect(api.requests).to.have.length(1)
      })

    for (const [option, values] of invalidForWait)
      itEach(`reject invalid values of ${option}`, values, async (value) => {
        expect(await callRejection(waitCall, { [option]: value })).to.match(
          new RegExp(`^Invalid options for waitForConnection: ${option}: must be `),
        )
      })

    const unknown: readonly (readonly [name: string, hint: string])[] = [
      ['intervall', "did you mean 'interval'?"],
      ['intervalMs', "use 'interval'"],
      ['abortSignal', "use 'signal'"],
      ['timeout', "use 'deadline'"],
      ['timeoutMs', "use 'deadline'"],
      ['retries', 'the options are signal, deadline, interval'],
      ['headers', 'the options are signal, deadline, interval'],
    ]
    itEach('reject an unknown name with a hint', unknown, async ([name, hint]) => {
      expect(await callRejection(waitCall, { [name]: 1 })).to.equal(
        `Invalid options for waitForConnection: unknown option '${name}' (${hint})`,
      )
    })
  })

  it('of a call override those of the client, unless they are undefined', async () => {
    const api = stub(() => jsonResponse(503, {}, { 'retry-after': '0' }))
    const options: ClientOptions = { apiKey, fetch: api.fetch, retries: 3, headers: { 'x-a': 'client' } }
    const client = createClient(options)
    const sent = async (...args: Parameters<Client['get']>): Promise<unknown> => {
      const { length } = api.requests
      await caught(client.get(...args))
      return [api.requests.length - length, api.requests.at(-1)?.headers.get('x-a')]
    }
    expect(await sent(1, { retries: 0, headers: { 'x-a': 'call' } })).to.deep.equal([1, 'call'])
    expect(await sent(1, { retries: undefined, headers: { 'x-a': undefined } })).to.deep.equal([4, 'client'])
    expect(await sent(1)).to.deep.equal([4, 'client'])
  })
})
