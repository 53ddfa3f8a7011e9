import { inspect } from 'node:util'
import { expect } from 'chai'
import fc from 'fast-check'
import {
  type Codec,
  ConnectSession,
  ConnectSessionCreate,
  ConnectSessionToken,
  type StandardSchema,
} from '../lib/index.ts'
import { rightOf } from './support/either.ts'
import { minted } from './support/server.ts'
import { createWire, sessionWire, tokenWire } from './support/wires.ts'

const owner = { origin_owner_id: 'acme-42', origin_owner_name: 'Acme Inc.' }

interface Failing {
  readonly value: unknown
  /** What is wrong, and where. */
  readonly issues: readonly (readonly [path: readonly string[], message: RegExp])[]
}

const conforms = <A, O>(codec: Codec<A, O>, wires: fc.Arbitrary<O>, failing: readonly Failing[]) =>
  describe(`${codec.name} as a Standard Schema`, () => {
    // As a library that knows nothing of codecs sees it.
    const schema: StandardSchema<O, A>['~standard'] = codec['~standard']

    it('says its version and its vendor', () => {
      expect(schema.version).to.equal(1)
      expect(schema.vendor).to.equal('stackone-session')
      expect(schema.validate).to.be.a('function')
    })

    it('gives what the codec decodes, and no issues', () => {
      fc.assert(
        fc.property(wires, (wire) => {
          const result = schema.validate(wire)
          expect(result).to.have.all.keys('value')
          expect('value' in result && result.value).to.deep.equal(rightOf(codec.decode(wire)))
        }),
      )
    })

    it('is bound to nothing', () => {
      const { validate } = schema
      expect(validate(null)).to.have.all.keys('issues')
    })

    it('never throws, and gives either a value or issues', () => {
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

    for (const { value, issues } of failing)
      it(`gives the paths of what is wrong with ${inspect(value, { breakLength: Number.POSITIVE_INFINITY }).slice(0, 60)}`, () => {
        const result = schema.validate(value)
        expect(result).to.have.all.keys('issues')
        expect(result.issues?.map(({ path }) => path)).to.deep.equal(issues.map(([path]) => path))
        for (const [index, [, message]] of issues.entries()) expect(result.issues?.[index]?.message).to.match(message)
      })
  })

conforms(ConnectSessionCreate, createWire, [
  { value: null, issues: [[[], /^expected an object, got null$/]] },
  { value: [owner], issues: [[[], /^expected an object, got an array$/]] },
  {
    value: {},
    issues: [
      [['origin_owner_id'], /^is missing$/],
      [['origin_owner_name'], /^is missing$/],
    ],
  },
  { value: { ...owner, categories: ['ats', 'atss'] }, issues: [[['categories', '1'], /^expected a known category/]] },
  { value: { ...owner, categories: [] }, issues: [[['categories'], /^expected an array that is not empty/]] },
  { value: { ...owner, expires_in: -5 }, issues: [[['expires_in'], /^expected a whole number of seconds/]] },
  {
    value: { ...owner, metadata: { 'a key': [{ n: Number.NaN }] } },
    issues: [[['metadata', 'a key', '0', 'n'], /^NaN is not JSON$/]],
  },
  { value: { ...owner, theme: { '': 1n } }, issues: [[['theme', ''], /^a bigint is not JSON$/]] },
])

conforms(ConnectSession, sessionWire, [
  { value: 'text', issues: [[[], /^expected an object, got a string$/]] },
  { value: [], issues: [[[], /^expected an object, got an array$/]] },
])

conforms(ConnectSessionToken, tokenWire, [
  { value: undefined, issues: [[[], /^expected an object, got undefined$/]] },
  { value: { ...minted, token: undefined }, issues: [[['token'], /^is missing$/]] },
  { value: { ...minted, token: '' }, issues: [[['token'], /^expected a string that is not empty/]] },
])
