import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** The compilers that users may have: the newest of each line that is supported. */
export const versions = ['5.4.5', '5.9.3', '6.0.3', '7.0.2'] as const

const cache = process.env['COMPILERS_CACHE'] ?? join(tmpdir(), 'stackone-session-compilers')

const npm = (folder: string, ...args: readonly string[]): Promise<{ readonly stdout: string }> =>
  execute('npm', [...args, '--silent', '--no-audit', '--no-fund'], { cwd: folder, timeout: 240_000 })

const installed = (folder: string): string | undefined => {
  const manifest = join(folder, 'node_modules', 'typescript', 'package.json')
  const { version }: { version?: string } = existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')) : {}
  return version
}

/** The folder of a compiler, outside the project; it is kept for the next time. */
export const compiler = async (version: string): Promise<string> => {
  const folder = join(cache, version)
  if (installed(folder) !== version) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'package.json'), '{ "private": true }')
    await npm(folder, 'install', '--ignore-scripts', `typescript@${version}`)
  }
  return join(folder, 'node_modules', 'typescript')
}

/** Packs the built package, and installs the tarball in a folder that was empty, as a user does. */
export const user = async (folder: string): Promise<string> => {
  if (!existsSync('dist/index.d.ts')) throw new Error('There is nothing to pack yet: npm run build')
  const { stdout } = await npm(process.cwd(), 'pack', '--json', '--pack-destination', folder)
  // A list, or in later versions of npm an object by name.
  const answer: Readonly<Record<string, { readonly filename: string }>> = JSON.parse(stdout)
  const [packed] = Object.values(answer)
  if (packed === undefined) throw new Error('npm pack has made no tarball')
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }')
  await npm(folder, 'install', join(folder, packed.filename))
  return join(folder, 'node_modules', 'stackone-session')
}
