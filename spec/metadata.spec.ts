import { runInNewContext } from 'node:vm'
import { expect } from 'chai'
import fc from 'fast-check'
import { type JsonObject, session } from '../lib/index.ts'
import { leftOf, rightOf } from './support/either.ts'

const owned = session().owner('acme-42', 'Acme Inc.')

/** A session with metadata that a compiler would refuse. */
const withMetadata = (record: unknown): typeof owned => Reflect.apply(owned.metadata, owned, [record])

const withField = (value: unknown): typeof owned => Reflect.apply(owned.field, owned, ['theme', value])

const nested = (levels: number): unknown =>
  Array.from({ length: levels }).reduce((inner: unknown) => ({ a: inner }), 'leaf')

class Plan {
  readonly seats = 1
}

const cycle: Record<string, unknown> = { list: [] }
cycle['list'] = [cycle]

const holes: unknown[] = [1]
holes[2] = 3

const withSymbols = Object.defineProperty({ [Symbol('s')]: 1 }, Symbol('hidden'), { value: 1 })

const refused: readonly (readonly [string, unknown, string, RegExp])[] = [
  ['a function', { a: { f: () => 1 } }, 'metadata.a.f', /^a function is not JSON$/],
  ['a key that begins with digits', { '2nd': Number.NaN }, 'metadata["2nd"]', /^NaN is not JSON$/],
  ['a key that ends in digits', { plan12: Number.NaN }, 'metadata.plan12', /^NaN is not JSON$/],
  ['the eleventh of a list', { n: [...Array(10).fill(0), Number.NaN] }, 'metadata.n[10]', /^NaN is not JSON$/],
  ['undefined', { a: undefined }, 'metadata.a', /^undefined is not JSON; leave it out$/],
  ['undefined in a list', { a: [undefined] }, 'metadata.a[0]', /^undefined is not JSON/],
  ['NaN', { n: Number.NaN }, 'metadata.n', /^NaN is not JSON$/],
  ['Infinity', { n: [0, Number.POSITIVE_INFINITY] }, 'metadata.n[1]', /^Infinity is not JSON$/],
  ['a BigInt', { 'two words': 1n }, 'metadata["two words"]', /^a bigint is not JSON$/],
  ['a symbol', { s: Symbol('s') }, 'metadata.s', /^a symbol is not JSON$/],
  ['a symbol key', { a: { [Symbol('s')]: 1 } }, 'metadata.a', /^symbol keys are not JSON$/],
  ['a symbol key beside a hidden one', { a: withSymbols }, 'metadata.a', /^symbol keys are not JSON$/],
  ['a Date', { at: new Date(0) }, 'metadata.at', /^a class instance is not JSON; give its fields, or a string$/],
  ['a Map', { m: new Map() }, 'metadata.m', /^a class instance/],
  ['an instance of a class', { plan: new Plan() }, 'metadata.plan', /^a class instance/],
  ['a boxed string', { s: new String('s') }, 'metadata.s', /^a class instance/],
  ['an inherited member', Object.create({ a: 1 }), 'metadata', /^a class instance/],
  ['a toJSON method', { toJSON: () => 'x' }, 'metadata.toJSON', /^a function/],
  ['a cycle', cycle, 'metadata.list[0]', /^a cycle is not JSON$/],
  ['a list with holes', { list: holes }, 'metadata.list', /^an array with holes or named members$/],
  ['a list with a name', { list: Object.assign([1], { name: 'x' }) }, 'metadata.list', /^an array with holes/],
  ['501 levels', nested(501), `metadata${'.a'.repeat(500)}`, /^nested deeper than 500 levels$/],
  ['20,000 levels', nested(20_000), `metadata${'.a'.repeat(500)}`, /^nested deeper than 500 levels$/],
  [
    'a getter that throws',
    {
      get secret() {
        throw new Error('do not repeat me')
      },
    },
    'metadata',
    /^reading it threw$/,
  ],
  [
    'a proxy that throws',
    {
      a: new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error('no')
          },
        },
      ),
    },
    'metadata.a',
    /^reading it threw$/,
  ],
]

