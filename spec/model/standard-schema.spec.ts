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

interface Invalid {
  readonly title: string
  readonly value: unknown
  readonly issues: readonly (readonly [path: readonly string[], message: string])[]
}

const conforms = <A, O>(codec: Codec<A, O>, wires: fc.Arbitrary<O>, invalid: readonly Invalid[]) =>
  describe(`${codec.name} as a Standard Schema`, () => {
    // The view of a library that knows the interface only.
    const schema: StandardSchema<O, A>['~standard'] = codec['~standard']

    it('has version 1 and the name of this library', () => {
      expect(schema.version).to.equal(1)
      expect(schema.vendor).to.equal('stackone-session')
    })

    it('returns the decoded value for a valid one', () => {
      fc.assert(
        fc.property(wires, (wire) => {
          const result = schema.validate(wire)
          expect(result).to.have.all.keys('value')
          expect('value' in result && result.value).to.deep.equal(rightOf(codec.decode(wire)))
        }),
      )
    })

    it('has a validate function that works without its object', () => {
      const { validate } = schema
      expect(validate(null)).to.have.all.keys('issues')
    })

    it('returns either a value or issues for any value, and never throws', () => {
      fc.assert(
        fc.property(fc.anything(), (value) => {
          const result = schema.validate(value)
          expect('value' in result).to.equal(result.issues === undefined)
          for (const { message, path } of result.issues ?? []) {
            expect(message).to.be.a('string').and.not.equal('')
            expect(path).to.be.an('array')
          }
        }),
      )
    })

    itEach('returns the path and the expectation of each issue', invalid, ({ value, issues }) => {
      const result = schema.validate(value)
      expect(result).to.have.all.keys('issues')
      expect(result.issues).to.deep.equal(issues.map(([path, message]) => ({ message, path })))
    })
  })

conforms(ConnectSessionCreate, createWire, [
  { title: 'null', value: null, issues: [[[], 'must be an object, got null']] },
  { title: 'an array', value: [owner], issues: [[[], 'must be an object, got an array']] },
  {
    title: 'a missing owner',
    value: {},
    issues: [
      [['origin_owner_id'], 'is required'],
      [['origin_owner_name'], 'is required'],
    ],
  },
  {
    title: 'an unknown category',
    value: { ...owner, categories: ['ats', 'atss'] },
    issues: [[['categories', '1'], "must be a known category, got 'atss'"]],
  },
  {
    title: 'an empty list of categories',
    value: { ...owner, categories: [] },
    issues: [[['categories'], 'must contain at least one category']],
  },
  {
    title: 'metadata that is not JSON',
    value: { ...owner, metadata: { 'a key': [{ n: Number.NaN }] } },
    issues: [[['metadata', 'a key', '0', 'n'], 'must be JSON, got NaN']],
  },
  {
    title: 'an unknown field that is not JSON',
    value: { ...owner, theme: { '': 1n } },
    issues: [[['theme', ''], 'must be JSON, got a bigint']],
  },
])

conforms(ConnectSession, sessionWire, [
  { title: 'a string', value: 'text', issues: [[[], 'must be an object, got a string']] },
])

conforms(ConnectSessionToken, tokenWire, [
  { title: 'a missing token', value: { ...minted, token: undefined }, issues: [[['token'], 'is required']] },
  {
    title: 'an empty token',
    value: { ...minted, token: '' },
    issues: [[['token'], 'must be a non-empty string, got a blank string']],
  },
])
