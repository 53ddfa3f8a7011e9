import { request as httpRequest } from 'node:http'
import { expect } from 'chai'
import { expectTypeOf } from 'expect-type'
import express from 'express'
import { Hono } from 'hono'
import {
  connectSessionHandler,
  type HandlerOptions,
  type HandlerResponse,
  type Owner,
} from '../../lib/handler/index.ts'
import {
  AbortError,
  ConfigurationError,
  type ConnectSessionToken,
  createClient,
  minutes,
  type SessionClient,
} from '../../lib/index.ts'
import { until } from '../support/call.ts'
import { caught } from '../support/caught.ts'
import { itEach } from '../support/it-each.ts'
import {
  acme,
  acmeWire,
  adapt,
  apiKey,
  listen,
  post,
  postJson,
  type Received,
  receive,
  type Served,
  type Setup,
  serve,
  setUp,
  streamOf,
  url,
} from '../support/page.ts'

/** A fetch that never settles unless it is aborted, and the signals that it received. */
const hangingFetch = () => {
  const signals: AbortSignal[] = []
  const fetch = (_: string, { signal }: RequestInit): Promise<Response> =>
    new Promise((_resolve, reject) => {
      if (signal) signals.push(signal)
      signal?.addEventListener('abort', () => reject(new Error('aborted')))
    })
  return { signals, fetch }
}

