import type { ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { closedPort } from '../../support/faults.ts'
import { httpServer, json, minted, type Recorded } from '../../support/server.ts'

/** Responds to a request. Requests of a scenario are counted from 1. */
type Scenario = (response: ServerResponse, request: Recorded, number: number) => void

/** The loopback servers of the suite. */
export interface Loopback {
  /** The base of the scenarios: `<url>/<any path>/<scenario>`. */
  readonly url: string
  /** Another origin, which only counts requests. */
  readonly otherOrigin: string
  /** A URL whose port is closed. */
  readonly closedPort: string
  readonly close: () => Promise<void>
}

const { token, auth_link_url, ...session } = minted

/** Responds with a token and a copy of the request, so that the suite can check what was sent. */
const create: Scenario = (response, { method, url, headers, body }, number) =>
  json(response, 201, { ...minted, request: { method, url, headers, body, number } })

const fail = (status: number, message: string, headers: Record<string, string> = {}): Scenario => {
  const body = { statusCode: status, message, timestamp: '2026-01-01T00:00:00.000Z' }
  return (response) => json(response, status, body, { 'x-request-id': 'req-7', ...headers })
}

const reset: Scenario = (response) => response.socket?.resetAndDestroy()

const text = JSON.stringify({ ...minted, label: 'Zürich 🚀' })
const bytes = Buffer.from(text)

const startResponse = (response: ServerResponse): void => {
  response.writeHead(201, { 'content-type': 'application/json', 'content-length': bytes.length })
  response.write(bytes.subarray(0, 100))
}

const cut: Scenario = (response) => {
  startResponse(response)
  // With a delay, so that the bytes arrive before the connection ends.
  setTimeout(() => response.destroy(), 30)
}

const chunks: Scenario = (response) => {
  response.writeHead(201, { 'content-type': 'application/json' })
  const middleOfRocket = bytes.indexOf(Buffer.from('🚀')) + 2
  response.write(bytes.subarray(0, middleOfRocket))
  setTimeout(() => response.end(bytes.subarray(middleOfRocket)), 30)
}

const endless: Scenario = (response) => {
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
    response.end('{"message":"Moved"}')
  }

const attempt =
  (status: string, fields: object = {}): Scenario =>
  (response) => {
    const latest_connection_attempt = { id: 'attempt-1', created_at: 'then', updated_at: 'now', status, ...fields }
    json(response, 200, { ...session, latest_connection_attempt })
  }

/** Uses each scenario once, then repeats the last one. */
const sequence =
  (...scenarios: readonly Scenario[]): Scenario =>
  (response, request, number) =>
    scenarios[Math.min(number, scenarios.length) - 1]?.(response, request, number)

const driftedSession = {
  ...minted,
  id: 'cs-4711',
  organization_id: 12,
  categories: ['ats', 'quantum'],
  created_at: 'yesterday',
  label: 7,
  type: 'sandbox',
  theme: 'dark',
}

const scenarios = (otherOrigin: string): Readonly<Record<string, Scenario>> => ({
  create,
  busy: sequence(fail(503, 'Busy'), create),
  'retry-after-1': sequence(fail(429, 'Slow down', { 'retry-after': '1' }), create),
  'retry-after-20': fail(503, 'Busy', { 'retry-after': '20' }),
  'reset-once': sequence(reset, create),
  reset,
  'cut-once': sequence(cut, create),
  cut,
  chunks,
  gzip: (response) => {
    response.writeHead(201, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
    response.end(gzipSync(text))
  },
  silence: () => {},
  'stuck-body': startResponse,
  drift: (response) => json(response, 200, driftedSession),
  rejected: fail(400, 'The provider is not enabled'),
  'echoes-key': (response, { headers: { authorization = '' }, body }) => {
    const key = Buffer.from(authorization.slice(6), 'base64').toString().slice(0, -1)
    json(response, 401, { message: `Not for ${key}, ${authorization}, ${body}`, token, [key]: { key } })
  },
  'no-token': (response) => json(response, 201, session),
  html: (response) => {
    response.writeHead(200, { 'content-type': 'text/html' })
    response.end('<html><body>Welcome</body></html>')
  },
  endless,
  'redirect-elsewhere': redirect((url) => `${otherOrigin}${url}`),
  'redirect-within': redirect((url) => url.replace('/redirect-within/', '/create/')),
  session: (response, { method, url, headers, body }, number) => {
    // The numeric id of the contract, except for an id that is not a number.
    const requested = decodeURIComponent(url.split('/').at(-1) ?? '')
    const id = method === 'GET' && Number.isNaN(Number(requested)) ? requested : session.id
    json(response, method === 'POST' ? 201 : 200, { ...session, id, request: { method, url, headers, body, number } })
  },
  connects: sequence(
    attempt('pending'),
    fail(503, 'Busy'),
    attempt('pending'),
    attempt('authenticated', { account_secure_id: 451 }),
  ),
  pending: attempt('pending'),
})

/** Counts requests by the path before the endpoint. A GET of the session `count` returns the count. */
const requestCounter = () => {
  const counts = new Map<string, number>()
  return (response: ServerResponse, { url }: Recorded, respond: (path: string, number: number) => void): void => {
    const [path = '', endpoint] = url.split(/(?=\/connect_sessions)/)
    const count = counts.get(path) ?? 0
    if (endpoint === '/connect_sessions/count') json(response, 200, { ...session, id: 'count', count })
    else {
      counts.set(path, count + 1)
      respond(path, count + 1)
    }
  }
}

export const loopback = async (): Promise<Loopback> => {
  const countOtherOrigin = requestCounter()
  const otherOrigin = await httpServer((request, response) =>
    countOtherOrigin(response, request, () => json(response, 201, minted)),
  )
  const known = scenarios(otherOrigin.url)
  const count = requestCounter()
  const main = await httpServer((request, response) =>
    count(response, request, (path, number) => {
      const scenario = known[path.split('/').at(-1) ?? ''] ?? fail(404, `Unknown scenario ${path}`)
      scenario(response, request, number)
    }),
  )
  const closed = await closedPort()
  return {
    url: main.url,
    otherOrigin: otherOrigin.url,
    closedPort: closed.url,
    close: async () => {
      await Promise.all([main.close(), otherOrigin.close(), closed.close()])
    },
  }
}
