import { minted } from './server.ts'

/** A request as a fetch function was given it. */
export interface Fetched {
  readonly url: string
  readonly method: string
  readonly headers: Headers
  readonly body: unknown
  readonly signal: AbortSignal | null | undefined
}

export interface Stub {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>
  readonly requests: readonly Fetched[]
}

/** A fetch function that records what it is given, and answers without a network; it mints unless told otherwise. */
export const stub = (answer: (number: number) => Response | Promise<Response> = () => reply(201, minted)): Stub => {
  const requests: Fetched[] = []
  const fetch: Stub['fetch'] = async (url, { method = 'GET', headers, body, signal }) => {
    requests.push({ url, method, headers: new Headers(headers), body, signal })
    return answer(requests.length)
  }
  return { fetch, requests }
}

/** A response with JSON. */
export const reply = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } })
