import { deepStrictEqual, notDeepStrictEqual } from 'node:assert'
import { inspect } from 'node:util'
import { expect } from 'chai'
import fc from 'fast-check'
import { session } from '../../lib/session/session.ts'
import type { Session } from '../../lib/session/types.ts'
import { applied, change } from '../support/chains.ts'
import { rightOf } from '../support/either.ts'
import { itEach } from '../support/it-each.ts'

const acme = session().owner('acme-42', 'Acme Inc.')

/** Calls a method as JavaScript can, with any arguments. */
const call = (method: keyof Session, ...args: readonly unknown[]): Session => Reflect.apply(acme[method], acme, args)

/** What an inspection hook returns in a runtime without `node:util`. */
const printedElsewhere = (given: Session): object => {
  const hook: unknown = Reflect.get(given, Symbol.for('nodejs.util.inspect.custom'))
  return Reflect.apply(Object(hook), given, [])
}

const isDeeplyFrozen = (value: unknown): boolean =>
  typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(isDeeplyFrozen))

describe('A chain of calls', () => {
  it('gives the same session in whatever order different fields are set', () => {
    const changes = fc
      .uniqueArray(change, { selector: ({ field }) => field })
      .chain((each) => fc.tuple(fc.constant(each), fc.shuffledSubarray(each, { minLength: each.length })))
    fc.assert(
      fc.property(changes, ([ordered, shuffled]) => {
        const [a, b] = [applied(ordered, acme), applied(shuffled, acme)]
        expect(b.toJSON()).to.deep.equal(a.toJSON())
        expect(a.equals(b)).to.equal(true)
      }),
    )
  })

  it('lets the last call for a field win, whichever way it sets the field', () => {
    fc.assert(
      fc.property(fc.array(change), (changes) => {
        const last = new Map(changes.map((each) => [each.field, each]))
        expect(applied(changes, acme).toJSON()).to.deep.equal(applied([...last.values()], acme).toJSON())
      }),
    )
  })

  it('never changes the session that it starts from, nor other chains from the same session', () => {
    fc.assert(
      fc.property(fc.array(change), fc.array(change), fc.array(change), (common, left, right) => {
        const base = applied(common, acme)
        const before = JSON.stringify(base)
        const [a, b] = [applied(left, base), applied(right, base)]
        const texts = [JSON.stringify(a), JSON.stringify(b)]
        applied(right, a)
        expect(JSON.stringify(base)).to.equal(before)
        expect([JSON.stringify(a), JSON.stringify(b)]).to.deep.equal(texts)
      }),
    )
  })
})

describe('A session value', () => {
  it('is frozen, and so are its methods', () => {
    expect(Object.isFrozen(acme)).to.equal(true)
    expect(Object.isFrozen(Object.getPrototypeOf(acme))).to.equal(true)
    expect(() => Object.assign(acme, { send: () => 'mine' })).to.throw(TypeError)
  })

  it('equals another one by deep equality only if its fields are equal', () => {
    const built = () => session().owner('acme-42', 'Acme Inc.').metadata({ plan: 'pro' }).field('region', 'eu')
    deepStrictEqual(built(), built())
    const others = [built().owner('globex-7', 'Acme Inc.'), built().label('a'), built().field('region', 'us')]
    for (const other of others) {
      notDeepStrictEqual(built(), other)
      expect(built()).not.to.deep.equal(other)
    }
  })

  it('is a new object after every call, even for an equal value', () => {
    const changed = [acme.label('a'), acme.label('a'), acme.multiple(), acme.field('a', 1), acme.owner('a', 'b')]
    expect(new Set([acme, ...changed]).size).to.equal(6)
    expect(changed.every(Object.isFrozen)).to.equal(true)
  })

  it('is not affected by later changes to the objects passed to it', () => {
    const record = { plan: 'pro', nested: { seats: [1] } }
    const given = acme.metadata(record).field('theme', record)
    const before = JSON.stringify(given)
    record.plan = 'free'
    record.nested.seats.push(2)
    expect(JSON.stringify(given)).to.equal(before)
  })

  it('decodes to a payload that is frozen at every level', () => {
    fc.assert(fc.property(fc.array(change), (changes) => isDeeplyFrozen(rightOf(applied(changes, acme).decode()))))
  })

  it('is not affected by changes to its wire form or to what it prints', () => {
    const given = acme
      .categories('ats', 'hris')
      .metadata({ list: [1] })
      .field('theme', { list: [1] })
    const before = JSON.stringify(given)
    for (const wire of [given.toJSON(), printedElsewhere(given)])
      for (const value of [wire, ...Object.values(wire)])
        for (const key of Object.keys(Object(value))) Reflect.set(Object(value), key, 'changed')
    expect(JSON.stringify(given)).to.equal(before)
  })

  it('has a wire form whose fields can be changed and deleted, whatever their names', () => {
    const wire = acme.field('__proto__', 1).toJSON()
    expect(Object.keys(wire)).to.deep.equal(['origin_owner_id', 'origin_owner_name', '__proto__'])
    for (const name of Object.keys(wire)) {
      expect(Reflect.set(wire, name, 'another'), name).to.equal(true)
      expect(Reflect.deleteProperty(wire, name), name).to.equal(true)
    }
  })

  it('has no then method, so that awaiting it by mistake sends nothing', async () => {
    expect(acme).not.to.have.property('then')
    expect(await acme).to.equal(acme)
  })
})

