import { expect } from 'chai'
import * as t from 'io-ts'
import { boolean, guardReads, listOf, nonBlankString, parser, refinement, validateAt } from '../../lib/model/codec.ts'
import { leftOf, rightOf } from '../support/either.ts'

const throwing = (): never => {
  throw new Error('sesame')
}

const root = (codec: t.Mixed): t.Context => [{ key: '', type: codec }]

describe('A refinement', () => {
  const even = refinement('Even', (value): value is number => Number(value) % 2 === 0, 'an even number', {
    hint: (value) => (typeof value === 'number' ? `try ${value + 1}` : undefined),
  })

  it('decodes and encodes valid values unchanged', () => {
    expect(rightOf(even.decode(4))).to.equal(4)
    expect(even.encode(4)).to.equal(4)
    expect([even.is(4), even.is(3)]).to.deep.equal([true, false])
  })

  it('rejects other values with its expectation and a hint', () => {
    expect(leftOf(even.decode(3))[0]).to.include({ message: 'must be an even number, got a number', hint: 'try 4' })
    expect(leftOf(even.decode('x'))[0]).not.to.have.property('hint')
  })
})

describe('A parser', () => {
  const isNumber = (value: unknown): value is number => typeof value === 'number'
  const length = parser(
    'Length',
    isNumber,
    'a string',
    (value) => (typeof value === 'string' ? value.length : undefined),
    (value) => 'x'.repeat(value),
  )

  it('decodes to the parsed value, and encodes it back', () => {
    expect(rightOf(length.decode('abc'))).to.equal(3)
    expect(length.encode(3)).to.equal('xxx')
    expect(rightOf(length.decode(''))).to.equal(0)
  })

  it('rejects what it cannot parse', () => {
    expect(leftOf(length.decode(7))[0]?.message).to.equal('must be a string, got a number')
  })
})

describe('The codec of non-blank strings', () => {
  it('rejects strings of white space', () => {
    expect(nonBlankString.is(' a ')).to.equal(true)
    for (const value of ['', ' ', '\t\n\u00a0', 7, undefined]) expect(nonBlankString.is(value)).to.equal(false)
  })
})

describe('The codec of lists', () => {
  const list = listOf(boolean, { min: 1, noun: 'flag' })

  it('decodes to a frozen copy, or to the list itself if that is frozen', () => {
    const given = [true, false]
    const decoded = rightOf(list.decode(given))
    expect(decoded).to.deep.equal(given)
    expect(decoded).not.to.equal(given)
    expect(Object.isFrozen(decoded)).to.equal(true)
    expect(rightOf(list.decode(decoded))).to.equal(decoded)
  })

  it('reports each invalid entry with its index', () => {
    const errors = leftOf(list.decode([true, 1, false, 'x']))
    expect(errors.map(({ context, message }) => [context.map(({ key }) => key), message])).to.deep.equal([
      [['', '1'], 'must be a boolean, got a number'],
      [['', '3'], 'must be a boolean, got a string'],
    ])
  })

  it('rejects an empty list, a list of more than 10,000 entries and other values', () => {
    for (const [value, message] of [
      [[], 'must contain at least one flag'],
      [Array(10_001).fill(true), 'must contain at most 10000 entries'],
      ['true', 'must be an array, got a string'],
      [{ 0: true, length: 1 }, 'must be an array, got an object'],
    ] as const) {
      expect(list.is(value)).to.equal(false)
      expect(leftOf(list.decode(value)).map((error) => error.message)).to.deep.equal([message])
    }
    expect(list.is(Array(10_000).fill(true))).to.equal(true)
  })

  it('rejects a hole', () => {
    expect(leftOf(list.decode(new Array(1)))[0]?.message).to.equal('must be a boolean, got undefined')
  })
})

describe('validateAt', () => {
  it('appends the key to the context of an error', () => {
    const [error] = leftOf(validateAt(boolean, 7, root(t.UnknownRecord), 'multiple'))
    expect(error?.context.map(({ key }) => key)).to.deep.equal(['', 'multiple'])
  })

  it('returns the decoded value', () => {
    expect(rightOf(validateAt(boolean, true, root(t.UnknownRecord), 'multiple'))).to.equal(true)
  })
})

describe('guardReads', () => {
  it('turns what a getter or a proxy throws into one error, without its message', () => {
    const [error, ...others] = leftOf(guardReads({}, root(boolean), throwing))
    expect(others).to.deep.equal([])
    expect(error?.message).to.equal('could not be read: a getter or a proxy threw')
  })

  it('returns the result of work that does not throw', () => {
    expect(rightOf(guardReads({}, root(boolean), () => t.success(7)))).to.equal(7)
  })
})
