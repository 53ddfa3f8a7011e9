// Creates a session over HTTP: on the sandbox, or at StackOne if STACKONE_API_KEY is set.
import { createClient, minutes, session } from 'stackone-session'
import { sandbox } from 'stackone-session/testing'

const server = process.env['STACKONE_API_KEY'] ? undefined : await sandbox().listen()
const client = server ? createClient({ apiKey: 'v1.sandbox.key', baseUrl: server.url }) : createClient()

const acme = session()
  .owner('acme-42', 'Acme Inc.')
  .username('it@acme.example')
  .categories('ats', 'hris')
  .expiresIn(minutes(30))
  .metadata({ plan: 'pro' })

console.log(`POST /connect_sessions at ${server ? `${server.url} (the sandbox)` : 'StackOne'}\n`)
console.log(acme)

const created = await acme.send(client)

console.log('\nThe created session. Secrets are masked when it is printed:\n')
console.log(created)

console.log(`
created.token has ${created.token.length} characters and is valid until ${created.expiresAt.toISOString()}.

Next steps
  - Pass the token to your page: <stackone-hub token="..."></stackone-hub>, from the npm package @stackone/hub.
    Create a new token each time the Hub is opened.
  - Or send created.authLinkUrl to your customer. The link needs no page.
  - Set STACKONE_API_KEY and run this example again to create a session at StackOne.`)

await server?.close()
