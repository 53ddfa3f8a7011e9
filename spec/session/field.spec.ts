import { expect } from 'chai'
import fc from 'fast-check'
import type { Json } from '../../lib/model/json.ts'
import { session } from '../../lib/session/session.ts'
import type { Session } from '../../lib/session/types.ts'
import { json, optionalWireNames } from '../support/chains.ts'
import { leftOf, rightOf } from '../support/either.ts'
import { itEach } from '../support/it-each.ts'

const acme = session().owner('acme-42', 'Acme Inc.')
const owner = { origin_owner_id: 'acme-42', origin_owner_name: 'Acme Inc.' }

/** Sets a field as JavaScript can, with any arguments. */
const withField = (...args: readonly unknown[]): Session => Reflect.apply(acme.field, acme, args)

describe('.field', () => {
  it('sends any JSON value of any optional field, known or not, exactly as given', () => {
    const unknownName = fc.string({ minLength: 1 }).map((text) => `x_${text}`)
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom(...optionalWireNames), unknownName), json, (wireName, value) => {
        const given = acme.field(wireName, value)
        expect(given.toJSON()).to.deep.equal({ ...owner, [wireName]: value })
        expect(JSON.parse(JSON.stringify(given))).to.deep.equal({ ...owner, [wireName]: value })
      }),
    )
  })

  const overrides: readonly (readonly [string, (base: Session) => Session, string, Json])[] = [
    ['an unknown category', (base) => base.categories('ats'), 'categories', ['ats', 'payroll']],
    ['a category that appears twice', (base) => base.categories('ats'), 'categories', ['ats', 'ats']],
    ['an unknown type', (base) => base.type('test'), 'type', 'staging'],
    ['a lifetime over the limit', (base) => base.expiresIn(60), 'expires_in', 999_999_999],
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
    const accepted = rightOf(acme.field('label', 'Berlin').decode())
    expect(accepted).to.include({ label: 'Berlin' }).and.not.have.property('extra')
    const overridden = rightOf(acme.label('Berlin').field('label', null).decode())
    expect(overridden).not.to.have.property('label')
    expect(overridden.extra).to.deep.equal({ label: null })
  })

  it('sends a value under a name such as __proto__ without polluting a prototype', () => {
    const text = JSON.stringify(acme.field('__proto__', { polluted: true }).field('constructor', 1))
    expect(text).to.include('"__proto__":{"polluted":true},"constructor":1')
    expect(Reflect.get({}, 'polluted')).to.equal(undefined)
  })

  const useWhen = 'use .when(value, change) for a value that may be undefined or null'
  const rejected: readonly (readonly [name: unknown, value: unknown, problem: string])[] = [
    ['origin_owner_id', 'another', 'origin_owner_id: is not allowed here (use .owner(id, name))'],
    ['origin_owner_name', 'another', 'origin_owner_name: is not allowed here (use .owner(id, name))'],
    ['originOwnerId', 'another', 'originOwnerId: is not allowed here (use .owner(id, name))'],
    ['expiresIn', 60, "expiresIn: unknown field (did you mean 'expires_in'?)"],
    [' ', 1, 'extra[" "]: must have a non-blank name'],
    [7, 1, 'extra[""]: must have a non-blank name'],
    ['f', () => 1, 'f: must be JSON, got a function'],
    ['f', undefined, `f: must be JSON, got undefined (${useWhen})`],
    ['f', [{ n: Number.NaN }], 'f[0].n: must be JSON, got NaN'],
    ['label', Number.NaN, 'label: must be JSON, got NaN'],
  ]
  itEach('rejects an invalid name or value', rejected, ([name, value, problem]) => {
    expect(leftOf(withField(name, value).decode()).message).to.equal(`Invalid session: ${problem}`)
  })

  it('does not override the owner, even if .owner is called later', () => {
    const given = withField('origin_owner_id', 'another').owner('acme-42', 'Acme Inc.')
    expect(leftOf(given.decode()).issues.map(({ path }) => path)).to.deep.equal(['origin_owner_id'])
  })
})
