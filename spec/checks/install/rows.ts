import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Command, installAsUser, runOrThrow } from '../conformance/tools.ts'
import { commonJs, declaring, esModule, jestTest, summary, vitestTest } from './exercise.ts'
import { checkNextApp } from './next.ts'

/** A row of the table: a way to install the package, or a tool that loads it. */
export interface Row {
  readonly name: string
  /** npm packages with their versions; the first one is shown. */
  readonly packages: readonly string[]
  /** Throws if the package does not work. `home` has the packages; `folder` is empty, and inside of `home`. */
  readonly check: (home: string, folder: string, tarball: string) => Promise<void>
}

const node = process.execPath

const writeFiles = async (folder: string, files: Readonly<Record<string, string>>): Promise<void> => {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
}

const expectSummary = (output: string): void => {
  if (!output.trim().endsWith(summary)) throw new Error(`expected '${summary}', got:\n${output}`)
}

const compilerOptions = {
  module: 'nodenext',
  target: 'ES2022',
  types: [],
  strict: true,
  exactOptionalPropertyTypes: true,
  declaration: true,
  outDir: 'out',
}

const typescript = 'typescript@6.0.3'
const tscOf = (home: string): string => join(home, 'node_modules', 'typescript', 'bin', 'tsc')

/** Checks an installed package: one folder, both loaders, and declarations that a strict layout can name. */
const checkInstalled = async (home: string, folder: string): Promise<void> => {
  const installed = (await readdir(join(folder, 'node_modules'))).filter((name) => !name.startsWith('.'))
  if (installed.join() !== 'stackone-session') throw new Error(`installed ${installed.join(', ')}`)
  const tsconfig = JSON.stringify({ compilerOptions, files: ['declaring.ts'] })
  const files = { 'program.mjs': esModule, 'program.cjs': commonJs, 'declaring.ts': declaring }
  await writeFiles(folder, { ...files, 'tsconfig.json': tsconfig })
  expectSummary(await runOrThrow([node, 'program.mjs'], { cwd: folder }))
  expectSummary(await runOrThrow([node, 'program.cjs'], { cwd: folder }))
  await runOrThrow([node, tscOf(home), '-p', '.'], { cwd: folder })
}

/** A package manager: its program and arguments, without its caches and lock files. */
const manager = (
  name: string,
  packages: readonly string[],
  command: (home: string, folder: string, tarball: string) => Command,
  files: (folder: string) => Readonly<Record<string, string>> = () => ({}),
): Row => ({
  name,
  packages: [...packages, typescript],
  check: async (home, folder, tarball) => {
    await writeFiles(folder, { 'package.json': '{ "name": "user", "private": true }', ...files(folder) })
    await runOrThrow(command(home, folder, tarball), { cwd: folder, seconds: 120 })
    await checkInstalled(home, folder)
  },
})

/** A tool that runs a project: its arguments, and its files. */
const tool = (
  name: string,
  packages: readonly string[],
  program: string,
  args: readonly string[],
  files: Readonly<Record<string, string>>,
  printsSummary: boolean,
): Row => ({
  name,
  packages,
  check: async (home, folder, tarball) => {
    await installAsUser(folder, tarball)
    await writeFiles(folder, files)
    const output = await runOrThrow([node, join(home, 'node_modules', program), ...args], { cwd: folder })
    if (printsSummary) expectSummary(output)
  },
})

const commonJsPackage = '{ "name": "user", "private": true, "type": "commonjs" }'

const nodeOptions = JSON.stringify({ compilerOptions: { module: 'commonjs', target: 'ES2022', strict: true } })

const jest = tool(
  'jest',
  ['jest@30.5.2'],
  'jest/bin/jest.js',
  ['--ci'],
  { 'package.json': commonJsPackage, 'package.test.js': jestTest },
  false,
)

