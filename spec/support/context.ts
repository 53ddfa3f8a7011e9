// What the examples of doc comments use and do not make, to stay short: a client of the sandbox, a customer, a token.
import { createClient, type SessionError, session } from 'stackone-session'
import { sandbox } from 'stackone-session/testing'

const api = sandbox()

/** The sandbox, whose end user has connected an account. */
const fetch: typeof api.fetch = async (url, init) => {
  const response = await api.fetch(url, init)
  if (init.method !== 'GET' || !response.ok) return response
  const now = new Date().toISOString()
  const attempt = { id: 'attempt-1', created_at: now, updated_at: now, status: 'authenticated' }
  return Response.json({
    ...JSON.parse(await response.text()),
    latest_connection_attempt: { ...attempt, account_secure_id: 'account-9' },
  })
}

export const client = createClient({ apiKey: 'v1.sandbox.key', fetch })

export const acme = session().owner('acme-42', 'Acme Inc.')

export const minted = await acme.send(client)

export const { token } = minted

export const id = minted.id ?? ''

/** Any of the errors, for the compiler; in fact that of an id that nobody knows. */
export const error: SessionError = await client.get('unknown').then(
  () => {
    throw new Error('the sandbox knows this id')
  },
  (reason: SessionError) => reason,
)

const silent = (..._values: readonly unknown[]): void => {}

export const log = { info: silent, warn: silent, error: silent }
