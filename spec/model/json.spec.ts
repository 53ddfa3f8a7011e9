import { expect } from 'chai'
import fc from 'fast-check'
import { issuesOf } from '../../lib/model/issues.ts'
import { copyJson, deepEqual, JsonCodec, JsonObjectCodec } from '../../lib/model/json.ts'
import { leftOf, rightOf } from '../support/either.ts'
import { itEach } from '../support/it-each.ts'

const throwing = (): never => {
  throw new Error('sesame')
}

const nested = (levels: number): unknown =>
  Array.from({ length: levels }).reduce((inner: unknown) => ({ a: inner }), 'leaf')

/** The problems of a value, formatted. */
const problems = (value: unknown): readonly string[] =>
  issuesOf(leftOf(JsonCodec.decode(value))).map(
    ({ path, message, hint }) => `${path}: ${message}${hint ? ` (${hint})` : ''}`,
  )

const cycle: Record<string, unknown> = { list: [] }
cycle['list'] = [cycle]

class Plan {
  readonly seats = 1
}

const classInstance = 'must be JSON, got a class instance (pass a plain object or a string)'
const tooDeep = `${'a.'.repeat(500).slice(0, -1)}: must not be nested deeper than 500 levels`
const noList = 'must not have holes or named properties'

const rejected: readonly (readonly [title: string, value: unknown, problem: string])[] = [
  ['a function', { a: { f: () => 1 } }, 'a.f: must be JSON, got a function'],
  ['undefined', { a: undefined }, 'a: must be JSON, got undefined (omit the property)'],
  ['undefined in a list', { a: [undefined] }, 'a[0]: must be JSON, got undefined (omit the property)'],
  ['undefined as the value', undefined, ': must be JSON, got undefined'],
  ['NaN', { n: Number.NaN }, 'n: must be JSON, got NaN'],
  ['Infinity', { n: [0, Number.POSITIVE_INFINITY] }, 'n[1]: must be JSON, got Infinity'],
  ['a BigInt', { 'two words': 1n }, '["two words"]: must be JSON, got a bigint'],
  ['a Date', { at: new Date(0) }, 'at: must be JSON, got a class instance (use date.toISOString())'],
  ['an instance of a class', { plan: new Plan() }, `plan: ${classInstance}`],
  ['a toJSON method', { toJSON: () => 'sesame' }, 'toJSON: must be JSON, got a function'],
  ['a cycle', cycle, 'list[0]: must not contain a cycle'],
  ['an array with a hole', { list: Array(3) }, `list: ${noList}`],
  ['an array with a name', { list: Object.assign([1], { n: 1 }) }, `list: ${noList}`],
  ['501 levels', nested(501), tooDeep],
  ['20,000 levels', nested(20_000), tooDeep],
]

/** Not passed to `is`, which may throw. */
const unreadable: readonly (readonly [title: string, value: unknown])[] = [
  ['a getter that throws', Object.defineProperty({}, 'a', { enumerable: true, get: throwing })],
  ['a proxy that throws', new Proxy({}, { getPrototypeOf: throwing })],
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

  it('copies -0 as 0 and ignores keys that are symbols, as JSON does', () => {
    expect(Object.is(copyJson(-0), 0)).to.equal(true)
    expect(copyJson({ a: 1, [Symbol('s')]: 2 })).to.deep.equal({ a: 1 })
  })
})

describe('A value that changes while it is read', () => {
  /** An object whose property has these values, one at each reading. */
  const changing = (...values: readonly unknown[]): object => {
    const rest = [...values]
    return Object.defineProperty({}, 'a', { enumerable: true, get: () => (rest.length > 1 ? rest.shift() : rest[0]) })
  }

  it('is copied as it was at first', () => {
    expect(copyJson(changing(1, Number.NaN))).to.deep.equal({ a: 1 })
  })

  it('is rejected if it was not JSON at first', () => {
    expect(problems(changing(Number.NaN, 1))).to.deep.equal(['a: must be JSON, got NaN'])
  })
})

describe('The JSON codecs', () => {
  it('decode and recognize any JSON value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        expect(JsonCodec.is(json)).to.equal(true)
        expect(rightOf(JsonCodec.decode(json))).to.deep.equal(copyJson(json))
      }),
    )
  })

  it('accept objects without a prototype, 500 levels, and one object in several places', () => {
    const shared = { a: 1 }
    for (const value of [Object.assign(Object.create(null), { a: 1 }), nested(500), { one: shared, two: [shared] }]) {
      expect(JsonCodec.is(value)).to.equal(true)
      expect(JSON.stringify(rightOf(JsonCodec.decode(value)))).to.equal(JSON.stringify(value))
    }
  })

  itEach('reject what is not JSON, with its path', rejected, ([, value, problem]) => {
    expect(problems(value)).to.deep.equal([problem])
    expect(JsonCodec.is(value)).to.equal(false)
  })

  itEach('reject a value that throws when it is read', unreadable, ([, value]) => {
    expect(problems(value)).to.deep.equal([': could not be read: a getter or a proxy threw'])
  })

  it('report all problems, up to 100', () => {
    const value = { a: Number.NaN, b: [() => 1, { c: 1n }], d: new Date(0) }
    expect(problems(value).map((problem) => problem.split(':')[0])).to.deep.equal(['a', 'b[0]', 'b[1].c', 'd'])
    expect(problems(Array(1000).fill(undefined))).to.have.length(100)
  })

  const notObjects = [
    [[], 'an array'],
    ['a', 'a string'],
    [null, 'null'],
  ] as const
  itEach('distinguish an object from other JSON', notObjects, ([value, kind]) => {
    expect(rightOf(JsonObjectCodec.decode({ a: [] }))).to.deep.equal({ a: [] })
    expect(JsonObjectCodec.is(value)).to.equal(false)
    expect(leftOf(JsonObjectCodec.decode(value))[0]?.message).to.equal(`must be an object, got ${kind}`)
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
})
