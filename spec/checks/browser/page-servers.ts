import { createServer, type RequestListener } from 'node:http'
import type { Browser, Page } from 'playwright-core'
import { listening, type Served } from '../../support/server.ts'
import { launch } from './chromium.ts'

export interface PageServers {
  /** Starts a server until the end of the test, and returns its URL. */
  readonly listen: (listener: RequestListener) => Promise<string>
  readonly newPage: () => Promise<Page>
}

/** Inside a describe: starts a browser for all its tests, and servers for each. */
export const pageServers = (): PageServers => {
  const servers: Served[] = []
  let browser: Browser
  before(async () => {
    browser = await launch()
  })
  afterEach(() => Promise.all(servers.splice(0).map(({ close }) => close())))
  after(() => browser.close())
  const listen = async (listener: RequestListener): Promise<string> => {
    const server = await listening(createServer(listener))
    servers.push(server)
    return server.url
  }
  return { listen, newPage: () => browser.newPage() }
}
