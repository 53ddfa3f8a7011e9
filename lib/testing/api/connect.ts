import { type Issue, ValidationError } from '../../errors.ts'
import { isExpired } from '../../model/connect-session.ts'
import type { ConnectionAttemptWire } from '../../model/connection-attempt.ts'
import { nonBlank, oneOf, optionsOf } from '../../util/check-options.ts'
import { omitUndefined } from '../../util/guards.ts'
import { maskWhenPrinted } from '../../util/redact.ts'
import { deliverEvent } from '../webhook.ts'
import { type Account, type CreateBody, editedAccountId, type Store, sessionById } from './store.ts'

/**
 * The status of a connection attempt.
 *
 * Contract section 3.
 * @example const ends: readonly AttemptStatus[] = ['authenticated', 'error', 'cancelled', 'expired']
 */
export type AttemptStatus = 'authenticated' | 'error' | 'cancelled' | 'expired' | 'pending'

/**
 * The outcome of a connection attempt, for `connect`.
 * @example const denied: ConnectOutcome = { status: 'error', oauthErrorCode: 'access_denied' }
 */
export interface ConnectOutcome {
  /** The new status of the attempt. @default 'authenticated' */
  readonly status?: AttemptStatus | undefined
  /** The connector key that the user selects. @default the session's own, or `sandbox-` and its first category */
  readonly provider?: string | undefined
  /** The error code of the OAuth provider. */
  readonly oauthErrorCode?: string | undefined
  /** The error description of the OAuth provider. */
  readonly oauthErrorDescription?: string | undefined
}

/**
 * The result of `connect`.
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

const attemptStatus = oneOf(['authenticated', 'error', 'cancelled', 'expired', 'pending'] satisfies AttemptStatus[])

const outcomeOptions = optionsOf({
  status: attemptStatus,
  provider: nonBlank,
  oauthErrorCode: nonBlank,
  oauthErrorDescription: nonBlank,
})

const invalid = (...issues: readonly Issue[]): ValidationError =>
  new ValidationError(issues, 'Invalid arguments for connect')

const toOutcome = (outcome: AttemptStatus | ConnectOutcome): ConnectOutcome => {
  const issues = (typeof outcome === 'string' ? attemptStatus : outcomeOptions)(outcome, 'outcome')
  if (issues.length > 0) throw invalid(...issues)
  return typeof outcome === 'string' ? { status: outcome } : outcome
}

/** Returns the connector key at which an account is connected. */
const selectProvider = ({ accounts }: Store, payload: CreateBody, provider: string | undefined): string => {
  const fixed = accounts.find(({ id }) => id === payload.account_id)?.provider ?? payload.provider
  if (fixed !== undefined && provider !== undefined && fixed !== provider)
    throw invalid({ path: 'outcome.provider', message: 'must be the provider at which the session opens the Hub' })
  return provider ?? fixed ?? `sandbox-${payload.categories?.[0] ?? 'hris'}`
}

/** Connects the account that the session edits, or a new one; returns the event for the webhook. */
const connectAccount = (store: Store, payload: CreateBody, provider: string, now: Date) => {
  const { origin_owner_id, origin_owner_name, origin_username } = payload
  const edited = editedAccountId(store, { ...payload, provider })
  const existing = store.accounts.find(({ id }) => id === edited)
  const newId = edited ?? `sandbox-account-${store.accounts.length + 1}`
  const account: Account = existing ?? { id: newId, provider, origin_owner_id, origin_owner_name }
  if (existing === undefined) store.accounts.push(account)
  const { id, ...identity } = account
  const event = edited === undefined ? 'account.created' : 'account.updated'
  const record = { record_type: 'account', record_id: id, account_id: id, ...identity, origin_username }
  return { project_id: 'sandbox-project', event, event_date: now, sent_at: now, ...record }
}

/** Sets the outcome of a session's connection attempt, and delivers the event of the account that was connected. */
export const connect = (store: Store, id: unknown, outcome: AttemptStatus | ConnectOutcome = {}): ConnectResult => {
  const { status = 'authenticated', provider, oauthErrorCode, oauthErrorDescription } = toOutcome(outcome)
  const session = sessionById(store, id)
  const { length } = store.sessions
  if (session === undefined)
    throw invalid({ path: 'id', message: `must be the id of one of the ${length} sessions of this sandbox` })
  const now = store.now()
  // An attempt that began before the token expired may expire later.
  if (isExpired(session, now) && status !== 'expired')
    throw invalid({ path: 'id', message: "the session's token has expired", hint: 'create a new session' })
  const selected = selectProvider(store, session.payload, provider)
  const event = status === 'authenticated' ? connectAccount(store, session.payload, selected, now) : undefined
  const accountId = event?.account_id
  const attempt = omitUndefined<ConnectionAttemptWire>({
    id: `sandbox-attempt-${session.wire.id}`,
    created_at: session.wire.latest_connection_attempt?.created_at ?? now.toISOString(),
    updated_at: now.toISOString(),
    status,
    account_secure_id: accountId,
    oauth_error_code: oauthErrorCode,
    oauth_error_description: oauthErrorDescription,
  })
  session.wire = Object.freeze(maskWhenPrinted({ ...session.wire, latest_connection_attempt: Object.freeze(attempt) }))
  const webhook = store.webhook && event && deliverEvent(store.webhook, event)
  webhook?.catch(() => {}) // the test may ignore the delivery
  return Object.freeze(omitUndefined<ConnectResult>({ status, accountId, webhook }))
}
