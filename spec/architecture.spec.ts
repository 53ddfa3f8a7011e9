import { readdirSync, readFileSync } from 'node:fs'
import { dirname, posix } from 'node:path'
import { expect } from 'chai'
import ts from 'typescript'
import { itEach } from './support/it-each.ts'

/** What each folder of lib may import from. A name in `types` may be imported with `import type` only. */
const rules: Readonly<Record<string, { readonly values: readonly string[]; readonly types?: readonly string[] }>> = {
  'errors.ts': { values: [] },
  util: { values: ['errors.ts'] },
  model: { values: ['util', 'errors.ts'] },
  client: { values: ['model', 'util', 'errors.ts'] },
  session: { values: ['model', 'util', 'errors.ts'], types: ['client'] },
  handler: { values: ['session', 'model', 'util', 'errors.ts'], types: ['client'] },
  webhook: { values: ['model', 'util', 'errors.ts'] },
  page: { values: ['util', 'errors.ts'], types: ['handler'] },
  testing: { values: ['model', 'util', 'errors.ts'] },
  'index.ts': { values: ['session', 'client', 'model', 'util', 'errors.ts'] },
}

/** The files that may import a package other than io-ts and fp-ts. */
const packages: Readonly<Record<string, readonly string[]>> = {
  'client/transport.ts': ['ky'],
  'testing/server.ts': ['node:http', 'node:net'],
}

const isCodecLibrary = (name: string): boolean => /^(io-ts|fp-ts\/lib\/\w+\.js)$/.test(name)

type Sources = Readonly<Record<string, string>>

const sources: Sources = Object.fromEntries(
  readdirSync('lib', { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => [file, readFileSync(`lib/${file}`, 'utf8')]),
)

interface Import {
  readonly target: string
  readonly isTypeOnly: boolean
}

/** The files, relative to lib, and the packages that a file imports: in statements, re-exports, `import()` and types. */
const targetsOf = (file: string, source: string): readonly string[] =>
  ts
    .preProcessFile(source)
    .importedFiles.map(({ fileName }) => (fileName.startsWith('.') ? posix.join(dirname(file), fileName) : fileName))

const importsOf = (file: string, source: string): readonly Import[] => {
  const withoutTypes = ts.transpile(source, { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext })
  const values = targetsOf(file, withoutTypes)
  return targetsOf(file, source).map((target) => ({ target, isTypeOnly: !values.includes(target) }))
}

const folderOf = (file: string): string => file.split('/')[0] ?? ''

const isAllowed = (file: string, { target, isTypeOnly }: Import): boolean => {
  if (!target.endsWith('.ts')) return isCodecLibrary(target) || packages[file]?.includes(target) === true
  const [own, other] = [folderOf(file), folderOf(target)]
  const rule = rules[own]
  return own === other || rule?.values.includes(other) === true || (isTypeOnly && rule?.types?.includes(other) === true)
}

const violations = (files: Sources): readonly string[] =>
  Object.entries(files).flatMap(([file, source]) => {
    if (rules[folderOf(file)] === undefined) return [`${file} is in no known folder`]
    return importsOf(file, source)
      .filter((each) => !isAllowed(file, each))
      .map(({ target, isTypeOnly }) => `${file} imports ${isTypeOnly ? 'types of ' : ''}${target}`)
  })

/** The cycles among the files, each as a path from a file back to itself. */
const cycles = (files: Sources): readonly string[] => {
  const targets = Object.fromEntries(Object.entries(files).map(([file, source]) => [file, targetsOf(file, source)]))
  const found: string[] = []
  const done = new Set<string>()
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) found.push([...path.slice(path.indexOf(file)), file].join(' > '))
    if (path.includes(file) || done.has(file)) return
    for (const target of targets[file] ?? []) visit(target, [...path, file])
    done.add(file)
  }
  for (const file of Object.keys(files)) visit(file, [])
  return found
}

/** The names that a file declares at its top level; a type and a value of one name count once. */
const topLevelNames = (source: string): readonly string[] => [
  ...new Set(
    [...source.matchAll(/^(?:export )?(?:abstract |async )*(?:const|class|function|interface|type) (\w+)/gm)].map(
      ([, name = '']) => name,
    ),
  ),
]

describe('The architecture of lib', () => {
  it('allows each folder to import only from the folders of its rule', () => {
    expect(violations(sources)).to.deep.equal([])
  })

  it('has no import cycle', () => {
    expect(cycles(sources)).to.deep.equal([])
  })

  const planted: readonly (readonly [string, string, string])[] = [
    ['testing/sandbox.ts', "import { createClient } from '../client/client.ts'; createClient()", 'client/client.ts'],
    ['testing/sandbox.ts', "import type { Client } from '../client/client.ts'", 'types of client/client.ts'],
    ['handler/index.ts', "export { createClient } from '../client/client.ts'", 'client/client.ts'],
    ['model/json.ts', "type A = import('../session/types.ts').Session", 'types of session/types.ts'],
    ['util/task.ts', "const later = () => import('../model/json.ts')", 'model/json.ts'],
    ['errors.ts', "import { kindOf } from './util/guards.ts'; kindOf(1)", 'util/guards.ts'],
    ['session/session.ts', "import ky from 'ky'; ky()", 'ky'],
    ['client/client.ts', "import { readFileSync } from 'node:fs'; readFileSync('a')", 'node:fs'],
  ]
  itEach('reports a planted import that its folder may not have', planted, ([file, line, target]) => {
    expect(violations({ [file]: line })).to.deep.equal([`${file} imports ${target}`])
  })

  it('accepts a type of the client in the session folder', () => {
    expect(violations({ 'session/a.ts': "import type { Client } from '../client/client.ts'" })).to.deep.equal([])
  })

  it('reports a file in an unknown folder', () => {
    expect(violations({ 'helpers/a.ts': '' })).to.deep.equal(['helpers/a.ts is in no known folder'])
  })

  it('reports a planted cycle', () => {
    const files = {
      'a.ts': "import './b.ts'",
      'b.ts': "import type { C } from './c.ts'",
      'c.ts': "export * from './a.ts'",
    }
    expect(cycles(files)).to.deep.equal(['a.ts > b.ts > c.ts > a.ts'])
  })

  it('keeps every file within 250 lines', () => {
    const long = Object.entries(sources).filter(([, source]) => source.trimEnd().split('\n').length > 250)
    expect(long.map(([file]) => file)).to.deep.equal([])
  })

  it('keeps every folder within 14 files', () => {
    const folders = Object.keys(sources).map(dirname)
    const isLarge = (folder: string): boolean => folders.filter((each) => each === folder).length > 14
    expect(folders.filter(isLarge)).to.deep.equal([])
  })

  it('declares at most 8 top-level names in more than one file', () => {
    const names = Object.values(sources).flatMap(topLevelNames)
    const repeated = new Set(names.filter((name, index) => names.indexOf(name) < index))
    expect([...repeated].sort()).to.have.length.at.most(8)
  })

  it('lets every file be imported alone', async () => {
    const modules: readonly unknown[] = await Promise.all(Object.keys(sources).map((file) => import(`../lib/${file}`)))
    expect(modules).to.have.length(Object.keys(sources).length)
  })
})
