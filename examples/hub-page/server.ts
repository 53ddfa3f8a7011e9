// The backend of the page: signs the user in, returns tokens, and learns about connected accounts.
import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { serveStatic } from '@hono/node-server/serve-static'
import { Hono } from 'hono'
import { setCookie } from 'hono/cookie'
import { parse } from 'hono/utils/cookie'
import { type Client, minutes } from 'stackone-session'
import { connectSessionHandler, type Owner } from 'stackone-session/handler'
import { watchConnections } from './accounts.ts'

const fileOf = (specifier: string): string => fileURLToPath(import.meta.resolve(specifier))

/** Returns the backend. `hubUrl` is the base URL that the Hub in the page connects to. */
export const backend = (client: Client, hubUrl: string): Hono => {
  const owners = new Map<string, Owner>()

  const handler = connectSessionHandler({
    client,
    owner: ({ headers }) => owners.get(parse(headers.get('cookie') ?? '')['session'] ?? ''),
    allow: { categories: ['ats', 'hris'] },
    configure: (session) => session.expiresIn(minutes(10)),
    onSession: watchConnections(client, console.log),
    onError: (error) => console.error(error),
  })

  return new Hono()
    .all('/connect-session', ({ req }) => handler(req.raw))
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
