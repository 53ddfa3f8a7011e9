// Runs the conformance suite with the packed library under every runtime, or under the named ones, by `import` and by
// `require`.
import { type ChildProcess, spawn } from 'node:child_process'
import { copyFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { version } from '../../../lib/util/defaults.ts'
import { type Loopback, loopback } from './server.ts'
import {
  binaryIn,
  type Command,
  cached,
  environment,
  failed,
  installAsUser,
  pack,
  pairwise,
  run,
  runOrThrow,
  selected,
  table,
  withFolder,
} from './tools.ts'

interface Result {
  readonly name: string
  readonly ok: boolean
  readonly why?: string
}

/** The output of the suite. */
interface Report {
  readonly results: readonly Result[]
  /** Texts that must not be printed. */
  readonly secrets: readonly string[]
}

interface SuiteRun extends Report {
  /** The output of the runtime without the report. */
  readonly printed: string
}

/** The input of the suite: the URLs of its servers, and the version of the library. */
type Setup = Omit<Loopback, 'close'> & { readonly version: string }

/** A runtime: its packages, its command and its expected properties. */
interface Runtime {
  readonly name: string
  /** npm packages; none for the current Node.js. */
  readonly packages: readonly string[]
  /** Returns the program that runs a script. */
  readonly command: (folder: string) => Promise<Command>
  /** The flags for `require`; undefined if the runtime does not support it. */
  readonly requireFlags: readonly string[] | undefined
  readonly runSuite: (command: Command, folder: string, setup: Setup, loader: Loader) => Promise<SuiteRun>
}

/** How the suite loads the library. */
type Loader = 'import' | 'require'

const reportMark = 'conformance report: '
const suiteFile = new URL('./suite.js', import.meta.url)

const toCommonJs = (source: string): string =>
  source
    .replace(/^import (\{[^}]*\}) from ('[^']+')/gm, 'const $1 = require($2)')
    .replace(/^export const (\w+)/gm, 'const $1 = exports.$1')

const script = (setup: Setup): string => `
import { run, secrets } from './suite.js'
const report = async () => {
  const results = await run(${JSON.stringify(setup)})
  console.log(${JSON.stringify(reportMark)} + JSON.stringify({ results, secrets }))
}
report()
`

/** Returns the program for a loader, and its files. */
const programOf = (loader: Loader, setup: Setup, suite: string) => {
  if (loader === 'import') return { program: 'main.js', files: { 'main.js': script(setup), 'suite.js': suite } }
  const main = toCommonJs(script(setup)).replace('./suite.js', './suite.cjs')
  return { program: 'main.cjs', files: { 'main.cjs': main, 'suite.cjs': toCommonJs(suite) } }
}

const runAsScript: Runtime['runSuite'] = async (command, folder, setup, loader) => {
  const { program, files } = programOf(loader, setup, await readFile(suiteFile, 'utf8'))
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  const { code, stdout, stderr } = await run([...command, program], { cwd: folder })
  const lines = stdout.split('\n')
  const line = lines.find((text) => text.startsWith(reportMark))
  if (line === undefined || code !== 0) throw new Error(`The suite exited with ${code}:\n${stdout}${stderr}`)
  const report: Report = JSON.parse(line.slice(reportMark.length))
  return { ...report, printed: lines.filter((text) => text !== line).join('\n') + stderr }
}

const worker = (setup: Setup): string => `
import { run, secrets } from './suite.js'
export default {
  fetch: async () => Response.json({ results: await run(${JSON.stringify(setup)}), secrets }),
}
`

const workerConfig = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "suite", worker = (
      modules = [(name = "worker", esModule = embed "bundle.js")],
      compatibilityDate = "2026-11-01",
      globalOutbound = "loopback",
    )),
    (name = "loopback", network = (allow = ["private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "suite")],
);
`

const workerd = ['workerd@1.20261117.1', 'esbuild@0.28.2'] as const

const bundleWorker = async (folder: string): Promise<void> => {
  const esbuild = join(await cached(workerd), 'node_modules', 'esbuild', 'bin', 'esbuild')
  const flags = [
    '--bundle',
    '--format=esm',
    '--platform=browser',
    '--conditions=workerd,worker',
    '--external:node:*',
    '--log-level=warning',
  ]
  await runOrThrow([process.execPath, esbuild, 'worker.js', ...flags, '--outfile=bundle.js'], { cwd: folder })
}

/** Collects the output of streams. */
const collect = (...streams: readonly (Readable | null)[]): (() => string) => {
  const parts: string[] = []
  for (const stream of streams) stream?.setEncoding('utf8').on('data', (part: string) => parts.push(part))
  return () => parts.join('')
}

const hasExited = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null

const kill = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (hasExited(child) || child.pid === undefined) return resolve()
    child.once('exit', () => resolve())
    child.kill('SIGKILL')
  })

/** Returns the port that workerd reports on its control descriptor. */
const portOf = async (child: ChildProcess, control: () => string): Promise<number> => {
  for (const end = Date.now() + 30_000; Date.now() < end && !hasExited(child); ) {
    const port = /"port":\s*(\d+)\D/.exec(control())?.[1]
    if (port !== undefined) return Number(port)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error('workerd did not start.')
}

const runAsWorker: Runtime['runSuite'] = async ([program, ...args], folder, setup) => {
  await copyFile(suiteFile, join(folder, 'suite.js'))
  await writeFile(join(folder, 'worker.js'), worker(setup))
  await writeFile(join(folder, 'config.capnp'), workerConfig)
  await bundleWorker(folder)
  const child = spawn(program, [...args, 'serve', '--control-fd=3', 'config.capnp'], {
    cwd: folder,
    env: environment(),
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  })
  const printed = collect(child.stdout, child.stderr)
  const control = collect(child.stdio[3] as Readable) // a pipe that the child writes to
  try {
    const url = `http://127.0.0.1:${await portOf(child, control)}/`
    const response = await fetch(url, { signal: AbortSignal.timeout(120_000) })
    const text = await response.text()
    if (!response.ok) throw new Error(`The worker responded with ${response.status}: ${text}`)
    const report: Report = JSON.parse(text)
    return { ...report, printed: printed() }
  } catch (error) {
    throw new Error(`${error}\n${printed()}`)
  } finally {
    await kill(child)
  }
}

