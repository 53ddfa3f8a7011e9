// Bundles a small program with every bundler, for browsers and for Node, and runs each bundle in plain Node.
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { loopback } from './server.ts'
import {
  cached,
  chosen,
  failed,
  installAsUser,
  pack,
  pairwise,
  run,
  succeed,
  table,
  versionIn,
  withFolder,
} from './tools.ts'

interface Bundler {
  readonly name: string
  /** From the npm registry; the first is the bundler itself. */
  readonly packages: readonly [string, ...string[]]
}

const bundlers: readonly Bundler[] = [
  { name: 'esbuild', packages: ['esbuild@0.28.2'] },
  {
    name: 'rollup',
    packages: [
      'rollup@4.68.7',
      '@rollup/plugin-node-resolve@16.0.3',
      '@rollup/plugin-commonjs@29.0.3',
      '@rollup/plugin-terser@1.0.2',
    ],
  },
  { name: 'webpack', packages: ['webpack@5.112.2'] },
  { name: 'vite', packages: ['vite@8.3.8'] },
]

/** Which of fp-ts' files a bundle must hold, and which none of: the tree can be shaken in `es6` alone. */
const targets = [
  { target: 'browser', wanted: 'es6', unwanted: 'lib' },
  { target: 'node', wanted: 'lib', unwanted: undefined },
] as const

type Target = (typeof targets)[number]

const entry = `
import { createClient, session } from 'stackone-session'
globalThis.conformance = {
  mint: (baseUrl) => session().owner('acme-42', 'Acme Inc.').send(createClient({ apiKey: 'any', baseUrl })),
  refuse: () => session().owner('acme-42', ' ').decode(),
}
`

const program = (url: string): string => `
import './bundle.js'
const { mint, refuse } = globalThis.conformance
const { token } = await mint(${JSON.stringify(`${url}/mint`)})
const { _tag, left } = refuse()
const error = await mint(${JSON.stringify(`${url}/refused`)}).catch((error) => error)
console.log(JSON.stringify([token, _tag, left.name, left.issues, error.name, error.status]))
`

const issue = { path: 'originOwnerName', message: 'expected a string that is not blank, got a blank string' }
const printed = JSON.stringify([...['tok.0123456789abcdef', 'Left', 'ValidationError', [issue]], ...['ApiError', 400]])

interface Bundle {
  readonly bundler: string
  readonly version: string
  readonly target: string
  readonly bytes: number
  readonly gzip: number
  readonly problems: readonly string[]
}

/** What the library's own imports of fp-ts became. */
const pathProblems = (files: readonly string[], { wanted, unwanted }: Target): readonly string[] => {
  const holds = (kind: string): boolean => files.some((file) => file.includes(`fp-ts/${kind}/Either.js`))
  return [
    ...(holds(wanted) ? [] : [`there is no fp-ts/${wanted} in it`]),
    ...(unwanted !== undefined && holds(unwanted) ? [`fp-ts/${unwanted} is in it`] : []),
    // Vite only warns of these.
    ...(files.some((file) => file.includes('__vite-browser-external')) ? ['it asks for a module of Node'] : []),
  ]
}

/** Runs a bundle where no package is installed, so that all must be in it. */
const runProblems = async (folder: string, url: string): Promise<readonly string[]> => {
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }\n')
  await writeFile(join(folder, 'program.js'), program(url))
  const { code, stdout, stderr } = await run([process.execPath, 'program.js'], { cwd: folder, seconds: 30 })
  if (code !== 0 || stderr !== '') return [`it ended with ${code}: ${stdout}${stderr}`]
  return stdout.trim() === printed ? [] : [`it printed ${stdout}instead of ${printed}`]
}

const bundle = async (
  { name, packages }: Bundler,
  target: Target,
  user: string,
  folder: string,
  url: string,
): Promise<Bundle> => {
  const home = await cached(packages)
  const version = await versionIn(home, name)
  const described = { bundler: name, version, target: target.target }
  try {
    await mkdir(folder, { recursive: true })
    await copyFile(new URL('./bundlers.js', import.meta.url), join(home, 'bundlers.js'))
    const args = [join(home, 'bundlers.js'), name, target.target, join(user, 'entry.js'), folder]
    const stdout = await succeed([process.execPath, ...args], { cwd: user })
    const files: readonly string[] = JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
    const bytes = await readFile(join(folder, 'bundle.js'))
    const problems = [
      ...pathProblems(
        files.map((file) => file.replaceAll('\\', '/')),
        target,
      ),
      ...(await runProblems(folder, url)),
    ]
    return { ...described, bytes: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length, problems }
  } catch (error) {
    return { ...described, bytes: 0, gzip: 0, problems: [error instanceof Error ? error.message : String(error)] }
  }
}

const lineOf = ({ bundler, version, target, bytes, gzip, problems }: Bundle): readonly string[] => [
  ...[bundler, version, target],
  ...[bytes, gzip].map((count) => count.toLocaleString('en')),
  problems.length === 0 ? 'runs' : 'FAILED',
]

const main = async (): Promise<void> => {
  const wanted = chosen(bundlers).flatMap((bundler) => targets.map((target) => ({ bundler, target })))
  const servers = await loopback()
  try {
    const bundles = await withFolder(async (folder) => {
      const user = join(folder, 'user')
      const ky = await installAsUser(user, [await pack(folder), 'ky@2.1.0'])
      console.log(`The entry uses session and createClient, over ky ${ky}.`)
      await writeFile(join(user, 'entry.js'), entry)
      return pairwise(wanted, ({ bundler, target }) => {
        const name = `${bundler.name}-${target.target}`
        return bundle(bundler, target, user, join(folder, name), `${servers.url}/${name}`)
      })
    })
    console.log(table([['bundler', 'version', 'target', 'bytes', 'gzip', ''], ...bundles.map(lineOf)]))
    const bad = bundles.filter(({ problems }) => problems.length > 0)
    for (const { bundler, target, problems } of bad)
      console.error(`\n${bundler} for ${target}:\n  ${problems.join('\n  ')}`)
    if (bad.length > 0) process.exitCode = 1
  } finally {
    await servers.close()
  }
}

await main().catch(failed)
