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
  session,
} from '../lib/index.ts'
import { sandbox } from '../lib/testing/index.ts'
import { caught } from './support/caught.ts'
import { leftOf } from './support/either.ts'
import { withEnvironment } from './support/environment.ts'
import { closedPort } from './support/faults.ts'
import { dumps, printings, reachable, showing, type Way } from './support/printed.ts'
import { processorTime } from './support/processor.ts'
import { httpServer, json, minted, type Recorded, rawServer, type TestServer } from './support/server.ts'
import { reply, stub } from './support/stub.ts'

const key = 'v1.eu1.kEy_0123456789-secret'
const token = 'tOk.9876543210_hub~s3cret'
const link = `https://app.stackone.com/embedded/accounts/connect/${token}`

// In base64, and in a URL, these two are written with every character that there can be.
const oddKey = 'v1.eu~.k?y>0dd_0123456789+/=='
const oddToken = 'tOk/9876543210_odd+s=3cret=='

const secrets = [key, token, oddKey, oddToken]

const base64 = (text: string): string => Buffer.from(text).toString('base64')
const basic = base64(`${key}:`)
const oddBasic = base64(`${oddKey}:`)
const unpadded = (text: string): string => text.replace(/=+$/, '')
const escapedLower = (text: string): string => encodeURIComponent(text).replace(/%../g, (code) => code.toLowerCase())

const owned = session().owner('acme-42', 'Acme Inc.')
const payload = { originOwnerId: 'acme-42', originOwnerName: 'Acme Inc.' }

const servers: TestServer[] = []
const opened = async (starting: Promise<TestServer>): Promise<string> => {
  const server = await starting
  servers.push(server)
  return server.url
}

type Answer = (response: ServerResponse, request: Recorded) => void

const clientAt = (baseUrl: string, options: ClientOptions = {}): Client =>
  createClient({ apiKey: key, baseUrl, retries: 0, timeout: 2000, ...options })

const clientFor = async (answer: Answer, options: ClientOptions = {}): Promise<Client> =>
  clientAt(await opened(httpServer((request, response) => answer(response, request))), options)

const clientOfBytes = async (bytes: string, options: ClientOptions = {}, end = true): Promise<Client> =>
  clientAt(await opened(rawServer((socket) => (end ? socket.end(bytes) : socket.write(bytes)))), options)

/** Calls a function as JavaScript can: with anything. */
const apply = (called: unknown, ...args: readonly unknown[]): unknown =>
  Reflect.apply(typeof called === 'function' ? called : () => {}, undefined, args)

/** Calls a method of a session as JavaScript can. */
const given = (base: Session, method: keyof Session, ...args: readonly unknown[]): Session =>
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
  /** What is searched. */
  readonly find: () => unknown
  /** It must be this, or the place was never looked at. */
  readonly is: SessionError['name'] | ((value: unknown) => boolean)
  /** What it must say, if it is an error. */
  readonly says?: string
}

const isFunction = (value: unknown): boolean => typeof value === 'function'
const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null

