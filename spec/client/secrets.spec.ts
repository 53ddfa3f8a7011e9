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
  readonly says?: string
}

const isFunction = (value: unknown): boolean => typeof value === 'function'
const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null

const idle = createClient({ apiKey: key, baseUrl: 'http://127.0.0.1:1' })
const clientWithToken = (options: ClientOptions = {}): Client =>
  createClient({
    apiKey: key,
    fetch: stub(() => jsonResponse(201, { ...minted, token, auth_link_url: link })).fetch,
    ...options,
  })

const values: readonly Place[] = [
  { title: 'the client', find: () => idle, is: isObject },
  { title: 'client.create', find: () => idle.create, is: isFunction },
  { title: 'client.authenticate', find: () => idle.authenticate, is: isFunction },
  { title: 'client.get', find: () => idle.get, is: isFunction },
  { title: 'client.waitForConnection', find: () => idle.waitForConnection, is: isFunction },
  { title: 'client.task', find: () => idle.task, is: isObject },
  { title: 'client.task.create', find: () => idle.task.create, is: isFunction },
  { title: 'client.task.authenticate', find: () => idle.task.authenticate, is: isFunction },
  { title: 'client.task.get', find: () => idle.task.get, is: isFunction },
  { title: 'client.task.waitForConnection', find: () => idle.task.waitForConnection, is: isFunction },
  { title: 'a task before it is run', find: () => idle.task.authenticate(token), is: isFunction },
  { title: 'the task of a session', find: () => acme.task(idle), is: isFunction },
  {
    title: 'a client with an apiKey function',
    find: async () => {
      const read = key
      const client = createClient({ apiKey: () => read, fetch: stub().fetch })
      await acme.send(client)
      return client
    },
    is: isObject,
  },
  {
    title: 'a client with headers',
    find: () => createClient({ apiKey: key, headers: { 'x-proxy-key': token } }),
    is: isObject,
  },
  { title: 'a session before it is sent', find: () => acme, is: isObject },
  {
    title: 'a session after it was sent',
    find: async () => {
      await acme.send(clientWithToken())
      return acme
    },
    is: isObject,
  },
  {
    title: 'a session whose send failed',
    find: async () => {
      await caught(acme.send(await clientFor((response, { headers }) => json(response, 401, { message: headers }))))
      return acme
    },
    is: isObject,
  },
  {
    title: "the sandbox's record of a request",
    find: async () => {
      const api = sandbox()
      await acme.send(createClient({ apiKey: key, fetch: api.fetch }))
      return api.requests
    },
    is: (value) => Array.isArray(value) && value.length === 1,
  },
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
  {
    title: 'an attempt',
    find: () => events('attempt', async (options) => acme.send(await clientFor(echoing, options))),
    is: isList,
  },
  {
    title: 'a retry, from a server that echoes the key',
    find: () => events('retry', async (options) => acme.send(await clientFor(echoing, { ...options, retries: 1 }))),
    is: isList,
  },
  {
    title: 'a failure, from a server that echoes the key',
    find: () => events('failure', async (options) => acme.send(await clientFor(echoing, options))),
    is: isList,
  },
  {
    title: 'a failure, from a fetch function that throws the key',
    find: () =>
      events('failure', (options) =>
        acme.send(createClient({ ...options, apiKey: key, retries: 0, fetch: () => Promise.reject(new Error(key)) })),
      ),
    is: isList,
  },
  { title: 'a response', find: () => events('response', (options) => acme.send(clientWithToken(options))), is: isList },
  {
    title: 'a response whose request id is the token',
    find: () =>
      events('response', async (options) =>
        acme.send(
          await clientFor((response) => json(response, 201, { ...minted, token }, { 'x-request-id': token }), options),
        ),
      ),
    is: isList,
  },
  {
    title: 'a response to authenticate whose request id is the token',
    find: () =>
      events('response', async (options) => {
        const client = await clientFor((response) => json(response, 201, {}, { 'x-request-id': token }), options)
        return client.authenticate(token)
      }),
    is: isList,
  },
  {
    title: 'drift in fields that contain the token',
    find: () =>
      events('drift', (options) =>
        acme.send(
          createClient({
            ...options,
            apiKey: key,
            fetch: stub(() =>
              jsonResponse(
                200,
                {
                  token,
                  auth_link_url: [link],
                  id: { token },
                  created_at: token,
                  categories: [token, key],
                  type: token,
                },
                { 'x-request-id': token },
              ),
            ).fetch,
          }),
        ),
      ),
    is: isList,
  },
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

const situations: readonly Place[] = [
  {
    title: 'a ValidationError',
    find: () => caught(acme.owner('', key).username(token).label(' ').send(idle)),
    is: 'ValidationError',
    says: 'originOwnerId',
  },
  {
    title: 'a ConfigurationError',
    find: () => caught(acme.send(createClient({ apiKey: `${key}\n` }))),
    is: 'ConfigurationError',
    says: 'visible ASCII',
  },
  { title: 'an ApiError', find: created(echoing), is: 'ApiError', says: 'busy with Basic [secret]' },
  {
    title: 'a NetworkError',
    find: async () => caught(acme.send(clientAt(await opened(closedPort())))),
    is: 'NetworkError',
    says: 'ECONNREFUSED',
  },
  { title: 'a TimeoutError', find: created(() => {}, { timeout: 100 }), is: 'TimeoutError', says: '100 ms' },
  {
    title: 'an AbortError',
    find: async () => {
      const controller = new AbortController()
      const client = await clientFor(() => controller.abort(new Error('the page was closed')))
      return caught(acme.send(client, { signal: controller.signal }))
    },
    is: 'AbortError',
  },
  {
    title: 'an InvalidResponseError',
    find: created((response, { headers }) => json(response, 201, { key: headers.authorization, message: token })),
    is: 'InvalidResponseError',
    says: 'without a token',
  },
]

const keyEchoes: readonly Place[] = [
  {
    title: 'a message',
    find: created(failed(400, { message: `no ${key} here` })),
    is: 'ApiError',
    says: 'no [secret] here',
  },
  { title: 'the authorization header in a message', find: created(echoing), is: 'ApiError', says: 'Basic [secret]' },
  {
    title: 'a message, in base64 without padding',
    find: created(failed(401, { message: `bad credentials ${unpadded(basic)}` })),
    is: 'ApiError',
    says: 'bad credentials [secret]',
  },
  {
    title: 'a message, in base64 without padding, with special characters',
    find: created(failed(401, { message: `bad ${specialKey} ${unpadded(specialBasic)}` }), { apiKey: specialKey }),
    is: 'ApiError',
    says: 'bad [secret] [secret]',
  },
  {
    title: 'a message, escaped for a URL',
    find: created(
      failed(401, { message: `GET /?key=${encodeURIComponent(specialKey)}&basic=${encodeURIComponent(specialBasic)}` }),
      { apiKey: specialKey },
    ),
    is: 'ApiError',
    says: 'key=[secret]',
  },
  {
    title: 'an array of messages',
    find: created(failed(400, { message: ['first', `second ${key}`, basic] })),
    is: 'ApiError',
    says: 'first; second [secret]; [secret]',
  },
  {
    title: 'an error of a provider, deep in data',
    find: created(failed(400, { message: 'Bad Request', data: { a: [{ b: [key, { c: `Basic ${basic}` }] }] } })),
    is: 'ApiError',
    says: 'Bad Request',
  },
  {
    title: 'the property names of an object',
    find: created(failed(400, { message: 'Bad Request', data: { [key]: 1, deep: { [`Basic ${basic}`]: [] } } })),
    is: 'ApiError',
    says: 'Bad Request',
  },
  {
    title: 'JSON that is a string',
    find: created(text(400, JSON.stringify(`no ${key}`))),
    is: 'ApiError',
    says: 'no [secret]',
  },
  {
    title: 'JSON without a message',
    find: created(failed(400, { error: key, basic })),
    is: 'ApiError',
    says: '[secret]',
  },
  {
    title: 'JSON without a message, with escapes',
    find: created(
      text(400, `{"error":"${key.replaceAll('.', '\\u002e')}","basic":"${basic.replaceAll('=', '\\u003d')}"}`),
    ),
    is: 'ApiError',
    says: '400',
  },
  {
    title: 'JSON without a message, with escaped slashes',
    find: created(text(400, `{"error":"${specialKey}","basic":"${specialBasic.replaceAll('/', '\\/')}"}`), {
      apiKey: specialKey,
    }),
    is: 'ApiError',
    says: '[secret]',
  },
  {
    title: 'truncated JSON',
    find: created(
      text(500, `{"statusCode":500,"message":"failed for ${specialKey} (${specialBasic.replaceAll('/', '\\/')}`),
      { apiKey: specialKey },
    ),
    is: 'ApiError',
    says: 'failed for [secret]',
  },
  {
    title: 'plain text',
    find: created(text(502, `upstream said: ${key} ${basic}`)),
    is: 'ApiError',
    says: 'said: [secret]',
  },
  {
    title: 'a long text, where the quote is truncated',
    find: created(text(500, `${'x'.repeat(290)} ${key} ${basic}`)),
    is: 'ApiError',
    says: 'x [secret',
  },
  { title: 'the request id', find: created(failed(500, {}, { 'x-request-id': key })), is: 'ApiError' },
  {
    title: 'the request id, as the authorization header',
    find: created(failed(500, {}, { 'x-request-id': `Basic ${basic}` })),
    is: 'ApiError',
  },
  {
    title: 'other headers',
    find: created(failed(401, {}, { 'www-authenticate': `Basic ${basic}`, 'set-cookie': `key=${key}`, 'x-key': key })),
    is: 'ApiError',
  },
  { title: 'a Retry-After', find: created(failed(429, {}, { 'retry-after': key })), is: 'ApiError', says: '429' },
  {
    title: 'a Retry-After that is like a date',
    find: created(failed(503, {}, { 'retry-after': `Wed, ${key} 10:00:00` })),
    is: 'ApiError',
    says: '503',
  },
  {
    title: 'the status line',
    find: async () =>
      caught(acme.send(await clientOfBytes(`HTTP/1.1 401 ${key}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`))),
    is: 'ApiError',
    says: '401',
  },
  {
    title: 'the location of a redirect',
    find: created(redirect(302, `https://elsewhere.invalid/?key=${key}&basic=${basic}`)),
    is: 'ApiError',
    says: 'Redirects are not followed',
  },
  {
    title: 'the location of a redirect that keeps the method',
    find: created(redirect(307, `https://${key.replace('_', '-')}:${unpadded(basic)}@elsewhere.invalid/`)),
    is: 'ApiError',
    says: 'Redirects are not followed',
  },
  {
    title: 'a response that is not HTTP',
    find: async () => caught(acme.send(await clientOfBytes(`${key} ${basic}\r\n\r\n`))),
    is: 'NetworkError',
  },
  {
    title: 'a response with a malformed header',
    find: async () => caught(acme.send(await clientOfBytes(`HTTP/1.1 200 OK\r\n${key} ${basic}\r\n\r\n`))),
    is: 'NetworkError',
  },
  {
    title: 'a success without a token',
    find: created(failed(201, { id: key, message: basic })),
    is: 'InvalidResponseError',
    says: 'without a token',
  },
  {
    title: 'an error of get',
    find: async () => caught((await clientFor(echoing)).get(1)),
    is: 'ApiError',
    says: 'Basic [secret]',
  },
  {
    title: 'an error of waitForConnection',
    find: async () =>
      caught(
        (await clientFor(failed(403, { message: `${key} ${basic}` }))).waitForConnection(1, {
          interval: 1,
          deadline: 2000,
        }),
      ),
    is: 'ApiError',
    says: '[secret] [secret]',
  },
  {
    title: 'a short key, but not inside longer words',
    find: async () => {
      const client = await clientFor(failed(429, { message: 'Too Many Requests of any key any' }), { apiKey: 'any' })
      return caught(acme.send(client))
    },
    is: 'ApiError',
    says: ': "Too Many Requests of [secret] key [secret]"',
  },
  {
    title: 'a longer key inside a word',
    find: async () => {
      const client = await clientFor(failed(429, { message: 'Of keysesameXY' }), { apiKey: 'sesameXY' })
      return caught(acme.send(client))
    },
    is: 'ApiError',
    says: ': "Of key[secret]"',
  },
]

/** JSON that is nested too deeply to be parsed into the error. */
const deep = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`

const tokenEchoes: readonly Place[] = [
  {
    title: 'the message of authenticate',
    find: authenticated(failed(401, { message: `unknown token ${token}` })),
    is: 'ApiError',
    says: 'unknown token [secret]',
  },
  {
    title: 'the message of authenticate, escaped for a URL',
    find: authenticated(
      failed(401, { message: `GET /?t=${encodeURIComponent(specialToken)} ${specialToken}` }),
      specialToken,
    ),
    is: 'ApiError',
    says: 't=[secret]',
  },
  {
    title: 'the message of authenticate, without padding',
    find: authenticated(failed(401, { message: `unknown token ${unpadded(specialToken)}` }), specialToken),
    is: 'ApiError',
    says: 'unknown token [secret]"',
  },
  {
    title: 'the message of authenticate, with a token of padding only',
    find: authenticated(failed(401, { message: 'unknown token ==' }), '=='),
    is: 'ApiError',
    says: 'unknown token [secret]"',
  },
  {
    title: 'the message of authenticate, with a token that contains the key',
    find: authenticated(failed(401, { message: `unknown token ${key}.more_9876` }), `${key}.more_9876`),
    is: 'ApiError',
    says: 'unknown token [secret]"',
  },
  {
    title: 'a short token, but not inside longer words',
    find: authenticated(failed(401, { message: 'nothing to keep' }), 'tok'),
    is: 'ApiError',
    says: ': "nothing to keep"',
  },
  {
    title: 'the data of authenticate, also as a property name',
    find: authenticated(failed(400, { message: 'Bad Request', data: { [token]: [token], url: link } })),
    is: 'ApiError',
    says: 'Bad Request',
  },
  {
    title: 'plain text and the request id of authenticate',
    find: authenticated((response) => {
      response.writeHead(404, { 'x-request-id': token })
      response.end(`unknown ${token}`)
    }),
    is: 'ApiError',
    says: '[secret]',
  },
  {
    title: 'a success of authenticate that is not a session',
    find: authenticated(failed(201, [token])),
    is: 'InvalidResponseError',
    says: 'without a session',
  },
  {
    title: 'an error with secret fields',
    find: created(
      failed(409, {
        message: 'Conflict',
        token,
        auth_link_url: link,
        authLinkUrl: link,
        external_trigger_token: token,
        data: [{ token, Token: token, externalTriggerToken: token }],
      }),
    ),
    is: 'ApiError',
    says: 'Conflict',
  },
  {
    title: 'an error with a token and no message',
    find: created(failed(409, { error: 'Conflict', token, auth_link_url: link })),
    is: 'ApiError',
    says: '409',
  },
  {
    title: 'an error with a token that the message repeats',
    find: created(failed(409, { message: `${token} is there already`, data: { session: link }, token })),
    is: 'ApiError',
    says: 'is there already',
  },
  {
    title: 'an error with a token of eight characters that the message repeats',
    find: created(failed(409, { message: 'ab12cd34 is there already', token: 'ab12cd34' })),
    is: 'ApiError',
    says: ': "[secret] is there already"',
  },
  {
    title: 'an error that is truncated after the token',
    find: created(text(500, `{"statusCode":500,"token":"${token}","auth_link_url":"${link}`)),
    is: 'ApiError',
    says: '500',
  },
  {
    title: 'an error with a token, nested too deeply',
    find: created(text(500, `{"token":"${token}","data":${deep(600)}}`)),
    is: 'ApiError',
    says: '500',
  },
  {
    title: 'an error with a token and a trailing comma',
    find: created(text(500, `{"token": "${token}",}`)),
    is: 'ApiError',
    says: '500',
  },
  {
    title: 'a 201 whose connection breaks after the token',
    find: async () =>
      caught(acme.send(await clientOfBytes(`${wholeLength}{"token":"${token}","auth_link_url":"${link}`))),
    is: 'NetworkError',
  },
  {
    title: 'a 201 that is truncated after the token',
    find: async () =>
      caught(acme.send(await clientOfBytes(`${untilClosed}{"token":"${token}","auth_link_url":"${link}`))),
    is: 'InvalidResponseError',
    says: 'cut off',
  },
  {
    title: 'a 201 with other text after the token',
    find: created(text(201, `{"token":"${token}","auth_link_url":"${link}"}<!-- ${token} -->`)),
    is: 'InvalidResponseError',
    says: 'not JSON',
  },
  {
    title: 'a 201 that never ends after the token',
    find: async () =>
      caught(acme.send(await clientOfBytes(`${wholeLength}{"token":"${token}"`, { timeout: 150 }, false))),
    is: 'TimeoutError',
  },
  {
    title: 'a 201 that is aborted after the token',
    find: async () => {
      const controller = new AbortController()
      const client = await clientOfBytes(`${wholeLength}{"token":"${token}"`, {}, false)
      setTimeout(() => controller.abort(), 100)
      return caught(acme.send(client, { signal: controller.signal }))
    },
    is: 'AbortError',
  },
  {
    title: 'a 201 that is HTML',
    find: created(html(201, `<p>${token}</p>`)),
    is: 'InvalidResponseError',
    says: 'HTML',
  },
  {
    title: 'a 201 that is an array',
    find: created(failed(201, [{ token }])),
    is: 'InvalidResponseError',
    says: 'an array',
  },
  {
    title: 'a 201 whose token is an object',
    find: created(failed(201, { token: { value: token }, auth_link_url: link })),
    is: 'InvalidResponseError',
    says: 'without a token',
  },
  {
    title: 'a rejection by a strict client of fields that contain it',
    find: created(failed(201, { ...minted, token, type: token, categories: [token], created_at: link }), {
      strict: true,
    }),
    is: 'InvalidResponseError',
    says: '`strict`',
  },
  {
    title: 'a rejection by a strict client with it as the request id',
    find: created(failed(200, { ...minted, token }, { 'x-request-id': token }), { strict: true }),
    is: 'InvalidResponseError',
    says: '`strict`',
  },
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
  {
    title: 'a key function that throws',
    find: () => keyFunctionError(() => throws(Object.assign(leaky(), { code: 'EVAULT' }))),
    is: 'ConfigurationError',
  },
  {
    title: 'a key function that throws a string',
    find: () => keyFunctionError(() => throws(key)),
    is: 'ConfigurationError',
  },
  {
    title: 'a key function that throws an error of this library',
    find: () => keyFunctionError(() => throws(new ConfigurationError(`the vault gave ${key}`))),
    is: 'ConfigurationError',
  },
  {
    title: 'a key function that returns the key in an object',
    find: () => {
      const client = apply(createClient, { apiKey: () => ({ key }), fetch: stub().fetch })
      return caught(Promise.resolve(Reflect.apply(acme.send, acme, [client])))
    },
    is: 'ConfigurationError',
    says: 'an object',
  },
  { title: 'a fetch function that throws', find: () => fetchError(() => throws(leaky())), is: 'NetworkError' },
  { title: 'a fetch function that rejects', find: () => fetchError(() => Promise.reject(leaky())), is: 'NetworkError' },
  {
    title: 'a fetch function that rejects with a string',
    find: () => fetchError(() => Promise.reject(key)),
    is: 'NetworkError',
  },
  {
    title: 'a fetch function whose error has a code that is the key',
    find: () =>
      fetchError(() => Promise.reject(Object.assign(new Error(), { code: 'kEy_0123456789' })), {
        apiKey: 'kEy_0123456789',
      }),
    is: 'NetworkError',
    says: '[secret]',
  },
  {
    title: 'a fetch function whose error has a cause with such a code',
    find: () => fetchError(() => Promise.reject(new Error(key, { cause: leaky() }))),
    is: 'NetworkError',
    says: '[secret]',
  },
  {
    title: 'a fetch function that rejects with several errors',
    find: () => fetchError(() => Promise.reject(new AggregateError([leaky(), leaky()], key))),
    is: 'NetworkError',
  },
  {
    title: 'a fetch function that rejects with an error of this library',
    find: () => fetchError(() => Promise.reject(new ConfigurationError(`${key} ${basic}`))),
    is: 'NetworkError',
  },
  {
    title: 'a fetch function that does not return a Response',
    find: () => {
      const client = apply(createClient, { apiKey: key, fetch: async () => ({ key, token }) })
      return caught(Promise.resolve(Reflect.apply(acme.send, acme, [client])))
    },
    is: 'ConfigurationError',
    says: 'must return an unread `Response`',
  },
  {
    title: 'a fetch function whose body breaks with an error',
    find: () => fetchError(async () => new Response(new ReadableStream({ pull: (stream) => stream.error(leaky()) }))),
    is: 'NetworkError',
  },
  {
    title: 'a key instead of a client',
    find: () => caught(Promise.resolve(Reflect.apply(acme.send, acme, [key]))),
    is: 'ConfigurationError',
    says: 'a string',
  },
  {
    title: 'an abort without a reason',
    find: async () => {
      const controller = new AbortController()
      const client = await clientFor(() => controller.abort())
      return caught(acme.send(client, { signal: controller.signal }))
    },
    is: 'AbortError',
  },
]

