import { expect } from 'chai'
import { days, hours, minutes } from '../../lib/session/duration.ts'

describe('Durations', () => {
  it('are counted in seconds', () => {
    expect([minutes(1), minutes(30), hours(1), hours(12)]).to.deep.equal([60, 1800, 3600, 43_200])
    expect([days(1), days(7)]).to.deep.equal([86_400, 604_800])
  })
})
