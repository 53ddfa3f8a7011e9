// Compiles a user's file, and the mistakes that users make, against the packed package: by every compiler that is
// supported, in every set-up. Asks the compilers' language services for the sources, as an editor does.
import { copyFileSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Compiled, compile, type Said, setups } from './compile.ts'
import { lost, named, undocumented, unmapped, unused } from './declarations.ts'
import { compiler, user, versions } from './install.ts'
import { head, mistakes } from './mistakes.ts'

const fileOf = (index: number): string => `mistake-${index + 1}.ts`
const files = ['consumer.ts', ...mistakes.map((_, index) => fileOf(index))]
const line = head.split('\n').length

const expected: readonly Said[] = mistakes.map(({ code, at, says }, index) => {
  return { file: fileOf(index), line, column: code.indexOf(at) + 1, text: says }
})

const shown = ({ file, line: row, column, text }: Said): string => `${file}(${row},${column}): ${text}`

/** What was said and should not have been, and the other way round. */
const differences = ({ said }: Compiled): readonly string[] => {
  const [got, wanted] = [said.map(shown), expected.map(shown)]
  return [
    ...got.filter((text) => !wanted.includes(text)).map((text) => `said: ${text}`),
    ...mistakes.flatMap(({ title }, index) => {
      const text = wanted[index] ?? ''
      return got.includes(text) ? [] : [`not said of ${title}: ${text}`]
    }),
  ]
}

const verdict = (title: string, problems: readonly string[]): boolean => {
  console.log(`${problems.length === 0 ? 'ok  ' : 'FAIL'} ${title}`)
  for (const problem of problems) console.log(`     ${problem}`)
  return problems.length === 0
}

const checkVersion = async (version: string, folder: string, root: string): Promise<readonly boolean[]> => {
  const tsc = await compiler(version)
  const verdicts = await Promise.all(
    Object.keys(setups).map(async (setup) => {
      const compiled = await compile(tsc, folder, setup, files)
      const seconds = (compiled.ms / 1000).toFixed(1)
      return verdict(`TypeScript ${version}, ${setup} (${seconds} s)`, differences(compiled))
    }),
  )
  const found = await lost(tsc, root, join(folder, 'consumer.ts'))
  return [...verdicts, verdict(`TypeScript ${version}, ${found.asked} definitions in an editor`, found.lost)]
}

const check = async (folder: string): Promise<readonly boolean[]> => {
  const root = await user(folder)
  const consumer = join(folder, 'consumer.ts')
  copyFileSync(new URL('consumer.ts', import.meta.url), consumer)
  for (const [index, { code }] of mistakes.entries()) writeFileSync(join(folder, fileOf(index)), `${head}${code}\n`)
  // For the editors alone; each set-up has a file of its own.
  const compilerOptions = { module: 'nodenext', target: 'ES2022', types: [], strict: true }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }))
  const verdicts = [
    verdict('The user takes all public names', unused(root, consumer)),
    verdict('Declarations have maps that lead to shipped sources', unmapped(root)),
    verdict('Public names and their members have doc comments', undocumented(root)),
    verdict('Declarations name nothing of ky', named(root)),
  ]
  for (const version of versions) verdicts.push(...(await checkVersion(version, folder, root)))
  return verdicts
}

// An editor answers with real paths.
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'compilers-')))
try {
  const verdicts = await check(folder)
  console.log(
    `${verdicts.filter(Boolean).length} of ${verdicts.length} checks passed; ${mistakes.length} mistakes each`,
  )
  process.exitCode = verdicts.every(Boolean) ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
