import { type Issue, ValidationError } from '../../errors.ts'
import { type ConnectionAttemptWire, isExpired } from '../../model/connect-session.ts'
import type { ConnectSessionCreateWire } from '../../model/create-payload.ts'
import { nonBlank, oneOf, optionsOf } from '../../util/check-options.ts'
import { omitUndefined } from '../../util/guards.ts'
import { maskWhenPrinted } from '../../util/redact.ts'
import { deliverEvent } from '../webhook.ts'
import { editedAccountId, type Store, sessionById } from './store.ts'

/**
 * The status of a connection attempt (contract section 3).
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
  /** The connector key that the user selects if the session has none. @default `sandbox-` and the first category */
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

const outcomeOptions = optionsOf({
  status: oneOf(['authenticated', 'error', 'cancelled', 'expired', 'pending'] satisfies AttemptStatus[]),
  provider: nonBlank,
  oauthErrorCode: nonBlank,
  oauthErrorDescription: nonBlank,
})

const invalid = (...issues: readonly Issue[]): ValidationError =>
  new ValidationError(issues, 'Invalid arguments for connect')

/** Connects the account that the session edits, or a new one; returns the event for the webhook. */
const connectAccount = (store: Store, payload: ConnectSessionCreateWire, selected: string | undefined, now: Date) => {
  const { account_id, categories = ['hris'], origin_owner_id, origin_owner_name, origin_username } = payload
  const named = store.accounts.find(({ id }) => id === account_id)
  const provider = named?.provider ?? payload.provider ?? selected ?? `sandbox-${categories[0]}`
  const edited = editedAccountId(store, { ...payload, provider })
  const id = edited ?? `sandbox-account-${store.accounts.length + 1}`
  const identity = { provider, origin_owner_id, origin_owner_name }
  if (!store.accounts.some((each) => each.id === id)) store.accounts.push({ id, ...identity })
  const event = edited === undefined ? 'account.created' : 'account.updated'
  const record = { record_type: 'account', record_id: id, account_id: id, ...identity, origin_username }
  return { project_id: 'sandbox-project', event, event_date: now, sent_at: now, ...record }
}

/** Sets the outcome of a session's connection attempt, and delivers the event of the account that was connected. */
export const connect = (store: Store, id: unknown, outcome: AttemptStatus | ConnectOutcome = {}): ConnectResult => {
  const given: ConnectOutcome = typeof outcome === 'string' ? { status: outcome } : outcome
  const issues = outcomeOptions(given, 'outcome')
  if (issues.length > 0) throw invalid(...issues)
  const { status = 'authenticated', provider, oauthErrorCode, oauthErrorDescription } = given
  const session = sessionById(store, id)
  const { length } = store.sessions
  if (session === undefined)
    throw invalid({ path: 'id', message: `must be the id of one of the ${length} sessions of this sandbox` })
  const now = store.now()
  // An attempt that began before the token expired may expire later.
  if (isExpired(session, now) && status !== 'expired')
    throw invalid({ path: 'id', message: "the session's token has expired", hint: 'create a new session' })
  const event = status === 'authenticated' ? connectAccount(store, session.payload, provider, now) : undefined
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
