import { expect } from 'chai'
import { didYouMean } from '../../lib/util/did-you-mean.ts'
import { itEach } from '../support/it-each.ts'

const hint = (name: string): string => `did you mean '${name}'?`

describe('didYouMean', () => {
  const known = ['ats', 'hris', 'hris-legacy', 'accounting', 'baseUrl', 'dangerouslyAllowBrowser']

  const suggestions: readonly (readonly [string, string])[] = [
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
  ]
  itEach('suggests the nearest name', suggestions, ([name, suggestion]) => {
    expect(didYouMean(name, known)).to.equal(hint(suggestion))
  })

  const unrelated = ['', 'payroll', 'sirh', 'axy', 'asx', 'axt', 'haxs', 'zzzats', 'xxxxunting', 'constructor']
  itEach('suggests nothing for an unrelated name', unrelated, (name) => {
    expect(didYouMean(name, known)).to.equal(undefined)
  })

  it('suggests the closest of several names, in whatever order they are listed', () => {
    expect(didYouMean('retri', ['retries', 'retry'])).to.equal(hint('retry'))
    expect(didYouMean('retri', ['retry', 'retries'])).to.equal(hint('retry'))
  })

  it('allows half of the letters to differ after a common start', () => {
    expect(didYouMean('retry', ['retries'])).to.equal(hint('retries'))
    expect(didYouMean('relay', ['retries'])).to.equal(undefined)
  })

  it('allows at most nine edits in a long name', () => {
    const long = 'abcdefghijklmnopqrst'
    expect(didYouMean(`abcd${'#'.repeat(9)}nopqrst`, [long])).to.equal(hint(long))
    expect(didYouMean(`abcd${'#'.repeat(10)}opqrst`, [long])).to.equal(undefined)
  })

  it('suggests nothing for a name of more than 64 characters', () => {
    expect(didYouMean('x'.repeat(64), ['x'.repeat(63)])).to.equal(hint('x'.repeat(63)))
    expect(didYouMean('x'.repeat(65), ['x'.repeat(64)])).to.equal(undefined)
    expect(didYouMean('x'.repeat(100_000), known)).to.equal(undefined)
  })
})
