import { expect } from 'chai'
import type { HandlerOptions } from '../../lib/handler/index.ts'
import {
  ApiError,
  type ClientOptions,
  ConfigurationError,
  type Session,
  type SessionClient,
  type SessionError,
} from '../../lib/index.ts'
import { itEach } from '../support/it-each.ts'
import { apiKey, post, postJson, setUp } from '../support/page.ts'
import { unhandledRejections } from '../support/unhandled.ts'

const token = 'tok.0123456789abcdef'

const upstreamMessage = `The vendor says: ${token} of acme-42, Acme Inc.`

/** Asserts that a page receives no secret, no customer data and no detail of another server. */
const expectNoDetails = (text: string): void => {
  const details = ['vendor', token, 'acme-42', 'Acme Inc.', apiKey, btoa(`${apiKey}:`), 'req-7', 'ECONN', 'globex']
  for (const detail of [...details, 'onError']) expect(text).not.to.include(detail)
}

const respondWith =
  (status: number, headers: Readonly<Record<string, string>> = {}) =>
  async (): Promise<Response> =>
    Response.json(
      { statusCode: status, message: upstreamMessage, token },
      { status, headers: { 'x-request-id': 'req-7', ...headers } },
    )

interface Failure {
  readonly title: string
  readonly client: ClientOptions
  readonly response: readonly [status: number, code: string, message: string]
  readonly name: SessionError['name']
}

const upstream = [502, 'upstream', 'Upstream request failed'] as const

const failures: readonly Failure[] = [
  {
    title: 'a 429',
    client: { fetch: respondWith(429) },
    response: [429, 'rate-limited', 'Too many requests'],
    name: 'ApiError',
  },
  ...[400, 401, 404, 408, 500, 503].map(
    (status): Failure => ({
      title: `a ${status}`,
      client: { fetch: respondWith(status) },
      response: upstream,
      name: 'ApiError',
    }),
  ),
  {
    title: 'a failed connection',
    client: {
      fetch: () =>
        Promise.reject(new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'ECONNREFUSED' }) })),
    },
    response: upstream,
    name: 'NetworkError',
  },
  {
    title: 'a success without a token',
    client: { fetch: async () => Response.json({ id: 1, token: '' }, { status: 201 }) },
    response: upstream,
    name: 'InvalidResponseError',
  },
  {
    title: 'a timeout',
    client: { fetch: () => new Promise(() => {}), timeout: 20 },
    response: [504, 'timeout', 'Request timed out'],
    name: 'TimeoutError',
  },
  {
    title: 'an unusable API key',
    client: { apiKey: `Basic ${apiKey}` },
    response: [500, 'internal', 'Internal server error'],
    name: 'ConfigurationError',
  },
]

describe('The handler and a failed send', () => {
  itEach(
    'responds to each failure of the API with its status, and passes the error to onError',
    failures,
    async ({ client, response, name }) => {
      const { call, errors } = setUp({}, client)
      const { status, code, message, text } = await call(post())
      expect([status, code, message]).to.deep.equal(response)
      expectNoDetails(text)
      expect(errors).to.have.length(1)
      expect(errors[0]).to.have.property('name', name)
    },
  )

  it('forwards the Retry-After of a 429', async () => {
    const { call, errors } = setUp({}, { fetch: respondWith(429, { 'retry-after': '37' }) })
    const { status, headers } = await call(post())
    expect([status, headers.get('retry-after')]).to.deep.equal([429, '37'])
    expect(errors[0]).to.be.instanceOf(ApiError).and.to.include({ status: 429, retryAfter: 37, requestId: 'req-7' })
    expect(errors[0]).to.have.property('message').that.includes('The vendor says')
  })

  it('sends no Retry-After for a 429 without one, or for another status', async () => {
    const plain = await setUp({}, { fetch: respondWith(429) }).call(post())
    const busy = await setUp({}, { fetch: respondWith(503, { 'retry-after': '37' }) }).call(post())
    expect([plain.headers.has('retry-after'), busy.headers.has('retry-after')]).to.deep.equal([false, false])
  })

  it('responds with 500 if a stub client throws, and reports what it threw as a cause', async () => {
    const client: SessionClient = { create: () => Promise.reject(new RangeError(upstreamMessage)) }
    const { call, errors } = setUp({ client })
    const { status, text } = await call(post())
    expect(status).to.equal(500)
    expectNoDetails(text)
    expect(errors[0]).to.be.instanceOf(ConfigurationError)
    expect(errors[0]).to.have.property('cause').that.has.property('name', 'RangeError')
  })
})

