import { expect } from 'chai'
import { hubServer } from '../../../examples/hub-page/hub.ts'
import { type Client, createClient, type Session } from '../../../lib/index.ts'
import { type Sandbox, type SandboxOptions, sandbox } from '../../../lib/testing/index.ts'
import { acme, apiKey } from '../../support/call.ts'
import { itEach } from '../../support/it-each.ts'

interface HubInit {
  readonly method?: string
  readonly token?: string | undefined
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

interface Integration {
  readonly provider: string
  readonly name: string
  readonly type: string
  readonly integration_id: string
  readonly logo_url: string
}

const credentials = { subdomain: 'acme', api_key: 'secret-of-acme' }

describe('The endpoints of the imitated Hub', () => {
  const sandboxed = async (options: SandboxOptions = {}) => {
    const api = sandbox({ apiKey, ...options })
    return { api, client: createClient({ apiKey, fetch: api.fetch, retries: 0 }) }
  }

  /** Returns a function that sends requests as the Hub does. */
  const hubOf = async (api: Sandbox, client: Client) => {
    const server = hubServer(api, client)
    return async (path: string, { method = 'GET', token, headers, body }: HubInit = {}): Promise<Response> =>
      server.request(path, {
        method,
        headers: {
          'content-type': 'application/json',
          'x-hub-version': '1.11.4',
          ...(token !== undefined && { 'x-hub-session-token': token }),
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
  }

  const openHub = async (requested: Session = acme) => {
    const { api, client } = await sandboxed()
    const created = await requested.send(client)
    return { api, client, ...created, ask: await hubOf(api, client) }
  }

  const integrationsOf = async (requested: Session, path = '/hub/connectors'): Promise<readonly Integration[]> => {
    const { ask, token } = await openHub(requested)
    const { integrations }: { integrations: readonly Integration[] } = await (await ask(path, { token })).json()
    return integrations
  }

  const connectAccount = async (client: Client, api: Sandbox, requested: Session): Promise<void> => {
    api.connect((await requested.send(client)).id)
  }

  it('accept a preflight from any origin without a token', async () => {
    const { ask } = await openHub()
    for (const path of ['/hub/settings', '/hub/connectors', '/hub/accounts']) {
      const response = await ask(path, { method: 'OPTIONS' })
      expect(response.status).to.equal(204)
      expect(response.headers.get('access-control-allow-origin')).to.equal('*')
      expect(response.headers.get('access-control-allow-methods')).to.match(/GET.*POST.*PATCH/)
      expect(response.headers.get('access-control-allow-headers')).to.equal(
        'content-type,x-hub-session-token,x-hub-version',
      )
    }
  })

  it('allow a page to read their responses, but not those of the API', async () => {
    const { ask, token } = await openHub()
    for (const [path, status] of [
      ['/hub/settings', 200],
      ['/hub/connectors', 200],
      ['/hub/connectors/none', 404],
      ['/hub/none', 404],
    ] as const) {
      const response = await ask(path, { token })
      expect(response.status).to.equal(status)
      expect(response.headers.get('access-control-allow-origin')).to.equal('*')
    }
    for (const method of ['GET', 'OPTIONS']) {
      const { status, headers } = await ask('/connect_sessions/1', { method, token })
      expect(status).to.equal(401)
      expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).to.deep.equal([])
    }
  })

  itEach(
    'respond with 401 without a valid token',
    [
      ['/hub/settings', 'GET'],
      ['/hub/connectors', 'GET'],
      ['/hub/connectors/sandbox-bamboohr', 'GET'],
      ['/hub/accounts', 'POST'],
      ['/hub/accounts/sandbox-account-1', 'GET'],
      ['/hub/accounts/sandbox-account-1', 'PATCH'],
    ] as const,
    async ([path, method]) => {
      const clock = { now: Date.UTC(2026, 0, 1) }
      const { api, client } = await sandboxed({ now: () => new Date(clock.now) })
      const { token: expired } = await acme.expiresIn(60).send(client)
      clock.now += 60_000
      const ask = await hubOf(api, client)
      for (const token of [undefined, 'unknown', apiKey, expired]) {
        const response = await ask(path, { method, token, ...(method !== 'GET' && { body: {} }) })
        expect(response.status).to.equal(401)
        const { statusCode, message, timestamp } = await response.json()
        expect([statusCode, message]).to.deep.equal([401, 'The token is unknown or expired'])
        expect(Date.parse(timestamp)).not.to.be.NaN
      }
    },
  )

  it('return settings without features', async () => {
    const { ask, token } = await openHub()
    expect(await (await ask('/hub/settings', { token })).json()).to.deep.equal({ enabled_features: [] })
  })

  it('list connectors in the form that the Hub expects, with embedded logos', async () => {
    const integrations = await integrationsOf(acme)
    expect(integrations.length).to.be.at.least(3)
    for (const { integration_id, provider, type, ...others } of integrations) {
      expect(integration_id).to.equal(`sandbox-${provider}`)
      expect(type).to.match(/^\w+$/)
      expect(others).to.include({ active: true, version: '1.0.0', environment: 'production' })
      expect(others).to.include({ authentication_config_key: 'api_key' })
      expect(others).to.have.property('name').that.is.a('string')
      expect(others)
        .to.have.property('logo_url')
        .that.matches(/^data:image\/svg\+xml,%3Csvg .*%3Crect .*%3C\/svg%3E$/)
    }
  })

  it('show the first letter of a connector in its logo', async () => {
    const [{ logo_url = '' } = {}] = await integrationsOf(acme.provider('workday'))
    expect(decodeURIComponent(logo_url)).to.match(/>W<\/text><\/svg>$/)
  })

  const offers: readonly (readonly [string, Session, readonly string[]])[] = [
    ['all connectors', acme, ['bamboohr', 'hibob', 'greenhouse', 'lever', 'hubspot']],
    ['the connectors of a category', acme.categories('hris'), ['bamboohr', 'hibob']],
    ['the connectors of two categories', acme.categories('ats', 'crm'), ['greenhouse', 'lever', 'hubspot']],
    ['an invented connector for a category without any', acme.categories('documents'), ['sandbox-documents']],
    ['the provider of the session', acme.provider('hibob').categories('hris'), ['hibob']],
    ['an unknown provider of the session', acme.provider('workday'), ['workday']],
  ]

  itEach('offer the connectors of the session', offers, async ([, requested, providers]) => {
    expect((await integrationsOf(requested)).map(({ provider }) => provider)).to.deep.equal(providers)
  })

  it('return the name and the category of each connector', async () => {
    const described = async (requested: Session) =>
      (await integrationsOf(requested)).map(({ provider, name, type }) => [provider, name, type].join())
    expect(await described(acme)).to.deep.equal([
      ...['bamboohr,BambooHR,hris', 'hibob,HiBob,hris', 'greenhouse,Greenhouse,ats', 'lever,Lever,ats'],
      'hubspot,HubSpot,crm',
    ])
    expect(await described(acme.categories('documents'))).to.deep.equal([
      'sandbox-documents,Sandbox documents,documents',
    ])
    expect(await described(acme.provider('hibob').categories('ats'))).to.deep.equal(['hibob,HiBob,hris'])
    expect(await described(acme.provider('workday'))).to.deep.equal(['workday,workday,hris'])
    expect(await described(acme.provider('workday').categories('lms'))).to.deep.equal(['workday,workday,lms'])
  })

  it('offer a connector once if its category is repeated', async () => {
    const { api, client } = await sandboxed()
    const categories = ['crm', 'crm'] as const
    const { token } = await client.create({ originOwnerId: 'acme-42', originOwnerName: 'Acme Inc.', categories })
    const { integrations } = await (await (await hubOf(api, client))('/hub/connectors', { token })).json()
    expect(integrations).to.have.length(1)
  })

  it('filter the connectors by provider', async () => {
    expect(await integrationsOf(acme, '/hub/connectors?provider=lever')).to.have.length(1)
    expect(await integrationsOf(acme, '/hub/connectors?provider=workday')).to.deep.equal([])
  })

  it('return the form of a connector', async () => {
    const { ask, token } = await openHub(acme.categories('hris'))
    const response = await ask('/hub/connectors/sandbox-hibob', { token })
    const { config, hub_settings } = await response.json()
    expect(hub_settings).to.deep.equal({})
    expect(config).to.include({ key: 'hibob', name: 'HiBob', type: 'custom' })
    expect(config.assets.icon).to.match(/^data:image\/svg/)
    expect(config.configFields).to.deep.include.members([
      {
        key: 'api_key',
        label: 'API key',
        type: 'password',
        required: true,
        secret: true,
        placeholder: 'Any text will do',
      },
    ])
    expect((await ask('/hub/connectors/sandbox-lever', { token })).status).to.equal(404)
  })

  it('find a connector by its escaped or unescaped id', async () => {
    const { ask, token } = await openHub(acme.provider('100%'))
    for (const id of ['sandbox-100%25', 'sandbox-100%'])
      expect((await ask(`/hub/connectors/${id}`, { token })).status).to.equal(200)
  })

  it('connect an account, which the client can get', async () => {
    const { ask, token, client, id } = await openHub()
    const body = { integration_id: 'sandbox-greenhouse', credentials }
    const response = await ask('/hub/accounts', { method: 'POST', token, body })
    expect(response.status).to.equal(201)
    expect(await response.json()).to.deep.equal({ id: 'sandbox-account-1', provider: 'greenhouse' })
    expect(await client.waitForConnection(id)).to.include({ status: 'authenticated', accountId: 'sandbox-account-1' })
    expect((await acme.provider('greenhouse').send(client)).accountId).to.equal('sandbox-account-1')
  })

  const invalid: readonly (readonly [string, unknown, number, string])[] = [
    ['no integration id', { credentials }, 404, 'No such connector'],
    ['an integration of another session', { integration_id: 'sandbox-lever', credentials }, 404, 'No such connector'],
    ['no body', undefined, 404, 'No such connector'],
    ['no credentials', { integration_id: 'sandbox-hibob' }, 400, 'Subdomain is required; API key is required'],
    [
      'a blank credential',
      { integration_id: 'sandbox-hibob', credentials: { ...credentials, api_key: ' ' } },
      400,
      'API key is required',
    ],
  ]

  itEach('reject an invalid submission and connect no account', invalid, async ([, body, status, message]) => {
    const { ask, token, client, id } = await openHub(acme.categories('hris'))
    const response = await ask('/hub/accounts', { method: 'POST', token, body })
    expect(response.status).to.equal(status)
    expect((await response.json()).message).to.include(message)
    expect((await client.get(id)).latestConnectionAttempt).to.equal(undefined)
  })

  it('return and update the account that a session edits', async () => {
    const { api, client } = await sandboxed()
    await connectAccount(client, api, acme.provider('hibob'))
    const { token } = await acme.account('sandbox-account-1').send(client)
    const ask = await hubOf(api, client)
    const path = '/hub/accounts/sandbox-account-1'
    expect(await (await ask('/hub/settings', { token })).json()).to.deep.equal({
      enabled_features: [],
      existing_account_id: 'sandbox-account-1',
    })
    expect(await (await ask(path, { token })).json()).to.deep.equal({
      id: 'sandbox-account-1',
      provider: 'hibob',
      integrationId: 'sandbox-hibob',
      setupInformation: {},
      secrets: {},
    })
    const { integrations } = await (await ask('/hub/connectors?provider=hibob', { token })).json()
    expect(integrations).to.have.length(1)
    const body = { integration_id: 'sandbox-hibob', credentials }
    const response = await ask(path, { method: 'PATCH', token, body })
    expect(response.status).to.equal(200)
    expect(await response.json()).to.deep.equal({ id: 'sandbox-account-1', provider: 'hibob' })
  })

  it('respond with 404 to another session that requests an account', async () => {
    const { api, client } = await sandboxed()
    await connectAccount(client, api, acme.provider('hibob'))
    const { token } = await acme.provider('lever').send(client)
    const ask = await hubOf(api, client)
    for (const method of ['GET', 'PATCH']) {
      const body = method === 'GET' ? undefined : {}
      const response = await ask('/hub/accounts/sandbox-account-1', { method, token, body })
      expect(response.status).to.equal(404)
      expect((await response.json()).message).to.equal('No such account for this session')
    }
  })

  itEach(
    'respond with 404 to an unknown path',
    ['/hub/none', '/hub/connectors/sandbox-bamboohr/form', '/hub/a/hub/settings', '/hub/'],
    async (path) => {
      const { ask, token } = await openHub()
      const response = await ask(path, { token })
      expect(response.status).to.equal(404)
      expect((await response.json()).message).to.equal(`Cannot GET ${path}`)
    },
  )

  it('pass all other requests to the sandbox', async () => {
    const { ask, api } = await openHub()
    const authorization = `Basic ${btoa(`${apiKey}:`)}`
    const headers = { authorization, 'content-type': 'application/json', 'user-agent': 'spec' }
    const body = JSON.stringify({ origin_owner_id: 'globex-7', origin_owner_name: 'Globex' })
    const response = await ask('/connect_sessions', { method: 'POST', headers, body })
    expect(response.status).to.equal(201)
    expect((await response.json()).token).to.equal(api.sessions[1]?.token)
    expect((await ask('/connect_sessions/2', { headers })).status).to.equal(200)
  })
})
