// Runs the recipes of docs/frameworks.md and docs/testing.md in an empty project, or the named ones.
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { cached, failed, installAsUser, pack, selected, table, withFolder } from '../conformance/tools.ts'
import { packages, type Recipe, recipes } from './recipes.ts'

/** Runs a recipe in an empty folder inside of the one that has the frameworks. */
const check = async ({ run }: Recipe, home: string, tarball: string): Promise<string | undefined> => {
  const folder = await mkdtemp(join(home, 'user-'))
  try {
    await installAsUser(folder, tarball)
    await run(folder, home)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const main = async (): Promise<void> => {
  const selection = selected(recipes)
  const home = await cached(packages)
  const results = await withFolder(async (folder) => {
    const tarball = await pack(folder)
    const problems: (string | undefined)[] = []
    for (const recipe of selection) problems.push(await check(recipe, home, tarball))
    return problems
  })
  console.log(table(selection.map(({ name }, index) => [name, results[index] === undefined ? 'ok' : 'FAILED'])))
  for (const [index, problem] of results.entries())
    if (problem !== undefined) console.error(`\n${selection[index]?.name}:\n  ${problem}`)
  if (results.some((problem) => problem !== undefined)) process.exitCode = 1
}

await main().catch(failed)
