import { expect } from 'chai'
import fc from 'fast-check'
import { days, hours, minutes } from '../lib/index.ts'
import { didYouMean } from '../lib/nearest.ts'

describe('Durations', () => {
  it('count seconds', () => {
    expect([minutes(1), minutes(30), hours(1), hours(12), days(1), days(7)]).to.deep.equal([
      60, 1800, 3600, 43_200, 86_400, 604_800,
    ])
  })

  it('agree with each other', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000 }), (count) => {
        expect(hours(count)).to.equal(minutes(60 * count))
        expect(days(count)).to.equal(hours(24 * count))
      }),
    )
  })
})

describe('A misspelt name', () => {
  const known = ['ats', 'hris', 'hris-legacy', 'accounting', 'baseUrl', 'dangerouslyAllowBrowser']
  const guesses: readonly (readonly [string, string | undefined])[] = [
    ['hriss', 'hris'],
    ['HRIS', 'hris'],
    ['atz', 'ats'],
    ['hirs', 'hris'],
    ['tas', 'ats'],
    ['axts', 'ats'],
    ['as', 'ats'],
    ['hris legacy', 'hris-legacy'],
    ['hris_legacy', 'hris-legacy'],
    ['acounting', 'accounting'],
    ['acountig', 'accounting'],
    ['BASEURL', 'baseUrl'],
    ['base_url', 'baseUrl'],
    ['dangerouslyAllowBrowsers', 'dangerouslyAllowBrowser'],
    ['', undefined],
    ['payroll', undefined],
    ['sirh', undefined],
    ['axy', undefined],
    ['asx', undefined],
    ['axt', undefined],
    ['haxs', undefined],
    ['zzzats', undefined],
    ['xxxxunting', undefined],
    ['constructor', undefined],
    ['x'.repeat(100_000), undefined],
  ]
  for (const [name, meant] of guesses)
    it(`of ${JSON.stringify(name.slice(0, 30))} probably means ${meant ?? 'none of them'}`, () => {
      expect(didYouMean(name, known)).to.equal(meant === undefined ? undefined : `did you mean '${meant}'?`)
    })

  it('means the nearest of several, wherever that stands', () => {
    expect(didYouMean('retri', ['retries', 'retry'])).to.equal("did you mean 'retry'?")
    expect(didYouMean('retri', ['retry', 'retries'])).to.equal("did you mean 'retry'?")
  })

  it('may be off by half behind a good beginning', () => {
    expect(didYouMean('retry', ['retries'])).to.equal("did you mean 'retries'?")
    expect(didYouMean('reply', ['retries'])).to.equal(undefined)
  })

  it('is compared without what stands before a dot', () => {
    expect(didYouMean('multiple', ['allow.multiple'])).to.equal("did you mean 'allow.multiple'?")
    expect(didYouMean('allow.nope', ['allow.multiple'])).to.equal(undefined)
  })

  it('may have nine slips, if it is long', () => {
    const long = 'abcdefghijklmnopqrst'
    expect(didYouMean(`abcd${'#'.repeat(9)}nopqrst`, [long])).to.equal(`did you mean '${long}'?`)
    expect(didYouMean(`abcd${'#'.repeat(10)}opqrst`, [long])).to.equal(undefined)
  })

  it('is looked for up to a length that nobody types', () => {
    expect(didYouMean('x'.repeat(64), ['x'.repeat(63)])).to.equal(`did you mean '${'x'.repeat(63)}'?`)
    expect(didYouMean('x'.repeat(65), ['x'.repeat(64)])).to.equal(undefined)
  })

  it('is found whatever single letter is wrong', () => {
    fc.assert(
      fc.property(fc.constantFrom('accounting', 'scheduling', 'marketing'), fc.nat(), (name, at) => {
        const letters = [...name]
        letters[at % letters.length] = '#'
        expect(didYouMean(letters.join(''), ['accounting', 'scheduling', 'marketing'])).to.equal(
          `did you mean '${name}'?`,
        )
      }),
    )
  })
})
