import type { ServerResponse } from 'node:http'
import { types } from 'node:util'
import { expect } from 'chai'
import {
  AbortError,
  type Client,
  type ClientEvent,
  type ClientOptions,
  ConfigurationError,
  createClient,
  fromJSON,
  isSessionError,
  type Session,
  type SessionError,
} from '../../lib/index.ts'
import { sandbox } from '../../lib/testing/index.ts'
import { acme } from '../support/call.ts'
import { caught } from '../support/caught.ts'
import { leftOf } from '../support/either.ts'
import { withEnvironment } from '../support/environment.ts'
import { closedPort } from '../support/faults.ts'
import { itEach } from '../support/it-each.ts'
import { dumps, printings, reachable, showing, type Way } from '../support/printed.ts'
import { processorTime } from '../support/processor.ts'
import { httpServer, json, minted, type Recorded, rawServer, type TestServer } from '../support/server.ts'
import { jsonResponse, stub } from '../support/stub.ts'

const key = 'v1.eu1.kEy_0123456789-secret'
const token = 'tOk.9876543210_hub~s3cret'
const link = `https://app.stackone.com/embedded/accounts/connect/${token}`

// In base64 and in a URL, these contain every kind of character.
const specialKey = 'v1.eu~.k?y>5pc_0123456789+/=='
const specialToken = 'tOk/9876543210_spc+s=3cret=='

const secrets = [key, token, specialKey, specialToken]

const base64 = (text: string): string => Buffer.from(text).toString('base64')
const basic = base64(`${key}:`)
const specialBasic = base64(`${specialKey}:`)
const unpadded = (text: string): string => text.replace(/=+$/, '')

const payload = { originOwnerId: 'acme-42', originOwnerName: 'Acme Inc.' }

const servers: TestServer[] = []
const opened = async (starting: Promise<TestServer>): Promise<string> => {
  const server = await starting
  servers.push(server)
  return server.url
}

type Responder = (response: ServerResponse, request: Recorded) => void

const clientAt = (baseUrl: string, options: ClientOptions = {}): Client =>
  createClient({ apiKey: key, baseUrl, retries: 0, timeout: 2000, ...options })

const clientFor = async (respond: Responder, options: ClientOptions = {}): Promise<Client> =>
  clientAt(await opened(httpServer((request, response) => respond(response, request))), options)

const clientOfBytes = async (bytes: string, options: ClientOptions = {}, end = true): Promise<Client> =>
  clientAt(await opened(rawServer((socket) => (end ? socket.end(bytes) : socket.write(bytes)))), options)

/** Calls a function as from JavaScript, with any arguments. */
const apply = (called: unknown, ...args: readonly unknown[]): unknown =>
  Reflect.apply(typeof called === 'function' ? called : () => {}, undefined, args)

/** Calls a method of a session as from JavaScript. */
const callMethod = (base: Session, method: keyof Session, ...args: readonly unknown[]): Session =>
  Reflect.apply(base[method], base, args)

const thrown = (work: () => unknown): unknown => {
  try {
    work()
  } catch (error) {
    return error
  }
  throw new Error('expected it to throw')
}

interface Place {
  readonly title: string
  /** Returns the value to search. */
  readonly find: () => unknown
  /** What the value must be, so that the search is not vacuous. */
  readonly is: SessionError['name'] | ((value: unknown) => boolean)
  /** What the message of an error must contain. */
  readonly says: string
}

const failing = (title: string, is: Place['is'], says: string, find: Place['find']): Place => {
  return { title, is, says, find }
}

const place = (title: string, is: Place['is'], find: Place['find']): Place => failing(title, is, '', find)

const isFunction = (value: unknown): boolean => typeof value === 'function'
const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null

const idle = createClient({ apiKey: key, baseUrl: 'http://127.0.0.1:1' })
const clientReceiving = (body: object, options: ClientOptions = {}, status = 201): Client =>
  createClient({ apiKey: key, fetch: stub(() => jsonResponse(status, body)).fetch, ...options })
const clientWithToken = (options: ClientOptions = {}): Client =>
  clientReceiving({ ...minted, token, auth_link_url: link }, options)

