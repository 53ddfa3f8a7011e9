// A route handler that returns a token to the page of a signed-in customer.
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

// A page of another origin sends an OPTIONS request before its POST.
export { handler as OPTIONS, handler as POST }
