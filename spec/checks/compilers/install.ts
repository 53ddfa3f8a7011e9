import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** The supported compilers: the oldest version, and the newest of each later line. */
export const versions = ['5.4.5', '5.9.3', '6.0.3', '7.0.2'] as const

const cache = process.env['COMPILERS_CACHE'] ?? join(tmpdir(), 'stackone-session-compilers')

const npm = (folder: string, ...args: readonly string[]): Promise<{ readonly stdout: string }> =>
  execute('npm', [...args, '--silent', '--no-audit', '--no-fund'], { cwd: folder, timeout: 240_000 })

const installed = (folder: string): string | undefined => {
  const manifest = join(folder, 'node_modules', 'typescript', 'package.json')
  const { version }: { version?: string } = existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')) : {}
  return version
}

/** Installs a compiler outside the project, in a folder that is reused, and returns the folder. */
export const installCompiler = async (version: string): Promise<string> => {
  const folder = join(cache, version)
  if (installed(folder) !== version) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'package.json'), '{ "private": true }')
    await npm(folder, 'install', '--ignore-scripts', `typescript@${version}`)
  }
  return join(folder, 'node_modules', 'typescript')
}

/** Packs the built package, installs it with other packages in an empty project, and returns its folder. */
export const installAsUser = async (folder: string, others: readonly string[] = []): Promise<string> => {
  if (!existsSync('dist/index.d.ts')) throw new Error('Build the package first: npm run build')
  const { stdout } = await npm(process.cwd(), 'pack', '--json', '--pack-destination', folder)
  // An array, or in newer versions of npm an object.
  const output: Readonly<Record<string, { readonly filename: string }>> = JSON.parse(stdout)
  const [packed] = Object.values(output)
  if (packed === undefined) throw new Error('npm pack created no tarball.')
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }')
  await npm(folder, 'install', join(folder, packed.filename), ...others)
  return join(folder, 'node_modules', 'stackone-session')
}
