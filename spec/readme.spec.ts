import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import * as library from '../lib/index.ts'
import { session } from '../lib/index.ts'
import { sandbox } from '../lib/testing/index.ts'
import { run } from './support/run.ts'
import { diagnosticsOf } from './support/typecheck.ts'

const readme = readFileSync('README.md', 'utf8')
const blocks = [...readme.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code)

/** The comments under a console.log say what it prints; an ellipsis stands for the rest of its line. */
const printedBy = (code: string): readonly string[] => {
  const [, after = ''] = /console\.log\([^\n]*\)\n((?:\/\/[^\n]*\n)+)$/.exec(code) ?? []
  return after
    .split('\n')
    .filter(Boolean)
    .map((line) => line.replace(/^\/\/ ?/, ''))
}

describe('The README', () => {
  let folder = ''
  const file = (index: number): string => join(folder, `block-${index + 1}.ts`)
  before(() => {
    folder = mkdtempSync(join('spec', '.readme-'))
    for (const [index, code] of blocks.entries()) writeFileSync(file(index), code)
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  it('shows the chain before its line 25', () => {
    const line = readme.split('\n').findIndex((text) => text.includes('.send(client)')) + 1
    expect(line).to.be.within(1, 24)
  })

  it('has blocks that the compiler accepts', function () {
    this.timeout(60_000)
    expect(blocks.length).to.be.at.least(6)
    const looser = { noUnusedLocals: false, noPropertyAccessFromIndexSignature: false }
    expect(
      diagnosticsOf(
        blocks.map((_, index) => file(index)),
        looser,
      ).flat(),
    ).to.deep.equal([])
  })

  for (const [index, code] of blocks.entries()) {
    const [title = ''] = code.split('\n').filter((line) => /session\(\)|client\.|Handler\(/.test(line))
    it(`has block ${index + 1} that runs: ${title.trim()}`, async function () {
      this.timeout(60_000)
      const server = await sandbox().listen()
      try {
        const env = { STACKONE_API_KEY: 'v1.sandbox.key', STACKONE_BASE_URL: server.url }
        const { code: exit, stdout, stderr } = await run(file(index), env)
        expect(stderr).to.equal('')
        expect(exit).to.equal(0)
        const expected = printedBy(code)
        const lines = stdout.trimEnd().split('\n')
        for (const [line, text] of expected.entries()) {
          if (text.endsWith('…')) expect(lines[line]).to.satisfy((got = '') => got.startsWith(text.slice(0, -1)))
          else if (lines.length === expected.length) expect(lines[line]).to.equal(text)
          else expect(stdout.replace(/\s+/g, ' ').trim()).to.equal(expected.join(' '))
        }
      } finally {
        await server.close()
      }
    })
  }

  it('links to files that are there', () => {
    const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, path = '']) => path)
    expect(links).not.to.deep.equal([])
    expect(links.filter((path) => !existsSync(path))).to.deep.equal([])
  })

  it('names each method of a session', () => {
    const names = Object.getOwnPropertyNames(Object.getPrototypeOf(session())).filter((name) => name !== 'constructor')
    expect(names.length).to.be.at.least(18)
    expect(names.filter((name) => !readme.includes(`| \`.${name}(`))).to.deep.equal([])
  })

  it('names each error', () => {
    const errors = Object.keys(library).filter((name) => name.endsWith('Error') && !name.startsWith('is'))
    expect(errors).to.have.length(7)
    expect(errors.filter((name) => !readme.includes(`| \`${name}\` |`))).to.deep.equal([])
  })
})
