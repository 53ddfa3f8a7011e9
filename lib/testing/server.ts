/// <reference lib="esnext.disposable" preserve="true" />
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * A server that listens on this machine only.
 *
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

/** A fetch function that receives a `Request`, and a signal that is aborted when the client disconnects. */
type FetchHandler = (request: Request, init: { readonly signal: AbortSignal }) => Promise<Response>

const readChunks = async (incoming: IncomingMessage): Promise<readonly Uint8Array[]> => {
  const chunks: Uint8Array[] = []
  for await (const chunk of incoming) chunks.push(chunk as Uint8Array) // without an encoding, chunks are bytes
  return chunks
}

const toRequest = (incoming: IncomingMessage, origin: string, body: Uint8Array<ArrayBuffer>): Request => {
  const headers = Object.entries(incoming.headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  )
  const method = incoming.method ?? 'GET'
  const hasBody = method !== 'GET' && method !== 'HEAD' && body.length > 0
  return new Request(new URL(incoming.url ?? '/', origin), { method, headers, ...(hasBody && { body }) })
}

const writeChunk = (outgoing: ServerResponse, chunk: Uint8Array): Promise<void> =>
  new Promise((resolve, reject) => {
    outgoing.write(chunk, (error) => (error ? reject(error) : resolve()))
  })

/** Sends the headers immediately, and each chunk of the body when it arrives. */
const sendResponse = async (outgoing: ServerResponse, { status, headers, body }: Response): Promise<void> => {
  outgoing.writeHead(status, Object.fromEntries(headers))
  outgoing.flushHeaders()
  for await (const chunk of body ?? []) await writeChunk(outgoing, chunk)
  outgoing.end()
}

/** Resets the connection, or closes it if the response has begun: a reset could overtake the bytes that were sent. */
const breakConnection = (outgoing: ServerResponse): void => {
  if (outgoing.headersSent) outgoing.destroy()
  else outgoing.req.socket.resetAndDestroy()
}

/** Returns a signal that is aborted when the client disconnects. */
const disconnectSignal = (outgoing: ServerResponse): AbortSignal => {
  const controller = new AbortController()
  outgoing.once('close', () => controller.abort())
  return controller.signal
}

/** Serves a fetch function over HTTP on 127.0.0.1. If it rejects, or the response's body fails, the connection breaks. */
export const serve = async (handle: FetchHandler): Promise<LocalServer> => {
  // Imported here, because the rest of the sandbox runs without Node. Its own Buffer, because jsdom replaces globals.
  const [{ createServer }, { Buffer }] = await Promise.all([import('node:http'), import('node:buffer')])
  const server = createServer((incoming, outgoing) => {
    const signal = disconnectSignal(outgoing)
    readChunks(incoming)
      .then((chunks) => handle(toRequest(incoming, url(), Buffer.concat(chunks)), { signal }))
      .then((response) => sendResponse(outgoing, response))
      .catch(() => breakConnection(outgoing))
  })
  // Closing an idle connection could reset the next request that reuses it.
  server.keepAliveTimeout = 0
  const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}` // it listens on a port, not a pipe
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  return Object.freeze({ url: url(), close, [Symbol.asyncDispose]: close })
}
