import { expect } from 'chai'
import fc from 'fast-check'
import { ConnectSession } from '../../lib/model/connect-session.ts'
import { rightOf } from '../support/either.ts'
import { withEnvironment } from '../support/environment.ts'
import { itEach } from '../support/it-each.ts'

/** The decoded date, and the message of the drift. */
const read = (value: unknown): readonly [string | undefined, string | undefined] => {
  const { createdAt, drift } = rightOf(ConnectSession.decode({ created_at: value }))
  return [createdAt?.toISOString(), drift.find(({ path }) => path === 'created_at')?.message]
}

/** Dates of the contract. */
const strict: readonly (readonly [string, string])[] = [
  ['2026-01-31T12:34:56.789Z', '2026-01-31T12:34:56.789Z'],
  ['2026-01-31T12:34:56Z', '2026-01-31T12:34:56.000Z'],
  ['2026-01-31T12:34Z', '2026-01-31T12:34:00.000Z'],
  ['2026-01-31T12:34:56+02:00', '2026-01-31T10:34:56.000Z'],
  ['2026-01-31T12:34:56-02:30', '2026-01-31T15:04:56.000Z'],
  ['+012026-01-31T12:34:56Z', '+012026-01-31T12:34:56.000Z'],
  ['-000001-01-31T12:34:56Z', '-000001-01-31T12:34:56.000Z'],
  ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
]

/** Dates outside the contract that can be understood. */
const lenient: readonly (readonly [string | number, string])[] = [
  ['2026-01-31 12:34:56Z', '2026-01-31T12:34:56.000Z'],
  ['2026-01-31T12:34:56', '2026-01-31T12:34:56.000Z'],
  ['2026-01-31T12:34', '2026-01-31T12:34:00.000Z'],
  ['2026-01-31', '2026-01-31T00:00:00.000Z'],
  [1_767_225_600, '2026-01-01T00:00:00.000Z'],
  [1_767_225_600_000, '2026-01-01T00:00:00.000Z'],
  [-86_400, '1969-12-31T00:00:00.000Z'],
  [-1_767_225_600_000, '1914-01-01T00:00:00.000Z'],
  [99_999_999_999, '5138-11-16T09:46:39.000Z'],
  [100_000_000_000, '1973-03-03T09:46:40.000Z'],
  [0, '1970-01-01T00:00:00.000Z'],
]

const invalid: readonly unknown[] = [
  ...['', ' ', 'yesterday', '2026', '1767225600', '2026-1-31', '26-01-31T12:34:56Z'],
  ...['2026-13-01', '2026-00-10', '2026-01-00', '2026-01-31T25:00:00Z'],
  ...['+02026-01-31T00:00Z', 'x2026-01-31T12:34:56Z', '2026-01-31T12:34:56Zx', '2026-01-31T12:34:56Z2026'],
  ...[
    '2026-01-31T12:34:56+2',
    '2026-01-31T12:34:56+0230',
    '2026-01-31T12:34:56+02:0',
    '2026-01-31T12:34:56+ab:00',
    '2026-01-31T12:34:56*02:00',
  ],
  ...['2026-01-31T12:3', '2026-01-31T', '2026-01-31Z', '2026-01-31+02:00', '2026-01-31T12:34:56.Z'],
  ...['2026-01-31T12:34:5Z', '31/01/2026', Number.NaN, Number.POSITIVE_INFINITY, 8.64e15 + 1, null, undefined, true],
  ...[[], {}, ['2026-01-31T12:34:56Z'], new Date(0)],
]

describe('A date in a response', () => {
  itEach('accepts the dates of the contract', strict, ([text, instant]) => {
    expect(read(text)).to.deep.equal([instant, undefined])
  })

  itEach('accepts other forms, and reports them in drift', lenient, ([value, instant]) => {
    const [date, message] = read(value)
    expect(date).to.equal(instant)
    expect(message).to.match(/^must be an ISO date-time with a zone, got /)
  })

  itEach('omits anything else, and reports it in drift', invalid, (value) => {
    const [date, message] = read(value)
    expect(date).to.equal(undefined)
    expect(message).to.be.a('string')
  })

  it('is in UTC if it has no zone, whatever the zone of the machine', async () => {
    await withEnvironment({ TZ: 'Asia/Kolkata' }, () => {
      expect(new Date('2026-01-31T00:00:00').toISOString()).to.equal('2026-01-30T18:30:00.000Z')
      expect(read('2026-01-31T12:34:56')[0]).to.equal('2026-01-31T12:34:56.000Z')
      expect(read('2026-01-31')[0]).to.equal('2026-01-31T00:00:00.000Z')
    })
  })

  it('is the same after it was encoded and decoded', () => {
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true }), (createdAt) => {
        const { created_at } = ConnectSession.encode({ createdAt, drift: [] })
        expect(read(created_at)).to.deep.equal([createdAt.toISOString(), undefined])
      }),
    )
  })
})
