import { inspect } from 'node:util'
import { expect } from 'chai'
import fc from 'fast-check'
import { type Session, session, ValidationError } from '../lib/index.ts'
import { applied, change } from './support/chains.ts'
import { rightOf } from './support/either.ts'

const owned = session().owner('acme-42', 'Acme Inc.')

describe('A chain of calls', () => {
  it('gives the same text in whatever order different fields are set', () => {
    fc.assert(
      fc.property(
        fc
          .uniqueArray(change, { selector: ({ field }) => field })
          .chain((changes) =>
            fc.tuple(fc.constant(changes), fc.shuffledSubarray(changes, { minLength: changes.length })),
          ),
        ([changes, shuffled]) => {
          const [a, b] = [applied(changes, owned), applied(shuffled, owned)]
          expect(b.toJSON()).to.deep.equal(a.toJSON())
          expect(a.equals(b)).to.equal(true)
        },
      ),
    )
  })

  it('lets the last of two calls for one field win', () => {
    fc.assert(
      fc.property(fc.array(change), (changes) => {
        const last = new Map(changes.map((each) => [each.field, each]))
        expect(applied(changes, owned).toJSON()).to.deep.equal(applied([...last.values()], owned).toJSON())
      }),
    )
  })

  it('never changes a session that another is made from', () => {
    fc.assert(
      fc.property(fc.array(change), fc.array(change), fc.array(change), (common, left, right) => {
        const base = applied(common, owned)
        const before = JSON.stringify(base)
        const [a, b] = [applied(left, base), applied(right, base)]
        const texts = [JSON.stringify(a), JSON.stringify(b)]
        applied(right, a)
        expect(JSON.stringify(base)).to.equal(before)
        expect([JSON.stringify(a), JSON.stringify(b)]).to.deep.equal(texts)
      }),
    )
  })

  it('can be as long as anyone likes', () => {
    const long = Array.from({ length: 20_000 }).reduce<Session>((chain, _, index) => chain.label(`l${index}`), owned)
    expect(long.toJSON()).to.include({ label: 'l19999' })
  })
})

describe('A session', () => {
  it('is frozen, and so are its methods', () => {
    expect(Object.isFrozen(owned)).to.equal(true)
    expect(Object.isFrozen(Object.getPrototypeOf(owned))).to.equal(true)
    expect(() => Object.assign(owned, { send: () => 'mine' })).to.throw(TypeError)
    expect(Object.keys(owned)).to.deep.equal([])
  })

  it('is a new one after every call', () => {
    const changed = [owned.label('a'), owned.label('a'), owned.multiple(), owned.field('a', 1), owned.owner('a', 'b')]
    expect(new Set([owned, ...changed]).size).to.equal(6)
    for (const each of changed) expect(Object.isFrozen(each)).to.equal(true)
  })

  it('does not see what becomes of the objects it was given', () => {
    const record = { plan: 'pro', nested: { seats: [1] } }
    const given = owned.metadata(record).field('theme', record)
    const before = JSON.stringify(given)
    record.plan = 'free'
    record.nested.seats.push(2)
    expect(JSON.stringify(given)).to.equal(before)
  })

  it('gives payloads that nobody can change', () => {
    const decoded = owned
      .metadata({ nested: { list: [{}] } })
      .categories('ats')
      .field('theme', { a: [] })
      .decode()
    const walk = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return
      expect(Object.isFrozen(value)).to.equal(true)
      Object.values(value).forEach(walk)
    }
    walk('right' in decoded ? decoded.right : undefined)
    expect(decoded._tag).to.equal('Right')
  })

  it('gives wire objects, and shows others, that lead nowhere into the session', () => {
    const given = owned.categories('ats', 'hris')
    const before = JSON.stringify(given)
    const hook: unknown = Reflect.get(given, Symbol.for('nodejs.util.inspect.custom'))
    const shown: unknown = Reflect.apply(Object(hook), given, [])
    for (const wire of [given.toJSON(), shown]) Reflect.get(Object(wire), 'categories').push('crm')
    expect(JSON.stringify(given)).to.equal(before)
    expect(rightOf(given.decode()).categories).to.deep.equal(['ats', 'hris'])
  })

  it('gives wire objects of which each member may be changed and taken out, whatever its name', () => {
    const wire = owned.field('__proto__', 1).toJSON()
    expect(Object.keys(wire)).to.have.length(3)
    for (const name of Object.keys(wire)) {
      expect(Reflect.set(wire, name, 'another'), name).to.equal(true)
      expect(Reflect.deleteProperty(wire, name), name).to.equal(true)
    }
    expect(Object.keys(wire)).to.deep.equal([])
  })

  it('can be awaited by mistake without sending anything', async () => {
    expect(owned).not.to.have.property('then')
    expect(await owned).to.equal(owned)
  })

  it('shows its wire object when printed, at any depth', () => {
    const full = owned.categories('ats', 'hris').expiresIn(60).metadata({ plan: 'pro' }).field('theme', 'dark')
    expect(inspect(full)).to.equal(
      [
        'Session {',
        "  origin_owner_id: 'acme-42',",
        "  origin_owner_name: 'Acme Inc.',",
        "  categories: [ 'ats', 'hris' ],",
        '  expires_in: 60,',
        "  metadata: { plan: 'pro' },",
        "  theme: 'dark'",
        '}',
      ].join('\n'),
    )
    expect(inspect({ deep: { deeper: [session().provider('bamboohr')] } }, { depth: 9 })).to.include(
      "SessionWithoutOwner { provider: 'bamboohr' }",
    )
  })

  it('can be printed when it is not valid', () => {
    const broken: Session = Reflect.apply(owned.metadata, owned, [{ f: () => 1 }])
    expect(inspect(broken)).to.include("metadata: '[not JSON]'")
    expect(inspect(Reflect.apply(owned.label, owned, []))).to.include('label: undefined')
  })

  it('shows its wire object where the runtime has no inspect to lend', () => {
    const hook: unknown = Reflect.get(owned, Symbol.for('nodejs.util.inspect.custom'))
    expect(hook).to.be.a('function')
    expect(Reflect.apply(Object(hook), owned, [])).to.deep.equal({
      origin_owner_id: 'acme-42',
      origin_owner_name: 'Acme Inc.',
    })
  })
})

