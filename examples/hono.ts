// A Hono route that returns a token to the page of a signed-in customer. --serve keeps it running.
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { createClient, minutes } from 'stackone-session'
import { connectSessionHandler } from 'stackone-session/handler'
import { sandbox } from 'stackone-session/testing'

const api = process.env['STACKONE_API_KEY'] ? undefined : sandbox()
const client = createClient(api && { apiKey: 'v1.sandbox.key', fetch: api.fetch })

/** Maps session cookies to customers. Replace it with your own authentication. */
const customers = new Map([['login=7f3a', { id: 'acme-42', name: 'Acme Inc.' }]])

const handler = connectSessionHandler({
  client,
  owner: ({ headers }) => customers.get(headers.get('cookie') ?? ''),
  allow: { categories: ['ats', 'hris'] },
  origins: ['https://app.acme.example'],
  configure: (session) => session.expiresIn(minutes(10)).metadata({ source: 'settings page' }),
  onError: (error) => console.error(error),
})

// `all` also routes the OPTIONS requests of other origins.
const app = new Hono().all('/connect', ({ req }) => handler(req.raw))

const staysOpen = process.argv.includes('--serve')
const server = serve({ fetch: app.fetch, port: staysOpen ? 3000 : 0, hostname: '127.0.0.1' })
await once(server, 'listening')
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/connect` // a TCP server has an AddressInfo
console.log(`POST ${url}\n`)

/** Sends the request of a page, and prints the response with its token masked. */
const post = async (title: string, cookie: string, body: object): Promise<void> => {
  const headers = { 'content-type': 'application/json', cookie }
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  const text = await response.text()
  console.log(`${title}\n  ${response.status} ${text.replace(/"token":"[^"]+"/, '"token":"[secret]"')}`)
}

await post('A signed-in customer connects a recruiting system:', 'login=7f3a', { categories: ['ats'] })
await post('The request has no session cookie:', '', {})
await post('The page requests a category that is not allowed:', 'login=7f3a', { categories: ['crm'] })
await post('The page tries to set the owner:', 'login=7f3a', { originOwnerId: 'globex-7' })

const headers = { origin: 'https://app.acme.example', 'access-control-request-method': 'POST' }
const preflight = await fetch(url, { method: 'OPTIONS', headers })
console.log(`A page of an allowed origin sends a preflight request:\n  ${preflight.status}`)

if (!staysOpen) server.close()
