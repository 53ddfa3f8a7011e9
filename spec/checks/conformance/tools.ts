import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** Downloaded packages are reused. */
const cache = process.env['CONFORMANCE_CACHE'] || join(tmpdir(), 'stackone-session-conformance')

/** A program and its first arguments. */
export type Command = readonly [program: string, ...args: string[]]

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly cwd: string
  readonly seconds?: number
}

/** Returns the environment without variables that affect a run: key, base URL, Node.js options, colours. */
export const environment = (): NodeJS.ProcessEnv => {
  const unwanted = /^(STACKONE_.*|NODE_OPTIONS|NODE_V8_COVERAGE|FORCE_COLOR)$/
  const kept = Object.entries(process.env).filter(([name]) => !unwanted.test(name))
  return { ...Object.fromEntries(kept), DENO_NO_UPDATE_CHECK: '1', NEXT_TELEMETRY_DISABLED: '1' }
}

/** Runs a program. Kills it after `seconds`. */
export const run = ([program, ...args]: Command, { cwd, seconds = 120 }: RunOptions): Promise<Ran> =>
  new Promise((resolve) => {
    const bounds = { timeout: seconds * 1000, killSignal: 'SIGKILL', maxBuffer: 2 ** 26 } as const
    execFile(program, args, { cwd, env: environment(), ...bounds }, (error, stdout, stderr) => {
      const code = error === null ? 0 : Number(error.code) || 1
      const reason = error?.killed ? `\nkilled after ${seconds} s` : error?.code === 'ENOENT' ? error.message : ''
      resolve({ code, stdout, stderr: stderr + reason })
    })
  })

/** Runs a program and returns its standard output. Throws if it fails. */
export const runOrThrow = async (command: Command, options: RunOptions): Promise<string> => {
  const { code, stdout, stderr } = await run(command, options)
  if (code !== 0) throw new Error(`${command.slice(0, 3).join(' ')} exited with ${code}:\n${stdout}${stderr}`)
  return stdout
}

/** Installs packages in an empty folder. */
const install = async (folder: string, packages: readonly string[]): Promise<void> => {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n')
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-save', '--prefer-offline', '--loglevel=error']
  await runOrThrow(['npm', 'install', ...flags, '--prefix', folder, ...packages], { cwd: folder, seconds: 300 })
}

const download = async (packages: readonly string[]): Promise<string> => {
  const name = createHash('sha256').update(packages.join()).digest('hex').slice(0, 16)
  const folder = join(cache, name)
  if (existsSync(folder)) return folder
  await mkdir(cache, { recursive: true })
  const fresh = await mkdtemp(join(cache, 'new-'))
  try {
    await install(fresh, packages)
    // Atomic, since another process may install the same packages.
    await rename(fresh, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error
    })
  } finally {
    await rm(fresh, { recursive: true, force: true })
  }
  return folder
}

const downloads = new Map<string, Promise<string>>()

/** Returns a folder with exactly these versions of the packages. Downloads them if necessary. */
export const cached = (packages: readonly string[]): Promise<string> => {
  const known = downloads.get(packages.join())
  if (known !== undefined) return known
  const started = download(packages)
  downloads.set(packages.join(), started)
  return started
}

/** Returns the path of a file in the package of a scope that was installed for this platform. */
export const binaryIn = async (folder: string, scope: string, file: string): Promise<string> => {
  const home = join(folder, 'node_modules', scope)
  const found = (await readdir(home)).map((name) => join(home, name, file)).find((path) => existsSync(path))
  if (found === undefined) throw new Error(`${file} was not found in ${home}. The platform may not be supported.`)
  return found
}

/** Packs the built library and returns the path of the tarball. */
export const pack = async (folder: string): Promise<string> => {
  if (!existsSync(join(root, 'dist', 'index.js'))) throw new Error('Build the library first: npm run build')
  const flags = ['--ignore-scripts', '--loglevel=error', '--pack-destination', folder]
  const name = (await runOrThrow(['npm', 'pack', ...flags], { cwd: root })).trim()
  return join(folder, name)
}

/** Returns the version of a package that is installed in a folder. */
export const versionIn = async (folder: string, name: string): Promise<string> => {
  const text = await readFile(join(folder, 'node_modules', name, 'package.json'), 'utf8')
  const manifest: { readonly version: string } = JSON.parse(text)
  return manifest.version
}

/** Installs the packed library in an empty project. */
export const installAsUser = async (folder: string, tarball: string): Promise<void> => {
  await install(folder, [tarball])
  const installed = (await readdir(join(folder, 'node_modules'))).filter((name) => !name.startsWith('.'))
  if (installed.join() !== 'stackone-session') throw new Error(`Installed more packages: ${installed.join(', ')}`)
}

/** Calls `work` with a temporary folder. */
export const withFolder = async <A>(work: (folder: string) => Promise<A>): Promise<A> => {
  const folder = await mkdtemp(join(tmpdir(), 'conformance-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Calls `work` for each entry, two at a time. Returns the results in order. */
export const pairwise = async <A, B>(entries: readonly A[], work: (entry: A) => Promise<B>): Promise<readonly B[]> => {
  const results: B[] = []
  const waiting = [...entries.entries()]
  const lane = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) results[next[0]] = await work(next[1])
  }
  await Promise.all([lane(), lane()])
  return results
}

/** Formats rows with aligned columns. */
export const table = (rows: readonly (readonly string[])[]): string => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')
  return rows.map((row) => line(row).trimEnd()).join('\n')
}

/** Returns the rows that are named on the command line, or all rows. */
export const selected = <A extends { readonly name: string }>(rows: readonly A[]): readonly A[] => {
  const names = process.argv.slice(2)
  const unknown = names.filter((name) => !rows.some((row) => row.name === name))
  if (unknown.length > 0)
    throw new Error(`Unknown name: ${unknown.join(', ')}. Use: ${rows.map(({ name }) => name).join(', ')}`)
  return names.length === 0 ? rows : rows.filter(({ name }) => names.includes(name))
}

/** Prints an error without its stack and sets the exit code. */
export const failed = (error: unknown): void => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
