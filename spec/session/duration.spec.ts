import { expect } from 'chai'
import fc from 'fast-check'
import { days, hours, minutes } from '../../lib/session/duration.ts'

describe('Durations', () => {
  it('are counted in seconds', () => {
    expect([minutes(1), minutes(30), hours(1), hours(12), days(1), days(7)]).to.deep.equal([
      60, 1800, 3600, 43_200, 86_400, 604_800,
    ])
  })

  it('agree: an hour has 60 minutes and a day 24 hours', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000 }), (count) => {
        expect(hours(count)).to.equal(minutes(60 * count))
        expect(days(count)).to.equal(hours(24 * count))
      }),
    )
  })
})
