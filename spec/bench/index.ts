// Measures all, prints one table, and writes it as results.json and results.svg beside this file.
// With names, such as `npm run bench -- chain send`, measures these parts alone and writes nothing.
import { writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { clean, fresh, here } from './fresh.ts'
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

const behaviour = async (): Promise<void> => {
  const lines = await fresh<readonly string[]>('behaviour.ts')
  const head = ['| what happens | here | SDK | by hand |', '| --- | --- | --- | --- |']
  process.stdout.write(`\n${[...head, ...lines].join('\n')}\n`)
}

const names = process.argv.slice(2)
try {
  if (names.length === 0) await all()
  else if (names.includes('behaviour')) await behaviour()
  else print(await measured(names))
} finally {
  await clean()
}
