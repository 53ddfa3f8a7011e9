/// <reference lib="esnext.disposable" preserve="true" />
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * A server that listens on this machine only.
 * @example
 * const server: LocalServer = await sandbox().listen()
 * await acme.send(createClient({ baseUrl: server.url }))
 * await server.close()
 */
export interface LocalServer {
  /** The URL for `createClient({ baseUrl })`: `http://127.0.0.1` with a free port. */
  readonly url: string
  /** Stops the server and closes all its connections. */
  readonly close: () => Promise<void>
  /** Same as `close`, for `await using`. */
  readonly [Symbol.asyncDispose]: () => Promise<void>
}

const readRequest = async (incoming: IncomingMessage, origin: string): Promise<Request> => {
  const { method = 'GET', url = '/' } = incoming
  const headers = Object.entries(incoming.headers).map(([name, value]): [string, string] => [name, String(value)])
  let body = ''
  for await (const text of incoming.setEncoding('utf8')) body += text
  const hasBody = method !== 'GET' && method !== 'HEAD' && body !== ''
  return new Request(new URL(url, origin), { method, headers, ...(hasBody && { body }) })
}

/** Sends the headers immediately, and each chunk of the body when it arrives. */
const sendResponse = async (outgoing: ServerResponse, { status, headers, body }: Response): Promise<void> => {
  outgoing.writeHead(status, Object.fromEntries(headers))
  outgoing.flushHeaders()
  for await (const chunk of body ?? []) await new Promise((resolve) => outgoing.write(chunk, resolve))
  outgoing.end()
}

/** Resets the connection, or closes it if the response has begun: a reset could overtake the bytes that were sent. */
const breakConnection = (outgoing: ServerResponse): void => {
  if (outgoing.headersSent) outgoing.destroy()
  else outgoing.req.socket.resetAndDestroy()
}

/**
 * Serves a fetch function over HTTP on 127.0.0.1. Its signal is aborted when the client disconnects. If it rejects, or
 * the response's body fails, the connection breaks.
 */
export const serve = async (
  fetch: (request: Request, init: { readonly signal: AbortSignal }) => Promise<Response>,
): Promise<LocalServer> => {
  const { createServer } = await import('node:http') // the rest of the sandbox runs without Node
  const handle = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const disconnected = new AbortController()
    outgoing.once('close', () => disconnected.abort())
    const response = await fetch(await readRequest(incoming, url), { signal: disconnected.signal })
    await sendResponse(outgoing, response)
  }
  const server = createServer((incoming, outgoing) => {
    handle(incoming, outgoing).catch(() => breakConnection(outgoing))
  })
  // Closing an idle connection could reset the next request that reuses it.
  server.keepAliveTimeout = 0
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}` // it listens on a port, not a pipe
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return Object.freeze({ url, close, [Symbol.asyncDispose]: close })
}
