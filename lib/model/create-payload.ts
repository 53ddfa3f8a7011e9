import * as t from 'io-ts'
import { didYouMean } from '../util/did-you-mean.ts'
import { isBlank, isObject, isRecord, mustBe, ownValue, showNumber } from '../util/guards.ts'
import { boolean, codecError, errorsOf, failure, guardReads, listOf, nonBlankString, refinement } from './codec.ts'
import { type AccountType, AccountTypeCodec, type Category, CategoryCodec } from './enums.ts'
import { JsonCodec, type JsonObject, JsonObjectCodec } from './json.ts'
import { type Codec, withStandardSchema } from './standard-schema.ts'
import { decodeField, type FieldsOf, namedFields, optional, required, snakeCase, wireCodec } from './wire.ts'

/**
 * The payload of `POST /connect_sessions`, in camel case (contract section 2); an undefined field is not sent.
 * @example const payload: ConnectSessionCreate = { originOwnerId: 'acme-42', originOwnerName: 'Acme Inc.' }
 */
export interface ConnectSessionCreate {
  /** Your customer's id in your system; not blank. Set it on your server: it decides whose accounts are connected. */
  readonly originOwnerId: string
  /** Your customer's readable name; not blank. Changing it creates a second account. */
  readonly originOwnerName: string
  /** The end user who connects, such as an e-mail address; not blank. */
  readonly originUsername?: string | undefined
  /** A connector key such as `bamboohr`; not blank. The Hub opens at the credentials of that connector. */
  readonly provider?: string | undefined
  /** The categories at which the Hub opens; at least one. */
  readonly categories?: readonly Category[] | undefined
  /** The account to edit; not blank. */
  readonly accountId?: string | undefined
  /** The lifetime of the token in seconds: an integer from 1 to 315360000. StackOne's default is 1800. */
  readonly expiresIn?: number | undefined
  /** Your own keys and values, which StackOne returns with the session. */
  readonly metadata?: JsonObject | undefined
  /** Whether the owner may connect several accounts of one provider. No effect with `accountId`. */
  readonly multiple?: boolean | undefined
  /** Free text stored on the account; not blank. */
  readonly label?: string | undefined
  /** The account type. StackOne's default is `production`. */
  readonly type?: AccountType | undefined
  /** The connector profile to use instead of the default one; not blank. */
  readonly connectorProfileId?: string | undefined
  /** Other fields by their wire names, sent unchanged. They override optional fields of the same wire name. */
  readonly extra?: JsonObject | undefined
}

/**
 * The wire form of `ConnectSessionCreate`, in snake case.
 * @example const wire: ConnectSessionCreateWire = acme.toJSON()
 */
export interface ConnectSessionCreateWire {
  readonly origin_owner_id: string
  readonly origin_owner_name: string
  readonly origin_username?: string
  readonly provider?: string
  readonly categories?: readonly Category[]
  readonly account_id?: string
  readonly expires_in?: number
  readonly metadata?: JsonObject
  readonly multiple?: boolean
  readonly label?: string
  readonly type?: AccountType
  readonly connector_profile_id?: string
}

/** Ten years. */
const maxSeconds = 315_360_000

const seconds = refinement(
  'Seconds',
  (value): value is number => typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= maxSeconds,
  `an integer from 1 to ${maxSeconds} (seconds)`,
  {
    hint: (value) =>
      typeof value === 'number' && value > maxSeconds
        ? 'this looks like milliseconds or an epoch; pass the seconds from now, such as minutes(30)'
        : undefined,
    describe: showNumber,
  },
)

export const createFields: FieldsOf<ConnectSessionCreate, ConnectSessionCreateWire> = {
  originOwnerId: required(nonBlankString),
  originOwnerName: required(nonBlankString),
  originUsername: optional(nonBlankString),
  provider: optional(nonBlankString),
  categories: optional(listOf(CategoryCodec, { atLeastOne: 'category' })),
  accountId: optional(nonBlankString),
  expiresIn: optional(seconds),
  metadata: optional(JsonObjectCodec),
  multiple: optional(boolean),
  label: optional(nonBlankString),
  type: optional(AccountTypeCodec),
  connectorProfileId: optional(nonBlankString),
}

