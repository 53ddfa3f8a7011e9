import { runInNewContext } from 'node:vm'
import { expect } from 'chai'
import {
  explicitUndefined,
  isPlainObject,
  isRecord,
  kindOf,
  mustBe,
  shortName,
  show,
  showNumber,
} from '../../lib/util/guards.ts'
import { itEach } from '../support/it-each.ts'

describe('kindOf', () => {
  const kinds: readonly (readonly [unknown, string])[] = [
    [undefined, 'undefined'],
    [explicitUndefined, 'undefined'],
    [null, 'null'],
    [true, 'a boolean'],
    ['text', 'a string'],
    ['', 'a blank string'],
    [' \t\n', 'a blank string'],
    [7, 'a number'],
    [0, 'zero'],
    [-0, 'zero'],
    [-5, 'a negative number'],
    [1.5, 'a fraction'],
    [2 ** 53, 'an unsafe integer'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [Number.NEGATIVE_INFINITY, '-Infinity'],
    [1n, 'a bigint'],
    [Symbol('a'), 'a symbol'],
    [() => 1, 'a function'],
    [[], 'an array'],
    [{}, 'an object'],
    [new Date(0), 'an object'],
    [new String('a'), 'an object'],
  ]
  itEach('describes the kind of a value', kinds, ([value, kind]) => {
    expect(kindOf(value)).to.equal(kind)
  })
})

describe('The message for an unexpected value', () => {
  it('describes the value without repeating it', () => {
    expect(mustBe('a boolean', 'sesame')).to.equal('must be a boolean, got a string')
  })

  it('shows a number or a string that is neither secret nor customer data', () => {
    expect(mustBe('a known category', 'payroll', show)).to.equal("must be a known category, got 'payroll'")
    expect(mustBe('an integer', 1.5, show)).to.equal('must be an integer, got 1.5')
    expect(mustBe('an integer', Number.NaN, show)).to.equal('must be an integer, got NaN')
  })

  it('shows no string that is blank or longer than 64 characters, and no other value', () => {
    expect(show('x'.repeat(64))).to.include("'xxx")
    expect(show('x'.repeat(65))).to.equal('a string')
    expect(show(' ')).to.equal('a blank string')
    expect(show(['ats'])).to.equal('an array')
  })

  it('shows numbers only if a string may be a secret', () => {
    expect(mustBe('an integer', 1.5, showNumber)).to.equal('must be an integer, got 1.5')
    expect(mustBe('an integer', 'sesame', showNumber)).to.equal('must be an integer, got a string')
  })
})

describe('shortName', () => {
  it('truncates a name of more than 100 characters', () => {
    expect(shortName('n'.repeat(100))).to.equal('n'.repeat(100))
    expect(shortName(`first${'n'.repeat(96)}`)).to.equal(`first${'n'.repeat(95)}…`)
  })
})

describe('isPlainObject', () => {
  it('is true for literals, objects without a prototype and plain objects of another realm', () => {
    for (const value of [{}, Object.create(null), runInNewContext('({})')]) expect(isPlainObject(value)).to.equal(true)
  })

  it('is false for instances of classes, arrays and objects that inherit fields', () => {
    class Plan {}
    for (const value of [new Plan(), new Date(), new Map(), [], Object.create({ a: 1 })])
      expect(isPlainObject(value)).to.equal(false)
  })
})

describe('isRecord', () => {
  it('is true for objects other than arrays', () => {
    expect([{}, new Date()].map(isRecord)).to.deep.equal([true, true])
    expect([[], null, undefined, 'a', () => 1].map(isRecord)).to.deep.equal([false, false, false, false, false])
  })
})
