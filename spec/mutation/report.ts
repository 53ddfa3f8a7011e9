import { readFileSync } from 'node:fs'
import { explained } from './explained.ts'

interface Mutant {
  readonly mutatorName: string
  readonly replacement?: string
  readonly status: 'Killed' | 'Timeout' | 'Survived' | 'NoCoverage' | 'RuntimeError' | 'CompileError' | 'Ignored'
  readonly location: { readonly start: { readonly line: number; readonly column: number } }
}

/** How the mutants of one file ended. */
export interface Judged {
  /** As it was when Stryker read it. */
  readonly source: string
  readonly mutants: number
  readonly noticed: number
  /** Not noticed, and explained. */
  readonly explained: number
  /** How many of them told nothing. */
  readonly broken: number
  /** Those that are not explained, each as a text to read. */
  readonly survivors: readonly string[]
}

/** Reads what the report that Stryker wrote says of a file. */
export const reported = (path: string, file: string): Judged => {
  const { files }: { files: Record<string, { source: string; mutants: readonly Mutant[] }> } = JSON.parse(
    readFileSync(path, 'utf8'),
  )
  const found = files[file]
  if (found === undefined) throw new Error(`Stryker broke nothing in ${file}: is there anything to break?`)
  const { source, mutants } = found
  const lines = source.split('\n')
  const lineOf = ({ location }: Mutant): string => lines[location.start.line - 1]?.trim() ?? ''
  const isExplained = (mutant: Mutant): boolean =>
    explained.some(
      (each) =>
        each.file === file &&
        lineOf(mutant).includes(each.line) &&
        (each.to === undefined || each.to === mutant.replacement),
    )
  const ended = (...statuses: readonly Mutant['status'][]): readonly Mutant[] =>
    mutants.filter(({ status }) => statuses.includes(status))
  const unnoticed = ended('Survived', 'NoCoverage')
  const unexplained = unnoticed.filter((mutant) => !isExplained(mutant))
  return {
    source,
    mutants: mutants.length - ended('Ignored').length,
    noticed: ended('Killed', 'Timeout').length,
    explained: unnoticed.length - unexplained.length,
    broken: ended('RuntimeError', 'CompileError').length,
    survivors: unexplained.map((mutant) => {
      const { line, column } = mutant.location.start
      return `${file}:${line}:${column} ${mutant.mutatorName}\n  - ${lineOf(mutant)}\n  + ${mutant.replacement ?? ''}`
    }),
  }
}
