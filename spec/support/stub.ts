import { minted } from './server.ts'

/** A request that a fetch function received. */
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

/** A fetch function that records its requests and needs no network. By default it responds with a new session. */
export const stub = (
  respond: (number: number) => Response | Promise<Response> = () => jsonResponse(201, minted),
): Stub => {
  const requests: Fetched[] = []
  const fetch: Stub['fetch'] = async (url, { method = 'GET', headers, body, signal }) => {
    requests.push({ url, method, headers: new Headers(headers), body, signal })
    return respond(requests.length)
  }
  return { fetch, requests }
}

/** A response with JSON. */
export const jsonResponse = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } })
