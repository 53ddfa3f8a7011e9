// The route: it gives the page its token, and alone says for which customer.
import { createClient, minutes } from 'stackone-session'
import { connectSessionHandler } from 'stackone-session/handler'
import { sandbox } from 'stackone-session/testing'

const api = process.env['STACKONE_API_KEY'] ? undefined : sandbox()
const client = createClient(api && { apiKey: 'v1.sandbox.key', fetch: api.fetch })

/** Your own log-in: whoever has this cookie is that customer. */
const customers = new Map([['login=7f3a', { id: 'acme-42', name: 'Acme Inc.' }]])

export const POST = connectSessionHandler({
  client,
  owner: ({ headers }) => customers.get(headers.get('cookie') ?? ''),
  allow: { categories: ['ats', 'hris'] },
  configure: (session) => session.expiresIn(minutes(10)).metadata({ source: 'settings page' }),
  onError: (error) => console.error(error),
})
