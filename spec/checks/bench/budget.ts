// Fails if a bundle size or the import time exceeds its budget. Other timings depend on the machine and are only printed.
import { clean } from './fresh.ts'
import { parts } from './measure.ts'
import { meets, type Row } from './rows.ts'
import { table } from './table.ts'

try {
  const starts = await parts.start()
  const isStable = ({ what }: Row): boolean => what.includes('processor') // wall-clock time is not
  const budgeted: readonly Row[] = [...(await parts.bundle()), ...starts.filter(isStable)]
  const informative: readonly Row[] = [
    ...starts.filter((row) => !isStable(row)),
    ...(await parts.firstToken()),
    ...(await parts.chain()),
    ...(await parts.send()),
  ]
  if (budgeted.length !== 2) throw new Error('Expected two rows with a budget.')
  process.stdout.write(`With a budget:\n\n${table(budgeted)}\n\nWithout a budget:\n\n${table(informative)}\n`)
  const limitOf = ({ budget, limit = Number.NaN }: Row): number => budget ?? limit
  const exceeded = budgeted.filter((row) => !meets(row, limitOf(row)))
  for (const row of exceeded)
    process.stderr.write(`Exceeds the budget of ${limitOf(row)}: ${row.what}, compared with ${row.against}\n`)
  if (exceeded.length > 0) process.exitCode = 1
} finally {
  await clean()
}
