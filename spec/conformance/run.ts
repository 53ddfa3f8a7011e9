// Runs the conformance suite on the packed library under every runtime, or under those that are named.
import { type ChildProcess, spawn } from 'node:child_process'
import { copyFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { version } from '../../lib/version.ts'
import { type Loopback, loopback } from './server.ts'
import {
  binaryIn,
  type Command,
  cached,
  chosen,
  environment,
  failed,
  installAsUser,
  pack,
  pairwise,
  run,
  succeed,
  table,
  withFolder,
} from './tools.ts'

interface Result {
  readonly name: string
  readonly ok: boolean
  readonly why?: string
}

/** What the suite hands over. */
interface Report {
  readonly results: readonly Result[]
  /** What nobody may have printed. */
  readonly secrets: readonly string[]
}

interface Played extends Report {
  /** All that came out of the runtime, but the report. */
  readonly printed: string
}

/** Where the suite finds its servers. */
type Places = Omit<Loopback, 'close'> & { readonly version: string }

/** A runtime: where it comes from, how it is started, and what is expected of it. */
interface Runtime {
  readonly name: string
  /** From the npm registry; none for the Node that runs this. */
  readonly packages: readonly string[]
  /** The program that runs a script, from the folder with the packages. */
  readonly command: (folder: string) => Promise<Command>
  /** Whether it is a Node: then npm runs on it, and chooses the ky that suits it. */
  readonly isNode: boolean
  /** The major version of ky that its users get. */
  readonly ky: 1 | 2
  /** With which flags CommonJS can require the library; undefined where there is no CommonJS. */
  readonly commonJs: readonly string[] | undefined
  readonly play: (command: Command, folder: string, places: Places) => Promise<Played>
}

const reportMark = 'conformance report: '

const script = (places: Places): string => `
import { run, secrets } from './suite.js'
const results = await run(${JSON.stringify(places)})
console.log(${JSON.stringify(reportMark)} + JSON.stringify({ results, secrets }))
`

const asScript: Runtime['play'] = async (command, folder, places) => {
  await writeFile(join(folder, 'main.js'), script(places))
  const { code, stdout, stderr } = await run([...command, 'main.js'], { cwd: folder })
  const lines = stdout.split('\n')
  const line = lines.find((text) => text.startsWith(reportMark))
  if (line === undefined || code !== 0) throw new Error(`It ended with ${code}:\n${stdout}${stderr}`)
  const report: Report = JSON.parse(line.slice(reportMark.length))
  return { ...report, printed: lines.filter((text) => text !== line).join('\n') + stderr }
}

const worker = (places: Places): string => `
import { run, secrets } from './suite.js'
export default {
  fetch: async () => Response.json({ results: await run(${JSON.stringify(places)}), secrets }),
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
  const flags = ['--bundle', '--format=esm', '--platform=browser', '--conditions=workerd,worker', '--log-level=warning']
  await succeed([process.execPath, esbuild, 'worker.js', ...flags, '--outfile=bundle.js'], { cwd: folder })
}

/** All that streams give, as a text that grows. */
const collect = (...streams: readonly (Readable | null)[]): (() => string) => {
  const parts: string[] = []
  for (const stream of streams) stream?.setEncoding('utf8').on('data', (part: string) => parts.push(part))
  return () => parts.join('')
}

const ended = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null

const killed = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (ended(child) || child.pid === undefined) return resolve()
    child.once('exit', () => resolve())
    child.kill('SIGKILL')
  })

/** The port that workerd says it listens at, on the descriptor it was given for such news. */
const portOf = async (child: ChildProcess, news: () => string): Promise<number> => {
  for (const latest = Date.now() + 30_000; Date.now() < latest && !ended(child); ) {
    const port = /"port":\s*(\d+)\D/.exec(news())?.[1]
    if (port !== undefined) return Number(port)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error('workerd does not listen.')
}

const asWorker: Runtime['play'] = async ([program, ...args], folder, places) => {
  await writeFile(join(folder, 'worker.js'), worker(places))
  await writeFile(join(folder, 'config.capnp'), workerConfig)
  await bundleWorker(folder)
  const child = spawn(program, [...args, 'serve', '--control-fd=3', 'config.capnp'], {
    cwd: folder,
    env: environment(),
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  })
  const printed = collect(child.stdout, child.stderr)
  const news = collect(child.stdio[3] as Readable) // a pipe that the child writes to
  try {
    const url = `http://127.0.0.1:${await portOf(child, news)}/`
    const response = await fetch(url, { signal: AbortSignal.timeout(120_000) })
    const text = await response.text()
    if (!response.ok) throw new Error(`The worker answered ${response.status}: ${text}`)
    const report: Report = JSON.parse(text)
    return { ...report, printed: printed() }
  } catch (error) {
    throw new Error(`${error}\n${printed()}`)
  } finally {
    await killed(child)
  }
}