const vitest = (environment: 'node' | 'jsdom'): Row =>
  tool(
    `vitest ${environment}`,
    ['vitest@3.2.7', 'jsdom@26.1.0'],
    'vitest/vitest.mjs',
    ['run', '--root', '.'],
    { 'package.test.js': vitestTest(environment) },
    false,
  )

const nextExample = new URL('../../../examples/next/', import.meta.url)

/** Builds a copy of the example with the packed library, and its versions of Next.js and React. */
const buildNextExample: Row['check'] = async (_home, folder, tarball) => {
  const app = join(folder, 'examples', 'next')
  await mkdir(app, { recursive: true })
  for (const name of ['app', 'next.config.ts', 'tsconfig.json'])
    await cp(new URL(name, nextExample), join(app, name), { recursive: true })
  const manifest: { dependencies: Record<string, string> } = JSON.parse(
    await readFile(new URL('package.json', nextExample), 'utf8'),
  )
  const dependencies = { ...manifest.dependencies, 'stackone-session': `file:${tarball}` }
  await writeFile(join(app, 'package.json'), JSON.stringify({ ...manifest, dependencies }))
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error']
  await runOrThrow(['npm', 'install', ...flags], { cwd: app, seconds: 300 })
  await runOrThrow([node, join('node_modules', 'next', 'dist', 'bin', 'next'), 'build'], { cwd: app, seconds: 300 })
}

export const rows: readonly Row[] = [
  manager('npm', [], (_home, _folder, tarball) => ['npm', 'install', '--no-audit', '--no-fund', tarball]),
  manager('yarn 1', ['yarn@1.22.22'], (home, folder, tarball) => [
    node,
    ...[join(home, 'node_modules', 'yarn', 'bin', 'yarn.js'), 'add', tarball],
    ...['--non-interactive', '--no-lockfile', '--cache-folder', join(folder, '.cache')],
  ]),
  manager(
    'yarn berry',
    ['@yarnpkg/cli-dist@4.18.1'],
    (home, _folder, tarball) => [
      node,
      join(home, 'node_modules', '@yarnpkg', 'cli-dist', 'bin', 'yarn.js'),
      ...['add', `stackone-session@file:${tarball}`],
    ],
    (folder) => ({
      '.yarnrc.yml': `nodeLinker: node-modules\nenableTelemetry: false\nenableImmutableInstalls: false\nglobalFolder: ${JSON.stringify(join(folder, '.yarn'))}\n`,
      'yarn.lock': '',
    }),
  ),
  manager('pnpm', ['pnpm@10.34.9'], (home, folder, tarball) => [
    node,
    ...[join(home, 'node_modules', 'pnpm', 'bin', 'pnpm.cjs'), 'add', tarball],
    ...['--store-dir', join(folder, '.store')],
  ]),
  jest,
  vitest('node'),
  vitest('jsdom'),
  tool(
    'ts-node',
    ['ts-node@10.9.2', 'typescript@5.9.3', '@types/node@20.19.0'],
    'ts-node/dist/bin.js',
    ['program.ts'],
    // The module resolution of these options is node10.
    { 'package.json': commonJsPackage, 'program.ts': esModule, 'tsconfig.json': nodeOptions },
    true,
  ),
  tool('tsx', ['tsx@4.23.15'], 'tsx/dist/cli.mjs', ['program.ts'], { 'program.ts': esModule }, true),
  tool(
    'tsx in CommonJS',
    ['tsx@4.23.15'],
    'tsx/dist/cli.mjs',
    ['program.ts'],
    { 'package.json': commonJsPackage, 'program.ts': esModule },
    true,
  ),
  { name: 'next', packages: [], check: buildNextExample },
  { name: 'next14', packages: ['next@14.2.35', 'react@18.3.1', 'react-dom@18.3.1'], check: checkNextApp },
  { name: 'next16', packages: ['next@16.4.5', 'react@19.3.1', 'react-dom@19.3.1'], check: checkNextApp },
]