describe('equals', () => {
  const other = session().owner('acme-42', 'Acme Inc.')
  const withDate = (ms: number): Session => Reflect.apply(owned.metadata, owned, [{ at: new Date(ms) }])

  const pairs: readonly (readonly [string, boolean, unknown, Session])[] = [
    ['the same calls', true, other.label('a'), owned.label('a')],
    ['another order of calls', true, other.multiple().label('a'), owned.label('a').multiple()],
    ['another order of keys', true, other.metadata({ a: 1, b: [{}] }), owned.metadata({ b: [{}], a: 1 })],
    ['the same field once more', true, other.label('a').label('b'), owned.label('b')],
    ['another spelling of a category', true, other.categories('hrisLegacy'), owned.categories('hris-legacy')],
    ['the same bad value', true, other.expiresIn(Number.NaN), owned.expiresIn(Number.NaN)],
    ['another value', false, other.label('a'), owned.label('b')],
    ['a field more', false, other.label('a').multiple(), owned.label('a')],
    ['another order of categories', false, other.categories('ats', 'crm'), owned.categories('crm', 'ats')],
    ['a value deep inside', false, other.metadata({ a: [{ b: 1 }] }), owned.metadata({ a: [{ b: 2 }] })],
    ['a shorter list', false, other.metadata({ a: [1] }), owned.metadata({ a: [1, 2] })],
    ['a list for a record', false, other.metadata({ a: [] }), owned.metadata({ a: {} })],
    ['null for an empty list', false, other.metadata({ a: null }), owned.metadata({ a: [] })],
    ['zero for an empty list', false, other.metadata({ a: 0 }), owned.metadata({ a: [] })],
    ['a key more', false, other.metadata({ a: 1, b: 2 }), owned.metadata({ a: 1 })],
    ['no metadata for an empty record', false, other, owned.metadata({})],
    ['what is not JSON, for it may differ', false, withDate(0), withDate(1)],
    ['__proto__ for a key', false, other.field('__proto__', 1), owned.field('theme', 1)],
    ['its own wire object', false, owned.toJSON(), owned],
    ['nothing', false, undefined, owned],
    ['null', false, null, owned],
  ]

  for (const [title, expected, a, b] of pairs)
    it(`is ${expected} for ${title}`, () => {
      expect(b.equals(a)).to.equal(expected)
      if (a instanceof Object && 'equals' in a) expect(Reflect.apply(Object(a.equals), a, [b])).to.equal(expected)
    })

  it('compares sessions without an owner as well', () => {
    expect(session().provider('a').equals(session().provider('a'))).to.equal(true)
    expect(session().equals(owned)).to.equal(false)
  })
})

describe('when', () => {
  it('applies a change if the condition holds, and only then', () => {
    expect(owned.when(true, (base) => base.multiple()).toJSON()).to.include({ multiple: true })
    expect(owned.when(false, (base) => base.multiple())).to.equal(owned)
  })

  it('keeps the state of the session, also inside', () => {
    expect(
      session()
        .when(true, (base) => base.label('a'))
        .owner('acme-42', 'Acme Inc.')
        .toJSON(),
    ).to.include({ label: 'a' })
    expect(owned.when(true, (base) => base.when(true, (inner) => inner.label('b'))).toJSON()).to.include({ label: 'b' })
  })

  const changes: readonly (readonly [string, unknown, string])[] = [
    ['nothing', () => undefined, 'undefined'],
    ['a promise', async () => owned, 'an object'],
    ['another object', () => ({}), 'an object'],
    ['no function', 42, 'a number'],
  ]
  for (const [title, broken, got] of changes)
    it(`says at once that a change gives ${title}`, () => {
      expect(() => Reflect.apply(owned.when, owned, [true, broken])).to.throw(
        ValidationError,
        `  - when: expected a change that returns a session, got ${got} (such as (session) => session.multiple())`,
      )
    })

  it("lets the change's own error through", () => {
    const own = new Error('mine')
    const fail = (): never => {
      throw own
    }
    expect(() => owned.when(true, fail)).to.throw(own)
  })
})
