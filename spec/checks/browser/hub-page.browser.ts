import { serve } from '@hono/node-server'
import { expect } from 'chai'
import { type Browser, chromium } from 'playwright-core'
import { hubServer } from '../../../examples/hub-page/hub.ts'
import { createClient } from '../../../lib/index.ts'
import { type Sandbox, sandbox } from '../../../lib/testing/index.ts'
import { until } from '../../support/call.ts'
import { httpServer, type TestServer } from '../../support/server.ts'
import { type Backend, start } from './backend.ts'
import { chromiumPath, flags } from './chromium.ts'
import { type Visit, visit } from './visit.ts'

const apiKey = 'v1.eu1.key-of-the-server'

/** The key in plain text and in base64. */
const keys = ['key-of-the-server', ...[apiKey, `${apiKey}:`].map((text) => btoa(text).replace(/=+$/, ''))]

interface Hub {
  readonly url: string
  /** The bodies of the requests that connect an account. */
  readonly connects: readonly unknown[]
  readonly close: () => void
}

/** Serves the imitated Hub and the sandbox behind it. */
const startHub = (api: Sandbox): Promise<Hub> =>
  new Promise((resolve) => {
    const connects: unknown[] = []
    const { fetch } = hubServer(api, createClient({ apiKey, fetch: api.fetch }))
    const recorded = async (request: Request): Promise<Response> => {
      const isConnect = request.method === 'POST' && new URL(request.url).pathname === '/hub/accounts'
      if (isConnect) connects.push(await request.clone().json())
      return fetch(request)
    }
    const server = serve({ fetch: recorded, hostname: '127.0.0.1', port: 0 }, ({ port }) =>
      resolve({ url: `http://127.0.0.1:${port}`, connects, close: () => server.close() }),
    )
  })

interface Site {
  readonly api: Sandbox
  readonly hub: Hub
  readonly backend: Backend
}

/** Starts the example with a key. Its base URL is that of the imitated Hub. */
const startSite = async (): Promise<Site> => {
  const api = sandbox({ apiKey })
  const hub = await startHub(api)
  return { api, hub, backend: await start({ STACKONE_API_KEY: apiKey, STACKONE_BASE_URL: hub.url }) }
}

const stop = async ({ hub, backend }: Site): Promise<void> => {
  await backend.close()
  hub.close()
}

const createsOf = ({ requests }: Sandbox) => requests.filter(({ path }) => path === '/connect_sessions')

const signIn = async ({ page }: Visit): Promise<void> => {
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('Signed in as Acme Inc.').waitFor()
}

const open = ({ page }: Visit): Promise<void> => page.getByRole('button', { name: 'Connect an account' }).click()

const messageOf = async ({ page }: Visit): Promise<string> => {
  const message = page.getByRole('status')
  await message.filter({ hasText: /\S/ }).waitFor()
  return message.innerText()
}

const waitForConnectors = async ({ page }: Visit, ...names: readonly string[]): Promise<void> => {
  for (const name of names) await page.locator('stackone-hub').getByText(name, { exact: true }).waitFor()
}

interface CrossOriginRequest {
  readonly url: string
  readonly type: string
  readonly mode: RequestMode
}

/** Runs in a page. Resolves with the type of the response or the message of the error. */
const sendCrossOrigin = ({ url, type, mode }: CrossOriginRequest): Promise<string> =>
  fetch(url, { method: 'POST', mode, credentials: 'include', headers: { 'content-type': type }, body: '{}' }).then(
    (response) => response.type,
    (error: Error) => error.message,
  )

let browser: Browser

before(async () => {
  browser = await chromium.launch({ executablePath: chromiumPath() ?? '', args: flags })
})

after(() => browser.close())

