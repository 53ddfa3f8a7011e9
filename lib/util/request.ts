import { ConfigurationError } from '../errors.ts'
import { kindOf, tryGet } from './guards.ts'

/** Reads a stream until the signal is aborted. Returns undefined, and cancels it, once it exceeds `maxBytes`. */
export const readBytes = async (stream: ReadableStream<Uint8Array>, maxBytes: number, signal: AbortSignal) => {
  const reader = stream.getReader()
  const cancel = (): void => void reader.cancel().catch(() => {}) // not awaited: a source may never finish its cleanup
  signal.addEventListener('abort', cancel)
  const chunks: { readonly bytes: Uint8Array; readonly offset: number }[] = []
  let size = 0
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    if (!ArrayBuffer.isView(chunk.value)) throw new TypeError('The stream contains a chunk that is not bytes.')
    chunks.push({ bytes: chunk.value, offset: size })
    size += chunk.value.byteLength
    if (size > maxBytes) return void cancel()
  }
  const all = new Uint8Array(size)
  for (const { bytes, offset } of chunks) all.set(bytes, offset)
  return all
}

const alreadyRead = (): ConfigurationError =>
  new ConfigurationError(
    'The request body was already read. Mount the handler before body parsers such as express.json(), and pass it the ' +
      'original request.',
  )

/**
 * Returns whether an adapter reads the body itself, and the HTTP parser ends it at `Content-Length`. The `body` of such a
 * request is expensive. Any other `Request` may have been created by code, with any header.
 */
const isFramed = (request: Request): boolean =>
  request.arrayBuffer !== Request.prototype.arrayBuffer &&
  /^\d+$/.test(request.headers.get('content-length') ?? '') &&
  !request.headers.has('transfer-encoding')

const readFramed = async (request: Request, maxBytes: number): Promise<Uint8Array | undefined> => {
  try {
    const buffer = await request.arrayBuffer()
    return buffer.byteLength > maxBytes ? undefined : new Uint8Array(buffer)
  } catch (error) {
    // An adapter may notice only now that a body parser has read the body.
    throw String(error).includes('unusable') ? alreadyRead() : error
  }
}

const readStream = async ({ body }: Request, maxBytes: number, signal: AbortSignal) => {
  if (body?.locked) throw alreadyRead()
  return body ? readBytes(body, maxBytes, signal) : new Uint8Array()
}

/** Reads the body of a request until the signal is aborted. Returns undefined once it exceeds `maxBytes`. */
export const readRequestBody = async (request: Request, maxBytes: number, signal: AbortSignal) => {
  const { headers } = request
  const length = Number(headers.get('content-length'))
  if (length > maxBytes) return undefined
  if (request.bodyUsed) throw alreadyRead()
  const bytes = await (isFramed(request) ? readFramed(request, maxBytes) : readStream(request, maxBytes, signal))
  // After a body parser, an adapter finds an empty body.
  if (bytes?.length === 0 && (length > 0 || headers.has('transfer-encoding'))) throw alreadyRead()
  return bytes
}

let utf8: TextDecoder | undefined

/** Decodes UTF-8; returns undefined for any other bytes. */
export const decodeUtf8 = (bytes: Uint8Array): string | undefined => {
  utf8 ??= new TextDecoder('utf-8', { fatal: true }) // expensive, so not at import and not for each body
  const decoder = utf8
  return tryGet(() => decoder.decode(bytes))
}

// The requests of other realms and of polyfills are not instances of this realm's class.
const isFetchRequest = (value: unknown): value is Request => {
  const { url, method, headers }: Partial<Request> = Object(value)
  return typeof url === 'string' && typeof method === 'string' && typeof headers?.get === 'function'
}

/** Returns a route that rejects if it is called with something other than a Fetch API `Request`. */
export const createRoute =
  (handle: (request: Request) => Promise<Response>) =>
  async (request: unknown): Promise<Response> => {
    if (isFetchRequest(request)) return handle(request)
    throw new ConfigurationError(
      `The handler must be called with a Fetch API Request, got ${kindOf(request)}. In Express, Fastify and Node, wrap ` +
        "it: getRequestListener(handler), from '@hono/node-server'. In Hono, pass c.req.raw.",
    )
  }
