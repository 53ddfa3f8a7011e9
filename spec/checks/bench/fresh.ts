// Runs a file of this folder in a new Node.js process, without a loader and without effects of other benchmarks.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installed } from './installed.ts'

export const here = fileURLToPath(new URL('.', import.meta.url))
export const root = fileURLToPath(new URL('../../..', import.meta.url))

/** Build output: inside node_modules, where packages resolve and git ignores it. */
export const built = join(here, '..', 'node_modules', `.bench-${process.pid}`)

/** The entries of the built package. Its name does not resolve from here, since spec/checks has a package.json. */
const library = Object.fromEntries(
  ['index', 'handler', 'testing', 'webhook'].map((entry) => [
    entry === 'index' ? 'stackone-session' : `stackone-session/${entry}`,
    new URL(`../../../dist/${entry}.js`, import.meta.url).href,
  ]),
)

/** The modules that the build bundles, for benchmarks of what the package does not export. */
const bundled = Object.fromEntries(
  [
    ['io-ts', 'io-ts/es6/index.js'],
    ['fp-ts/lib/Either.js', 'fp-ts/es6/Either.js'],
    ['fp-ts/es6/Either', 'fp-ts/es6/Either.js'],
  ].map(([name, file]) => [name, `${root}node_modules/${file}`]),
)

/** Returns the installed version of a package, for the report. */
export const versionOf = (name: string): string => {
  const paths = createRequire(import.meta.url)
    .resolve.paths(name)
    ?.map((folder) => join(folder, name, 'package.json'))
  const found = paths?.map((file) => load(file)).find((manifest) => manifest !== undefined)
  return found?.version ?? 'unknown'
}

const load = (file: string): { version: string } | undefined => {
  try {
    return createRequire(import.meta.url)(file)
  } catch {
    return undefined
  }
}

const compiled = async (file: string): Promise<string> => {
  const outfile = join(built, `${basename(file, '.ts')}.mjs`)
  await mkdir(built, { recursive: true })
  const { build } = await installed('esbuild')
  await build({
    entryPoints: [join(here, file)],
    absWorkingDir: here,
    alias: { ...library, ...bundled },
    external: Object.values(library),
    packages: 'external',
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'es2023',
    outfile,
    write: true,
    logLevel: 'warning',
  })
  return outfile
}

const timeoutMs = 300_000

const started = (args: readonly string[]): ChildProcess =>
  spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })

/** Runs Node.js with these arguments and returns its standard output. */
export const output = (args: readonly string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = started(args)
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
    const parts: Buffer[] = []
    child.stdout?.on('data', (part: Buffer) => parts.push(part))
    child.once('error', reject)
    child.once('close', (code, signal) => {
      clearTimeout(timer)
      if (code === 0) resolve(Buffer.concat(parts).toString())
      else reject(new Error(`node ${args.at(-1)} exited with ${code ?? signal}`))
    })
  })

/** Runs a file of this folder and parses its output as JSON. The caller knows the type. */
export const fresh = async <A>(file: string, args: readonly string[] = [], flags: readonly string[] = []): Promise<A> =>
  JSON.parse(await output([...flags, await compiled(file), ...args]))

/** Runs a server, a file of this folder that prints its URL, in a separate process while `use` runs. */
export const withServer = async <A>(
  file: string,
  args: readonly string[],
  use: (url: string) => Promise<A>,
): Promise<A> => {
  const child = started([await compiled(file), ...args])
  try {
    const url = await new Promise<string>((resolve, reject) => {
      child.stdout?.once('data', (part: Buffer) => resolve(part.toString().trim()))
      child.once('error', reject)
      child.once('exit', (code) => reject(new Error(`${file} exited with ${code}.`)))
    })
    return await use(url)
  } finally {
    child.kill()
  }
}

/** Runs the server that sends the same response to every create request. */
export const withApi = <A>(use: (url: string) => Promise<A>): Promise<A> => withServer('server.ts', [], use)

/** Deletes the build output. */
export const clean = (): Promise<void> => rm(built, { recursive: true, force: true })
