// Measures all, prints one table, and writes it as results.json and results.svg beside this file.
// With names, such as `npm run bench -- chain send`, measures these parts alone and writes nothing. `behaviour` and
// `steps` have tables of their own.
import { writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { clean, fresh, here, withServer } from './fresh.ts'
import { curves, parts, versions } from './measure.ts'
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
  ...versions,
}
const subtitle = `${machine.date}, Node ${machine.node}, ${machine.platform}, ${machine.cpu}, ${machine.cores} cores`

const measured = async (names: readonly string[]): Promise<readonly Row[]> => {
  const rows: Row[] = []
  for (const name of names) {
    const part = Object.entries(parts).find(([known]) => known === name)?.[1]
    if (part === undefined) throw new Error(`There is no part ${name}; there are ${Object.keys(parts).join(', ')}.`)
    process.stderr.write(`${name} …\n`)
    rows.push(...(await part()))
  }
  return rows
}

const print = (rows: readonly Row[]): void => void process.stdout.write(`\n${subtitle}\n\n${table(rows)}\n`)

const all = async (): Promise<void> => {
  const compared = await measured(Object.keys(parts).filter((name) => name !== 'growth'))
  process.stderr.write('growth …\n')
  const growth = await curves()
  const rows = [...compared, ...growthRows(growth)]
  print(rows)
  await writeFile(`${here}results.json`, `${JSON.stringify({ ...machine, rows, growth }, null, 2)}\n`)
  await writeFile(`${here}results.svg`, await plot(compared, growth, subtitle))
}

const told = (head: string, lines: readonly string[]): void => {
  const rule = head.replace(/[^|]+/g, ' --- ')
  process.stdout.write(`\n${[head, rule, ...lines].join('\n')}\n`)
}

/** What is told in words, or explains a figure, and is no part of the table. */
const stories: Readonly<Record<string, () => Promise<void>>> = {
  behaviour: async () => told('| what happens | here | SDK | by hand |', await fresh('behaviour.ts')),
  steps: async () =>
    told(
      '| a send on loopback, step by step | median | more |',
      await withServer((url) => fresh('steps.ts', [url, '61'])),
    ),
}

const names = process.argv.slice(2)
try {
  const [first = ''] = names
  if (names.length === 0) await all()
  else if (first in stories) await stories[first]?.()
  else print(await measured(names))
} finally {
  await clean()
}