const nodePackage = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`

const node = (name: string, exact: string, ky: 1 | 2): Runtime => ({
  name,
  packages: [`${nodePackage}@${exact}`],
  command: async (folder) => [join(folder, 'node_modules', nodePackage, 'bin', 'node')],
  isNode: true,
  ky,
  commonJs: [],
  play: asScript,
})

const denoFlags = ['run', '--no-prompt', '--node-modules-dir=manual', '--allow-net=127.0.0.1']

const runtimes: readonly Runtime[] = [
  {
    ...node('node', '', Number.parseInt(process.versions.node, 10) < 22 ? 1 : 2),
    packages: [],
    command: async () => [process.execPath],
  },
  node('node20', '20.19.0', 1), // the oldest that is supported
  node('node22', '22.23.3', 2),
  node('node24', '24.21.0', 2),
  node('node26', '26.10.0', 2),
  {
    name: 'bun',
    packages: ['bun@1.4.5'],
    command: async (folder) => [await binaryIn(folder, '@oven', 'bin/bun')],
    isNode: false,
    ky: 2,
    commonJs: [],
    play: asScript,
  },
  {
    name: 'deno',
    packages: ['deno@2.9.6'],
    command: async (folder) => [await binaryIn(folder, '@deno', 'deno'), ...denoFlags],
    isNode: false,
    ky: 2,
    commonJs: ['--allow-read'],
    play: asScript,
  },
  {
    name: 'workerd',
    packages: workerd,
    command: async (folder) => [await binaryIn(folder, '@cloudflare', 'bin/workerd')],
    isNode: false,
    ky: 2,
    commonJs: undefined,
    play: asWorker,
  },
]

const result = (name: string, problem: string | undefined): Result =>
  problem === undefined ? { name, ok: true } : { name, ok: false, why: problem }

/** What the suite prints, as it must look in every runtime's way to print. */
const expected: readonly (readonly [what: string, look: RegExp])[] = [
  ['session', /origin_owner_id: ["']printed-42["']/],
  ['reply', /authLinkUrl: ["']\[secret\]["']/],
  ['error', /ApiError: StackOne answered 401/],
]

const printedResults = ({ printed, secrets }: Played): readonly Result[] => {
  const shown = secrets.findIndex((secret) => printed.includes(secret))
  return [
    result('no secret is in what was printed', shown < 0 ? undefined : `secret ${shown} is, in:\n${printed}`),
    ...expected.map(([what, look]) =>
      result(`what was printed shows the ${what}`, look.test(printed) ? undefined : `it is not in:\n${printed}`),
    ),
  ]
}

const required = (url: string, isNode: boolean): string => `
const library = require('stackone-session')
const { connectSessionHandler } = require('stackone-session/handler')
const { sandbox } = require('stackone-session/testing')
const { createRequire } = require('node:module')
const fail = (why) => { throw new Error(why) }

