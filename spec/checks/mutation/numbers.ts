// Raises each number of a file by one, and runs the specs of the file. Stryker does not change numbers.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import ts from 'typescript'

export interface NumberMutant {
  readonly start: number
  readonly end: number
  readonly text: string
  readonly replacement: string
  /** The number of its line, from 1. */
  readonly line: number
}

/** The time limit of a run in milliseconds. A mutant that exceeds it is detected. */
const timeoutMs = 90_000

const isType = (node: ts.Node): boolean => ts.findAncestor(node, ts.isTypeNode) !== undefined

/** Returns a mutant for each number in the code. Types have none. */
export const numberMutants = (file: string, source: string): readonly NumberMutant[] => {
  const parsed = ts.createSourceFile(file, source, ts.ScriptTarget.ES2022, true)
  const found: NumberMutant[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isNumericLiteral(node) && !isType(node)) {
      const [start, end] = [node.getStart(parsed), node.end]
      const line = parsed.getLineAndCharacterOfPosition(start).line + 1
      found.push({ start, end, text: source.slice(start, end), replacement: String(Number(node.text) + 1), line })
    }
    ts.forEachChild(node, visit)
  }
  visit(parsed)
  return found
}

/** Runs specs with a mutant of a file, or without; returns whether they pass. */
const passes = (file: string, specs: readonly string[], mutant: NumberMutant | undefined): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const { start, end, replacement } = mutant ?? { start: 0, end: 0, replacement: '' }
    const child = spawn(
      process.execPath,
      [
        ...['--import=./spec/support/typescript.js', '--import=./spec/checks/mutation/number.js'],
        ...['node_modules/mocha/bin/mocha.js', '--no-config', '--bail', '--exit', '--timeout', '30000'],
        ...specs.map((name) => `spec/${name}.spec.ts`),
      ],
      { stdio: 'ignore', env: { ...process.env, NUMBER_MUTANT: JSON.stringify({ file, start, end, replacement }) } },
    )
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
    child.once('error', reject)
    child.once('close', (code) => {
      clearTimeout(timer)
      resolve(code === 0)
    })
  })

/** Returns the mutants that the specs do not detect. */
export const survivingNumbers = async (
  file: string,
  specs: readonly string[],
): Promise<{ readonly all: readonly NumberMutant[]; readonly survived: readonly NumberMutant[] }> => {
  const all = numberMutants(file, readFileSync(file, 'utf8'))
  if (all.length === 0) return { all, survived: [] }
  if (!(await passes(file, specs, undefined))) throw new Error(`The specs of ${file} fail without a mutant.`)
  const survived: NumberMutant[] = []
  const waiting = [...all]
  const lane = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      if (await passes(file, specs, next)) survived.push(next)
  }
  await Promise.all([lane(), lane(), lane()])
  return { all, survived }
}