describe('The handler and a mistake of the server', () => {
  const thrown: readonly (readonly [string, unknown])[] = [
    ['an error', new Error(upstreamMessage)],
    ['an error of this library', new ApiError(upstreamMessage, { status: 429, body: upstreamMessage, retryAfter: 9 })],
    ['a string', upstreamMessage],
    ['undefined', undefined],
  ]
  const callbacks: readonly (readonly [string, (work: () => never) => Partial<HandlerOptions>])[] = [
    ['owner', (work) => ({ owner: work })],
    ['configure', (work) => ({ configure: work })],
    ['ownsAccount', (work) => ({ allow: { ownsAccount: work } })],
  ]
  for (const [callback, optionsFor] of callbacks)
    itEach(
      `responds with 500 if ${callback} throws, and passes the error to onError unchanged`,
      thrown,
      async ([, error]) => {
        const work = (): never => {
          throw error
        }
        // A promise of never is assignable to every promise.
        for (const options of [optionsFor(work), optionsFor((async () => work()) as () => never)]) {
          const { call, sent, errors } = setUp({ allow: { ownsAccount: () => true }, ...options })
          const { status, code, text, headers } = await call(postJson({ accountId: '451' }))
          expect([status, code, headers.has('retry-after')]).to.deep.equal([500, 'internal', false])
          expectNoDetails(text)
          expect(sent()).to.deep.equal([])
          expect(errors.length === 1 && Object.is(errors[0], error)).to.equal(true)
        }
      },
    )

  const mistakes: readonly (readonly [string, unknown, string])[] = [
    ['an owner without a name', { owner: () => ({ id: 'acme-42' }) }, 'originOwnerName'],
    ['an owner with a number as its id', { owner: () => ({ id: 42, name: 'Acme Inc.' }) }, 'originOwnerId'],
    ['an owner with a blank username', { owner: () => ({ id: 'a', name: 'b', username: '' }) }, 'originUsername'],
    [
      'a string as the owner',
      { owner: () => 'acme-42' },
      'The owner callback must return { id, name } or null, got a string.',
    ],
    [
      'a configure callback that returns nothing',
      { configure: () => undefined },
      "The configure callback must return a session with the same owner id, such as session.label('a').",
    ],
    [
      'a configure callback that returns an object',
      { configure: () => ({}) },
      "The configure callback must return a session with the same owner id, such as session.label('a').",
    ],
    [
      'a configure callback that returns an invalid session',
      { configure: (session: Session) => session.expiresIn(0) },
      'expiresIn',
    ],
    [
      'a configure callback that sets the owner by its wire name',
      { configure: (session: Session) => session.field('origin_owner_id', 'globex-7') },
      'origin_owner_id',
    ],
  ]
  itEach('responds with 500 to mistakes of the server, and reports them', mistakes, async ([, options, expected]) => {
    const { call, sent, errors } = setUp(options as Partial<HandlerOptions>) // JavaScript may return anything
    const { status, code, text } = await call(post())
    expect([status, code, sent()]).to.deep.equal([500, 'internal', []])
    expectNoDetails(text)
    expect(errors).to.have.length(1)
    expect(errors[0]).to.have.property('name').that.is.oneOf(['ValidationError', 'ConfigurationError'])
    expect(errors[0]).to.have.property('message').that.includes(expected)
  })
})

describe("The handler's onError", () => {
  it('receives the request', async () => {
    const requests: unknown[] = []
    const { call } = setUp({ onError: (_, request) => requests.push(request) }, { fetch: respondWith(500) })
    const request = post()
    await call(request)
    expect(requests).to.deep.equal([request])
  })

  it("is not called for a page's mistakes", async () => {
    const { call, errors } = setUp({
      owner: (request) => (request.headers.has('x-signed-out') ? null : { id: 'a', name: 'b' }),
    })
    const requests = [
      new Request('https://a.example'),
      post('{', {}),
      postJson({ owner: 1 }),
      post('{}', { origin: 'null' }),
      post('x', { 'content-type': 'text/plain' }),
      post('{}', { 'x-signed-out': '1' }),
    ]
    for (const request of requests) expect((await call(request)).status).to.be.within(400, 415)
    expect(errors).to.deep.equal([])
  })

  const unhandled = unhandledRejections()

  const callbacks: readonly (readonly [string, HandlerOptions['onError']])[] = [
    ['is missing', undefined],
    [
      'throws',
      () => {
        throw new Error(upstreamMessage)
      },
    ],
    ['rejects', () => Promise.reject(new Error(upstreamMessage))],
    ['never settles', () => new Promise(() => {})],
  ]
  itEach('does not change the response if it fails', callbacks, async ([, onError]) => {
    const { call } = setUp({ onError }, { fetch: respondWith(500) })
    const { status, body } = await call(post())
    expect(status).to.equal(502)
    expect(body).to.deep.equal({ error: { code: 'upstream', message: 'Upstream request failed' } })
    // Node reports an unhandled rejection only after the pending promises have run.
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(unhandled).to.deep.equal([])
  })
})
