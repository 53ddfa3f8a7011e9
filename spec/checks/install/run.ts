// Installs the packed library with every package manager, and loads it with every tool, or with the named ones.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cached, failed, pack, pairwise, selected, table, withFolder } from '../conformance/tools.ts'
import { type Row, rows } from './rows.ts'

interface Result {
  readonly row: Row
  readonly problem: string | undefined
  readonly seconds: number
}

/** Checks a row in an empty folder, inside of the one that has its packages. */
const check = async (row: Row, tarball: string): Promise<Result> => {
  const started = performance.now()
  const home = row.packages.length === 0 ? tmpdir() : await cached(row.packages)
  const folder = await mkdtemp(join(home, 'user-'))
  try {
    const problem = await row.check(home, folder, tarball).then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    )
    return { row, problem, seconds: (performance.now() - started) / 1000 }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const lineOf = ({ row, problem, seconds }: Result): readonly string[] => [
  row.name,
  row.packages.join(' '),
  problem === undefined ? 'ok' : 'FAILED',
  seconds.toFixed(1),
]

const main = async (): Promise<void> => {
  const selection = selected(rows)
  const results = await withFolder(async (folder) => {
    const tarball = await pack(folder)
    return pairwise(selection, (row) => check(row, tarball))
  })
  console.log(table([['row', 'with', 'result', 'seconds'], ...results.map(lineOf)]))
  for (const { row, problem } of results) if (problem !== undefined) console.error(`\n${row.name}:\n  ${problem}`)
  if (results.some(({ problem }) => problem !== undefined)) process.exitCode = 1
}

await main().catch(failed)
