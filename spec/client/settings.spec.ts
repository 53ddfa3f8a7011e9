import { expect } from 'chai'
import { type Client, type ClientOptions, ConfigurationError, createClient } from '../../lib/index.ts'
import { version } from '../../lib/util/defaults.ts'
import { acme, apiKey } from '../support/call.ts'
import { unsetEnvironment, withEnvironment } from '../support/environment.ts'
import { itEach } from '../support/it-each.ts'
import { httpServer, json, minted, type TestServer } from '../support/server.ts'
import { jsonResponse, type Stub, stub } from '../support/stub.ts'

const headersOf = ({ requests }: Stub, number = 0): Headers => requests[number]?.headers ?? new Headers()

const recorded = (options: ClientOptions = {}): { readonly api: Stub; readonly client: Client } => {
  const api = stub(() => jsonResponse(201, minted))
  return { api, client: createClient({ apiKey, fetch: api.fetch, ...options }) }
}

/** The message of the error that createClient throws. */
const rejection = (options?: ClientOptions): string => {
  try {
    createClient(options)
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message
    throw error
  }
  throw new Error('expected createClient to throw')
}

const baseUrls: readonly (readonly [string, boolean])[] = [
  ['http://127.0.0.1', true],
  ['http://127.0.0.1:8080/', true],
  ['http://127.255.255.254', true],
  ['http://127.1', true],
  ['http://2130706433', true],
  ['http://[::1]', true],
  ['http://localhost', true],
  ['http://LOCALHOST', true],
  ['http://api.localhost', true],
  ['https://api.stackone.com', true],
  ['https://127.0.0.1.evil.test', true],
  ['http://api.stackone.com', false],
  ['HTTP://api.stackone.com', false],
  ['http://127.0.0.1.evil.test', false],
  ['http://127.0.0.1evil.test', false],
  ['http://127.0.0.1.', true],
  ['http://localhost.evil.test', false],
  ['http://notlocalhost', false],
  ['http://localhostevil.test', false],
  ['http://evil.test\\@127.0.0.1', false],
  ['http://127.0.0.1@evil.test', false],
  ['http://user:pass@127.0.0.1', false],
  ['https://user:pass@api.stackone.com', false],
  ['https://user@api.stackone.com', false],
  ['https://:pass@api.stackone.com', false],
  ['HTTPS://API.STACKONE.COM', true],
  ['http://0.0.0.0', false],
  ['http://[::ffff:8.8.8.8]', false],
  ['http://169.254.169.254', false],
  ['http://127.0.0.256', false],
  ['http://1.127.0.0', false],
  ['ftp://127.0.0.1', false],
  ['file:///etc/passwd', false],
  ['localhost:3000', false],
  ['127.0.0.1', false],
  ['https://', false],
  ['https://api.stackone.com?a=1', false],
  ['https://api.stackone.com/?', false],
  ['https://api.stackone.com/#top', false],
]

describe('The headers option', () => {
  it('overrides the headers of the client with those of the call, ignoring case', async () => {
    const { api, client } = recorded({ headers: { 'X-Team': 'client', 'X-App': 'app', 'x-only': 'client' } })
    await client.get(4711, { headers: { 'x-team': 'call', 'X-APP': 'call', 'X-Trace': 't' } })
    expect([...headersOf(api)].filter(([name]) => name.startsWith('x-'))).to.deep.equal([
      ['x-app', 'call'],
      ['x-only', 'client'],
      ['x-team', 'call'],
      ['x-trace', 't'],
    ])
  })

  it('omits undefined headers, including reserved ones', async () => {
    const { api, client } = recorded({ headers: { 'x-a': undefined, Authorization: undefined } })
    await client.get(4711, { headers: { 'x-b': undefined, host: undefined } })
    expect(headersOf(api).has('x-a')).to.equal(false)
    expect(headersOf(api).has('x-b')).to.equal(false)
    expect(headersOf(api).get('authorization')).to.equal(`Basic ${btoa(`${apiKey}:`)}`)
  })

  it('pollutes nothing with a header named __proto__', async () => {
    const headers: Record<string, string> = JSON.parse('{"__proto__":"1","constructor":"2","x-a":"3"}')
    const { api, client } = recorded({ headers })
    await client.get(4711, { headers })
    expect(headersOf(api).get('constructor')).to.equal('2')
    expect(headersOf(api).get('x-a')).to.equal('3')
    expect(Object.keys(Object.prototype)).to.deep.equal([])
  })
})

describe('The userAgent option', () => {
  it('defaults to the name and the version of the library', async () => {
    const { api, client } = recorded({ userAgent: undefined })
    await acme.send(client)
    expect(headersOf(api).get('user-agent')).to.equal(`stackone-session/${version}`)
  })

  it('sets the User-Agent header', async () => {
    const { api, client } = recorded({ userAgent: 'acme/1.0' })
    await acme.send(client)
    expect(headersOf(api).get('user-agent')).to.equal('acme/1.0')
  })

  it('is overridden by a header of that name', async () => {
    const { api, client } = recorded({ userAgent: 'acme/1.0', headers: { 'User-Agent': 'acme/2.0' } })
    await client.get(4711)
    await client.get(4711, { headers: { 'USER-AGENT': 'acme/3.0' } })
    expect(headersOf(api, 0).get('user-agent')).to.equal('acme/2.0')
    expect(headersOf(api, 1).get('user-agent')).to.equal('acme/3.0')
  })
})

