// What the examples of doc comments use and do not make, to stay short: a client of the sandbox, a customer, a token.
import { createClient, type SessionError, session } from 'stackone-session'
import type { Owner } from 'stackone-session/handler'
import { sandbox } from 'stackone-session/testing'

const api = sandbox()

export const client = createClient({ apiKey: 'v1.sandbox.key', fetch: api.fetch })

export const acme = session().owner('acme-42', 'Acme Inc.')

export const minted = await acme.send(client)

api.connect(minted.id)

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

/** Who is signed in. */
export const userOf = async (_request: Request): Promise<{ company: Owner } | undefined> => ({
  company: { id: 'acme-42', name: 'Acme Inc.' },
})
