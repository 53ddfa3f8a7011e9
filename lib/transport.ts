import ky from 'ky'
import type { Answer } from './answer.ts'
import type { Fetch } from './options.ts'
import type { Settings } from './settings.ts'
import { streamed } from './stream.ts'

/** One call of the API. */
export interface Call {
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** Method and path as events and messages show them. */
  readonly endpoint: string
  /** The JSON text to send. */
  readonly body?: string
  /** What must not be shown, beside the key. */
  readonly secrets?: readonly string[]
}

/** Bodies of the API are a few kilobytes; one beyond this is a mistake, or an attack on our memory. */
export const largestBody = 10 * 1024 * 1024

const mostRedirects = 3

/** What is not the network's fault: the body of this status is too large, or, with no status, there is no response. */
export class Unfit extends Error {
  readonly status: number | undefined

  constructor(status?: number) {
    super()
    this.status = status
  }
}

/** Whether the platform itself reads a body, and no more than it says: then nobody has to count. */
const isSmall = ({ headers }: Response): boolean =>
  !headers.has('content-encoding') && Number(headers.get('content-length') ?? Number.NaN) <= largestBody

const textOf = async (response: Response, own: boolean, signal: AbortSignal): Promise<string> => {
  // Custom fetch functions may give bodies that are no streams.
  if (typeof response.body?.getReader !== 'function' || (own && isSmall(response))) {
    const text: unknown = await response.text()
    if (typeof text !== 'string') throw new Unfit()
    if (text.length > largestBody) throw new Unfit(response.status)
    return text
  }
  const reader = response.body.getReader()
  // Whoever makes the body is told when nobody reads on. The signal is this attempt's own, and ends with it.
  signal.addEventListener('abort', () => void reader.cancel().catch(() => {}))
  const text = await streamed(reader, new TextDecoder(), largestBody)
  if (text === undefined) throw new Unfit(response.status)
  return text
}

/** Lets go of an answer that nobody reads; a custom fetch may give any kind of body. */
const discard = async (response: Response): Promise<void> => {
  try {
    await response.body?.cancel()
  } catch {
    // Whoever made the body has nothing to let go of.
  }
}

const isResponse = (value: unknown): value is Response => {
  const { status, headers, text, bodyUsed }: Partial<Response> = Object(value)
  return Number.isInteger(status) && typeof headers?.get === 'function' && typeof text === 'function' && !bodyUsed
}

/** Where a redirect leads that may be followed: inside the origin, and with the method as it is. */
const redirectOf = (url: string, { method }: Call, { status, headers }: Response): string | undefined => {
  const keepsMethod = [307, 308].includes(status) || (method === 'GET' && [301, 302, 303].includes(status))
  const location = keepsMethod ? headers.get('location') : null
  if (location === null || !URL.canParse(location, url)) return undefined
  const target = new URL(location, url)
  return target.origin === new URL(url).origin ? target.href : undefined
}

/** One attempt over ky, to the last byte of the answer. All of ky's own waiting is off: exchange.ts does it. */
export const send = async (
  settings: Settings,
  call: Call,
  key: string,
  signal: AbortSignal,
  url = settings.baseUrl + call.path,
  hops = 0,
): Promise<Answer> => {
  const { method, body = null } = call
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
    // A URL and an init of plain values suit every fetch. The key stays out of ky's Request and so out of its errors,
    // and the headers, the body and the signal are spared its copies of them.
    fetch: async () => {
      const fetch: Fetch = settings.fetch ?? globalThis.fetch
      const fetched: unknown = await fetch(url, { method, headers, body, signal, redirect: 'manual' })
      if (!isResponse(fetched)) throw new Unfit()
      if (fetched.status === 0) throw new Error() // a network error, given as a Response
      return fetched
    },
  })
  if (signal.aborted) {
    discard(response)
    throw new Error() // too late: nobody waits for it
  }
  const redirect = hops < mostRedirects ? redirectOf(url, call, response) : undefined
  if (redirect !== undefined) {
    discard(response)
    return send(settings, call, key, signal, redirect, hops + 1)
  }
  return {
    status: response.status,
    headers: response.headers,
    text: await textOf(response, settings.fetch === undefined, signal),
  }
}

/**
 * The system's code of a failed request, such as `ECONNREFUSED`, if there is one among the causes.
 *
 * Nothing else of the error is taken: ky's errors hold the request with the key, and a custom fetch may throw anything.
 */
export const codeOf = (error: unknown, depth = 0): string | undefined => {
  try {
    const { code }: { readonly code?: unknown } = Object(error)
    if (typeof code === 'string' && /^[A-Za-z]\w{1,40}$/.test(code)) return code
    return depth < 4 ? codeOf(Object(error).cause, depth + 1) : undefined
  } catch {
    return undefined
  }
}
