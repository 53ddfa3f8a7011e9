import { expect } from 'chai'
import { expectTypeOf } from 'expect-type'
import * as t from 'io-ts'
import { boolean, nonBlankString } from '../../lib/model/codec.ts'
import { issuesOf } from '../../lib/model/issues.ts'
import { type JsonObject, JsonObjectCodec } from '../../lib/model/json.ts'
import {
  type FieldsOf,
  guaranteed,
  modelCodec,
  optional,
  required,
  snakeCase,
  wireCodec,
} from '../../lib/model/wire.ts'
import { leftOf, rightOf } from '../support/either.ts'
import { itEach } from '../support/it-each.ts'

interface Thing {
  readonly ownerId: string
  readonly isLong?: boolean
  readonly count?: number
  readonly extra?: JsonObject
}

interface ThingWire {
  readonly owner_id: string
  readonly is_long?: boolean
  readonly count?: number
}

const fields: FieldsOf<Thing, ThingWire> = {
  ownerId: required(nonBlankString),
  isLong: optional(boolean),
  count: guaranteed(t.number),
}

const problems = (result: t.Validation<unknown>): readonly string[] =>
  issuesOf(leftOf(result)).map(({ path, message }) => `${path}: ${message}`)

describe('snakeCase', () => {
  const names: readonly (readonly [string, string])[] = [
    ['provider', 'provider'],
    ['originOwnerId', 'origin_owner_id'],
    ['aBC', 'a_b_c'],
    ['oauth2Token', 'oauth2_token'],
  ]
  itEach('returns the name in snake case', names, ([name, snake]) => {
    expect(snakeCase(name)).to.equal(snake)
  })
})

describe('The fields of a model', () => {
  it('need one entry for each property, with its presence', () => {
    expectTypeOf<keyof typeof fields>().toEqualTypeOf<'ownerId' | 'isLong' | 'count'>()
    // @ts-expect-error a property that may be absent is not required
    const isRequired: (typeof fields)['isLong'] = required(boolean)
    // @ts-expect-error the codec of a string does not fit a boolean
    const isString: (typeof fields)['isLong'] = optional(nonBlankString)
    expect([isRequired.presence, isString.presence]).to.deep.equal(['required', 'optional'])
  })
})

