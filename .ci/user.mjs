// A first use from the packed package: what a newcomer types, without any tool.
import { createClient, isSessionError, session } from 'stackone-session'
import { sandbox } from 'stackone-session/testing'

const api = sandbox()
const server = await api.listen()
const client = createClient({ apiKey: 'v1.sandbox.key', baseUrl: server.url })

const { token } = await session().owner('acme-42', 'Acme Inc.').categories('ats', 'hris').expiresIn(3600).send(client)
if (api.sessions[0]?.token !== token) throw new Error('the token is not the one that was minted')

try {
  await session().provider('bamboohr').send(client)
  throw new Error('a session without an owner was sent')
} catch (error) {
  if (!isSessionError(error) || error.name !== 'ValidationError') throw error
  console.log(error.message)
}

await server.close()
console.log('minted', token.length, 'characters over', api.requests.length, 'request')
