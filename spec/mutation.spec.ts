import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { expect } from 'chai'

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
})
