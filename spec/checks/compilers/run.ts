// Compiles consumer.ts and common mistakes against the packed package, with every supported compiler and configuration.
// Also checks "Go to definition" with the language services of the compilers.
import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Compiled, compile, type Diagnostic, setupsOf } from './compile.ts'
import { checkDefinitions, undocumented, unused } from './declarations.ts'
import { installAsUser, installCompiler, versions } from './install.ts'
import { head, mistakes } from './mistakes.ts'

const fileOf = (index: number): string => `mistake-${index + 1}.ts`
const files = ['consumer.ts', ...mistakes.map((_, index) => fileOf(index))]
const line = head.split('\n').length

const expected: readonly Diagnostic[] = mistakes.map(({ code, highlighted, message }, index) => {
  return { file: fileOf(index), line, column: code.indexOf(highlighted) + 1, text: message }
})

const format = ({ file, line: row, column, text }: Diagnostic): string => `${file}(${row},${column}): ${text}`

/** Returns unexpected and missing diagnostics. */
const differences = ({ diagnostics }: Compiled): readonly string[] => {
  const [actual, wanted] = [diagnostics.map(format), expected.map(format)]
  return [
    ...actual.filter((text) => !wanted.includes(text)).map((text) => `unexpected: ${text}`),
    ...mistakes.flatMap(({ title }, index) => {
      const text = wanted[index] ?? ''
      return actual.includes(text) ? [] : [`missing for ${title}: ${text}`]
    }),
  ]
}

const report = (title: string, problems: readonly string[]): boolean => {
  console.log(`${problems.length === 0 ? 'ok  ' : 'FAIL'} ${title}`)
  for (const problem of problems) console.log(`     ${problem}`)
  return problems.length === 0
}

const checkVersion = async (version: string, folder: string, root: string): Promise<readonly boolean[]> => {
  const tsc = await installCompiler(version)
  const results: boolean[] = []
  const checkSetups = async (home: string, files: readonly string[], suffix: string, mistaken: boolean) => {
    for (const [title, setup] of Object.entries(setupsOf(version))) {
      const compiled = await compile(tsc, home, title, setup, files)
      const problems = mistaken ? differences(compiled) : compiled.diagnostics.map(format)
      const seconds = (compiled.ms / 1000).toFixed(1)
      results.push(report(`TypeScript ${version}, ${title}${suffix} (${seconds} s)`, problems))
    }
  }
  await checkSetups(folder, files, '', true)
  await checkSetups(join(folder, 'interop'), ['interop.ts'], ', with io-ts and fp-ts', false)
  const { checked, missing } = await checkDefinitions(tsc, root, join(folder, 'consumer.ts'))
  return [...results, report(`TypeScript ${version}, ${checked} definitions in an editor`, missing)]
}

const check = async (folder: string): Promise<readonly boolean[]> => {
  const root = await installAsUser(folder)
  const consumer = join(folder, 'consumer.ts')
  copyFileSync(new URL('consumer.ts', import.meta.url), consumer)
  for (const [index, { code }] of mistakes.entries()) writeFileSync(join(folder, fileOf(index)), `${head}${code}\n`)
  mkdirSync(join(folder, 'interop'))
  await installAsUser(join(folder, 'interop'), ['io-ts@2.2.22', 'fp-ts@2.16.11'])
  copyFileSync(new URL('interop.ts', import.meta.url), join(folder, 'interop', 'interop.ts'))
  // Only for the editors: each configuration has a separate file.
  const compilerOptions = { module: 'nodenext', target: 'ES2022', types: [], strict: true }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }))
  const results = [
    report('consumer.ts uses all public names', unused(root, consumer)),
    report('Public names and their properties have doc comments', undocumented(root)),
  ]
  for (const version of versions) results.push(...(await checkVersion(version, folder, root)))
  return results
}

// Language services return real paths.
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'compilers-')))
try {
  const results = await check(folder)
  console.log(
    `${results.filter(Boolean).length} of ${results.length} checks passed, with ${mistakes.length} mistakes per configuration`,
  )
  process.exitCode = results.every(Boolean) ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