const misconfigured = (options: unknown): unknown => thrown(() => apply(createClient, options))

const configured: readonly Place[] = [
  {
    title: 'a baseUrl with a password',
    find: () => misconfigured({ baseUrl: `https://user:${encodeURIComponent(key)}@api.stackone.com` }),
    is: 'ConfigurationError',
    says: 'a user, a password',
  },
  {
    title: 'a baseUrl with a password, over plain http',
    find: () => misconfigured({ baseUrl: `http://${unpadded(basic)}:${token}@api.stackone.com` }),
    is: 'ConfigurationError',
    says: 'must use https',
  },
  {
    title: 'a baseUrl with a query',
    find: () => misconfigured({ baseUrl: `https://api.stackone.com/?key=${key}` }),
    is: 'ConfigurationError',
    says: 'query',
  },
  {
    title: 'a baseUrl that is not a URL',
    find: () => misconfigured({ baseUrl: key }),
    is: 'ConfigurationError',
    says: 'baseUrl',
  },
  {
    title: 'a base URL of the environment with a password',
    find: () =>
      withEnvironment({ STACKONE_BASE_URL: `https://user:${token}@api.stackone.com` }, () => misconfigured({})),
    is: 'ConfigurationError',
    says: 'a user, a password',
  },
  {
    title: 'malformed header values',
    find: () =>
      misconfigured({ headers: { 'x-a': `${key}\r\nx-b: ${token}`, 'x-c': `${token}\u{1f511}`, 'x-d': [key] } }),
    is: 'ConfigurationError',
    says: 'x-a',
  },
  {
    title: 'an authorization header of the caller',
    find: () => misconfigured({ headers: { Authorization: `Basic ${basic}` } }),
    is: 'ConfigurationError',
    says: 'is set by the library',
  },
  {
    title: 'a malformed userAgent',
    find: () => misconfigured({ userAgent: `app\n${key}` }),
    is: 'ConfigurationError',
    says: 'userAgent',
  },
  {
    title: 'the values of unknown and invalid options',
    find: () =>
      misconfigured({ apikey: key, token, timeout: key, retries: token, fetch: key, strict: basic, onEvent: { key } }),
    is: 'ConfigurationError',
    says: 'apiKey',
  },
  { title: 'a key instead of options', find: () => misconfigured(key), is: 'ConfigurationError', says: 'a string' },
  { title: 'keys instead of options', find: () => misconfigured([key]), is: 'ConfigurationError', says: 'an array' },
  {
    title: 'the values of invalid options of a call',
    find: () =>
      caught(Promise.resolve(apply(idle.get, 1, { signal: key, timeout: basic, headers: { 'x-a': `a\n${key}` } }))),
    is: 'ConfigurationError',
    says: 'signal',
  },
  {
    title: 'the values of invalid options of a wait',
    find: () => caught(Promise.resolve(apply(idle.waitForConnection, 1, { interval: key, token }))),
    is: 'ConfigurationError',
    says: 'interval',
  },
  ...[
    ['a line break', `${key}\n`],
    ['its scheme', `Basic ${basic}`],
    ['its colon', `${key}:`],
    ['base64 of it', basic],
    ['two of it', `${key} ${key}`],
    ['quotes around it', `\u201c${key}\u201d`],
  ].map(
    ([what, apiKey]): Place => ({
      title: `a key that is rejected for ${what}`,
      find: () => fetchError(stub().fetch, { apiKey }),
      is: 'ConfigurationError',
      says: 'API key',
    }),
  ),
]

