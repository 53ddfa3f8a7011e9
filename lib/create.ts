import type * as t from 'io-ts'
import { AccountType } from './account-type.ts'
import { CategoryCodec } from './category.ts'
import { check, flag, list, text } from './codec.ts'
import { JsonObject } from './json.ts'
import { type Codec, standard } from './standard.ts'
import { wire } from './wire.ts'

/** The longest life that `expiresIn` takes: ten years, in seconds. */
const longest = 315_360_000

const seconds = check(
  'Seconds',
  (value): value is number => typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= longest,
  `a whole number of seconds from 1 to ${longest}`,
  (value) =>
    typeof value === 'number' && value > longest
      ? 'it looks like milliseconds or an epoch; give the seconds from now, such as minutes(30)'
      : undefined,
)

const create = wire(
  'ConnectSessionCreate',
  {
    /** Your customer's id in your own system. Set it on the server: who controls it can claim another's accounts. */
    originOwnerId: text,
    /** Your customer's readable name. Changing it makes a second account. */
    originOwnerName: text,
  },
  {
    /** Who connects, such as an e-mail address. */
    originUsername: text,
    /** A connector's key such as `bamboohr`: the Hub opens at its credentials. */
    provider: text,
    /** The Hub opens at these categories. */
    categories: list(CategoryCodec, 1),
    /** The Hub opens this account, to edit it. */
    accountId: text,
    /** How long the token lives, in seconds; 1800 if absent. */
    expiresIn: seconds,
    /** Your own keys and values; they are given back with the session. */
    metadata: JsonObject,
    /** Whether one owner may connect several accounts of one provider; no effect together with `accountId`. */
    multiple: flag,
    /** Free text that is kept on the account. */
    label: text,
    /** The type of the account; `production` if absent. */
    type: AccountType,
    /** Another connector profile than the default one. */
    connectorProfileId: text,
  },
)

const codec = create.wire

/**
 * What is asked of `POST /connect_sessions`, in camel case. Members that were set by `.field` are under `extra`.
 *
 * @example
 * const payload: ConnectSessionCreate = { originOwnerId: 'acme-42', originOwnerName: 'Acme Inc.', expiresIn: 3600 }
 * await client.create(payload)
 */
export interface ConnectSessionCreate extends t.TypeOf<typeof codec> {}

/**
 * `ConnectSessionCreate` on the wire, in snake case.
 *
 * @example
 * const wire: ConnectSessionCreateWire = acme.toJSON()
 * wire.origin_owner_id // 'acme-42'
 */
export interface ConnectSessionCreateWire extends t.OutputOf<typeof codec> {}

/**
 * The codec of the body of `POST /connect_sessions`: decodes its wire form, encodes to it.
 *
 * Unknown members are kept under `extra`, null counts as absent. A Left holds io-ts' errors, all at once.
 *
 * @example
 * ConnectSessionCreate.decode({ origin_owner_id: 'acme-42', origin_owner_name: 'Acme Inc.' })
 * // { _tag: 'Right', right: { originOwnerId: 'acme-42', originOwnerName: 'Acme Inc.' } }
 */
export const ConnectSessionCreate: Codec<ConnectSessionCreate, ConnectSessionCreateWire> =
  /* @__PURE__ */ standard(codec)

/** The same model checked as it stands, in camel case. */
export const Payload: t.Type<ConnectSessionCreate> = create.camel

/** From the model to its wire form. */
export const { encode } = codec

/** The fields of the model, in their order. */
export const { order, encodeQuickly } = create
