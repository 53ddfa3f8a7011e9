// What must hold on any machine: the sizes, and how much cheaper the import is. Timings are printed, never asserted.
import { clean } from './fresh.ts'
import { parts } from './measure.ts'
import { clears, type Row } from './rows.ts'
import { table } from './table.ts'

try {
  const starts = await parts.start()
  const isSteady = ({ what }: Row): boolean => what.includes('processor') // the clock on the wall is not
  const held: readonly Row[] = [...(await parts.bundle()), ...starts.filter(isSteady)]
  const told: readonly Row[] = [
    ...starts.filter((row) => !isSteady(row)),
    ...(await parts.chain()),
    ...(await parts.send()),
  ]
  if (held.length !== 3) throw new Error('not all that has a budget was measured')
  process.stdout.write(`Held:\n\n${table(held)}\n\nTold:\n\n${table(told)}\n`)
  const limit = ({ budget, must = Number.NaN }: Row): number => budget ?? must
  const broken = held.filter((row) => !clears(row, limit(row)))
  for (const row of broken)
    process.stderr.write(`Over its budget of ${limit(row)}: ${row.what}, against ${row.against}\n`)
  if (broken.length > 0) process.exitCode = 1
} finally {
  await clean()
}