const values: readonly Place[] = [
  place('the client', isObject, () => idle),
  place('client.create', isFunction, () => idle.create),
  place('client.task', isObject, () => idle.task),
  place('client.task.authenticate', isFunction, () => idle.task.authenticate),
  place('a task before it is run', isFunction, () => idle.task.authenticate(token)),
  place('the task of a session', isFunction, () => acme.task(idle)),
  place('a client with an apiKey function', isObject, async () => {
    const read = key
    const client = createClient({ apiKey: () => read, fetch: stub().fetch })
    await acme.send(client)
    return client
  }),
  place('a client with headers', isObject, () => createClient({ apiKey: key, headers: { 'x-proxy-key': token } })),
  place('a session before it is sent', isObject, () => acme),
  place('a session after it was sent', isObject, async () => {
    await acme.send(clientWithToken())
    return acme
  }),
  place('a session whose send failed', isObject, async () => {
    await caught(acme.send(await clientFor((response, { headers }) => json(response, 401, { message: headers }))))
    return acme
  }),
  place(
    "the sandbox's record of a request",
    (value) => Array.isArray(value) && value.length === 1,
    async () => {
      const api = sandbox()
      await acme.send(createClient({ apiKey: key, fetch: api.fetch }))
      return api.requests
    },
  ),
]

/** The events of one type during a call. */
const events = async (
  type: ClientEvent['type'],
  use: (options: ClientOptions) => Promise<unknown>,
): Promise<unknown> => {
  const received: ClientEvent[] = []
  await use({ onEvent: (event) => received.push(event) }).catch(() => {})
  return received.filter((event) => event.type === type)
}

const isList = (value: unknown): boolean => Array.isArray(value) && value.length > 0

const echoing: Responder = (response, { headers }) =>
  json(
    response,
    503,
    { statusCode: 503, message: `busy with ${headers.authorization}`, data: { headers } },
    { 'x-request-id': `${headers.authorization}`, 'retry-after': '0' },
  )

const eventPlaces: readonly Place[] = [
  place('an attempt', isList, () => events('attempt', async (options) => acme.send(await clientFor(echoing, options)))),
  place('a retry, from a server that echoes the key', isList, () =>
    events('retry', async (options) => acme.send(await clientFor(echoing, { ...options, retries: 1 }))),
  ),
  place('a failure, from a server that echoes the key', isList, () =>
    events('failure', async (options) => acme.send(await clientFor(echoing, options))),
  ),
  place('a failure, from a fetch function that throws the key', isList, () =>
    events('failure', (options) =>
      acme.send(createClient({ ...options, apiKey: key, retries: 0, fetch: () => Promise.reject(new Error(key)) })),
    ),
  ),
  place('a response', isList, () => events('response', (options) => acme.send(clientWithToken(options)))),
  place('a response whose request id is the token', isList, () =>
    events('response', async (options) =>
      acme.send(
        await clientFor((response) => json(response, 201, { ...minted, token }, { 'x-request-id': token }), options),
      ),
    ),
  ),
  place('a response to authenticate whose request id is the token', isList, () =>
    events('response', async (options) => {
      const client = await clientFor((response) => json(response, 201, {}, { 'x-request-id': token }), options)
      return client.authenticate(token)
    }),
  ),
  place('drift in fields that contain the token', isList, () =>
    events('drift', (options) => {
      const body = {
        token,
        auth_link_url: [link],
        id: { token },
        created_at: token,
        categories: [token, key],
        type: token,
      }
      return acme.send(clientReceiving(body, options, 200))
    }),
  ),
]

/** The error of a create with such a response. */
const created =
  (respond: Responder, options: ClientOptions = {}) =>
  async (): Promise<unknown> =>
    caught(acme.send(await clientFor(respond, options)))

const html =
  (status: number, title: string): Responder =>
  (response) => {
    response.writeHead(status, { 'content-type': 'text/html' })
    response.end(`<!doctype html><html><head><title>${title}</title></head><body>${title}</body></html>`)
  }

const failed =
  (status: number, body: object, headers: Record<string, string> = {}): Responder =>
  (response) =>
    json(response, status, body, headers)