describe('The hub-page example', () => {
  let site: Site
  let seen: Visit
  let lastMessage = ''

  before(async () => {
    site = await startSite()
    seen = await visit(browser, site.backend.url)
  })

  after(() => stop(site))

  it('loads, and lets the user sign in', async () => {
    await signIn(seen)
    expect(await seen.page.title()).to.equal('Integrations')
    expect(site.api.requests).to.deep.equal([])
  })

  it('creates a token for the signed-in customer when the user clicks Connect', async () => {
    const received = seen.page.waitForResponse(/connect-session$/)
    await open(seen)
    const response = await received
    expect(response.status()).to.equal(200)
    expect(await response.json()).to.have.all.keys('token', 'expiresAt')
    expect(createsOf(site.api).map(({ body }) => body)).to.deep.equal([
      {
        origin_owner_id: 'acme-42',
        origin_owner_name: 'Acme Inc.',
        categories: ['ats', 'hris'],
        expires_in: 600,
      },
    ])
  })

  it("opens the Hub, which lists the connectors of the session's categories", async () => {
    await waitForConnectors(seen, 'Greenhouse', 'Lever', 'BambooHR', 'HiBob')
    expect(await seen.page.getByText('HubSpot').count()).to.equal(0)
    await seen.screenshot('connectors')
  })

  it('connects the account that the user selects', async () => {
    const hub = seen.page.locator('stackone-hub')
    await hub.getByText('BambooHR', { exact: true }).click()
    await hub.getByPlaceholder('acme').fill('acme')
    await hub.getByPlaceholder('Any text will do').fill('key-of-the-user')
    await seen.screenshot('form')
    await hub.getByRole('button', { name: 'Connect' }).click()
    await hub.getByText('Connection Successful').waitFor()
    expect(site.hub.connects).to.deep.equal([
      { integration_id: 'sandbox-bamboohr', credentials: { subdomain: 'acme', api_key: 'key-of-the-user' } },
    ])
  })

  it('shows the account of the `success` event', async () => {
    lastMessage = await messageOf(seen)
    await seen.screenshot('connected')
    expect(lastMessage).to.equal('Connected bamboohr as sandbox-account-1.')
    expect(await seen.hubEvents()).to.deep.equal([
      { type: 'success', detail: { id: 'sandbox-account-1', provider: 'bamboohr' } },
    ])
  })

  it('has a backend that polls the same connection', async () => {
    const line = 'Session 1 of acme-42: authenticated, account sandbox-account-1\n'
    expect(await until(() => site.backend.printed().includes(line), 30_000)).to.equal(true)
  })

  it('removes the Hub when the user closes it', async () => {
    await seen.page.locator('stackone-hub').getByRole('button', { name: 'Close' }).click()
    await seen.page.locator('stackone-hub').waitFor({ state: 'detached' })
    expect((await seen.hubEvents()).map(({ type }) => type)).to.deep.equal(['success', 'close'])
    expect(await messageOf(seen)).to.equal(lastMessage)
  })

  it('opens the Hub a second time with a new token', async () => {
    expect(seen.tokens()).to.have.length(1)
    await open(seen)
    await waitForConnectors(seen, 'BambooHR')
    expect(seen.tokens()).to.deep.equal(site.api.sessions.map(({ token }) => token))
    expect(new Set(seen.tokens())).to.have.property('size', 2)
  })

  it('keeps the key and the customer id out of the browser', async () => {
    const received = await seen.received()
    expect(received).to.include('"integrations":[').and.to.include(seen.tokens()[1])
    expect([...keys, 'acme-42'].filter((secret) => received.includes(secret))).to.deep.equal([])
  })

  it('prints neither the key nor a token', () => {
    expect([...keys, ...seen.tokens()].filter((secret) => site.backend.printed().includes(secret))).to.deep.equal([])
  })

  it('sends requests only to its backend and to StackOne', () => {
    expect(seen.hosts()).to.have.members([site.backend.url, site.hub.url].map((url) => new URL(url).host))
  })

  it('causes no console warnings or errors', () => {
    expect(seen.consoleErrors).to.deep.equal([])
  })
})

