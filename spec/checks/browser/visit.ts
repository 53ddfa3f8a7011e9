import { join } from 'node:path'
import type { Browser, Page, Response } from 'playwright-core'

interface HubEvent {
  readonly type: string
  readonly detail: unknown
}

/** An open page, and everything that the browser sent and received. */
export interface Visit {
  readonly page: Page
  /** Warnings and errors of the console, and uncaught errors. */
  readonly consoleErrors: readonly string[]
  /** The hosts that the browser sent requests to. */
  readonly hosts: () => readonly string[]
  /** The distinct tokens that the Hub sent. */
  readonly tokens: () => readonly string[]
  /** The headers and bodies of all responses. */
  readonly received: () => Promise<string>
  /** The events that the Hub dispatched. */
  readonly hubEvents: () => Promise<readonly HubEvent[]>
  readonly screenshot: (name: string) => Promise<unknown>
}

const textOf = async (response: Response): Promise<string> => {
  const body = response.status() === 204 ? '' : await response.text()
  return [response.status(), JSON.stringify(await response.allHeaders()), body].join('\n')
}

// Runs in the page, before its scripts.
const listen = (): void => {
  const hubEvents: HubEvent[] = []
  Object.assign(window, { hubEvents })
  for (const type of ['success', 'close'])
    window.addEventListener(type, (event) => hubEvents.push({ type, detail: (event as CustomEvent<unknown>).detail }))
}

/** Opens a page as a new visitor, without cookies. */
export const visit = async (browser: Browser, url: string): Promise<Visit> => {
  const page = await browser.newPage({ viewport: { width: 1200, height: 800 } })
  const consoleErrors: string[] = []
  const hosts = new Set<string>()
  const tokens = new Set<string>()
  const responses: Response[] = []
  page.on('console', (message) => {
    if (['warning', 'error'].includes(message.type())) consoleErrors.push(message.text())
  })
  page.on('pageerror', ({ message }) => consoleErrors.push(message))
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
    consoleErrors,
    hosts: () => [...hosts],
    tokens: () => [...tokens],
    received: async () => (await Promise.all(responses.map(textOf))).join('\n'),
    hubEvents: () => page.evaluate(() => (window as unknown as { hubEvents: readonly HubEvent[] }).hubEvents), // set by `listen`
    screenshot: (name) => page.screenshot({ path: join('spec', '.browser', `${name}.png`) }),
  }
}
