// Imitates the part of StackOne that @stackone/hub requests, on a sandbox. That protocol is private and may change.
import { type Context, Hono } from 'hono'
import { cors } from 'hono/cors'
import { HTTPException } from 'hono/http-exception'
import type { Client, ConnectSession } from 'stackone-session'
import type { Sandbox } from 'stackone-session/testing'
import { connections, failure } from './connect.ts'
import { formOf, integrationId, integrationOf } from './connectors.ts'

interface HubEnv {
  readonly Variables: { session: ConnectSession }
}

const checkAccount = ({ req, var: { session } }: Context<HubEnv>): void => {
  if (session.accountId !== req.param('id')) throw failure(404, 'No such account for this session')
}

/** Returns a server for a page's Hub. It passes all other requests to the sandbox, which must accept the client's key. */
export const hubServer = (api: Sandbox, client: Client): Hono<HubEnv> => {
  const { offeredBy, findConnector, connect } = connections(api)

  const connectAccount = async ({ req, var: { session } }: Context<HubEnv>) =>
    connect(session, await req.json().catch(() => ({})))

  const hub = new Hono<HubEnv>()
    .use(cors({ origin: '*', allowHeaders: ['content-type', 'x-hub-session-token', 'x-hub-version'] })) // any page
    .use(async ({ req, set }, next) => {
      const session = await client.authenticate(req.header('x-hub-session-token') ?? '').catch(() => undefined)
      if (session === undefined) throw failure(401, 'The token is unknown or expired')
      set('session', session)
      await next()
    })
    .get('/settings', ({ json, var: { session } }) =>
      json({ enabled_features: [], existing_account_id: session.accountId }),
    )
    .get('/connectors', ({ json, req, var: { session } }) => {
      const wanted = req.query('provider')
      const found = offeredBy(session).filter(({ provider }) => wanted === undefined || provider === wanted)
      return json({ integrations: found.map(integrationOf) })
    })
    .get('/connectors/:id', ({ json, req, var: { session } }) =>
      json({ config: formOf(findConnector(session, req.param('id'))), hub_settings: {} }),
    )
    .post('/accounts', async (context) => context.json(await connectAccount(context), 201))
    .get('/accounts/:id', (context) => {
      checkAccount(context)
      const [connector] = offeredBy(context.var.session)
      const integration = connector && { provider: connector.provider, integrationId: integrationId(connector) }
      return context.json({ id: context.req.param('id'), ...integration, setupInformation: {}, secrets: {} })
    })
    .patch('/accounts/:id', async (context) => {
      checkAccount(context)
      return context.json(await connectAccount(context))
    })
    .all('*', ({ req }) => Promise.reject(failure(404, `Cannot ${req.method} ${req.path}`)))

  return new Hono<HubEnv>()
    .route('/hub', hub)
    .all('*', async ({ req }) => {
      const body = await req.text()
      return api.fetch(req.url, { method: req.method, headers: req.raw.headers, ...(body !== '' && { body }) })
    })
    .onError((error, { json }) => {
      const status = error instanceof HTTPException ? error.status : 500
      return json({ statusCode: status, message: error.message, timestamp: new Date().toISOString() }, status)
    })
}
