import { expect } from 'chai'
import fc from 'fast-check'
import { ConnectSessionCreate, Payload } from '../../lib/model/create-payload.ts'
import type { Json } from '../../lib/model/json.ts'
import { fromJSON, session } from '../../lib/session/session.ts'
import type { Session } from '../../lib/session/types.ts'
import { json, optionalWireNames } from '../support/chains.ts'
import { leftOf, rightOf } from '../support/either.ts'
import { itEach } from '../support/it-each.ts'

const acme = session().owner('acme-42', 'Acme Inc.')
const owner = { origin_owner_id: 'acme-42', origin_owner_name: 'Acme Inc.' }

/** Sets a field as JavaScript can, with any arguments. */
const withField = (...args: readonly unknown[]): Session => Reflect.apply(acme.field, acme, args)

const optionalWireName = fc.constantFrom(...optionalWireNames)

describe('.field', () => {
  it('sends any JSON value of any optional field, known or not, exactly as given', () => {
    const name = fc.oneof(
      optionalWireName,
      fc.string({ minLength: 1 }).map((text) => `x_${text}`),
    )
    fc.assert(
      fc.property(name, json, (wireName, value) => {
        const given = acme.field(wireName, value)
        expect(given.toJSON()).to.deep.equal({ ...owner, [wireName]: value })
        expect(JSON.parse(JSON.stringify(given))).to.deep.equal({ ...owner, [wireName]: value })
      }),
    )
  })

  it('round-trips any JSON value of any optional field through toJSON and fromJSON', () => {
    fc.assert(
      fc.property(fc.dictionary(optionalWireName, json), (fields) => {
        const given = Object.entries(fields).reduce((base, [name, value]) => base.field(name, value), acme)
        const restored = rightOf(fromJSON(JSON.parse(JSON.stringify(given))))
        expect(restored.equals(given)).to.equal(true)
        expect(given.equals(restored)).to.equal(true)
        expect(restored.toJSON()).to.deep.equal(given.toJSON())
      }),
    )
  })

  const overrides: readonly (readonly [string, (base: Session) => Session, string, Json])[] = [
    ['a category that this version does not know', (base) => base.categories('ats'), 'categories', ['ats', 'payroll']],
    ['a category that appears twice', (base) => base.categories('ats'), 'categories', ['ats', 'ats']],
    ['a type that this version does not know', (base) => base.type('test'), 'type', 'staging'],
    ['a lifetime over the limit', (base) => base.expiresIn(60), 'expires_in', 999_999_999],
    ['a blank label', (base) => base.label('Berlin'), 'label', ''],
    ['null', (base) => base.provider('bamboohr'), 'provider', null],
    ['a value of another kind', (base) => base.metadata({ plan: 'pro' }), 'metadata', ['pro']],
    ['a value that this version accepts', (base) => base.multiple(true), 'multiple', false],
  ]
  itEach('overrides a known field, and is overridden by a later call', overrides, ([, set, name, value]) => {
    expect(set(acme).field(name, value).toJSON()).to.deep.equal({ ...owner, [name]: value })
    expect(set(acme.field(name, value)).toJSON()).to.deep.equal(set(acme).toJSON())
    expect(set(acme.field(name, value)).equals(set(acme))).to.equal(true)
  })

  it('sets a field of the payload if this version accepts the value, and extra otherwise', () => {
    expect(rightOf(acme.field('label', 'Berlin').decode())).to.have.property('label', 'Berlin')
    expect(rightOf(acme.field('label', 'Berlin').decode())).not.to.have.property('extra')
    const decoded = rightOf(acme.label('Berlin').field('label', null).decode())
    expect(decoded).not.to.have.property('label')
    expect(decoded.extra).to.deep.equal({ label: null })
  })

  it('sends a value under a name such as __proto__ without polluting a prototype', () => {
    const text = JSON.stringify(acme.field('__proto__', { polluted: true }).field('constructor', 1))
    expect(text).to.include('"__proto__":{"polluted":true},"constructor":1')
    expect(Reflect.get({}, 'polluted')).to.equal(undefined)
  })

  const rejected: readonly (readonly [string, Session, object])[] = [
    [
      'the id of the owner',
      withField('origin_owner_id', 'another'),
      { path: 'extra.origin_owner_id', message: 'is not allowed here', hint: 'use .owner(id, name)' },
    ],
    [
      'the name of the owner',
      withField('origin_owner_name', 'another'),
      { path: 'extra.origin_owner_name', message: 'is not allowed here', hint: 'use .owner(id, name)' },
    ],
    [
      'the id of the owner in camel case',
      withField('originOwnerId', 'another'),
      { path: 'extra.originOwnerId', message: 'is not allowed here', hint: 'use .owner(id, name)' },
    ],
    [
      'a known field in camel case',
      withField('expiresIn', 60),
      { path: 'extra.expiresIn', message: 'unknown field', hint: "did you mean 'expires_in'?" },
    ],
    ['a blank name', withField(' ', 1), { path: 'extra[" "]', message: 'must have a non-blank name' }],
    ['a name that is not a string', withField(7, 1), { path: 'extra[""]', message: 'must have a non-blank name' }],
    ['a function', withField('f', () => 1), { path: 'extra.f', message: 'must be JSON, got a function' }],
    [
      'undefined',
      withField('f', undefined),
      {
        path: 'extra.f',
        message: 'must be JSON, got undefined',
        hint: 'use .when(value, change) for a value that may be undefined',
      },
    ],
    [
      'NaN deep inside',
      withField('f', [{ n: Number.NaN }]),
      { path: 'extra.f[0].n', message: 'must be JSON, got NaN' },
    ],
    [
      'NaN for a known field',
      withField('label', Number.NaN),
      { path: 'extra.label', message: 'must be JSON, got NaN' },
    ],
  ]
  itEach('rejects an invalid name or value', rejected, ([, given, issue]) => {
    expect(leftOf(given.decode()).issues).to.deep.equal([issue])
  })

  it('does not override the owner, even if .owner is called later', () => {
    const given = withField('origin_owner_id', 'another').owner('acme-42', 'Acme Inc.')
    expect(leftOf(given.decode()).issues.map(({ path }) => path)).to.deep.equal(['extra.origin_owner_id'])
  })
})

describe('The extra fields of a payload', () => {
  const payload = { originOwnerId: 'acme-42', originOwnerName: 'Acme Inc.' }

  it('override the known field of the same wire name', () => {
    fc.assert(
      fc.property(optionalWireName, json, (name, value) => {
        const full = rightOf(acme.label('Berlin').type('test').multiple().categories('ats').decode())
        const decoded = rightOf(Payload.decode({ ...full, extra: { [name]: value } }))
        expect(ConnectSessionCreate.encode(decoded)).to.have.property(name).that.deep.equals(value)
      }),
    )
  })

  itEach('may not contain a field of the owner', ['origin_owner_id', 'origin_owner_name', 'originOwnerId'], (name) => {
    const [error] = leftOf(Payload.decode({ ...payload, extra: { [name]: 'another' } }))
    expect(error?.message).to.equal('is not allowed here')
  })

  it('may not contain a known field in camel case', () => {
    const [error] = leftOf(Payload.decode({ ...payload, extra: { expiresIn: 60 } }))
    expect(error).to.include({ message: 'unknown field', hint: "did you mean 'expires_in'?" })
  })
})
