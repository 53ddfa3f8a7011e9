// Sends a session for each customer, derived from a common base that never changes.
import { createClient, days, session } from 'stackone-session'
import { sandbox } from 'stackone-session/testing'

const server = process.env['STACKONE_API_KEY'] ? undefined : await sandbox().listen()
const client = server ? createClient({ apiKey: 'v1.sandbox.key', baseUrl: server.url }) : createClient()

const customers = [
  { id: 'acme-42', name: 'Acme Inc.', plan: 'pro', trial: false },
  { id: 'globex-7', name: 'Globex', plan: 'free', trial: true },
  { id: 'initech-3', name: 'Initech', plan: 'pro', trial: false },
]

const base = session().categories('hris').expiresIn(days(7)).metadata({ source: 'onboarding-mail' })

const created = await Promise.all(
  customers.map(({ id, name, plan, trial }) =>
    base
      .owner(id, name)
      .label(`${plan} plan`)
      .when(trial, (session) => session.type('test'))
      .send(client),
  ),
)

for (const { id, originOwnerName, label, type, expiresAt } of created)
  console.log(`session ${id}: ${originOwnerName}, ${label}, ${type}, until ${expiresAt.toISOString().slice(0, 10)}`)

console.log('\nThe base is unchanged:', base)

await server?.close()
