// Installs the packed package in an empty project, and uses it there.
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { failed, installAsUser, pack, runOrThrow, withFolder } from '../conformance/tools.ts'

const main = (): Promise<void> =>
  withFolder(async (folder) => {
    const user = join(folder, 'user')
    await installAsUser(user, await pack(folder))
    await copyFile(new URL('user.mjs', import.meta.url), join(user, 'user.mjs'))
    process.stdout.write(await runOrThrow([process.execPath, 'user.mjs'], { cwd: user }))
  })

await main().catch(failed)
