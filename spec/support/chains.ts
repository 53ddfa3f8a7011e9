import fc from 'fast-check'
import type { CategoryAlias, Session } from '../../lib/index.ts'
import { categories } from './wires.ts'

/** A call that changes one field, with its name. */
export interface Change {
  readonly field: string
  readonly apply: (base: Session) => Session
}

const text = fc.string({ minLength: 1 }).filter((value) => value.trim() !== '')
const aliases: readonly CategoryAlias[] = ['hrisLegacy', 'stackOne']
const category = fc.constantFrom(...categories, ...aliases)

const changing = <A>(field: string, values: fc.Arbitrary<A>, apply: (base: Session, value: A) => Session) =>
  values.map((value): Change => ({ field, apply: (base) => apply(base, value) }))

/** One call of any method that sets a field. */
export const knownChange: fc.Arbitrary<Change> = fc.oneof(
  changing('username', text, (base, value) => base.username(value)),
  changing('provider', text, (base, value) => base.provider(value)),
  changing('account', text, (base, value) => base.account(value)),
  changing('label', text, (base, value) => base.label(value)),
  changing('profile', text, (base, value) => base.connectorProfile(value)),
  changing('owner', fc.tuple(text, text), (base, [id, name]) => base.owner(id, name)),
  changing('expiresIn', fc.integer({ min: 1, max: 315_360_000 }), (base, value) => base.expiresIn(value)),
  changing('multiple', fc.boolean(), (base, value) => base.multiple(value)),
  changing('type', fc.constantFrom('production', 'test'), (base, value) => base.type(value)),
  changing('categories', fc.tuple(category, fc.array(category)), (base, [first, rest]) =>
    base.categories(first, ...rest),
  ),
  changing('metadata', fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })), (base, value) =>
    // It is JSON by its making; fast-check's type of it is not read-only.
    base.metadata(JSON.parse(JSON.stringify(value))),
  ),
)

/** The same, or one of `.field`. */
export const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 11, arbitrary: knownChange },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('theme', 'locale'), fc.string())
      .map(([name, value]): Change => ({ field: name, apply: (base) => base.field(name, value) })),
  },
)

/** A session with these changes, in their order. */
export const applied = (changes: readonly Change[], base: Session): Session =>
  changes.reduce((built, { apply }) => apply(built), base)