describe('A wire codec', () => {
  const strict = wireCodec<Thing, ThingWire>('Thing', fields, 'fail')
  const lenient = wireCodec<Thing, ThingWire>('Thing', fields, 'omit')
  const keeping = wireCodec<Thing, ThingWire>('Thing', fields, 'keep')

  it('decodes snake case to camel case, and encodes it back', () => {
    const wire = { owner_id: 'a', is_long: true, count: 7 }
    for (const codec of [strict, lenient, keeping]) {
      expect(rightOf(codec.decode(wire))).to.deep.equal({ ownerId: 'a', isLong: true, count: 7 })
      expect(codec.encode(rightOf(codec.decode(wire)))).to.deep.equal(wire)
    }
  })

  it('freezes what it decodes, including the extra fields', () => {
    const decoded = rightOf(strict.decode({ owner_id: 'a', theme: {} }))
    expect([decoded, decoded.extra, decoded.extra?.['theme']].every(Object.isFrozen)).to.equal(true)
  })

  it('rejects a missing required field, and tolerates a missing guaranteed one', () => {
    for (const codec of [strict, lenient, keeping]) {
      expect(problems(codec.decode({}))).to.deep.equal(['owner_id: is required'])
      expect(problems(codec.decode({ owner_id: null }))).to.deep.equal(['owner_id: is required'])
      expect(rightOf(codec.decode({ owner_id: 'a' }))).to.deep.equal({ ownerId: 'a' })
    }
  })

  it('rejects, omits or keeps an optional field that it cannot decode', () => {
    const wire = { owner_id: 'a', is_long: 'yes' }
    expect(problems(strict.decode(wire))).to.deep.equal(['is_long: must be a boolean, got a string'])
    expect(rightOf(lenient.decode(wire))).to.deep.equal({ ownerId: 'a' })
    expect(rightOf(keeping.decode(wire))).to.deep.equal({ ownerId: 'a', extra: { is_long: 'yes' } })
    expect(keeping.encode(rightOf(keeping.decode(wire)))).to.deep.equal(wire)
  })

  it('treats null in an optional field as absent, unless it keeps values that it cannot decode', () => {
    const wire = { owner_id: 'a', is_long: null }
    expect(rightOf(strict.decode(wire))).to.deep.equal({ ownerId: 'a' })
    expect(rightOf(lenient.decode(wire))).to.deep.equal({ ownerId: 'a' })
    expect(rightOf(keeping.decode(wire))).to.deep.equal({ ownerId: 'a', extra: { is_long: null } })
  })

  it('keeps null in an unknown field', () => {
    expect(rightOf(strict.decode({ owner_id: 'a', theme: null }))).to.deep.equal({
      ownerId: 'a',
      extra: { theme: null },
    })
  })

  it('rejects or omits an unknown field that is not JSON', () => {
    const wire = { owner_id: 'a', theme: { n: Number.NaN }, locale: 'de' }
    for (const codec of [strict, keeping])
      expect(problems(codec.decode(wire))).to.deep.equal(['theme.n: must be JSON, got NaN'])
    expect(rightOf(lenient.decode(wire))).to.deep.equal({ ownerId: 'a', extra: { locale: 'de' } })
  })

  it('ignores inherited fields', () => {
    expect(problems(strict.decode(Object.create({ owner_id: 'a' })))).to.deep.equal(['owner_id: is required'])
  })

  it('encodes an extra field in place of an optional one, but not of a required one', () => {
    const extra = { owner_id: 'b', is_long: 'yes', theme: 1 }
    expect(strict.encode({ ownerId: 'a', isLong: true, extra })).to.deep.equal({
      owner_id: 'a',
      is_long: 'yes',
      theme: 1,
    })
  })

  it('recognizes models, with or without other properties', () => {
    expect(strict.is({ ownerId: 'a', isLong: true, extra: { theme: 1 }, drift: [] })).to.equal(true)
    const others = [null, [], 'a', {}, { ownerId: 1 }, { ownerId: 'a', isLong: 1 }, { ownerId: 'a', extra: 1 }]
    for (const value of [...others, { ownerId: 'a', extra: { f: () => 1 } }]) expect(strict.is(value)).to.equal(false)
  })

  it('reports a getter that throws as one error at the root', () => {
    const hostile = {
      get owner_id(): string {
        throw new Error('sesame')
      },
    }
    expect(problems(strict.decode(hostile))).to.deep.equal([': could not be read: a getter or a proxy threw'])
  })
})

describe('A model codec', () => {
  const codec = modelCodec<Thing>('Thing', { ...fields, extra: optional(JsonObjectCodec) })

  it('decodes a model to itself, and treats undefined as absent', () => {
    for (const model of [{ ownerId: 'a' }, { ownerId: 'a', isLong: undefined, extra: { theme: 1 } }])
      expect(rightOf(codec.decode(model))).to.equal(model)
  })

  it('rejects unknown fields, and suggests the closest known one', () => {
    const [error] = leftOf(codec.decode({ ownerId: 'a', isLng: true, theme: undefined }))
    expect(error).to.include({ message: 'unknown field', hint: "did you mean 'isLong'?" })
  })

  it('recognizes exactly what it decodes', () => {
    expect(codec.is({ ownerId: 'a', extra: {} })).to.equal(true)
    const others = [null, [], {}, { ownerId: 1 }, { ownerId: 'a', theme: 1 }, { ownerId: 'a', extra: 1 }]
    for (const value of others) {
      expect(codec.is(value)).to.equal(false)
      expect(codec.decode(value)._tag).to.equal('Left')
    }
  })
})
