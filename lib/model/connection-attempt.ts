import { string, stringId } from './codec.ts'
import { responseCodec } from './drift.ts'
import type { JsonObject } from './json.ts'
import { guaranteed, optional } from './wire.ts'

/**
 * The end user's latest attempt to connect an account (contract section 3).
 * @example const isConnected = (attempt: ConnectionAttempt): boolean => attempt.status === 'authenticated'
 */
export interface ConnectionAttempt {
  /** The id of the attempt. */
  readonly id?: string
  /** When the attempt began, as the API writes it. */
  readonly createdAt?: string
  /** When the attempt last changed, as the API writes it. */
  readonly updatedAt?: string
  /** `pending`, `authenticated`, `error`, `cancelled` or `expired`; the API may add others. */
  readonly status?: string
  /** The id of the account, once it is connected. */
  readonly accountSecureId?: string
  /** The error code of the OAuth provider. */
  readonly oauthErrorCode?: string
  /** The error description of the OAuth provider. */
  readonly oauthErrorDescription?: string
  /** Fields that this version does not know, by their wire names. */
  readonly extra?: JsonObject
}

/**
 * The wire form of `ConnectionAttempt`, in snake case.
 * @example const attempt: ConnectionAttemptWire = { id: 'a1', status: 'authenticated', account_secure_id: 'account-1' }
 */
export interface ConnectionAttemptWire {
  readonly id?: string | number
  readonly created_at?: string
  readonly updated_at?: string
  readonly status?: string
  readonly account_secure_id?: string | number
  readonly oauth_error_code?: string
  readonly oauth_error_description?: string
}

export const ConnectionAttemptCodec = responseCodec<ConnectionAttempt, ConnectionAttemptWire>('ConnectionAttempt', {
  id: guaranteed(stringId),
  createdAt: guaranteed(string),
  updatedAt: guaranteed(string),
  status: optional(string),
  accountSecureId: optional(stringId),
  oauthErrorCode: optional(string),
  oauthErrorDescription: optional(string),
})
