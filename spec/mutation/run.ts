// Breaks lib in every way that Stryker knows, and tells what no spec notices: npm run mutate, for all files, or
// npm run mutate -- lib/wait.ts for some.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { explained } from './explained.ts'

interface Mutant {
  readonly mutatorName: string
  readonly replacement?: string
  readonly status: 'Killed' | 'Timeout' | 'Survived' | 'NoCoverage' | 'RuntimeError' | 'CompileError' | 'Ignored'
  readonly location: { readonly start: { readonly line: number; readonly column: number } }
}

interface Report {
  readonly files: Readonly<Record<string, { readonly source: string; readonly mutants: readonly Mutant[] }>>
}

const least = 90

const files = process.argv.slice(2)
const wrong = files.filter((file) => !/^lib\/[\w/]+\.ts$/.test(file))
if (wrong.length > 0) throw new Error(`these are no files of lib: ${wrong.join(', ')}`)

const { status } = spawnSync(
  process.execPath,
  [
    'spec/mutation/node_modules/@stryker-mutator/core/bin/stryker.js',
    ...['run', 'spec/mutation/stryker.config.json'],
    ...(files.length === 0 ? [] : ['--mutate', files.join()]),
  ],
  { stdio: 'inherit' },
)
if (status !== 0) throw new Error('Stryker could not run: see above')

const report: Report = JSON.parse(readFileSync('spec/.mutation-report/report.json', 'utf8'))
const judged = Object.entries(report.files).map(([file, { source, mutants }]) => {
  const lines = source.split('\n')
  const isExplained = ({ location, replacement }: Mutant): boolean =>
    explained.some(
      (each) =>
        each.file === file &&
        lines[location.start.line - 1]?.includes(each.line) === true &&
        (each.to === undefined || each.to === replacement),
    )
  const unnoticed = mutants.filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
  return {
    file,
    all: mutants.filter(({ status }) => status !== 'Ignored').length,
    broken: mutants.filter(({ status }) => status === 'RuntimeError' || status === 'CompileError').length,
    unnoticed: unnoticed.length,
    unexplained: unnoticed
      .filter((mutant) => !isExplained(mutant))
      .map(({ location: { start }, mutatorName, replacement }) => {
        const line = lines[start.line - 1]?.trim() ?? ''
        return `${file}:${start.line}:${start.column} ${mutatorName}\n  - ${line}\n  + ${replacement ?? ''}`
      }),
  }
})

const count = (of: (each: (typeof judged)[number]) => number): number => judged.reduce((sum, each) => sum + of(each), 0)
const scoreOf = (all: number, unnoticed: number): number => (100 * (all - unnoticed)) / all

for (const { unexplained } of judged) for (const survivor of unexplained) console.log(`${survivor}\n`)
for (const { file, all, unnoticed } of judged)
  console.log(
    `${file.padEnd(28)} ${String(all).padStart(4)} mutants ${scoreOf(all, unnoticed).toFixed(1).padStart(6)} %`,
  )

const score = scoreOf(
  count(({ all }) => all),
  count(({ unnoticed }) => unnoticed),
)
const open = count(({ unexplained }) => unexplained.length)
console.log(`Of all mutants the specs noticed ${score.toFixed(1)} %; of the others ${open} are not explained.`)
// A score of no mutants at all is not a number, and not enough.
const isEnough = score >= least && count(({ broken }) => broken) === 0
process.exitCode = isEnough ? 0 : 1
