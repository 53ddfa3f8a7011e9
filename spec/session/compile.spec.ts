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
const rejected: readonly (readonly [code: string, message: RegExp])[] = [
  ["session().label('a').send(client)", /^Property 'send' does not exist on type 'SessionWithoutOwner'\.$/],
  ['session().task(client)', /^Property 'task' does not exist on type 'SessionWithoutOwner'\.$/],
  [
    "session().when(row.isTest, (base) => base.owner('a', 'b')).send(client)",
    /^Property 'send' does not exist on type 'SessionWithoutOwner'\.$/,
  ],
  [
    'const lost: Session = session(); used.push(lost)',
    /^Type 'SessionWithoutOwner' is missing the following properties from type 'Session': send, task$/,
  ],
  ["session().owner('acme-42')", /^Expected 2 arguments, but got 1\.$/],
  ["acme.categories('hriss')", /Argument of type '"hriss"' is not assignable to parameter of type/],
  ["acme.categories(['hriss'])", /Type '"hriss"' is not assignable to type/],
  ['acme.categories(Array<string>())', /'string' is not assignable to type/],
  ['acme.categories()', /^Expected at least 1 arguments, but got 0\.$|^No overload matches this call\./],
  ["acme.type('TEST')", /^Argument of type '"TEST"' is not assignable to .*(AccountType|"production" \| "test")'\.$/],
  [
    'acme.label(row.label)',
    /^Argument of type 'string \| undefined' is not assignable to parameter of type 'string'\./,
  ],
  ["acme.expiresIn('3600')", /^Argument of type 'string' is not assignable to parameter of type 'number'\.$/],
  [
    'acme.multiple([true].find(() => true))',
    /Argument of type 'boolean \| undefined' is not assignable to parameter of type 'boolean'\./,
  ],
  ['acme.metadata({ plan: () => 1 })', /^Type '\(\) => number' is not assignable to type 'Json'\./],
  ['acme.metadata({ at: new Date() })', /^Type 'Date' is not assignable to type 'Json'\./],
  ["acme.metadata({ a: ['a'].find(() => true) })", /^Type 'string \| undefined' is not assignable to type 'Json'\./],
  ["acme.field('theme', undefined)", /^Argument of type 'undefined' is not assignable/],
  ['acme.when(true, (base) => { base.multiple() })', /^Argument of type '\(base: Session\) => void' is not assignable/],
  ['acme.when(row.seats, (base, seats) => base.label(seats))', /^Argument of type 'number' is not assignable/],
  ["createClient({ apikey: 'x' })", /not exist in type 'ClientOptions'\. Did you mean to write 'apiKey'\?$/],
  ['acme.send(client, { retry: 1 })', /'retry' does not exist in type 'CallOptions'\.$/],
  ['client.create({} as Partial<ConnectSessionCreate>)', /^Argument of type 'Partial<.+>' is not assignable/],
  ["client.create({ origin_owner_id: 'a' })", /does not exist in type .* Did you mean to write 'originOwnerId'\?$/],
  ['client.create({ ...owner, originOwnerId: undefined })', /^Type 'undefined' is not assignable to type 'string'\.$/],
]

const accepted: readonly string[] = [
  "session().label('a').owner('a', 'b').multiple().send(client)",
  'let next = acme; next = next.multiple(); used.push(next)',
  "const labeled = <S extends SessionWithoutOwner>(base: S): S => base.label('a'); labeled(acme).send(client)",
  "const labeled = (base: Session): Session => base.label('a'); labeled(acme).send(client)",
  "const base: SessionWithoutOwner = acme; base.label('a')",
  'acme.categories(row.categories)',
  "const list = ['ats', 'hrisLegacy'] as const; acme.categories(list); acme.categories(...list)",
  "const type: AccountType = 'test'; acme.type(type)",
  'acme.when(row.label, (base, label) => base.label(label)).send(client)',
  'acme.when(row.seats, (base, seats) => base.expiresIn(seats)).send(client)',
  'acme.when(row.isTest, (base, isTest) => base.multiple(isTest satisfies true))',
  "session().when(row.label, (base, label) => base.label(label)).owner('a', 'b').send(client)",
  "acme.when(true, (base) => base.owner('c', 'd').multiple()).send(client)",
  `client.create({ ...owner, label: undefined, originUsername: undefined, provider: undefined, categories: undefined,
  accountId: undefined, expiresIn: undefined, metadata: undefined, multiple: undefined, type: undefined,
  connectorProfileId: undefined, extra: undefined })`,
  'client.create({ ...owner, label: row.label })',
  "createClient({ apiKey: [''].find(() => true), timeout: undefined })",
  // Either, TaskEither and codecs are those of fp-ts and io-ts.
  `const theirs: E.Either<Error, ConnectSessionCreate> = acme.decode(); const ours: Either<Error, ConnectSessionCreate> = theirs
used.push(ours, E.isRight(acme.decode()))`,
  `const theirs: TE.TaskEither<Error, { readonly token: string }> = acme.task(client)
const ours: TaskEither<Error, { readonly token: string }> = theirs; used.push(ours, TE.map((created: { readonly token: string }) => created.token)(acme.task(client)))`,
  'const codec: t.Type<ConnectSessionCreate, unknown> = ConnectSessionCreate; used.push(t.array(codec).decode([]))',
]

describe('The compiler', function () {
  this.timeout(60_000)
  let folder = ''
  let diagnostics: readonly (readonly string[])[] = []

  before(() => {
    folder = mkdtempSync(join('spec', '.compile-'))
    const files = [...rejected.map(([code]) => code), ...accepted].map((code, index) => {
      const file = join(folder, `case-${index}.ts`)
      writeFileSync(file, `${head}${code}\n`)
      return file
    })
    diagnostics = diagnosticsOf(files, { noUnusedLocals: false })
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  itEach('rejects mistakes at compile time, and names them', rejected.entries(), ([index, [, message]]) => {
    const [diagnostic = '', ...others] = diagnostics[index] ?? []
    expect(diagnostic).to.match(/^\d+: /)
    expect(diagnostic.replace(`${headLines}: `, '')).to.match(message)
    expect(others).to.deep.equal([])
  })

  itEach('accepts every valid use', accepted.entries(), ([index]) => {
    expect(diagnostics[rejected.length + index]).to.deep.equal([])
  })
})
