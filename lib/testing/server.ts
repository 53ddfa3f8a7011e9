/// <reference lib="esnext.disposable" preserve="true" />
import type { IncomingMessage, ServerResponse } from 'node:http'
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
  /** The same as `close`, for `await using`. */
  readonly [Symbol.asyncDispose]: () => Promise<void>
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

const written = (outgoing: ServerResponse, chunk: Uint8Array): Promise<void> =>
  new Promise((resolve, reject) => {
    outgoing.write(chunk, (error) => (error ? reject(error) : resolve()))
  })

/** Sends the headers at once, and the body as it comes. */
const reply = async (outgoing: ServerResponse, { status, headers, body }: Response): Promise<void> => {
  outgoing.writeHead(status, Object.fromEntries(headers))
  outgoing.flushHeaders()
  for await (const chunk of body ?? []) await written(outgoing, chunk)
  outgoing.end()
}

/** Resets the connection; one on which an answer has begun is closed, for a reset could overtake what was sent. */
const breakOff = (outgoing: ServerResponse): void => {
  if (outgoing.headersSent) outgoing.destroy()
  else outgoing.req.socket.resetAndDestroy()
}

/** A signal that is aborted once the client has gone away. */
const signalOf = (outgoing: ServerResponse): AbortSignal => {
  const controller = new AbortController()
  outgoing.once('close', () => controller.abort())
  return controller.signal
}

/**
 * Serves a fetch function over HTTP, on 127.0.0.1. Where that rejects, or its body breaks, so does the connection.
 *
 * Node's module is loaded only here: the rest runs where there is none.
 */
export const serve = async (
  answer: (request: Request, init: RequestInit) => Promise<Response>,
): Promise<LocalServer> => {
  const { createServer } = await import('node:http')
  const server = createServer((incoming, outgoing) => {
    const signal = signalOf(outgoing)
    requestOf(incoming, url())
      .then((request) => answer(request, { signal }))
      .then((response) => reply(outgoing, response))
      .catch(() => breakOff(outgoing))
  })
  // An idle connection that ends just as a client takes it up again would be a reset that no test asked for.
  server.keepAliveTimeout = 0
  const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}` // it listens on a port, not a pipe
  const close = (): Promise<void> =>
    new Promise((closed) => {
      server.close(() => closed())
      server.closeAllConnections()
    })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  return Object.freeze({ url: url(), close, [Symbol.asyncDispose]: close })
}
