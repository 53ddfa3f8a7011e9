// The names that the examples of doc comments use without declaring them.
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

/** The ApiError for an unknown id, with the type of any error. */
export const error: SessionError = await client.get('unknown').then(
  () => {
    throw new Error('the sandbox knows this id')
  },
  (reason: SessionError) => reason,
)

const silent = (..._values: readonly unknown[]): void => {}

export const log = { info: silent, warn: silent, error: silent }

/** Returns the signed-in customer. */
export const userOf = async (_request: Request): Promise<{ company: Owner } | undefined> => ({
  company: { id: 'acme-42', name: 'Acme Inc.' },
})

/** The signing secret of a webhook. */
export const secret = 'whsec.0123456789abcdef'

/** A database of accounts. */
export const accounts = { save: async (..._values: readonly unknown[]): Promise<void> => {} }
