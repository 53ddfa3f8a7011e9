// Serves a route that returns a token to a page: the handler, or the same route by hand. Prints its URL.
import { createServer } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { createClient } from 'stackone-session'
import { connectSessionHandler } from 'stackone-session/handler'
import { apiKey } from './payload.ts'
import { jsonHeaders } from './senders.ts'

const [, , kind, baseUrl = ''] = process.argv
const customers = new Map([['user=7', { id: 'acme-42', name: 'Acme Inc.' }]])
const ownerOf = (request: Request) => customers.get(request.headers.get('cookie') ?? '')
const expiresIn = 600

const ours = () =>
  connectSessionHandler({
    client: createClient({ apiKey, baseUrl }),
    owner: ownerOf,
    allow: { categories: ['ats', 'hris'] },
    configure: (session) => session.expiresIn(expiresIn),
  })

const byHand = async (request: Request): Promise<Response> => {
  const owner = ownerOf(request)
  if (owner === undefined) return Response.json({ error: 'unauthorized' }, { status: 401 })
  const { categories } = await request.json()
  const response = await fetch(`${baseUrl}/connect_sessions`, {
    method: 'POST',
    headers: jsonHeaders,
    body: JSON.stringify({
      origin_owner_id: owner.id,
      origin_owner_name: owner.name,
      categories,
      expires_in: expiresIn,
    }),
  })
  if (!response.ok) return Response.json({ error: 'upstream' }, { status: 502 })
  const { token, created_at } = await response.json()
  const expiresAt = new Date(Date.parse(created_at) + expiresIn * 1000)
  return Response.json({ token, expiresAt }, { headers: { 'cache-control': 'no-store' } })
}

const server = createServer(getRequestListener(kind === 'ours' ? ours() : byHand))
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${Object(server.address()).port}/connect\n`)
})
