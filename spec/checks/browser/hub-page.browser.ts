import { serve } from '@hono/node-server'
import { expect } from 'chai'
import type { Browser } from 'playwright-core'
import { hubServer } from '../../../examples/hub-page/hub.ts'
import { createClient, session } from '../../../lib/index.ts'
import { type Sandbox, sandbox, signWebhook } from '../../../lib/testing/index.ts'
import { until } from '../../support/call.ts'
import { httpServer, type TestServer } from '../../support/server.ts'
import { type Backend, start } from './backend.ts'
import { launch } from './chromium.ts'
import { type Visit, visit } from './visit.ts'

const apiKey = 'v1.eu1.key-of-the-server'

const secret = 'whsec.secret-of-the-webhook'

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

interface Delivery {
  readonly event: unknown
  readonly status: number
}

interface Site {
  readonly api: Sandbox
  readonly hub: Hub
  readonly backend: Backend
  /** The events that were delivered to the backend. */
  readonly deliveries: readonly Delivery[]
}

/** Starts the example with a key and a webhook. Its base URL is that of the imitated Hub. */
const startSite = async (): Promise<Site> => {
  const deliveries: Delivery[] = []
  const deliver = async (request: Request): Promise<Response> => {
    const body = await request.text()
    const response = await fetch(`${backend.url}/webhook`, { method: 'POST', headers: request.headers, body })
    deliveries.push({ event: JSON.parse(body), status: response.status })
    return response
  }
  const api = sandbox({ apiKey, webhook: { secret, deliver } })
  const hub = await startHub(api)
  const env = { STACKONE_API_KEY: apiKey, STACKONE_BASE_URL: hub.url, STACKONE_WEBHOOK_SECRET: secret }
  const backend = await start(env)
  return { api, hub, backend, deliveries }
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

/** Returns the accounts that the backend has stored for the signed-in customer. */
const accountsOf = ({ page }: Visit): Promise<unknown> => page.evaluate(async () => (await fetch('accounts')).json())

const open = ({ page }: Visit): Promise<void> => page.getByRole('button', { name: 'Connect an account' }).click()

const messageOf = async ({ page }: Visit): Promise<string> => {
  const message = page.getByRole('status')
  await message.filter({ hasText: /\S/ }).waitFor()
  return message.innerText()
}

const waitForConnectors = async ({ page }: Visit, ...names: readonly string[]): Promise<void> => {
  for (const name of names) await page.locator('stackone-hub').getByText(name, { exact: true }).waitFor()
}

const connectBambooHR = async ({ page, screenshot }: Visit): Promise<void> => {
  const hub = page.locator('stackone-hub')
  await hub.getByText('BambooHR', { exact: true }).click()
  await hub.getByPlaceholder('acme').fill('acme')
  await hub.getByPlaceholder('Any text will do').fill('key-of-the-user')
  await screenshot('form')
  await hub.getByRole('button', { name: 'Connect' }).click()
  await hub.getByText('Connection Successful').waitFor()
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
  browser = await launch()
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
    await connectBambooHR(seen)
    expect(site.hub.connects).to.deep.equal([
      { integration_id: 'sandbox-bamboohr', credentials: { subdomain: 'acme', api_key: 'key-of-the-user' } },
    ])
  })

  it('shows the account once the backend has stored it', async () => {
    lastMessage = await messageOf(seen)
    await seen.screenshot('connected')
    expect(lastMessage).to.equal('Connected bamboohr as sandbox-account-1.')
    expect(await seen.hubEvents()).to.deep.equal([
      { type: 'success', detail: { id: 'sandbox-account-1', provider: 'bamboohr' } },
    ])
  })

  it('delivers a signed event of the account to the backend', async () => {
    expect(site.deliveries).to.have.length(1)
    expect(site.deliveries[0]).to.have.property('status', 200)
    expect(site.deliveries[0]?.event).to.include({
      event: 'account.created',
      account_id: 'sandbox-account-1',
      provider: 'bamboohr',
      origin_owner_id: 'acme-42',
    })
    const line = 'Webhook: account.created of acme-42, account sandbox-account-1\n'
    expect(await until(() => site.backend.printed().includes(line))).to.equal(true)
  })

  it('stores the account for its owner', async () => {
    expect(await accountsOf(seen)).to.deep.equal([{ accountId: 'sandbox-account-1', provider: 'bamboohr' }])
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

  it('does not show the account of another owner', async () => {
    const client = createClient({ apiKey, fetch: site.api.fetch })
    const { id } = await session().owner('globex-7', 'Globex').provider('lever').send(client)
    const { accountId, webhook } = site.api.connect(id)
    expect([accountId, (await webhook)?.status]).to.deep.equal(['sandbox-account-2', 200])
    expect(await accountsOf(seen)).to.deep.equal([{ accountId: 'sandbox-account-1', provider: 'bamboohr' }])
  })

  it('keeps the key and the customer id out of the browser', async () => {
    const received = await seen.received()
    expect(received).to.include('"integrations":[').and.to.include(seen.tokens()[1])
    expect([...keys, secret, 'acme-42'].filter((secret) => received.includes(secret))).to.deep.equal([])
  })

  it('prints neither the key, the secret of the webhook nor a token', () => {
    expect(
      [...keys, secret, ...seen.tokens()].filter((secret) => site.backend.printed().includes(secret)),
    ).to.deep.equal([])
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

  it('stores nothing for an event with a wrong signature', async () => {
    const seen = await visit(browser, site.backend.url)
    await signIn(seen)
    const body = JSON.stringify({ event: 'account.created', account_id: 'account-9', origin_owner_id: 'acme-42' })
    const statusWith = async (signature: string): Promise<number> => {
      const headers = { 'x-stackone-signature': signature }
      return (await fetch(`${site.backend.url}/webhook`, { method: 'POST', headers, body })).status
    }
    expect(await statusWith(await signWebhook(body, 'whsec.forged'))).to.equal(401)
    expect(await accountsOf(seen)).to.deep.equal([])
    expect(await statusWith(await signWebhook(body, secret))).to.equal(200)
    expect(await accountsOf(seen)).to.deep.equal([{ accountId: 'account-9' }])
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

describe('The hub-page example on a phone', () => {
  it('is as wide as the screen, and moves nothing when the user signs in', async () => {
    const backend = await start({})
    try {
      const seen = await visit(browser, backend.url)
      await seen.page.setViewportSize({ width: 375, height: 720 })
      const layout = () =>
        seen.page.evaluate(() => ({
          width: document.documentElement.scrollWidth,
          top: document.querySelector('h1')?.getBoundingClientRect().top,
        }))
      const before = await layout()
      await signIn(seen)
      expect(await layout()).to.deep.equal(before)
      await open(seen)
      await waitForConnectors(seen, 'HiBob')
      expect(await layout()).to.deep.equal({ ...before, width: 375 })
      await seen.screenshot('phone')
    } finally {
      await backend.close()
    }
  })
})

describe('The hub-page example without a key', () => {
  it('opens the Hub on its sandbox, and stores the account that the user connects', async () => {
    const backend = await start({})
    try {
      const seen = await visit(browser, backend.url)
      await signIn(seen)
      await open(seen)
      await connectBambooHR(seen)
      expect(await messageOf(seen)).to.equal('Connected bamboohr as sandbox-account-1.')
      expect(backend.printed()).to.include('Webhook: account.created of acme-42, account sandbox-account-1')
    } finally {
      await backend.close()
    }
  })
})
