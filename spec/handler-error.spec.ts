import { expect } from 'chai'
import type { HandlerOptions } from '../lib/handler.ts'
import {
  ApiError,
  type ClientOptions,
  ConfigurationError,
  type SessionClient,
  type SessionError,
} from '../lib/index.ts'
import { apiKey, choose, handling, post, read } from './support/page.ts'
import { minted } from './support/server.ts'
import { reply } from './support/stub.ts'
import { unhandledRejections } from './support/unhandled.ts'

const said = 'The vendor says: tok.0123456789abcdef of acme-42, Acme Inc.'

/** What no page may read. */
const secrets = [
  said,
  'vendor',
  minted.token,
  'acme-42',
  'Acme Inc.',
  apiKey,
  btoa(`${apiKey}:`),
  'req-7',
  'ECONN',
  'globex',
]

const silent = (text: string): void => {
  for (const secret of secrets) expect(text).not.to.include(secret)
}

const fail =
  (status: number, headers: Readonly<Record<string, string>> = {}) =>
  async (): Promise<Response> =>
    reply(status, { statusCode: status, message: said, token: minted.token }, { 'x-request-id': 'req-7', ...headers })

interface Row {
  readonly title: string
  readonly client: ClientOptions
  readonly answer: readonly [number, string]
  readonly name: SessionError['name']
}

const rows: readonly Row[] = [
  { title: 'a 429', client: { fetch: fail(429) }, answer: [429, 'rate-limited'], name: 'ApiError' },
  ...[400, 401, 403, 404, 408, 409, 422, 500, 501, 502, 503].map(
    (status): Row => ({
      title: `a ${status}`,
      client: { fetch: fail(status) },
      answer: [502, 'upstream'],
      name: 'ApiError',
    }),
  ),
  {
    title: 'no connection',
    client: { fetch: () => Promise.reject(Object.assign(new TypeError(said), { code: 'ECONNREFUSED' })) },
    answer: [502, 'upstream'],
    name: 'NetworkError',
  },
  {
    title: 'a success without a token',
    client: { fetch: async () => reply(201, { ...minted, token: '' }) },
    answer: [502, 'upstream'],
    name: 'ReplyError',
  },
  {
    title: 'HTML',
    client: { fetch: async () => new Response(`<p>${said}</p>`) },
    answer: [502, 'upstream'],
    name: 'ReplyError',
  },
  {
    title: 'silence',
    client: { fetch: () => new Promise(() => {}), timeout: 20 },
    answer: [504, 'timeout'],
    name: 'TimeoutError',
  },
  {
    title: 'a key that cannot be used',
    client: { apiKey: `Basic ${apiKey}` },
    answer: [500, 'internal'],
    name: 'ConfigurationError',
  },
]

describe('A failure of StackOne', () => {
  for (const { title, client, answer, name } of rows)
    it(`is told in a word of our own, and the real error to onError: ${title}`, async () => {
      const { ask, errors } = handling({}, client)
      const { status, code, text } = await ask(post())
      expect([status, code]).to.deep.equal(answer)
      silent(text)
      expect(errors).to.have.length(1)
      expect(errors[0]).to.have.property('name', name)
    })

  it('is passed on with its wait, where it is a 429 that names one', async () => {
    const { ask, errors } = handling({}, { fetch: fail(429, { 'retry-after': '37' }) })
    const { status, headers } = await ask(post())
    expect([status, headers.get('retry-after')]).to.deep.equal([429, '37'])
    expect(errors[0]).to.be.instanceOf(ApiError).and.to.include({ status: 429, retryAfter: 37, requestId: 'req-7' })
    expect(errors[0]).to.have.property('message').that.includes('The vendor says')
  })

  it('has no wait where none was named, or where it is none of the page', async () => {
    const plain = await handling({}, { fetch: fail(429) }).ask(post())
    const busy = await handling({}, { fetch: fail(503, { 'retry-after': '37' }) }).ask(post())
    expect([plain.headers.has('retry-after'), busy.headers.has('retry-after')]).to.deep.equal([false, false])
  })

  it('of a client of another make is told as well', async () => {
    const broken: SessionClient = { create: () => Promise.reject(new Error(said)) }
    const { ask, errors } = handling({ client: broken })
    const { status, text } = await ask(post())
    expect(status).to.equal(500)
    silent(text)
    expect(errors[0]).to.be.instanceOf(ConfigurationError)
  })
})

