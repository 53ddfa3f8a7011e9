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
  const kinds: readonly (readonly [string, ...unknown[]])[] = [
    ['undefined', undefined, explicitUndefined],
    ['null', null],
    ['a boolean', true],
    ['a string', 'text'],
    ['a blank string', '', ' \t\n'],
    ['a number', 7],
    ['zero', 0, -0],
    ['a negative number', -5],
    ['a fraction', 1.5],
    ['an unsafe integer', 2 ** 53],
    ['NaN', Number.NaN],
    ['-Infinity', Number.NEGATIVE_INFINITY],
    ['a bigint', 1n],
    ['a symbol', Symbol('a')],
    ['a function', () => 1],
    ['an array', []],
    ['an object', {}, new Date(0), new String('a')],
  ]
  itEach('describes the kind of a value', kinds, ([kind, ...values]) => {
    for (const value of values) expect(kindOf(value)).to.equal(kind)
  })
})

describe('The message for an unexpected value', () => {
  const messages: readonly (readonly [string, typeof kindOf | undefined, unknown])[] = [
    ['must be a key, got a string', undefined, 'sesame'],
    ['must be a key, got a string', showNumber, 'sesame'],
    ['must be a key, got 1.5', showNumber, 1.5],
    ["must be a key, got 'payroll'", show, 'payroll'],
    ['must be a key, got NaN', show, Number.NaN],
    [`must be a key, got '${'x'.repeat(64)}'`, show, 'x'.repeat(64)],
    ['must be a key, got a string', show, 'x'.repeat(65)],
    ['must be a key, got a blank string', show, ' '],
    ['must be a key, got an array', show, ['ats']],
  ]
  itEach('shows the value only if it is a number or a short string that may be shown', messages, (row) => {
    const [message, describe, value] = row
    expect(mustBe('a key', value, describe)).to.equal(message)
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