const text =
  (status: number, body: string): Responder =>
  (response) => {
    response.writeHead(status)
    response.end(body)
  }

const authenticated =
  (respond: Responder, given = token) =>
  async (): Promise<unknown> =>
    caught((await clientFor(respond)).authenticate(given))

const wholeLength = 'HTTP/1.1 201 Created\r\ncontent-type: application/json\r\ncontent-length: 5000\r\n\r\n'
const untilClosed = 'HTTP/1.1 201 Created\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n'
const redirect =
  (status: number, location: string): Responder =>
  (response) => {
    response.writeHead(status, { location })
    response.end()
  }

/** An ApiError whose response contains a secret. */
const echo = (title: string, says: string, respond: Responder, options?: ClientOptions): Place =>
  failing(title, 'ApiError', says, created(respond, options))

const situations: readonly Place[] = [
  echo('an ApiError', 'busy with Basic [secret]', echoing),
  failing('a NetworkError', 'NetworkError', 'ECONNREFUSED', async () =>
    caught(acme.send(clientAt(await opened(closedPort())))),
  ),
  place('a TimeoutError', 'TimeoutError', () => created(() => {}, { timeout: 100 })()),
  place('an AbortError', 'AbortError', async () => {
    const controller = new AbortController()
    const client = await clientFor(() => controller.abort(new Error('the page was closed')))
    return caught(acme.send(client, { signal: controller.signal }))
  }),
]

const keyEchoes: readonly Place[] = [
  echo('a message', 'no [secret] here', failed(400, { message: `no ${key} here` })),
  echo(
    'a message, escaped for a URL',
    'key=[secret]',
    failed(401, { message: `GET /?key=${encodeURIComponent(specialKey)}&basic=${encodeURIComponent(specialBasic)}` }),
    { apiKey: specialKey },
  ),
  echo(
    'an error of a provider, deep in data',
    'Bad Request',
    failed(400, { message: 'Bad Request', data: { a: [{ b: [key, { c: `Basic ${basic}` }] }] } }),
  ),
  echo(
    'the property names of an object',
    'Bad Request',
    failed(400, { message: 'Bad Request', data: { [key]: 1, deep: { [`Basic ${basic}`]: [] } } }),
  ),
  echo('JSON without a message', '[secret]', failed(400, { error: key, basic })),
  echo(
    'JSON without a message, with escaped slashes',
    '[secret]',
    text(400, `{"error":"${specialKey}","basic":"${specialBasic.replaceAll('/', '\\/')}"}`),
    { apiKey: specialKey },
  ),
  echo(
    'truncated JSON',
    'failed for [secret]',
    text(500, `{"statusCode":500,"message":"failed for ${specialKey} (${specialBasic.replaceAll('/', '\\/')}`),
    { apiKey: specialKey },
  ),
  echo('plain text', 'said: [secret]', text(502, `upstream said: ${key} ${basic}`)),
  echo('a long text, where the quote is truncated', 'x [secret', text(500, `${'x'.repeat(290)} ${key} ${basic}`)),
  echo('the request id', '', failed(500, {}, { 'x-request-id': key })),
  echo(
    'other headers',
    '',
    failed(401, {}, { 'www-authenticate': `Basic ${basic}`, 'set-cookie': `key=${key}`, 'x-key': key }),
  ),
  echo('a Retry-After that is like a date', '503', failed(503, {}, { 'retry-after': `Wed, ${key} 10:00:00` })),
  failing('the status line', 'ApiError', '401', async () =>
    caught(acme.send(await clientOfBytes(`HTTP/1.1 401 ${key}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`))),
  ),
  echo(
    'the location of a redirect',
    'Redirects are not followed',
    redirect(302, `https://elsewhere.invalid/?key=${key}&basic=${basic}`),
  ),
  place('a response that is not HTTP', 'NetworkError', async () =>
    caught(acme.send(await clientOfBytes(`${key} ${basic}\r\n\r\n`))),
  ),
  failing(
    'a success without a token',
    'InvalidResponseError',
    'without a token',
    created(failed(201, { id: key, message: basic })),
  ),
  failing('an error of waitForConnection', 'ApiError', '[secret] [secret]', async () =>
    caught(
      (await clientFor(failed(403, { message: `${key} ${basic}` }))).waitForConnection(1, {
        interval: 1,
        deadline: 2000,
      }),
    ),
  ),
  failing(
    'a short key, but not inside longer words',
    'ApiError',
    ': "Too Many Requests of [secret] key [secret]"',
    async () => {
      const client = await clientFor(failed(429, { message: 'Too Many Requests of any key any' }), { apiKey: 'any' })
      return caught(acme.send(client))
    },
  ),
  failing('a longer key inside a word', 'ApiError', ': "Of key[secret]"', async () => {
    const client = await clientFor(failed(429, { message: 'Of keysesameXY' }), { apiKey: 'sesameXY' })
    return caught(acme.send(client))
  }),
]

