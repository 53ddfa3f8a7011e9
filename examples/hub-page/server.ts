// The backend of the page: who is signed in, the route that gives the token, and the wait for what comes of it.
import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { serveStatic } from '@hono/node-server/serve-static'
import { Hono } from 'hono'
import { setCookie } from 'hono/cookie'
import { parse } from 'hono/utils/cookie'
import { type Client, minutes, type SessionClient } from 'stackone-session'
import { connectSessionHandler, type Owner } from 'stackone-session/handler'

/** Waits until the customer has connected an account, and notes which: the page's word for it would not do. */
const follow = async (client: Client, owner: string, id = ''): Promise<void> => {
  try {
    const { status, accountId = 'none' } = await client.waitForConnection(id)
    console.log(`Session ${id} of ${owner}: ${status}, account ${accountId}`)
  } catch (error) {
    console.log(`Session ${id} of ${owner}: ${error instanceof Error ? error.message : error}`)
  }
}

/** A client that follows each session it makes. */
const following = (client: Client): SessionClient => ({
  create: async (payload, options) => {
    const minted = await client.create(payload, options)
    void follow(client, payload.originOwnerId, minted.id)
    return minted
  },
})

/** The backend; `hubUrl` is where the Hub in the page finds StackOne. */
export const backend = (client: Client, hubUrl: string): Hono => {
  const signedIn = new Map<string, Owner>()

  const handler = connectSessionHandler({
    client: following(client),
    owner: ({ headers }) => signedIn.get(parse(headers.get('cookie') ?? '')['session'] ?? ''),
    allow: { categories: ['ats', 'hris'] },
    configure: (session) => session.expiresIn(minutes(10)),
    onError: (error) => console.error(error),
  })

  return new Hono()
    .all('/connect-session', ({ req }) => handler(req.raw))
    .post('/sign-in', (context) => {
      const id = randomUUID()
      signedIn.set(id, { id: 'acme-42', name: 'Acme Inc.' }) // a real one asks for a password
      setCookie(context, 'session', id, { httpOnly: true, sameSite: 'Strict' })
      return context.body(null, 204)
    })
    .get('/config.json', (context) => context.json({ hubUrl }))
    .get('/stackone-hub.js', serveStatic({ path: fileURLToPath(import.meta.resolve('@stackone/hub/webcomponent')) }))
    .get('*', serveStatic({ root: fileURLToPath(new URL('page', import.meta.url)) }))
}
