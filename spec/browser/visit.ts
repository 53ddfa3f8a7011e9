import { join } from 'node:path'
import type { Browser, Page, Response } from 'playwright-core'

interface Told {
  readonly type: string
  readonly detail: unknown
}

/** A page that is open in a browser of its own, and all that it was sent. */
export interface Visit {
  readonly page: Page
  /** What the console showed as a warning or an error, and what nobody caught. */
  readonly complaints: readonly string[]
  /** The hosts that the browser asked. */
  readonly hosts: () => readonly string[]
  /** The tokens that the Hub sent, each once. */
  readonly tokens: () => readonly string[]
  /** All that the browser received: every header and every body. */
  readonly received: () => Promise<string>
  /** The events that the Hub told the page. */
  readonly told: () => Promise<readonly Told[]>
  readonly screenshot: (name: string) => Promise<unknown>
}

const textOf = async (response: Response): Promise<string> => {
  const body = response.status() === 204 ? '' : await response.text()
  return [response.status(), JSON.stringify(await response.allHeaders()), body].join('\n')
}

// Runs in the page, before anything of its own.
const listen = (): void => {
  const told: Told[] = []
  Object.assign(window, { told })
  for (const type of ['success', 'close'])
    window.addEventListener(type, (event) => told.push({ type, detail: (event as CustomEvent<unknown>).detail }))
}

/** Opens a page as a new visitor, without cookies. */
export const visit = async (browser: Browser, url: string): Promise<Visit> => {
  const page = await browser.newPage({ viewport: { width: 1200, height: 800 } })
  const complaints: string[] = []
  const hosts = new Set<string>()
  const tokens = new Set<string>()
  const responses: Response[] = []
  page.on('console', (message) => {
    if (['warning', 'error'].includes(message.type())) complaints.push(message.text())
  })
  page.on('pageerror', ({ message }) => complaints.push(message))
  page.on('response', (response) => responses.push(response))
  page.on('request', (request) => {
    const { protocol, host } = new URL(request.url())
    if (protocol !== 'data:') hosts.add(host)
    const token = request.headers()['x-hub-session-token']
    if (token !== undefined) tokens.add(token)
  })
  await page.addInitScript(listen)
  await page.goto(url)
  return {
    page,
    complaints,
    hosts: () => [...hosts],
    tokens: () => [...tokens],
    received: async () => (await Promise.all(responses.map(textOf))).join('\n'),
    told: () => page.evaluate(() => (window as unknown as { told: readonly Told[] }).told), // put there by `listen`
    screenshot: (name) => page.screenshot({ path: join('spec', '.browser', `${name}.png`) }),
  }
}
