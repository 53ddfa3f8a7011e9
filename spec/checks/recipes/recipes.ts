import { copyFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import ts from 'typescript'
import { blocksOf } from '../../support/snippets.ts'
import { type Command, runOrThrow } from '../conformance/tools.ts'

/** The code of a guide that is run with a framework or a test runner. */
export interface Recipe {
  readonly name: string
  /** Throws if the recipe does not work. `folder` is a project inside of `home`, which has the packages. */
  readonly run: (folder: string, home: string) => Promise<void>
}

/** Vitest 4 is the latest version that supports Node.js 20. */
export const packages = [
  ...['express@5.3.0', 'fastify@5.12.8', 'hono@4.13.19', '@hono/node-server@2.1.8'],
  ...['@nestjs/common@12.5.1', '@nestjs/core@12.5.1', '@nestjs/platform-express@12.5.1', '@nestjs/testing@12.1.1'],
  ...['reflect-metadata@0.2.2', 'rxjs@7.8.2', 'jest@30.5.2', 'vitest@4.1.12'],
  ...['typescript@6.0.3', '@types/express@5.0.6', '@types/node@20.19.0'],
]

/** Returns the block of a guide that contains a text. */
const blockWith = (guide: string, text: string, language = 'ts'): string => {
  const found = blocksOf(join('docs', guide), language).filter(({ code }) => code.includes(text))
  if (found.length !== 1) throw new Error(`docs/${guide} has ${found.length} ${language} blocks with: ${text}`)
  return found[0]?.code ?? ''
}

const writeFiles = async (folder: string, files: Readonly<Record<string, string>>): Promise<void> => {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
}

const compilerOptions = {
  module: 'nodenext',
  target: 'ES2022',
  types: ['node'],
  strict: true,
  skipLibCheck: true, // of the frameworks
  rewriteRelativeImportExtensions: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
}

/** Compiles the files of a folder in place. */
const compile = async (folder: string, home: string, files: Readonly<Record<string, string>>): Promise<void> => {
  const tsconfig = JSON.stringify({ compilerOptions, files: Object.keys(files) })
  await writeFiles(folder, { ...files, 'tsconfig.json': tsconfig })
  await runOrThrow([process.execPath, join(home, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', '.'], {
    cwd: folder,
  })
}

/** Serves the recipe of a framework, and sends it the requests of a page. See frameworks.mjs. */
const framework = (name: string, marker: string): Recipe => ({
  name,
  run: async (folder, home) => {
    const connect = blockWith('frameworks.md', '// connect.ts')
    await compile(folder, home, { 'connect.ts': connect, 'recipe.ts': blockWith('frameworks.md', marker) })
    await copyFile(new URL('frameworks.mjs', import.meta.url), join(folder, 'frameworks.mjs'))
    await runOrThrow([process.execPath, 'frameworks.mjs', name], { cwd: folder })
  },
})

/** Runs files with a test runner, which must report this number of passed tests. */
const runner = (
  name: string,
  files: () => Readonly<Record<string, string>>,
  passed: RegExp,
  command: (home: string) => Command,
): Recipe => ({
  name,
  run: async (folder, home) => {
    await writeFiles(folder, files())
    const [program, ...args] = command(join(home, 'node_modules'))
    // Jest reports on stderr.
    const output = await runOrThrow(['sh', '-c', 'NO_COLOR=1 "$@" 2>&1', 'sh', program, ...args], { cwd: folder })
    if (!passed.test(output)) throw new Error(`expected ${passed} in:\n${output}`)
  },
})

const invite = (): string => blockWith('testing.md', '// invite.ts')

const transpile = (code: string, module: ts.ModuleKind): string =>
  ts.transpileModule(code, { compilerOptions: { module, target: ts.ScriptTarget.ES2022 } }).outputText

const toCommonJs = (code: string): string =>
  transpile(code.replaceAll("'./invite.ts'", "'./invite.js'"), ts.ModuleKind.CommonJS)

const toModule = (code: string): string =>
  transpile(code.replaceAll("'./invite.ts'", "'./invite.js'"), ts.ModuleKind.ESNext)

const vitestSpec = (): string => blockWith('testing.md', "from 'vitest'")

const commonJs = '{ "private": true, "type": "commonjs" }'

export const recipes: readonly Recipe[] = [
  ...['express', 'hono', 'lambda', 'next'].map((name) => framework(name, "from 'express'\nimport { Hono }")),
  framework('fastify', "from 'fastify'"),
  framework('nestjs', "from '@nestjs/common'"),
  {
    name: 'types',
    run: (folder, home) =>
      compile(folder, home, {
        'invite.ts': invite(),
        'vitest.ts': vitestSpec(),
        'jest.ts': vitestSpec().replace("'vitest'", "'@jest/globals'"),
        'node.ts': blockWith('testing.md', "from 'node:test'"),
      }),
  },
  runner(
    'vitest',
    () => ({ 'invite.ts': invite(), 'invite.test.ts': vitestSpec() }),
    /Tests +2 passed/,
    (modules) => [process.execPath, join(modules, 'vitest', 'vitest.mjs'), 'run', '--root', '.'],
  ),
  runner(
    'jest',
    () => ({
      'package.json': commonJs,
      'invite.js': toCommonJs(invite()),
      'invite.test.js': toCommonJs(vitestSpec().replace("'vitest'", "'@jest/globals'")),
      'require.test.js': blockWith('testing.md', 'require(', 'js'),
    }),
    /Tests: +3 passed, 3 total/,
    (modules) => [process.execPath, join(modules, 'jest', 'bin', 'jest.js'), '--ci'],
  ),
  runner(
    'node:test',
    () => ({
      'invite.js': toModule(invite()),
      'invite.test.js': toModule(blockWith('testing.md', "from 'node:test'")),
    }),
    /pass 1\n/,
    () => [process.execPath, '--test', 'invite.test.js'],
  ),
]
