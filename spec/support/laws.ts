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

  it('encodes a decoded body to the same body, and does not change it', () => {
    fc.assert(
      fc.property(wires, (wire) => {
        const before = JSON.stringify(wire)
        expect(codec.encode(decoded(wire))).to.deep.equal(wire)
        expect(JSON.stringify(wire)).to.equal(before)
      }),
    )
  })

  it('decodes an encoded model to the same model, also through JSON, and recognizes it', () => {
    fc.assert(
      fc.property(wires, (wire) => {
        const model = decoded(wire)
        expect(codec.is(model)).to.equal(true)
        expect(decoded(codec.encode(model))).to.deep.equal(model)
        expect(decoded(JSON.parse(JSON.stringify(codec.encode(model))))).to.deep.equal(model)
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
    [0, 'zero'],
    ['text', 'a string'],
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
