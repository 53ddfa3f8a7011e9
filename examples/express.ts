// A route on Express that gives a page its token, and alone says for which customer. With --serve it stays.
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import express from 'express'
import { createClient, minutes } from 'stackone-session'
import { connectSessionHandler } from 'stackone-session/handler'
import { sandbox } from 'stackone-session/testing'

const api = process.env['STACKONE_API_KEY'] ? undefined : sandbox()
const client = createClient(api && { apiKey: 'v1.sandbox.key', fetch: api.fetch })

/** Your own log-in: whoever has this cookie is that customer. */
const customers = new Map([['login=7f3a', { id: 'acme-42', name: 'Acme Inc.' }]])

const connect = connectSessionHandler({
  client,
  owner: ({ headers }) => customers.get(headers.get('cookie') ?? ''),
  allow: { categories: ['ats', 'hris'] },
  configure: (session) => session.expiresIn(minutes(10)).metadata({ source: 'settings page' }),
  onError: (error) => console.error(error),
})

const app = express()
  .post('/connect', getRequestListener(connect)) // before express.json(), which would leave no body to read
  .use(express.json())

const stays = process.argv.includes('--serve')
const server = app.listen(stays ? 3000 : 0, '127.0.0.1')
await once(server, 'listening')
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/connect` // it listens on a port
console.log(`POST ${url}\n`)

/** What the page does, but for the token, which it gives to the Hub. */
const ask = async (title: string, cookie: string, choice: object): Promise<void> => {
  const headers = { 'content-type': 'application/json', cookie }
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(choice) })
  const answer = await response.text()
  console.log(`${title}\n  ${response.status} ${answer.replace(/"token":"[^"]+"/, '"token":"[secret]"')}`)
}

await ask('A customer opens the Hub at recruiting:', 'login=7f3a', { categories: ['ats'] })
await ask('Nobody is logged in:', '', {})
await ask('A page asks for what is not on the list:', 'login=7f3a', { categories: ['crm'] })
await ask('A page says who the customer is:', 'login=7f3a', { originOwnerId: 'globex-7' })

if (!stays) server.close()
