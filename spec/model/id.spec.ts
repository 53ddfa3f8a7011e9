import { expect } from 'chai'
import { LenientNumericId, LenientStringId, NumericId, nonEmptyString, StringId } from '../../lib/model/id.ts'
import { leftOf, rightOf } from '../support/either.ts'

describe('The codecs of ids', () => {
  it('decode numbers and strings to strings, as their type allows', () => {
    expect(rightOf(NumericId.decode(7))).to.equal('7')
    expect(rightOf(StringId.decode('7'))).to.equal('7')
    expect([7, '7', 'c0ffee-1'].map((id) => rightOf(LenientNumericId.decode(id)))).to.deep.equal(['7', '7', 'c0ffee-1'])
    expect([7, '7'].map((id) => rightOf(LenientStringId.decode(id)))).to.deep.equal(['7', '7'])
  })

  it('reject values of another type with their expectation', () => {
    expect(leftOf(NumericId.decode('7'))[0]?.message).to.equal('must be a number, got a string')
    expect(leftOf(StringId.decode(7))[0]?.message).to.equal('must be a string, got a number')
    expect(leftOf(LenientStringId.decode(true))[0]?.message).to.equal('must be a string or number, got a boolean')
  })

  it('reject numbers that are not exact, and empty strings', () => {
    for (const id of [1.5, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY, ''])
      expect(LenientNumericId.decode(id)._tag, String(id)).to.equal('Left')
    expect(leftOf(NumericId.decode(2 ** 53))[0]?.message).to.equal('must be a number, got an unsafe integer')
  })

  it('encode a numeric id as a number only if that has the same text', () => {
    expect(['7', '0', '-7'].map((id) => LenientNumericId.encode(id))).to.deep.equal([7, 0, -7])
    const texts = ['007', '7.0', '1e3', 'x7', ' 7', '12345678901234567890', '0.5', '1e+21', 'NaN', 'Infinity', '-0']
    for (const id of [...texts, '9007199254740992']) expect(LenientNumericId.encode(id)).to.equal(id)
  })

  it('encode a string id unchanged', () => {
    expect(LenientStringId.encode('7')).to.equal('7')
  })
})

describe('The codec of non-empty strings', () => {
  it('accepts a blank string, and rejects an empty one', () => {
    expect([' ', 'a', '', 7].map((value) => nonEmptyString.is(value))).to.deep.equal([true, true, false, false])
  })
})
