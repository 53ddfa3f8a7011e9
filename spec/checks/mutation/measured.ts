import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import ts from 'typescript'

/** The results of the last run for a file. */
export interface Row {
  /** The hash of the tested source and of its specs, with what they import from `spec`. */
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
export const hashOf = (...sources: readonly string[]): string => {
  const hash = createHash('sha256')
  for (const source of sources) {
    const { outputText } = ts.transpileModule(source, {
      compilerOptions: { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext, removeComments: true },
    })
    hash.update(outputText)
  }
  return hash.digest('hex').slice(0, 16)
}

/** Returns the files with everything that they import from `spec`, sorted. */
const withImports = (files: readonly string[]): readonly string[] => {
  const found = new Set<string>()
  const visit = (file: string): void => {
    if (found.has(file)) return
    found.add(file)
    for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(/from '(\.[^']+)'/g)) {
      const imported = join(dirname(file), name).replaceAll('\\', '/')
      if (imported.startsWith('spec/') && existsSync(imported)) visit(imported)
    }
  }
  for (const file of files) visit(file)
  return [...found].sort()
}

/** Returns the hash of a source and its specs: a file whose specs changed is tested again. */
export const hashWithSpecs = (source: string, names: readonly string[]): string => {
  const files = withImports(names.map((name) => `spec/${name}.spec.ts`))
  return hashOf(source, ...files.map((file) => readFileSync(file, 'utf8')))
}
