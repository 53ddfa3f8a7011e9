// Mints a session over real HTTP: on the embedded sandbox, or with STACKONE_API_KEY set, at StackOne.
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

const minted = await acme.send(client)

console.log('\nThe session that came back; printing it masks its secrets:\n')
console.log(minted)

console.log(`
minted.token is ${minted.token.length} characters long and opens the Hub once, until ${minted.expiresAt.toISOString()}.

How to go on
  - Hand it to your page: <stackone-hub token="..."></stackone-hub>, from the npm package @stackone/hub.
  - Or send your customer minted.authLinkUrl, which needs no page of yours.
  - Set STACKONE_API_KEY and run this again, to talk to StackOne itself.`)

await server?.close()
