// Mutates lib and lists the mutants that no spec detects. Without arguments it tests all files, else the named ones or,
// with --changed, those that changed since their last run, or whose specs did. The results are kept in measured.json, so
// that the score of the whole library is always known. Stryker mutates everything but numbers; numbers.ts raises these.
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { hashWithSpecs, type Row, type Rows, readRows, writeRows } from './measured.ts'
import { survivingNumbers } from './numbers.ts'
import { type FileReport, readReport } from './report.ts'

/**
 * The specs that test each file of lib, the fastest first. Mutants run only against them, since all specs would take
 * days. Files without an entry have no mutants: types and lists of exports.
 */
const specsByFile: Readonly<Record<string, readonly string[]>> = JSON.parse(
  readFileSync('spec/checks/mutation/specs.json', 'utf8'),
)

/** The required score in percent, of all mutants. */
const minScore = 95

/** The required score of each file in percent. */
const minFileScore = 90

/** A file with fewer mutants needs no score: a single survivor would weigh too much. */
const minMutants = 10

/** The time limit of a file in milliseconds. */
const timeoutMs = 60 * 60_000

const reportPath = 'spec/.mutation-report/report.json'

/** Returns whether the results are up to date for a file. */
const isCurrent = (rows: Rows, file: string): boolean =>
  rows[file]?.hash === hashWithSpecs(readFileSync(file, 'utf8'), specsByFile[file] ?? [])

const args = process.argv.slice(2)
const all = Object.keys(specsByFile)
const files =
  args.length === 0 ? all : args[0] === '--changed' ? all.filter((file) => !isCurrent(readRows(), file)) : args
const missingFrom = (record: Readonly<Record<string, unknown>>, names: readonly string[]): string =>
  names.filter((name) => !Object.hasOwn(record, name)).join(', ')
const unknown = missingFrom(specsByFile, files)
if (unknown !== '') throw new Error(`specs.json has no entry for ${unknown}. Add the specs that test it.`)
const removed = missingFrom(specsByFile, Object.keys(readRows()))
if (removed !== '') throw new Error(`measured.json has an entry for ${removed}, but specs.json has none. Remove it.`)

const mutate = async (file: string): Promise<FileReport> => {
  rmSync(reportPath, { force: true })
  const { status, signal } = spawnSync(
    process.execPath,
    [
      'spec/checks/node_modules/@stryker-mutator/core/bin/stryker.js',
      ...['run', 'spec/checks/mutation/stryker.config.json', '--mutate', file],
    ],
    { stdio: 'inherit', timeout: timeoutMs },
  )
  if (status !== 0) throw new Error(`Stryker failed for ${file}: ${signal ?? 'see above'}`)
  return readReport(reportPath, file, await survivingNumbers(file, specsByFile[file] ?? []))
}

// Sequential, so that --changed can continue an interrupted run.
const reports: { readonly file: string; readonly problems: readonly string[]; readonly invalid: number }[] = []
for (const file of files) {
  const { source, problems, invalid, ...row } = await mutate(file)
  if (invalid === 0)
    writeRows({ ...readRows(), [file]: { hash: hashWithSpecs(source, specsByFile[file] ?? []), ...row } })
  reports.push({ file, problems, invalid })
}

const rows = readRows()

const scoreOf = ({ mutants, killed }: Pick<Row, 'mutants' | 'killed'>): number => (100 * killed) / mutants

const total = Object.values(rows).reduce(
  (sum, { mutants, killed, explained }) => ({
    mutants: sum.mutants + mutants,
    killed: sum.killed + killed,
    unexplained: sum.unexplained + mutants - killed - explained,
  }),
  { mutants: 0, killed: 0, unexplained: 0 },
)
const low = Object.entries(rows).filter(([, row]) => row.mutants >= minMutants && scoreOf(row) < minFileScore)

for (const { problems } of reports) for (const problem of problems) console.log(`${problem}\n`)
for (const file of all) {
  const row = rows[file]
  const result =
    row === undefined
      ? 'not tested yet'
      : `${String(row.mutants).padStart(4)} mutants ${scoreOf(row).toFixed(1).padStart(6)} %`
  console.log(`${file.padEnd(28)} ${result}${row !== undefined && !isCurrent(rows, file) ? '  (changed since)' : ''}`)
}
console.log(
  `The specs detect ${scoreOf(total).toFixed(1)} % of ${total.mutants} mutants. Unexplained survivors: ${total.unexplained}`,
)
for (const { file, invalid } of reports)
  if (invalid > 0) console.log(`${file}: ${invalid} mutants had no result, so the results were not saved.`)
for (const [file] of low) console.log(`${file}: the specs detect less than ${minFileScore} %.`)
// Without any mutants the score is NaN, which fails.
process.exitCode =
  scoreOf(total) >= minScore && low.length === 0 && reports.every(({ invalid }) => invalid === 0) ? 0 : 1
