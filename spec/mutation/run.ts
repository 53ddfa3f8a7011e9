// Breaks lib in every way that Stryker knows, and tells what no spec notices. `npm run mutate` takes all files,
// `npm run mutate -- lib/wait.ts` those, and `npm run mutate -- --changed` those whose code is not the one that was
// measured last. What was found is kept in measured.json, so that the score of the whole library is always known.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { hashOf, type Row, type Rows, readRows, writeRows } from './measured.ts'
import { type Judged, reported } from './report.ts'

/**
 * Which specs judge a file of lib: those that run its lines on purpose, the quick ones first. A mutant is run against
 * them alone, for all specs against each would take days. What has no row is not broken: types, lists of exports, the
 * version.
 */
const judges: Readonly<Record<string, readonly string[]>> = JSON.parse(
  readFileSync('spec/mutation/judges.json', 'utf8'),
)

/** The score that is asked for, in percent, of all mutants together and of each file. */
const least = 90

/** A file with fewer mutants than this has no score of its own to hold: one of them would be too much of it. */
const few = 10

/** The time that one file may take, in milliseconds. */
const longest = 60 * 60_000

/** Whether these rows have the file as it is now. */
const has = (rows: Rows, file: string): boolean => rows[file]?.hash === hashOf(readFileSync(file, 'utf8'))

const args = process.argv.slice(2)
const all = Object.keys(judges)
const files = args.length === 0 ? all : args[0] === '--changed' ? all.filter((file) => !has(readRows(), file)) : args
const without = (there: Readonly<Record<string, unknown>>, names: readonly string[]): string =>
  names.filter((name) => !Object.hasOwn(there, name)).join(', ')
const unknown = without(judges, files)
if (unknown !== '') throw new Error(`judges.json has no row for ${unknown}: give it one, with the specs that judge it`)
const gone = without(judges, Object.keys(readRows()))
if (gone !== '') throw new Error(`measured.json has a row for ${gone}, and judges.json has none: take it out`)

const measure = (file: string): Judged => {
  const { status, signal } = spawnSync(
    process.execPath,
    [
      'spec/mutation/node_modules/@stryker-mutator/core/bin/stryker.js',
      ...['run', 'spec/mutation/stryker.config.json', '--mutate', file],
    ],
    { stdio: 'inherit', timeout: longest },
  )
  if (status !== 0) throw new Error(`Stryker did not come to an end over ${file}: ${signal ?? 'see above'}`)
  return reported('spec/.mutation-report/report.json', file)
}

// One after the other, so that a run that is broken off can be taken up by --changed.
const judged = files.map((file) => {
  const { source, survivors, broken, ...row } = measure(file)
  if (broken === 0) writeRows({ ...readRows(), [file]: { hash: hashOf(source), ...row } })
  return { file, survivors, broken }
})

const rows = readRows()

const scoreOf = ({ mutants, noticed }: Pick<Row, 'mutants' | 'noticed'>): number => (100 * noticed) / mutants

const total = Object.values(rows).reduce(
  (sum, { mutants, noticed, explained }) => ({
    mutants: sum.mutants + mutants,
    noticed: sum.noticed + noticed,
    open: sum.open + mutants - noticed - explained,
  }),
  { mutants: 0, noticed: 0, open: 0 },
)
const low = Object.entries(rows).filter(([, row]) => row.mutants >= few && scoreOf(row) < least)

for (const { survivors } of judged) for (const survivor of survivors) console.log(`${survivor}\n`)
for (const file of all) {
  const row = rows[file]
  const found =
    row === undefined
      ? 'not measured yet'
      : `${String(row.mutants).padStart(4)} mutants ${scoreOf(row).toFixed(1).padStart(6)} %`
  console.log(`${file.padEnd(28)} ${found}${row !== undefined && !has(rows, file) ? '  (has changed since)' : ''}`)
}
console.log(
  `Of ${total.mutants} mutants the specs noticed ${scoreOf(total).toFixed(1)} %; of the others ${total.open} are not explained.`,
)
for (const { file, broken } of judged)
  if (broken > 0) console.log(`${file}: ${broken} mutants told nothing, so it was not measured.`)
for (const [file] of low) console.log(`${file}: the specs notice less than ${least} %.`)
// A score of no mutants at all is not a number, and not enough.
process.exitCode = scoreOf(total) >= least && low.length === 0 && judged.every(({ broken }) => broken === 0) ? 0 : 1
