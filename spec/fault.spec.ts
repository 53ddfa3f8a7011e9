import { gzipSync } from 'node:zlib'
import { expect } from 'chai'
import type { SessionError } from '../lib/index.ts'
import { call, clientOf, type Door, doors, type Ended, patiently, pooled, until } from './support/call.ts'
import { leftOf } from './support/either.ts'
import {
  answered,
  bomb,
  closed,
  closedPort,
  drip,
  endless,
  errorBody,
  type Fault,
  type FaultyServer,
  faulty,
  flood,
  reset,
  silence,
  stuck,
} from './support/faults.ts'

/** Of each attempt at what is slow; longer on a machine that is busy. */
const shortest = 400
/** Of all else: what is no matter of time must not become one. */
const deadline = 20_000

interface Case {
  readonly title: string
  readonly fault: Fault | (() => Promise<FaultyServer>)
  readonly error: SessionError['name']
  /** With one retry allowed: 2 if it is retried, else 1. */
  readonly attempts: 1 | 2
  /** Where they are not as many as the attempts. */
  readonly requests?: number
  readonly status?: number
  readonly says?: readonly string[]
  readonly hides?: readonly string[]
  readonly body?: unknown
  readonly code?: string
  /** The connection has to be closed: there is more to come on it, or it is not in a state to be used again. */
  readonly breaks?: true
}

const created = ['HTTP/1.1 201 Created', 'content-type: application/json']
const cutJson = '{"id":4711,"token":"tok.01'
const cutGzip = gzipSync(JSON.stringify({ id: 4711, token: 'tok.0123456789abcdef' })).subarray(0, 40)

const slow: readonly Case[] = [
  { title: 'silence', fault: silence },
  { title: 'silence in the midst of the status line', fault: stuck('HTTP/1.1 2') },
  { title: 'silence after the status line', fault: stuck('HTTP/1.1 201 Created', '') },
  { title: 'silence in the midst of the headers', fault: stuck(...created, 'x-request-id: 7') },
  { title: 'silence after the headers', fault: stuck(...created, 'content-length: 40', '', '') },
  {
    title: 'silence after the headers of a chunked body',
    fault: stuck(...created, 'transfer-encoding: chunked', '', ''),
  },
  { title: 'silence in mid-body', fault: stuck(...created, 'content-length: 400', '', cutJson) },
  {
    title: 'a whole body that is said to be longer',
    fault: stuck(...created, 'content-length: 40', '', '{"token":"t"}'),
  },
  { title: 'early hints, and then silence', fault: stuck('HTTP/1.1 103 Early Hints', 'link: </a>', '', '') },
  { title: 'a status line that drips for ever', fault: drip('a', 'HTTP/1.1 201 ') },
  { title: 'headers that drip for ever', fault: drip('a: b\r\n', ...created, '') },
  { title: 'a header that drips for ever', fault: drip('b', ...created, 'a: ') },
  { title: 'a body that drips for ever', fault: endless(201) },
  {
    title: 'a body of spaces that drip for ever',
    fault: drip('1\r\n \r\n', ...created, 'transfer-encoding: chunked', '', ''),
  },
  { title: 'a 400 whose body never ends', fault: endless(400) },
  { title: 'a 401 whose body never ends', fault: endless(401) },
  { title: 'a 429 whose body never ends', fault: endless(429) },
  { title: 'a 500 whose body never ends', fault: endless(500) },
  { title: 'a 503 whose body never ends', fault: endless(503) },
  { title: 'a 400 whose body stops', fault: endless(400, false) },
  { title: 'a 302 whose body never ends', fault: endless(302) },
].map((fault) => ({
  ...fault,
  error: 'TimeoutError' as const,
  attempts: 2 as const,
  says: ['was not answered within the timeout of', 'in 2 attempts'],
  breaks: true as const,
}))

const large: readonly Case[] = [
  { title: 'a 201 with an endless body that comes fast', fault: flood(201), breaks: true as const },
  { title: 'a 500 with an endless body that comes fast', fault: flood(500), breaks: true as const },
  { title: 'a body of 11 MiB', fault: answered(201, Buffer.alloc(11 * 1024 * 1024, ' ')) },
  { title: 'a body of 20 MiB, packed into 20 KiB', fault: bomb(201, 20 * 1024 * 1024) },
].map((fault) => ({
  ...fault,
  error: 'ReplyError' as const,
  attempts: 1 as const,
  says: ['longer than 10485760 bytes'],
}))

const closedAfter = (bytes: Buffer): Fault => ({ raw: (socket) => socket.end(bytes) })

