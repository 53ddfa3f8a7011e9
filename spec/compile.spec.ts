import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { diagnosticsOf } from './support/typecheck.ts'

const head = `import { createClient, session, type Session } from '../../lib/index.ts'
const client = createClient()
const owned = session().owner('acme-42', 'Acme Inc.')
export const done = [client, owned]
`

/** What a user gets to read for each mistake, in the compiler's own words. */
const mistakes: readonly (readonly [string, string, RegExp])[] = [
  [
    'sending before there is an owner',
    "session().provider('bamboohr').send(client)",
    /^Property 'send' does not exist on type 'SessionWithoutOwner'\.$/,
  ],
  [
    'a task before there is an owner',
    'session().task(client)',
    /^Property 'task' does not exist on type 'SessionWithoutOwner'\.$/,
  ],
  [
    'an unknown category',
    "owned.categories('hriss')",
    /^Argument of type '"hriss"' is not assignable to parameter of type 'Category \| "hrisLegacy" \| "stackOne"'\.$|^Argument of type '"hriss"' is not assignable to parameter of type '"ats" \| "hris" \|/,
  ],
  ['no category', 'owned.categories()', /^Expected at least 1 arguments, but got 0\.$/],
  [
    'a function in metadata',
    'owned.metadata({ plan: () => 1 })',
    /^Type '\(\) => number' is not assignable to type 'Json'\./,
  ],
  ['a Date in metadata', 'owned.metadata({ at: new Date() })', /^Type 'Date' is not assignable to type 'Json'\./],
  [
    'undefined in metadata',
    "owned.metadata({ plan: ['a'].find(() => true) })",
    /^Type 'string \| undefined' is not assignable to type 'Json'\./,
  ],
  [
    'an unknown option',
    "createClient({ apikey: 'x' })",
    /'apikey' does not exist in type 'ClientOptions'\. Did you mean to write 'apiKey'\?$/,
  ],
  [
    'an unknown option of a call',
    'owned.send(client, { retry: 1 })',
    /'retry' does not exist in type 'CallOptions'\.$/,
  ],
  [
    'a text for seconds',
    "owned.expiresIn('3600')",
    /^Argument of type 'string' is not assignable to parameter of type 'number'\.$/,
  ],
  [
    'a choice of multiple that may be undefined',
    'owned.multiple([true].find(() => true))',
    /^Argument of type 'boolean \| undefined' is not assignable to parameter of type 'boolean'\./,
  ],
  ['an owner without a name', "session().owner('acme-42')", /^Expected 2 arguments, but got 1\.$/],
  [
    'a wrong type',
    "owned.type('TEST')",
    /^Argument of type '"TEST"' is not assignable to parameter of type '"production" \| "test"'\.$/,
  ],
  ['a method overwritten', 'owned.send = owned.send', /^Cannot assign to 'send' because it is a read-only property\.$/],
  [
    'a session that lost its owner on the way',
    'const lost: Session = session(); done.push(lost)',
    /^Type 'SessionWithoutOwner' is missing the following properties from type 'Session': send, task$/,
  ],
  [
    'a change that gives nothing',
    'owned.when(true, (base) => { base.multiple() })',
    /^Argument of type '\(base: Session\) => void' is not assignable to parameter of type '\(session: Session\) => Session'\./,
  ],
  [
    'a payload in snake case',
    "client.create({ origin_owner_id: 'a' })",
    /'origin_owner_id' does not exist in type .* Did you mean to write 'originOwnerId'\?$/,
  ],
]

/** What compiles without a word. */
const fine: readonly (readonly [string, string])[] = [
  ['a chain in any order', "session().label('a').owner('a', 'b').multiple().send(client)"],
  ['a variable for a step', 'let next = owned; next = next.multiple(); done.push(next)'],
  [
    'a helper for both states',
    'const europe = <S extends typeof base>(base: S) => base; const base = session(); europe(owned).send(client)',
  ],
  [
    'a helper for a Session',
    'const labelled = (base: Session): Session => base.label("a"); labelled(owned).send(client)',
  ],
  ['a change inside when', "session().when(true, (base) => base.label('a')).owner('a', 'b').send(client)"],
  ['a change of a session with an owner', "owned.when(true, (base) => base.owner('c', 'd').multiple()).send(client)"],
  ['a spread list of categories', "const list = ['ats', 'hrisLegacy'] as const; owned.categories(...list)"],
  [
    'options that may be undefined',
    'const key: string | undefined = [""][0]; createClient({ apiKey: key, timeout: undefined })',
  ],
  [
    'a session where none with an owner is needed',
    'const any: import("../../lib/index.ts").SessionWithoutOwner = owned; any.label("a")',
  ],
]

describe('The compiler', function () {
  this.timeout(60_000)
  let folder = ''
  let said: readonly string[] = []
  const cases = [...mistakes, ...fine].map(([, code]) => code)

  before(() => {
    folder = mkdtempSync(join('spec', '.compile-'))
    const files = cases.map((code, index) => {
      const file = join(folder, `case-${index}.ts`)
      writeFileSync(file, `${head}${code}\n`)
      return file
    })
    const looser = { noUnusedLocals: false }
    said = diagnosticsOf(files, looser).map((found) => found.join('\n'))
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  for (const [index, [title, , message]] of mistakes.entries())
    it(`refuses ${title}, in words that tell`, () => {
      expect(said[index]?.replace(/^5: /, '')).to.match(message)
      expect(said[index]?.match(/^\d+: /gm)).to.have.length(1)
    })

  for (const [index, [title]] of fine.entries())
    it(`accepts ${title}`, () => {
      expect(said[mistakes.length + index]).to.equal('')
    })
})
