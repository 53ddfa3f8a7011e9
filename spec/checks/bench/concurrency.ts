// Measures how the time of a send grows with the number of concurrent sends. Prints microseconds per send.
import { createClient, session } from 'stackone-session'
import { sendMany } from './load.ts'
import { apiKey, chain } from './payload.ts'

const [, , baseUrl = ''] = process.argv
// On a slow machine, 10,000 concurrent sends take longer than the default timeout.
const client = createClient({ apiKey, baseUrl, timeout: 120_000, deadline: 240_000 })
const acme = chain(session)
const send = () => acme.send(client)

const curve = []
for (const size of [1, 32, 1000, 10_000]) {
  await sendMany(send, Math.max(500, size), size) // warm-up: opens the connections
  const { perSecond } = await sendMany(send, Math.max(2_000, 2 * size), size)
  curve.push({ size, each: 1_000_000 / perSecond })
}
process.stdout.write(JSON.stringify(curve))
process.exit() // without waiting for idle connections
