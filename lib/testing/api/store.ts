import { type ConnectSessionTokenWire, defaultLifetimeSeconds, isExpired } from '../../model/connect-session.ts'
import { maskWhenPrinted } from '../../util/redact.ts'
import { encodeCreateBody, type SandboxPayload } from './payload.ts'

/** The fields that identify an account. Contract section 2. */
interface AccountKey {
  readonly originOwnerId: string
  readonly originOwnerName: string
  readonly provider: string
}

/** An account that an end user connected. */
export interface Account extends AccountKey {
  readonly id: string
}

export interface StoredSession {
  readonly payload: SandboxPayload
  /** The response to the create. `get` and `authenticate` omit its token. */
  readonly wire: ConnectSessionTokenWire
  /** The account that the session edits. */
  readonly accountId: string | undefined
  /** When the token expires. */
  readonly expiresAt: Date
}

/** The state of a sandbox. */
export interface Store {
  readonly sessions: StoredSession[]
  readonly accounts: Account[]
  readonly now: () => Date
}

/** Returns the first account of an owner at a provider. */
export const findAccount = (
  { accounts }: Store,
  { originOwnerId, originOwnerName, provider }: AccountKey,
): Account | undefined =>
  accounts.find(
    (account) =>
      account.originOwnerId === originOwnerId &&
      account.originOwnerName === originOwnerName &&
      account.provider === provider,
  )

const editedAccountId = (store: Store, payload: SandboxPayload): string | undefined => {
  const { accountId, multiple = false, provider } = payload
  if (accountId !== undefined || multiple || provider === undefined) return accountId
  return findAccount(store, { ...payload, provider })?.id
}

const freezeWire = (wire: ConnectSessionTokenWire): ConnectSessionTokenWire => Object.freeze(maskWhenPrinted(wire))

/** Creates a session. It edits the account of its payload, or the one that its owner has at its provider. */
export const createSession = (store: Store, payload: SandboxPayload, origin: string): StoredSession => {
  const { expires_in = defaultLifetimeSeconds, multiple, ...requested } = encodeCreateBody(payload)
  const accountId = editedAccountId(store, payload)
  const token = `sandbox.${crypto.randomUUID()}`
  const created = store.now()
  const wire = freezeWire({
    type: 'production',
    ...requested,
    ...(accountId !== undefined && { account_id: accountId }),
    id: store.sessions.length + 1,
    organization_id: 'sandbox-organization',
    project_id: 'sandbox-project',
    created_at: created.toISOString(),
    token,
    auth_link_url: `${origin}/embedded/accounts/connect/${token}`,
  })
  const session = { payload, wire, accountId, expiresAt: new Date(created.getTime() + expires_in * 1000) }
  store.sessions.push(session)
  return session
}

export const sessionById = ({ sessions }: Store, id: unknown): StoredSession | undefined =>
  sessions.find(({ wire }) => String(wire.id) === String(id))

/** Returns the session of a token that has not expired. */
export const sessionByToken = ({ sessions, now }: Store, token: unknown): StoredSession | undefined =>
  sessions.find((session) => session.wire.token === token && !isExpired(session, now()))

/** Changes fields of the responses for a session. */
export const updateSession = (
  { sessions }: Store,
  session: StoredSession,
  fields: Partial<ConnectSessionTokenWire>,
): void => {
  sessions[sessions.indexOf(session)] = { ...session, wire: freezeWire({ ...session.wire, ...fields }) }
}
