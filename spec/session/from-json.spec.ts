import { expect } from 'chai'
import fc from 'fast-check'
import { ValidationError } from '../../lib/errors.ts'
import { fromJSON, session } from '../../lib/session/session.ts'
import type { Session } from '../../lib/session/types.ts'
import { applied, change } from '../support/chains.ts'
import { leftOf, rightOf } from '../support/either.ts'
import { itEach } from '../support/it-each.ts'

const owner = { origin_owner_id: 'acme-42', origin_owner_name: 'Acme Inc.' }
const acme = session().owner('acme-42', 'Acme Inc.')

const throwing = (): never => {
  throw new Error('from a getter')
}

describe('fromJSON', () => {
  const full: Session = acme
    .username('it@acme.example')
    .provider('bamboohr')
    .categories('ats', 'hris-legacy')
    .account('451')
    .expiresIn(60)
    .metadata({ plan: { seats: [1] } })
    .multiple(false)
    .label('Berlin')
    .type('test')
    .connectorProfile('profile-7')
    .field('theme', { dark: true })
    .field('none', null)
    .field('__proto__', { nested: true })

  it('restores every field of a session from its JSON', () => {
    const restored = rightOf(fromJSON(JSON.parse(JSON.stringify(full))))
    expect(restored.equals(full)).to.equal(true)
    expect(JSON.stringify(restored)).to.equal(JSON.stringify(full))
  })

  it('restores every valid session from its JSON, including fields overridden by .field', () => {
    fc.assert(
      fc.property(fc.array(change), (changes) => {
        const given = applied(changes, acme)
        const restored = rightOf(fromJSON(JSON.parse(JSON.stringify(given))))
        expect(restored.equals(given)).to.equal(true)
        expect(given.equals(restored)).to.equal(true)
        expect(restored.toJSON()).to.deep.equal(given.toJSON())
      }),
    )
  })

  it('returns a session that can be changed like any other', () => {
    const restored = rightOf(fromJSON(JSON.parse(JSON.stringify(full))))
    expect(restored.label('Paris').equals(full.label('Paris'))).to.equal(true)
    expect(Object.isFrozen(restored)).to.equal(true)
  })

  it('accepts a session that was not serialized', () => {
    expect(rightOf(fromJSON(full.toJSON())).equals(full)).to.equal(true)
  })

  const newer: readonly (readonly [string, object])[] = [
    ['a field that it does not know', { theme: { dark: true } }],
    ['a category that it does not know', { categories: ['ats', 'payroll'] }],
    ['a type that it does not know', { type: 'staging' }],
    ['a lifetime over its limit', { expires_in: 999_999_999 }],
    ['null', { label: null, categories: null, theme: null }],
    ['values of other kinds', { expires_in: '60', label: '', multiple: 'yes', metadata: [] }],
  ]
  itEach('keeps and sends what a newer version wrote', newer, ([, fields]) => {
    const restored = rightOf(fromJSON({ ...owner, ...fields }))
    expect(restored.toJSON()).to.deep.equal({ ...owner, ...fields })
    expect(rightOf(fromJSON(restored.toJSON())).equals(restored)).to.equal(true)
  })

  it('lets a later call replace a value that this version would reject', () => {
    const restored = rightOf(fromJSON({ ...owner, categories: ['payroll'], type: 'staging' }))
    expect(restored.categories('ats').type('test').toJSON()).to.deep.equal({
      ...owner,
      categories: ['ats'],
      type: 'test',
    })
  })

  it('suggests JSON.parse for a string', () => {
    expect(leftOf(fromJSON(JSON.stringify(acme))).message).to.equal(
      'Invalid JSON of a session: must be an object, got a string (use fromJSON(JSON.parse(text)))',
    )
  })

  const rejected: readonly (readonly [string, unknown, readonly string[]])[] = [
    ['null', null, ['must be an object, got null']],
    ['an array', [owner], ['must be an object, got an array']],
    ['no owner', { label: 'Berlin' }, ['origin_owner_id: is required', 'origin_owner_name: is required']],
    ['null for the id of the owner', { ...owner, origin_owner_id: null }, ['origin_owner_id: is required']],
    [
      'a blank name of the owner',
      { ...owner, origin_owner_name: ' ' },
      ['origin_owner_name: must be a non-blank string, got a blank string'],
    ],
    ['a known field in camel case', { ...owner, expiresIn: 60 }, ['extra.expiresIn: unknown field']],
    ['a blank name', { ...owner, '': 60 }, ['extra[""]: must have a non-blank name']],
    ['a value that is not JSON', { ...owner, 'a b': { f: () => 1 } }, ['["a b"].f: must be JSON, got a function']],
    [
      'a known field that is not JSON',
      { ...owner, label: { at: new Date(0) } },
      ['label.at: must be JSON, got a class instance'],
    ],
    [
      'a getter that throws',
      {
        get label() {
          return throwing()
        },
      },
      ['could not be read: a getter or a proxy threw'],
    ],
  ]
  itEach('rejects invalid values, with the paths of the wire form', rejected, ([, value, problems]) => {
    const error = leftOf(fromJSON(value))
    expect(error).to.be.instanceOf(ValidationError)
    expect(error.issues.map(({ path, message }) => `${path && `${path}: `}${message}`)).to.deep.equal(problems)
    expect(error.message).not.to.match(/from a getter|Berlin/)
  })
})
