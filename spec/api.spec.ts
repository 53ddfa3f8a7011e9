import { readFileSync, writeFileSync } from 'node:fs'
import { expect } from 'chai'
import ts from 'typescript'

const snapshot = 'spec/fixtures/api.txt'
const entries = ['index', 'handler', 'page', 'testing', 'webhook']

/** Returns one line for each exported name and each property of an interface, as a consumer's compiler sees them. */
const describeEntry = (program: ts.Program, entry: string): readonly string[] => {
  const checker = program.getTypeChecker()
  const source = program.getSourceFile(`dist/${entry}.d.ts`)
  const module = source && checker.getSymbolAtLocation(source)
  if (module === undefined) throw new Error(`dist/${entry}.d.ts is not a module. Build the package first.`)
  const flags = ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.InTypeAlias
  const show = (type: ts.Type): string => checker.typeToString(type, undefined, flags).replace(/\s+/g, ' ')
  return checker.getExportsOfModule(module).flatMap((exported) => {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported
    const isType = (symbol.flags & ts.SymbolFlags.Value) === 0
    const type = isType ? checker.getDeclaredTypeOfSymbol(symbol) : checker.getTypeOfSymbol(symbol)
    const head = `${isType ? 'type' : 'value'} ${exported.name}`
    const isInterface = (symbol.flags & (ts.SymbolFlags.Interface | ts.SymbolFlags.Class)) !== 0
    const shape = isInterface ? checker.getDeclaredTypeOfSymbol(symbol) : type
    const properties = isInterface ? checker.getPropertiesOfType(shape) : []
    return [
      `${head}${isType && isInterface ? '' : `: ${show(type)}`}`,
      ...properties.map((property) => {
        const optional = property.flags & ts.SymbolFlags.Optional ? '?' : ''
        // The compiler appends an id that depends on its other files.
        const name = property.name.replace(/^__@(\w+)@\d+$/, '[Symbol.$1]')
        return `  ${name}${optional}: ${show(checker.getTypeOfSymbol(property))}`
      }),
    ]
  })
}

describe('The published declarations', () => {
  it('are those of the snapshot (UPDATE=1 writes it)', () => {
    const files = entries.map((entry) => `dist/${entry}.d.ts`)
    const options = { strict: true, exactOptionalPropertyTypes: true, lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'] }
    const program = ts.createProgram(files, { ...options, types: [], noEmit: true })
    const text = entries.map((entry) => `# ${entry}\n${describeEntry(program, entry).join('\n')}\n`).join('\n')
    if (process.env['UPDATE']) writeFileSync(snapshot, text)
    const [now, before] = [text.split('\n'), readFileSync(snapshot, 'utf8').split('\n')]
    expect({
      added: now.filter((line) => !before.includes(line)),
      removed: before.filter((line) => !now.includes(line)),
    }).to.deep.equal({ added: [], removed: [] })
    expect(text === readFileSync(snapshot, 'utf8'), 'the order of the snapshot').to.equal(true)
  })
})
