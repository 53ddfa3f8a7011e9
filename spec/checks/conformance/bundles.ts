// Bundles a small program with every bundler, for browsers and for Node.js, and runs each bundle in Node.js.
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { loopback } from './server.ts'
import {
  cached,
  failed,
  installAsUser,
  pack,
  pairwise,
  run,
  runOrThrow,
  selected,
  table,
  versionIn,
  withFolder,
} from './tools.ts'

interface Bundler {
  readonly name: string
  /** npm packages; the first one is the bundler. */
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

const targets = ['browser', 'node'] as const

type Target = (typeof targets)[number]

const entry = `
import { createClient, session } from 'stackone-session'
globalThis.conformance = {
  create: (baseUrl) => session().owner('acme-42', 'Acme Inc.').send(createClient({ apiKey: 'any', baseUrl })),
  invalid: () => session().owner('acme-42', ' ').decode(),
}
`

const program = (url: string): string => `
import './bundle.js'
const { create, invalid } = globalThis.conformance
const { token } = await create(${JSON.stringify(`${url}/create`)})
const { _tag, left } = invalid()
const error = await create(${JSON.stringify(`${url}/rejected`)}).catch((error) => error)
console.log(JSON.stringify([token, _tag, left.name, left.issues, error.name, error.status]))
`

const issue = { path: 'originOwnerName', message: 'must be a non-blank string, got a blank string' }
const expectedOutput = JSON.stringify([
  ...['tok.0123456789abcdef', 'Left', 'ValidationError', [issue]],
  ...['ApiError', 400],
])

interface Bundle {
  readonly bundler: string
  readonly version: string
  readonly target: string
  readonly bytes: number
  readonly gzip: number
  readonly problems: readonly string[]
}

/** Returns problems with the bundled files. */
const pathProblems = (files: readonly string[]): readonly string[] => [
  ...(files.some((file) => file.endsWith('/dist/index.js')) ? [] : ['the ES modules are missing']),
  ...(files.some((file) => file.includes('/dist/cjs/')) ? ['the CommonJS modules are included'] : []),
  // Vite only warns about built-in modules.
  ...(files.some((file) => file.includes('__vite-browser-external'))
    ? ['a built-in module of Node.js is imported']
    : []),
]

/** Runs a bundle in a folder without packages, so that it must be self-contained. */
const runProblems = async (folder: string, url: string): Promise<readonly string[]> => {
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }\n')
  await writeFile(join(folder, 'program.js'), program(url))
  const { code, stdout, stderr } = await run([process.execPath, 'program.js'], { cwd: folder, seconds: 30 })
  if (code !== 0 || stderr !== '') return [`exit code ${code}: ${stdout}${stderr}`]
  return stdout.trim() === expectedOutput ? [] : [`expected the output ${expectedOutput}, got ${stdout}`]
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
  const described = { bundler: name, version, target }
  try {
    await mkdir(folder, { recursive: true })
    await copyFile(new URL('./bundlers.js', import.meta.url), join(home, 'bundlers.js'))
    const args = [join(home, 'bundlers.js'), name, target, join(user, 'entry.js'), folder]
    const stdout = await runOrThrow([process.execPath, ...args], { cwd: user })
    const files: readonly string[] = JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
    const bytes = await readFile(join(folder, 'bundle.js'))
    const problems = [
      ...pathProblems(files.map((file) => file.replaceAll('\\', '/'))),
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
  problems.length === 0 ? 'ok' : 'FAILED',
]

const main = async (): Promise<void> => {
  const selection = selected(bundlers).flatMap((bundler) => targets.map((target) => ({ bundler, target })))
  const servers = await loopback()
  try {
    const bundles = await withFolder(async (folder) => {
      const user = join(folder, 'user')
      await installAsUser(user, await pack(folder))
      console.log('The program uses session and createClient.')
      await writeFile(join(user, 'entry.js'), entry)
      return pairwise(selection, ({ bundler, target }) => {
        const name = `${bundler.name}-${target}`
        return bundle(bundler, target, user, join(folder, name), `${servers.url}/${name}`)
      })
    })
    console.log(table([['bundler', 'version', 'target', 'bytes', 'gzip', 'result'], ...bundles.map(lineOf)]))
    const failures = bundles.filter(({ problems }) => problems.length > 0)
    for (const { bundler, target, problems } of failures)
      console.error(`\n${bundler} for ${target}:\n  ${problems.join('\n  ')}`)
    if (failures.length > 0) process.exitCode = 1
  } finally {
    await servers.close()
  }
}

await main().catch(failed)
