import { isRecord, text } from '../codec.ts'
import { connect, offered } from './connect.ts'
import type { Connector } from './connector.ts'
import { type Minted, mintedByToken, type State } from './minted.ts'
import { json, Refused, replied, segment } from './response.ts'

/** What a page of any origin may ask, and be told: the Hub runs in the customer's browser. */
const cors = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, POST, PATCH, OPTIONS',
  'access-control-allow-headers': 'content-type, x-hub-session-token, x-hub-version',
  'access-control-max-age': '600',
} as const

/** What the end user is asked for, all of it required. */
const fields = [
  { key: 'subdomain', label: 'Subdomain', type: 'text', required: true, secret: false, placeholder: 'acme' },
  { key: 'api_key', label: 'API key', type: 'password', required: true, secret: true, placeholder: 'Any text will do' },
] as const

// Of this file alone, so that a page of the sandbox asks nobody else for anything.
const logoOf = ({ name }: Connector): string => {
  const letter = encodeURIComponent(name.slice(0, 1).toUpperCase())
  return (
    'data:image/svg+xml,%3Csvg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"%3E' +
    '%3Crect width="24" height="24" rx="4" fill="%23345"/%3E' +
    `%3Ctext x="12" y="17" font-size="14" text-anchor="middle" fill="white"%3E${letter}%3C/text%3E%3C/svg%3E`
  )
}

const idOf = ({ provider }: Connector): string => `sandbox-${provider}`

const integration = (connector: Connector): object => ({
  active: true,
  name: connector.name,
  provider: connector.provider,
  type: connector.category,
  version: '1.0.0',
  authentication_config_key: 'api_key',
  environment: 'production',
  integration_id: idOf(connector),
  logo_url: logoOf(connector),
})

const config = (connector: Connector): object => ({
  key: connector.provider,
  name: connector.name,
  type: 'custom',
  assets: { icon: logoOf(connector) },
  configFields: fields,
})

/** The credentials must be there; whether they are right, only a provider would know. */
const checkCredentials = (body: unknown): void => {
  const given = isRecord(body) && isRecord(body['credentials']) ? body['credentials'] : {}
  const missing = fields.filter(({ key }) => !text.is(given[key]))
  if (missing.length > 0) throw new Refused(400, missing.map(({ label }) => `${label} is required`).join('; '))
}

/** A request of the Hub's, with the session that its token is for. */
interface Asked {
  readonly state: State
  readonly made: Minted
  readonly url: URL
  readonly body: unknown
}

const integrationOf = ({ state, made }: Asked, id: unknown): Connector => {
  const found = offered(state, made).find((connector) => idOf(connector) === id)
  if (found === undefined) throw new Refused(404, 'No such connector for this session')
  return found
}

const connectors = ({ state, made, url }: Asked): object => {
  const wanted = url.searchParams.get('provider')
  const found = offered(state, made).filter(({ provider }) => wanted === null || provider === wanted)
  return { integrations: found.map(integration) }
}

const connectWith = (asked: Asked): object => {
  const { state, made, body } = asked
  const { provider } = integrationOf(asked, isRecord(body) ? body['integration_id'] : undefined)
  checkCredentials(body)
  return { id: connect(state, made.wire.id, { provider }).accountId, provider }
}

const checkAccount = ({ made }: Asked, id: string): void => {
  if (made.accountId !== id) throw new Refused(404, 'No such account for this session')
}

/** The account that is edited. Its credentials are never given back. */
const account = (asked: Asked, id: string): object => {
  checkAccount(asked, id)
  const [connector] = offered(asked.state, asked.made)
  const form = connector && { provider: connector.provider, integrationId: idOf(connector) }
  return { id, ...form, setupInformation: {}, secrets: {} }
}

const endpoints: Readonly<Record<string, readonly [status: number, answer: (asked: Asked, id: string) => object]>> = {
  'GET /hub/settings': [
    200,
    ({ made: { accountId } }) => ({
      enabled_features: [],
      existing_account_id: accountId, // left out of the JSON if there is none
    }),
  ],
  'GET /hub/connectors': [200, connectors],
  'GET /hub/connectors/': [200, (asked, id) => ({ config: config(integrationOf(asked, id)), hub_settings: {} })],
  'POST /hub/accounts': [201, connectWith],
  'GET /hub/accounts/': [200, account],
  'PATCH /hub/accounts/': [
    200,
    (asked, id) => {
      checkAccount(asked, id)
      return connectWith(asked)
    },
  ],
}

const answer = (state: State, request: Request, body: unknown): Response => {
  if (request.method === 'OPTIONS') return new Response(null, { status: 204 })
  const url = new URL(request.url)
  const [, path = '', id = ''] = /^(\/hub\/[^/]*\/?)([^/]*)$/.exec(url.pathname) ?? []
  const endpoint = endpoints[`${request.method} ${path}`]
  if (endpoint === undefined) throw new Refused(404, `Cannot ${request.method} ${url.pathname}`)
  const [status, give] = endpoint
  const made = mintedByToken(state, request.headers.get('x-hub-session-token'))
  if (made === undefined) throw new Refused(401, 'The token is unknown or expired')
  return json(status, give({ state, made, url, body }, segment(id)))
}

/** Whether a request is one of the Hub's own. */
export const isHub = ({ url }: Request): boolean => new URL(url).pathname.startsWith('/hub/')

/**
 * Answers what the Hub asks, in the page of a customer: with the session's token and without a key. As a browser wants
 * it, other origins are let in, also where the answer is an error.
 */
export const hub = (state: State, request: Request, body: unknown): Response => {
  const response = replied(() => answer(state, request, body), state.now)
  for (const [name, value] of Object.entries(cors)) response.headers.set(name, value)
  return response
}
