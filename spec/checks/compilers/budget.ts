// Measures the cost of the builder's types for the compilers of users: compiles long chains against the built
// declarations. Counts of types and instantiations do not depend on the machine, so they have a budget.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import ts from 'typescript'

const chains = 200

/** About 1.5 times the counts that were first measured. */
const budget = { instantiations: 580, types: 10_300 }

const head = `import { createClient, days, session } from 'stackone-session'
const client = createClient({ timeout: 5_000 })
`

/** Returns a chain of all calls. Each chain differs, so that the compiler cannot reuse types. */
const chain = (index: number): string => `export const result${index} = session()
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

const costOf = (file: string, text: string): Cost => {
  writeFileSync(file, text)
  const program = ts.createProgram([file], options)
  const start = performance.now()
  const diagnostics = [
    ...program.getOptionsDiagnostics(),
    ...program.getSemanticDiagnostics(program.getSourceFile(file)),
  ]
  const ms = performance.now() - start
  // A file with errors costs less.
  if (diagnostics.length > 0) throw new Error(ts.formatDiagnostics(diagnostics, host))
  return { types: program.getTypeCount(), instantiations: program.getInstantiationCount(), ms }
}

const folder = mkdtempSync(join('spec', '.budget-'))
try {
  const file = resolve(folder, 'chains.ts')
  const importOnly = costOf(file, `${head}export { client, days, session }\n`)
  const withChains = costOf(file, head + Array.from({ length: chains }, (_, index) => chain(index)).join(''))
  for (const [title, { types, instantiations, ms }] of Object.entries({
    'The import': importOnly,
    [`${chains} chains`]: withChains,
  }))
    console.log(`${title}: ${instantiations} instantiations, ${types} types, checked in ${Math.round(ms)} ms`)
  console.log(`Budget: ${budget.instantiations} instantiations, ${budget.types} types`)
  const isWithin = withChains.instantiations <= budget.instantiations && withChains.types <= budget.types
  if (!isWithin) console.error('The types of the builder exceed the budget.')
  process.exitCode = isWithin ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