/** JSON that is nested too deeply to be parsed into the error. */
const deep = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`

/** An error of authenticate whose response contains a secret. */
const refused = (title: string, says: string, body: object, given = token): Place =>
  failing(title, 'ApiError', says, authenticated(failed(401, body), given))

const tokenEchoes: readonly Place[] = [
  refused('the message of authenticate', 'unknown token [secret]', { message: `unknown token ${token}` }),
  refused(
    'the message of authenticate, escaped for a URL',
    't=[secret]',
    { message: `GET /?t=${encodeURIComponent(specialToken)} ${specialToken}` },
    specialToken,
  ),
  refused(
    'the message of authenticate, with a token that contains the key',
    'unknown token [secret]"',
    { message: `unknown token ${key}.more_9876` },
    `${key}.more_9876`,
  ),
  refused('the data of authenticate, also as a property name', 'Bad Request', {
    message: 'Bad Request',
    data: { [token]: [token], url: link },
  }),
  failing(
    'plain text and the request id of authenticate',
    'ApiError',
    '[secret]',
    authenticated((response) => {
      response.writeHead(404, { 'x-request-id': token })
      response.end(`unknown ${token}`)
    }),
  ),
  failing(
    'a success of authenticate that is not a session',
    'InvalidResponseError',
    'without a session',
    authenticated(failed(201, [token])),
  ),
  echo(
    'an error with secret fields',
    'Conflict',
    failed(409, {
      message: 'Conflict',
      token,
      auth_link_url: link,
      authLinkUrl: link,
      external_trigger_token: token,
      data: [{ token, Token: token, externalTriggerToken: token }],
    }),
  ),
  echo(
    'an error with a token that the message repeats',
    'is there already',
    failed(409, { message: `${token} is there already`, data: { session: link }, token }),
  ),
  echo(
    'an error with a token of eight characters that the message repeats',
    ': "[secret] is there already"',
    failed(409, { message: 'ab12cd34 is there already', token: 'ab12cd34' }),
  ),
  echo(
    'an error that is truncated after the token',
    '500',
    text(500, `{"statusCode":500,"token":"${token}","auth_link_url":"${link}`),
  ),
  echo('an error with a token, nested too deeply', '500', text(500, `{"token":"${token}","data":${deep(600)}}`)),
  place('a 201 whose connection breaks after the token', 'NetworkError', async () =>
    caught(acme.send(await clientOfBytes(`${wholeLength}{"token":"${token}","auth_link_url":"${link}`))),
  ),
  failing('a 201 that is truncated after the token', 'InvalidResponseError', 'cut off', async () =>
    caught(acme.send(await clientOfBytes(`${untilClosed}{"token":"${token}","auth_link_url":"${link}`))),
  ),
  failing(
    'a 201 with other text after the token',
    'InvalidResponseError',
    'not JSON',
    created(text(201, `{"token":"${token}","auth_link_url":"${link}"}<!-- ${token} -->`)),
  ),
  place('a 201 that never ends after the token', 'TimeoutError', async () =>
    caught(acme.send(await clientOfBytes(`${wholeLength}{"token":"${token}"`, { timeout: 150 }, false))),
  ),
  place('a 201 that is aborted after the token', 'AbortError', async () => {
    const controller = new AbortController()
    const client = await clientOfBytes(`${wholeLength}{"token":"${token}"`, {}, false)
    setTimeout(() => controller.abort(), 100)
    return caught(acme.send(client, { signal: controller.signal }))
  }),
  failing('a 201 that is HTML', 'InvalidResponseError', 'HTML', created(html(201, `<p>${token}</p>`))),
  failing(
    'a rejection by a strict client of fields that contain it',
    'InvalidResponseError',
    '`strict`',
    created(failed(201, { ...minted, token, type: token, categories: [token], created_at: link }), {
      strict: true,
    }),
  ),
  failing(
    'a rejection by a strict client with it as the request id',
    'InvalidResponseError',
    '`strict`',
    created(failed(200, { ...minted, token }, { 'x-request-id': token }), { strict: true }),
  ),
]

