// What a user's compiler pays for the types of the chain: a file of long chains, compiled against the built
// declarations. Types and their instantiations do not depend on the machine, so they have a budget; times are shown.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import ts from 'typescript'

const chains = 200

/** About one and a half times of what was measured when this was written. */
const budget = { instantiations: 580, types: 10_300 }

const head = `import { createClient, days, session } from 'stackone-session'
const client = createClient({ timeout: 5_000 })
`

/** A chain of all calls. No two are alike, so that none comes cheap after another. */
const chain = (index: number): string => `export const reply${index} = session()
  .username('user-${index}@acme.example')
  .provider('provider-${index}')
  .categories('ats', 'hris', 'hrisLegacy')
  .account('account-${index}')
  .expiresIn(days(${index + 1}))
  .metadata({ index: ${index}, key${index}: ['a', { deep: true, n${index}: null }], plan: 'pro' })
  .when(${index % 2 === 0}, (base) => base.label('label-${index}').multiple())
  .owner('owner-${index}', 'Owner ${index}')
  .multiple(false)
  .label('label-${index}')
  .type('test')
  .connectorProfile('profile-${index}')
  .field('field_${index}', { a: [${index}] })
  .when(true, (owned) => owned.type('production').multiple())
  .send(client, { timeout: ${index + 1}, retries: 1 })
  .then(({ token, expiresAt, drift }) => [token, expiresAt.getTime(), drift.length])
`

interface Cost {
  readonly types: number
  readonly instantiations: number
  readonly ms: number
}

const options: ts.CompilerOptions = {
  module: ts.ModuleKind.NodeNext,
  target: ts.ScriptTarget.ES2022,
  types: [],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noEmit: true,
  paths: { 'stackone-session': [resolve('dist/index.d.ts')] },
}

const host: ts.FormatDiagnosticsHost = {
  getCanonicalFileName: (name) => name,
  getCurrentDirectory: () => process.cwd(),
  getNewLine: () => '\n',
}

const cost = (file: string, text: string): Cost => {
  writeFileSync(file, text)
  const program = ts.createProgram([file], options)
  const start = performance.now()
  const found = [...program.getOptionsDiagnostics(), ...program.getSemanticDiagnostics(program.getSourceFile(file))]
  const ms = performance.now() - start
  // A file that does not compile costs little.
  if (found.length > 0) throw new Error(ts.formatDiagnostics(found, host))
  return { types: program.getTypeCount(), instantiations: program.getInstantiationCount(), ms }
}

const folder = mkdtempSync(join('spec', '.budget-'))
try {
  const file = resolve(folder, 'chains.ts')
  const none = cost(file, `${head}export { client, days, session }\n`)
  const all = cost(file, head + Array.from({ length: chains }, (_, index) => chain(index)).join(''))
  for (const [title, { types, instantiations, ms }] of Object.entries({
    'The import': none,
    [`${chains} chains`]: all,
  }))
    console.log(`${title}: ${instantiations} instantiations, ${types} types, checked in ${Math.round(ms)} ms`)
  console.log(`Budget: ${budget.instantiations} instantiations, ${budget.types} types`)
  const kept = all.instantiations <= budget.instantiations && all.types <= budget.types
  if (!kept) console.error('The types of the chain have become too dear for the compilers of users.')
  process.exitCode = kept ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
