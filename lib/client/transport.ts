import ky, { type Options } from 'ky'
import { parseJson, tryGet, withoutPrototype } from '../util/guards.ts'
import { readBytes } from '../util/request.ts'
import type { Fetch } from './options.ts'
import type { Settings } from './settings.ts'

export interface ApiRequest {
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** The method and the path for events and messages, without an id. */
  readonly endpoint: string
  readonly body: string | null
  /** The secrets that the request contains, in addition to the API key. */
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

const readBody = async (response: Response, isCustom: boolean, signal: AbortSignal): Promise<string> => {
  const { status, headers, body } = response
  const length = Number(headers.get('content-length') ?? Number.NaN)
  if (length > maxBodyBytes) throw new UnusableResponse(status)
  // `text()` is faster, and the platform's fetch limits it to the content-length. A custom response may have no stream.
  const isLimited = !isCustom && length <= maxBodyBytes && !headers.has('content-encoding')
  if (isLimited || typeof body?.getReader !== 'function') {
    const text: unknown = await response.text()
    if (typeof text !== 'string') throw new UnusableResponse()
    if (text.length > maxBodyBytes) throw new UnusableResponse(status)
    return text
  }
  const bytes = await readBytes(body, maxBodyBytes, signal)
  if (bytes === undefined) throw new UnusableResponse(status)
  return new TextDecoder().decode(bytes)
}

const isUnreadResponse = (value: unknown): value is Response => {
  const { status, headers, text, body, bodyUsed }: Partial<Response> = Object(value)
  const isResponse = Number.isInteger(status) && typeof headers?.get === 'function' && typeof text === 'function'
  return isResponse && !bodyUsed && !body?.locked
}

/** Keeps frameworks that patch `fetch` from caching a token. Empty where the platform throws for the mode: workerd. */
let cacheMode: Pick<Parameters<Fetch>[1], 'cache'> | undefined

/** Makes one attempt over ky, to the last byte of the response. Retries, timeouts and error statuses are left to send.ts. */
export const sendOnce = async (
  settings: Settings,
  { method, path, body }: ApiRequest,
  key: string,
  signal: AbortSignal,
): Promise<RawResponse> => {
  const url = settings.baseUrl + path
  const headers = {
    accept: 'application/json',
    authorization: `Basic ${btoa(`${key}:`)}`,
    ...(body !== null && { 'content-type': 'application/json' }),
    ...settings.headers,
  }
  // Inherits nothing, because ky also reads options that are not set, such as `prefixUrl`.
  const options = withoutPrototype<Options>({
    method,
    retry: 0,
    timeout: false,
    throwHttpErrors: false,
    // Every fetch accepts a URL and an init of plain values. ky's own Request, and so its errors, never hold the key.
    fetch: async () => {
      const fetch: Fetch = settings.fetch ?? globalThis.fetch
      cacheMode ??= tryGet(() => new Request(url, { cache: 'no-store' })) ? { cache: 'no-store' } : {}
      const init = withoutPrototype({ method, headers, body, signal, redirect: 'manual', ...cacheMode } as const)
      const fetched: unknown = await fetch(url, init)
      if (!isUnreadResponse(fetched)) throw new UnusableResponse()
      if (fetched.status === 0) throw new Error('fetch returned Response.error()')
      return fetched
    },
  })
  const response = await ky(url, options)
  if (signal.aborted) {
    // A custom fetch may ignore the signal. The attempt has ended, so an error is ignored.
    await response.body?.cancel()
    throw signal.reason
  }
  const text = await readBody(response, settings.fetch !== undefined, signal)
  return { status: response.status, headers: response.headers, text, json: parseJson(text) }
}
