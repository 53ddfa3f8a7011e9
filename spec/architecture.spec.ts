import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { expect } from 'chai'
import ts from 'typescript'

const lib = resolve('lib')

/**
 * Who may import whom in lib, types included, each row only from rows above it. Packages stand in the last place where
 * they may be imported; `io-ts` and fp-ts are allowed everywhere.
 */
const table: Readonly<Record<string, readonly string[]>> = {
  // Leaves
  'duration.ts': [],
  'present.ts': [],
  'errors.ts': ['present.ts'],
  'nearest.ts': [],
  'stream.ts': [],
  'time.ts': [],
  'version.ts': [],
  'codec.ts': [],
  'secret.ts': ['codec.ts'],
  // Codecs
  'account-type.ts': ['codec.ts', 'nearest.ts'],
  'category.ts': ['codec.ts', 'nearest.ts'],
  'date.ts': ['codec.ts'],
  'issues.ts': ['codec.ts', 'errors.ts', 'present.ts', 'secret.ts'],
  'json.ts': ['codec.ts'],
  'standard.ts': ['codec.ts', 'issues.ts'],
  'wire.ts': ['codec.ts', 'json.ts', 'nearest.ts'],
  'create.ts': ['account-type.ts', 'category.ts', 'codec.ts', 'json.ts', 'standard.ts', 'wire.ts'],
  'drift.ts': ['codec.ts', 'errors.ts', 'issues.ts', 'json.ts', 'secret.ts', 'wire.ts'],
  'reply.ts': ['account-type.ts', 'category.ts', 'codec.ts', 'date.ts', 'drift.ts', 'json.ts', 'standard.ts'],
  // The client
  'event.ts': ['errors.ts', 'present.ts'],
  'options.ts': ['codec.ts', 'errors.ts', 'event.ts', 'nearest.ts', 'present.ts', 'time.ts'],
  'settings.ts': ['codec.ts', 'errors.ts', 'options.ts', 'present.ts', 'version.ts'],
  'answer.ts': ['codec.ts', 'errors.ts', 'json.ts', 'secret.ts'],
  'transport.ts': ['answer.ts', 'options.ts', 'settings.ts', 'stream.ts', 'ky'],
  'exchange.ts': [
    ...['answer.ts', 'codec.ts', 'errors.ts', 'event.ts', 'secret.ts', 'settings.ts', 'time.ts', 'transport.ts'],
  ],
  'task.ts': ['errors.ts'],
  'wait.ts': ['errors.ts', 'options.ts', 'present.ts', 'reply.ts', 'settings.ts', 'time.ts'],
  'reading.ts': [
    ...['answer.ts', 'drift.ts', 'errors.ts', 'event.ts', 'exchange.ts', 'issues.ts', 'secret.ts', 'settings.ts'],
    'transport.ts',
  ],
  'client.ts': [
    ...['codec.ts', 'create.ts', 'errors.ts', 'event.ts', 'exchange.ts', 'issues.ts', 'options.ts', 'reading.ts'],
    ...['reply.ts', 'settings.ts', 'task.ts', 'transport.ts', 'wait.ts'],
  ],
  // The builder
  'states.ts': ['category.ts', 'client.ts', 'create.ts', 'errors.ts', 'json.ts', 'options.ts', 'reply.ts'],
  'session.ts': [
    ...['category.ts', 'codec.ts', 'create.ts', 'errors.ts', 'issues.ts', 'json.ts', 'options.ts', 'reply.ts'],
    ...['states.ts', 'task.ts', 'wire.ts'],
  ],
  'index.ts': [
    ...['category.ts', 'client.ts', 'create.ts', 'duration.ts', 'errors.ts', 'event.ts', 'json.ts', 'options.ts'],
    ...['reply.ts', 'session.ts', 'standard.ts', 'states.ts', 'wait.ts'],
  ],
  // The ./handler subpath
  'refused.ts': ['errors.ts', 'present.ts'],
  'origin.ts': [],
  'body.ts': ['codec.ts', 'errors.ts', 'refused.ts', 'stream.ts'],
  'policy.ts': ['category.ts', 'codec.ts', 'issues.ts', 'options.ts', 'states.ts'],
  'choices.ts': [
    ...['category.ts', 'codec.ts', 'errors.ts', 'issues.ts', 'nearest.ts', 'policy.ts', 'present.ts', 'refused.ts'],
    'states.ts',
  ],
  'handler.ts': [
    ...['body.ts', 'choices.ts', 'codec.ts', 'errors.ts', 'origin.ts', 'policy.ts', 'refused.ts', 'session.ts'],
    'states.ts',
  ],
  // The ./testing subpath, the only place for Node's own modules
  'testing/server.ts': ['node:http', 'node:net'],
  'testing/random.ts': [],
  'testing/response.ts': [],
  'testing/account.ts': [],
  'testing/request.ts': ['answer.ts', 'codec.ts', 'secret.ts'],
  'testing/drift.ts': ['codec.ts'],
  'testing/fault.ts': [
    ...['codec.ts', 'errors.ts', 'json.ts', 'nearest.ts', 'options.ts', 'present.ts', 'time.ts'],
    'testing/drift.ts',
  ],
  'testing/effect.ts': ['testing/drift.ts', 'testing/fault.ts', 'testing/response.ts'],
  'testing/plan.ts': ['testing/effect.ts', 'testing/fault.ts', 'testing/random.ts'],
  'testing/minted.ts': ['create.ts', 'reply.ts', 'secret.ts', 'testing/account.ts'],
  'testing/connector.ts': ['create.ts'],
  'testing/connect.ts': [
    ...['codec.ts', 'errors.ts', 'nearest.ts', 'present.ts'],
    ...['testing/account.ts', 'testing/connector.ts', 'testing/minted.ts'],
  ],
  'testing/api.ts': ['codec.ts', 'create.ts', 'reply.ts', 'testing/minted.ts', 'testing/response.ts'],
  'testing/hub.ts': [
    ...['codec.ts', 'testing/connect.ts', 'testing/connector.ts', 'testing/minted.ts', 'testing/response.ts'],
  ],
  'testing/sandbox.ts': [
    ...['codec.ts', 'options.ts', 'reply.ts'],
    ...['testing/api.ts', 'testing/connect.ts', 'testing/effect.ts', 'testing/fault.ts', 'testing/hub.ts'],
    ...['testing/minted.ts', 'testing/plan.ts', 'testing/request.ts', 'testing/response.ts', 'testing/server.ts'],
  ],
  'testing/index.ts': [
    ...['testing/connect.ts', 'testing/drift.ts', 'testing/fault.ts', 'testing/request.ts', 'testing/sandbox.ts'],
    'testing/server.ts',
  ],
}

