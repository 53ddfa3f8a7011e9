import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { expect } from 'chai'
import { explained } from './mutation/explained.ts'
import { hashOf } from './mutation/measured.ts'

/** Types, lists of exports, and the version: nothing in them can be broken. */
const unbroken = /^lib\/(states|version|index|\w+\/index)\.ts$/

describe('What is broken on purpose', () => {
  const judges: Readonly<Record<string, readonly string[]>> = JSON.parse(
    readFileSync('spec/mutation/judges.json', 'utf8'),
  )

  it('is every file of lib', () => {
    const files = readdirSync('lib', { recursive: true, encoding: 'utf8' })
      .map((file) => `lib/${file.replaceAll('\\', '/')}`)
      .filter((file) => file.endsWith('.ts') && !unbroken.test(file))
    expect(Object.keys(judges)).to.have.members(files)
  })

  it('is judged by specs that there are', () => {
    for (const [file, specs] of Object.entries(judges)) {
      expect(specs, file).not.to.be.empty
      expect(specs.filter((name) => !existsSync(`spec/${name}.spec.ts`))).to.deep.equal([])
    }
  })

  it('is explained, where no spec notices it, by lines that there are', () => {
    const stale = explained.filter(({ file, line }) => !readFileSync(file, 'utf8').includes(line))
    expect(stale.map(({ file, line }) => `${file}: ${line}`)).to.deep.equal([])
  })

  const source = "const wait = (ms: number): string => 'some ms' // A comment.\nexport const name = wait(7)"
  const others: readonly (readonly [string, boolean, string])[] = [
    ['another comment', true, source.replace('A comment', 'Another')],
    ['another type', true, source.replace(': string', '')],
    ['another indent', true, source.replace('export', '  export')],
    ['another number', false, source.replace('7', '8')],
    ['another text', false, source.replace('some', 'any')],
    ['another name', false, source.replace('name', 'title')],
  ]
  for (const [title, isSame, other] of others)
    it(`${isSame ? 'needs no' : 'needs a'} new measure for ${title}`, () => {
      expect(hashOf(other) === hashOf(source)).to.equal(isSame)
    })
})
