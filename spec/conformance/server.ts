import type { ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { closedPort } from '../support/faults.ts'
import { httpServer, json, minted, type Recorded } from '../support/server.ts'

/** How a scenario answers a request; they are counted from 1. */
type Scenario = (response: ServerResponse, request: Recorded, number: number) => void

/** The loopback servers that the suite talks to. */
export interface Loopback {
  /** Where the scenarios are: `<url>/<any path>/<scenario>`. */
  readonly url: string
  /** Another origin, which only counts what arrives. */
  readonly elsewhere: string
  /** A URL that nobody listens at. */
  readonly nobody: string
  readonly close: () => Promise<void>
}

const { token, auth_link_url, ...opened } = minted

/** A token, and beside it the request that it was asked with: so the suite needs no other way to see what was sent. */
const mint: Scenario = (response, { method, url, headers, body }, number) =>
  json(response, 201, { ...minted, asked: { method, url, headers, body, number } })

const fail = (status: number, message: string, headers: Record<string, string> = {}): Scenario => {
  const body = { statusCode: status, message, timestamp: '2026-01-01T00:00:00.000Z' }
  return (response) => json(response, status, body, { 'x-request-id': 'req-7', ...headers })
}

const reset: Scenario = (response) => response.socket?.resetAndDestroy()

const text = JSON.stringify({ ...minted, label: 'Zürich 🚀' })
const bytes = Buffer.from(text)

const begin = (response: ServerResponse): void => {
  response.writeHead(201, { 'content-type': 'application/json', 'content-length': bytes.length })
  response.write(bytes.subarray(0, 100))
}

const cut: Scenario = (response) => {
  begin(response)
  // Later, or the end of the connection overtakes the bytes.
  setTimeout(() => response.destroy(), 30)
}

const pieces: Scenario = (response) => {
  response.writeHead(201, { 'content-type': 'application/json' })
  const inside = bytes.indexOf(Buffer.from('🚀')) + 2
  response.write(bytes.subarray(0, inside))
  setTimeout(() => response.end(bytes.subarray(inside)), 30)
}

const flood: Scenario = (response) => {
  const chunk = Buffer.alloc(64 * 1024, ' ')
  const pump = (): void => {
    while (!response.destroyed && response.write(chunk));
  }
  response.writeHead(201, { 'content-type': 'application/json' })
  response.on('drain', pump)
  pump()
}

const redirect =
  (location: (url: string) => string): Scenario =>
  (response, { url }) => {
    response.writeHead(307, { location: location(url), 'content-type': 'application/json' })
    response.end('{"message":"It has moved"}')
  }

const show =
  (status: string, more: object = {}): Scenario =>
  (response) => {
    const attempt = { id: 'attempt-1', created_at: 'then', updated_at: 'now', status, ...more }
    json(response, 200, { ...opened, latest_connection_attempt: attempt })
  }

/** Each answer once, and the last one for ever. */
const each =
  (...answers: readonly Scenario[]): Scenario =>
  (response, request, number) =>
    answers[Math.min(number, answers.length) - 1]?.(response, request, number)

const drifted = {
  ...minted,
  id: 'cs-4711',
  organization_id: 12,
  categories: ['ats', 'quantum'],
  created_at: 'yesterday',
  label: 7,
  type: 'sandbox',
  theme: 'dark',
}

const scenarios = (elsewhere: string): Readonly<Record<string, Scenario>> => ({
  mint,
  busy: each(fail(503, 'Busy'), mint),
  later: each(fail(429, 'Slow down', { 'retry-after': '1' }), mint),
  'much-later': fail(503, 'Busy', { 'retry-after': '20' }),
  reset: each(reset, mint),
  resets: reset,
  cut: each(cut, mint),
  cuts: cut,
  pieces,
  gzip: (response) => {
    response.writeHead(201, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
    response.end(gzipSync(text))
  },
  silence: () => {},
  stuck: begin,
  drift: (response) => json(response, 200, drifted),
  refused: fail(400, 'The provider is not enabled'),
  'shows-key': (response, { headers: { authorization = '' }, body }) => {
    const key = Buffer.from(authorization.slice(6), 'base64').toString().slice(0, -1)
    json(response, 401, { message: `Not for ${key}, ${authorization}, ${body}`, token, [key]: { key } })
  },
  tokenless: (response) => json(response, 201, opened),
  html: (response) => {
    response.writeHead(200, { 'content-type': 'text/html' })
    response.end('<html><body>Welcome</body></html>')
  },
  flood,
  away: redirect((url) => `${elsewhere}${url}`),
  near: redirect((url) => url.replace('/near/', '/mint/')),
  opened: (response, { method, url, headers, body }, number) =>
    json(response, method === 'POST' ? 201 : 200, { ...opened, asked: { method, url, headers, body, number } }),
  connects: each(
    show('pending'),
    fail(503, 'Busy'),
    show('pending'),
    show('authenticated', { account_secure_id: 451 }),
  ),
  pending: show('pending'),
})

/** Counts requests by what comes before the path of the API. A GET of the id `seen` asks for the count. */
const counter = () => {
  const counts = new Map<string, number>()
  return (response: ServerResponse, { url }: Recorded, answer: (place: string, number: number) => void): void => {
    const [place = '', endpoint] = url.split(/(?=\/connect_sessions)/)
    const before = counts.get(place) ?? 0
    if (endpoint === '/connect_sessions/seen') json(response, 200, { ...opened, seen: before })
    else {
      counts.set(place, before + 1)
      answer(place, before + 1)
    }
  }
}

export const loopback = async (): Promise<Loopback> => {
  const countElsewhere = counter()
  const elsewhere = await httpServer((request, response) =>
    countElsewhere(response, request, () => json(response, 201, minted)),
  )
  const known = scenarios(elsewhere.url)
  const count = counter()
  const main = await httpServer((request, response) =>
    count(response, request, (place, number) => {
      const scenario = known[place.split('/').at(-1) ?? ''] ?? fail(404, `No scenario ${place}`)
      scenario(response, request, number)
    }),
  )
  const nobody = await closedPort()
  return {
    url: main.url,
    elsewhere: elsewhere.url,
    nobody: nobody.url,
    close: async () => {
      await Promise.all([main.close(), elsewhere.close(), nobody.close()])
    },
  }
}