const everywhere = /^(io-ts|fp-ts\/lib\/\w+\.js|#fp-ts\/\w+)$/

type Sources = Readonly<Record<string, string>>

const sources = (): Sources =>
  Object.fromEntries(
    readdirSync(lib, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => [file.replaceAll('\\', '/'), readFileSync(join(lib, file), 'utf8')]),
  )

/** All that a file imports or exports from elsewhere: statements, type imports and `import()` alike. */
const importsOf = (file: string, source: string): readonly string[] =>
  ts
    .preProcessFile(source, true, true)
    .importedFiles.map(({ fileName }) =>
      fileName.startsWith('.') ? relative(lib, join(lib, dirname(file), fileName)).replaceAll('\\', '/') : fileName,
    )

const violations = (files: Sources): readonly string[] =>
  Object.entries(files).flatMap(([file, source]) => {
    const allowed = table[file]
    if (allowed === undefined) return [`${file} is not in the table`]
    return importsOf(file, source)
      .filter((name) => !allowed.includes(name) && !everywhere.test(name))
      .map((name) => `${file} imports ${name}`)
  })

describe('The architecture of lib', () => {
  it('has no import that is not in the table', () => {
    expect(violations(sources())).to.deep.equal([])
  })

  it('has no row of the table without a file', () => {
    expect(Object.keys(table).filter((file) => !(file in sources()))).to.deep.equal([])
  })

  it('has no right in the table that nobody uses', () => {
    const unused = Object.entries(sources()).flatMap(([file, source]) =>
      (table[file] ?? []).filter((name) => !importsOf(file, source).includes(name)).map((name) => `${file}: ${name}`),
    )
    expect(unused).to.deep.equal([])
  })

  it('has a table whose arrows point upwards only, so that there is no cycle', () => {
    const rows = Object.keys(table)
    const upwards = (file: string, name: string): boolean =>
      !name.endsWith('.ts') || (rows.includes(name) && rows.indexOf(name) < rows.indexOf(file))
    const wrong = Object.entries(table).flatMap(([file, names]) => names.filter((name) => !upwards(file, name)))
    expect(wrong).to.deep.equal([])
  })

  const planted: readonly (readonly [string, string, string, string])[] = [
    ['an import', 'time.ts', "import { session } from './session.ts'", 'time.ts imports session.ts'],
    ['a type', 'errors.ts', "import type { Client } from './client.ts'", 'errors.ts imports client.ts'],
    ['an export', 'json.ts', "export { wire } from './wire.ts'", 'json.ts imports wire.ts'],
    ['a dynamic import', 'session.ts', "const k = import('ky')", 'session.ts imports ky'],
    ['an import type', 'codec.ts', "type A = import('./json.ts').Json", 'codec.ts imports json.ts'],
    ['a module of Node', 'client.ts', "import { readFileSync } from 'node:fs'", 'client.ts imports node:fs'],
    ['an import across folders', 'testing/server.ts', "import '../client.ts'", 'testing/server.ts imports client.ts'],
    ['a file that nobody listed', 'utils.ts', '', 'utils.ts is not in the table'],
  ]
  for (const [title, file, line, violation] of planted)
    it(`is checked by a spec that sees ${title} where none belongs`, () => {
      const files = sources()
      expect(violations({ ...files, [file]: `${files[file] ?? ''}\n${line}\n` })).to.deep.equal([violation])
    })

  for (const file of Object.keys(table))
    it(`lets ${file} be imported on its own`, async () => {
      const module: unknown = await import(`../lib/${file}`)
      expect(Object.prototype.toString.call(module)).to.equal('[object Module]')
    })

  it('reads in small pieces: no file has more than 250 lines', () => {
    const long = Object.entries(sources()).filter(([, source]) => source.trimEnd().split('\n').length > 250)
    expect(long.map(([file]) => file)).to.deep.equal([])
  })
})
