import { createServer, type RequestListener } from 'node:http'
import { Readable } from 'node:stream'
import { getRequestListener } from '@hono/node-server'
import { expect } from 'chai'
import { connectSessionHandler, type HandlerError, type HandlerOptions, type Owner } from '../../lib/handler/index.ts'
import { type ClientOptions, createClient } from '../../lib/index.ts'
import { type Sandbox, sandbox } from '../../lib/testing/index.ts'
import { apiKey } from './call.ts'
import { listening, type Served } from './server.ts'

export { apiKey, type Served }

export const acme: Owner = { id: 'acme-42', name: 'Acme Inc.' }

/** The wire form of a session of this owner without other fields. */
export const acmeWire = { origin_owner_id: 'acme-42', origin_owner_name: 'Acme Inc.' }

export const url = 'https://app.acme.example/api/connect'

type HeaderFields = Readonly<Record<string, string>>

/** Makes the POST request of a page. */
export const post = (body?: BodyInit, headers: HeaderFields = {}, to = url): Request =>
  new Request(to, {
    method: 'POST',
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body, duplex: 'half' }),
  })

/** Makes the POST request of a page with a value as JSON. */
export const postJson = (value: unknown, headers?: HeaderFields): Request => post(JSON.stringify(value), headers)

/** Makes a body of chunks, whose length is not known in advance. */
export const streamOf = (...chunks: readonly (string | Uint8Array)[]): ReadableStream<Uint8Array> =>
  Readable.toWeb(Readable.from(chunks.map((chunk) => Buffer.from(chunk)))) as ReadableStream<Uint8Array> // Node declares its own type

/** A response of the handler. */
export interface Received {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The parsed body; undefined if there is none. */
  readonly body: unknown
  readonly code: string | undefined
  readonly message: string | undefined
  /** The issues, as `path: message` and the hint in parentheses. */
  readonly issues: readonly string[] | undefined
}

/** Reads a response, and asserts what holds for every response of the handler. */
export const receive = async (response: Response): Promise<Received> => {
  const { status, headers } = response
  const text = await response.text()
  expect(headers.get('cache-control')).to.equal('no-store')
  expect(headers.get('x-content-type-options')).to.equal('nosniff')
  expect(headers.get('content-type')).to.equal(text === '' ? null : 'application/json')
  const body: unknown = text === '' ? undefined : JSON.parse(text)
  const isError = text !== '' && status !== 200
  if (text !== '') expect(body).to.have.all.keys(...(isError ? ['error'] : ['token', 'expiresAt']))
  const { error = {} }: { readonly error?: Partial<HandlerError['error']> } = Object(body)
  expect(Object.keys(error).filter((name) => name !== 'issues')).to.deep.equal(isError ? ['code', 'message'] : [])
  const issues = error.issues?.map(({ path, message, hint }) => `${path}: ${message}${hint ? ` (${hint})` : ''}`)
  return { status, headers, text, body, code: error.code, message: error.message, issues }
}

export interface Setup {
  readonly api: Sandbox
  /** The errors that `onError` received. */
  readonly errors: readonly unknown[]
  readonly handler: (request: Request) => Promise<Response>
  readonly call: (request: Request) => Promise<Received>
  /** Returns the bodies that the API received. */
  readonly sent: () => readonly unknown[]
}

/** Creates a handler for Acme with a sandbox. */
export const setUp = (options: Partial<HandlerOptions> = {}, client: ClientOptions = {}): Setup => {
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
    call: async (request) => receive(await handler(request)),
    sent: () => api.requests.map(({ body }) => body),
  }
}

/** Adapts a handler to Node and Express. */
export const adapt = (handler: Setup['handler']) => getRequestListener(handler, { overrideGlobalObjects: false })

/** Serves an app over HTTP, such as one of Express. */
export const listen = (app: RequestListener): Promise<Served> => listening(createServer(app))

/** Serves a handler over HTTP. */
export const serve = (handler: Setup['handler']): Promise<Served> => listen(adapt(handler))
