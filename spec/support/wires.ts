import fc from 'fast-check'
import type {
  ConnectSessionCreateWire,
  ConnectSessionTokenWire,
  ConnectSessionWire,
  JsonObject,
} from '../../lib/index.ts'

/** The categories of the contract. */
export const categories = [
  ...(['ats', 'hris', 'hris-legacy', 'crm', 'iam', 'marketing', 'lms'] as const),
  ...(['stackone', 'documents', 'ticketing', 'screening', 'messaging', 'accounting', 'scheduling'] as const),
]

const text = fc.string({ unit: 'grapheme' }).map((given) => `${given}x`) // some graphemes alone are blank
const any = fc.string({ unit: 'grapheme' })

/** A value as it arrives through JSON, which has no -0. */
const written = (value: unknown): JsonObject => JSON.parse(JSON.stringify(value))
const record = fc.dictionary(any, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 }).map(written)

/** Unknown fields. A known one of the same name replaces them. */
const others = fc
  .dictionary(
    fc.oneof(any, fc.constantFrom('extra', 'drift', '__proto__', 'constructor', 'toString', 'originOwnerId')),
    fc.jsonValue({ maxDepth: 2 }),
    { maxKeys: 4 },
  )
  .map(written)

/** All required fields, some of the optional ones, and unknown ones. */
const wireOf = <R extends object, O extends object>(
  required: { [K in keyof R]: fc.Arbitrary<R[K]> },
  optional: { [K in keyof O]: fc.Arbitrary<O[K]> },
): fc.Arbitrary<R & Partial<O>> =>
  fc
    .tuple(others, fc.record(required), fc.record(optional, { requiredKeys: [] }))
    .map(([more, always, sometimes]): R & Partial<O> => {
      // Spreading defines a field even if its name is __proto__.
      return { ...more, ...always, ...(sometimes as Partial<O>) } // requiredKeys: [] makes each of them optional
    })

/** The bodies of `POST /connect_sessions` that the contract allows. */
export const createWire: fc.Arbitrary<ConnectSessionCreateWire> = wireOf(
  { origin_owner_id: text, origin_owner_name: text },
  {
    origin_username: text,
    provider: text,
    categories: fc.subarray(categories, { minLength: 1 }),
    account_id: text,
    expires_in: fc.integer({ min: 1, max: 315_360_000 }),
    metadata: record,
    multiple: fc.boolean(),
    label: text,
    type: fc.constantFrom('production', 'test'),
    connector_profile_id: text,
  },
)

const instant = fc
  .date({ min: new Date(0), max: new Date('2200-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString())
const id = fc.string({ minLength: 1, unit: 'grapheme' })

const attempt = wireOf(
  { id, created_at: instant, updated_at: instant },
  {
    status: fc.constantFrom('pending', 'authenticated', 'error', 'cancelled', 'expired', 'brand-new'),
    account_secure_id: id,
    oauth_error_code: any,
    oauth_error_description: any,
  },
)

const always = {
  id: fc.maxSafeInteger(),
  organization_id: id,
  project_id: id,
  origin_owner_id: id,
  origin_owner_name: any,
  created_at: instant,
}

const sometimes = {
  origin_username: any,
  provider: any,
  categories: fc.subarray(categories),
  account_id: id,
  label: any,
  metadata: record,
  external_trigger_token: any,
  type: fc.constantFrom('production', 'test'),
  integration_id: id,
  connector_profile_id: id,
  latest_connection_attempt: attempt,
}

/** The sessions that the contract allows, in the form that the codec encodes. */
export const sessionWire: fc.Arbitrary<ConnectSessionWire> = wireOf(always, sometimes)

/** The same with a token and an auth link. */
export const tokenWire: fc.Arbitrary<ConnectSessionTokenWire> = wireOf(
  { ...always, token: id, auth_link_url: id },
  sometimes,
)
