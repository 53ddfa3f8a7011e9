import { type ConnectSessionTokenWire, defaultLifetimeSeconds } from '../../model/connect-session.ts'
import { maskWhenPrinted } from '../../util/redact.ts'
import type { CreateBody } from './payload.ts'

/** An account that an end user connected. The other fields identify it too. */
export interface Account {
  readonly id: string
  readonly provider: string
  readonly origin_owner_id: string
  readonly origin_owner_name: string
}

export interface StoredSession {
  /** The body of the create, with the account that the session edits. */
  readonly payload: CreateBody
  /** The response to the create. `get` and `authenticate` omit its token. */
  readonly wire: ConnectSessionTokenWire
  readonly expiresAt: Date
}

/** The state of a sandbox. */
export interface Store {
  readonly sessions: StoredSession[]
  readonly accounts: Account[]
  readonly now: () => Date
}

/** Returns the id of the account that a session edits: the one it names, or the one its owner has at the provider. */
export const editedAccountId = ({ accounts }: Store, payload: CreateBody): string | undefined => {
  const { account_id, multiple = false, provider, origin_owner_id, origin_owner_name } = payload
  if (account_id !== undefined || multiple) return account_id
  return accounts.find(
    (account) =>
      account.origin_owner_id === origin_owner_id &&
      account.origin_owner_name === origin_owner_name &&
      account.provider === provider,
  )?.id
}

export const freezeWire = (wire: ConnectSessionTokenWire): ConnectSessionTokenWire =>
  Object.freeze(maskWhenPrinted(wire))

export const createSession = (store: Store, body: CreateBody, origin: string): ConnectSessionTokenWire => {
  const account_id = editedAccountId(store, body)
  const payload = { ...body, ...(account_id !== undefined && { account_id }) }
  const { expires_in = defaultLifetimeSeconds, multiple, ...requested } = payload
  const token = `sandbox.${crypto.randomUUID()}`
  const created = store.now()
  const wire = freezeWire({
    type: 'production',
    ...requested,
    id: store.sessions.length + 1,
    organization_id: 'sandbox-organization',
    project_id: 'sandbox-project',
    created_at: created.toISOString(),
    token,
    auth_link_url: `${origin}/embedded/accounts/connect/${token}`,
  })
  store.sessions.push({ payload, wire, expiresAt: new Date(created.getTime() + expires_in * 1000) })
  return wire
}

export const sessionById = ({ sessions }: Store, id: unknown): StoredSession | undefined =>
  sessions.find(({ wire }) => String(wire.id) === String(id))
