import { expect } from 'chai'
import fc from 'fast-check'
import { ConnectSession, ConnectSessionToken } from '../../lib/model/connect-session.ts'
import { ConnectSessionCreate } from '../../lib/model/create-payload.ts'
import type { Codec, StandardSchema } from '../../lib/model/standard-schema.ts'
import { rightOf } from '../support/either.ts'
import { itEach } from '../support/it-each.ts'
import { minted } from '../support/server.ts'
import { createWire, sessionWire, tokenWire } from '../support/wires.ts'

const owner = { origin_owner_id: 'acme-42', origin_owner_name: 'Acme Inc.' }

/** An invalid value, and the path and the message of its only issue. */
type Invalid = readonly (readonly [value: unknown, path: readonly string[], message: string])[]

const conforms = <A, O>(name: string, codec: Codec<A, O>, wires: fc.Arbitrary<O>, invalid: Invalid) =>
  describe(`${name} as a Standard Schema`, () => {
    // The view of a library that knows the interface only.
    const { version, vendor, validate }: StandardSchema<O, A>['~standard'] = codec['~standard']

    it('has version 1, the name of this library and the name of its type', () => {
      expect([version, vendor, codec.name]).to.deep.equal([1, 'stackone-session', name])
    })

    it('returns the decoded value for a valid one', () => {
      fc.assert(
        fc.property(wires, (wire) => {
          expect(validate(wire)).to.deep.equal({ value: rightOf(codec.decode(wire)) })
        }),
      )
    })

    itEach('returns the path and the expectation of each issue', invalid, ([value, path, message]) => {
      expect(validate(value)).to.deep.equal({ issues: [{ path, message }] })
    })
  })

conforms('ConnectSessionCreate', ConnectSessionCreate, createWire, [
  [null, [], 'must be an object, got null'],
  [{ ...owner, origin_owner_id: undefined }, ['origin_owner_id'], 'is required'],
  [{ ...owner, categories: ['ats', 'atss'] }, ['categories', '1'], "must be a known category, got 'atss'"],
  [{ ...owner, categories: [] }, ['categories'], 'must contain at least one category'],
  [{ ...owner, metadata: { 'a key': [1n] } }, ['metadata', 'a key', '0'], 'must be JSON, got a bigint'],
  [{ ...owner, theme: { '': 1n } }, ['theme', ''], 'must be JSON, got a bigint'],
])

conforms('ConnectSession', ConnectSession, sessionWire, [['text', [], 'must be an object, got a string']])

conforms('ConnectSessionToken', ConnectSessionToken, tokenWire, [
  [{ ...minted, token: undefined }, ['token'], 'is required'],
  [{ ...minted, token: '' }, ['token'], 'must be a non-empty string, got a blank string'],
])
