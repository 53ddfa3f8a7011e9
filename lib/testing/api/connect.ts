import { type Issue, ValidationError } from '../../errors.ts'
import { nonBlankString } from '../../model/codec.ts'
import { isExpired } from '../../model/connect-session.ts'
import type { ConnectionAttemptWire } from '../../model/connection-attempt.ts'
import { must, oneOf, optionsOf } from '../../util/check-options.ts'
import { omitUndefined } from '../../util/omit-undefined.ts'
import type { SandboxPayload } from './payload.ts'
import { type Account, findAccount, type Store, type StoredSession, sessionById, updateSession } from './store.ts'

/**
 * The status of a connection attempt. Contract section 3.
 *
 * @example const ends: readonly AttemptStatus[] = ['authenticated', 'error', 'cancelled', 'expired']
 */
export type AttemptStatus = 'authenticated' | 'error' | 'cancelled' | 'expired' | 'pending'

/**
 * The outcome of a connection attempt, for `connect`.
 *
 * @example const denied: ConnectOutcome = { status: 'error', oauthErrorCode: 'access_denied' }
 */
export interface ConnectOutcome {
  /** The new status of the attempt. @default 'authenticated' */
  readonly status?: AttemptStatus | undefined
  /** The connector key that the user selects. @default the session's own, or one of its first category */
  readonly provider?: string | undefined
  /** The error code of the OAuth provider. */
  readonly oauthErrorCode?: string | undefined
  /** The error description of the OAuth provider. */
  readonly oauthErrorDescription?: string | undefined
}

/**
 * The result of `connect`.
 *
 * @example const isDone = ({ status, accountId }: ConnectResult) => status === 'authenticated' && accountId !== undefined
 */
export interface ConnectResult {
  /** The status of the session's latest attempt. */
  readonly status: AttemptStatus
  /** The id of the account, if one was connected. */
  readonly accountId?: string
  /** The response to the webhook, if the sandbox has one and an account was connected. Rejects if the delivery fails. */
  readonly webhook?: Promise<Response>
}

/** An account that was connected. */
export interface AccountChange {
  readonly event: 'account.created' | 'account.updated'
  readonly account: Account
  readonly username: string | undefined
}

const attemptStatus = oneOf(['authenticated', 'error', 'cancelled', 'expired', 'pending'] satisfies AttemptStatus[])
const nonBlank = must('a non-blank string', nonBlankString.is)

const outcomeOptions = optionsOf({
  status: attemptStatus,
  provider: nonBlank,
  oauthErrorCode: nonBlank,
  oauthErrorDescription: nonBlank,
})

const invalid = (issues: readonly Issue[]): ValidationError =>
  new ValidationError(issues, 'Invalid arguments for connect')

const toOutcome = (outcome: AttemptStatus | ConnectOutcome): ConnectOutcome => {
  const check = typeof outcome === 'string' ? attemptStatus : outcomeOptions
  const issues = check(outcome, 'outcome')
  if (issues.length > 0) throw invalid(issues)
  return typeof outcome === 'string' ? { status: outcome } : outcome
}

const findSession = (store: Store, id: unknown): StoredSession => {
  const session = sessionById(store, id)
  if (session !== undefined) return session
  const { length } = store.sessions
  throw invalid([{ path: 'id', message: `must be the id of one of the ${length} sessions of this sandbox` }])
}

const editedAccount = ({ accounts }: Store, { accountId }: StoredSession): Account | undefined =>
  accounts.find(({ id }) => id === accountId)

/** A connector key of each of the most common categories. */
const providers = new Map([
  ['hris', 'bamboohr'],
  ['ats', 'greenhouse'],
  ['crm', 'hubspot'],
])

/** Returns a connector key for a session that names none. Every category has one, so that tests can connect. */
const defaultProvider = ({ categories: [category = 'hris'] = [] }: SandboxPayload): string =>
  providers.get(category) ?? `sandbox-${category}`

const selectProvider = (store: Store, session: StoredSession, provider: string | undefined): string => {
  const fixed = editedAccount(store, session)?.provider ?? session.payload.provider
  if (fixed !== undefined && provider !== undefined && fixed !== provider)
    throw invalid([{ path: 'outcome.provider', message: 'must be the provider at which the session opens the Hub' }])
  return provider ?? fixed ?? defaultProvider(session.payload)
}

// A session may have named an account with the next id.
const newAccountId = (accounts: readonly Account[], number = accounts.length + 1): string => {
  const id = `sandbox-account-${number}`
  return accounts.some((account) => account.id === id) ? newAccountId(accounts, number + 1) : id
}

/** Returns the account that the session edits, or a new one. */
const connectAccount = (store: Store, { payload, accountId }: StoredSession, provider: string): AccountChange => {
  const { originOwnerId, originOwnerName, originUsername: username, multiple = false } = payload
  const key = { originOwnerId, originOwnerName, provider }
  const edited = accountId ?? (multiple ? undefined : findAccount(store, key)?.id)
  const event = edited === undefined ? 'account.created' : 'account.updated'
  const id = edited ?? newAccountId(store.accounts)
  const existing = store.accounts.find((account) => account.id === id)
  if (existing !== undefined) return { event, account: existing, username }
  const account = { id, ...key }
  store.accounts.push(account)
  return { event, account, username }
}

/** Sets the outcome of a session's connection attempt. `deliver` receives the account that was connected. */
export const connect = (
  store: Store,
  id: unknown,
  outcome: AttemptStatus | ConnectOutcome,
  deliver?: (change: AccountChange) => Promise<Response>,
): ConnectResult => {
  const { status = 'authenticated', provider, oauthErrorCode, oauthErrorDescription } = toOutcome(outcome)
  const session = findSession(store, id)
  // An attempt that began before the token expired may expire later.
  if (isExpired(session, store.now()) && status !== 'expired')
    throw invalid([{ path: 'id', message: "the session's token has expired", hint: 'create a new session' }])
  const selected = selectProvider(store, session, provider)
  const change = status === 'authenticated' ? connectAccount(store, session, selected) : undefined
  const accountId = change?.account.id
  const now = store.now().toISOString()
  const previous = session.wire.latest_connection_attempt
  const attempt = omitUndefined<ConnectionAttemptWire>({
    id: previous?.id ?? `sandbox-attempt-${session.wire.id}`,
    created_at: previous?.created_at ?? now,
    updated_at: now,
    status,
    account_secure_id: accountId,
    oauth_error_code: oauthErrorCode,
    oauth_error_description: oauthErrorDescription,
  })
  updateSession(store, session, { latest_connection_attempt: Object.freeze(attempt) })
  const webhook = change && deliver?.(change)
  webhook?.catch(() => {}) // the test may ignore the delivery
  return Object.freeze(omitUndefined<ConnectResult>({ status, accountId, webhook }))
}
