import { type ConnectSessionTokenWire, sessionFields } from '../../model/connect-session.ts'
import { type Presence, snakeCase } from '../../model/wire.ts'
import { createResponse } from '../api/response.ts'

const setAll = (presence: Presence, value: null | undefined): object =>
  Object.fromEntries(
    Object.entries(sessionFields)
      .filter(([, field]) => field.presence === presence)
      .map(([name]) => [snakeCase(name), value]),
  )

// Infers the kinds. With `satisfies`, the published declaration would contain the type of each result.
const tableOf = <K extends string>(table: Readonly<Record<K, (session: ConnectSessionTokenWire) => object>>) => table

/** Returns what a drift changes in a session, by its kind. A field that is undefined is omitted. */
const changes = tableOf({
  'id as a string': ({ id }) => ({ id: String(id) }),
  'organization_id as a number': () => ({ organization_id: 4711 }),
  'created_at without a zone': ({ created_at }) => ({ created_at: created_at?.replace('Z', '') }),
  'no provider': () => ({ provider: undefined }),
  'no auth_link_url': () => ({ auth_link_url: undefined }),
  'no optional fields': () => setAll('optional', undefined),
  'null in optional fields': () => setAll('optional', null),
  'no guaranteed fields': () => setAll('guaranteed', undefined),
  'an unknown category': ({ categories = [] }) => ({ categories: [...categories, 'sandbox-category'] }),
  'an unknown type': () => ({ type: 'sandbox-type' }),
  'an unknown field': () => ({ sandbox_field: { is: 'new' } }),
  'an unknown attempt status': ({ created_at }) => ({
    latest_connection_attempt: { id: 'sandbox-attempt', created_at, updated_at: created_at, status: 'sandbox-status' },
  }),
  'an external_trigger_token': ({ id }) => ({ external_trigger_token: `sandbox.trigger.${id}` }),
  'another success status': () => ({}),
})

/**
 * A deviation of a successful response from the contract: one that the API has had, or may have in the future.
 *
 * `'no guaranteed fields'` omits the ids, the owner and the date, but not the token. `'an external_trigger_token'` adds
 * a secret. `'another success status'` is 200 instead of 201, and 201 instead of 200.
 * @useDeclaredType
 * @example const drift: DriftKind = 'id as a string'
 */
export type DriftKind = keyof typeof changes

/**
 * All drift kinds, for tests that cover each of them.
 * @example
 * const api = sandbox()
 * for (const drift of driftKinds) {
 *   api.fail({ drift })
 *   await acme.send(createClient({ apiKey: 'any', fetch: api.fetch }))
 * }
 */
export const driftKinds: readonly DriftKind[] = Object.freeze(Object.keys(changes) as DriftKind[]) // its only keys

/** Applies a drift to a success. An error response is returned unchanged. */
export const applyDrift = async (kind: DriftKind, response: Response): Promise<Response> => {
  if (!response.ok) return response
  const session: ConnectSessionTokenWire = await response.json()
  const otherStatus = response.status === 200 ? 201 : 200
  const status = kind === 'another success status' ? otherStatus : response.status
  return createResponse(status, { ...session, ...changes[kind](session) })
}
