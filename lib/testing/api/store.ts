import { type ConnectSessionTokenWire, defaultLifetimeSeconds } from '../../model/connect-session.ts'
import type { ConnectSessionCreateWire } from '../../model/create-payload.ts'
import { maskWhenPrinted } from '../../util/redact.ts'
import type { SandboxWebhook } from '../webhook.ts'

/** An account that an end user connected. Its provider and owner identify it, as its id does. */
export type Account = Readonly<Record<'id' | 'provider' | 'origin_owner_id' | 'origin_owner_name', string>>

export interface StoredSession {
  /** The body of the create, with the account that the session edits. */
  readonly payload: ConnectSessionCreateWire
  readonly expiresAt: Date
  /** The response to the create, with the latest attempt. `get` and `authenticate` omit its token. */
  wire: ConnectSessionTokenWire
}

export interface Store {
  readonly apiKey: string | undefined
  readonly now: () => Date
  readonly webhook: SandboxWebhook | undefined
  readonly sessions: StoredSession[]
  readonly accounts: Account[]
}

/** Returns the id of the account that a session edits: the one it names, or the one its owner has at the provider. */
export const editedAccountId = ({ accounts }: Store, payload: ConnectSessionCreateWire): string | undefined => {
  if (payload.account_id !== undefined || payload.multiple) return payload.account_id
  const identity = ['origin_owner_id', 'origin_owner_name', 'provider'] as const
  return accounts.find((account) => identity.every((name) => account[name] === payload[name]))?.id
}

export const createSession = (store: Store, body: ConnectSessionCreateWire, origin: string): object => {
  const account_id = editedAccountId(store, body)
  const payload = { ...body, ...(account_id !== undefined && { account_id }) }
  const { expires_in = defaultLifetimeSeconds, multiple, ...requested } = payload
  const token = `sandbox.${crypto.randomUUID()}`
  const created = store.now()
  const wire = maskWhenPrinted({
    type: 'production',
    ...requested,
    id: store.sessions.length + 1,
    organization_id: 'sandbox-organization',
    project_id: 'sandbox-project',
    created_at: created.toISOString(),
    token,
    auth_link_url: `${origin}/embedded/accounts/connect/${token}`,
  })
  const expiresAt = new Date(created.getTime() + expires_in * 1000)
  store.sessions.push({ payload, expiresAt, wire: Object.freeze(wire) })
  return wire
}

export const sessionById = ({ sessions }: Store, id: unknown): StoredSession | undefined =>
  sessions.find(({ wire }) => String(wire.id) === String(id))
