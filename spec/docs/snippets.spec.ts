import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import ts from 'typescript'
import * as context from '../support/context.ts'
import { itEach } from '../support/it-each.ts'
import type { Played } from '../support/play.ts'
import { run } from '../support/run.ts'
import {
  blocksOf,
  entryPoints,
  examples,
  fileNameOf,
  fits,
  isRecipe,
  preambleOf,
  saidBy,
  subpaths,
  watched,
  withoutExample,
} from '../support/snippets.ts'
import { diagnosticsOf } from '../support/typecheck.ts'

const pages = ['README.md', ...readdirSync('docs').map((file) => join('docs', file))].filter((file) =>
  file.endsWith('.md'),
)
const snippets = [...pages.flatMap((page) => blocksOf(page, 'ts')).filter((block) => !isRecipe(block)), ...examples()]
const names = Object.keys(context)

/** What a page may print of itself; a token of the sandbox is not among it. */
const token = /sandbox\.[\da-f]{8}-/

describe('The documents', function () {
  this.timeout(120_000)
  let folder = ''
  let stdout = ''
  let stderr = ''
  let played: readonly Played[] = []
  const file = (kind: string, index: number): string => join(folder, `${kind}-${index + 1}.ts`)

  before(async () => {
    folder = mkdtempSync(join('spec', '.documents-'))
    for (const [index, snippet] of snippets.entries()) {
      const { code } = snippet
      const preamble = preambleOf(code, names)
      const name = fileNameOf(snippet)
      if (name !== undefined) writeFileSync(join(folder, name), code)
      writeFileSync(file('written', index), `${preamble}\n${code}`)
      writeFileSync(file('run', index), `${preamble}\n${watched(code, names)}`)
    }
    const report = join(folder, 'report.json')
    // One of the guides sends its whole process through the environment's proxy.
    const direct = { NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1' }
    const files = snippets.map((_, index) => file('run', index))
    const ran = await run(join('spec', 'support', 'play.ts'), direct, [report, ...files], 100_000)
    if (ran.code !== 0) throw new Error(`the snippets could not be run: ${ran.stderr}`)
    stdout = ran.stdout
    stderr = ran.stderr
    played = JSON.parse(readFileSync(report, 'utf8'))
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  it('have code in all the places where it is looked for', () => {
    const guides = pages.filter((page) => page !== 'docs/performance.md') // which has commands only
    for (const place of [...guides, 'lib/session/types.ts', 'lib/testing/sandbox.ts'])
      expect(
        snippets.filter(({ title }) => title.startsWith(`${place},`)),
        place,
      ).not.to.deep.equal([])
  })

  it('have code that the compiler accepts', () => {
    const looser = { noUnusedLocals: false, noUnusedParameters: false, noPropertyAccessFromIndexSignature: false }
    const said = diagnosticsOf(
      snippets.map((_, index) => file('written', index)),
      looser,
    )
    const wrong = said.flatMap((lines, index) => lines.map((line) => `${snippets[index]?.title}, ${line}`))
    expect(wrong).to.deep.equal([])
  })

  it('have no code in a language that is not looked for', () => {
    const fences = pages.flatMap((page) => [...readFileSync(page, 'utf8').matchAll(/^( *)(?:`{3,}|~{3,})(\S+)/gm)])
    const found = new Set(fences.map(([, indent = '', language = '']) => `${indent}${language}`))
    expect([...found].sort()).to.deep.equal(['js', 'sh', 'ts', 'tsx'])
  })

  it('have JavaScript without mistakes of syntax', () => {
    const hasMistake = (code: string): boolean => {
      const { diagnostics = [] } = ts.transpileModule(code, { reportDiagnostics: true, fileName: 'code.tsx' })
      return diagnostics.length > 0
    }
    const wrong = pages
      .flatMap((page) => [...blocksOf(page, 'js'), ...blocksOf(page, 'tsx')])
      .filter(({ code }) => hasMistake(code))
    expect(wrong).to.deep.equal([])
  })

  it('print no warning, and no token', () => {
    expect(stderr).to.equal('')
    expect(stdout).to.include('"token":"[secret]"') // by the logger of a guide
    expect(stdout).not.to.match(token)
  })

  itEach('have code that runs, and comments that match what it returns', snippets.entries(), ([index, { code }]) => {
    const ended = played[index]
    expect(ended?.failed).to.equal(undefined)
    for (const [place, claim] of saidBy(code).entries()) {
      const said = ended?.said[place] ?? 'nothing'
      if (!fits(claim, said)) expect(said).to.equal(claim)
    }
  })

  it('have a reference of every subpath', () => {
    expect(entryPoints).to.deep.equal(subpaths.map(([, file]) => `lib/${file}`))
  })

  it('have an example for every public name', () => {
    expect(withoutExample()).to.deep.equal([])
  })
})
