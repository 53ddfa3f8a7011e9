import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { itEach } from '../support/it-each.ts'
import { diagnosticsOf } from '../support/typecheck.ts'

const head = `import { type AccountType, type Category, type CategoryAlias, type Either, type Json, type TaskEither } from '../../lib/index.ts'
import { ConnectSessionCreate, createClient, session, type Session, type SessionWithoutOwner } from '../../lib/index.ts'
import * as t from 'io-ts'
import * as E from 'fp-ts/lib/Either.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
const client = createClient()
const acme = session().owner('acme-42', 'Acme Inc.')
declare const row: { label?: string; seats: number | null; isTest: boolean; categories: Category[] }
const owner = { originOwnerId: 'acme-42', originOwnerName: 'Acme Inc.' }
export type Used = [AccountType, Category, CategoryAlias, Either<1, 2>, Json, TaskEither<1, 2>, Session, SessionWithoutOwner]
export const used: unknown[] = [client, acme, row, owner, ConnectSessionCreate, t, E, TE]
`

const headLines = head.split('\n').length

/** Code that must not compile, with the compiler's message. */
const rejected: readonly (readonly [string, string, RegExp])[] = [
  [
    'send without an owner',
    "session().provider('bamboohr').send(client)",
    /^Property 'send' does not exist on type 'SessionWithoutOwner'\.$/,
  ],
  [
    'task without an owner',
    'session().task(client)',
    /^Property 'task' does not exist on type 'SessionWithoutOwner'\.$/,
  ],
  [
    'send after a .when that sets the owner',
    "session().when(row.isTest, (base) => base.owner('a', 'b')).send(client)",
    /^Property 'send' does not exist on type 'SessionWithoutOwner'\.$/,
  ],
  ['an owner without a name', "session().owner('acme-42')", /^Expected 2 arguments, but got 1\.$/],
  [
    'an unknown category',
    "acme.categories('hriss')",
    /Argument of type '"hriss"' is not assignable to parameter of type/,
  ],
  ['an unknown category in a list', "acme.categories(['hriss'])", /Type '"hriss"' is not assignable to type/],
  ['a list of strings as categories', 'acme.categories(Array<string>())', /'string' is not assignable to type/],
  [
    'a partial payload',
    'client.create({} as Partial<ConnectSessionCreate>)',
    /^Argument of type 'Partial<.+>' is not assignable to parameter of type/,
  ],
  ['no category', 'acme.categories()', /^Expected at least 1 arguments, but got 0\.$|^No overload matches this call\./],
  [
    'an unknown type',
    "acme.type('TEST')",
    /^Argument of type '"TEST"' is not assignable to parameter of type '(AccountType|"production" \| "test")'\.$/,
  ],
  [
    'an optional value in a setter',
    'acme.label(row.label)',
    /^Argument of type 'string \| undefined' is not assignable to parameter of type 'string'\./,
  ],
  [
    'a string of seconds',
    "acme.expiresIn('3600')",
    /^Argument of type 'string' is not assignable to parameter of type 'number'\.$/,
  ],
  [
    'an optional boolean in .multiple',
    'acme.multiple([true].find(() => true))',
    /Argument of type 'boolean \| undefined' is not assignable to parameter of type 'boolean'\./,
  ],
  [
    'a function in metadata',
    'acme.metadata({ plan: () => 1 })',
    /^Type '\(\) => number' is not assignable to type 'Json'\./,
  ],
  ['a Date in metadata', 'acme.metadata({ at: new Date() })', /^Type 'Date' is not assignable to type 'Json'\./],
  [
    'undefined in metadata',
    "acme.metadata({ plan: ['a'].find(() => true) })",
    /^Type 'string \| undefined' is not assignable to type 'Json'\./,
  ],
  ['undefined in .field', "acme.field('theme', undefined)", /^Argument of type 'undefined' is not assignable/],
  [
    'a change of .when that returns nothing',
    'acme.when(true, (base) => { base.multiple() })',
    /^Argument of type '\(base: Session\) => void' is not assignable to parameter of type '/,
  ],
  [
    'a value of .when that is not narrowed to the parameter of the setter',
    'acme.when(row.seats, (base, seats) => base.label(seats))',
    /^Argument of type 'number' is not assignable to parameter of type 'string'\.$/,
  ],
  [
    'a session without an owner where one is needed',
    'const lost: Session = session(); used.push(lost)',
    /^Type 'SessionWithoutOwner' is missing the following properties from type 'Session': send, task$/,
  ],
  [
    'an unknown option of a client',
    "createClient({ apikey: 'x' })",
    /'apikey' does not exist in type 'ClientOptions'\. Did you mean to write 'apiKey'\?$/,
  ],
  ['an unknown option of a call', 'acme.send(client, { retry: 1 })', /'retry' does not exist in type 'CallOptions'\.$/],
  [
    'a payload in snake case',
    "client.create({ origin_owner_id: 'a' })",
    /'origin_owner_id' does not exist in type .* Did you mean to write 'originOwnerId'\?$/,
  ],
  [
    'undefined for the owner of a payload',
    'client.create({ ...owner, originOwnerId: undefined })',
    /^Type 'undefined' is not assignable to type 'string'\.$/,
  ],
]

