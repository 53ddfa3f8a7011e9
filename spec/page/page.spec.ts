import { expect } from 'chai'
import { expectTypeOf } from 'expect-type'
import type { HandlerErrorCode } from '../../lib/handler/index.ts'
import {
  createTokenFetcher,
  type FetchedToken,
  type TokenFetcher,
  TokenRequestError,
  type TokenRequestErrorCode,
} from '../../lib/page/index.ts'
import { caught } from '../support/caught.ts'
import { itEach } from '../support/it-each.ts'
import { acmeWire, type Setup, setUp, url } from '../support/page.ts'
import { unhandledRejections } from '../support/unhandled.ts'

const issued = { token: 'tok', expiresAt: '2026-01-01T00:30:00.000Z' }

const nextTask = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1))

/** Sends a page's requests to a handler. */
const fetchFrom =
  ({ handler }: Setup) =>
  (target: string, init: RequestInit): Promise<Response> =>
    handler(new Request(new URL(target, url), init))

interface Sent {
  readonly url: string
  readonly init: RequestInit
  readonly respond: (response: Response) => void
  readonly fail: (error: unknown) => void
}

/** A fetch function whose requests stay pending until the spec settles them. */
const pendingFetch = () => {
  const sent: Sent[] = []
  const fetch = (target: string, init: RequestInit): Promise<Response> =>
    new Promise((respond, fail) => {
      sent.push({ url: target, init, respond, fail })
      init.signal?.addEventListener('abort', () => fail(init.signal?.reason))
    })
  return { sent, fetchToken: createTokenFetcher('/connect', { fetch }) }
}

const fetcherOf = (response: Response): TokenFetcher =>
  createTokenFetcher('/connect', { fetch: async () => response.clone() })

const errorOf = async (call: Promise<unknown>): Promise<TokenRequestError> => {
  const error = await caught(call)
  if (!(error instanceof TokenRequestError)) throw new Error(`expected a TokenRequestError, got ${error}`)
  expect(error.name).to.equal('TokenRequestError')
  return error
}

