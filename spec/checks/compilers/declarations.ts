import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import ts from 'typescript'
import { session } from '../../../lib/index.ts'
import { openEditor } from './editor.ts'

const subpaths = ['index.d.ts', 'handler.d.ts', 'page.d.ts', 'testing.d.ts', 'webhook.d.ts']

const inPackage = (root: string, file: string): boolean => !relative(join(root, 'dist'), file).startsWith('..')

const isMember = (node: ts.Declaration): boolean =>
  (ts.isPropertySignature(node) || ts.isMethodSignature(node) || ts.isPropertyDeclaration(node)) &&
  (ts.isInterfaceDeclaration(node.parent) || ts.isClassDeclaration(node.parent))

/** Returns public names and properties of public interfaces and classes without a doc comment. */
export const undocumented = (root: string): readonly string[] => {
  const files = subpaths.map((file) => join(root, 'dist', file))
  const program = ts.createProgram(files, {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    types: [],
    strict: true,
  })
  const checker = program.getTypeChecker()
  const documented = (symbol: ts.Symbol): boolean => symbol.getDocumentationComment(checker).length > 0
  const exportsOf = (file: string): readonly ts.Symbol[] => {
    const source = program.getSourceFile(file)
    const module = source && checker.getSymbolAtLocation(source)
    if (module === undefined) throw new Error(`${file} exports nothing`)
    return checker
      .getExportsOfModule(module)
      .map((symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol))
  }
  return files.flatMap(exportsOf).flatMap((symbol) => {
    // The fields of a wire form are documented in the model.
    const members = (symbol.name.endsWith('Wire') ? [] : [...(symbol.members?.values() ?? [])])
      .filter(({ declarations = [] }) => declarations.some(isMember))
      .filter((member) => !documented(member))
      .map(({ name }) => `${symbol.name}.${name}`)
    return documented(symbol) ? members : [symbol.name, ...members]
  })
}

const sourceOf = (file: string): ts.SourceFile =>
  ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true)

/** Returns the names that a file imports from the package. */
const importsOf = (source: ts.SourceFile): readonly ts.Identifier[] =>
  source.statements
    .filter(ts.isImportDeclaration)
    .filter(({ moduleSpecifier }) => ts.isStringLiteral(moduleSpecifier) && /^stackone-/.test(moduleSpecifier.text))
    .flatMap(({ importClause }) => {
      const bindings = importClause?.namedBindings
      return bindings !== undefined && ts.isNamedImports(bindings) ? bindings.elements.map(({ name }) => name) : []
    })

const isMethod = (node: ts.Node): node is ts.PropertyAccessExpression =>
  ts.isPropertyAccessExpression(node) && ts.isCallExpression(node.parent) && node.parent.expression === node

/** Returns the names of the methods that a file calls. */
const callsOf = (source: ts.SourceFile): readonly ts.Identifier[] => {
  const called = (node: ts.Node): readonly ts.Identifier[] => [
    ...(isMethod(node) && ts.isIdentifier(node.name) ? [node.name] : []),
    ...node.getChildren(source).flatMap(called),
  ]
  return called(source)
}

/** The methods of the builder. */
const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(session())).filter((name) => name !== 'constructor')

/** Returns public names and builder methods that a file does not use. */
export const unused = (root: string, consumer: string): readonly string[] => {
  const source = sourceOf(consumer)
  const imported = new Set(importsOf(source).map(({ text }) => text))
  const called = new Set(callsOf(source).map(({ text }) => text))
  const exported = subpaths.flatMap((file) =>
    sourceOf(join(root, 'dist', file))
      .statements.filter(ts.isExportDeclaration)
      .flatMap(({ exportClause }) =>
        exportClause !== undefined && ts.isNamedExports(exportClause)
          ? exportClause.elements.map(({ name }) => name.text)
          : [`* of ${file}`],
      ),
  )
  return [
    ...exported.filter((name) => !imported.has(name)),
    ...methods.filter((name) => !called.has(name)).map((name) => `.${name}()`),
  ]
}

interface DefinitionCheck {
  readonly checked: number
  readonly missing: readonly string[]
}

/** Finds names whose definition the language service does not locate in the published declarations. */
export const checkDefinitions = async (tsc: string, root: string, consumer: string): Promise<DefinitionCheck> => {
  const source = sourceOf(consumer)
  const calls = callsOf(source)
  const names = [...importsOf(source), ...methods.flatMap((method) => calls.find(({ text }) => text === method) ?? [])]
  const service = await openEditor(tsc, consumer)
  const problemOf = async (name: ts.Identifier): Promise<readonly string[]> => {
    const { line, character } = source.getLineAndCharacterOfPosition(name.getStart(source))
    const places = await service.definition(line + 1, character + 1)
    const isFound = places.some(
      (place) =>
        inPackage(root, place.file) &&
        new RegExp(`\\b${name.text}\\b`).test(readFileSync(place.file, 'utf8').split('\n')[place.line - 1] ?? ''),
    )
    const found = places.map((place) => `${relative(root, place.file)}:${place.line}`).join(', ')
    return isFound ? [] : [`${name.text}: ${found || 'not found'}`]
  }
  try {
    const results: string[] = []
    for (const name of names) results.push(...(await problemOf(name)))
    return { checked: names.length, missing: results }
  } finally {
    service.close()
  }
}
