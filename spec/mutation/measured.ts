import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import ts from 'typescript'

/** What the last measure of a file found. */
export interface Row {
  /** Of the source that was measured. */
  readonly hash: string
  readonly mutants: number
  readonly noticed: number
  /** Not noticed, and explained. */
  readonly explained: number
}

/** The row of each file that was ever measured. */
export type Rows = Readonly<Record<string, Row>>

const path = new URL('measured.json', import.meta.url)

export const readRows = (): Rows => JSON.parse(readFileSync(path, 'utf8'))

/** One line a file, in order, as the formatter has it: easy to read, and to merge. */
export const writeRows = (rows: Rows): void => {
  const lines = Object.entries(rows)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([file, row]) => `  ${JSON.stringify(file)}: ${JSON.stringify(row, null, 1).replace(/\s+/g, ' ')}`)
  writeFileSync(path, `{\n${lines.join(',\n')}\n}\n`)
}

/** The same for sources that run the same code: types and comments cannot be broken, and need no new measure. */
export const hashOf = (source: string): string => {
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext, removeComments: true },
  })
  return createHash('sha256').update(outputText).digest('hex').slice(0, 16)
}
