import { expect } from 'chai'
import { type Browser, chromium } from 'playwright-core'
import { type Sandbox, sandbox } from '../../lib/testing/index.ts'
import { until } from '../support/call.ts'
import { httpServer, type TestServer } from '../support/server.ts'
import { type Backend, start } from './backend.ts'
import { chromiumPath, flags } from './chromium.ts'
import { type Visit, visit } from './visit.ts'

const apiKey = 'v1.eu1.key-of-the-server'

/** The key as it is, and as it is sent. */
const keys = ['key-of-the-server', ...[apiKey, `${apiKey}:`].map((text) => btoa(text).replace(/=+$/, ''))]

interface Running {
  readonly api: Sandbox
  readonly hub: string
  readonly backend: Backend
}

/** The example as it runs with a key; what it takes for StackOne is a sandbox. */
const running = async (): Promise<Running> => {
  const api = sandbox({ apiKey })
  const { url } = await api.listen()
  return { api, hub: url, backend: await start({ STACKONE_API_KEY: apiKey, STACKONE_BASE_URL: url }) }
}

const stop = async ({ api, backend }: Running): Promise<void> => {
  await backend.close()
  await api[Symbol.asyncDispose]()
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

const listed = async ({ page }: Visit, ...names: readonly string[]): Promise<void> => {
  for (const name of names) await page.locator('stackone-hub').getByText(name, { exact: true }).waitFor()
}

interface Asked {
  readonly url: string
  readonly type: string
  readonly mode: RequestMode
}

/** Runs in a page; gives the type of the answer, or why there is none. */
const askAcross = ({ url, type, mode }: Asked): Promise<string> =>
  fetch(url, { method: 'POST', mode, credentials: 'include', headers: { 'content-type': type }, body: '{}' }).then(
    (response) => response.type,
    (error: Error) => error.message,
  )

let browser: Browser

before(async () => {
  browser = await chromium.launch({ executablePath: chromiumPath() ?? '', args: flags })
})

after(() => browser.close())

describe('The Hub page', () => {
  let site: Running
  let seen: Visit
  let shown = ''

  before(async () => {
    site = await running()
    seen = await visit(browser, site.backend.url)
  })

  after(() => stop(site))

  it('loads, and lets the user sign in', async () => {
    await signIn(seen)
    expect(await seen.page.title()).to.equal('Integrations')
    expect(site.api.requests).to.deep.equal([])
  })

  it('has a token minted for the customer who is signed in, when the user asks', async () => {
    const answered = seen.page.waitForResponse(/connect-session$/)
    await open(seen)
    const response = await answered
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
    await listed(seen, 'Greenhouse', 'Lever', 'BambooHR', 'HiBob')
    expect(await seen.page.getByText('HubSpot').count()).to.equal(0)
    await seen.screenshot('connectors')
  })

  it('connects the one that the user picks', async () => {
    const hub = seen.page.locator('stackone-hub')
    await hub.getByText('BambooHR', { exact: true }).click()
    await hub.getByPlaceholder('acme').fill('acme')
    await hub.getByPlaceholder('Any text will do').fill('key-of-the-user')
    await seen.screenshot('form')
    await hub.getByRole('button', { name: 'Connect' }).click()
    await hub.getByText('Connection Successful').waitFor()
    const given = site.api.requests.filter(({ method, path }) => method === 'POST' && path === '/hub/accounts')
    expect(given.map(({ body }) => body)).to.deep.equal([
      { integration_id: 'sandbox-bamboohr', credentials: { subdomain: 'acme', api_key: 'key-of-the-user' } },
    ])
  })

  it('is told of the account by `success`, and says so', async () => {
    shown = await messageOf(seen)
    await seen.screenshot('connected')
    expect(shown).to.equal('Connected bamboohr as sandbox-account-1.')
    expect(await seen.told()).to.deep.equal([
      { type: 'success', detail: { id: 'sandbox-account-1', provider: 'bamboohr' } },
    ])
  })

  it('has a backend that sees the same connection by itself', async () => {
    const line = 'Session 1 of acme-42: authenticated, account sandbox-account-1\n'
    expect(await until(() => site.backend.printed().includes(line), 30_000)).to.equal(true)
  })

  it('puts the Hub away when the user closes it', async () => {
    await seen.page.locator('stackone-hub').getByRole('button', { name: 'Close' }).click()
    await seen.page.locator('stackone-hub').waitFor({ state: 'detached' })
    expect((await seen.told()).map(({ type }) => type)).to.deep.equal(['success', 'close'])
    expect(await messageOf(seen)).to.equal(shown)
  })

  it('opens the Hub a second time with a new token', async () => {
    expect(seen.tokens()).to.have.length(1)
    await open(seen)
    await listed(seen, 'BambooHR')
    expect(seen.tokens()).to.deep.equal(site.api.sessions.map(({ token }) => token))
    expect(new Set(seen.tokens())).to.have.property('size', 2)
  })

  it("never gives the browser the key, nor the customer's id", async () => {
    const received = await seen.received()
    expect(received).to.include('"integrations":[').and.to.include(seen.tokens()[1])
    expect([...keys, 'acme-42'].filter((secret) => received.includes(secret))).to.deep.equal([])
  })

  it('prints neither the key nor a token', () => {
    expect([...keys, ...seen.tokens()].filter((secret) => site.backend.printed().includes(secret))).to.deep.equal([])
  })

  it('has the browser ask its own backend and StackOne, and nobody else', () => {
    expect(seen.hosts()).to.have.members([site.backend.url, site.hub].map((url) => new URL(url).host))
  })

  it('gives the console nothing to complain of', () => {
    expect(seen.complaints).to.deep.equal([])
  })
})

describe('The Hub page, where something is wrong,', () => {
  let site: Running
  let stranger: TestServer

  beforeEach(async () => {
    site = await running()
    stranger = await httpServer((_, response) => response.end('<!doctype html><title>Stranger</title>'))
  })

  afterEach(async () => {
    await stranger.close()
    await stop(site)
  })

  it('asks a user who is not signed in to sign in', async () => {
    const seen = await visit(browser, site.backend.url)
    const answered = seen.page.waitForResponse(/connect-session$/)
    await open(seen)
    expect((await answered).status()).to.equal(401)
    expect(await messageOf(seen)).to.equal('Sign in first, then connect an account.')
    expect(site.api.requests).to.deep.equal([])
    await seen.screenshot('not-signed-in')
  })

  it('gives no token to the page of a stranger, even in the browser of a user who is signed in', async () => {
    const seen = await visit(browser, site.backend.url)
    await signIn(seen)
    await seen.page.goto(stranger.url)
    expect(stranger.requests[0]?.headers.cookie).to.match(/^session=/) // another port is the same site
    const url = `${site.backend.url}/connect-session`
    const form: Asked = { url, type: 'text/plain', mode: 'no-cors' }
    const json: Asked = { url, type: 'application/json', mode: 'cors' }
    const answered = seen.page.waitForResponse(url)
    expect(await seen.page.evaluate(askAcross, form)).to.equal('opaque')
    expect((await answered).status()).to.equal(403)
    expect(await seen.page.evaluate(askAcross, json)).to.equal('Failed to fetch')
    expect(site.api.requests).to.deep.equal([])
  })

  it('says in words that StackOne fails, and nothing of what StackOne said', async () => {
    const seen = await visit(browser, site.backend.url)
    await signIn(seen)
    site.api.fail({ status: 503, message: 'Shard eu1-db-7 is down', retryAfter: 0 }, { rate: 1 })
    await open(seen)
    expect(await messageOf(seen)).to.equal('StackOne could not make the session. Try again later.')
    expect(createsOf(site.api)).to.have.length(3)
    expect(await seen.received()).not.to.include('eu1-db-7')
    expect(site.backend.printed()).to.include('eu1-db-7')
    expect(keys.filter((secret) => site.backend.printed().includes(secret))).to.deep.equal([])
    await seen.screenshot('failing')
  })

  it('says in words that its own backend is gone', async () => {
    const seen = await visit(browser, site.backend.url)
    await site.backend.close()
    await open(seen)
    expect(await messageOf(seen)).to.equal('Our server does not answer. Try again later.')
  })
})

describe('The Hub page without a key', () => {
  it('opens the Hub on a sandbox of its own', async () => {
    const backend = await start({})
    try {
      const seen = await visit(browser, backend.url)
      await signIn(seen)
      await open(seen)
      await listed(seen, 'Greenhouse', 'Lever', 'BambooHR', 'HiBob')
    } finally {
      await backend.close()
    }
  })
})
