import { expect } from 'chai'
import fc from 'fast-check'
import { fromJSON, type Session, session } from '../lib/index.ts'
import { applied, change } from './support/chains.ts'
import { leftOf, rightOf } from './support/either.ts'

const owner = { origin_owner_id: 'acme-42', origin_owner_name: 'Acme Inc.' }
const owned = session().owner('acme-42', 'Acme Inc.')

describe('fromJSON', () => {
  const full: Session = owned
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
    .field('__proto__', { odd: true })

  it('is the way back from JSON.stringify, for every field', () => {
    const back = rightOf(fromJSON(JSON.parse(JSON.stringify(full))))
    expect(back.equals(full)).to.equal(true)
    expect(full.equals(back)).to.equal(true)
    expect(JSON.stringify(back)).to.equal(JSON.stringify(full))
  })

  it('is the way back from JSON.stringify, for every chain', () => {
    fc.assert(
      fc.property(fc.array(change), (changes) => {
        const chain = applied(changes, owned)
        const back = rightOf(fromJSON(JSON.parse(JSON.stringify(chain))))
        expect(back.equals(chain)).to.equal(true)
        expect(chain.equals(back)).to.equal(true)
        expect(back.toJSON()).to.deep.equal(chain.toJSON())
      }),
    )
  })

  it('gives a session that goes on like any other', () => {
    const back = rightOf(fromJSON(JSON.parse(JSON.stringify(full))))
    expect(back.label('Paris').equals(full.label('Paris'))).to.equal(true)
    expect(Object.isFrozen(back)).to.equal(true)
  })

  it('is the way back for whatever the API may get', () => {
    const text = fc.string({ minLength: 1 }).filter((value) => value.trim() !== '')
    const known = new Set(Object.keys(full.toJSON()))
    const extra = fc.dictionary(
      fc.string({ minLength: 1 }).filter((name) => name.trim() !== '' && !known.has(name)),
      fc.jsonValue(),
    )
    fc.assert(
      fc.property(text, text, fc.dictionary(fc.string(), fc.jsonValue()), extra, (id, name, metadata, others) => {
        const wire: unknown = JSON.parse(
          JSON.stringify({ ...others, origin_owner_id: id, origin_owner_name: name, metadata }),
        )
        const back = rightOf(fromJSON(wire))
        expect(JSON.parse(JSON.stringify(back))).to.deep.equal(wire)
        expect(rightOf(fromJSON(back.toJSON())).equals(back)).to.equal(true)
      }),
    )
  })

  it('counts null as absent for the members it knows', () => {
    const back = rightOf(fromJSON({ ...owner, label: null, categories: null, metadata: null, unknown: null }))
    expect(back.toJSON()).to.deep.equal({ ...owner, unknown: null })
  })

  const refused: readonly (readonly [string, unknown, readonly string[]])[] = [
    ['a text', JSON.stringify(owner), ['']],
    ['null', null, ['']],
    ['an array', [owner], ['']],
    ['no owner', { label: 'Berlin' }, ['origin_owner_id', 'origin_owner_name']],
    ['an owner that is null', { ...owner, origin_owner_id: null }, ['origin_owner_id']],
    [
      'several odd members',
      { ...owner, expires_in: '60', label: '', type: 'PRODUCTION' },
      ['expires_in', 'label', 'type'],
    ],
    ["the vendor's spelling of a category", { ...owner, categories: ['hrisLegacy'] }, ['categories[0]']],
    ['an empty list of categories', { ...owner, categories: [] }, ['categories']],
    ['a member in camel case', { ...owner, expiresIn: 60 }, ['extra.expiresIn']],
    ['what JSON cannot hold, under an odd name', { ...owner, 'a b': { f: () => 1 } }, ['["a b"].f']],
    ['what JSON cannot hold', { ...owner, theme: { f: () => 1 } }, ['theme.f']],
    [
      'a getter that throws',
      {
        get label() {
          throw new Error('do not repeat me')
        },
      },
      [''],
    ],
  ]
  for (const [title, value, paths] of refused)
    it(`refuses ${title}, at the paths of the wire`, () => {
      const error = leftOf(fromJSON(value))
      expect(error.name).to.equal('ValidationError')
      expect(error.message).to.match(/^The (value|session) is not [^\n]+:\n {2}- /)
      expect(error.issues.map(({ path }) => path)).to.have.members(paths)
    })
})
