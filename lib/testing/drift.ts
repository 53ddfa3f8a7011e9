import { isRecord } from '../codec.ts'

type Members = Readonly<Record<string, unknown>>

/** The members that a session may have or not. */
const optional = [
  ...['origin_username', 'provider', 'categories', 'account_id', 'label', 'metadata', 'external_trigger_token', 'type'],
  ...['integration_id', 'connector_profile_id', 'latest_connection_attempt'],
]

/** The members that every session has. */
const always = ['id', 'organization_id', 'project_id', 'origin_owner_id', 'origin_owner_name', 'created_at']

const without = (names: readonly string[], members: Members): Members =>
  Object.fromEntries(Object.entries(members).filter(([name]) => !names.includes(name)))

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

const same = (members: Members): Members => members

/** What each drift makes of the right answer. */
const changes = {
  'id as a string': (members: Members) => ({ ...members, id: String(members['id']) }),
  'organization_id as a number': (members: Members) => ({ ...members, organization_id: 4711 }),
  'created_at without a zone': (members: Members) => ({
    ...members,
    created_at: String(members['created_at']).replace('Z', ''),
  }),
  'no provider': (members: Members) => without(['provider'], members),
  'no auth_link_url': (members: Members) => without(['auth_link_url'], members),
  'no optional members': (members: Members) => without(optional, members),
  'null in optional members': (members: Members) => ({
    ...members,
    ...Object.fromEntries(optional.map((name) => [name, null])),
  }),
  'no members that are always there': (members: Members) => without(always, members),
  'an unknown category': (members: Members) => ({
    ...members,
    categories: [...listOf(members['categories']), 'sandbox-category'],
  }),
  'an unknown type': (members: Members) => ({ ...members, type: 'sandbox-type' }),
  'an unknown member': (members: Members) => ({ ...members, sandbox_member: { is: 'new' } }),
  'an unknown status of the attempt': (members: Members) => ({
    ...members,
    latest_connection_attempt: {
      id: 'sandbox-attempt',
      created_at: members['created_at'],
      updated_at: members['created_at'],
      ...(isRecord(members['latest_connection_attempt']) && members['latest_connection_attempt']),
      status: 'sandbox-status',
    },
  }),
  'an external_trigger_token': (members: Members) => ({
    ...members,
    external_trigger_token: `sandbox.trigger.${String(members['id'])}`,
  }),
  'another success status': same,
} satisfies Readonly<Record<string, (members: Members) => Members>>

/**
 * A way in which the API has changed its replies, or may: the answer is right, but for this.
 *
 * - `'id as a string'`: as it was until 2024.
 * - `'organization_id as a number'`: as it has been twice.
 * - `'created_at without a zone'`: as one of the vendor's samples has it.
 * - `'no provider'`, `'no auth_link_url'`, `'no optional members'`: as before these were added, or required.
 * - `'null in optional members'`: null stands for whatever is optional.
 * - `'no members that are always there'`: nor ids, owner or date; the token stays.
 * - `'an unknown category'`, `'an unknown type'`, `'an unknown member'`, `'an unknown status of the attempt'`: what may
 *   be new tomorrow.
 * - `'an external_trigger_token'`: one more secret.
 * - `'another success status'`: 200 where it is 201, and the other way round.
 *
 * @useDeclaredType
 * @example const old: Drift = 'id as a string'
 */
export type Drift = keyof typeof changes

/**
 * All drifts, for a test that goes through them.
 *
 * @example
 * const api = sandbox()
 * const client = createClient({ apiKey: 'any', fetch: api.fetch })
 *
 * for (const drift of drifts) {
 *   api.fail({ drift })
 *   if ((await acme.send(client)).token === '') throw new Error(drift)
 * }
 */
export const drifts: readonly Drift[] = Object.freeze(Object.keys(changes) as Drift[]) // its keys are what its type says

/** A success with a drift; an error stays as it is. */
export const drifted = async (drift: Drift, response: Response): Promise<Response> => {
  if (!response.ok) return response
  const { status, headers } = response
  const members: unknown = await response.json()
  const changed = isRecord(members) ? changes[drift](members) : members
  const other = status === 200 ? 201 : 200
  return new Response(JSON.stringify(changed), { status: drift === 'another success status' ? other : status, headers })
}