/** An error with the key in each of its properties. */
const leaky = (): Error => {
  const error = Object.assign(new TypeError(`no ${key}`, { cause: new Error(basic) }), {
    code: unpadded(basic),
    request: new Request('http://127.0.0.1', { headers: { authorization: `Basic ${basic}` } }),
    [key]: key,
  })
  return Object.defineProperty(error, 'name', { value: key })
}

const keyFunctionError = (apiKey: () => string | Promise<string>): Promise<unknown> =>
  caught(acme.send(createClient({ apiKey, fetch: stub().fetch })))

const fetchError = (fetch: ClientOptions['fetch'], options: ClientOptions = {}): Promise<unknown> =>
  caught(acme.send(createClient({ apiKey: key, fetch, retries: 0, ...options })))

const throws = (error: unknown): never => {
  throw error
}

const callerErrors: readonly Place[] = [
  place('a key function that throws', 'ConfigurationError', () =>
    keyFunctionError(() => throws(Object.assign(leaky(), { code: 'EVAULT' }))),
  ),
  place('a key function that throws an error of this library', 'ConfigurationError', () =>
    keyFunctionError(() => throws(new ConfigurationError(`the vault gave ${key}`))),
  ),
  failing('a key function that returns the key in an object', 'ConfigurationError', 'an object', () => {
    const client = apply(createClient, { apiKey: () => ({ key }), fetch: stub().fetch })
    return caught(Promise.resolve(Reflect.apply(acme.send, acme, [client])))
  }),
  place('a fetch function that throws', 'NetworkError', () => fetchError(() => throws(leaky()))),
  place('a fetch function that rejects with a string', 'NetworkError', () => fetchError(() => Promise.reject(key))),
  failing('a fetch function whose error has a code that is the key', 'NetworkError', '[secret]', () =>
    fetchError(() => Promise.reject(Object.assign(new Error(), { code: 'kEy_0123456789' })), {
      apiKey: 'kEy_0123456789',
    }),
  ),
  place('a fetch function that rejects with an error of this library', 'NetworkError', () =>
    fetchError(() => Promise.reject(new ConfigurationError(`${key} ${basic}`))),
  ),
  failing(
    'a fetch function that does not return a Response',
    'ConfigurationError',
    'must return an unread `Response`',
    () => {
      const client = apply(createClient, { apiKey: key, fetch: async () => ({ key, token }) })
      return caught(Promise.resolve(Reflect.apply(acme.send, acme, [client])))
    },
  ),
  place('a fetch function whose body breaks with an error', 'NetworkError', () =>
    fetchError(async () => new Response(new ReadableStream({ pull: (stream) => stream.error(leaky()) }))),
  ),
]

const misconfigured = (options: unknown): unknown => thrown(() => apply(createClient, options))

