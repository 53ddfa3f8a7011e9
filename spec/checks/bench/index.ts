// Runs all benchmarks, prints a table, and writes it to docs/performance.md, and results.json and results.svg to this folder.
// With names, such as `npm run check -- bench chain send`, it runs only these and writes no files. `behaviour` and `steps`
// print separate tables.
import { readFile, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { clean, fresh, here, root, versionOf, withApi } from './fresh.ts'
import { curves, parts } from './measure.ts'
import { plot } from './plot.ts'
import { growthRows, type Row } from './rows.ts'
import { table } from './table.ts'

const processors = cpus()
const machine = {
  date: new Date().toISOString().slice(0, 10),
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
  cpu: processors[0]?.model.trim() ?? 'unknown',
  cores: processors.length,
  ky: versionOf('ky'),
  sdk: versionOf('@stackone/stackone-client-ts'),
}
const { date, node, platform, cpu, cores, ky, sdk } = machine
const subtitle = `${date}, Node ${node}, ${platform}, ${cpu}, ${cores} cores, ky ${ky}, SDK ${sdk}`

const measure = async (names: readonly string[]): Promise<readonly Row[]> => {
  const rows: Row[] = []
  for (const name of names) {
    const part = Object.entries(parts).find(([known]) => known === name)?.[1]
    if (part === undefined) throw new Error(`Unknown benchmark '${name}'. Use one of: ${Object.keys(parts).join(', ')}`)
    process.stderr.write(`${name} …\n`)
    rows.push(...(await part()))
  }
  return rows
}

const print = (rows: readonly Row[]): void => void process.stdout.write(`\n${subtitle}\n\n${table(rows)}\n`)

/** Replaces the results in the document. */
const writeDocument = async (rows: readonly Row[]): Promise<void> => {
  const file = `${root}docs/performance.md`
  const [before, , after] = (await readFile(file, 'utf8')).split(/^<!-- (?:begin|end) of results -->$/m)
  if (before === undefined || after === undefined) throw new Error(`${file} has no place for the results.`)
  const results = `${subtitle}.\n\n${table(rows)}`
  await writeFile(file, `${before}<!-- begin of results -->\n${results}\n<!-- end of results -->${after}`)
}

const runAll = async (): Promise<void> => {
  const rowsWithoutGrowth = await measure(Object.keys(parts).filter((name) => name !== 'growth'))
  process.stderr.write('growth …\n')
  const growth = await curves()
  const rows = [...rowsWithoutGrowth, ...growthRows(growth)]
  print(rows)
  await writeDocument(rows)
  await writeFile(`${here}results.json`, `${JSON.stringify({ ...machine, rows, growth }, null, 2)}\n`)
  await writeFile(`${here}results.svg`, await plot(rowsWithoutGrowth, growth, subtitle))
}

const printTable = (head: string, lines: readonly string[]): void => {
  const rule = head.replace(/[^|]+/g, ' --- ')
  process.stdout.write(`\n${[head, rule, ...lines].join('\n')}\n`)
}

/** Benchmarks with separate tables. */
const separateTables: Readonly<Record<string, () => Promise<void>>> = {
  behaviour: async () => printTable('| scenario | this library | SDK | `fetch` |', await fresh('behaviour.ts')),
  steps: async () =>
    printTable(
      '| a send on loopback, step by step | median | difference |',
      await withApi((url) => fresh('steps.ts', [url, '61'])),
    ),
}

const names = process.argv.slice(2)
try {
  const [first = ''] = names
  if (names.length === 0) await runAll()
  else if (first in separateTables) await separateTables[first]?.()
  else print(await measure(names))
} finally {
  await clean()
}
