import { runInNewContext } from 'node:vm'
import { expect } from 'chai'
import fc from 'fast-check'
import { copyJson, deepEqual, JsonCodec, JsonObjectCodec, NotJson, printable } from '../../lib/model/json.ts'
import { leftOf, rightOf } from '../support/either.ts'
import { itEach } from '../support/it-each.ts'

const throwing = (): never => {
  throw new Error('sesame')
}

const nested = (levels: number): unknown =>
  Array.from({ length: levels }).reduce((inner: unknown) => ({ a: inner }), 'leaf')

/** The problems of a value, formatted. */
const problems = (value: unknown): readonly string[] => {
  const copied = copyJson(value)
  return copied instanceof NotJson
    ? copied.errors.map(
        ({ context, message, hint }) =>
          `${context.map(({ key }) => key).join('.')}: ${message}${hint ? ` (${hint})` : ''}`,
      )
    : []
}

const cycle: Record<string, unknown> = { list: [] }
cycle['list'] = [cycle]

const withHole: unknown[] = [1]
withHole[2] = 3

class Plan {
  readonly seats = 1
}

const classInstance = 'must be JSON, got a class instance (pass a plain object or a string)'

const rejected: readonly (readonly [string, unknown, string])[] = [
  ['a function', { a: { f: () => 1 } }, 'a.f: must be JSON, got a function'],
  ['undefined', { a: undefined }, 'a: must be JSON, got undefined (omit the property)'],
  ['undefined in a list', { a: [undefined] }, 'a.0: must be JSON, got undefined (omit the property)'],
  ['NaN', { n: Number.NaN }, 'n: must be JSON, got NaN'],
  ['Infinity', { n: [0, Number.POSITIVE_INFINITY] }, 'n.1: must be JSON, got Infinity'],
  ['a BigInt', { 'two words': 1n }, 'two words: must be JSON, got a bigint'],
  ['a symbol', { s: Symbol('s') }, 's: must be JSON, got a symbol'],
  ['a Date', { at: new Date(0) }, `at: ${classInstance}`],
  ['a Map', { m: new Map() }, `m: ${classInstance}`],
  ['an instance of a class', { plan: new Plan() }, `plan: ${classInstance}`],
  ['a boxed string', { s: new String('s') }, `s: ${classInstance}`],
  ['an object that inherits fields', Object.create({ a: 1 }), `: ${classInstance}`],
  ['a toJSON method', { toJSON: () => 'x' }, 'toJSON: must be JSON, got a function'],
  ['a cycle', cycle, 'list.0: must not contain a cycle'],
  ['an array with a hole', { list: withHole }, 'list: must not have holes or named properties'],
  ['an array with a name', { list: Object.assign([1], { n: 1 }) }, 'list: must not have holes or named properties'],
  ['501 levels', nested(501), `${Array(500).fill('a').join('.')}: must not be nested deeper than 500 levels`],
  ['20,000 levels', nested(20_000), `${Array(500).fill('a').join('.')}: must not be nested deeper than 500 levels`],
  [
    'a getter that throws',
    {
      get secret() {
        return throwing()
      },
    },
    ': could not be read: a getter or a proxy threw',
  ],
  [
    'a proxy that throws',
    new Proxy({}, { getPrototypeOf: throwing }),
    ': could not be read: a getter or a proxy threw',
  ],
]