const main = async () => {
  const imported = await import('stackone-session')
  const names = Object.keys(imported)
  if (names.length < 10) fail('it exports only ' + names)
  for (const name of names) if (imported[name] !== library[name]) fail('import and require differ in ' + name)
  const { createClient, isSessionError, session } = library
  const acme = session().owner('acme-42', 'Acme Inc.')
  const { token } = await acme.send(createClient({ apiKey: 'any', baseUrl: ${JSON.stringify(`${url}/mint`)} }))
  if (typeof token !== 'string') fail('no token')
  if (typeof connectSessionHandler !== 'function') fail('no handler')
  const api = sandbox()
  await acme.send(createClient({ apiKey: 'any', fetch: api.fetch }))
  if (api.requests.length !== 1) fail('no sandbox')
  const { _tag, left } = session().decode()
  if (_tag !== 'Left' || !isSessionError(left)) fail('no ValidationError')
  const fp = createRequire(require.resolve('stackone-session')).resolve('#fp-ts/Either').replaceAll('\\\\', '/')
  if (${isNode} && !fp.endsWith('/fp-ts/lib/Either.js')) fail('fp-ts comes from ' + fp)
  console.log('loaded')
}
main()
`

/** CommonJS loads the library by require and by import, and nobody prints a warning. */
const requireResult = async (command: Command, folder: string, { url }: Places, isNode: boolean): Promise<Result> => {
  await writeFile(join(folder, 'required.cjs'), required(`${url}/require`, isNode))
  const { code, stdout, stderr } = await run([...command, 'required.cjs'], { cwd: folder, seconds: 30 })
  const isQuiet = code === 0 && stdout === 'loaded\n' && stderr === ''
  return result('CommonJS loads it by require and by import', isQuiet ? undefined : `${code}: ${stdout}${stderr}`)
}

interface Row {
  readonly name: string
  readonly version: string
  readonly ky: string
  readonly results: readonly Result[]
  readonly seconds: number
}

const placesOf = ({ url, elsewhere, nobody }: Loopback, name: string): Places => ({
  url: `${url}/${name}`,
  elsewhere: `${elsewhere}/${name}`,
  nobody,
  version,
})

const playAll = async (runtime: Runtime, folder: string, tarball: string, servers: Loopback) => {
  const { name, packages, isNode, commonJs } = runtime
  const command = await runtime.command(packages.length === 0 ? '' : await cached(packages))
  const told = await succeed([command[0], '--version'], { cwd: folder })
  const user = join(folder, name)
  const ky = await installAsUser(user, isNode ? [tarball] : [tarball, 'ky@^2.1.0'], isNode ? command[0] : undefined)
  await copyFile(new URL('./suite.js', import.meta.url), join(user, 'suite.js'))
  const places = placesOf(servers, name)
  const played = await runtime.play(command, user, places)
  const results = [
    result(`it gets ky ${runtime.ky}`, ky.startsWith(`${runtime.ky}.`) ? undefined : `it got ky ${ky}`),
    ...played.results,
    ...printedResults(played),
    ...(commonJs === undefined ? [] : [await requireResult([...command, ...commonJs], user, places, isNode)]),
  ]
  return { version: /\d[\d.-]*/.exec(told)?.[0] ?? '?', ky, results }
}

const tryOut = async (runtime: Runtime, folder: string, tarball: string, servers: Loopback): Promise<Row> => {
  const started = performance.now()
  const played = await playAll(runtime, folder, tarball, servers).catch((error: unknown) => ({
    version: '?',
    ky: '?',
    results: [result('the suite runs', error instanceof Error ? error.message : String(error))],
  }))
  return { name: runtime.name, ...played, seconds: (performance.now() - started) / 1000 }
}

const failuresOf = ({ results }: Row): readonly Result[] => results.filter(({ ok }) => !ok)

const lineOf = (row: Row): readonly string[] => {
  const bad = failuresOf(row).length
  const counts = [row.results.length - bad, bad].map(String)
  return [row.name, row.version, row.ky, ...counts, row.seconds.toFixed(1)]
}

const main = async (): Promise<void> => {
  const wanted = chosen(runtimes)
  const servers = await loopback()
  try {
    const rows = await withFolder(async (folder) => {
      const tarball = await pack(folder)
      return pairwise(wanted, (runtime) => tryOut(runtime, folder, tarball, servers))
    })
    console.log(table([['runtime', 'version', 'ky', 'passed', 'failed', 'seconds'], ...rows.map(lineOf)]))
    for (const row of rows)
      for (const { name, why } of failuresOf(row)) console.error(`\n${row.name}: ${name}\n  ${why}`)
    if (rows.some((row) => failuresOf(row).length > 0)) process.exitCode = 1
  } finally {
    await servers.close()
  }
}

await main().catch(failed)
