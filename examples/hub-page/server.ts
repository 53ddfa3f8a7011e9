// The backend of the page: signs the user in, returns tokens, and stores the accounts that webhooks report.
import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { serveStatic } from '@hono/node-server/serve-static'
import { Hono } from 'hono'
import { setCookie } from 'hono/cookie'
import { parse } from 'hono/utils/cookie'
import { type Client, minutes } from 'stackone-session'
import { connectSessionHandler, type Owner } from 'stackone-session/handler'
import { webhookHandler } from 'stackone-session/webhook'
import { createAccounts } from '../webhook/accounts.ts'

interface BackendOptions {
  readonly client: Client
  /** The base URL that the Hub in the page connects to. */
  readonly hubUrl: string
  /** The signing secret of the webhook. */
  readonly secret: string
}

const fileOf = (specifier: string): string => fileURLToPath(import.meta.resolve(specifier))

const onError = (error: unknown): void => console.error(error)

export const backend = ({ client, hubUrl, secret }: BackendOptions): Hono => {
  const owners = new Map<string, Owner>()
  const accounts = createAccounts()

  const ownerOf = ({ headers }: Request): Owner | undefined =>
    owners.get(parse(headers.get('cookie') ?? '')['session'] ?? '')

  const connect = connectSessionHandler({
    client,
    owner: ownerOf,
    allow: { categories: ['ats', 'hris'] },
    configure: (session) => session.expiresIn(minutes(10)),
    onError,
  })

  const webhook = webhookHandler({
    secret,
    onEvent: async (event) => {
      await accounts.apply(event)
      console.log(`Webhook: ${event.event} of ${event.originOwnerId}, account ${event.accountId}`)
    },
    onError,
  })

  return new Hono()
    .all('/connect-session', ({ req }) => connect(req.raw))
    .post('/webhook', ({ req }) => webhook(req.raw))
    .get('/accounts', (context) => {
      const owner = ownerOf(context.req.raw)
      if (owner === undefined) return context.body(null, 401)
      return context.json(accounts.of(owner.id).map(({ accountId, provider }) => ({ accountId, provider })))
    })
    .post('/sign-in', (context) => {
      const id = randomUUID()
      owners.set(id, { id: 'acme-42', name: 'Acme Inc.' }) // a real application checks credentials here
      setCookie(context, 'session', id, { httpOnly: true, sameSite: 'Strict' })
      return context.body(null, 204)
    })
    .get('/config.json', (context) => context.json({ hubUrl }))
    .get('/stackone-hub.js', serveStatic({ path: fileOf('@stackone/hub/webcomponent') }))
    .get('/stackone-session.js', serveStatic({ path: fileOf('stackone-session/page') }))
    .get('*', serveStatic({ root: fileURLToPath(new URL('page', import.meta.url)) }))
}
