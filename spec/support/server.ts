import { createServer as createHttpServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'

/** A request that the server received. */
export interface Recorded {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface TestServer {
  readonly url: string
  readonly requests: readonly Recorded[]
  /** Returns the number of open sockets. */
  readonly connections: () => Promise<number>
  readonly close: () => Promise<void>
}

const started = (server: Server, requests: readonly Recorded[], sockets: Set<Socket>): Promise<TestServer> =>
  new Promise((resolve, reject) => {
    server.on('connection', (socket: Socket) => {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.once('close', () => sockets.delete(socket))
    })
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      resolve({
        url: `http://127.0.0.1:${port}`,
        requests,
        connections: () =>
          new Promise((count, fail) => server.getConnections((error, open) => (error ? fail(error) : count(open)))),
        close: () =>
          new Promise((closed) => {
            server.close(() => closed())
            for (const socket of sockets) socket.destroy()
          }),
      })
    })
  })

/** An HTTP server on loopback that records its requests. `respond` receives the number of the request, from 1. */
export const httpServer = (
  respond: (request: Recorded, response: ServerResponse, number: number) => void,
): Promise<TestServer> => {
  const requests: Recorded[] = []
  const server = createHttpServer((incoming, response) => {
    const chunks: Buffer[] = []
    incoming.on('error', () => {})
    response.on('error', () => {})
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      const request = {
        method: incoming.method ?? '',
        url: incoming.url ?? '',
        headers: incoming.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      }
      requests.push(request)
      respond(request, response, requests.length)
    })
  })
  // A connection that the server closes while the client reuses it is reset, which would fail a test by chance.
  server.keepAliveTimeout = 0
  return started(server, requests, new Set())
}

/** A TCP server on loopback, for responses that are not valid HTTP. `respond` is called at the first bytes of a request. */
export const rawServer = (respond: (socket: Socket, number: number) => void): Promise<TestServer> => {
  const requests: Recorded[] = []
  const server = createTcpServer((socket) => {
    socket.once('data', (bytes: Buffer) => {
      requests.push({ method: '', url: '', headers: {}, body: bytes.toString('latin1') })
      respond(socket, requests.length)
    })
  })
  return started(server, requests, new Set())
}

/** Responds with JSON. */
export const json = (response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}) => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}

/** The response to a create, as in the contract. */
export const minted = {
  id: 4711,
  organization_id: 'org-1',
  project_id: 'project-1',
  origin_owner_id: 'acme-42',
  origin_owner_name: 'Acme Inc.',
  created_at: '2026-01-01T00:00:00.000Z',
  origin_username: null,
  provider: null,
  categories: ['ats'],
  account_id: null,
  label: null,
  metadata: null,
  type: 'production',
  token: 'tok.0123456789abcdef',
  auth_link_url: 'https://app.stackone.com/embedded/accounts/connect/tok.0123456789abcdef',
} as const
