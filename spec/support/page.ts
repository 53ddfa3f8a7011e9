import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { expect } from 'chai'
import { connectSessionHandler, type HandlerOptions, type Owner } from '../../lib/handler.ts'
import { type ClientOptions, createClient } from '../../lib/index.ts'
import { type Sandbox, sandbox } from '../../lib/testing/index.ts'

export const apiKey = 'v1.eu1.0123456789abcdef'

export const acme: Owner = { id: 'acme-42', name: 'Acme Inc.' }

/** The wire of a session of this owner, without anything else. */
export const acmeWire = { origin_owner_id: 'acme-42', origin_owner_name: 'Acme Inc.' }

export const url = 'https://app.acme.example/api/connect'

type Headers = Readonly<Record<string, string>>

/** A page's request, with such a body. */
export const post = (body?: BodyInit, headers: Headers = {}, to = url): Request =>
  new Request(to, {
    method: 'POST',
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body, duplex: 'half' }),
  })

/** A page's request, with JSON. */
export const choose = (choices: unknown, headers?: Headers): Request => post(JSON.stringify(choices), headers)

/** A body in pieces, so that its length is not known beforehand. */
export const pieces = (...texts: readonly (string | Uint8Array)[]): ReadableStream<Uint8Array> =>
  Readable.toWeb(Readable.from(texts.map((text) => Buffer.from(text)))) as ReadableStream<Uint8Array> // it is one, by another declaration

export interface Answered {
  readonly status: number
  readonly headers: globalThis.Headers
  readonly text: string
  /** The parsed body; undefined if there is none. */
  readonly body: unknown
  readonly code: string | undefined
  /** The issues, as `path: message`. */
  readonly issues: readonly string[] | undefined
}

interface Failed {
  readonly error: {
    readonly code: string
    readonly issues?: readonly { readonly path: string; readonly message: string }[]
  }
}

/** Reads an answer, and holds it to what every answer must be. */
export const read = async (response: Response): Promise<Answered> => {
  const { status, headers } = response
  const text = await response.text()
  expect(headers.get('cache-control')).to.equal('no-store')
  expect(headers.get('x-content-type-options')).to.equal('nosniff')
  expect(headers.get('content-type')).to.equal(text === '' ? null : 'application/json')
  if (text === '') return { status, headers, text, body: undefined, code: undefined, issues: undefined }
  const body: unknown = JSON.parse(text)
  if (status === 200) {
    expect(body).to.have.all.keys('token', 'expiresAt')
    return { status, headers, text, body, code: undefined, issues: undefined }
  }
  expect(body).to.have.all.keys('error')
  const { error } = body as Failed // as was just seen
  expect(Object.keys(error).filter((name) => name !== 'issues')).to.deep.equal(['code', 'message'])
  expect(error).to.have.property('message').that.matches(/\.$/)
  const issues = error.issues?.map(({ path, message }) => `${path}: ${message}`)
  return { status, headers, text, body, code: error.code, issues }
}

export interface Handling {
  readonly api: Sandbox
  /** What `onError` was told. */
  readonly errors: readonly unknown[]
  readonly handler: (request: Request) => Promise<Response>
  readonly ask: (request: Request) => Promise<Answered>
  /** The bodies that reached the API. */
  readonly sent: () => readonly unknown[]
}

/** A handler for Acme over a sandbox. */
export const handling = (options: Partial<HandlerOptions> = {}, client: ClientOptions = {}): Handling => {
  const api = sandbox()
  const errors: unknown[] = []
  const handler = connectSessionHandler({
    client: createClient({ apiKey, fetch: api.fetch, retries: 0, ...client }),
    owner: () => acme,
    onError: (error) => errors.push(error),
    ...options,
  })
  return {
    api,
    errors,
    handler,
    ask: async (request) => read(await handler(request)),
    sent: () => api.requests.map(({ body }) => body),
  }
}

export interface Mounted {
  readonly url: string
  readonly close: () => Promise<void>
}

/** Serves a handler over HTTP on loopback, as the adapters for Node do: streams in, and a signal of the connection. */
export const mount = (handler: Handling['handler']): Promise<Mounted> =>
  new Promise((resolve, reject) => {
    const server = createServer(async (incoming, outgoing) => {
      const { method = '', headers } = incoming
      const left = new AbortController()
      outgoing.once('close', () => {
        if (!outgoing.writableFinished) left.abort()
      })
      const hasBody = method !== 'GET' && method !== 'HEAD'
      const response = await handler(
        new Request(`http://${headers.host}${incoming.url}`, {
          method,
          headers: Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]),
          signal: left.signal,
          ...(hasBody && { body: Readable.toWeb(incoming) as ReadableStream<Uint8Array>, duplex: 'half' }), // see pieces
        }),
      )
      outgoing.writeHead(response.status, [...response.headers].flat())
      outgoing.end(Buffer.from(await response.arrayBuffer()))
    })
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo // it listens on a port, not a pipe
      const close = (): Promise<void> =>
        new Promise((closed) => {
          server.close(() => closed())
          server.closeAllConnections()
        })
      resolve({ url: `http://127.0.0.1:${port}`, close })
    })
  })