const configured: readonly Place[] = [
  failing('a baseUrl with a password', 'ConfigurationError', 'a user, a password', () =>
    misconfigured({ baseUrl: `https://user:${encodeURIComponent(key)}@api.stackone.com` }),
  ),
  failing('a baseUrl with a query', 'ConfigurationError', 'query', () =>
    misconfigured({ baseUrl: `https://api.stackone.com/?key=${key}` }),
  ),
  failing('a baseUrl that is not a URL', 'ConfigurationError', 'baseUrl', () => misconfigured({ baseUrl: key })),
  failing('a base URL of the environment with a password', 'ConfigurationError', 'a user, a password', () =>
    withEnvironment({ STACKONE_BASE_URL: `https://user:${token}@api.stackone.com` }, () => misconfigured({})),
  ),
  failing('malformed header values', 'ConfigurationError', 'x-a', () =>
    misconfigured({ headers: { 'x-a': `${key}\r\nx-b: ${token}`, 'x-c': `${token}\u{1f511}`, 'x-d': [key] } }),
  ),
  failing('the values of unknown and invalid options', 'ConfigurationError', 'apiKey', () =>
    misconfigured({ apikey: key, token, timeout: key, retries: token, fetch: key, strict: basic, onEvent: { key } }),
  ),
  failing('a key instead of options', 'ConfigurationError', 'a string', () => misconfigured(key)),
  failing('the values of invalid options of a call', 'ConfigurationError', 'signal', () =>
    caught(Promise.resolve(apply(idle.get, 1, { signal: key, timeout: basic, headers: { 'x-a': `a\n${key}` } }))),
  ),
  ...[
    ['a line break', `${key}\n`],
    ['its scheme', `Basic ${basic}`],
    ['base64 of it', basic],
  ].map(
    ([what, apiKey]): Place =>
      failing(`a key that is rejected for ${what}`, 'ConfigurationError', 'API key', () =>
        fetchError(stub().fetch, { apiKey }),
      ),
  ),
]

const validated: readonly Place[] = [
  failing('the values of a session', 'ValidationError', 'originOwnerId', () => {
    const fields = callMethod(acme, 'owner', [key], token).label(' ').field('provider', token).field(' ', key)
    const typed = callMethod(callMethod(fields, 'type', [token]), 'expiresIn', [key])
    const listed = callMethod(typed, 'categories', [token], [key])
    return leftOf(
      callMethod(listed, 'metadata', { plan: token, seats: Number.NaN, nested: { key, when: new Date() } }).decode(),
    )
  }),
  failing('the values of a payload', 'ValidationError', 'originOwnerName', () =>
    caught(Promise.resolve(apply(idle.create, { ...payload, originOwnerId: [token], originownername: key, key }))),
  ),
  failing('the values of a wire object', 'ValidationError', 'origin_owner_id', () =>
    leftOf(fromJSON({ origin_owner_id: 7, label: [token], type: key, categories: token, metadata: key })),
  ),
  failing('an invalid token', 'ValidationError', 'token', () =>
    caught(Promise.resolve(apply(idle.authenticate, [token]))),
  ),
  failing('an invalid id', 'ValidationError', 'id', () => caught(Promise.resolve(apply(idle.get, { token })))),
]

const everyWay = [...printings, ...dumps]

const search = async ({ find, is, says }: Place): Promise<unknown> => {
  const value = await find()
  if (typeof is === 'function') expect(is(value), 'the value').to.equal(true)
  else {
    expect(isSessionError(value), `a SessionError: ${value}`).to.equal(true)
    expect(value).to.have.property('name', is)
  }
  if (says !== '') expect(value).to.have.property('message').that.includes(says)
  return value
}

const errorTables: readonly (readonly [string, readonly Place[]])[] = [
  ['in real situations:', situations],
  ['if the server echoes the key in:', keyEchoes],
  ['if the token is in:', tokenEchoes],
  ['caused by:', callerErrors],
  ['about the configuration, from:', configured],
  ['about the input, from:', validated],
]

const tables: readonly (readonly [string, readonly Place[]])[] = [
  ['in a value:', values],
  ['in an event:', eventPlaces],
  ...errorTables.map(([name, places]) => [`in an error ${name}`, places] as const),
]

/** Objects that would lead to the headers of a request. */
const requestClasses = [Request, Response, Headers, AbortSignal, AbortController, ReadableStream, FormData]