describe('Metadata', () => {
  it('arrives as JSON.stringify would send it, whatever it holds', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), (record) => {
        const expected: unknown = JSON.parse(JSON.stringify(record))
        const sent: { metadata?: unknown } = JSON.parse(JSON.stringify(withMetadata(record)))
        expect(sent.metadata).to.deep.equal(expected)
      }),
    )
  })

  it('keeps keys of every spelling', () => {
    const text =
      '{"snake_case":{"camelCase":1},"__proto__":{"polluted":true},"constructor":[{"__proto__":1}],"ключ 🔑":"é","":0}'
    const record: JsonObject = JSON.parse(text)
    expect(JSON.stringify(owned.metadata(record).toJSON()['metadata'])).to.equal(text)
    expect(Reflect.get({}, 'polluted')).to.equal(undefined)
  })

  it('takes plain objects of another realm, and ones without a prototype', () => {
    const foreign: unknown = runInNewContext('({ a: [1, { b: null }] })')
    expect(withMetadata(foreign).toJSON()).to.deep.include({ metadata: { a: [1, { b: null }] } })
    const bare = Object.assign(Object.create(null), { a: 1 })
    expect(withMetadata(bare).toJSON()).to.deep.include({ metadata: { a: 1 } })
  })

  it('takes 500 levels, and one object in many places', () => {
    expect(JSON.stringify(withMetadata(nested(500)))).to.include('"leaf"')
    const shared = { a: 1 }
    expect(withMetadata({ one: shared, two: [shared] }).toJSON()).to.deep.include({
      metadata: { one: { a: 1 }, two: [{ a: 1 }] },
    })
  })

  it('reads each getter once, however often the session is used', () => {
    let reads = 0
    const given = withMetadata({
      get plan() {
        reads += 1
        return { seats: reads }
      },
    })
    JSON.stringify(given)
    JSON.stringify(given.label('a'))
    expect(given.toJSON()).to.deep.include({ metadata: { plan: { seats: 1 } } })
    expect(reads).to.equal(1)
  })

  it('sends minus zero as the zero that JSON makes of it', () => {
    expect(Object.is(Number(owned.metadata({ n: -0 }).toJSON()['metadata']?.['n']), 0)).to.equal(true)
  })

  for (const [title, record, path, message] of refused)
    it(`with ${title} is refused, at its path, and so is a field`, () => {
      const { issues } = leftOf(withMetadata(record).decode())
      expect(issues).to.have.length(1)
      expect(issues[0]?.path).to.equal(path)
      expect(issues[0]?.message).to.match(message)
      const ofField = leftOf(withField(record).decode()).issues
      expect(ofField).to.deep.equal([{ ...issues[0], path: path.replace('metadata', 'extra.theme') }])
    })

  it('tells all that is wrong with it at once', () => {
    const { issues } = leftOf(withMetadata({ a: Number.NaN, b: [() => 1, { c: 1n }], d: new Date(0) }).decode())
    expect(issues.map(({ path }) => path)).to.deep.equal([
      'metadata.a',
      'metadata.b[0]',
      'metadata.b[1].c',
      'metadata.d',
    ])
  })

  it('tells of a thousand mistakes deep inside as many as have 100,000 keys in their paths', () => {
    const mistakes = Array.from({ length: 499 }).reduce((inner: unknown) => ({ a: inner }), Array(1000).fill(undefined))
    expect(leftOf(withMetadata(mistakes).decode()).issues).to.have.length(200)
  })

  it('never repeats its values in an error', () => {
    const error = leftOf(withMetadata({ a: new (class Secret {})(), b: { toString: () => 'sesame' } }).decode())
    expect(JSON.stringify(error)).not.to.match(/sesame|Secret/)
  })

  // The slowest are the last, so that a mutant which another test notices costs no more than that.
  it('takes a million objects', () => {
    expect(rightOf(withMetadata({ list: Array(999_998).fill({}) }).decode()).metadata).to.have.property('list')
  })

  it('stops at a value that would be written out into an endless text', () => {
    const bomb = Array.from({ length: 5 }).reduce((inner: unknown) => Array(100).fill(inner), {})
    expect(leftOf(withMetadata({ bomb }).decode()).issues[0]?.message).to.equal('more than 1000000 objects')
  })
})
