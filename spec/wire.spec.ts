import { expect } from 'chai'
import { expectTypeOf } from 'expect-type'
import fc from 'fast-check'
import * as t from 'io-ts'
import { flag, text } from '../lib/codec.ts'
import { type SnakeCase, snakeCase, wire } from '../lib/wire.ts'
import { leftOf, rightOf } from './support/either.ts'

const { wire: wired, camel, encodeQuickly } = wire('Thing', { ownerId: text }, { isLong: flag, odd: t.number })

describe('Snake case', () => {
  const names: readonly (readonly [string, string])[] = [
    ['provider', 'provider'],
    ['originOwnerId', 'origin_owner_id'],
    ['aBC', 'a_b_c'],
    ['oauth2Token', 'oauth2_token'],
  ]
  for (const [name, snake] of names)
    it(`of ${name} is ${snake}`, () => {
      expect(snakeCase(name)).to.equal(snake)
    })

  it('is the same in types', () => {
    expectTypeOf<SnakeCase<'provider'>>().toEqualTypeOf<'provider'>()
    expectTypeOf<SnakeCase<'originOwnerId'>>().toEqualTypeOf<'origin_owner_id'>()
    expectTypeOf<SnakeCase<'aBC'>>().toEqualTypeOf<'a_b_c'>()
    expectTypeOf<SnakeCase<'oauth2Token'>>().toEqualTypeOf<'oauth2_token'>()
  })
})

describe('A codec between a model and its wire', () => {
  it('has the types of both sides', () => {
    expectTypeOf<t.OutputOf<typeof wired>>().toMatchTypeOf<{ readonly owner_id: string; readonly is_long?: boolean }>()
    expectTypeOf<t.TypeOf<typeof wired>>().toMatchTypeOf<{ readonly ownerId: string; readonly isLong?: boolean }>()
  })

  it('is the identity there and back', () => {
    const name = fc
      .string({ minLength: 1 })
      .filter((key) => key.trim() !== '' && !['owner_id', 'is_long', 'odd'].includes(key))
    const value = fc.record(
      { owner_id: fc.constantFrom('a', 'b'), is_long: fc.boolean(), odd: fc.integer() },
      { requiredKeys: ['owner_id'] },
    )
    fc.assert(
      fc.property(value, fc.dictionary(name, fc.jsonValue()), (known, others) => {
        const given: unknown = JSON.parse(JSON.stringify({ ...others, ...known }))
        const model = rightOf(wired.decode(given))
        expect(wired.encode(model)).to.deep.equal(given)
        expect(rightOf(wired.decode(wired.encode(model)))).to.deep.equal(model)
        expect(wired.is(model)).to.equal(true)
        expect(camel.decode(model)._tag).to.equal(
          Object.keys(others).some((key) => ['owner_id', 'is_long', 'odd'].includes(snakeCase(key))) ? 'Left' : 'Right',
        )
      }),
    )
  })

  it('does not let an extra member take the place of a known one', () => {
    expect(wired.encode({ ownerId: 'a', extra: { owner_id: 'b', new: 1 } })).to.deep.equal({ owner_id: 'a', new: 1 })
  })

  it('freezes what it decodes', () => {
    expect(Object.isFrozen(rightOf(wired.decode({ owner_id: 'a' })))).to.equal(true)
    expect(Object.isFrozen(rightOf(camel.decode({ ownerId: 'a' })))).to.equal(true)
  })

  it('reads each member once', () => {
    let reads = 0
    const hostile = {
      get ownerId() {
        reads += 1
        return 'a'
      },
    }
    expect(rightOf(camel.decode(hostile))).to.deep.equal({ ownerId: 'a' })
    expect(reads).to.equal(1)
  })

  it('refuses an unknown member of the model, unless it is undefined', () => {
    const [error, ...more] = leftOf(camel.decode({ ownerId: 'a', isLng: true, theme: undefined }))
    expect(more).to.deep.equal([])
    expect(error).to.include({ message: 'is no member', hint: "did you mean 'isLong'?" })
    expect(rightOf(camel.decode({ ownerId: 'a', theme: undefined }))).to.deep.equal({ ownerId: 'a' })
  })

  const lists: readonly (readonly [string, readonly unknown[], unknown])[] = [
    ['all of them', ['a', true, 7], { owner_id: 'a', is_long: true, odd: 7 }],
    ['what is required', ['a', undefined, undefined], { owner_id: 'a' }],
    ['what is required and more', ['a', undefined, 7], { owner_id: 'a', odd: 7 }],
    ['not what is required', [undefined, true, 7], undefined],
    ['one that is bad', ['a', 'yes', 7], undefined],
    ['one that is null', ['a', null, 7], undefined],
  ]
  for (const [title, values, encoded] of lists)
    it(`writes values in their order at once, or not at all: ${title}`, () => {
      expect(encodeQuickly(values)).to.deep.equal(encoded)
    })

  const no: readonly unknown[] = [
    null,
    undefined,
    [],
    'a',
    {},
    { ownerId: 1 },
    { ownerId: 'a', isLong: 1 },
    { ownerId: 'a', extra: 1 },
  ]
  for (const value of no)
    it(`knows that ${JSON.stringify(value)} is no model`, () => {
      expect(wired.is(value)).to.equal(false)
      expect(leftOf(camel.decode(value))).not.to.deep.equal([])
    })
})