describe('Secrets', () => {
  afterEach(() => Promise.all(servers.splice(0).map(({ close }) => close())))

  for (const [name, places] of tables)
    describe(`are not shown ${name}`, () => {
      itEach('in any way to print it', places, async (place) => {
        expect(showing(await search(place), secrets, everyWay)).to.deep.equal([])
      })
    })

  describe('cannot be reached from an error, which holds nothing of the request', () => {
    for (const [name, places] of errorTables)
      itEach(`in a value found ${name}`, places, async (place) => {
        const error = await search(place)
        const reason = new Set(error instanceof AbortError ? [error.reason] : [])
        const found = [...reachable(error, reason)]
        const cause = error instanceof AbortError ? undefined : Reflect.get(Object(error), 'cause')
        const errors = found.filter((value) => types.isNativeError(value))
        expect(errors).to.have.members(cause === undefined ? [error] : [error, cause])
        for (const kind of requestClasses)
          expect(found.filter((value) => value instanceof kind).length, kind.name).to.equal(0)
      })
  })

  describe('of a session', () => {
    const sessions: readonly (readonly [string, () => Promise<unknown>])[] = [
      ['of send', () => acme.send(clientWithToken())],
      [
        'with secrets in unknown fields',
        () => acme.send(clientReceiving({ ...minted, token, hub: { token, auth_link_url: link }, label: link })),
      ],
      [
        'of get, with an external trigger token',
        () => clientReceiving({ ...minted, token, external_trigger_token: token }, {}, 200).get(4711),
      ],
    ]

    itEach('are masked by every way to print the result', sessions, async ([, find]) => {
      expect(showing(await find(), secrets, printings)).to.deep.equal([])
    })

    it('are masked quickly if there are thousands of them', async () => {
      const many = Array.from({ length: 4000 }, (_, index) => ({ token: `${token}-${index}` }))
      const categories = many.map((_, index) => `category-${index}`)
      const { fetch } = stub(() => jsonResponse(201, { ...minted, token, metadata: { many }, categories }))
      const took = await processorTime(async () => {
        const made = await acme.send(createClient({ apiKey: key, fetch }))
        const print = printings.filter(({ name }) => name === 'inspect, depth Infinity')
        expect(made.drift).to.have.length(4000)
        expect(print).to.have.length(1)
        expect(showing(made, secrets, print)).to.deep.equal([])
      })
      expect(took).to.be.below(3000)
    })

    it('are available as fields and in JSON', async () => {
      const made = await acme.send(clientWithToken())
      expect(made.token).to.equal(token)
      expect(made.authLinkUrl).to.equal(link)
      expect(JSON.parse(JSON.stringify(made))).to.include({ token, authLinkUrl: link })
    })
  })

  describe('are found by the search itself', () => {
    const missed = (value: unknown, ways: readonly Way[] = everyWay): readonly string[] => {
      const found = showing(value, secrets, ways)
      return ways.map(({ name }) => name).filter((name) => !found.includes(name))
    }

    it('in the message of an error', () => {
      // These print the fields of a value, not its message; %d prints a number.
      const silent = ['console.table', '%d, %i, %f', 'toString of Object', '%j', 'toJSON', 'entries', 'a spread']
      const json = ['JSON.stringify', 'JSON.stringify, in an object', 'JSON.stringify, as a cause']
      expect(missed(new Error(`Basic ${basic}`))).to.have.members([...silent, ...json])
    })

    const walk = dumps.filter(({ name }) => name === 'everything reachable')
    const hidden: readonly (readonly [string, unknown])[] = [
      ['a symbol', { [Symbol(key)]: 1 }],
      ['a property that is not enumerable', Object.defineProperty({}, 'hidden', { value: token })],
      ['a property name', { deep: [{ [token]: 1 }] }],
      ['a getter', { get key() { return key } }], // biome-ignore format: one line as the others
      ['a map', new Map([[1, key]])],
      ['headers', new Headers({ authorization: `Basic ${basic}` })],
      ['a request', { request: new Request('http://127.0.0.1', { headers: { authorization: `Basic ${basic}` } }) }],
      ['the source of a function', () => 'v1.eu1.kEy_0123456789-secret'],
      ['one error of several', new AggregateError([new Error(token)])],
      ['URL-encoded text', encodeURIComponent(specialKey)],
      ['base64 without padding', unpadded(basic)],
      ['a part', '…kEy_0123456789'],
    ]
    itEach('among everything reachable', hidden, ([, value]) => {
      expect(walk).to.have.length(1)
      expect(missed(value, walk)).to.deep.equal([])
    })
  })
})
