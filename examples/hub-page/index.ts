// Serves a page that opens the StackOne Hub, and the backend that creates its tokens. Open it in a browser.
import { randomUUID } from 'node:crypto'
import { serve } from '@hono/node-server'
import { createClient } from 'stackone-session'
import { sandbox } from 'stackone-session/testing'
import { hubServer } from './hub.ts'
import { backend } from './server.ts'

type Fetch = (request: Request) => Response | Promise<Response>

/** Serves a fetch function on 127.0.0.1. */
const listen = (fetch: Fetch, port: number): Promise<string> =>
  new Promise((resolve) => {
    serve({ fetch, hostname: '127.0.0.1', port }, (info) => resolve(`http://127.0.0.1:${info.port}`))
  })

const { STACKONE_API_KEY: key, STACKONE_BASE_URL: baseUrl, PORT: port = 0 } = process.env
const apiKey = key || 'v1.sandbox.key'
const secret = process.env['STACKONE_WEBHOOK_SECRET'] || randomUUID()

const startSandbox = (): Promise<string> => {
  // Requests the route /webhook of the backend.
  const api = sandbox({ apiKey, webhook: { secret, deliver: async (request) => app.fetch(request) } })
  return listen(hubServer(api, createClient({ apiKey, fetch: api.fetch })).fetch, 0)
}

const hubUrl = key ? baseUrl || 'https://api.stackone.com' : await startSandbox()
const app = backend({ client: createClient({ apiKey, baseUrl: hubUrl }), hubUrl, secret })
const url = await listen(app.fetch, Number(port))
console.log(`Open ${url} in a browser. Its Hub connects to ${hubUrl}. Press Ctrl-C to stop.`)
