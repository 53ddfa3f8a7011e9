// A server that sends the same response to every create request. Prints its URL.
import { createServer } from 'node:http'

const session = {
  id: 4711,
  organization_id: '4711',
  project_id: 'project-1',
  origin_owner_id: 'acme-42',
  origin_owner_name: 'Acme Inc.',
  created_at: '2026-01-01T00:00:00.000Z',
  origin_username: 'it@acme.example',
  provider: 'bamboohr',
  categories: ['ats', 'hris'],
  account_id: null,
  label: null,
  metadata: { plan: 'pro', seats: 12, region: 'eu' },
  type: 'production',
  token: 'tok.0123456789abcdef',
  auth_link_url: 'https://app.stackone.com/embedded/accounts/connect/tok.0123456789abcdef',
}

/** The currently documented response. */
const documented = Buffer.from(JSON.stringify(session))

/** This version of the SDK rejects the response unless organization_id is a number. */
const forSdk = Buffer.from(JSON.stringify({ ...session, organization_id: 4711 }))

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const { url, method } = request
    // A GET returns the last request body, so that the requests of the contestants can be compared.
    const created = url === '/sdk/connect_sessions' ? forSdk : documented
    if (method === 'POST') last = chunks
    const body = method === 'POST' ? created : Buffer.concat(last)
    response.writeHead(method === 'POST' ? 201 : 200, {
      'content-type': 'application/json',
      'content-length': body.byteLength,
    })
    response.end(body)
  })
})
let last: readonly Buffer[] = []

server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  process.stdout.write(`http://127.0.0.1:${address.port}\n`)
})
