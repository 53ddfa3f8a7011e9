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

const restore = (given: Session): Session => rightOf(fromJSON(JSON.parse(JSON.stringify(given))))

describe('fromJSON', () => {
  const full = acme
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
    expect(restore(full).equals(full)).to.equal(true)
    expect(JSON.stringify(restore(full))).to.equal(JSON.stringify(full))
    expect(rightOf(fromJSON(full.toJSON())).equals(full)).to.equal(true)
  })

  it('restores every valid session from its JSON, including fields overridden by .field', () => {
    fc.assert(
      fc.property(fc.array(change), (changes) => {
        const given = applied(changes, acme)
        const restored = restore(given)
        expect([restored.equals(given), given.equals(restored)]).to.deep.equal([true, true])
        expect(restored.toJSON()).to.deep.equal(given.toJSON())
      }),
    )
  })

  it('returns a session that can be changed like any other', () => {
    expect(restore(full).label('Paris').equals(full.label('Paris'))).to.equal(true)
    expect(Object.isFrozen(restore(full))).to.equal(true)
  })

  const newer: readonly (readonly [string, object])[] = [
    ['an unknown field', { theme: { dark: true } }],
    ['an unknown category', { categories: ['ats', 'payroll'] }],
    ['an unknown type', { type: 'staging' }],
    ['a lifetime over the limit', { expires_in: 999_999_999 }],
    ['null', { label: null, categories: null, theme: null }],
    ['values of other kinds', { expires_in: '60', label: '', multiple: 'yes', metadata: [] }],
  ]
  itEach('keeps and sends what a newer version wrote', newer, ([, fields]) => {
    const restored = rightOf(fromJSON({ ...owner, ...fields }))
    expect(restored.toJSON()).to.deep.equal({ ...owner, ...fields })
    expect(restore(restored).equals(restored)).to.equal(true)
  })

  it('lets a later call replace a value that this version would reject', () => {
    const restored = rightOf(fromJSON({ ...owner, categories: ['payroll'], type: 'staging' }))
    const replaced = restored.categories('ats').type('test')
    expect(replaced.toJSON()).to.deep.equal({ ...owner, categories: ['ats'], type: 'test' })
  })

  const unreadable = {
    get label() {
      throw new Error('sesame')
    },
  }
  const rejected: readonly (readonly [value: unknown, ...problems: readonly string[]])[] = [
    [JSON.stringify(acme), 'must be an object, got a string (use fromJSON(JSON.parse(text)))'],
    [null, 'must be an object, got null'],
    [[owner], 'must be an object, got an array'],
    [{ label: 'Berlin' }, 'origin_owner_id: is required', 'origin_owner_name: is required'],
    [{ ...owner, origin_owner_id: null }, 'origin_owner_id: is required'],
    [{ ...owner, origin_owner_name: ' ' }, 'origin_owner_name: must be a non-blank string, got a blank string'],
    [{ ...owner, expiresIn: 60 }, "expiresIn: unknown field (did you mean 'expires_in'?)"],
    [{ ...owner, '': 60 }, 'extra[""]: must have a non-blank name'],
    [{ ...owner, 'a b': { f: () => 1 } }, '["a b"].f: must be JSON, got a function'],
    [{ ...owner, label: { n: 1n } }, 'label.n: must be JSON, got a bigint'],
    [unreadable, 'could not be read: a getter or a proxy threw'],
  ]
  itEach('rejects invalid values, with the paths of the wire form', rejected, ([value, ...problems]) => {
    const error = leftOf(fromJSON(value))
    expect(error).to.be.instanceOf(ValidationError)
    const formatted = error.issues.map(
      ({ path, message, hint }) => `${path && `${path}: `}${message}${hint ? ` (${hint})` : ''}`,
    )
    expect(formatted).to.deep.equal(problems)
    expect(error.message).not.to.match(/sesame|Berlin/)
  })

  it('names the JSON of a session in its errors', () => {
    expect(leftOf(fromJSON(null)).message).to.equal('Invalid JSON of a session: must be an object, got null')
    expect(leftOf(fromJSON('{}')).message).to.match(/^Invalid JSON of a session: must be an object, got a string/)
  })
})
