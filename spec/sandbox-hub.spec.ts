import { expect } from 'chai'
import type { Client, Session } from '../lib/index.ts'
import type { Sandbox } from '../lib/testing/index.ts'
import { acme, apiKey } from './support/call.ts'
import { sandboxes, ways } from './support/sandboxed.ts'

interface Asked {
  readonly method?: string
  readonly token?: string | undefined
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

for (const way of ways)
  describe(`The Hub's own endpoints, ${way},`, () => {
    const sandboxed = sandboxes()

    /** Asks as the Hub does, in a page of another origin. */
    const hubOf = async (api: Sandbox) => {
      const base = way === 'in process' ? 'https://api.stackone.com' : (await api.listen()).url
      const send = way === 'in process' ? api.fetch : fetch
      return (path: string, { method = 'GET', token, body }: Asked = {}): Promise<Response> =>
        send(`${base}${path}`, {
          method,
          headers: {
            'content-type': 'application/json',
            'x-hub-version': '1.11.4',
            ...(token !== undefined && { 'x-hub-session-token': token }),
          },
          ...(body !== undefined && { body: JSON.stringify(body) }),
        })
    }

    const opened = async (asked: Session = acme) => {
      const { api, client } = await sandboxed(way)
      const reply = await asked.send(client)
      return { api, client, ...reply, ask: await hubOf(api) }
    }

    const integrationsOf = async (asked: Session, path = '/hub/connectors'): Promise<readonly Integration[]> => {
      const { ask, token } = await opened(asked)
      const { integrations }: { integrations: readonly Integration[] } = await (await ask(path, { token })).json()
      return integrations
    }

    const connected = async (client: Client, api: Sandbox, asked: Session): Promise<void> => {
      api.connect((await asked.send(client)).id)
    }

    it('let a preflight from any page pass, without a token', async () => {
      const { ask } = await opened()
      for (const path of ['/hub/settings', '/hub/connectors', '/hub/accounts']) {
        const response = await ask(path, { method: 'OPTIONS' })
        expect(response.status).to.equal(204)
        expect(response.headers.get('access-control-allow-origin')).to.equal('*')
        expect(response.headers.get('access-control-allow-methods')).to.match(/GET, POST/)
        expect(response.headers.get('access-control-allow-headers')).to.equal(
          'content-type, x-hub-session-token, x-hub-version',
        )
      }
    })

    it('let a page read every answer, and no answer of the API itself', async () => {
      const { ask, token } = await opened()
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

    for (const [path, method] of [
      ['/hub/settings', 'GET'],
      ['/hub/connectors', 'GET'],
      ['/hub/connectors/sandbox-bamboohr', 'GET'],
      ['/hub/accounts', 'POST'],
      ['/hub/accounts/sandbox-account-1', 'GET'],
      ['/hub/accounts/sandbox-account-1', 'PATCH'],
    ] as const)
      it(`answer 401 to ${method} ${path} without a token that lives`, async () => {
        const clock = { now: Date.UTC(2026, 0, 1) }
        const { api, client } = await sandboxed(way, {}, { now: () => new Date(clock.now) })
        const { token: expired } = await acme.expiresIn(60).send(client)
        clock.now += 60_000
        const ask = await hubOf(api)
        for (const token of [undefined, 'unknown', apiKey, expired]) {
          const response = await ask(path, { method, token, ...(method !== 'GET' && { body: {} }) })
          expect(response.status).to.equal(401)
          expect(await response.json()).to.deep.equal({
            statusCode: 401,
            message: 'The token is unknown or expired',
            timestamp: '2026-01-01T00:01:00.000Z',
          })
        }
      })

    it('give settings without features', async () => {
      const { ask, token } = await opened()
      expect(await (await ask('/hub/settings', { token })).json()).to.deep.equal({ enabled_features: [] })
    })

    it('list connectors as the Hub wants them, with logos of their own', async () => {
      const integrations = await integrationsOf(acme)
      expect(integrations.length).to.be.at.least(3)
      for (const { integration_id, provider, type, ...more } of integrations) {
        expect(integration_id).to.equal(`sandbox-${provider}`)
        expect(type).to.match(/^\w+$/)
        expect(more).to.include({ active: true, version: '1.0.0', environment: 'production' })
        expect(more).to.include({ authentication_config_key: 'api_key' })
        expect(more).to.have.property('name').that.is.a('string')
        expect(more)
          .to.have.property('logo_url')
          .that.matches(/^data:image\/svg\+xml,%3Csvg .*%3Crect .*%3C\/svg%3E$/)
      }
    })

    it('draw the first letter of its name for a logo', async () => {
      const [{ logo_url = '' } = {}] = await integrationsOf(acme.provider('workday'))
      expect(decodeURIComponent(logo_url)).to.match(/>W<\/text><\/svg>$/)
    })

    const offers: readonly (readonly [string, Session, readonly string[]])[] = [
      ['all of them', acme, ['bamboohr', 'hibob', 'greenhouse', 'lever', 'hubspot']],
      ['those of a category', acme.categories('hris'), ['bamboohr', 'hibob']],
      ['those of two categories', acme.categories('ats', 'crm'), ['greenhouse', 'lever', 'hubspot']],
      ['one for a category that it has none for', acme.categories('documents'), ['sandbox-documents']],
      ['the provider that is named', acme.provider('hibob').categories('hris'), ['hibob']],
      ['a provider that it has not heard of', acme.provider('workday'), ['workday']],
    ]

    for (const [title, asked, providers] of offers)
      it(`offer ${title}`, async () => {
        expect((await integrationsOf(asked)).map(({ provider }) => provider)).to.deep.equal(providers)
      })

    it('call connectors by their names, with their categories', async () => {
      const named = async (asked: Session) =>
        (await integrationsOf(asked)).map(({ provider, name, type }) => [provider, name, type].join())
      expect(await named(acme)).to.deep.equal([
        ...['bamboohr,BambooHR,hris', 'hibob,HiBob,hris', 'greenhouse,Greenhouse,ats', 'lever,Lever,ats'],
        'hubspot,HubSpot,crm',
      ])
      expect(await named(acme.categories('documents'))).to.deep.equal(['sandbox-documents,Sandbox documents,documents'])
      expect(await named(acme.provider('hibob').categories('ats'))).to.deep.equal(['hibob,HiBob,hris'])
      expect(await named(acme.provider('workday'))).to.deep.equal(['workday,workday,hris'])
      expect(await named(acme.provider('workday').categories('lms'))).to.deep.equal(['workday,workday,lms'])
    })

    it('offer a connector once where a category was asked for twice', async () => {
      const { api, client } = await sandboxed(way)
      const categories = ['crm', 'crm'] as const
      const { token } = await client.create({ originOwnerId: 'acme-42', originOwnerName: 'Acme Inc.', categories })
      const { integrations } = await (await (await hubOf(api))('/hub/connectors', { token })).json()
      expect(integrations).to.have.length(1)
    })

    it('offer the one provider that is asked for', async () => {
      expect(await integrationsOf(acme, '/hub/connectors?provider=lever')).to.have.length(1)
      expect(await integrationsOf(acme, '/hub/connectors?provider=workday')).to.deep.equal([])
    })

    it('describe the form of a connector', async () => {
      const { ask, token } = await opened(acme.categories('hris'))
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

    it('find a connector by its id, escaped or not', async () => {
      const { ask, token } = await opened(acme.provider('100%'))
      for (const id of ['sandbox-100%25', 'sandbox-100%'])
        expect((await ask(`/hub/connectors/${id}`, { token })).status).to.equal(200)
    })

    it('connect an account that the client then sees', async () => {
      const { ask, token, client, id = '' } = await opened()
      const body = { integration_id: 'sandbox-greenhouse', credentials }
      const response = await ask('/hub/accounts', { method: 'POST', token, body })
      expect(response.status).to.equal(201)
      expect(await response.json()).to.deep.equal({ id: 'sandbox-account-1', provider: 'greenhouse' })
      expect(await client.waitForConnection(id)).to.include({
        status: 'authenticated',
        accountId: 'sandbox-account-1',
      })
      expect((await acme.provider('greenhouse').send(client)).accountId).to.equal('sandbox-account-1')
    })

    const refused: readonly (readonly [string, unknown, number, string])[] = [
      ['no integration', { credentials }, 404, 'No such connector'],
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

    for (const [title, body, status, message] of refused)
      it(`answer ${status} to ${title}, and connect nothing`, async () => {
        const { ask, token, client, id = '' } = await opened(acme.categories('hris'))
        const response = await ask('/hub/accounts', { method: 'POST', token, body })
        expect(response.status).to.equal(status)
        expect((await response.json()).message).to.include(message)
        expect((await client.get(id)).latestConnectionAttempt).to.equal(undefined)
      })

    it('open the account that a session edits', async () => {
      const { api, client } = await sandboxed(way)
      await connected(client, api, acme.provider('hibob'))
      const { token } = await acme.account('sandbox-account-1').send(client)
      const ask = await hubOf(api)
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

    it('show no account to another session', async () => {
      const { api, client } = await sandboxed(way)
      await connected(client, api, acme.provider('hibob'))
      const { token } = await acme.provider('lever').send(client)
      const ask = await hubOf(api)
      for (const method of ['GET', 'PATCH']) {
        const body = method === 'GET' ? undefined : {}
        const response = await ask('/hub/accounts/sandbox-account-1', { method, token, body })
        expect(response.status).to.equal(404)
        expect((await response.json()).message).to.equal('No such account for this session')
      }
    })

    for (const path of ['/hub/none', '/hub/connectors/sandbox-bamboohr/form', '/hub/a/hub/settings', '/hub/'])
      it(`answer 404 to what the Hub does not ask: ${path}`, async () => {
        const { ask, token } = await opened()
        const response = await ask(path, { token })
        expect(response.status).to.equal(404)
        expect((await response.json()).message).to.equal(`Cannot GET ${path}`)
      })

    it('are remembered without the token', async () => {
      const { ask, api, token } = await opened()
      await ask('/hub/settings', { token })
      const { path, headers } = api.requests.at(-1) ?? {}
      expect(path).to.equal('/hub/settings')
      expect(headers).to.include({ 'x-hub-session-token': '[secret]', 'x-hub-version': '1.11.4' })
      expect(JSON.stringify(api.requests)).not.to.include(token)
    })
  })
