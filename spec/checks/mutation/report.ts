import { readFileSync } from 'node:fs'
import { explained } from './explained.ts'

interface Mutant {
  readonly mutatorName: string
  readonly replacement?: string
  readonly status: 'Killed' | 'Timeout' | 'Survived' | 'NoCoverage' | 'RuntimeError' | 'CompileError' | 'Ignored'
  readonly location: { readonly start: { readonly line: number; readonly column: number } }
}

/** The results of the mutants of a file. */
export interface FileReport {
  /** The source that Stryker read. */
  readonly source: string
  readonly mutants: number
  readonly killed: number
  /** Survivors with an explanation. */
  readonly explained: number
  /** Mutants without a result. */
  readonly invalid: number
  /** Descriptions of the unexplained survivors. */
  readonly survivors: readonly string[]
}

/** Reads the results of a file from the report of Stryker. */
export const readReport = (path: string, file: string): FileReport => {
  const { files }: { files: Record<string, { source: string; mutants: readonly Mutant[] }> } = JSON.parse(
    readFileSync(path, 'utf8'),
  )
  const report = files[file]
  if (report === undefined) throw new Error(`Stryker found nothing to mutate in ${file}.`)
  const { source, mutants } = report
  const lines = source.split('\n')
  const lineOf = ({ location }: Mutant): string => lines[location.start.line - 1]?.trim() ?? ''
  const isExplained = (mutant: Mutant): boolean =>
    explained.some(
      (explanation) =>
        explanation.file === file &&
        lineOf(mutant).includes(explanation.line) &&
        (explanation.to === undefined || explanation.to === mutant.replacement),
    )
  const withStatus = (...statuses: readonly Mutant['status'][]): readonly Mutant[] =>
    mutants.filter(({ status }) => statuses.includes(status))
  const survived = withStatus('Survived', 'NoCoverage')
  const unexplained = survived.filter((mutant) => !isExplained(mutant))
  return {
    source,
    mutants: mutants.length - withStatus('Ignored').length,
    killed: withStatus('Killed', 'Timeout').length,
    explained: survived.length - unexplained.length,
    invalid: withStatus('RuntimeError', 'CompileError').length,
    survivors: unexplained.map((mutant) => {
      const { line, column } = mutant.location.start
      return `${file}:${line}:${column} ${mutant.mutatorName}\n  - ${lineOf(mutant)}\n  + ${mutant.replacement ?? ''}`
    }),
  }
}