const tlsAgainstPlain = async (): Promise<FaultyServer> => {
  const server = await faulty(closed('HTTP/1.1 400 Bad Request', '', ''))
  return { ...server, url: server.url.replace('http:', 'https:') }
}

const broken: readonly Case[] = [
  { title: 'a connection refused', fault: closedPort, requests: 0, code: 'ECONNREFUSED' },
  { title: 'plain HTTP where TLS is expected', fault: tlsAgainstPlain },
  { title: 'a reset before any byte', fault: reset(), code: 'ECONNRESET' },
  { title: 'an end before any byte', fault: closed() },
  { title: 'a reset after the status line', fault: reset('HTTP/1.1 201 Created', '') },
  { title: 'an end in the midst of the headers', fault: closed(...created, 'x-request-id: 7') },
  { title: 'a reset after the headers', fault: reset(...created, 'content-length: 40', '', '') },
  { title: 'an end after the headers', fault: closed(...created, 'content-length: 40', '', '') },
  { title: 'a reset in mid-body', fault: reset(...created, 'content-length: 400', '', cutJson) },
  { title: 'a body cut before its content-length', fault: closed(...created, 'content-length: 400', '', cutJson) },
  {
    title: 'a reset in a chunked body',
    fault: reset(...created, 'transfer-encoding: chunked', '', cutJson.length.toString(16), cutJson, ''),
  },
  {
    title: 'a chunked body cut between chunks',
    fault: closed(...created, 'transfer-encoding: chunked', '', cutJson.length.toString(16), cutJson, ''),
  },
  {
    title: 'a chunked body cut inside a chunk',
    fault: closed(...created, 'transfer-encoding: chunked', '', 'ff', cutJson),
  },
  {
    title: 'a chunked body that is whole but for its last chunk',
    fault: closed(...created, 'transfer-encoding: chunked', '', 'd', '{"token":"t"}', ''),
  },
  {
    title: 'a chunk whose size is no number',
    fault: closed(...created, 'transfer-encoding: chunked', '', 'xyz', '{}'),
  },
  { title: 'a 400 whose body is cut', fault: closed('HTTP/1.1 400 Bad Request', 'content-length: 400', '', '{"mess') },
  { title: 'a 503 whose body is cut', fault: reset('HTTP/1.1 503 Busy', 'content-length: 400', '', '{"mess') },
  { title: 'a sentence instead of HTTP', fault: closed('Hello, this is no web server.', '', '') },
  { title: 'binary garbage instead of HTTP', fault: closedAfter(Buffer.alloc(1000, 0xfe)) },
  { title: 'the greeting of a mail server', fault: closed('220 mail.example ESMTP', '') },
  { title: 'a TLS alert in the open', fault: closedAfter(Buffer.from([21, 3, 1, 0, 2, 2, 40])) },
  { title: 'a status that is no number', fault: closed('HTTP/1.1 abc Created', '', '') },
  { title: 'a header without a colon', fault: closed('HTTP/1.1 201 Created', 'what is this', '', '') },
  { title: 'two lengths', fault: closed(...created, 'content-length: 2', 'content-length: 3', '', '{}') },
  { title: 'a huge header', fault: closed(...created, `x-huge: ${'a'.repeat(100_000)}`, '', '{}') },
  {
    title: 'a huge number of headers',
    fault: closed(...created, ...Array.from({ length: 5000 }, (_, index) => `x-${index}: ${'a'.repeat(20)}`), '', '{}'),
  },
  {
    title: 'an upgrade that nobody asked for',
    fault: closed('HTTP/1.1 101 Switching Protocols', 'upgrade: x', '', ''),
  },
].map((fault) => ({
  ...fault,
  error: 'NetworkError' as const,
  attempts: 2 as const,
  says: ['The connection for POST /connect_sessions failed', 'Check baseUrl, DNS, proxy and firewall'],
  breaks: true as const,
}))

// Its connection may be used again: the bytes that were said to come have come.
const unpacked: Case = {
  title: 'a body that is not packed as it says',
  fault: answered(201, 'no gzip', { 'content-encoding': 'gzip' }),
  error: 'NetworkError',
  attempts: 2,
}

const useless: readonly Case[] = [
  { title: 'a body cut where the end of the connection is its end', fault: closed(...created, '', cutJson) },
  { title: 'a body whose length is that of its beginning', fault: answered(201, cutJson) },
  {
    title: 'a packed body that was cut before it was sent',
    fault: answered(201, cutGzip, { 'content-encoding': 'gzip' }),
  },
].map((fault) => ({
  ...fault,
  error: 'ReplyError' as const,
  attempts: 1 as const,
  status: 201,
  says: ['without a token', 'cut off'],
}))

