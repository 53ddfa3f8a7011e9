import fc from 'fast-check'
import { payloadFields } from '../../lib/model/create-payload.ts'
import type { CategoryAlias } from '../../lib/model/enums.ts'
import type { Json } from '../../lib/model/json.ts'
import { snakeCase } from '../../lib/model/wire.ts'
import type { Session } from '../../lib/session/types.ts'
import { categories } from './wires.ts'

/** A call that sets one field. */
export interface Change {
  /** The wire name of the field; `owner` for its two fields. */
  readonly field: string
  readonly apply: (base: Session) => Session
}

const text = fc.string({ minLength: 1 }).filter((value) => value.trim() !== '')
const aliases: readonly CategoryAlias[] = ['hrisLegacy', 'stackOne']
const category = fc.constantFrom(...categories, ...aliases)

const changing = <A>(field: string, values: fc.Arbitrary<A>, apply: (base: Session, value: A) => Session) =>
  values.map((value): Change => ({ field, apply: (base) => apply(base, value) }))

/** A call of any method that sets a known field to a valid value. */
export const knownChange: fc.Arbitrary<Change> = fc.oneof(
  changing('origin_username', text, (base, value) => base.username(value)),
  changing('provider', text, (base, value) => base.provider(value)),
  changing('account_id', text, (base, value) => base.account(value)),
  changing('label', text, (base, value) => base.label(value)),
  changing('connector_profile_id', text, (base, value) => base.connectorProfile(value)),
  changing('owner', fc.tuple(text, text), (base, [id, name]) => base.owner(id, name)),
  changing('expires_in', fc.integer({ min: 1, max: 315_360_000 }), (base, value) => base.expiresIn(value)),
  changing('multiple', fc.boolean(), (base, value) => base.multiple(value)),
  changing('type', fc.constantFrom('production', 'test'), (base, value) => base.type(value)),
  changing('categories', fc.tuple(category, fc.array(category)), (base, [first, rest]) =>
    base.categories(first, ...rest),
  ),
  changing(
    'metadata',
    fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })),
    (base, value) => base.metadata(JSON.parse(JSON.stringify(value))), // fast-check's type of JSON is not Json
  ),
)

/** The wire names of the fields that `.field` may override. */
export const optionalWireNames: readonly string[] = payloadFields
  .filter(({ isRequired }) => !isRequired)
  .map(({ name }) => snakeCase(name))

/** Any JSON value, as `JSON.parse` returns it. */
export const json: fc.Arbitrary<Json> = fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)))

/** A call of `.field` that sets a field, known or not, to any JSON value. */
const fieldChange: fc.Arbitrary<Change> = fc
  .tuple(fc.constantFrom(...optionalWireNames, 'theme', 'locale', '__proto__'), json)
  .map(([name, value]) => ({ field: name, apply: (base) => base.field(name, value) }))

/** Any valid call that sets a field. */
export const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 3, arbitrary: knownChange },
  { weight: 1, arbitrary: fieldChange },
)

/** Applies changes to a session, in their order. */
export const applied = (changes: readonly Change[], base: Session): Session =>
  changes.reduce((built, { apply }) => apply(built), base)
