import { expect } from 'chai'
import type { Browser, Page } from 'playwright-core'
import { type Backend, start } from './backend.ts'
import { launch } from './chromium.ts'

/** Counts the signals that the page aborts with listeners of `createTokenFetcher`, before its scripts run. */
const countAborts = (): void => {
  const { abort } = AbortController.prototype
  Object.assign(window, { aborts: 0 })
  AbortController.prototype.abort = function (...reason) {
    window.dispatchEvent(new Event('aborted'))
    return abort.apply(this, reason)
  }
  window.addEventListener('aborted', () => Object.assign(window, { aborts: Reflect.get(window, 'aborts') + 1 }))
}

describe('The React page of the Next.js example', () => {
  let browser: Browser
  let app: Backend

  before(async () => {
    app = await start({ PORT: '0' }, ['examples/next/index.ts', '--serve'])
    browser = await launch()
  })

  after(async () => {
    await browser?.close()
    await app?.close()
  })

  /** Opens the page, and records the requests for tokens with their statuses. */
  const visit = async (cookie: string) => {
    const page: Page = await browser.newPage()
    const statuses: number[] = []
    page.on('response', (response) => {
      if (response.url().endsWith('/connect')) statuses.push(response.status())
    })
    const [name = '', value = ''] = cookie.split('=')
    await page.context().addCookies([{ name, value, url: app.url }])
    await page.addInitScript(countAborts)
    await page.goto(app.url)
    return { page, statuses }
  }

  const click = (page: Page, name: string): Promise<void> => page.getByRole('button', { name }).click()

  it('requests one token although StrictMode runs its effect twice', async () => {
    const { page, statuses } = await visit('login=7f3a')
    await click(page, 'Connect')
    await page.getByText(/^The token for the Hub has \d+ characters/).waitFor()
    expect(statuses).to.deep.equal([200])
    expect(await page.evaluate(() => Reflect.get(window, 'aborts'))).to.equal(1)
  })

  it('requests another token when the Hub is opened again', async () => {
    const { page, statuses } = await visit('login=7f3a')
    for (const _ of ['first', 'second']) {
      await click(page, 'Connect')
      await page.getByText(/^The token for the Hub has/).waitFor()
      await click(page, 'Close')
    }
    expect(statuses).to.deep.equal([200, 200])
  })

  it('shows that a user must sign in', async () => {
    const { page, statuses } = await visit('login=unknown')
    await click(page, 'Connect')
    expect(await page.locator('main').getByRole('alert').innerText()).to.equal('Authentication required')
    expect(statuses).to.deep.equal([401])
  })
})