const idle = createClient({ apiKey: key, baseUrl: 'http://127.0.0.1:1' })
const mintsSecret = (options: ClientOptions = {}): Client =>
  createClient({
    apiKey: key,
    fetch: stub(() => reply(201, { ...minted, token, auth_link_url: link })).fetch,
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
  { title: 'a task that was not run', find: () => idle.task.authenticate(token), is: isFunction },
  { title: 'the task of a session', find: () => owned.task(idle), is: isFunction },
  {
    title: 'a client whose key comes from a function',
    find: async () => {
      const read = key
      const client = createClient({ apiKey: () => read, fetch: stub().fetch })
      await owned.send(client)
      return client
    },
    is: isObject,
  },
  {
    title: 'a client with headers of its own',
    find: () => createClient({ apiKey: key, headers: { 'x-proxy-key': token } }),
    is: isObject,
  },
  { title: 'a session before it is sent', find: () => owned, is: isObject },
  {
    title: 'a session after it was sent',
    find: async () => {
      await owned.send(mintsSecret())
      return owned
    },
    is: isObject,
  },
  {
    title: 'a session that was sent in vain',
    find: async () => {
      await caught(owned.send(await clientFor((response, { headers }) => json(response, 401, { message: headers }))))
      return owned
    },
    is: isObject,
  },
  {
    title: "the sandbox's record of a request",
    find: async () => {
      const api = sandbox()
      await owned.send(createClient({ apiKey: key, fetch: api.fetch }))
      return api.requests
    },
    is: (value) => Array.isArray(value) && value.length === 1,
  },
]

/** All events of a call, or of its failure, of one type. */
const events = async (
  type: ClientEvent['type'],
  use: (options: ClientOptions) => Promise<unknown>,
): Promise<unknown> => {
  const told: ClientEvent[] = []
  await use({ onEvent: (event) => told.push(event) }).catch(() => {})
  return told.filter((event) => event.type === type)
}

const isList = (value: unknown): boolean => Array.isArray(value) && value.length > 0

const echoing: Answer = (response, { headers }) =>
  json(
    response,
    503,
    { statusCode: 503, message: `busy with ${headers.authorization}`, data: { headers } },
    { 'x-request-id': `${headers.authorization}`, 'retry-after': '0' },
  )

const told: readonly Place[] = [
  {
    title: 'an attempt',
    find: () => events('attempt', async (options) => owned.send(await clientFor(echoing, options))),
    is: isList,
  },
  {
    title: 'a retry, of a server that echoes the key',
    find: () => events('retry', async (options) => owned.send(await clientFor(echoing, { ...options, retries: 1 }))),
    is: isList,
  },
  {
    title: 'a failure, of a server that echoes the key',
    find: () => events('failure', async (options) => owned.send(await clientFor(echoing, options))),
    is: isList,
  },
  {
    title: 'a failure, of a fetch function that throws the key',
    find: () =>
      events('failure', (options) =>
        owned.send(createClient({ ...options, apiKey: key, retries: 0, fetch: () => Promise.reject(new Error(key)) })),
      ),
    is: isList,
  },
  {
    title: 'a reply',
    find: () => events('reply', (options) => owned.send(mintsSecret(options))),
    is: isList,
  },
  {
    title: 'a reply whose request id is the token',
    find: () =>
      events('reply', async (options) =>
        owned.send(
          await clientFor((response) => json(response, 201, { ...minted, token }, { 'x-request-id': token }), options),
        ),
      ),
    is: isList,
  },
  {
    title: 'a reply to authenticate whose request id is the token',
    find: () =>
      events('reply', async (options) => {
        const client = await clientFor((response) => json(response, 201, {}, { 'x-request-id': token }), options)
        return client.authenticate(token)
      }),
    is: isList,
  },
  {
    title: 'a drift in members that hold the token',
    find: () =>
      events('drift', (options) =>
        owned.send(
          createClient({
            ...options,
            apiKey: key,
            fetch: stub(() =>
              reply(
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

/** A create that is answered so. */
const created =
  (answer: Answer, options: ClientOptions = {}) =>
  async (): Promise<unknown> =>
    caught(owned.send(await clientFor(answer, options)))

const html =
  (status: number, body: string): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': 'text/html' })
    response.end(`<!doctype html><html><head><title>Error</title></head><body>${body}</body></html>`)
  }

const failed =
  (status: number, body: object, headers: Record<string, string> = {}): Answer =>
  (response) =>
    json(response, status, body, headers)

const text =
  (status: number, body: string): Answer =>
  (response) => {
    response.writeHead(status)
    response.end(body)
  }

const authenticated =
  (answer: Answer, given = token) =>
  async (): Promise<unknown> =>
    caught((await clientFor(answer)).authenticate(given))

const wholeLength = 'HTTP/1.1 201 Created\r\ncontent-type: application/json\r\ncontent-length: 5000\r\n\r\n'
const untilClosed = 'HTTP/1.1 201 Created\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n'
const redirect =
  (status: number, location: string): Answer =>
  (response) => {
    response.writeHead(status, { location })
    response.end()
  }

const situations: readonly Place[] = [
  {
    title: 'a ValidationError',
    find: () => caught(owned.owner('', key).username(token).label(' ').send(idle)),
    is: 'ValidationError',
    says: 'originOwnerId',
  },
  {
    title: 'a ConfigurationError',
    find: () => caught(owned.send(createClient({ apiKey: `${key}\n` }))),
    is: 'ConfigurationError',
    says: 'line break',
  },
  { title: 'an ApiError', find: created(echoing), is: 'ApiError', says: 'busy with Basic [secret]' },
  {
    title: 'a NetworkError',
    find: async () => caught(owned.send(clientAt(await opened(closedPort())))),
    is: 'NetworkError',
    says: 'ECONNREFUSED',
  },
  { title: 'a TimeoutError', find: created(() => {}, { timeout: 100 }), is: 'TimeoutError', says: '100 ms' },
  {
    title: 'an AbortError',
    find: async () => {
      const controller = new AbortController()
      const client = await clientFor(() => controller.abort(new Error('the page was closed')))
      return caught(owned.send(client, { signal: controller.signal }))
    },
    is: 'AbortError',
  },
  {
    title: 'a ReplyError',
    find: created((response, { headers }) => json(response, 201, { key: headers.authorization, message: token })),
    is: 'ReplyError',
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
    title: 'a message, in base64 without its padding',
    find: created(failed(401, { message: `bad credentials ${unpadded(basic)}` })),
    is: 'ApiError',
    says: 'bad credentials [secret]',
  },
  {
    title: 'a message, in base64 without its padding, with odd characters',
    find: created(failed(401, { message: `bad ${oddKey} ${unpadded(oddBasic)}` }), { apiKey: oddKey }),
    is: 'ApiError',
    says: 'bad [secret] [secret]',
  },
  {
    title: 'a message, escaped for a URL',
    find: created(
      failed(401, { message: `GET /?key=${encodeURIComponent(oddKey)}&basic=${encodeURIComponent(oddBasic)}` }),
      { apiKey: oddKey },
    ),
    is: 'ApiError',
    says: 'key=[secret]',
  },
  {
    title: 'a message, escaped for a URL in lower case',
    find: created(failed(401, { message: `GET /?key=${escapedLower(oddKey)}&basic=${escapedLower(oddBasic)}` }), {
      apiKey: oddKey,
    }),
    is: 'ApiError',
    says: '401',
  },
  {
    title: 'a message, in entities',
    find: created(
      failed(401, { message: `&lt;b&gt;${key.replaceAll('.', '&#46;').replaceAll('_', '&#x5f;')}&lt;/b&gt;` }),
    ),
    is: 'ApiError',
    says: '401',
  },
  {
    title: 'a message, in entities that are escaped twice over',
    find: created(failed(401, { message: key.replaceAll('.', '&amp;amp;#46;') })),
    is: 'ApiError',
    says: ': "[secret]"',
  },
  {
    title: 'a message, escaped for a URL twice',
    find: created(failed(401, { message: key.replaceAll('.', '%252e') })),
    is: 'ApiError',
    says: ': "[secret]"',
  },
  {
    title: 'a message, with tags in between',
    find: created(failed(401, { message: 'v1.<wbr>eu1.<wbr>kEy_<b>0123456789</b>-secret' })),
    is: 'ApiError',
    says: ': "[secret]"',
  },
  {
    title: 'a list of messages',
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
    title: 'the keys of an object',
    find: created(failed(400, { message: 'Bad Request', data: { [key]: 1, deep: { [`Basic ${basic}`]: [] } } })),
    is: 'ApiError',
    says: 'Bad Request',
  },
  {
    title: 'JSON that is one text',
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
    title: 'JSON without a message, with slashes that are escaped',
    find: created(text(400, `{"error":"${oddKey}","basic":"${oddBasic.replaceAll('/', '\\/')}"}`), { apiKey: oddKey }),
    is: 'ApiError',
    says: '[secret]',
  },
  {
    title: 'JSON that was cut off',
    find: created(text(500, `{"statusCode":500,"message":"failed for ${oddKey} (${oddBasic.replaceAll('/', '\\/')}`), {
      apiKey: oddKey,
    }),
    is: 'ApiError',
    says: 'failed for [secret]',
  },
  {
    title: 'a plain text',
    find: created(text(502, `upstream said: ${key} ${basic}`)),
    is: 'ApiError',
    says: 'said: [secret]',
  },
  {
    title: 'HTML',
    find: created(html(500, `<h1>Error</h1><pre>Basic ${basic}</pre><a href="/?${key}">${key}</a>`)),
    is: 'ApiError',
    says: 'Basic [secret]',
  },
  {
    title: 'HTML, with tags in between',
    find: created(html(500, `<pre>v1.<wbr>eu1.<wbr>kEy_<b>0123456789</b>-secret</pre>`)),
    is: 'ApiError',
    says: '500',
  },
  {
    title: 'HTML, in base64 with tags in between',
    find: created(html(500, `<pre>${basic.slice(0, 11)}<wbr>${basic.slice(11)}</pre>`)),
    is: 'ApiError',
    says: '500',
  },
  {
    title: 'HTML, in decimal entities',
    find: created(html(500, `<p>${[...key].map((letter) => `&#${letter.charCodeAt(0)};`).join('')}</p>`)),
    is: 'ApiError',
    says: '[secret]',
  },
  {
    title: 'HTML, in hexadecimal entities',
    find: created(html(500, `<p>${basic.replaceAll('=', '&#x3D;').replaceAll('d', '&#x0064;')}</p>`)),
    is: 'ApiError',
    says: '[secret]',
  },
  {
    title: 'HTML, in entities with zeros before them',
    find: created(html(500, `<p>${key.replaceAll('.', '&#x0000002e;').replaceAll('_', '&#00000095;')}</p>`)),
    is: 'ApiError',
    says: '500',
  },
  {
    title: 'HTML, in entities with names',
    find: created(html(500, `<p>${key.replaceAll('.', '&period;').replaceAll('_', '&lowbar;')}</p>`)),
    is: 'ApiError',
    says: '500',
  },
  {
    title: 'HTML, in entities that are escaped twice',
    find: created(html(500, `<p>${key.replaceAll('.', '&amp;#46;')}</p>`)),
    is: 'ApiError',
    says: '500',
  },
  {
    title: 'a long text, where the excerpt is cut',
    find: created(text(500, `${'x'.repeat(290)} ${key} ${basic}`)),
    is: 'ApiError',
    says: 'x [secret',
  },
  {
    title: 'a long page, where reading ends',
    find: created(html(500, `${' '.repeat(9_910)}<p>${key} ${basic}</p>`)),
    is: 'ApiError',
    says: '500',
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
    title: 'a Retry-After that looks like a date',
    find: created(failed(503, {}, { 'retry-after': `Wed, ${key} 10:00:00` })),
    is: 'ApiError',
    says: '503',
  },
  {
    title: 'the status line',
    find: async () =>
      caught(owned.send(await clientOfBytes(`HTTP/1.1 401 ${key}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`))),
    is: 'ApiError',
    says: '401',
  },
  {
    title: 'the location of a redirect to elsewhere',
    find: created(redirect(302, `https://elsewhere.invalid/?key=${key}&basic=${basic}`)),
    is: 'ApiError',
    says: 'redirects',
  },
  {
    title: 'the location of a redirect that keeps the method',
    find: created(redirect(307, `https://${key.replace('_', '-')}:${unpadded(basic)}@elsewhere.invalid/`)),
    is: 'ApiError',
    says: 'redirects',
  },
  {
    title: 'the location of a redirect that cannot be read',
    find: created(redirect(308, `http://[${key}`)),
    is: 'ApiError',
    says: 'redirects',
  },
  {
    title: 'an answer that is no HTTP',
    find: async () => caught(owned.send(await clientOfBytes(`${key} ${basic}\r\n\r\n`))),
    is: 'NetworkError',
  },
  {
    title: 'an answer with a bad header',
    find: async () => caught(owned.send(await clientOfBytes(`HTTP/1.1 200 OK\r\n${key} ${basic}\r\n\r\n`))),
    is: 'NetworkError',
  },
  {
    title: 'a success without a token',
    find: created(failed(201, { id: key, message: basic })),
    is: 'ReplyError',
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
    title: 'no innocent words that hold a short key',
    find: async () => {
      const client = await clientFor(failed(429, { message: 'Too Many Requests of any key any' }), { apiKey: 'any' })
      return caught(owned.send(client))
    },
    is: 'ApiError',
    says: ': "Too Many Requests of [secret] key [secret]"',
  },
  {
    title: 'a key that is not so short, also inside a word',
    find: async () => {
      const client = await clientFor(failed(429, { message: 'Of keysesameXY' }), { apiKey: 'sesameXY' })
      return caught(owned.send(client))
    },
    is: 'ApiError',
    says: ': "Of key[secret]"',
  },
]

/** A body of an error that is too deep to be taken for JSON. */
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
    find: authenticated(failed(401, { message: `GET /?t=${encodeURIComponent(oddToken)} ${oddToken}` }), oddToken),
    is: 'ApiError',
    says: 't=[secret]',
  },
  {
    title: 'the message of authenticate, without its padding',
    find: authenticated(failed(401, { message: `unknown token ${unpadded(oddToken)}` }), oddToken),
    is: 'ApiError',
    says: 'unknown token [secret]"',
  },
  {
    title: 'the message of authenticate, nothing but padding',
    find: authenticated(failed(401, { message: 'unknown token ==' }), '=='),
    is: 'ApiError',
    says: 'unknown token [secret]"',
  },
  {
    title: 'the message of authenticate, with the key in it',
    find: authenticated(failed(401, { message: `unknown token ${key}.more_9876` }), `${key}.more_9876`),
    is: 'ApiError',
    says: 'unknown token [secret]"',
  },
  {
    title: 'the message of authenticate, in entities, and short',
    find: authenticated(failed(401, { message: 'unknown token ab12&#46;cd34' }), 'ab12.cd34'),
    is: 'ApiError',
    says: ': "[secret]"',
  },
  {
    title: 'no more than the letters of innocent words, in the message of authenticate',
    find: authenticated(failed(401, { message: 'nothing to keep' }), 'tok'),
    is: 'ApiError',
    says: ': "nothing to keep"',
  },
  {
    title: 'the data of authenticate, also as a key of an object',
    find: authenticated(failed(400, { message: 'Bad Request', data: { [token]: [token], url: link } })),
    is: 'ApiError',
    says: 'Bad Request',
  },
  {
    title: 'the HTML and the request id of authenticate',
    find: authenticated((response) => {
      response.writeHead(404, { 'x-request-id': token })
      response.end(`<p>${token}</p>`)
    }),
    is: 'ApiError',
    says: '[secret]',
  },
  {
    title: 'a success of authenticate that is no session',
    find: authenticated(failed(201, [token])),
    is: 'ReplyError',
    says: 'without a session',
  },
  {
    title: 'an error with members that are secrets',
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
    title: 'an error with a token, and no message',
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
    title: 'an error with a token of eight letters that the message repeats',
    find: created(failed(409, { message: 'ab12cd34 is there already', token: 'ab12cd34' })),
    is: 'ApiError',
    says: ': "[secret] is there already"',
  },
  {
    title: 'an error with a token, cut off behind it',
    find: created(text(500, `{"statusCode":500,"token":"${token}","auth_link_url":"${link}`)),
    is: 'ApiError',
    says: '500',
  },
  {
    title: 'an error with a token, and deeper than JSON is taken',
    find: created(text(500, `{"token":"${token}","data":${deep(600)}}`)),
    is: 'ApiError',
    says: '500',
  },
  {
    title: 'an error with a token, and a comma too many',
    find: created(text(500, `{"token": "${token}",}`)),
    is: 'ApiError',
    says: '500',
  },
  {
    title: 'a 201 that breaks off behind the token',
    find: async () =>
      caught(owned.send(await clientOfBytes(`${wholeLength}{"token":"${token}","auth_link_url":"${link}`))),
    is: 'NetworkError',
  },
  {
    title: 'a 201 whose JSON ends behind the token',
    find: async () =>
      caught(owned.send(await clientOfBytes(`${untilClosed}{"token":"${token}","auth_link_url":"${link}`))),
    is: 'ReplyError',
    says: 'cut off',
  },
  {
    title: 'a 201 with what is no JSON behind the token',
    find: created(text(201, `{"token":"${token}","auth_link_url":"${link}"}<!-- ${token} -->`)),
    is: 'ReplyError',
    says: 'not JSON',
  },
  {
    title: 'a 201 that never ends behind the token',
    find: async () =>
      caught(owned.send(await clientOfBytes(`${wholeLength}{"token":"${token}"`, { timeout: 150 }, false))),
    is: 'TimeoutError',
  },
  {
    title: 'a 201 that is aborted behind the token',
    find: async () => {
      const controller = new AbortController()
      const client = await clientOfBytes(`${wholeLength}{"token":"${token}"`, {}, false)
      setTimeout(() => controller.abort(), 100)
      return caught(owned.send(client, { signal: controller.signal }))
    },
    is: 'AbortError',
  },
  { title: 'a 201 that is HTML', find: created(html(201, `<p>${token}</p>`)), is: 'ReplyError', says: 'HTML' },
  { title: 'a 201 that is a list', find: created(failed(201, [{ token }])), is: 'ReplyError', says: 'an array' },
  {
    title: 'a 201 whose token is an object',
    find: created(failed(201, { token: { value: token }, auth_link_url: link })),
    is: 'ReplyError',
    says: 'without a token',
  },
  {
    title: 'a strict reply with drift in members that hold it',
    find: created(failed(201, { ...minted, token, type: token, categories: [token], created_at: link }), {
      strict: true,
    }),
    is: 'ReplyError',
    says: 'strict',
  },
  {
    title: 'a strict reply with drift whose request id it is',
    find: created(failed(200, { ...minted, token }, { 'x-request-id': token }), { strict: true }),
    is: 'ReplyError',
    says: 'strict',
  },
]

/** An error that holds both secrets wherever an error can. */
const leaky = (): Error => {
  const error = Object.assign(new TypeError(`${key} ${token}`, { cause: new Error(basic) }), {
    code: unpadded(basic),
    request: new Request('http://127.0.0.1', { headers: { authorization: `Basic ${basic}` } }),
    [key]: token,
  })
  return Object.defineProperty(error, 'name', { value: key })
}

const keyless = (apiKey: () => string | Promise<string>): Promise<unknown> =>
  caught(owned.send(createClient({ apiKey, fetch: stub().fetch })))

const fetched = (fetch: ClientOptions['fetch'], options: ClientOptions = {}): Promise<unknown> =>
  caught(owned.send(createClient({ apiKey: key, fetch, retries: 0, ...options })))

const foreign = (create: () => unknown): Promise<unknown> =>
  caught(Promise.resolve(Reflect.apply(owned.send, owned, [{ create }])))

const throws = (error: unknown): never => {
  throw error
}

const errorsOfOthers: readonly Place[] = [
  { title: 'a key function that throws', find: () => keyless(() => throws(leaky())), is: 'ConfigurationError' },
  { title: 'a key function that throws a text', find: () => keyless(() => throws(key)), is: 'ConfigurationError' },
  {
    title: 'a key function that rejects',
    find: () => keyless(() => Promise.reject(leaky())),
    is: 'ConfigurationError',
  },
  {
    title: 'a key function that throws an error of this library',
    find: () => keyless(() => throws(new ConfigurationError(`the vault gave ${key}`))),
    is: 'ConfigurationError',
  },
  {
    title: 'a key function that gives the key in an object',
    find: () => {
      const client = apply(createClient, { apiKey: () => ({ key }), fetch: stub().fetch })
      return caught(Promise.resolve(Reflect.apply(owned.send, owned, [client])))
    },
    is: 'ConfigurationError',
    says: 'an object',
  },
  { title: 'a fetch function that throws', find: () => fetched(() => throws(leaky())), is: 'NetworkError' },
  { title: 'a fetch function that rejects', find: () => fetched(() => Promise.reject(leaky())), is: 'NetworkError' },
  {
    title: 'a fetch function that rejects with a text',
    find: () => fetched(() => Promise.reject(key)),
    is: 'NetworkError',
  },
  {
    title: 'a fetch function whose error has a code that is the key',
    find: () =>
      fetched(() => Promise.reject(Object.assign(new Error(), { code: 'kEy_0123456789' })), {
        apiKey: 'kEy_0123456789',
      }),
    is: 'NetworkError',
    says: '[secret]',
  },
  {
    title: 'a fetch function whose error has a cause with such a code',
    find: () => fetched(() => Promise.reject(new Error(key, { cause: leaky() }))),
    is: 'NetworkError',
    says: '[secret]',
  },
  {
    title: 'a fetch function that rejects with several errors',
    find: () => fetched(() => Promise.reject(new AggregateError([leaky(), leaky()], key))),
    is: 'NetworkError',
  },
  {
    title: 'a fetch function that rejects with an error of this library',
    find: () => fetched(() => Promise.reject(new ConfigurationError(`${key} ${basic}`))),
    is: 'NetworkError',
  },
  {
    title: 'a fetch function that gives no Response',
    find: () => {
      const client = apply(createClient, { apiKey: key, fetch: async () => ({ key, token }) })
      return caught(Promise.resolve(Reflect.apply(owned.send, owned, [client])))
    },
    is: 'ConfigurationError',
    says: 'no Response',
  },
  {
    title: 'a fetch function whose body breaks with an error',
    find: () => fetched(async () => new Response(new ReadableStream({ pull: (stream) => stream.error(leaky()) }))),
    is: 'NetworkError',
  },
  { title: 'a foreign client that throws', find: () => foreign(() => throws(leaky())), is: 'ConfigurationError' },
  {
    title: 'a foreign client that rejects',
    find: () => foreign(() => Promise.reject(leaky())),
    is: 'ConfigurationError',
  },
  {
    title: 'a foreign client that rejects with a text',
    find: () => foreign(() => Promise.reject(key)),
    is: 'ConfigurationError',
  },
  {
    title: 'a key instead of a client',
    find: () => caught(Promise.resolve(Reflect.apply(owned.send, owned, [key]))),
    is: 'ConfigurationError',
    says: 'a string',
  },
  {
    title: 'an abort, by nobody who says why',
    find: async () => {
      const controller = new AbortController()
      const client = await clientFor(() => controller.abort())
      return caught(owned.send(client, { signal: controller.signal }))
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
    says: 'user, password',
  },
  {
    title: 'a baseUrl with a password, over plain http',
    find: () => misconfigured({ baseUrl: `http://${unpadded(basic)}:${token}@api.stackone.com` }),
    is: 'ConfigurationError',
    says: 'https:',
  },
  {
    title: 'a baseUrl with a query',
    find: () => misconfigured({ baseUrl: `https://api.stackone.com/?key=${key}` }),
    is: 'ConfigurationError',
    says: 'query',
  },
  {
    title: 'a baseUrl that is none',
    find: () => misconfigured({ baseUrl: key }),
    is: 'ConfigurationError',
    says: 'baseUrl',
  },
  {
    title: 'a base URL of the environment with a password',
    find: () =>
      withEnvironment({ STACKONE_BASE_URL: `https://user:${token}@api.stackone.com` }, () => misconfigured({})),
    is: 'ConfigurationError',
    says: 'user, password',
  },
  {
    title: 'header values that cannot be sent',
    find: () =>
      misconfigured({ headers: { 'x-a': `${key}\r\nx-b: ${token}`, 'x-c': `${token}\u{1f511}`, 'x-d': [key] } }),
    is: 'ConfigurationError',
    says: 'x-a',
  },
  {
    title: 'an authorization header of the caller',
    find: () => misconfigured({ headers: { Authorization: `Basic ${basic}` } }),
    is: 'ConfigurationError',
    says: 'set by the library',
  },
  {
    title: 'a userAgent that cannot be sent',
    find: () => misconfigured({ userAgent: `app\n${key}` }),
    is: 'ConfigurationError',
    says: 'userAgent',
  },
  {
    title: 'the values of unknown and bad options',
    find: () =>
      misconfigured({ apikey: key, token, timeout: key, retries: token, fetch: key, strict: basic, onEvent: { key } }),
    is: 'ConfigurationError',
    says: 'apiKey',
  },
  { title: 'a key instead of options', find: () => misconfigured(key), is: 'ConfigurationError', says: 'a string' },
  { title: 'keys instead of options', find: () => misconfigured([key]), is: 'ConfigurationError', says: 'an array' },
  {
    title: 'the values of bad options of a call',
    find: () =>
      caught(Promise.resolve(apply(idle.get, 1, { signal: key, timeout: basic, headers: { 'x-a': `a\n${key}` } }))),
    is: 'ConfigurationError',
    says: 'signal',
  },
  {
    title: 'the values of bad options of a wait',
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
      title: `a key that is refused, for ${what}`,
      find: () => fetched(stub().fetch, { apiKey }),
      is: 'ConfigurationError',
      says: 'API key',
    }),
  ),
]

const validated: readonly Place[] = [
  {
    title: 'the values of a session',
    find: () => {
      const fields = given(owned, 'owner', [key], token).label(' ').field('provider', token).field(' ', key)
      const typed = given(given(fields, 'type', token), 'expiresIn', key)
      const listed = given(typed, 'categories', token, [key])
      return leftOf(
        given(listed, 'metadata', { plan: token, seats: Number.NaN, nested: { key, when: new Date() } }).decode(),
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
    title: 'a token that is none',
    find: () => caught(Promise.resolve(apply(idle.authenticate, [token]))),
    is: 'ValidationError',
    says: 'token',
  },
  {
    title: 'an id that is none',
    find: () => caught(Promise.resolve(apply(idle.get, { token }))),
    is: 'ValidationError',
    says: 'id',
  },
]

const everyWay = [...printings, ...dumps]

const look = async ({ find, is, says }: Place): Promise<unknown> => {
  const value = await find()
  if (typeof is === 'function') expect(is(value), 'what was found').to.equal(true)
  else {
    expect(isSessionError(value), `what was found is a SessionError: ${value}`).to.equal(true)
    expect(value).to.have.property('name', is)
  }
  if (says !== undefined) expect(value).to.have.property('message').that.includes(says)
  return value
}

const errorTables: readonly (readonly [string, readonly Place[]])[] = [
  ['in real situations', situations],
  ['where the server echoes the key in', keyEchoes],
  ['where the token is in', tokenEchoes],
  ['over', errorsOfOthers],
  ['over what was configured, in', configured],
  ['over what was given, in', validated],
]

const tables: readonly (readonly [string, readonly Place[]])[] = [
  ['in a value:', values],
  ['in an event:', told],
  ...errorTables.map(([name, places]) => [`in an error ${name}`, places] as const),
]

/** What belongs to a request, and would bring its headers with it. */
const machinery = [Request, Response, Headers, AbortSignal, AbortController, ReadableStream, FormData]

describe('secrets', () => {
  afterEach(() => Promise.all(servers.splice(0).map(({ close }) => close())))

  for (const [name, places] of tables)
    describe(`do not show ${name}`, () => {
      for (const place of places)
        it(place.title, async () => {
          expect(showing(await look(place), secrets, everyWay)).to.deep.equal([])
        })
    })

  describe('cannot be reached from an error: it holds nothing of the request', () => {
    for (const [name, places] of errorTables)
      for (const place of places)
        it(`${name} ${place.title}`, async () => {
          const error = await look(place)
          const reason = new Set(error instanceof AbortError ? [error.reason] : [])
          const found = [...reachable(error, reason)]
          if (!(error instanceof AbortError)) expect(error).not.to.have.property('cause')
          expect(found.filter((value) => types.isNativeError(value))).to.deep.equal([error])
          for (const kind of machinery)
            expect(found.filter((value) => value instanceof kind).length, kind.name).to.equal(0)
        })
  })

  describe('of a reply', () => {
    const replies: readonly (readonly [string, () => Promise<unknown>])[] = [
      ['of send', () => owned.send(mintsSecret())],
      ['of create', () => mintsSecret().create(payload)],
      ['of a task', () => owned.task(mintsSecret())()],
      [
        'with secrets in new members',
        () =>
          owned.send(
            createClient({
              apiKey: key,
              fetch: stub(() =>
                reply(201, { ...minted, token, auth_link_url: link, hub: { token, auth_link_url: link }, label: link }),
              ).fetch,
            }),
          ),
      ],
      [
        'of get, with an external trigger token',
        () =>
          createClient({
            apiKey: key,
            fetch: stub(() => reply(200, { ...minted, token, auth_link_url: link, external_trigger_token: token }))
              .fetch,
          }).get(4711),
      ],
      [
        'of authenticate, with the token in another member',
        () =>
          createClient({
            apiKey: key,
            fetch: stub(() => reply(201, { ...minted, label: token, token })).fetch,
          }).authenticate(token),
      ],
    ]

    for (const [title, find] of replies)
      it(`are masked however it is printed, ${title}`, async () => {
        expect(showing(await find(), secrets, printings)).to.deep.equal([])
      })

    it('are masked where printing takes no hooks', async () => {
      const dir = dumps.filter(({ name }) => name === 'console.dir, as it is')
      expect(dir).to.have.length(1)
      expect(showing(await owned.send(mintsSecret()), secrets, dir)).to.deep.equal([])
    })

    it('are masked in their texts too where they stand in lists of lists', async () => {
      const { fetch } = stub(() => reply(201, { ...minted, metadata: { list: [7, [[{ token }]], `a ${token}`] } }))
      const { metadata } = await owned.send(createClient({ apiKey: key, fetch }))
      const made = await owned.send(createClient({ apiKey: key, fetch }))
      expect(metadata).to.deep.equal({ list: [7, [[{ token }]], `a ${token}`] })
      expect(showing(made, [token], printings)).to.deep.equal([])
    })

    it('are looked for soon in a long list of numbers', async () => {
      const list = Array.from({ length: 2_000_000 }, () => 1)
      const { fetch } = stub(() => reply(201, { ...minted, token, metadata: { list } }))
      const took = await processorTime(async () => {
        expect((await owned.send(createClient({ apiKey: key, fetch }))).token).to.equal(token)
      })
      expect(took).to.be.below(4000)
    })

    it('are masked soon, however many there are and however many members are odd', async () => {
      const many = Array.from({ length: 4000 }, (_, index) => ({ token: `${token}-${index}` }))
      const categories = many.map((_, index) => `category-${index}`)
      const { fetch } = stub(() => reply(201, { ...minted, token, metadata: { many }, categories }))
      const took = await processorTime(async () => {
        const made = await owned.send(createClient({ apiKey: key, fetch }))
        const print = printings.filter(({ name }) => name === 'inspect, depth Infinity')
        expect(made.drift).to.have.length(4000)
        expect(print).to.have.length(1)
        expect(showing(made, secrets, print)).to.deep.equal([])
      })
      expect(took).to.be.below(3000)
    })

    it('are there whole, in the members and in JSON', async () => {
      const made = await owned.send(mintsSecret())
      expect(made.token).to.equal(token)
      expect(made.authLinkUrl).to.equal(link)
      expect(JSON.parse(JSON.stringify(made))).to.include({ token, authLinkUrl: link })
    })
  })

  describe('would be found', () => {
    const missed = (value: unknown, ways: readonly Way[] = everyWay): readonly string[] => {
      const found = showing(value, secrets, ways)
      return ways.map(({ name }) => name).filter((name) => !found.includes(name))
    }

    it('in every way, in an error that has them in its message', () => {
      // These print what a value holds, beside its message; a number is all that %d makes of an error.
      const silent = ['console.table', '%d, %i, %f', 'toString of Object', '%j', 'toJSON', 'entries', 'a spread']
      const json = ['JSON.stringify', 'JSON.stringify, in an object', 'JSON.stringify, as a cause']
      expect(missed(new Error(`Basic ${basic}`))).to.have.members([...silent, ...json])
    })

    it('in every way, in an object that has them in a member', () => {
      const shallow = ['console.assert', 'String', 'a template', '%d, %i, %f', 'toString of Object', 'message', 'stack']
      const plain = ['inspect, without depth', 'toJSON', 'JSON.stringify, as a cause']
      expect(missed({ member: key })).to.have.members([...shallow, ...plain])
    })

    const walk = dumps.filter(({ name }) => name === 'a walk')
    const hidden: readonly (readonly [string, unknown])[] = [
      ['a symbol', { [Symbol(key)]: 1 }],
      ['a member by a symbol', { [Symbol('key')]: key }],
      ['a member that is not enumerable', Object.defineProperty({}, 'hidden', { value: token })],
      ['a key', { deep: [{ [token]: 1 }] }],
      ['a getter', { get key() { return key } }], // biome-ignore format: one line as the others
      ['a getter of the prototype', Object.create({ get key() { return basic } })], // biome-ignore format: see above
      ['a map', new Map([[1, key]])],
      ['headers', new Headers({ authorization: `Basic ${basic}` })],
      ['a request', { request: new Request('http://127.0.0.1', { headers: { authorization: `Basic ${basic}` } }) }],
      ['bytes', { bytes: Buffer.from(key) }],
      ['the source of a function', () => 'v1.eu1.kEy_0123456789-secret'],
      ['a cause of a cause', new Error('a', { cause: new Error('b', { cause: new Error(key) }) })],
      ['one error of several', new AggregateError([new Error(token)])],
      ['a text for a URL', encodeURIComponent(oddKey)],
      ['a text for a URL in lower case', escapedLower(oddKey)],
      ['base64 without padding', unpadded(basic)],
      ['base64 without the colon', base64(key)],
      ['entities', [...key].map((letter) => `&#${letter.charCodeAt(0)};`).join('')],
      ['parts', 'v1.<b>eu1</b>.kEy_<wbr>0123456789-secret'],
      ['a part', '…kEy_0123456789'],
    ]
    for (const [title, value] of hidden)
      it(`by a walk, in ${title}`, () => {
        expect(walk).to.have.length(1)
        expect(missed(value, walk)).to.deep.equal([])
      })
  })
})
