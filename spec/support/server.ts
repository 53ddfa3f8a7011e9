import { once } from 'node:events'
import { createServer as createHttpServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'

/** A request that the server received. */
export interface Recorded {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A server on loopback. */
export interface Served {
  readonly url: string
  readonly close: () => Promise<void>
}

export interface TestServer extends Served {
  readonly requests: readonly Recorded[]
  /** Returns the number of open sockets. */
  readonly connections: () => Promise<number>
}

/** Starts a server. Closing it destroys its connections. */
export const listening = async (server: Server): Promise<Served> => {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('close', () => sockets.delete(socket))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo // not a pipe
  const close = (): Promise<void> =>
    new Promise((closed) => {
      server.close(() => closed())
      for (const socket of sockets) socket.destroy()
    })
  return { url: `http://127.0.0.1:${port}`, close }
}

const recording = async (server: Server, requests: readonly Recorded[]): Promise<TestServer> => ({
  ...(await listening(server)),
  requests,
  connections: promisify(server.getConnections.bind(server)),
})

/** An HTTP server on loopback that records its requests. `respond` receives the number of the request, from 1. */
export const httpServer = (
  respond: (request: Recorded, response: ServerResponse, number: number) => unknown,
): Promise<TestServer> => {
  const requests: Recorded[] = []
  const server = createHttpServer(async (incoming, response) => {
    response.on('error', () => {})
    const body = await text(incoming).catch(() => undefined)
    if (body === undefined) return // the client closed the connection
    const { method = '', url = '', headers } = incoming
    const request = { method, url, headers, body }
    requests.push(request)
    respond(request, response, requests.length)
  })
  // A connection that the server closes while the client reuses it is reset, which would fail a test by chance.
  server.keepAliveTimeout = 0
  return recording(server, requests)
}

/** A TCP server on loopback, for responses that are not valid HTTP. `respond` is called at the first bytes of a request. */
export const rawServer = (respond: (socket: Socket, number: number) => unknown): Promise<TestServer> => {
  const requests: Recorded[] = []
  const server = createTcpServer((socket) => {
    socket.once('data', (bytes: Buffer) => {
      requests.push({ method: '', url: '', headers: {}, body: bytes.toString('latin1') })
      respond(socket, requests.length)
    })
  })
  return recording(server, requests)
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