const accepted: readonly (readonly [string, string])[] = [
  ['a chain in any order', "session().label('a').owner('a', 'b').multiple().send(client)"],
  ['a session that is built in steps', 'let next = acme; next = next.multiple(); used.push(next)'],
  [
    'a function of either type of session, which keeps the type',
    "const labeled = <S extends SessionWithoutOwner>(base: S): S => base.label('a'); labeled(acme).send(client)",
  ],
  [
    'a function of a Session',
    "const labeled = (base: Session): Session => base.label('a'); labeled(acme).send(client)",
  ],
  ['a Session as a SessionWithoutOwner', "const base: SessionWithoutOwner = acme; base.label('a')"],
  ['a Category[] as categories', 'acme.categories(row.categories)'],
  ['a read-only list of categories and aliases', "const list = ['ats', 'hrisLegacy'] as const; acme.categories(list)"],
  ['a spread tuple of categories', "const list = ['ats', 'hrisLegacy'] as const; acme.categories(...list)"],
  ['a variable for a type', "const type: AccountType = 'test'; acme.type(type)"],
  ['a value narrowed by .when', 'acme.when(row.label, (base, label) => base.label(label)).send(client)'],
  ['a nullable value narrowed by .when', 'acme.when(row.seats, (base, seats) => base.expiresIn(seats)).send(client)'],
  ['a condition of .when without a value', 'acme.when(row.isTest, (base) => base.type("test")).send(client)'],
  [
    'true as the value of a boolean .when',
    'acme.when(row.isTest, (base, isTest) => base.multiple(isTest satisfies true))',
  ],
  [
    'a .when before .owner',
    "session().when(row.label, (base, label) => base.label(label)).owner('a', 'b').send(client)",
  ],
  ['another owner inside .when', "acme.when(true, (base) => base.owner('c', 'd').multiple()).send(client)"],
  [
    'undefined for every optional field of a payload',
    `client.create({ ...owner, label: undefined, originUsername: undefined, provider: undefined, categories: undefined,
  accountId: undefined, expiresIn: undefined, metadata: undefined, multiple: undefined, type: undefined,
  connectorProfileId: undefined, extra: undefined })`,
  ],
  ['an optional property in a payload', 'client.create({ ...owner, label: row.label })'],
  [
    'undefined for an option',
    "const apiKey: string | undefined = [''][0]; createClient({ apiKey, timeout: undefined })",
  ],
  [
    'a decoded session as an Either of fp-ts, and back',
    `const theirs: E.Either<Error, ConnectSessionCreate> = acme.decode(); const ours: Either<Error, ConnectSessionCreate> = theirs
used.push(ours, E.isRight(acme.decode()))`,
  ],
  [
    'a task as a TaskEither of fp-ts, and back',
    `const theirs: TE.TaskEither<Error, { readonly token: string }> = acme.task(client)
const ours: TaskEither<Error, { readonly token: string }> = theirs; used.push(ours, TE.map((created: { readonly token: string }) => created.token)(acme.task(client)))`,
  ],
  [
    'a codec as a type of io-ts',
    'const codec: t.Type<ConnectSessionCreate, unknown> = ConnectSessionCreate; used.push(t.array(codec).decode([]))',
  ],
]

describe('The compiler', function () {
  this.timeout(60_000)
  let folder = ''
  let diagnostics: readonly (readonly string[])[] = []

  before(() => {
    folder = mkdtempSync(join('spec', '.compile-'))
    const files = [...rejected, ...accepted].map(([, code], index) => {
      const file = join(folder, `case-${index}.ts`)
      writeFileSync(file, `${head}${code}\n`)
      return file
    })
    diagnostics = diagnosticsOf(files, { noUnusedLocals: false })
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  itEach('rejects mistakes at compile time, and names them', rejected.entries(), ([index, [, , message]]) => {
    const [diagnostic = '', ...others] = diagnostics[index] ?? []
    expect(diagnostic).to.match(/^\d+: /)
    expect(diagnostic.replace(`${headLines}: `, '')).to.match(message)
    expect(others).to.deep.equal([])
  })

  itEach('accepts every valid use', accepted.entries(), ([index]) => {
    expect(diagnostics[rejected.length + index]).to.deep.equal([])
  })
})
