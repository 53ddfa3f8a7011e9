import ky from 'ky'
import { withoutPrototype } from '../util/omit-undefined.ts'
import { parseJson } from '../util/parse-json.ts'
import { readBytes } from '../util/read-body.ts'
import type { Fetch } from './options.ts'
import type { Settings } from './settings.ts'

/** The request of an API call. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** The method and the path for events and messages, without an id. */
  readonly endpoint: string
  /** The body as JSON. */
  readonly body?: string
  /** The secrets that the request contains, besides the API key. */
  readonly secrets?: readonly string[]
}

/** An HTTP response, read to its end. */
export interface RawResponse {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The parsed body; undefined if it is not JSON. */
  readonly json: unknown
}

/** The API's bodies are a few kilobytes. A limit protects the memory of the caller. */
export const maxBodyBytes = 1024 * 1024

/** Thrown for a response that a retry cannot fix: its body is too large or, without a status, it is not a `Response`. */
export class UnusableResponse extends Error {
  readonly status: number | undefined

  constructor(status?: number) {
    super()
    this.status = status
  }
}

/** Returns whether the platform itself limits what it reads of a body. */
const isSmall = ({ headers }: Response): boolean =>
  !headers.has('content-encoding') && Number(headers.get('content-length') ?? Number.NaN) <= maxBodyBytes

const isTooLarge = (text: string): boolean =>
  text.length > maxBodyBytes || (3 * text.length > maxBodyBytes && new TextEncoder().encode(text).length > maxBodyBytes)

const readBody = async (response: Response, isCustom: boolean, signal: AbortSignal): Promise<string> => {
  if (Number(response.headers.get('content-length')) > maxBodyBytes) throw new UnusableResponse(response.status)
  // A custom fetch may return a body that is not a stream.
  if (typeof response.body?.getReader !== 'function' || (!isCustom && isSmall(response))) {
    const text: unknown = await response.text()
    if (typeof text !== 'string') throw new UnusableResponse()
    if (isTooLarge(text)) throw new UnusableResponse(response.status)
    return text
  }
  const bytes = await readBytes(response.body, maxBodyBytes, signal)
  if (bytes === undefined) throw new UnusableResponse(response.status)
  return new TextDecoder().decode(bytes)
}

const cancelBody = async (response: Response): Promise<void> => {
  try {
    await response.body?.cancel()
  } catch {
    // A custom fetch may return a body that cannot be cancelled.
  }
}

const isUnreadResponse = (value: unknown): value is Response => {
  const { status, headers, text, body, bodyUsed }: Partial<Response> = Object(value)
  const isResponse = Number.isInteger(status) && typeof headers?.get === 'function' && typeof text === 'function'
  return isResponse && !bodyUsed && !body?.locked
}

type CacheMode = Pick<Parameters<Fetch>[1], 'cache'>

const detectCacheMode = (): CacheMode => {
  try {
    const init = { cache: 'no-store' } as const
    new Request('http://localhost', init)
    return init
  } catch {
    return {} // workerd throws for a cache mode that it does not support
  }
}

let detectedCacheMode: CacheMode | undefined

/** Forbids caching where the platform can: a framework that patches `fetch` must not share a token. */
const cacheMode = (): CacheMode => {
  detectedCacheMode ??= detectCacheMode()
  return detectedCacheMode
}

/** Makes one attempt over ky, to the last byte of the response. Retries, timeouts and error statuses are left to retry.ts. */
export const sendOnce = async (
  settings: Settings,
  { method, path, body: json }: ApiRequest,
  key: string,
  signal: AbortSignal,
): Promise<RawResponse> => {
  const url = settings.baseUrl + path
  const body = json ?? null
  const headers = {
    accept: 'application/json',
    authorization: `Basic ${btoa(`${key}:`)}`,
    ...(body !== null && { 'content-type': 'application/json' }),
    ...settings.headers,
  }
  const response = await ky(url, {
    method,
    retry: 0,
    timeout: false,
    throwHttpErrors: false,
    // Every fetch accepts a URL and an init of plain values. ky's own Request, and so its errors, never hold the key.
    fetch: async () => {
      const fetch: Fetch = settings.fetch ?? globalThis.fetch
      const fields = { method, headers, body, signal, redirect: 'manual', ...cacheMode() } as const
      const fetched: unknown = await fetch(url, withoutPrototype(fields))
      if (!isUnreadResponse(fetched)) throw new UnusableResponse()
      if (fetched.status === 0) throw new Error('fetch returned Response.error()')
      return fetched
    },
  })
  if (signal.aborted) {
    cancelBody(response)
    throw new Error() // the attempt has timed out already
  }
  const text = await readBody(response, settings.fetch !== undefined, signal)
  return { status: response.status, headers: response.headers, text, json: parseJson(text) }
}