describe('createTokenFetcher', () => {
  const unhandled = unhandledRejections()
  afterEach(async () => {
    await nextTask()
    expect(unhandled).to.deep.equal([])
  })

  it('resolves with the token and a Date of its expiry', async () => {
    const made = setUp({ allow: { categories: ['ats'] } })
    const fetched = await createTokenFetcher('/api/connect', { fetch: fetchFrom(made) })({ categories: ['ats'] })
    expect(fetched.token).to.equal(made.api.sessions[0]?.token)
    expect(fetched.expiresAt.getTime()).to.equal(Date.parse(made.api.sessions[0]?.created_at ?? '') + 1_800_000)
    expect(made.sent()).to.deep.equal([{ ...acmeWire, categories: ['ats'] }])
    expect(fetched).to.be.frozen
  })

  it('requests no fields by default', async () => {
    const made = setUp()
    await createTokenFetcher(new URL(url), { fetch: fetchFrom(made) })()
    expect(made.sent()).to.deep.equal([acmeWire])
  })

  it('sends a POST request with JSON, the given headers and cookies', async () => {
    const requests: [string, RequestInit][] = []
    const fetchToken = createTokenFetcher('/connect', {
      headers: { 'X-CSRF-Token': '7f3a', 'Content-Type': 'text/plain' },
      fetch: async (...request) => {
        requests.push(request)
        return Response.json(issued)
      },
    })
    await fetchToken({ provider: 'bamboohr', categories: undefined })
    const [[target, { signal, ...init }] = ['', {}]] = requests
    expect(target).to.equal('/connect')
    expect(signal).to.be.instanceOf(AbortSignal)
    expect(init).to.deep.equal({
      method: 'POST',
      headers: { 'x-csrf-token': '7f3a', 'content-type': 'application/json' },
      body: '{"provider":"bamboohr"}',
      credentials: 'include',
    })
  })

  it('uses the global fetch at the time of the call', async () => {
    const original = globalThis.fetch
    const fetchToken = createTokenFetcher('/connect')
    try {
      globalThis.fetch = async () => Response.json(issued)
      expect((await fetchToken()).token).to.equal('tok')
    } finally {
      globalThis.fetch = original
    }
  })

  it('has types for the request, the token and the error', () => {
    expectTypeOf(createTokenFetcher).returns.toEqualTypeOf<TokenFetcher>()
    expectTypeOf<TokenFetcher>().returns.resolves.toEqualTypeOf<FetchedToken>()
    expectTypeOf<HandlerErrorCode>().toExtend<TokenRequestErrorCode>()
    expectTypeOf<TokenRequestError>().toHaveProperty('retryAfter').toEqualTypeOf<number | undefined>()
  })

  describe('with concurrent calls', () => {
    it('shares one HTTP request among calls with equal requests, whatever the order of their keys', async () => {
      const { sent, fetchToken } = pendingFetch()
      const calls = [
        fetchToken({ categories: ['ats', 'hris'], multiple: true }),
        fetchToken({ multiple: true, categories: ['ats', 'hris'] }),
        fetchToken({ multiple: true, provider: undefined, categories: ['ats', 'hris'] }),
      ]
      expect(sent).to.have.length(1)
      sent[0]?.respond(Response.json(issued))
      expect((await Promise.all(calls)).map(({ token }) => token)).to.deep.equal(['tok', 'tok', 'tok'])
    })

    it('sends one HTTP request for each different request', () => {
      const { sent, fetchToken } = pendingFetch()
      void fetchToken({ categories: ['ats', 'hris'] })
      void fetchToken({ categories: ['hris', 'ats'] })
      void fetchToken({ multiple: true })
      expect(sent).to.have.length(3)
    })

    it('rejects all calls that share a failed HTTP request', async () => {
      const { sent, fetchToken } = pendingFetch()
      const calls = [fetchToken(), fetchToken()]
      sent[0]?.fail(new TypeError('Failed to fetch'))
      for (const call of calls) expect((await errorOf(call)).code).to.equal('network')
    })
  })

  describe('with a later call', () => {
    it('sends a new HTTP request after a token', async () => {
      const made = setUp()
      const fetchToken = createTokenFetcher('/connect', { fetch: fetchFrom(made) })
      const tokens = [(await fetchToken()).token, (await fetchToken()).token]
      expect(tokens).to.deep.equal(made.api.sessions.map(({ token }) => token))
      expect(new Set(tokens)).to.have.property('size', 2)
    })

    it('sends a new HTTP request after an error', async () => {
      const { sent, fetchToken } = pendingFetch()
      const first = fetchToken()
      sent[0]?.fail(new TypeError('Failed to fetch'))
      await errorOf(first)
      void fetchToken()
      expect(sent).to.have.length(2)
    })
  })

  describe('with a signal', () => {
    it('rejects an aborted call immediately and sends nothing', async () => {
      const { sent, fetchToken } = pendingFetch()
      const error = await errorOf(fetchToken({}, { signal: AbortSignal.abort('left') }))
      expect([error.code, error.status, error.cause, sent]).to.deep.equal(['aborted', undefined, 'left', []])
    })

    it('rejects only the aborted call of two that share an HTTP request', async () => {
      const { sent, fetchToken } = pendingFetch()
      const page = new AbortController()
      const [aborted, other] = [fetchToken({}, { signal: page.signal }), fetchToken({}, {})]
      page.abort('left')
      expect((await errorOf(aborted)).cause).to.equal('left')
      await nextTask()
      expect(sent[0]?.init.signal?.aborted).to.equal(false)
      sent[0]?.respond(Response.json(issued))
      expect((await other).token).to.equal('tok')
      expect(sent).to.have.length(1)
    })

    it('cancels the HTTP request once all its calls are aborted', async () => {
      const { sent, fetchToken } = pendingFetch()
      const pages = [new AbortController(), new AbortController()]
      const calls = pages.map(({ signal }) => fetchToken({}, { signal }))
      for (const page of pages) page.abort()
      for (const call of calls) expect((await errorOf(call)).code).to.equal('aborted')
      await nextTask()
      expect(sent[0]?.init.signal?.aborted).to.equal(true)
      void fetchToken()
      expect(sent).to.have.length(2)
    })

    it('keeps an HTTP request whose only call is aborted and repeated, as by StrictMode', async () => {
      const { sent, fetchToken } = pendingFetch()
      const mount = () => {
        const page = new AbortController()
        return { call: fetchToken({}, { signal: page.signal }), unmount: () => page.abort() }
      }
      const first = mount()
      first.unmount()
      const second = mount()
      await errorOf(first.call)
      await nextTask()
      sent[0]?.respond(Response.json(issued))
      expect((await second.call).token).to.equal('tok')
      expect(sent).to.have.length(1)
    })

    it('leaves no listener on a signal', async () => {
      const { sent, fetchToken } = pendingFetch()
      const page = new AbortController()
      const listeners = new Set<unknown>()
      page.signal.addEventListener = (_: string, listener: unknown) => void listeners.add(listener)
      page.signal.removeEventListener = (_: string, listener: unknown) => void listeners.delete(listener)
      const call = fetchToken({}, { signal: page.signal })
      expect(listeners).to.have.property('size', 1)
      sent[0]?.respond(Response.json(issued))
      await call
      await nextTask()
      expect(listeners).to.have.property('size', 0)
    })
  })

  it('ignores a signal and headers that only Object.prototype has', async () => {
    const inits: RequestInit[] = []
    const response = Response.json(issued)
    const fetch = async (_: string, init: RequestInit): Promise<Response> => {
      inits.push(init)
      return response
    }
    const polluted = { signal: AbortSignal.abort(), headers: { 'x-polluted': '1' }, mode: 'no-cors' }
    Object.assign(Object.prototype, polluted)
    try {
      expect((await createTokenFetcher('/connect', { fetch })({}, {})).token).to.equal('tok')
    } finally {
      for (const name of Object.keys(polluted)) Reflect.deleteProperty(Object.prototype, name)
    }
    expect(inits.map(({ headers }) => headers)).to.deep.equal([{ 'content-type': 'application/json' }])
    expect(inits.map(Object.getPrototypeOf)).to.deep.equal([null])
  })

  describe('rejects with a TokenRequestError', () => {
    it('that has the code and the status of the handler, such as for a user who is not signed in', async () => {
      const fetch = fetchFrom(setUp({ owner: () => null }))
      const error = await errorOf(createTokenFetcher('/connect', { fetch })())
      expect(error).to.include({ code: 'unauthorized', status: 401, message: 'Authentication required' })
      expect([error.issues, error.retryAfter]).to.deep.equal([[], undefined])
    })

    it("that has the issues of the request's fields", async () => {
      const fetch = fetchFrom(setUp())
      const error = await errorOf(createTokenFetcher('/connect', { fetch })({ provider: 'bamboohr' }))
      expect(error).to.include({ code: 'invalid-choices', status: 400 })
      expect(error.issues).to.deep.equal([{ path: 'provider', message: 'is not allowed' }])
    })

    itEach(
      'that has the seconds of a Retry-After',
      [
        ['60', 60],
        ['0', 0],
        ['-1', undefined],
        ['Infinity', undefined],
        ['10000000000', undefined],
        ['2099-10-21', undefined],
        [undefined, undefined],
      ] as const,
      async ([header, expected]) => {
        const headers = header === undefined ? {} : { 'retry-after': header }
        const limited = { error: { code: 'rate-limited', message: 'Too many requests' } }
        const error = await errorOf(fetcherOf(Response.json(limited, { status: 429, headers }))())
        expect(error).to.include({ code: 'rate-limited', status: 429, retryAfter: expected })
      },
    )

    it('that has a code of a newer handler', async () => {
      const body = { error: { code: 'account-locked', message: 'Account locked' } }
      const error = await errorOf(fetcherOf(Response.json(body, { status: 423 }))())
      expect(error).to.include({ code: 'account-locked', status: 423, message: 'Account locked' })
    })

    const failures: readonly (readonly [string, () => Promise<Response>])[] = [
      ['the network is down', () => Promise.reject(new TypeError('Failed to fetch'))],
      ['fetch returns nothing', () => Promise.resolve(JSON.parse('null'))],
      [
        'fetch throws',
        () => {
          throw new TypeError('Failed to parse URL')
        },
      ],
      [
        'the connection breaks in the body',
        async () => new Response(new ReadableStream({ start: (stream) => stream.error(new TypeError('terminated')) })),
      ],
    ]
    itEach('with the code network and the cause if the request fails', failures, async ([, fetch]) => {
      const error = await errorOf(createTokenFetcher('/connect', { fetch })())
      expect(error).to.include({ code: 'network', status: undefined, message: 'The server could not be reached' })
      expect(error.cause).to.be.instanceOf(TypeError)
    })

    const html = '<!doctype html><title>Sign in</title>'
    const responses: readonly (readonly [string, Response])[] = [
      ['an HTML page with status 200', new Response(html)],
      ['a 401 without the error of the handler', Response.json({ message: 'Unauthorized' }, { status: 401 })],
      ['truncated JSON', new Response('{"token":"tok"')],
      ['null', Response.json(null)],
      ['an empty token', Response.json({ ...issued, token: '' })],
      ['a number as the token', Response.json({ ...issued, token: 7 })],
      ['an expiry that is not a date', Response.json({ ...issued, expiresAt: 'soon' })],
      ['an error with status 200', Response.json({ error: { code: 'internal', message: 'Internal server error' } })],
      ['a token with status 500', Response.json(issued, { status: 500 })],
      ['an error without a code', Response.json({ error: { message: 'Not found' } }, { status: 404 })],
    ]
    itEach(
      'with the code invalid-response if the response is not what the handler sends',
      responses,
      async ([, response]) => {
        const { status } = response
        const error = await errorOf(fetcherOf(response)())
        expect(error).to.include({ code: 'invalid-response', status })
        expect(error.message).to.equal(`The response with status ${status} is not that of connectSessionHandler`)
      },
    )

    it('with the code invalid-response if only Object.prototype has a token', async () => {
      Object.assign(Object.prototype, issued)
      try {
        const error = await errorOf(fetcherOf(new Response('{}'))())
        expect(error.code).to.equal('invalid-response')
      } finally {
        for (const name of Object.keys(issued)) Reflect.deleteProperty(Object.prototype, name)
      }
    })
  })
})