const validated: readonly Place[] = [
  {
    title: 'the values of a session',
    find: () => {
      const fields = callMethod(acme, 'owner', [key], token).label(' ').field('provider', token).field(' ', key)
      const typed = callMethod(callMethod(fields, 'type', [token]), 'expiresIn', [key])
      const listed = callMethod(typed, 'categories', [token], [key])
      return leftOf(
        callMethod(listed, 'metadata', { plan: token, seats: Number.NaN, nested: { key, when: new Date() } }).decode(),
      )
    },
    is: 'ValidationError',
    says: 'originOwnerId',
  },
  {
    title: 'the values of a payload',
    find: () =>
      caught(Promise.resolve(apply(idle.create, { ...payload, originOwnerId: [token], originownername: key, key }))),
    is: 'ValidationError',
    says: 'originOwnerName',
  },
  {
    title: 'the values of a wire object',
    find: () => leftOf(fromJSON({ origin_owner_id: 7, label: [token], type: key, categories: token, metadata: key })),
    is: 'ValidationError',
    says: 'origin_owner_id',
  },
  {
    title: 'an invalid token',
    find: () => caught(Promise.resolve(apply(idle.authenticate, [token]))),
    is: 'ValidationError',
    says: 'token',
  },
  {
    title: 'an invalid id',
    find: () => caught(Promise.resolve(apply(idle.get, { token }))),
    is: 'ValidationError',
    says: 'id',
  },
]

