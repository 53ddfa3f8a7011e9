// Runs a file of this folder in a process of its own, in plain Node: no loader, no other benchmark, no warm cache.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installed } from './installed.ts'

export const here = fileURLToPath(new URL('.', import.meta.url))
export const root = fileURLToPath(new URL('../..', import.meta.url))

/** What is built goes where packages are still found, and where git does not look. */
export const built = join(here, 'node_modules', `.bench-${process.pid}`)

/** The package as it is published; by name it is found from the root alone, as this folder has a manifest of its own. */
const library = new URL('../../dist/index.js', import.meta.url).href

/** Versions of what is measured, for the report. */
export const versionOf = (name: string): string => {
  const path = createRequire(import.meta.url)
    .resolve.paths(name)
    ?.map((folder) => join(folder, name, 'package.json'))
  const found = path?.map((file) => load(file)).find((manifest) => manifest !== undefined)
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
    alias: { 'stackone-session': library },
    external: [library],
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

const longest = 180_000

const started = (args: readonly string[]): ChildProcess =>
  spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })

/** The standard output of Node with these arguments. */
export const output = (args: readonly string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = started(args)
    const timer = setTimeout(() => child.kill('SIGKILL'), longest)
    const parts: Buffer[] = []
    child.stdout?.on('data', (part: Buffer) => parts.push(part))
    child.once('error', reject)
    child.once('close', (code, signal) => {
      clearTimeout(timer)
      if (code === 0) resolve(Buffer.concat(parts).toString())
      else reject(new Error(`node ${args.at(-1)} ended with ${code ?? signal}`))
    })
  })

/** What a file of this folder prints, as JSON; whoever asks knows its shape. */
export const fresh = async <A>(file: string, args: readonly string[] = [], flags: readonly string[] = []): Promise<A> =>
  JSON.parse(await output([...flags, await compiled(file), ...args]))

/** Runs the server while `use` needs it, in a process of its own, so that only the client's work is measured. */
export const withServer = async <A>(use: (url: string) => Promise<A>): Promise<A> => {
  const child = started([await compiled('server.ts')])
  try {
    const url = await new Promise<string>((resolve, reject) => {
      child.stdout?.once('data', (part: Buffer) => resolve(part.toString().trim()))
      child.once('error', reject)
      child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)))
    })
    return await use(url)
  } finally {
    child.kill()
  }
}

/** Takes away what was built. */
export const clean = (): Promise<void> => rm(built, { recursive: true, force: true })
