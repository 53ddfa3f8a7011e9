import { readFileSync } from 'node:fs'
import { explained } from './explained.ts'
import type { NumberMutant } from './numbers.ts'

interface Position {
  readonly line: number
  readonly column: number
}

interface Mutant {
  readonly mutatorName: string
  readonly replacement?: string
  readonly status: 'Killed' | 'Timeout' | 'Survived' | 'NoCoverage' | 'RuntimeError' | 'CompileError' | 'Ignored'
  readonly location: { readonly start: Position; readonly end: Position }
}

/** A change that no spec detects. */
interface Survivor {
  readonly mutator: string
  readonly line: number
  /** The changed line, without indentation. */
  readonly text: string
  readonly from: string
  readonly to: string
}

/** The results of the mutants of a file. */
export interface FileReport {
  /** The source that was tested. */
  readonly source: string
  readonly mutants: number
  readonly killed: number
  /** Survivors with an explanation. */
  readonly explained: number
  /** Mutants without a result. */
  readonly invalid: number
  /** Descriptions of the unexplained survivors, and of explanations that do not name exactly one survivor. */
  readonly problems: readonly string[]
}

interface StrykerReport {
  readonly files: Readonly<Record<string, { readonly source: string; readonly mutants: readonly Mutant[] } | undefined>>
}

const describe = (file: string, { mutator, line, text, from, to }: Survivor): string =>
  `${file}:${line} ${mutator}\n  in ${text}\n  -  ${from}\n  +  ${to}`

const offsetIn = (source: string, { line, column }: Position): number =>
  source
    .split('\n')
    .slice(0, line - 1)
    .reduce((sum, each) => sum + each.length + 1, column - 1)

/** Reads the results of Stryker for a file, and adds those of the numbers. */
export const readReport = (
  path: string,
  file: string,
  numbers: { readonly all: readonly NumberMutant[]; readonly survived: readonly NumberMutant[] },
): FileReport => {
  const { files }: StrykerReport = JSON.parse(readFileSync(path, 'utf8'))
  const { source = readFileSync(file, 'utf8'), mutants = [] } = files[file] ?? {}
  const lines = source.split('\n')
  const lineAt = (line: number): string => lines[line - 1]?.trim() ?? ''
  const withStatus = (...statuses: readonly Mutant['status'][]): readonly Mutant[] =>
    mutants.filter(({ status }) => statuses.includes(status))
  const survivors: readonly Survivor[] = [
    ...withStatus('Survived', 'NoCoverage').map(({ mutatorName, replacement = '', location: { start, end } }) => ({
      mutator: mutatorName,
      line: start.line,
      text: lineAt(start.line),
      from: source.slice(offsetIn(source, start), offsetIn(source, end)),
      to: replacement,
    })),
    ...numbers.survived.map(({ line, text, replacement }) => ({
      ...{ mutator: 'Number', line, text: lineAt(line), from: text, to: replacement },
    })),
  ]
  const explanations = explained.filter((each) => each.file === file)
  const explains = (survivor: Survivor) => (each: (typeof explanations)[number]) =>
    survivor.text.includes(each.line) && survivor.to === each.to && survivor.from.includes(each.from ?? '')
  const unexplained = survivors.filter((survivor) => !explanations.some(explains(survivor)))
  const inexact = explanations.flatMap((each) => {
    const matches = survivors.filter((survivor) => explains(survivor)(each)).length
    return matches === 1
      ? []
      : [`${file}: the explanation of '${each.to}' in '${each.line}' names ${matches} survivors.`]
  })
  return {
    source,
    mutants: mutants.length - withStatus('Ignored').length + numbers.all.length,
    killed: withStatus('Killed', 'Timeout').length + numbers.all.length - numbers.survived.length,
    explained: survivors.length - unexplained.length,
    invalid: withStatus('RuntimeError', 'CompileError').length,
    problems: [...unexplained.map((survivor) => describe(file, survivor)), ...inexact],
  }
}
