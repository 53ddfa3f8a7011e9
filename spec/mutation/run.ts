// Breaks lib in every way that Stryker knows, and tells what no spec notices. `npm run mutate` takes all files,
// `npm run mutate -- lib/wait.ts` those, and `npm run mutate -- --changed` what the last commit, or no commit yet, changed.
import { execFileSync, spawnSync } from 'node:child_process'
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

/**
 * Which specs judge a file of lib: those that run its lines on purpose, the quick ones first. A mutant is run against
 * them alone, for all specs against each would take days. What has no row is not broken: types, lists of exports, the
 * version.
 */
const judges: Readonly<Record<string, readonly string[]>> = JSON.parse(
  readFileSync('spec/mutation/judges.json', 'utf8'),
)

/** The score that is asked for, in percent. */
const least = 90

/** The time that all of lib may take, in milliseconds. */
const longest = 60 * 60_000

const git = (...args: readonly string[]): string => execFileSync('git', [...args], { encoding: 'utf8' })

/** Files of lib that have changed, as far as there is something in them to break. */
const changed = (): readonly string[] => {
  // In a shallow clone there is nothing to compare with.
  const [, parent] = git('rev-list', '--parents', '--max-count=1', 'HEAD').trim().split(' ')
  if (parent === undefined) return []
  return git('diff', '--name-only', '--diff-filter=d', parent, '--', 'lib')
    .split('\n')
    .filter((file) => file in judges)
}

const args = process.argv.slice(2)
const files = args[0] === '--changed' ? changed() : args
const unknown = files.filter((file) => !(file in judges))
if (unknown.length > 0) throw new Error(`judges.json has no row for ${unknown.join(', ')}`)
if (args[0] === '--changed' && files.length === 0) {
  console.log('Nothing in lib has changed that could be broken.')
  process.exit()
}

const { status, signal } = spawnSync(
  process.execPath,
  [
    'spec/mutation/node_modules/@stryker-mutator/core/bin/stryker.js',
    ...['run', 'spec/mutation/stryker.config.json', '--mutate'],
    (files.length === 0 ? Object.keys(judges) : files).join(),
  ],
  { stdio: 'inherit', timeout: longest },
)
if (status !== 0) throw new Error(`Stryker did not come to an end: ${signal ?? 'see above'}`)

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