const api = (title: string, fault: Fault, status: number, more: Partial<Case> = {}): Case => ({
  title,
  fault,
  error: 'ApiError',
  attempts: [408, 429, 502, 503, 504].includes(status) ? 2 : 1,
  status,
  ...more,
  says: [`StackOne answered ${status} to POST /connect_sessions`, ...(more.says ?? [])],
})

const advice: readonly (readonly [status: number, advice: string])[] = [
  [400, 'is not valid'],
  [401, 'Check the API key'],
  [402, '`body`'],
  [403, 'scope'],
  [404, 'Check the id'],
  [405, '`body`'],
  [408, 'try again later'],
  [409, 'conflicts'],
  [410, '`body`'],
  [413, '`body`'],
  [422, 'is not valid'],
  [425, '`body`'],
  [429, 'limit is 1000 a minute'],
  [500, 'try again later'],
  [501, 'try again later'],
  [502, 'try again later'],
  [503, 'try again later'],
  [504, 'try again later'],
  [507, 'try again later'],
  [599, 'try again later'],
]

const statuses: readonly Case[] = [
  ...advice.map(([status, sentence]) =>
    api(`a ${status}`, answered(status, errorBody(status, `It said ${status}`)), status, {
      says: [`"It said ${status}"`, sentence],
      body: errorBody(status, `It said ${status}`),
    }),
  ),
  ...[300, 301, 302, 303, 304, 307, 308].map((status) =>
    api(`a ${status} that leads nowhere`, answered(status, ''), status, { says: ['Check baseUrl'], body: '' }),
  ),
]

const mark = '\ufeff'
const page = `<!doctype html><html><head><title>Bad Gateway</title><style>b { color: red }</style></head>
  <body><script>alert('no')</script><h1>The upstream &amp; its friends are away</h1><!-- hidden --></body></html>`
const full = { ...errorBody(400, 'Bad Request'), data: { field: 'provider' }, provider_errors: [{ status: 400 }] }
const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
const type = { 'content-type': 'application/json' }
const bodyOf = (body: unknown): Fault => answered(400, body)
const literal = (body: string): Fault => answered(400, body, type)

const bodies: readonly Case[] = [
  api('an error with data and provider errors', bodyOf(full), 400, { says: ['"Bad Request"'], body: full }),
  api('an error without a timestamp', bodyOf({ statusCode: 400, message: 'No such provider' }), 400, {
    says: ['"No such provider"'],
    body: { statusCode: 400, message: 'No such provider' },
  }),
  api('an error with an error code', bodyOf({ message: 'Too short', errorCode: 'E7' }), 400, {
    says: ['"Too short"'],
    body: { message: 'Too short', errorCode: 'E7' },
  }),
  api('an error with a list of messages', bodyOf(errorBody(400, ['too short', 'too late'])), 400, {
    says: ['too short; too late'],
    body: errorBody(400, ['too short', 'too late']),
  }),
  api('an error with a list of all sorts', bodyOf({ message: ['too short', 7, null, { a: 1 }] }), 400, {
    says: ['"too short"'],
    body: { message: ['too short', 7, null, { a: 1 }] },
  }),
  api('an error with an empty message', bodyOf({ message: '' }), 400, { body: { message: '' } }),
  api('an error with an empty list', bodyOf({ message: [] }), 400, { body: { message: [] } }),
  api('an error with an object for a message', bodyOf({ message: { text: 'odd' } }), 400, {
    says: ['odd'],
    body: { message: { text: 'odd' } },
  }),
  api('an error with null for a message', bodyOf({ message: null }), 400, { body: { message: null } }),
  api('an error without a message', bodyOf({ error: 'It is full' }), 400, {
    says: ['It is full'],
    body: { error: 'It is full' },
  }),
  api('an error that is a JSON string', literal('"Not today"'), 400, { says: ['Not today'], body: 'Not today' }),
  api('an error that is a list', literal('["Not today"]'), 400, { says: ['Not today'], body: ['Not today'] }),
  api('an error that is null', literal('null'), 400, { body: null }),
  api('an error that is a number', literal('7'), 400, { says: ['7'], body: 7 }),
  api('an error that is false', literal('false'), 400, { says: ['false'], body: false }),
  api('an error with an empty body', literal(''), 400, { says: ['POST /connect_sessions. '], body: '' }),
  api('an error with a blank body', literal(' \r\n '), 400, { says: ['POST /connect_sessions. '], body: '' }),
  api('an error in cut JSON', literal('{"message":"Half a sen'), 400, { says: ['Half a sen'] }),
  api('an error in plain text', answered(400, 'Not today', { 'content-type': 'text/plain' }), 400, {
    says: ['"Not today"'],
    body: 'Not today',
  }),
  api('an error with a byte-order mark', literal(`${mark}{"message":"Marked"}`), 400, {
    says: ['"Marked"'],
    body: { message: 'Marked' },
  }),
  api(
    'an error in JSON that is called HTML',
    answered(400, '{"message":"Not HTML"}', { 'content-type': 'text/html' }),
    400,
    {
      says: ['"Not HTML"'],
      body: { message: 'Not HTML' },
    },
  ),
  api('an error in HTML', answered(502, page, { 'content-type': 'text/html' }), 502, {
    says: ['Bad Gateway', 'The upstream & its friends are away'],
    hides: ['<', 'alert', 'color', 'hidden'],
  }),
  api('an error in HTML with a byte-order mark', answered(400, `${mark}${page}`), 400, { says: ['"Bad Gateway'] }),
  api('an error in HTML that is called JSON', literal(page), 400, { says: ['Bad Gateway'], hides: ['<'] }),
  api('an error of many pages', literal(`${'long '.repeat(100_000)}`), 400, { says: ['long long', '…'] }),
  api('an error of a million brackets', literal('<'.repeat(1_000_000)), 400),
  api('an error with control characters', bodyOf({ message: 'a\u001b[31m\nb\u0007c' }), 400, {
    says: ['"a [31m b c"'],
    hides: ['\u001b', '\n', '\u0007'],
  }),
  api('an error that is no UTF-8', answered(400, Buffer.from('6b617075747420ff', 'hex')), 400, {
    says: ['kaputt \ufffd'],
  }),
  api('an error with members of the prototype', literal('{"__proto__":{"message":"Not mine"},"constructor":7}'), 400, {
    says: ['"constructor":7'.replaceAll('"', '\\"')],
  }),
  api('an error nested a hundred thousand deep', literal(deep), 400, { says: ['[['] }),
  api('an HTTP/1.0 error that ends with the connection', closed('HTTP/1.0 400 Bad', '', '{"message":"Old"}'), 400, {
    says: ['"Old"'],
    body: { message: 'Old' },
  }),
]

