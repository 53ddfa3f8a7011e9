import { isRecord } from '../../util/guards.ts'

/**
 * A deviation of a successful response from the contract: one that the API has had, or may have in the future.
 *
 * - `'id as a string'`: as until 2024.
 * - `'organization_id as a number'`: as twice in the past.
 * - `'created_at without a zone'`: as in one of StackOne's samples.
 * - `'no provider'`, `'no auth_link_url'`, `'no optional fields'`: as before these fields were added.
 * - `'null in optional fields'`: null instead of an absent field.
 * - `'no guaranteed fields'`: no ids, owner or date. The token remains.
 * - `'an unknown category'`, `'an unknown type'`, `'an unknown field'`, `'an unknown attempt status'`: values that the
 *   API may add.
 * - `'an external_trigger_token'`: one more secret.
 * - `'another success status'`: 200 instead of 201, and 201 instead of 200.
 *
 * @example const drift: DriftKind = 'id as a string'
 */
export type DriftKind =
  | 'id as a string'
  | 'organization_id as a number'
  | 'created_at without a zone'
  | 'no provider'
  | 'no auth_link_url'
  | 'no optional fields'
  | 'null in optional fields'
  | 'no guaranteed fields'
  | 'an unknown category'
  | 'an unknown type'
  | 'an unknown field'
  | 'an unknown attempt status'
  | 'an external_trigger_token'
  | 'another success status'

type WireFields = Readonly<Record<string, unknown>>

const optionalFields = [
  'origin_username',
  'provider',
  'categories',
  'account_id',
  'label',
  'metadata',
  'external_trigger_token',
  'type',
  'integration_id',
  'connector_profile_id',
  'latest_connection_attempt',
]

const guaranteedFields = ['id', 'organization_id', 'project_id', 'origin_owner_id', 'origin_owner_name', 'created_at']

const omitFields = (fields: WireFields, names: readonly string[]): WireFields =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)))

const changes: Readonly<Record<DriftKind, (fields: WireFields) => WireFields>> = {
  'id as a string': (fields) => ({ ...fields, id: String(fields['id']) }),
  'organization_id as a number': (fields) => ({ ...fields, organization_id: 4711 }),
  'created_at without a zone': (fields) => ({ ...fields, created_at: String(fields['created_at']).replace('Z', '') }),
  'no provider': (fields) => omitFields(fields, ['provider']),
  'no auth_link_url': (fields) => omitFields(fields, ['auth_link_url']),
  'no optional fields': (fields) => omitFields(fields, optionalFields),
  'null in optional fields': (fields) => ({
    ...fields,
    ...Object.fromEntries(optionalFields.map((name) => [name, null])),
  }),
  'no guaranteed fields': (fields) => omitFields(fields, guaranteedFields),
  'an unknown category': ({ categories, ...fields }) => ({
    ...fields,
    categories: [...(Array.isArray(categories) ? categories : []), 'sandbox-category'],
  }),
  'an unknown type': (fields) => ({ ...fields, type: 'sandbox-type' }),
  'an unknown field': (fields) => ({ ...fields, sandbox_field: { is: 'new' } }),
  'an unknown attempt status': ({ latest_connection_attempt: attempt, ...fields }) => ({
    ...fields,
    latest_connection_attempt: {
      id: 'sandbox-attempt',
      created_at: fields['created_at'],
      updated_at: fields['created_at'],
      ...(isRecord(attempt) && attempt),
      status: 'sandbox-status',
    },
  }),
  'an external_trigger_token': (fields) => ({
    ...fields,
    external_trigger_token: `sandbox.trigger.${String(fields['id'])}`,
  }),
  'another success status': (fields) => fields,
}

/**
 * All drift kinds, for tests that cover each of them.
 *
 * @example
 * const api = sandbox()
 * const client = createClient({ apiKey: 'any', fetch: api.fetch })
 *
 * for (const drift of driftKinds) {
 *   api.fail({ drift })
 *   if ((await acme.send(client)).token === '') throw new Error(drift)
 * }
 */
export const driftKinds: readonly DriftKind[] = Object.freeze(Object.keys(changes) as DriftKind[]) // its only keys

/** Applies a drift to a success. An error response is returned unchanged. */
export const applyDrift = async (kind: DriftKind, response: Response): Promise<Response> => {
  if (!response.ok) return response
  const { status, headers } = response
  const fields: unknown = await response.json()
  const changed = isRecord(fields) ? changes[kind](fields) : fields
  const otherStatus = status === 200 ? 201 : 200
  return new Response(JSON.stringify(changed), {
    status: kind === 'another success status' ? otherStatus : status,
    headers,
  })
}