const nodePackage = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`

const node = (name: string, exact: string): Runtime => ({
  name,
  packages: [`${nodePackage}@${exact}`],
  command: async (folder) => [join(folder, 'node_modules', nodePackage, 'bin', 'node')],
  requireFlags: [],
  runSuite: runAsScript,
})

const denoFlags = ['run', '--no-prompt', '--node-modules-dir=manual', '--allow-net=127.0.0.1']

const runtimes: readonly Runtime[] = [
  { ...node('node', ''), packages: [], command: async () => [process.execPath] },
  node('node20', '20.19.0'), // the oldest supported version
  // These do not support `require` of an ES module, or only with a flag.
  node('node21', '21.7.3'),
  node('node22.0', '22.0.0'),
  node('node22.11', '22.11.0'),
  node('node24', '24.21.0'),
  node('node26', '26.12.1'),
  {
    name: 'bun',
    packages: ['bun@1.4.5'],
    command: async (folder) => [await binaryIn(folder, '@oven', 'bin/bun')],
    requireFlags: [],
    runSuite: runAsScript,
  },
  {
    name: 'deno',
    packages: ['deno@2.9.6'],
    command: async (folder) => [await binaryIn(folder, '@deno', 'deno'), ...denoFlags],
    requireFlags: ['--allow-read'],
    runSuite: runAsScript,
  },
  {
    name: 'workerd',
    packages: workerd,
    command: async (folder) => [await binaryIn(folder, '@cloudflare', 'bin/workerd')],
    requireFlags: undefined,
    runSuite: runAsWorker,
  },
]

const result = (name: string, problem: string | undefined): Result =>
  problem === undefined ? { name, ok: true } : { name, ok: false, why: problem }

/** Patterns of the printed values, which every runtime formats differently. */
const expectedOutput: readonly (readonly [title: string, pattern: RegExp])[] = [
  ['session', /origin_owner_id: ["']printed-42["']/],
  ['response', /authLinkUrl: ["']\[secret\]["']/],
  ['error', /ApiError: StackOne responded with 401/],
]

const printedResults = ({ printed, secrets }: SuiteRun): readonly Result[] => {
  const index = secrets.findIndex((secret) => printed.includes(secret))
  return [
    result('printed output contains no secret', index < 0 ? undefined : `secret ${index} is in:\n${printed}`),
    ...expectedOutput.map(([title, pattern]) =>
      result(`printed output contains the ${title}`, pattern.test(printed) ? undefined : `not found in:\n${printed}`),
    ),
  ]
}

interface Row {
  readonly name: string
  readonly loader: Loader
  readonly version: string
  readonly results: readonly Result[]
  readonly seconds: number
}

const setupOf = ({ url, otherOrigin, closedPort }: Loopback, name: string): Setup => ({
  url: `${url}/${name}`,
  otherOrigin: `${otherOrigin}/${name}`,
  closedPort,
  version,
})

interface Entry {
  readonly runtime: Runtime
  readonly loader: Loader
}

const entriesOf = (runtime: Runtime): readonly Entry[] =>
  (['import', 'require'] as const)
    .filter((loader) => loader === 'import' || runtime.requireFlags !== undefined)
    .map((loader) => ({ runtime, loader }))

const runChecks = async ({ runtime, loader }: Entry, folder: string, tarball: string, servers: Loopback) => {
  const { name, packages, requireFlags = [] } = runtime
  const command = await runtime.command(packages.length === 0 ? '' : await cached(packages))
  const versionOutput = await runOrThrow([command[0], '--version'], { cwd: folder })
  const user = join(folder, `${name}-${loader}`)
  await installAsUser(user, tarball)
  const flags = loader === 'require' ? requireFlags : []
  const suiteRun = await runtime.runSuite([...command, ...flags], user, setupOf(servers, `${name}-${loader}`), loader)
  const hasWarning = /\w*Warning:/.test(suiteRun.printed)
  const results = [
    ...suiteRun.results,
    ...printedResults(suiteRun),
    result('prints no warning', hasWarning ? suiteRun.printed : undefined),
  ]
  return { version: /\d[\d.-]*/.exec(versionOutput)?.[0] ?? '?', results }
}

const checkEntry = async (entry: Entry, folder: string, tarball: string, servers: Loopback): Promise<Row> => {
  const started = performance.now()
  const checked = await runChecks(entry, folder, tarball, servers).catch((error: unknown) => ({
    version: '?',
    results: [result('runs the suite', error instanceof Error ? error.message : String(error))],
  }))
  const seconds = (performance.now() - started) / 1000
  return { name: entry.runtime.name, loader: entry.loader, ...checked, seconds }
}

const failuresOf = ({ results }: Row): readonly Result[] => results.filter(({ ok }) => !ok)

const lineOf = (row: Row): readonly string[] => {
  const failed = failuresOf(row).length
  const counts = [row.results.length - failed, failed].map(String)
  return [row.name, row.loader, row.version, ...counts, row.seconds.toFixed(1)]
}

const main = async (): Promise<void> => {
  const entries = selected(runtimes).flatMap(entriesOf)
  const servers = await loopback()
  try {
    const rows = await withFolder(async (folder) => {
      const tarball = await pack(folder)
      return pairwise(entries, (entry) => checkEntry(entry, folder, tarball, servers))
    })
    console.log(table([['runtime', 'loaded by', 'version', 'passed', 'failed', 'seconds'], ...rows.map(lineOf)]))
    for (const row of rows)
      for (const { name, why } of failuresOf(row)) console.error(`\n${row.name} by ${row.loader}: ${name}\n  ${why}`)
    if (rows.some((row) => failuresOf(row).length > 0)) process.exitCode = 1
  } finally {
    await servers.close()
  }
}

await main().catch(failed)