describe('Printing a session', () => {
  it('shows its state and its wire form, at any depth', () => {
    const full = acme.categories('ats', 'hris').expiresIn(60).metadata({ plan: 'pro' }).field('theme', 'dark')
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

  it('shows the value that overrides a field', () => {
    expect(inspect(acme.categories('ats').field('categories', ['payroll']))).to.include("categories: [ 'payroll' ]")
  })

  it('works if the session is invalid', () => {
    expect(inspect(call('metadata', { f: () => 1 }))).to.include('metadata: NotJson {}')
    expect(inspect(call('label', undefined))).to.include('label: Symbol(undefined)')
    expect(inspect(call('field', 'theme', 1n))).to.include('theme: NotJson {}')
  })

  it('returns the wire form in a runtime whose inspector passes no inspect function', () => {
    expect(printedElsewhere(acme)).to.deep.equal({ origin_owner_id: 'acme-42', origin_owner_name: 'Acme Inc.' })
  })
})

describe('.equals', () => {
  const other = session().owner('acme-42', 'Acme Inc.')

  const equal: readonly (readonly [string, Session, Session])[] = [
    ['another order of calls', other.multiple().label('a'), acme.label('a').multiple()],
    ['another order of keys', other.metadata({ a: 1, b: [{}] }), acme.metadata({ b: [{}], a: 1 })],
    ['another order of fields set by .field', other.field('a', 1).field('b', 2), acme.field('b', 2).field('a', 1)],
    ['an alias of a category', other.categories('hrisLegacy'), acme.categories('hris-legacy')],
    ['a valid value set by .field', other.field('label', 'a'), acme.label('a')],
    ['the same invalid value', other.expiresIn(Number.NaN), acme.expiresIn(Number.NaN)],
  ]
  itEach('is true for sessions with equal fields', equal, ([, a, b]) => {
    expect([a.equals(b), b.equals(a)]).to.deep.equal([true, true])
  })

  const different: readonly (readonly [string, Session, Session])[] = [
    ['another value', other.label('a'), acme.label('b')],
    ['an additional field', other.label('a').multiple(), acme.label('a')],
    ['another order of categories', other.categories('ats', 'crm'), acme.categories('crm', 'ats')],
    ['another value deep inside', other.metadata({ a: [{ b: 1 }] }), acme.metadata({ a: [{ b: 2 }] })],
    ['a list and a record', other.metadata({ a: [] }), acme.metadata({ a: {} })],
    ['an empty record and no record', other, acme.metadata({})],
    ['null and no value', other.field('label', null), acme],
    ['different values that override a field', other.field('type', 'a'), acme.field('type', 'b')],
    ['values that are not JSON, since they may differ', call('metadata', { a: 1n }), call('metadata', { a: 1n })],
    ['a field called __proto__', other.field('__proto__', {}), acme.field('theme', {})],
    ['a session without an owner', other.label('a'), Object(session().label('a'))],
  ]
  itEach('is false for sessions with different fields', different, ([, a, b]) => {
    expect([a.equals(b), b.equals(a)]).to.deep.equal([false, false])
  })

  it('is false for a value that is not a session', () => {
    for (const value of [acme.toJSON(), JSON.stringify(acme), undefined, null, 7])
      expect(acme.equals(value)).to.equal(false)
  })
})