const cases: readonly Case[] = [...slow, ...broken, unpacked, ...useless, ...statuses, ...bodies, ...large]

interface Observed extends Ended {
  readonly requests: number
  readonly timeout: number
  readonly freed: boolean
}

const observe = async ({ fault, breaks }: Case, door: Door, timeout: number): Promise<Observed> => {
  const server = await (typeof fault === 'function' ? fault() : faulty(fault))
  try {
    const ended = await call(door, clientOf(server.url, { timeout, deadline, retries: 1 }))
    const freed = breaks === undefined || (await until(() => server.held() === 0))
    return { ...ended, requests: server.requests.length, timeout, freed }
  } finally {
    await server.close()
  }
}

describe('A fault', function () {
  this.timeout(30_000)
  const runs = cases.flatMap((one) => doors.map((door) => ({ one, door })))
  let observed: readonly Promise<Observed>[] = []

  before(() => {
    observed = pooled(
      24,
      runs.map(
        ({ one, door }) =>
          () =>
            one.error === 'TimeoutError'
              ? patiently(
                  shortest,
                  (timeout) => observe(one, door, timeout),
                  ({ requests }) => requests < one.attempts,
                )
              : observe(one, door, deadline),
      ),
    )
  })

  after(() => Promise.allSettled(observed))

  for (const [index, { one, door }] of runs.entries())
    it(`ends ${door} with a ${one.error}${one.attempts === 2 ? ', tried twice' : ''}: ${one.title}`, async () => {
      const { result, requests, timeout, took, freed } = await (observed[index] ??
        Promise.reject(new Error('not begun')))
      const error = leftOf(result)
      expect(error.name).to.equal(one.error)
      for (const text of one.says ?? []) expect(error.message).to.contain(text)
      for (const text of one.hides ?? []) expect(error.message).not.to.contain(text)
      expect(requests).to.equal(one.requests ?? one.attempts)
      expect(error.attempts).to.equal(one.attempts)
      expect(error.elapsedMs).to.be.within(0, Math.ceil(took))
      expect(took).to.be.below(one.error === 'TimeoutError' ? 2 * timeout + 3000 : 10_000)
      if (one.status !== undefined) expect(error).to.have.property('status', one.status)
      if ('body' in one) expect(error).to.have.deep.property('body', one.body)
      if (one.code !== undefined) expect(error).to.have.property('code', one.code)
      expect(freed, 'no connection of an attempt stays open').to.equal(true)
    })

  it('is in the table once, with fifty others at least', () => {
    expect(cases.length).to.be.at.least(50)
    expect(new Set(cases.map(({ title }) => title)).size).to.equal(cases.length)
  })
})
