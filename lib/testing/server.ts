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
  const { method, url } = incoming as IncomingMessage & { method: string; url: string } // requests have both
  const headers = Object.entries(incoming.headers).map(([name, value]): [string, string] => [name, String(value)])
  let body = ''
  for await (const text of incoming.setEncoding('utf8')) body += text
  return new Request(new URL(url, origin), { method, headers, ...(body !== '' && { body }) })
}

/** Sends the headers immediately, and each chunk of the body when it arrives. */
const sendResponse = async (outgoing: ServerResponse, { status, headers, body }: Response): Promise<void> => {
  outgoing.writeHead(status, Object.fromEntries(headers))
  outgoing.flushHeaders()
  for await (const chunk of body ?? []) await new Promise((resolve) => outgoing.write(chunk, resolve))
  outgoing.end()
}

/** Serves a function over HTTP on 127.0.0.1. If it rejects, or the response's body fails, the connection breaks. */
export const serve = async (handle: (request: Request, signal: AbortSignal) => Promise<Response>) => {
  const { createServer } = await import('node:http') // the rest of the sandbox runs without Node
  const server = createServer(async (incoming, outgoing) => {
    const disconnected = new AbortController()
    outgoing.once('close', () => disconnected.abort())
    try {
      const response = await handle(await readRequest(incoming, url), disconnected.signal)
      await sendResponse(outgoing, response)
    } catch {
      // A reset could overtake the bytes that were sent.
      if (outgoing.headersSent) outgoing.destroy()
      else incoming.socket.resetAndDestroy()
    }
  })
  server.keepAliveTimeout = 0 // closing an idle connection could reset the next request that reuses it
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
  return Object.freeze<LocalServer>({ url, close, [Symbol.asyncDispose]: close })
}
