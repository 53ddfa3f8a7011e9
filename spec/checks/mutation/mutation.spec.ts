import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { expect } from 'chai'
import { explained } from './explained.ts'
import { hashOf, hashWithSpecs } from './measured.ts'
import { numberMutants } from './numbers.ts'

/** Files without mutants: types, lists of exports, and the version. */
const withoutMutants =
  /^lib\/(index|client\/events|testing\/index|session\/types|model\/validation|util\/(either|version))\.ts$/

describe('The mutation tests', () => {
  const source = "const wait = (ms: number): string => 'some ms' // A comment.\nexport const name = wait(7)"
  const specsByFile: Readonly<Record<string, readonly string[]>> = JSON.parse(
    readFileSync('spec/checks/mutation/specs.json', 'utf8'),
  )

  it('cover every file of lib', () => {
    const files = readdirSync('lib', { recursive: true, encoding: 'utf8' })
      .map((file) => `lib/${file.replaceAll('\\', '/')}`)
      .filter((file) => file.endsWith('.ts') && !withoutMutants.test(file))
    expect(Object.keys(specsByFile)).to.have.members(files)
  })

  it('name only existing specs', () => {
    for (const [file, specs] of Object.entries(specsByFile)) {
      expect(specs, file).not.to.be.empty
      expect(specs.filter((name) => !existsSync(`spec/${name}.spec.ts`))).to.deep.equal([])
    }
  })

  it('explain each survivor in exactly one existing line', () => {
    const linesWith = ({ file, line }: (typeof explained)[number]): number =>
      readFileSync(file, 'utf8')
        .split('\n')
        .filter((text) => text.includes(line)).length
    const inexact = explained.filter((each) => linesWith(each) !== 1 && each.from === undefined)
    expect(inexact.map(({ file, line }) => `${file}: ${line}`)).to.deep.equal([])
  })

  it('raise each number by one, except in types', () => {
    const numbers = 'const wait = (ms: 7 = 7): number => ms * 2.5 + 1_000'
    expect(numberMutants('file.ts', numbers).map(({ text, replacement }) => [text, replacement])).to.deep.equal([
      ['7', '8'],
      ['2.5', '3.5'],
      ['1_000', '1001'],
    ])
  })

  it('repeat a file whose specs, or what they import, changed', () => {
    const hash = hashWithSpecs(source, ['util/defaults'])
    expect(hash)
      .to.equal(hashWithSpecs(source, ['util/defaults']))
      .and.not.equal(hashWithSpecs(source, ['errors']))
  })

  const changes: readonly (readonly [string, boolean, string])[] = [
    ['a changed comment', true, source.replace('A comment', 'Another')],
    ['a changed type', true, source.replace(': string', '')],
    ['a changed indentation', true, source.replace('export', '  export')],
    ['a changed number', false, source.replace('7', '8')],
    ['a changed string', false, source.replace('some', 'any')],
    ['a renamed export', false, source.replace('name', 'title')],
  ]
  for (const [title, isSame, other] of changes)
    it(`${isSame ? 'do not repeat' : 'repeat'} a file with ${title}`, () => {
      expect(hashOf(other) === hashOf(source)).to.equal(isSame)
    })
})
