import { gzipSync } from 'node:zlib'
import { expect } from 'chai'
import type { SessionError } from '../../lib/index.ts'
import { clientOf, patiently, pooled, type Timed, timedSend, until } from '../support/call.ts'
import { leftOf } from '../support/either.ts'
import {
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
  respondWith,
  silence,
  stuck,
} from '../support/faults.ts'
import { itEach } from '../support/it-each.ts'

/** The timeout of attempts that time out; longer on a busy machine. */
const shortTimeout = 400
/** The timeout of all others, which must not expire. */
const deadline = 20_000

interface Case {
  readonly title: string
  readonly fault: Fault | (() => Promise<FaultyServer>)
  readonly error: SessionError['name']
  /** 2 if the fault is retried. */
  readonly attempts: 1 | 2
  /** If different from the number of attempts. */
  readonly requests?: number
  readonly status?: number
  readonly says?: readonly string[]
  readonly body?: unknown
  readonly code?: string
  /** Whether the connection must be closed: it is broken, or more bytes may follow. */
  readonly breaks?: true
}

const created = ['HTTP/1.1 201 Created', 'content-type: application/json']
const cutJson = '{"id":4711,"token":"tok.01'
const cutGzip = gzipSync(JSON.stringify({ id: 4711, token: 'tok.0123456789abcdef' })).subarray(0, 40)

const slow: readonly Case[] = [
  { title: 'silence', fault: silence },
  { title: 'silence after the headers', fault: stuck(...created, 'content-length: 40', '', '') },
  { title: 'silence during the body', fault: stuck(...created, 'content-length: 400', '', cutJson) },
  { title: 'early hints, then silence', fault: stuck('HTTP/1.1 103 Early Hints', 'link: </a>', '', '') },
  { title: 'headers that never end', fault: drip('a: b\r\n', ...created, '') },
  { title: 'a body that never ends', fault: endless(201) },
  {
    title: 'a chunked body that never ends',
    fault: drip('1\r\n \r\n', ...created, 'transfer-encoding: chunked', '', ''),
  },
  { title: 'a 400 whose body never ends', fault: endless(400) },
  { title: 'a 503 whose body never ends', fault: endless(503) },
].map((fault) => ({
  ...fault,
  error: 'TimeoutError' as const,
  attempts: 2 as const,
  says: ['POST /connect_sessions exceeded the timeout of', 'after 2 attempts'],
  breaks: true as const,
}))

const large: readonly Case[] = [
  { title: 'a 201 with a fast endless body', fault: flood(201), breaks: true as const },
  { title: 'a 500 with a fast endless body', fault: flood(500), breaks: true as const },
  { title: 'a body of 11 MiB', fault: respondWith(201, Buffer.alloc(11 * 1024 * 1024, ' ')) },
  { title: 'a body of 20 MiB, compressed to 20 KiB', fault: bomb(201, 20 * 1024 * 1024) },
].map((fault) => ({
  ...fault,
  error: 'InvalidResponseError' as const,
  attempts: 1 as const,
  says: ['exceeds 1048576 bytes'],
}))

const tlsAgainstPlain = async (): Promise<FaultyServer> => {
  const server = await faulty(closed('HTTP/1.1 400 Bad Request', '', ''))
  return { ...server, url: server.url.replace('http:', 'https:') }
}

const broken: readonly Case[] = [
  { title: 'a connection refused', fault: closedPort, requests: 0, code: 'ECONNREFUSED' },
  { title: 'plain HTTP where TLS is expected', fault: tlsAgainstPlain },
  { title: 'a reset before any byte', fault: reset(), code: 'ECONNRESET' },
  { title: 'a reset after the status line', fault: reset('HTTP/1.1 201 Created', '') },
  { title: 'a reset after the headers', fault: reset(...created, 'content-length: 40', '', '') },
  { title: 'a reset during the body', fault: reset(...created, 'content-length: 400', '', cutJson) },
  { title: 'a body shorter than its content-length', fault: closed(...created, 'content-length: 400', '', cutJson) },
  {
    title: 'a chunked body truncated inside a chunk',
    fault: closed(...created, 'transfer-encoding: chunked', '', 'ff', cutJson),
  },
  { title: 'a chunk with a malformed size', fault: closed(...created, 'transfer-encoding: chunked', '', 'xyz', '{}') },
  {
    title: 'a 400 with a truncated body',
    fault: closed('HTTP/1.1 400 Bad Request', 'content-length: 400', '', '{"mess'),
  },
  { title: 'a sentence instead of HTTP', fault: closed('Hello, this is not a web server.', '', '') },
  { title: 'a malformed status', fault: closed('HTTP/1.1 abc Created', '', '') },
  { title: 'two content-lengths', fault: closed(...created, 'content-length: 2', 'content-length: 3', '', '{}') },
  { title: 'a huge header', fault: closed(...created, `x-huge: ${'a'.repeat(100_000)}`, '', '{}') },
  {
    title: 'a huge number of headers',
    fault: closed(...created, ...Array.from({ length: 5000 }, (_, index) => `x-${index}: ${'a'.repeat(20)}`), '', '{}'),
  },
].map((fault) => ({
  ...fault,
  error: 'NetworkError' as const,
  attempts: 2 as const,
  says: ['The connection for POST /connect_sessions failed', 'Check `baseUrl`, DNS, proxy and firewall'],
  breaks: true as const,
}))

