import type * as t from 'io-ts'
import { isRecord } from '../util/guards.ts'
import { anyId, lenient, nonEmptyString, refinement, string, stringId } from './codec.ts'
import { dateTime } from './date.ts'
import { decodeWithDrift, responseCodec, type WithDrift } from './drift.ts'
import { type JsonObject, JsonObjectCodec } from './json.ts'
import { type FieldsOf, guaranteed, optional, required, wireCodec } from './wire.ts'

/**
 * The fields of every event (contract section 8); malformed fields are omitted, and only `drift` is always present.
 * @example const titleOf = ({ provider, originOwnerName }: WebhookEventFields) => `${originOwnerName}: ${provider}`
 */
export interface WebhookEventFields extends WithDrift {
  /** Your project at StackOne. */
  readonly projectId?: string
  /** When the event happened. A time without a zone counts as UTC. */
  readonly eventDate?: Date
  /** The type of the record, such as `account`. */
  readonly recordType?: string
  /** The id of the record. */
  readonly recordId?: string
  /** When StackOne sent the event. */
  readonly sentAt?: Date
  /** The connector key. */
  readonly provider?: string
  /** Your customer's id, as set on the session. */
  readonly originOwnerId?: string
  /** Your customer's name, as set on the session. */
  readonly originOwnerName?: string
  /** The end user, as set on the session. */
  readonly originUsername?: string
  /** What StackOne knows about the setup of the account. */
  readonly setupInformation?: JsonObject
  /** Fields that this version does not know, by their wire names. */
  readonly extra?: JsonObject
}

/**
 * The name of an account event.
 * @example const names: readonly AccountEventName[] = ['account.created', 'account.deleted']
 */
export type AccountEventName = 'account.created' | 'account.updated' | 'account.deleted'

/**
 * An account was connected, changed or deleted (contract section 8).
 * @example const isGone = ({ event }: AccountEvent): boolean => event === 'account.deleted'
 */
export interface AccountEvent<Name extends AccountEventName = AccountEventName> extends WebhookEventFields {
  /** The name of the event. */
  readonly event: Name
  /** The id of the account. */
  readonly accountId: string
}

/** Assignable to `string`, but comparable with no literal. A plain `string` would prevent narrowing by `event`. */
declare enum UnlistedName {
  any = '',
}

/**
 * Any other event; a field that is malformed is kept under `extra`.
 * @example const nameOf = ({ event }: OtherEvent): string => event // a string can be compared with any name
 */
export interface OtherEvent extends WebhookEventFields {
  /** The name of the event. Assign it to a `string` before you compare it with a name that is not listed here. */
  readonly event: 'account.error' | 'account.expired' | UnlistedName
  /** The id of the account, if the event has one. */
  readonly accountId?: string
}

/**
 * An event of a webhook, discriminated by `event` (contract section 8).
 * @example const idOf = (event: WebhookEvent) => (event.event === 'account.created' ? event.accountId : undefined)
 */
export type WebhookEvent =
  | AccountEvent<'account.created'>
  | AccountEvent<'account.updated'>
  | AccountEvent<'account.deleted'>
  | OtherEvent

type AccountModel = Omit<AccountEvent, 'drift'>

const isAccountEvent = (value: unknown): value is AccountEventName =>
  value === 'account.created' || value === 'account.updated' || value === 'account.deleted'

const accountFields: FieldsOf<AccountModel, JsonObject> = {
  event: required(refinement('WebhookEvent', isAccountEvent, 'an account event')),
  accountId: required(stringId),
  projectId: guaranteed(stringId),
  eventDate: guaranteed(dateTime),
  recordType: guaranteed(string),
  recordId: guaranteed(anyId),
  sentAt: guaranteed(dateTime),
  provider: guaranteed(string),
  originOwnerId: optional(stringId),
  originOwnerName: optional(string),
  originUsername: optional(string),
  setupInformation: optional(JsonObjectCodec),
}

// The contract does not describe other events, so only the name is required.
const otherFields = { ...accountFields, event: required(nonEmptyString), accountId: optional(stringId) }
const otherCodec = wireCodec<Omit<OtherEvent, 'drift'>, JsonObject>('WebhookEvent', otherFields, 'keep', 'mutable')

const accountCodec = responseCodec<AccountModel, JsonObject>('WebhookEvent', accountFields)
const decodeAccountEvent = decodeWithDrift(accountCodec, (model) => model)
const decodeOtherEvent = decodeWithDrift(lenient(otherCodec, otherCodec), (model) => model)

export const decodeWebhookEvent = (value: unknown): t.Validation<WebhookEvent> =>
  isRecord(value) && isAccountEvent(value['event']) ? decodeAccountEvent(value) : decodeOtherEvent(value)
