import { expect } from 'chai'
import fc from 'fast-check'
import type { Codec } from '../../lib/model/standard-schema.ts'
import { leftOf, rightOf } from './either.ts'
import { itEach } from './it-each.ts'

/** The optional fields that all bodies have in common. */
const optionalFields = [
  ...['origin_username', 'provider', 'categories', 'account_id', 'label', 'metadata', 'type', 'connector_profile_id'],
]

/** Bodies in which some fields are replaced by any value, JSON or not. */
export const malformed = (wires: fc.Arbitrary<object>): fc.Arbitrary<object> => {
  const name = fc.constantFrom(...optionalFields, 'id', 'created_at', 'latest_connection_attempt', '', 'a')
  const entry = fc.oneof(fc.anything(), fc.constantFrom('ats', null, Number.POSITIVE_INFINITY))
  return fc
    .tuple(wires, fc.dictionary(fc.oneof(fc.string(), name), fc.oneof(fc.anything(), fc.array(entry))))
    .map(([wire, fields]) => ({ ...wire, ...fields }))
}

/** Inside a describe: tests the laws of a codec over all bodies that the contract allows; `least` is the smallest. */
export const followsLaws = <A, O extends object>(codec: Codec<A, O>, wires: fc.Arbitrary<O>, least: O): void => {
  const decoded = (wire: unknown): A => rightOf(codec.decode(wire))

  it('encodes a decoded body to the same body', () => {
    fc.assert(
      fc.property(wires, (wire) => {
        expect(codec.encode(decoded(wire))).to.deep.equal(wire)
      }),
    )
  })

  it('decodes an encoded model to the same model, also through JSON', () => {
    fc.assert(
      fc.property(wires, (wire) => {
        const model = decoded(wire)
        expect(decoded(codec.encode(model))).to.deep.equal(model)
        expect(decoded(JSON.parse(JSON.stringify(codec.encode(model))))).to.deep.equal(model)
      }),
    )
  })

  it('recognizes every decoded model', () => {
    fc.assert(fc.property(wires, (wire) => codec.is(decoded(wire))))
  })

  it('does not change the body that it decodes', () => {
    fc.assert(
      fc.property(wires, (wire) => {
        const before = JSON.stringify(wire)
        codec.encode(decoded(wire))
        expect(JSON.stringify(wire)).to.equal(before)
      }),
    )
  })

  it('treats null as absent in optional fields', () => {
    const nulls = Object.fromEntries(optionalFields.map((name) => [name, null]))
    fc.assert(
      fc.property(wires, (wire) => {
        expect(decoded({ ...nulls, ...wire })).to.deep.equal(decoded(wire))
      }),
    )
  })

  it('keeps unknown fields under extra, and encodes them next to the known ones', () => {
    const unknown = JSON.parse('{"theme":{"a":[true,null]},"Label":1,"extra":2,"drift":[],"__proto__":{"strict":3}}')
    const model = decoded({ ...least, ...unknown })
    expect(model).to.have.property('extra').that.deep.equals(unknown)
    expect(codec.encode(model)).to.deep.equal({ ...least, ...unknown })
    expect(decoded(least)).not.to.have.property('extra')
    expect({}).not.to.have.property('strict')
  })

  const notObjects: readonly (readonly [unknown, string])[] = [
    [undefined, 'undefined'],
    [null, 'null'],
    [true, 'a boolean'],
    [0, 'zero'],
    ['text', 'a string'],
    [Symbol('s'), 'a symbol'],
    [1n, 'a bigint'],
    [() => least, 'a function'],
    [[least], 'an array'],
  ]
  itEach('rejects what is not an object with a single error', notObjects, ([value, kind]) => {
    expect(codec.is(value)).to.equal(false)
    expect(leftOf(codec.decode(value)).map(({ message }) => message)).to.deep.equal([`must be an object, got ${kind}`])
  })

  it('never throws', () => {
    const anything = fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true })
    fc.assert(
      fc.property(fc.oneof(anything, malformed(wires)), (value) => {
        codec.is(value)
        expect(['Left', 'Right']).to.include(codec.decode(value)._tag)
      }),
    )
  })
}
