import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** What was downloaded once stays here. */
const cache = process.env['CONFORMANCE_CACHE'] || join(tmpdir(), 'stackone-session-conformance')

/** A program with its first arguments. */
export type Command = readonly [program: string, ...args: string[]]

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface Running {
  readonly cwd: string
  /** A folder where programs are looked for before all others. */
  readonly path?: string | undefined
  readonly seconds?: number
}

/** The environment without what would change a run: a key, a base URL, options of Node, colours. */
export const environment = (path?: string): NodeJS.ProcessEnv => {
  const unwanted = /^(STACKONE_.*|NODE_OPTIONS|NODE_V8_COVERAGE|FORCE_COLOR)$/
  const { PATH = '', ...rest } = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !unwanted.test(name)),
  )
  return { ...rest, PATH: path === undefined ? PATH : `${path}${delimiter}${PATH}`, DENO_NO_UPDATE_CHECK: '1' }
}

/** Runs a program to its end, or for so many seconds. */
export const run = ([program, ...args]: Command, { cwd, path, seconds = 120 }: Running): Promise<Ran> =>
  new Promise((resolve) => {
    const bounds = { timeout: seconds * 1000, killSignal: 'SIGKILL', maxBuffer: 2 ** 26 } as const
    execFile(program, args, { cwd, env: environment(path), ...bounds }, (error, stdout, stderr) => {
      const code = error === null ? 0 : Number(error.code) || 1
      const end = error?.killed ? `\nkilled after ${seconds} s` : error?.code === 'ENOENT' ? error.message : ''
      resolve({ code, stdout, stderr: stderr + end })
    })
  })

/** The same for a program that must succeed; gives what it printed. */
export const succeed = async (command: Command, running: Running): Promise<string> => {
  const { code, stdout, stderr } = await run(command, running)
  if (code !== 0) throw new Error(`${command.slice(0, 3).join(' ')} ended with ${code}:\n${stdout}${stderr}`)
  return stdout
}

/** Installs packages in an empty folder. npm runs on the first `node` that it finds, which may be one in `path`. */
const install = async (folder: string, packages: readonly string[], path?: string): Promise<void> => {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n')
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-save', '--prefer-offline', '--loglevel=error']
  await succeed(['npm', 'install', ...flags, '--prefix', folder, ...packages], { cwd: folder, path, seconds: 300 })
}

const download = async (packages: readonly string[]): Promise<string> => {
  const name = createHash('sha256').update(packages.join()).digest('hex').slice(0, 16)
  const folder = join(cache, name)
  if (existsSync(folder)) return folder
  await mkdir(cache, { recursive: true })
  const fresh = await mkdtemp(join(cache, 'new-'))
  try {
    await install(fresh, packages)
    // Whole or not at all; another process may have been quicker.
    await rename(fresh, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error
    })
  } finally {
    await rm(fresh, { recursive: true, force: true })
  }
  return folder
}

const downloads = new Map<string, Promise<string>>()

/** The folder where packages are installed in exactly these versions; they are downloaded if they are not there yet. */
export const cached = (packages: readonly string[]): Promise<string> => {
  const known = downloads.get(packages.join())
  if (known !== undefined) return known
  const begun = download(packages)
  downloads.set(packages.join(), begun)
  return begun
}

/** A file in one of the packages of a scope: which of them is installed depends on the machine. */
export const binaryIn = async (folder: string, scope: string, file: string): Promise<string> => {
  const home = join(folder, 'node_modules', scope)
  const found = (await readdir(home)).map((name) => join(home, name, file)).find((path) => existsSync(path))
  if (found === undefined) throw new Error(`No ${file} in ${home}: is there a package for this machine?`)
  return found
}

/** Packs the library, which must have been built. */
export const pack = async (folder: string): Promise<string> => {
  if (!existsSync(join(root, 'dist', 'index.js'))) throw new Error('There is no dist: run `npm run build` first.')
  const flags = ['--ignore-scripts', '--loglevel=error', '--pack-destination', folder]
  const name = (await succeed(['npm', 'pack', ...flags], { cwd: root })).trim()
  return join(folder, name)
}

/** The version of a package that is installed in a folder. */
export const versionIn = async (folder: string, name: string): Promise<string> => {
  const text = await readFile(join(folder, 'node_modules', name, 'package.json'), 'utf8')
  const manifest: { readonly version: string } = JSON.parse(text)
  return manifest.version
}

/** An empty folder of a user, with the packed library installed; gives the version of ky that came along. */
export const installAsUser = async (folder: string, packages: readonly string[], node?: string): Promise<string> => {
  await install(folder, packages, node === undefined ? undefined : dirname(node))
  if (existsSync(join(folder, 'node_modules', 'stackone-session', 'node_modules')))
    throw new Error('The library has packages of its own beside those of the user.')
  return versionIn(folder, 'ky')
}

/** A folder for the time of some work. */
export const withFolder = async <A>(work: (folder: string) => Promise<A>): Promise<A> => {
  const folder = await mkdtemp(join(tmpdir(), 'conformance-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Does a piece of work for each entry, two at a time; gives the results in the order of the entries. */
export const pairwise = async <A, B>(entries: readonly A[], work: (entry: A) => Promise<B>): Promise<readonly B[]> => {
  const results: B[] = []
  const waiting = [...entries.entries()]
  const lane = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) results[next[0]] = await work(next[1])
  }
  await Promise.all([lane(), lane()])
  return results
}

/** Lines with their columns one under the other. */
export const table = (rows: readonly (readonly string[])[]): string => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')
  return rows.map((row) => line(row).trimEnd()).join('\n')
}

/** The rows of a table that the command names, or all. */
export const chosen = <A extends { readonly name: string }>(rows: readonly A[]): readonly A[] => {
  const names = process.argv.slice(2)
  const unknown = names.filter((name) => !rows.some((row) => row.name === name))
  if (unknown.length > 0)
    throw new Error(`There is no ${unknown.join(', ')}. There are: ${rows.map(({ name }) => name).join(', ')}.`)
  return names.length === 0 ? rows : rows.filter(({ name }) => names.includes(name))
}

/** Ends the program as failed, with the reason alone. */
export const failed = (error: unknown): void => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