describe('copyJson', () => {
  it('copies any JSON value as JSON.parse and JSON.stringify would', () => {
    const value = fc.oneof(fc.jsonValue(), fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()))
    fc.assert(
      fc.property(value, (json) => {
        expect(copyJson(json)).to.deep.equal(JSON.parse(JSON.stringify(json)))
      }),
    )
  })

  it('freezes the copy at every level, and leaves the original unchanged', () => {
    const original = { plan: { seats: [1] } }
    const copied = copyJson(original)
    original.plan.seats.push(2)
    expect(copied).to.deep.equal({ plan: { seats: [1] } })
    for (let value: unknown = copied; typeof value === 'object' && value !== null; value = Object.values(value)[0])
      expect(Object.isFrozen(value)).to.equal(true)
    expect([original, original.plan, original.plan.seats].some(Object.isFrozen)).to.equal(false)
  })

  it('keeps keys of any spelling and in their order', () => {
    const text =
      '{"snake_case":{"camelCase":1},"__proto__":{"polluted":true},"constructor":[{"__proto__":1}],"ключ 🔑":"é","":0}'
    expect(JSON.stringify(copyJson(JSON.parse(text)))).to.equal(text)
    expect(Reflect.get({}, 'polluted')).to.equal(undefined)
  })

  it('accepts plain objects of another realm, and objects without a prototype', () => {
    expect(copyJson(runInNewContext('({ a: [1, { b: null }] })'))).to.deep.equal({ a: [1, { b: null }] })
    expect(copyJson(Object.assign(Object.create(null), { a: 1 }))).to.deep.equal({ a: 1 })
  })

  it('accepts 500 levels, and one object in several places', () => {
    expect(problems(nested(500))).to.deep.equal([])
    const shared = { a: 1 }
    expect(copyJson({ one: shared, two: [shared] })).to.deep.equal({ one: { a: 1 }, two: [{ a: 1 }] })
  })

  it('copies -0 as 0, as JSON does', () => {
    expect(Object.is(copyJson(-0), 0)).to.equal(true)
  })

  it('ignores keys that are symbols, as JSON does', () => {
    expect(copyJson({ a: 1, [Symbol('s')]: 2 })).to.deep.equal({ a: 1 })
  })

  itEach('rejects what is not JSON, with its path', rejected, ([, value, problem]) => {
    expect(problems(value)).to.deep.equal([problem])
  })

  it('reports all problems, up to 100', () => {
    expect(problems({ a: Number.NaN, b: [() => 1, { c: 1n }], d: new Date(0) })).to.have.length(4)
    expect(problems(Array(1000).fill(undefined))).to.have.length(100)
  })

  it('collects the problems of values that were not JSON before', () => {
    const value = { theme: copyJson([Number.NaN]), label: 'a' }
    expect(problems(value)).to.deep.equal(['theme.0: must be JSON, got NaN'])
  })
})

describe('The JSON codecs', () => {
  it('recognize exactly the values that they decode', () => {
    for (const [, value] of rejected.slice(0, -2)) {
      expect(JsonCodec.is(value)).to.equal(false)
      expect(leftOf(JsonCodec.decode(value))).to.have.length(1)
    }
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        expect(JsonCodec.is(json)).to.equal(true)
        expect(JsonCodec.is(rightOf(JsonCodec.decode(json)))).to.equal(true)
      }),
    )
  })

  it('report the path in the context of the error', () => {
    const [error] = leftOf(JsonCodec.decode({ a: [1n] }))
    expect(error?.context.map(({ key }) => key)).to.deep.equal(['', 'a', '0'])
  })

  it('distinguish an object from other JSON', () => {
    expect(rightOf(JsonObjectCodec.decode({ a: [] }))).to.deep.equal({ a: [] })
    for (const [value, kind] of [
      [[], 'an array'],
      ['a', 'a string'],
      [null, 'null'],
    ] as const) {
      expect(JsonObjectCodec.is(value)).to.equal(false)
      expect(leftOf(JsonObjectCodec.decode(value))[0]?.message).to.equal(`must be an object, got ${kind}`)
    }
  })

  it('never repeat a value in an error', () => {
    const [error] = leftOf(JsonCodec.decode({ a: { toString: () => 'sesame' } }))
    expect(error?.message).to.equal('must be JSON, got a function')
  })
})

describe('deepEqual', () => {
  it('compares JSON values, whatever the order of their keys', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        const sorted = (value: unknown): string =>
          JSON.stringify(value, (_, each: unknown) =>
            each !== null && typeof each === 'object' && !Array.isArray(each)
              ? Object.fromEntries(Object.entries(each).sort(([x], [y]) => (x < y ? -1 : 1)))
              : each,
          )
        const [x, y] = [copyJson(a), copyJson(b)]
        expect(deepEqual(x, copyJson(a))).to.equal(true)
        expect(deepEqual(x, y)).to.equal(sorted(x) === sorted(y))
      }),
    )
  })

  it('is false for two values that are not JSON, since they may differ', () => {
    expect(deepEqual(copyJson({ at: new Date(0) }), copyJson({ at: new Date(0) }))).to.equal(false)
  })
})

describe('printable', () => {
  it('returns JSON unchanged, and describes anything else', () => {
    expect(printable({ a: 1 })).to.deep.equal({ a: 1 })
    expect(printable(copyJson({ f: () => 'sesame' }))).to.equal('[not JSON: a function]')
  })
})