const everyWay = [...printings, ...dumps]

const search = async ({ find, is, says }: Place): Promise<unknown> => {
  const value = await find()
  if (typeof is === 'function') expect(is(value), 'the value').to.equal(true)
  else {
    expect(isSessionError(value), `a SessionError: ${value}`).to.equal(true)
    expect(value).to.have.property('name', is)
  }
  if (says !== undefined) expect(value).to.have.property('message').that.includes(says)
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
      itEach('no value in any way to print it', places, async (place) => {
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
      ['of create', () => clientWithToken().create(payload)],
      ['of a task', () => acme.task(clientWithToken())()],
      [
        'with secrets in unknown fields',
        () =>
          acme.send(
            createClient({
              apiKey: key,
              fetch: stub(() =>
                jsonResponse(201, {
                  ...minted,
                  token,
                  auth_link_url: link,
                  hub: { token, auth_link_url: link },
                  label: link,
                }),
              ).fetch,
            }),
          ),
      ],
      [
        'of get, with an external trigger token',
        () =>
          createClient({
            apiKey: key,
            fetch: stub(() =>
              jsonResponse(200, { ...minted, token, auth_link_url: link, external_trigger_token: token }),
            ).fetch,
          }).get(4711),
      ],
      [
        'of authenticate, with the token in another field',
        () =>
          createClient({
            apiKey: key,
            fetch: stub(() => jsonResponse(201, { ...minted, label: token, token })).fetch,
          }).authenticate(token),
      ],
    ]

    itEach('are masked by every way to print the result', sessions, async ([, find]) => {
      expect(showing(await find(), secrets, printings)).to.deep.equal([])
    })

    it('are masked by console.dir, which ignores the inspection hook', async () => {
      const dir = dumps.filter(({ name }) => name === 'console.dir, without options')
      expect(dir).to.have.length(1)
      expect(showing(await acme.send(clientWithToken()), secrets, dir)).to.deep.equal([])
    })

    it('are masked in strings and nested arrays', async () => {
      const { fetch } = stub(() =>
        jsonResponse(201, { ...minted, metadata: { list: [7, [[{ token }]], `a ${token}`] } }),
      )
      const { metadata } = await acme.send(createClient({ apiKey: key, fetch }))
      const made = await acme.send(createClient({ apiKey: key, fetch }))
      expect(metadata).to.deep.equal({ list: [7, [[{ token }]], `a ${token}`] })
      expect(showing(made, [token], printings)).to.deep.equal([])
    })

    it('are collected quickly from a long array of numbers', async () => {
      const list = Array.from({ length: 2_000_000 }, () => 1)
      const { fetch } = stub(() => jsonResponse(201, { ...minted, token, metadata: { list } }))
      const took = await processorTime(async () => {
        expect((await acme.send(createClient({ apiKey: key, fetch }))).token).to.equal(token)
      })
      expect(took).to.be.below(4000)
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

    it('in a field of an object', () => {
      const shallow = ['console.assert', 'String', 'a template', '%d, %i, %f', 'toString of Object', 'message', 'stack']
      const plain = ['inspect, without depth', 'toJSON', 'JSON.stringify, as a cause']
      expect(missed({ field: key })).to.have.members([...shallow, ...plain])
    })

    const walk = dumps.filter(({ name }) => name === 'everything reachable')
    const hidden: readonly (readonly [string, unknown])[] = [
      ['a symbol', { [Symbol(key)]: 1 }],
      ['a property with a symbol', { [Symbol('key')]: key }],
      ['a property that is not enumerable', Object.defineProperty({}, 'hidden', { value: token })],
      ['a property name', { deep: [{ [token]: 1 }] }],
      ['a getter', { get key() { return key } }], // biome-ignore format: one line as the others
      ['a getter of the prototype', Object.create({ get key() { return basic } })], // biome-ignore format: see above
      ['a map', new Map([[1, key]])],
      ['headers', new Headers({ authorization: `Basic ${basic}` })],
      ['a request', { request: new Request('http://127.0.0.1', { headers: { authorization: `Basic ${basic}` } }) }],
      ['bytes', { bytes: Buffer.from(key) }],
      ['the source of a function', () => 'v1.eu1.kEy_0123456789-secret'],
      ['a cause of a cause', new Error('a', { cause: new Error('b', { cause: new Error(key) }) })],
      ['one error of several', new AggregateError([new Error(token)])],
      ['URL-encoded text', encodeURIComponent(specialKey)],
      ['base64 without padding', unpadded(basic)],
      ['base64 without the colon', base64(key)],
      ['a part', '…kEy_0123456789'],
    ]
    itEach('among everything reachable', hidden, ([, value]) => {
      expect(walk).to.have.length(1)
      expect(missed(value, walk)).to.deep.equal([])
    })
  })
})
