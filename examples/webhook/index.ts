// Stores the account of each customer when a webhook reports it, in Express and in Hono.
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { createClient, session } from 'stackone-session'
import { sandbox, signWebhook } from 'stackone-session/testing'
import { type Accounts, createAccounts } from './accounts.ts'
import { expressApp, honoApp } from './routes.ts'

const secret = process.env['STACKONE_WEBHOOK_SECRET'] ?? 'whsec.sandbox'

const servers = {
  Express: (accounts: Accounts) => expressApp(secret, accounts).listen(0, '127.0.0.1'),
  Hono: (accounts: Accounts) => {
    const { fetch } = honoApp(secret, accounts, (error) => console.log(`  ${error}`))
    return serve({ fetch, port: 0, hostname: '127.0.0.1' })
  },
}

for (const [name, start] of Object.entries(servers)) {
  const accounts = createAccounts()
  const server = start(accounts)
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhook` // a TCP server has an AddressInfo
  console.log(`${name}, POST ${url}`)

  const api = sandbox({ webhook: { secret, deliver: url } })
  const client = createClient({ apiKey: 'v1.sandbox.key', fetch: api.fetch })
  const acme = session().owner('acme-42', 'Acme Inc.').provider('bamboohr')

  /** Plays the end user, who connects an account in the Hub. */
  const connect = async (): Promise<number | undefined> => {
    const { id } = await acme.send(client)
    return (await api.connect(id).webhook)?.status
  }
  const post = async (event: object, signedWith: string): Promise<number> => {
    const body = JSON.stringify(event)
    const headers = { 'x-stackone-signature': await signWebhook(body, signedWith) }
    return (await fetch(url, { method: 'POST', headers, body })).status
  }

  console.log(`  ${await connect()} Acme connects an account`)
  console.log(`  ${await connect()} Acme connects it again`)
  const [account] = accounts.of('acme-42')
  console.log(`  stored: ${account?.accountId} at ${account?.provider}`)

  const deleted = {
    event: 'account.deleted',
    event_date: new Date(Date.now() + 1000).toISOString(),
    account_id: account?.accountId,
    origin_owner_id: 'acme-42',
  }
  console.log(`  ${await post(deleted, 'whsec.forged')} an event with a wrong signature`)
  console.log(`  ${await post(deleted, secret)} the account is deleted`)
  console.log(`  ${await post(deleted, secret)} the same event is delivered again`)
  console.log(`  stored: ${accounts.of('acme-42').length} accounts`)
  server.close()
}
