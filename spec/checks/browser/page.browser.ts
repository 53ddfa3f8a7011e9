import { readFileSync } from 'node:fs'
import { getRequestListener } from '@hono/node-server'
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { connectSessionHandler, type HandlerRequest } from '../../../lib/handler/index.ts'
import { createClient } from '../../../lib/index.ts'
import { type Sandbox, sandbox } from '../../../lib/testing/index.ts'
import { until } from '../../support/call.ts'
import { pageServers } from './page-servers.ts'

interface Call {
  readonly url: string
  readonly request?: HandlerRequest
  /** Calls the function a second time, and aborts the first call after so many milliseconds. */
  readonly abortAfter?: number
}

/** Runs in a page. Resolves with the token's type of expiry, or with the fields of the error, for each call. */
const fetchTokens = async ({ url, request, abortAfter }: Call): Promise<unknown> => {
  const path = '/stackone-session.js'
  const { createTokenFetcher, TokenRequestError } = await import(path)
  const fetchToken = createTokenFetcher(url)
  const controller = new AbortController()
  const describe = (call: Promise<{ token: string; expiresAt: Date }>): Promise<unknown> =>
    call.then(
      ({ token, expiresAt }) => ({ token, isDate: expiresAt instanceof Date }),
      (error) => {
        const { code, status, retryAfter, issues } = error
        return { code, status, retryAfter, issues, isError: error instanceof TokenRequestError }
      },
    )
  if (abortAfter === undefined) return describe(fetchToken(request))
  setTimeout(() => controller.abort(), abortAfter)
  return Promise.all([describe(fetchToken(request, { signal: controller.signal })), describe(fetchToken(request))])
}

describe('createTokenFetcher in a page of another origin', () => {
  const { listen, newPage } = pageServers()

  interface Setup {
    readonly api: Sandbox
    readonly page: Page
    readonly url: string
    readonly methods: readonly string[]
  }

  /** Opens a page whose user is signed in at the handler, which allows or forbids the page's origin. */
  const setUp = async ({ isAllowed = true, delay = 0 } = {}): Promise<Setup> => {
    const api = sandbox()
    const methods: string[] = []
    const site = await listen((request, response) => {
      const isScript = request.url === '/stackone-session.js'
      response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
      response.end(isScript ? readFileSync('dist/page.js') : '<!doctype html><title>Site</title>')
    })
    const handler = connectSessionHandler({
      client: createClient({ apiKey: 'v1.sandbox.key', fetch: api.fetch, retries: 0 }),
      owner: async ({ headers }) => {
        await new Promise((resolve) => setTimeout(resolve, delay))
        return headers.get('cookie') === 'login=7f3a' ? { id: 'acme-42', name: 'Acme Inc.' } : null
      },
      allow: { categories: ['ats'] },
      ...(isAllowed && { origins: [site] }),
    })
    const server = await listen(
      getRequestListener((request) => {
        methods.push(request.method)
        return handler(request)
      }),
    )
    const page = await newPage()
    await page.context().addCookies([{ name: 'login', value: '7f3a', url: server }])
    await page.goto(site)
    return { api, page, url: `${server}/connect`, methods }
  }

  it('resolves with a token after a preflight request, and sends cookies', async () => {
    const { api, page, url, methods } = await setUp()
    const result = await page.evaluate(fetchTokens, { url, request: { categories: ['ats'] } })
    expect(result).to.deep.equal({ token: api.sessions[0]?.token, isDate: true })
    expect(methods).to.deep.equal(['OPTIONS', 'POST'])
  })

  it('rejects with the Retry-After of a rate limit', async () => {
    const { api, page, url } = await setUp()
    api.fail({ status: 429, retryAfter: 42 })
    const error = { code: 'rate-limited', status: 429, retryAfter: 42, issues: [], isError: true }
    expect(await page.evaluate(fetchTokens, { url })).to.deep.equal(error)
  })

  it('rejects with 401 once the sign-in has expired', async () => {
    const { page, url } = await setUp()
    await page.context().clearCookies()
    expect(await page.evaluate(fetchTokens, { url })).to.include({ code: 'unauthorized', status: 401, isError: true })
  })

  it('rejects with the issues of an invalid request', async () => {
    const { page, url } = await setUp()
    const issues = [{ path: 'provider', message: 'is not allowed' }]
    const result = await page.evaluate(fetchTokens, { url, request: { provider: 'bamboohr' } })
    expect(result).to.deep.include({ code: 'invalid-choices', status: 400, issues })
  })

  it('rejects with the code network if the origin is not allowed', async () => {
    const { api, page, url } = await setUp({ isAllowed: false })
    expect(await page.evaluate(fetchTokens, { url })).to.include({ code: 'network', isError: true })
    expect(api.requests).to.deep.equal([])
  })

  it('rejects with the code network while the browser is offline', async () => {
    const { page, url } = await setUp()
    await page.evaluate(fetchTokens, { url })
    await page.context().setOffline(true)
    expect(await page.evaluate(fetchTokens, { url })).to.include({ code: 'network', isError: true })
  })

  it('shares one request between two calls, of which one is aborted', async () => {
    const { api, page, url, methods } = await setUp({ delay: 200 })
    const [aborted, other] = Object(await page.evaluate(fetchTokens, { url, abortAfter: 50 }))
    expect(aborted).to.include({ code: 'aborted', isError: true })
    expect(other).to.deep.equal({ token: api.sessions[0]?.token, isDate: true })
    expect(methods).to.deep.equal(['OPTIONS', 'POST'])
  })

  it('cancels the request when the user leaves the page', async () => {
    const { api, page, url, methods } = await setUp({ delay: 300 })
    void page.evaluate(fetchTokens, { url }).catch(() => {}) // rejects when the page is gone
    expect(await until(() => methods.includes('POST'))).to.equal(true)
    await page.goto('about:blank')
    await new Promise((resolve) => setTimeout(resolve, 400))
    expect(api.requests).to.deep.equal([])
  })
})
