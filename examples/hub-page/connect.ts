// Connects accounts as the imitated Hub does, with the public API of the sandbox.
import { HTTPException } from 'hono/http-exception'
import type { ConnectSession } from 'stackone-session'
import type { Sandbox } from 'stackone-session/testing'
import { connectorOf, connectorsFor, integrationId, missingCredentials } from './connectors.ts'

/** An error response. */
export const failure = (status: 400 | 401 | 404, message: string) => new HTTPException(status, { message })

export const connections = (api: Sandbox) => {
  /** The provider of each account that was connected here. */
  const providers = new Map<string, string>()

  const providerOf = (accountId: string): string | undefined =>
    providers.get(accountId) ??
    api.sessions.find((each) => each.latest_connection_attempt?.account_secure_id === accountId)?.provider

  /** Returns the connectors that a session offers. A session that edits an account offers the account's connector. */
  const offeredBy = (session: ConnectSession) => {
    const provider = session.accountId === undefined ? undefined : providerOf(session.accountId)
    return provider === undefined ? connectorsFor(session) : [connectorOf(provider)]
  }

  const findConnector = (session: ConnectSession, id: unknown) => {
    const found = offeredBy(session).find((connector) => integrationId(connector) === id)
    if (found === undefined) throw failure(404, 'No such connector for this session')
    return found
  }

  /** Connects an account with the credentials that the user entered. */
  const connect = (session: ConnectSession, { integration_id: id, credentials }: Record<string, unknown>) => {
    const { provider } = findConnector(session, id)
    const missing = missingCredentials(Object(credentials))
    if (missing.length > 0) throw failure(400, missing.map((label) => `${label} is required`).join('; '))
    const { accountId = '' } = api.connect(session.id, { provider })
    providers.set(accountId, provider)
    return { id: accountId, provider }
  }

  return { offeredBy, findConnector, connect }
}
