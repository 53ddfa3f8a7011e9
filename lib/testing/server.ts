import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * A server on this machine alone.
 *
 * @example
 * const server: LocalServer = await sandbox().listen()
 * await acme.send(createClient({ baseUrl: server.url }))
 * await server.close()
 */
export interface LocalServer {
  /** Where it listens, for `createClient({ baseUrl })`: `http://127.0.0.1` and a free port. */
  readonly url: string
  /** Ends it, with all its connections. */
  readonly close: () => Promise<void>
}

const requestOf = async (incoming: IncomingMessage, origin: string): Promise<Request> => {
  const chunks: Uint8Array[] = []
  for await (const chunk of incoming) chunks.push(chunk as Uint8Array) // without an encoding, chunks are bytes
  const headers = Object.entries(incoming.headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  )
  const method = incoming.method ?? 'GET'
  const hasBody = method !== 'GET' && method !== 'HEAD' && chunks.length > 0
  return new Request(new URL(incoming.url ?? '/', origin), {
    method,
    headers,
    ...(hasBody && { body: new Blob(chunks as Uint8Array<ArrayBuffer>[]) }),
  })
}

const reply = async (outgoing: ServerResponse, response: Response): Promise<void> => {
  outgoing.writeHead(response.status, Object.fromEntries(response.headers))
  outgoing.end(Buffer.from(await response.arrayBuffer()))
}

/** Serves a fetch function over HTTP, on 127.0.0.1. */
export const serve = (answer: (request: Request) => Promise<Response>): Promise<LocalServer> =>
  new Promise((resolve, reject) => {
    const server = createServer((incoming, outgoing) => {
      requestOf(incoming, url())
        .then(answer)
        .then((response) => reply(outgoing, response))
        .catch(() => outgoing.destroy())
    })
    const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}` // it listens on a port, not a pipe
    const close = (): Promise<void> =>
      new Promise((closed) => {
        server.close(() => closed())
        server.closeAllConnections()
      })
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => resolve(Object.freeze({ url: url(), close })))
  })