describe('The baseUrl option', () => {
  unsetEnvironment()

  itEach('accepts https URLs and loopback hosts, and rejects others', baseUrls, ([baseUrl, isValid]) => {
    if (isValid) expect(createClient({ apiKey, baseUrl })).to.have.property('create')
    else expect(rejection({ apiKey, baseUrl })).to.match(/^Invalid options for createClient: baseUrl: must /)
  })

  itEach('accepts and rejects the same URLs from the environment', baseUrls, ([baseUrl, isValid]) =>
    withEnvironment({ STACKONE_BASE_URL: baseUrl }, () => {
      if (isValid) expect(createClient({ apiKey })).to.have.property('create')
      else expect(rejection({ apiKey })).to.match(/^Invalid environment variable: STACKONE_BASE_URL: must /)
    }),
  )

  describe('on the wire', () => {
    let server: TestServer
    beforeEach(async () => {
      server = await httpServer((_, response) => json(response, 201, minted))
    })
    afterEach(() => server.close())

    const prefixes: readonly (readonly [string, string])[] = [
      ['', '/connect_sessions'],
      ['/', '/connect_sessions'],
      ['/v2', '/v2/connect_sessions'],
      ['/v2///', '/v2/connect_sessions'],
      ['/a/b%20c', '/a/b%20c/connect_sessions'],
      ['/\u00e9', '/%C3%A9/connect_sessions'],
      [' ', '/connect_sessions'],
    ]
    itEach('keeps its path before the path of the call', prefixes, async ([prefix, path]) => {
      const client = createClient({ apiKey, baseUrl: server.url + prefix })
      await acme.send(client)
      await client.task.get('a/b')() // its response is that of another session
      await client.authenticate('tok')
      expect(server.requests.slice(-3).map(({ method, url }) => `${method} ${url}`)).to.deep.equal([
        `POST ${path}`,
        `GET ${path}/a%2Fb`,
        `POST ${path}/authenticate`,
      ])
    })

    it('defaults to the environment variable', () =>
      withEnvironment({ STACKONE_BASE_URL: `${server.url}/env/` }, async () => {
        await acme.send(createClient({ apiKey, baseUrl: undefined }))
        expect(server.requests.map(({ url }) => url)).to.deep.equal(['/env/connect_sessions'])
      }))

    it('overrides the environment variable, even an invalid one', () =>
      withEnvironment({ STACKONE_BASE_URL: 'http://evil.test' }, async () => {
        await acme.send(createClient({ apiKey, baseUrl: server.url }))
        expect(server.requests).to.have.length(1)
      }))
  })

  itEach("defaults to StackOne's URL if the environment variable is empty or unset", [undefined, ''], (value) =>
    withEnvironment({ STACKONE_BASE_URL: value }, async () => {
      const { api, client } = recorded()
      await acme.send(client)
      expect(api.requests[0]?.url).to.equal('https://api.stackone.com/connect_sessions')
    }),
  )
})

describe('The dangerouslyAllowBrowser option', () => {
  /** Runs work with other globals. */
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

  itEach(
    'is required in a browser, and the error explains the alternatives',
    [undefined, {}, { apiKey }, { dangerouslyAllowBrowser: false }],
    (options) =>
      withGlobals(browser, () => {
        expect(rejection(options)).to.equal(
          'createClient must not be called in a browser, where anyone can read the API key. Create sessions on your ' +
            'server. In a test with a simulated browser, set dangerouslyAllowBrowser: true.',
        )
      }),
  )

  it('is required in a web worker, which has no window', () =>
    withGlobals({ WorkerGlobalScope: class {}, navigator: { userAgent: 'Mozilla/5.0 (X11; Linux x86_64)' } }, () => {
      expect(rejection({ apiKey })).to.match(/browser/)
    }))

  itEach(
    'is not required in a worker of a server runtime',
    ['Cloudflare-Workers', 'Deno/2.9.6', 'Bun/1.4.5', undefined],
    (userAgent) =>
      withGlobals({ WorkerGlobalScope: class {}, navigator: { userAgent } }, () => {
        expect(createClient({ apiKey })).to.have.property('create')
      }),
  )

  it('allows a client in a browser', () =>
    withGlobals(browser, async () => {
      const { api, client } = recorded({ dangerouslyAllowBrowser: true })
      await acme.send(client)
      expect(api.requests).to.have.length(1)
    }))

  it('is not required with a window that has no document', () =>
    withGlobals({ window: {} }, () => {
      expect(createClient({ apiKey })).to.have.property('create')
    }))
})