describe('The hub-page example in case of errors', () => {
  let site: Site
  let otherSite: TestServer

  beforeEach(async () => {
    site = await startSite()
    otherSite = await httpServer((_, response) => response.end('<!doctype html><title>Other site</title>'))
  })

  afterEach(async () => {
    await otherSite.close()
    await stop(site)
  })

  it('asks a user who is not signed in to sign in', async () => {
    const seen = await visit(browser, site.backend.url)
    const received = seen.page.waitForResponse(/connect-session$/)
    await open(seen)
    expect((await received).status()).to.equal(401)
    expect(await messageOf(seen)).to.equal('Sign in first, then connect an account.')
    expect(site.api.requests).to.deep.equal([])
    await seen.screenshot('not-signed-in')
  })

  it('asks a user whose sign-in has expired to sign in', async () => {
    const seen = await visit(browser, site.backend.url)
    await signIn(seen)
    await seen.page.context().clearCookies()
    await open(seen)
    expect(await messageOf(seen)).to.equal('Sign in first, then connect an account.')
    expect(site.api.requests).to.deep.equal([])
  })

  it('shows when to try again if the rate limit is reached', async () => {
    const seen = await visit(browser, site.backend.url)
    await signIn(seen)
    site.api.fail({ status: 429, retryAfter: 42 })
    await open(seen)
    expect(await messageOf(seen)).to.equal('Too many requests. Try again in 42 seconds.')
    expect(createsOf(site.api)).to.have.length(1)
    await seen.screenshot('rate-limited')
  })

  it('shows a message while the browser is offline, and connects once it is online', async () => {
    const seen = await visit(browser, site.backend.url)
    await signIn(seen)
    await seen.page.context().setOffline(true)
    await open(seen)
    expect(await messageOf(seen)).to.equal('The server is not responding. Try again later.')
    await seen.page.context().setOffline(false)
    await open(seen)
    await waitForConnectors(seen, 'BambooHR')
  })

  it('sends one request for two clicks in quick succession', async () => {
    const seen = await visit(browser, site.backend.url)
    await signIn(seen)
    await seen.page.evaluate(() => {
      const button = document.getElementById('connect')
      button?.click()
      button?.click()
    })
    await waitForConnectors(seen, 'BambooHR')
    expect(createsOf(site.api)).to.have.length(1)
  })

  it('returns no token to a page of another origin, even if the user is signed in', async () => {
    const seen = await visit(browser, site.backend.url)
    await signIn(seen)
    await seen.page.goto(otherSite.url)
    expect(otherSite.requests[0]?.headers.cookie).to.match(/^session=/) // ports do not separate sites
    const url = `${site.backend.url}/connect-session`
    const form: CrossOriginRequest = { url, type: 'text/plain', mode: 'no-cors' }
    const json: CrossOriginRequest = { url, type: 'application/json', mode: 'cors' }
    const received = seen.page.waitForResponse(url)
    expect(await seen.page.evaluate(sendCrossOrigin, form)).to.equal('opaque')
    expect((await received).status()).to.equal(403)
    expect(await seen.page.evaluate(sendCrossOrigin, json)).to.equal('Failed to fetch')
    expect(site.api.requests).to.deep.equal([])
  })

  it('shows a generic message if StackOne fails, without the message of StackOne', async () => {
    const seen = await visit(browser, site.backend.url)
    await signIn(seen)
    site.api.fail({ status: 503, message: 'Shard eu1-db-7 is down', retryAfter: 0 }, { rate: 1 })
    await open(seen)
    expect(await messageOf(seen)).to.equal('The connection could not be started. Try again later.')
    expect(createsOf(site.api)).to.have.length(3)
    expect(await seen.received()).not.to.include('eu1-db-7')
    expect(site.backend.printed()).to.include('eu1-db-7')
    expect(keys.filter((secret) => site.backend.printed().includes(secret))).to.deep.equal([])
    await seen.screenshot('failing')
  })

  it('shows a message if its backend is unreachable', async () => {
    const seen = await visit(browser, site.backend.url)
    await site.backend.close()
    await open(seen)
    expect(await messageOf(seen)).to.equal('The server is not responding. Try again later.')
  })
})

describe('The hub-page example without a key', () => {
  it('opens the Hub on its sandbox', async () => {
    const backend = await start({})
    try {
      const seen = await visit(browser, backend.url)
      await signIn(seen)
      await open(seen)
      await waitForConnectors(seen, 'Greenhouse', 'Lever', 'BambooHR', 'HiBob')
    } finally {
      await backend.close()
    }
  })
})
