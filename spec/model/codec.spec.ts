import { expect } from 'chai'
import * as t from 'io-ts'
import {
  boolean,
  guardReads,
  listOf,
  nonBlankString,
  nonEmptyString,
  numericId,
  parser,
  refinement,
  stringId,
  validateAt,
} from '../../lib/model/codec.ts'
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

  it('counts a string of control, format and filler characters as blank', () => {
    const controls = ['\0', '\x1b', '\x7f', '\x85', '\x9f']
    const formats = [
      '\u00ad',
      '\u200b',
      '\u200d',
      '\u202e',
      '\u2060',
      '\u2066',
      '\ufeff',
      '\u{e0041}',
      '\ufe0f',
      '\u034f',
    ]
    const fillers = ['\u115f', '\u1160', '\u17b4', '\u2800', '\u3164', '\uffa0', '\u3000', '\u2028']
    for (const character of [...controls, ...formats, ...fillers])
      expect(nonBlankString.is(` ${character}${character} `), character.codePointAt(0)?.toString(16)).to.equal(false)
    for (const visible of ['\u202eevil', '👩‍💻', '\u3164a', '.', '0']) expect(nonBlankString.is(visible)).to.equal(true)
  })
})

describe('The codec of non-empty strings', () => {
  it('accepts a blank string, and rejects an empty one', () => {
    expect([' ', 'a', '', 7].map((value) => nonEmptyString.is(value))).to.deep.equal([true, true, false, false])
  })
})

describe('The codec of lists', () => {
  const list = listOf(boolean, { atLeastOne: 'flag' })

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

describe('The codecs of ids', () => {
  it('decode numbers and strings to strings, as their type allows', () => {
    expect(rightOf(numericId.strict.decode(7))).to.equal('7')
    expect(rightOf(stringId.strict.decode('7'))).to.equal('7')
    expect([7, '7', 'c0ffee-1'].map((id) => rightOf(numericId.decode(id)))).to.deep.equal(['7', '7', 'c0ffee-1'])
    expect([7, '7'].map((id) => rightOf(stringId.decode(id)))).to.deep.equal(['7', '7'])
  })

  it('reject values of another type with their expectation', () => {
    expect(leftOf(numericId.strict.decode('7'))[0]?.message).to.equal('must be a number, got a string')
    expect(leftOf(stringId.strict.decode(7))[0]?.message).to.equal('must be a string, got a number')
    expect(leftOf(stringId.decode(true))[0]?.message).to.equal('must be a string or number, got a boolean')
  })

  it('reject numbers that are not exact, and empty strings', () => {
    for (const id of [1.5, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY, ''])
      expect(numericId.decode(id)._tag, String(id)).to.equal('Left')
    expect(leftOf(numericId.strict.decode(2 ** 53))[0]?.message).to.equal('must be a number, got an unsafe integer')
  })

  it('encode a numeric id as a number only if that has the same text', () => {
    expect(['7', '0', '-7'].map((id) => numericId.encode(id))).to.deep.equal([7, 0, -7])
    const texts = ['007', '7.0', '1e3', 'x7', ' 7', '12345678901234567890', '0.5', '1e+21', 'NaN', 'Infinity', '-0']
    for (const id of [...texts, '9007199254740992']) expect(numericId.encode(id)).to.equal(id)
  })

  it('encode a string id unchanged', () => {
    expect(stringId.encode('7')).to.equal('7')
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
