import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import ts from 'typescript'

/** The results of the last run for a file. */
export interface Row {
  /** The hash of the tested source. */
  readonly hash: string
  readonly mutants: number
  readonly killed: number
  /** Survivors with an explanation. */
  readonly explained: number
}

/** The results of each file. */
export type Rows = Readonly<Record<string, Row>>

const path = new URL('measured.json', import.meta.url)

export const readRows = (): Rows => JSON.parse(readFileSync(path, 'utf8'))

/** Writes one line per file, sorted and formatted, so that changes merge easily. */
export const writeRows = (rows: Rows): void => {
  const lines = Object.entries(rows)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([file, row]) => `  ${JSON.stringify(file)}: ${JSON.stringify(row, null, 1).replace(/\s+/g, ' ')}`)
  writeFileSync(path, `{\n${lines.join(',\n')}\n}\n`)
}

/** Returns a hash of the executable code. Types and comments have no mutants, so they do not change it. */
export const hashOf = (source: string): string => {
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext, removeComments: true },
  })
  return createHash('sha256').update(outputText).digest('hex').slice(0, 16)
}
