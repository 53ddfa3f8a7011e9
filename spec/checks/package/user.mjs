// Uses the packed package in plain Node.js, without any tool.
import { createClient, isSessionError, session } from 'stackone-session'
import { sandbox } from 'stackone-session/testing'

const api = sandbox()
const server = await api.listen()
const client = createClient({ apiKey: 'v1.sandbox.key', baseUrl: server.url })

const { token } = await session().owner('acme-42', 'Acme Inc.').categories('ats', 'hris').expiresIn(3600).send(client)
if (api.sessions[0]?.token !== token) throw new Error('The sandbox created another token.')

try {
  await session().provider('bamboohr').send(client)
  throw new Error('A session without an owner was sent.')
} catch (error) {
  if (!isSessionError(error) || error.name !== 'ValidationError') throw error
  console.log(error.message)
}

await server.close()
console.log('Created a token of', token.length, 'characters with', api.requests.length, 'request.')
