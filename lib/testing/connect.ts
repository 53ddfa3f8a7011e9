import { isRecord, kindOf, text } from '../codec.ts'
import { type Issue, ValidationError } from '../errors.ts'
import { didYouMean } from '../nearest.ts'
import { present } from '../present.ts'
import { type Account, accountOf } from './account.ts'
import { type Connector, connectorOf, connectorsFor } from './connector.ts'
import { isExpired, type Minted, mintedById, type State, update } from './minted.ts'

const statuses = ['authenticated', 'error', 'cancelled', 'expired', 'pending'] as const

/**
 * How far an end user has come with connecting an account.
 *
 * @useDeclaredType
 * @example const ends: readonly AttemptStatus[] = ['authenticated', 'error', 'cancelled', 'expired']
 */
export type AttemptStatus = (typeof statuses)[number]

/**
 * How the end user's try to connect an account ends, in detail.
 *
 * @example const denied: ConnectEnd = { status: 'error', oauthErrorCode: 'access_denied' }
 */
export interface ConnectEnd {
  /** The status that the attempt ends with, or has so far. @default 'authenticated' */
  readonly status?: AttemptStatus | undefined
  /** The connector that the user picks. @default the session's own, or the first that the Hub offers for it */
  readonly provider?: string | undefined
  /** The code that an OAuth provider refuses with. */
  readonly oauthErrorCode?: string | undefined
  /** The provider's own words for that. */
  readonly oauthErrorDescription?: string | undefined
}

/**
 * What came of a try to connect an account.
 *
 * @example const isDone = ({ status, accountId }: Connected) => status === 'authenticated' && accountId !== undefined
 */
export interface Connected {
  /** The status that the session's latest attempt has now. */
  readonly status: AttemptStatus
  /** The id of the account, if one was connected. */
  readonly accountId?: string
}

const problem = (path: string, message: string, hint?: string): Issue => present<Issue>({ path, message, hint })

const refuse = (...issues: readonly Issue[]): never => {
  throw new ValidationError(issues, 'connect was given what it cannot take, so nothing was connected')
}

const texts = ['provider', 'oauthErrorCode', 'oauthErrorDescription'] as const
const members = ['status', ...texts]

const endIssues = (end: Readonly<Record<string, unknown>>): readonly Issue[] => {
  const { status } = end
  const isKnown = status === undefined || statuses.some((known) => known === status)
  const hint = typeof status === 'string' ? didYouMean(status, statuses) : undefined
  return [
    ...(isKnown ? [] : [problem('end.status', `expected one of ${statuses.join(', ')}`, hint)]),
    ...texts
      .filter((name) => end[name] !== undefined && !text.is(end[name]))
      .map((name) => problem(`end.${name}`, `expected a string that is not blank, got ${kindOf(end[name])}`)),
    ...Object.keys(end)
      .filter((name) => !members.includes(name))
      .map((name) => problem(`end.${name}`, 'is no member', didYouMean(name, members))),
  ]
}

const endOf = (end: AttemptStatus | ConnectEnd): ConnectEnd => {
  const given: unknown = typeof end === 'string' ? { status: end } : end
  if (!isRecord(given)) return refuse(problem('end', `expected a status or an object, got ${kindOf(given)}`))
  const issues = endIssues(given)
  return issues.length > 0 ? refuse(...issues) : given
}

const known = (state: State, id: unknown): Minted => {
  const made = mintedById(state, id)
  const count = state.minted.length
  return made ?? refuse(problem('id', `expected the id of one of the ${count} sessions of this sandbox`))
}

const editedBy = ({ accounts }: State, { accountId }: Minted): Account | undefined =>
  accounts.find(({ id }) => id === accountId)

/** The connectors that the Hub of a session offers: that of the account it edits, or those of the session. */
export const offered = (state: State, made: Minted): readonly Connector[] => {
  const edited = editedBy(state, made)
  return edited === undefined ? connectorsFor(made.payload) : [connectorOf(edited.provider)]
}

/** The provider that the user picks, where there is something to pick. */
const picked = (state: State, made: Minted, provider: string | undefined): string => {
  const fixed = editedBy(state, made)?.provider ?? made.payload.provider
  if (fixed !== undefined && provider !== undefined && fixed !== provider)
    return refuse(problem('end.provider', 'the session opens the Hub at another provider'))
  // The Hub offers one connector at least.
  return provider ?? offered(state, made)[0]?.provider ?? ''
}

// An account that a session named may have the very id that is next.
const freshId = (accounts: readonly Account[], number = accounts.length + 1): string => {
  const id = `sandbox-account-${number}`
  return accounts.some((account) => account.id === id) ? freshId(accounts, number + 1) : id
}

/** The account that the user edits, or a new one. */
const accountFor = ({ accounts }: State, { payload, accountId }: Minted, provider: string): string => {
  const { originOwnerId, originOwnerName, multiple = false } = payload
  const owned = { originOwnerId, originOwnerName, provider }
  const edited = accountId ?? (multiple ? undefined : accountOf(accounts, owned)?.id)
  const id = edited ?? freshId(accounts)
  if (!accounts.some((account) => account.id === id)) accounts.push({ id, ...owned })
  return id
}

/** Plays the end user in the Hub of a session: what comes of it is the session's latest attempt. */
export const connect = (state: State, id: unknown, end: AttemptStatus | ConnectEnd): Connected => {
  const { status = 'authenticated', provider, oauthErrorCode, oauthErrorDescription } = endOf(end)
  const made = known(state, id)
  // An attempt that was begun in time may still be given up later.
  if (isExpired(state, made) && status !== 'expired')
    return refuse(problem('id', "the session's token has expired, so that its Hub does not open; send a new session"))
  const pick = picked(state, made, provider)
  const accountId = status === 'authenticated' ? accountFor(state, made, pick) : undefined
  const now = state.now().toISOString()
  const before = made.wire.latest_connection_attempt
  update(state, made, {
    latest_connection_attempt: Object.freeze({
      id: before?.id ?? `sandbox-attempt-${made.wire.id}`,
      created_at: before?.created_at ?? now,
      updated_at: now,
      status,
      ...(accountId !== undefined && { account_secure_id: accountId }),
      ...(oauthErrorCode !== undefined && { oauth_error_code: oauthErrorCode }),
      ...(oauthErrorDescription !== undefined && { oauth_error_description: oauthErrorDescription }),
    }),
  })
  return Object.freeze({ status, ...(accountId !== undefined && { accountId }) })
}