// Its connection can be reused, since all bytes have arrived.
const notCompressed: Case = {
  title: 'a body that is not compressed as its header says',
  fault: respondWith(201, 'not gzip', { 'content-encoding': 'gzip' }),
  error: 'NetworkError',
  attempts: 2,
}

const unusable: readonly Case[] = [
  { title: 'a truncated body without a content-length', fault: closed(...created, '', cutJson) },
  { title: 'a truncated body with a matching content-length', fault: respondWith(201, cutJson) },
  { title: 'a truncated compressed body', fault: respondWith(201, cutGzip, { 'content-encoding': 'gzip' }) },
].map((fault) => ({
  ...fault,
  error: 'InvalidResponseError' as const,
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
  says: [`StackOne responded with ${status} to POST /connect_sessions`, ...(more.says ?? [])],
})

const statuses: readonly Case[] = [
  ...[400, 401, 403, 404, 408, 409, 412, 413, 422, 429, 500, 501, 502, 503, 504, 599].map((status) =>
    api(`a ${status}`, respondWith(status, errorBody(status, `It said ${status}`)), status, {
      says: [`"It said ${status}"`],
      body: errorBody(status, `It said ${status}`),
    }),
  ),
  ...[300, 301, 302, 303, 304, 307, 308].map((status) =>
    api(`a ${status} without a location`, respondWith(status, ''), status, {
      says: ['Redirects are not followed'],
      body: '',
    }),
  ),
]

const literal = (body: string | Buffer): Fault => respondWith(400, body, { 'content-type': 'application/json' })

/** spec/client/call-error.spec.ts has the other bodies. */
const bodies: readonly Case[] = [
  api('an error with an empty body', literal(''), 400, { says: ['POST /connect_sessions. '], body: '' }),
  api('an error in truncated JSON', literal('{"message":"Half a sen'), 400, { says: ['Half a sen'] }),
  api('an error that is not UTF-8', literal(Buffer.from('6b617075747420ff', 'hex')), 400, { says: ['kaputt \ufffd'] }),
  api('an HTTP/1.0 error that ends with the connection', closed('HTTP/1.0 400 Bad', '', '{"message":"Old"}'), 400, {
    says: ['"Old"'],
    body: { message: 'Old' },
  }),
]

const cases: readonly Case[] = [...slow, ...broken, notCompressed, ...unusable, ...statuses, ...bodies, ...large]

interface Observed extends Timed {
  readonly requests: number
  readonly timeout: number
  readonly freed: boolean
}

const observe = async ({ fault, breaks }: Case, timeout: number): Promise<Observed> => {
  const server = await (typeof fault === 'function' ? fault() : faulty(fault))
  try {
    const timed = await timedSend(clientOf(server.url, { timeout, deadline, retries: 1 }))
    const freed = breaks === undefined || (await until(() => server.held() === 0))
    return { ...timed, requests: server.requests.length, timeout, freed }
  } finally {
    await server.close()
  }
}

describe('A fault', function () {
  this.timeout(30_000)
  let observed: readonly Promise<Observed>[] = []

  before(() => {
    const wait = (each: Case) =>
      patiently(
        shortTimeout,
        (timeout) => observe(each, timeout),
        ({ requests }) => requests < each.attempts,
      )
    observed = pooled(
      24,
      cases.map((each) => () => (each.error === 'TimeoutError' ? wait(each) : observe(each, deadline))),
    )
  })

  after(() => Promise.allSettled(observed))

  itEach('ends the call with the error and the attempts of its fault', cases.entries(), async ([index, each]) => {
    const { result, requests, timeout, took, freed } = await (observed[index] ??
      Promise.reject(new Error('not started')))
    const error = leftOf(result)
    expect(error.name).to.equal(each.error)
    for (const text of each.says ?? []) expect(error.message).to.contain(text)
    expect(requests).to.equal(each.requests ?? each.attempts)
    expect(error.attempts).to.equal(each.attempts)
    expect(error.elapsedMs).to.be.within(0, Math.ceil(took))
    expect(took).to.be.below(each.error === 'TimeoutError' ? 2 * timeout + 3000 : 10_000)
    if (each.status !== undefined) expect(error).to.have.property('status', each.status)
    if ('body' in each) expect(error).to.have.deep.property('body', each.body)
    if (each.code !== undefined) expect(error).to.have.property('code', each.code)
    expect(freed, 'the connection is closed').to.equal(true)
  })
})
