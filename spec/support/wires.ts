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

const text = fc.string({ minLength: 1, unit: 'grapheme' }).filter((given) => given.trim() !== '')
const any = fc.string({ unit: 'grapheme' })

/** What JSON.parse gives of what JSON.stringify has written: there is no -0 in it. */
const written = (value: unknown): JsonObject => JSON.parse(JSON.stringify(value))
const record = fc.dictionary(any, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 }).map(written)

/** Members that the contract does not know; one that it does is put over them. */
const others = fc
  .dictionary(
    fc.oneof(any, fc.constantFrom('extra', 'drift', '__proto__', 'constructor', 'toString', 'originOwnerId')),
    fc.jsonValue({ maxDepth: 2 }),
    { maxKeys: 4 },
  )
  .map(written)

/** Some of these members beside all of those, and others that nobody knows. */
const wireOf = <R extends object, O extends object>(
  required: { [K in keyof R]: fc.Arbitrary<R[K]> },
  optional: { [K in keyof O]: fc.Arbitrary<O[K]> },
): fc.Arbitrary<R & Partial<O>> =>
  fc
    .tuple(others, fc.record(required), fc.record(optional, { requiredKeys: [] }))
    .map(([more, always, sometimes]): R & Partial<O> => {
      // Spreading defines members, also those called __proto__.
      return { ...more, ...always, ...(sometimes as Partial<O>) } // requiredKeys: [] makes each of them optional
    })

/** The bodies of creates that the contract allows. */
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

/** The sessions of the contract, in the one way that they are written back. */
export const sessionWire: fc.Arbitrary<ConnectSessionWire> = wireOf(always, sometimes)

/** The same with a token and a link. */
export const tokenWire: fc.Arbitrary<ConnectSessionTokenWire> = wireOf(
  { ...always, token: id, auth_link_url: id },
  sometimes,
)