/** The fields in the order in which they are sent and reported. */
export const payloadFields = namedFields(createFields)

/**
 * The codec of the body of `POST /connect_sessions`, which keeps unknown fields in `extra` and treats null as absent.
 * @example
 * ConnectSessionCreate.decode({ origin_owner_id: 'acme-42', origin_owner_name: 'Acme Inc.' })
 * // { _tag: 'Right', right: { originOwnerId: 'acme-42', originOwnerName: 'Acme Inc.' } }
 */
export const ConnectSessionCreate: Codec<ConnectSessionCreate, ConnectSessionCreateWire> =
  /* @__PURE__ */ withStandardSchema(wireCodec('ConnectSessionCreate', createFields, 'fail'))

/** Like `ConnectSessionCreate`, but an optional field that this version would reject is kept under `extra`. */
export const SerializedSession = wireCodec<ConnectSessionCreate, unknown>('Session', createFields, 'keep')

const root: t.Context = [{ key: '', type: ConnectSessionCreate }]

const validateExtra: t.Validate<unknown, JsonObject> = (extra, context) => {
  const wrongNames = Object.keys(isRecord(extra) ? extra : {}).flatMap((name) => {
    const path = t.appendContext(context, name, JsonCodec)
    const field = payloadFields.find(({ wireName }) => wireName === snakeCase(name))
    if (isBlank(name)) return [codecError(name, path, 'must have a non-blank name')]
    if (field?.isRequired) return [codecError(name, path, 'is not allowed here')]
    if (field === undefined || field.wireName === name) return []
    return [codecError(name, path, 'unknown field', `did you mean '${field.wireName}'?`)]
  })
  const decoded = JsonObjectCodec.validate(extra, context)
  return wrongNames.length > 0 ? t.failures([...wrongNames, ...errorsOf(decoded)]) : decoded
}

/** The codec of `extra`, whose fields may override optional fields by their wire names. */
const extraCodec = new t.Type('Extra', JsonObjectCodec.is, validateExtra, t.identity)
const allFields = namedFields({ ...createFields, extra: optional(extraCodec) })
const allNames: readonly string[] = allFields.map(({ name }) => name)

const payloadErrors = (payload: Readonly<Record<string, unknown>>): t.Errors => [
  ...allFields.flatMap((field) => errorsOf(decodeField(field, ownValue(payload, field.name), root, field.name))),
  ...Object.keys(payload)
    .filter((key) => !allNames.includes(key) && payload[key] !== undefined)
    .map((key) => codecError(key, t.appendContext(root, key, JsonCodec), 'unknown field', didYouMean(key, allNames))),
]

/** The constructor returns its argument, so that a subclass adds its private fields to that object. */
class Returned {
  constructor(object: object) {
    // biome-ignore lint/correctness/noConstructorReturn: only this lets a subclass mark an existing object
    return object
  }
}

/** Marks a valid payload. A copy is not marked. */
class ValidPayload extends Returned {
  readonly #isValid = true

  static is(value: unknown): value is ConnectSessionCreate {
    return isObject(value) && #isValid in value
  }
}

/** Freezes a payload that is valid, and marks it so that it is not validated again. */
export const markValid = (payload: object): ConnectSessionCreate => {
  new ValidPayload(payload)
  return Object.freeze(payload) as ConnectSessionCreate // the caller has checked it
}

/** Validates a payload in camel case. Unknown fields are rejected. */
export const decodePayload = (payload: unknown): t.Validation<ConnectSessionCreate> => {
  if (ValidPayload.is(payload)) return t.success(payload)
  return guardReads(payload, root, () => {
    if (!isRecord(payload)) return failure(payload, root, mustBe('an object', payload))
    const errors = payloadErrors(payload)
    return errors.length > 0 ? t.failures(errors) : t.success(Object(payload))
  })
}
