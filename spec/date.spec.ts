import { expect } from 'chai'
import fc from 'fast-check'
import { anyDate, isoDate } from '../lib/date.ts'
import { leftOf, rightOf } from './support/either.ts'
import { withEnvironment } from './support/environment.ts'

const read = (codec: typeof anyDate, value: unknown): string | undefined => {
  const decoded = codec.decode(value)
  return decoded._tag === 'Right' ? decoded.right.toISOString() : undefined
}

describe('A date of a reply', () => {
  // What was sent, what it is by the contract, and what can be understood of it.
  const dates: readonly (readonly [unknown, string | undefined, string | undefined])[] = [
    ...(
      [
        ['2026-01-31T12:34:56.789Z', '2026-01-31T12:34:56.789Z'],
        ['2026-01-31T12:34:56Z', '2026-01-31T12:34:56.000Z'],
        ['2026-01-31T12:34Z', '2026-01-31T12:34:00.000Z'],
        ['2026-01-31t12:34:56z', '2026-01-31T12:34:56.000Z'],
        ['2026-01-31 12:34:56Z', '2026-01-31T12:34:56.000Z'],
        ['  2026-01-31T12:34:56Z\n', '2026-01-31T12:34:56.000Z'],
        ['2026-01-31T12:34:56+02:00', '2026-01-31T10:34:56.000Z'],
        ['2026-01-31T12:34:56-0230', '2026-01-31T15:04:56.000Z'],
        ['2026-01-31T12:34:56+0545', '2026-01-31T06:49:56.000Z'],
        ['+002026-01-31T12:34:56Z', '2026-01-31T12:34:56.000Z'],
        ['+012026-01-31T12:34:56Z', '+012026-01-31T12:34:56.000Z'],
        ['-000001-01-31T12:34:56Z', '-000001-01-31T12:34:56.000Z'],
        ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
      ] as const
    ).map(([text, instant]) => [text, instant, instant] as const),
    ['2026-01-31T12:34:56', undefined, '2026-01-31T12:34:56.000Z'],
    ['2026-01-31T12:34', undefined, '2026-01-31T12:34:00.000Z'],
    ['2026-01-31', undefined, '2026-01-31T00:00:00.000Z'],
    [1_767_225_600, undefined, '2026-01-01T00:00:00.000Z'],
    [1_767_225_600_000, undefined, '2026-01-01T00:00:00.000Z'],
    [-86_400, undefined, '1969-12-31T00:00:00.000Z'],
    [-1_767_225_600_000, undefined, '1914-01-01T00:00:00.000Z'],
    [99_999_999_999, undefined, '5138-11-16T09:46:39.000Z'],
    [100_000_000_000, undefined, '1973-03-03T09:46:40.000Z'],
    [0, undefined, '1970-01-01T00:00:00.000Z'],
    ['1767225600', undefined, '2026-01-01T00:00:00.000Z'],
    ['1767225600000', undefined, '2026-01-01T00:00:00.000Z'],
    ['100000000', undefined, '1973-03-03T09:46:40.000Z'],
    ...[
      ...['', ' ', 'yesterday', '2026', '12345678', '1767225600s', 'x1767225600', '2026-1-31', '26-01-31T12:34:56Z'],
      ...[
        '2026-02-30T00:00:00Z',
        '2025-02-29',
        '2026-13-01',
        '2026-00-10',
        '2026-01-00',
        '2026-01-31T25:00:00Z',
        '+002026-02-30T00:00Z',
      ],
      ...['x2026-01-31T12:34:56Z', '2026-01-31T12:34:56Zx', '2026-01-31T12:34:56Z2026', '2026-01-31T12:34:56+2'],
      ...['2026-01-31T12:34:56+02:0', '2026-01-31T12:34:56+ab:00', '2026-01-31T12:34:56*02:00', '2026-01-31T12:3'],
      ...[
        '2026-01-31T',
        '2026-01-31Z',
        '2026-01-31+02:00',
        '2026-01-31T12:34:56.Z',
        '2026-01-31T12:34:5Z',
        '31/01/2026',
      ],
      ...[Number.NaN, Number.POSITIVE_INFINITY, 8.64e15 + 1, null, undefined, true, [], {}, ['2026-01-31T12:34:56Z']],
      new Date(0),
    ].map((value) => [value, undefined, undefined] as const),
  ]
  for (const [value, strict, lax] of dates) {
    const shown = value instanceof Date ? 'a Date' : (JSON.stringify(value) ?? 'undefined')
    it(`${shown} is ${strict ?? 'none'} by the contract, and can be understood as ${lax ?? 'none'}`, () => {
      expect([read(isoDate, value), read(anyDate, value)]).to.deep.equal([strict, lax])
    })
  }

  it('is in UTC where it has no zone, whatever the zone of the machine', async () => {
    await withEnvironment({ TZ: 'Asia/Kolkata' }, () => {
      expect(new Date('2026-01-31T00:00:00').toISOString()).to.equal('2026-01-30T18:30:00.000Z')
      expect(read(anyDate, '2026-01-31T12:34:56')).to.equal('2026-01-31T12:34:56.000Z')
      expect(read(anyDate, '2026-01-31')).to.equal('2026-01-31T00:00:00.000Z')
    })
  })

  it('has codecs with names', () => {
    expect([isoDate.name, anyDate.name]).to.deep.equal(['IsoDate', 'AnyDate'])
  })

  it('is refused with what was expected', () => {
    expect(leftOf(isoDate.decode('soon'))[0]?.message).to.equal('expected an ISO date-time with a zone, got a string')
    expect(leftOf(anyDate.decode('soon'))[0]?.message).to.equal('expected a date, got a string')
  })

  it('is frozen, and written as the contract has it', () => {
    const date = rightOf(anyDate.decode(1_767_225_600))
    expect(Object.isFrozen(date)).to.equal(true)
    expect(anyDate.encode(date)).to.equal('2026-01-01T00:00:00.000Z')
  })

  it('is known from what is none', () => {
    expect([anyDate.is(new Date(0)), isoDate.is(new Date(0))]).to.deep.equal([true, true])
    for (const none of [new Date(Number.NaN), '2026-01-01', 0, undefined, {}])
      expect([anyDate.is(none), isoDate.is(none)]).to.deep.equal([false, false])
  })

  it('is the same after it was written and read again', () => {
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true }), (date) => {
        expect(rightOf(isoDate.decode(isoDate.encode(date)))).to.deep.equal(date)
      }),
    )
  })
})