describe('The handler', () => {
  it('sends a session of the owner, and responds with the token and its expiry', async () => {
    const { call, api, sent } = setUp()
    const { status, body } = await call(post())
    expect(status).to.equal(200)
    const [created] = api.sessions
    const expiresAt = new Date(Date.parse(created?.created_at ?? '') + 1_800_000).toISOString()
    expect(body).to.deep.equal({ token: created?.token, expiresAt })
    expect(sent()).to.deep.equal([acmeWire])
  })

  it('sends the username that the owner callback returns', async () => {
    const { call, sent } = setUp({ owner: async () => ({ ...acme, username: 'it@acme.example' }) })
    await call(post())
    expect(sent()).to.deep.equal([{ ...acmeWire, origin_username: 'it@acme.example' }])
  })

  it('reads the getters of an owner, such as an entity of an ORM', async () => {
    class Company {
      get id() {
        return 'acme-42'
      }
      get name() {
        return 'Acme Inc.'
      }
    }
    const { call, sent } = setUp({ owner: () => new Company() })
    expect((await call(post())).status).to.equal(200)
    expect(sent()).to.deep.equal([acmeWire])
  })

  itEach('responds with 401 and sends nothing if there is no owner', [null, undefined], async (missing) => {
    for (const owner of [() => missing, async () => missing]) {
      const { call, sent, errors } = setUp({ owner })
      const { status, code, message } = await call(postJson({ categories: ['ats'] }))
      expect([status, code, message]).to.deep.equal([401, 'unauthorized', 'Authentication required'])
      expect([sent(), errors]).to.deep.equal([[], []])
    }
  })

  it('reads the body before it calls the owner callback', async () => {
    const seen: unknown[] = []
    const { call } = setUp({
      owner: async (request) => {
        seen.push(request.bodyUsed, await request.json().catch((error: unknown) => error))
        return acme
      },
    })
    await call(postJson({}))
    expect(seen[0]).to.equal(true)
    expect(seen[1]).to.be.instanceOf(TypeError)
  })

  describe('with a configure callback', () => {
    it('sends the fields that it sets, which override those of the page', async () => {
      const { call, sent } = setUp({
        allow: { categories: ['payroll'], providers: true, multiple: true },
        configure: async (session, request) =>
          session.expiresIn(minutes(10)).categories('hris').multiple(false).label(new URL(request.url).pathname),
      })
      await call(postJson({ categories: ['payroll'], provider: 'bamboohr', multiple: true }))
      const page = { provider: 'bamboohr', categories: ['hris'], multiple: false }
      expect(sent()).to.deep.equal([{ ...acmeWire, ...page, expires_in: 600, label: '/api/connect' }])
    })

    it('responds with 500 and sends nothing if it returns a session of another owner', async () => {
      const { call, sent, errors } = setUp({ configure: (session) => session.owner('globex-7', 'Acme Inc.') })
      const { status, code, text } = await call(post())
      expect([status, code, sent()]).to.deep.equal([500, 'internal', []])
      expect(text).not.to.include('globex')
      const message = "The configure callback must return a session with the same owner id, such as session.label('a')."
      expect(errors).to.have.length(1)
      expect(errors[0]).to.be.instanceOf(ConfigurationError).and.to.have.property('message', message)
    })

    it('sends the name of the owner callback if configure changes only the name', async () => {
      const { call, sent } = setUp({ configure: (session) => session.owner('acme-42', 'Acme GmbH') })
      expect((await call(post())).status).to.equal(200)
      expect(sent()).to.deep.equal([acmeWire])
    })
  })

  describe('with an onSession callback', () => {
    it('passes it each session that was created, and the request', async () => {
      const calls: (readonly [ConnectSessionToken, Request])[] = []
      const { call, api } = setUp({ onSession: (...args) => calls.push(args) })
      const requests = [post(), postJson({})]
      for (const request of requests) expect((await call(request)).status).to.equal(200)
      expect(calls.map(([{ id, token }]) => [id, token])).to.deep.equal(
        api.sessions.map(({ id, token }) => [String(id), token]),
      )
      expect(calls.map(([, request]) => request)).to.deep.equal(requests)
    })

    it('responds only after its promise has resolved', async () => {
      const events: string[] = []
      const { call } = setUp({
        onSession: async () => {
          await new Promise((resolve) => setTimeout(resolve, 20))
          events.push('stored')
        },
      })
      await call(post())
      events.push('responded')
      expect(events).to.deep.equal(['stored', 'responded'])
    })

    it('responds with 500 and without the token if it fails, and passes the error to onError', async () => {
      const { call, errors, api } = setUp({ onSession: () => Promise.reject(new Error('database down')) })
      const { status, code, text } = await call(post())
      expect([status, code]).to.deep.equal([500, 'internal'])
      expect(text).not.to.include(api.sessions[0]?.token).and.not.to.include('database')
      expect(errors.map(String)).to.deep.equal(['Error: database down'])
    })
  })

  it('passes a frozen owner to callbacks', async () => {
    const owners: Owner[] = []
    const ownsAccount = (_id: string, _request: Request, owner: Owner): boolean => owners.push(owner) > 0
    const { call, sent } = setUp({ allow: { ownsAccount } })
    expect((await call(postJson({ accountId: '451' }))).status).to.equal(200)
    expect(owners[0]).to.be.frozen
    expect(sent()).to.deep.equal([{ ...acmeWire, account_id: '451' }])
  })

  describe('in a process whose Object.prototype is polluted', () => {
    const callPolluted = async (polluted: object, { handler }: Setup, request: Request): Promise<Received> => {
      try {
        for (const [name, value] of Object.entries(polluted))
          Object.defineProperty(Object.prototype, name, { value, configurable: true, writable: true })
        return receive(await handler(request))
      } finally {
        for (const name of Object.keys(polluted)) Reflect.deleteProperty(Object.prototype, name)
      }
    }
    const globex = { id: 'globex-7', name: 'Globex', username: 'it@globex.example' }

    it('sends only the own fields of the owner', async () => {
      const served = setUp()
      expect((await callPolluted(globex, served, post())).status).to.equal(200)
      expect(served.sent()).to.deep.equal([acmeWire])
    })

    itEach(
      'responds with 500 and sends nothing if the owner lacks a field that Object.prototype has',
      [{}, { id: 'acme-42' }, { name: 'Acme Inc.' }],
      async (owner) => {
        const served = setUp({ owner: () => owner as Owner }) // JavaScript may return anything
        const { status, text } = await callPolluted(globex, served, post())
        expect([status, served.sent()]).to.deep.equal([500, []])
        expect(text.toLowerCase()).not.to.include('globex')
      },
    )
  })

  const methods = ['GET', 'HEAD', 'PUT', 'OPTIONS']
  itEach('responds to other methods with 405 before it checks anything else', methods, async (method) => {
    const { call, sent } = setUp({ origins: ['https://admin.acme.example'] })
    const headers = { origin: 'https://evil.example', 'content-type': 'text/plain' }
    const { status, code, headers: received } = await call(new Request(url, { method, headers }))
    expect([status, code, received.get('allow'), sent()]).to.deep.equal([405, 'method-not-allowed', 'POST', []])
  })

  it("responds with 499 and aborts the call when the request's signal is aborted", async () => {
    const { signals, fetch } = hangingFetch()
    const { handler, errors } = setUp({}, { fetch })
    const page = new AbortController()
    const response = handler(new Request(url, { method: 'POST', signal: page.signal }))
    expect(await until(() => signals.length === 1)).to.equal(true)
    page.abort()
    const { status, code } = await receive(await response)
    expect([status, code, signals[0]?.aborted, errors]).to.deep.equal([499, 'aborted', true, []])
  })

  it('does not report a callback that throws because the page disconnected', async () => {
    const page = new AbortController()
    const { call, errors } = setUp({
      owner: (request) => {
        page.abort()
        request.signal.throwIfAborted()
        return acme
      },
    })
    expect((await call(new Request(url, { method: 'POST', signal: page.signal }))).status).to.equal(499)
    expect(errors).to.deep.equal([])
  })

  it('accepts a request without a signal', async () => {
    const request = Object.defineProperty(post(), 'signal', { value: undefined })
    expect((await setUp().call(request)).status).to.equal(200)
  })

  it('accepts any client with a create method', async () => {
    const payloads: unknown[] = []
    const client: SessionClient = {
      create: async (payload) => {
        payloads.push(payload)
        throw new AbortError('enough')
      },
    }
    expect((await setUp({ client }).call(post())).status).to.equal(499)
    expect(payloads).to.deep.equal([{ originOwnerId: 'acme-42', originOwnerName: 'Acme Inc.' }])
  })

  it('has the type of a function from a Request to a promise of a Response', () => {
    expectTypeOf(connectSessionHandler).returns.toEqualTypeOf<(request: Request) => Promise<Response>>()
    expectTypeOf<HandlerOptions>().toHaveProperty('owner').returns.toExtend<unknown>()
    expectTypeOf<HandlerResponse>().toEqualTypeOf<{ readonly token: string; readonly expiresAt: string }>()
  })

  describe('called with something other than a Request', () => {
    const values: readonly (readonly [string, unknown, string])[] = [
      ['undefined', undefined, 'undefined'],
      ['a string', 'POST', 'a string'],
      ["an object like Node's request", { method: 'POST', url: '/', headers: { host: 'a.example' } }, 'an object'],
      ['a Hono context', { req: { raw: post(), url, method: 'POST' } }, 'an object'],
    ]
    itEach('rejects with a ConfigurationError, and does not call onError', values, async ([, value, kind]) => {
      const { handler, errors } = setUp()
      const error = await caught(Reflect.apply(handler, undefined, [value]))
      const message =
        `The handler must be called with a Fetch API Request, got ${kind}. In Express, Fastify and Node, wrap it: ` +
        "getRequestListener(handler), from '@hono/node-server'. In Hono, pass c.req.raw."
      expect(error).to.be.instanceOf(ConfigurationError).and.to.have.property('message', message)
      expect(errors).to.deep.equal([])
    })
  })

  describe('mounted in a framework for pages of another origin', () => {
    const origin = 'https://admin.acme.example'
    const preflight = { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } }
    const request = { method: 'POST', headers: { origin } }

    it('receives the preflight and the POST request from Hono', async () => {
      const { handler } = setUp({ origins: [origin] })
      const app = new Hono().all('/connect', ({ req }) => handler(req.raw))
      const responses = [await app.request('/connect', preflight), await app.request('/connect', request)]
      expect(responses.map(({ status }) => status)).to.deep.equal([204, 200])
      for (const { headers } of responses) expect(headers.get('access-control-allow-origin')).to.equal(origin)
    })

    it('receives the preflight and the POST request from Express', async () => {
      const { handler } = setUp({ origins: [origin] })
      const server = await listen(express().all('/connect', adapt(handler)))
      try {
        const target = `${server.url}/connect`
        const responses = [await fetch(target, preflight), await fetch(target, request)]
        expect(responses.map(({ status }) => status)).to.deep.equal([204, 200])
      } finally {
        await server.close()
      }
    })
  })

  describe("and a framework's control flow", () => {
    /** Throws as Next.js's `redirect()` does. */
    const redirect = (): never => {
      throw Object.assign(new Error('NEXT_REDIRECT'), { digest: 'NEXT_REDIRECT;replace;/login;307;' })
    }
    const sources: readonly (readonly [string, Partial<HandlerOptions>, (readonly unknown[])?])[] = [
      ['owner', { owner: redirect }],
      ['owner, asynchronously', { owner: async () => redirect() }],
      ['ownsAccount', { allow: { ownsAccount: redirect } }],
      ['configure', { configure: redirect }],
      ['onSession', { onSession: redirect }],
      ["a client's create", { client: { create: redirect } }],
      ["a client's fetch", { client: createClient({ apiKey, fetch: redirect }) }],
      ["a client's apiKey function", { client: createClient({ apiKey: redirect }) }],
    ]
    itEach(
      'rejects with the control flow error of a framework, whichever callback throws it',
      sources,
      async ([title, options]) => {
        const { handler, errors, sent } = setUp({ allow: { ownsAccount: () => true }, ...options })
        const error = await caught(handler(postJson({ accountId: '451' })))
        expect(error).to.have.property('message', 'NEXT_REDIRECT')
        expect(error).to.have.property('digest', 'NEXT_REDIRECT;replace;/login;307;')
        expect([errors, sent().length]).to.deep.equal([[], title === 'onSession' ? 1 : 0])
      },
    )
  })

  describe('on a Node server', () => {
    let server: Served
    const served = async (made: Setup): Promise<Setup> => {
      server = await serve(made.handler)
      return made
    }
    afterEach(() => server.close())

    const headers = { 'content-type': 'application/json' }

    it('responds to a same-origin page', async () => {
      const { sent, api } = await served(setUp({ allow: { categories: ['ats'] } }))
      const response = await fetch(`${server.url}/api/connect`, {
        method: 'POST',
        headers: { ...headers, origin: server.url },
        body: '{"categories":["ats"]}',
      })
      const { status, body } = await receive(response)
      expect(status).to.equal(200)
      expect(body).to.have.property('token', api.sessions[0]?.token)
      expect(sent()).to.deep.equal([{ ...acmeWire, categories: ['ats'] }])
    })

    it('accepts a POST request without a body and a content type', async () => {
      await served(setUp())
      expect((await receive(await fetch(server.url, { method: 'POST' }))).status).to.equal(200)
    })

    it('responds to a chunked body that is too large with 413', async () => {
      const { sent } = await served(setUp())
      const body = streamOf(...Array.from({ length: 40 }, () => ' '.repeat(1000)))
      const { status, code } = await receive(await fetch(post(body, {}, server.url)))
      expect([status, code, sent()]).to.deep.equal([413, 'too-large', []])
    })

    it('responds with 500 if a body parser has read the body', async () => {
      const { handler, errors, sent } = setUp({ allow: { multiple: true } })
      server = await listen(express().use(express.json()).all('/connect', adapt(handler)))
      const text = '{"multiple":true}'
      for (const body of [text, streamOf(text)]) {
        const { status } = await receive(await fetch(post(body, {}, `${server.url}/connect`)))
        expect([status, sent()]).to.deep.equal([500, []])
        expect(errors.at(-1)).to.have.property('message').that.includes('The request body was already read.')
      }
      expect(errors).to.have.length(2)
    })

    it('aborts the call when the page closes the connection', async () => {
      const { signals, fetch } = hangingFetch()
      const { errors } = await served(setUp({}, { fetch }))
      const page = httpRequest(server.url, { method: 'POST' }).on('error', () => {})
      page.end()
      expect(await until(() => signals.length === 1)).to.equal(true)
      page.destroy()
      expect(await until(() => signals[0]?.aborted === true)).to.equal(true)
      expect(errors).to.deep.equal([])
    })
  })
})
