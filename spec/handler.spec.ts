import { request as httpRequest } from 'node:http'
import { expect } from 'chai'
import { expectTypeOf } from 'expect-type'
import { connectSessionHandler, type HandlerOptions, type HandlerToken } from '../lib/handler.ts'
import { AbortError, minutes, type Session, type SessionClient, session } from '../lib/index.ts'
import { until } from './support/call.ts'
import { acme, acmeWire, choose, handling, type Mounted, mount, pieces, post, read, url } from './support/page.ts'

/** A fetch that never answers, and what its signals said. */
const silence = () => {
  const signals: AbortSignal[] = []
  const fetch = (_: string, { signal }: RequestInit): Promise<Response> =>
    new Promise((_resolve, reject) => {
      if (signal) signals.push(signal)
      signal?.addEventListener('abort', () => reject(new Error('aborted')))
    })
  return { signals, fetch }
}

describe('The handler', () => {
  it('answers with the token and its expiry, and nothing else', async () => {
    const { ask, api } = handling()
    const { status, body } = await ask(post())
    expect(status).to.equal(200)
    const [made] = api.sessions
    const expiresAt = new Date(Date.parse(made?.created_at ?? '') + 1_800_000).toISOString()
    expect(body).to.deep.equal({ token: made?.token, expiresAt })
  })

  it('sends a session of the owner that the server gave', async () => {
    const { ask, sent } = handling()
    await ask(post())
    expect(sent()).to.deep.equal([acmeWire])
  })

  it('sends the username, if the server gave one', async () => {
    const { ask, sent } = handling({ owner: async () => ({ ...acme, username: 'it@acme.example' }) })
    await ask(post())
    expect(sent()).to.deep.equal([{ ...acmeWire, origin_username: 'it@acme.example' }])
  })

  it('sends what the page chose, where it is allowed', async () => {
    const { ask, sent } = handling({
      allow: { categories: ['ats', 'hris'], providers: ['bamboohr'], multiple: true, ownsAccount: () => true },
    })
    const { status } = await ask(
      choose({ categories: ['hris', 'ats'], provider: 'bamboohr', multiple: false, accountId: '451' }),
    )
    expect(status).to.equal(200)
    expect(sent()).to.deep.equal([
      { ...acmeWire, provider: 'bamboohr', categories: ['hris', 'ats'], account_id: '451', multiple: false },
    ])
  })

  it('asks the owner of each request anew', async () => {
    const owner = (request: Request) => ({ id: request.headers.get('x-user') ?? '', name: 'Acme Inc.' })
    const { ask, sent } = handling({ owner })
    await Promise.all(['acme-42', 'globex-7'].map((user) => ask(post(undefined, { 'x-user': user }))))
    expect(sent()).to.have.deep.members([acmeWire, { ...acmeWire, origin_owner_id: 'globex-7' }])
  })

  for (const nobody of [null, undefined])
    it(`answers 401 where the owner is ${nobody}, and sends nothing`, async () => {
      for (const owner of [() => nobody, async () => nobody]) {
        const { ask, sent, errors } = handling({ owner })
        const { status, code } = await ask(choose({ categories: ['ats'] }))
        expect([status, code]).to.deep.equal([401, 'unauthorized'])
        expect([sent(), errors]).to.deep.equal([[], []])
      }
    })

  it('gives the owner callback a body that was read, so that no owner can come out of it', async () => {
    const seen: unknown[] = []
    const { ask } = handling({
      owner: async (request) => {
        seen.push(request.bodyUsed, await request.json().catch((error: unknown) => error))
        return acme
      },
    })
    await ask(choose({}))
    expect(seen[0]).to.equal(true)
    expect(seen[1]).to.be.instanceOf(TypeError)
  })

  describe('with a configure callback', () => {
    it('sends what it adds, over what the page chose', async () => {
      const { ask, sent } = handling({
        allow: { categories: true, multiple: true },
        configure: async (session, request) =>
          session.expiresIn(minutes(10)).multiple(false).label(new URL(request.url).pathname),
      })
      await ask(choose({ categories: ['crm'], multiple: true }))
      expect(sent()).to.deep.equal([
        { ...acmeWire, categories: ['crm'], expires_in: 600, multiple: false, label: '/api/connect' },
      ])
    })

    const losing: readonly (readonly [string, (session: Session) => Session])[] = [
      ['sets another owner', (session) => session.owner('globex-7', 'Globex')],
      ['sets no owner', (session) => session.owner('', '')],
      ['gives another session', () => session().owner('globex-7', 'Globex')],
    ]
    for (const [title, configure] of losing)
      it(`sends the owner that the server gave, also when it ${title}`, async () => {
        const { ask, sent } = handling({ configure })
        expect((await ask(post())).status).to.equal(200)
        expect(sent()).to.deep.equal([acmeWire])
      })

    it('sends the username that the server gave, and lets configure give one if it gave none', async () => {
      const configure = (session: Session) => session.username('other@acme.example')
      const named = handling({ owner: () => ({ ...acme, username: 'it@acme.example' }), configure })
      const unnamed = handling({ configure })
      await Promise.all([named.ask(post()), unnamed.ask(post())])
      expect(named.sent()).to.deep.equal([{ ...acmeWire, origin_username: 'it@acme.example' }])
      expect(unnamed.sent()).to.deep.equal([{ ...acmeWire, origin_username: 'other@acme.example' }])
    })

    it('does not ask it when the page chose what it may not', async () => {
      const asked: unknown[] = []
      const configure = (given: Session) => {
        asked.push(given)
        return given
      }
      const { ask } = handling({ configure })
      expect((await ask(choose({ provider: 'bamboohr' }))).status).to.equal(400)
      expect(asked).to.deep.equal([])
    })
  })

  for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
    it(`answers ${method} with 405, before anything else`, async () => {
      const { ask, sent } = handling({ origins: ['https://admin.acme.example'] })
      const headers = { origin: 'https://evil.example', 'content-type': 'text/plain' }
      const { status, code, headers: answered } = await ask(new Request(url, { method, headers }))
      expect([status, code, answered.get('allow')]).to.deep.equal([405, 'method-not-allowed', 'POST'])
      expect(sent()).to.deep.equal([])
    })

  it("ends the call with the page's signal, and is answered 499", async () => {
    const { signals, fetch } = silence()
    const { handler, errors } = handling({}, { fetch })
    const page = new AbortController()
    const answered = handler(new Request(url, { method: 'POST', signal: page.signal }))
    expect(await until(() => signals.length === 1)).to.equal(true)
    page.abort()
    const { status, code } = await read(await answered)
    expect([status, code, signals[0]?.aborted, errors]).to.deep.equal([499, 'aborted', true, []])
  })

  it('does not tell of a callback that failed because the page left', async () => {
    const page = new AbortController()
    const { ask, errors } = handling({
      owner: (request) => {
        page.abort()
        request.signal.throwIfAborted()
        return acme
      },
    })
    expect((await ask(new Request(url, { method: 'POST', signal: page.signal }))).status).to.equal(499)
    expect(errors).to.deep.equal([])
  })

  it('works where a request has no signal', async () => {
    const { ask, sent } = handling({ allow: { multiple: true } })
    const request = new Proxy(choose({ multiple: true }), {
      get: (target, name) => {
        if (name === 'signal') return undefined
        const value: unknown = Reflect.get(target, name, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
    expect((await ask(request)).status).to.equal(200)
    expect(sent()).to.deep.equal([{ ...acmeWire, multiple: true }])
  })

  it('takes any client that can create', async () => {
    const payloads: unknown[] = []
    const client: SessionClient = {
      create: async (payload) => {
        payloads.push(payload)
        throw new AbortError('enough')
      },
    }
    expect((await handling({ client }).ask(post())).status).to.equal(499)
    expect(payloads).to.deep.equal([{ originOwnerId: 'acme-42', originOwnerName: 'Acme Inc.' }])
  })

  it('is a function of a request, by its type', () => {
    expectTypeOf(connectSessionHandler).returns.toEqualTypeOf<(request: Request) => Promise<Response>>()
    expectTypeOf<HandlerOptions>().toHaveProperty('owner').returns.toExtend<unknown>()
    expectTypeOf<HandlerToken>().toEqualTypeOf<{ readonly token: string; readonly expiresAt: string }>()
  })

  describe('on a server of Node', () => {
    let server: Mounted
    const mounted = async (made: ReturnType<typeof handling>) => {
      server = await mount(made.handler)
      return made
    }
    afterEach(() => server.close())

    const headers = { 'content-type': 'application/json' }

    it('mints over HTTP, for a page of its own origin', async () => {
      const { sent, api } = await mounted(handling({ allow: { categories: ['ats'] } }))
      const response = await fetch(`${server.url}/api/connect`, {
        method: 'POST',
        headers: { ...headers, origin: server.url },
        body: '{"categories":["ats"]}',
      })
      const { status, body } = await read(response)
      expect(status).to.equal(200)
      expect(body).to.have.property('token', api.sessions[0]?.token)
      expect(sent()).to.deep.equal([{ ...acmeWire, categories: ['ats'] }])
    })

    it('takes a POST without a body and without a type', async () => {
      await mounted(handling())
      expect((await read(await fetch(server.url, { method: 'POST' }))).status).to.equal(200)
    })

    it('refuses a body in pieces that is too large', async () => {
      const { sent } = await mounted(handling())
      const body = pieces(...Array.from({ length: 40 }, () => ' '.repeat(1000)))
      const { status, code } = await read(await fetch(post(body, {}, server.url)))
      expect([status, code, sent()]).to.deep.equal([413, 'too-large', []])
    })

    it('ends the call when the page leaves', async () => {
      const { signals, fetch } = silence()
      const { errors } = await mounted(handling({}, { fetch }))
      const page = httpRequest(server.url, { method: 'POST' }).on('error', () => {})
      page.end()
      expect(await until(() => signals.length === 1)).to.equal(true)
      page.destroy()
      expect(await until(() => signals[0]?.aborted === true)).to.equal(true)
      expect(errors).to.deep.equal([])
    })
  })
})
