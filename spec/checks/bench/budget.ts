// Fails if the edge bundle, the import or the cold start exceeds its budget. The timings below them depend on the machine
// and are only printed.
import { clean, withApi } from './fresh.ts'
import { parts } from './measure.ts'
import { meets, type Row, ratio } from './rows.ts'
import { coldStartTimes, importTimes, type Sample } from './start.ts'
import { formatRatio, table } from './table.ts'

type Budget = Row & Required<Pick<Row, 'limit'>>

/** Processor time, because wall-clock time depends on the other processes of the machine. */
const processorTime = (what: string, against: string, ours: Sample, theirs: Sample) =>
  ({ what, against, unit: 'ms', ours: ours.processor, theirs: theirs.processor }) as const

const budgets = async (): Promise<readonly Budget[]> => {
  const sizes = (await parts.bundle()).flatMap(({ goal: _, limit, ...row }) => (limit ? [{ ...row, limit }] : []))
  const imports = await importTimes(15)
  const starts = await withApi((url) => coldStartTimes(url, 15))
  return [
    ...sizes,
    { ...processorTime('import', 'the SDK', imports.ours, imports.sdk), judged: 'gain', limit: 12 },
    { ...processorTime('cold start', '`fetch`', starts.ours, starts.fetch), judged: 'share', limit: 1.6 },
  ]
}

const describe = (budget: Budget): string => {
  const { what, against, judged, limit, ours } = budget
  const result = meets(budget, limit) ? 'ok' : 'EXCEEDED'
  if (judged === 'ours') return `${result}: ${what}, ${ours} bytes, at most ${limit}`
  const bound = judged === 'gain' ? `times less processor time than ${against}, at least` : `times ${against}, at most`
  return `${result}: ${what}, ${formatRatio(ratio(budget))} ${bound} ${limit}`
}

try {
  const checked = await budgets()
  if (checked.length !== 3) throw new Error('Expected three budgets.')
  process.stdout.write(`${checked.map(describe).join('\n')}\n\nWithout a budget:\n\n`)
  const informative: readonly Row[] = [...(await parts.chain()), ...(await parts.send()), ...(await parts.webhook())]
  process.stdout.write(`${table(informative.map(({ limit: _, goal: __, ...row }) => row))}\n`)
  if (checked.some((budget) => !meets(budget, budget.limit))) process.exitCode = 1
} finally {
  await clean()
}