describe('A failure of the server', () => {
  const thrown: readonly (readonly [string, unknown])[] = [
    ['an error', new Error(said)],
    ['an error of this library', new ApiError(said, { status: 429, body: said, retryAfter: 9 })],
    ['a text', said],
    ['undefined', undefined],
    [
      'a proxy that is a trap',
      new Proxy(
        {},
        {
          get: () => {
            throw new Error(said)
          },
          getPrototypeOf: () => {
            throw new Error(said)
          },
        },
      ),
    ],
  ]
  const callbacks: readonly (readonly [string, (work: () => never) => Partial<HandlerOptions>])[] = [
    ['owner', (work) => ({ owner: work })],
    ['configure', (work) => ({ configure: work })],
    ['ownsAccount', (work) => ({ allow: { ownsAccount: work } })],
  ]
  for (const [callback, options] of callbacks)
    for (const [title, error] of thrown)
      it(`is a 500, and told as it is: ${callback} throws ${title}, or rejects with it`, async () => {
        const work = (): never => {
          throw error
        }
        // A promise of nothing is one of anything.
        for (const own of [options(work), options((async () => work()) as () => never)]) {
          const { ask, sent, errors } = handling({ allow: { ownsAccount: () => true }, ...own })
          const { status, code, text, headers } = await ask(choose({ accountId: '451' }))
          expect([status, code, headers.has('retry-after')]).to.deep.equal([500, 'internal', false])
          silent(text)
          expect(sent()).to.deep.equal([])
          expect(errors.length === 1 && Object.is(errors[0], error)).to.equal(true)
        }
      })

  const mistakes: readonly (readonly [string, unknown, string])[] = [
    ['an owner without a name', { owner: () => ({ id: 'acme-42' }) }, 'originOwnerName'],
    ['an owner with a blank id', { owner: () => ({ id: ' ', name: 'Acme Inc.' }) }, 'originOwnerId'],
    ['an owner with a number for an id', { owner: () => ({ id: 42, name: 'Acme Inc.' }) }, 'originOwnerId'],
    ['an owner with a blank username', { owner: () => ({ id: 'a', name: 'b', username: '' }) }, 'originUsername'],
    ['an id alone', { owner: () => 'acme-42' }, 'The owner callback must give { id, name }, or null, got a string.'],
    ['false for nobody', { owner: () => false }, 'The owner callback must give { id, name }, or null, got a boolean.'],
    [
      'a configure that returns nothing',
      { configure: () => undefined },
      'The configure callback must return the session that its calls give, got undefined.',
    ],
    [
      'a configure that returns what only looks like a session',
      { configure: () => ({ owner: () => ({}), send: () => ({}) }) },
      'got an object.',
    ],
    [
      'a configure that gives what is not valid',
      { configure: (session: { expiresIn: (n: number) => unknown }) => session.expiresIn(0) },
      'expiresIn',
    ],
    [
      'a configure that sets the owner by its wire name',
      {
        configure: (session: { field: (n: string, v: string) => unknown }) =>
          session.field('origin_owner_id', 'globex-7'),
      },
      'origin_owner_id',
    ],
  ]
  for (const [title, options, says] of mistakes)
    it(`is a 500, and told with what to mend: ${title}`, async () => {
      const { ask, sent, errors } = handling(options as Partial<HandlerOptions>) // as JavaScript can
      const { status, code, text } = await ask(post())
      expect([status, code, sent()]).to.deep.equal([500, 'internal', []])
      silent(text)
      expect(errors).to.have.length(1)
      expect(errors[0]).to.have.property('name').that.is.oneOf(['ValidationError', 'ConfigurationError'])
      expect(errors[0]).to.have.property('message').that.includes(says)
    })

  it('is also a request that is none: the promise does not reject', async () => {
    for (const request of [undefined, null, {}, 'POST', { method: 'POST' }]) {
      const { handler, errors } = handling()
      const { status, code } = await read(await Reflect.apply(handler, undefined, [request]))
      expect([status, code, errors.length]).to.deep.equal([500, 'internal', 1])
    }
  })
})

describe('onError', () => {
  it('is given the request as well', async () => {
    const told: unknown[] = []
    const { ask } = handling({ onError: (_, request) => told.push(request) }, { fetch: fail(500) })
    const request = post()
    await ask(request)
    expect(told).to.deep.equal([request])
  })

  it("is not told of the page's own mistakes", async () => {
    const { ask, errors } = handling({
      owner: (request) => (request.headers.has('x-nobody') ? null : { id: 'a', name: 'b' }),
    })
    const requests = [
      new Request('https://a.example'),
      post('{', {}),
      choose({ owner: 1 }),
      post('{}', { origin: 'null' }),
    ]
    for (const request of [...requests, post('x', { 'content-type': 'text/plain' }), post('{}', { 'x-nobody': '1' })])
      expect((await ask(request)).status).to.be.within(400, 415)
    expect(errors).to.deep.equal([])
  })

  const unhandled = unhandledRejections()

  const listeners: readonly (readonly [string, HandlerOptions['onError']])[] = [
    ['is not there', undefined],
    [
      'throws',
      () => {
        throw new Error(said)
      },
    ],
    ['rejects', () => Promise.reject(new Error(said))],
    ['never ends', () => new Promise(() => {})],
    [
      'gives what only looks like a promise, and throws',
      () =>
        Object.defineProperty({}, 'then', {
          get: () => {
            throw new Error(said)
          },
        }),
    ],
  ]
  for (const [title, onError] of listeners)
    it(`does not concern the page when it ${title}`, async () => {
      const { ask } = handling({ onError }, { fetch: fail(500) })
      const { status, text } = await ask(post())
      expect(status).to.equal(502)
      silent(text)
      // A rejection counts as unhandled only after the promises of this turn.
      await new Promise((resolve) => setTimeout(resolve, 20))
      expect(unhandled).to.deep.equal([])
    })
})
