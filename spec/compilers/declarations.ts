import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import ts from 'typescript'
import { session } from '../../lib/index.ts'
import { editor } from './editor.ts'

const subpaths = ['index.d.ts', 'handler.d.ts', 'testing/index.d.ts']

const declarationsOf = (root: string): readonly string[] =>
  readdirSync(join(root, 'dist'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.d.ts'))
    .map((file) => join(root, 'dist', file))

const inLib = (root: string, file: string): boolean => !relative(join(root, 'lib'), file).startsWith('..')

/** Declarations without a map, or with one that leads to no file of the package. */
export const unmapped = (root: string): readonly string[] =>
  declarationsOf(root).flatMap((file) => {
    const name = relative(root, file)
    if (!readFileSync(file, 'utf8').includes('//# sourceMappingURL=')) return [`${name} names no map`]
    if (!existsSync(`${file}.map`)) return [`${name} has no map`]
    const { sources, mappings }: { sources: readonly string[]; mappings: string } = JSON.parse(
      readFileSync(`${file}.map`, 'utf8'),
    )
    if (sources.length === 0 || mappings === '') return [`${name} has an empty map`]
    return sources
      .filter((source) => {
        const path = resolve(dirname(file), source)
        return !inLib(root, path) || !existsSync(path)
      })
      .map((source) => `${name} leads to ${source}, which is not shipped`)
  })

const tokensOf = (text: string): readonly string[] => {
  const scanner = ts.createScanner(ts.ScriptTarget.ESNext, true, ts.LanguageVariant.Standard, text)
  const tokens: string[] = []
  while (scanner.scan() !== ts.SyntaxKind.EndOfFileToken) tokens.push(scanner.getTokenText())
  return tokens
}

/** Declarations that name something of ky, comments aside: their users would depend on ky's version. */
export const named = (root: string): readonly string[] =>
  declarationsOf(root).flatMap((file) =>
    tokensOf(readFileSync(file, 'utf8'))
      .filter((token) => /^['"`]?ky(\b|$)|^Ky[A-Z]|^HTTPError$/.test(token))
      .map((token) => `${relative(root, file)} names ${token}`),
  )

/** Members that the comment of their interface or class tells of already. */
const told = [/^ClientTasks\./, /^ValidationError\.issues$/, /^StandardSchema\.~standard$/, /^SandboxRequest\.method$/]

const isMember = (node: ts.Declaration): boolean =>
  (ts.isPropertySignature(node) || ts.isMethodSignature(node) || ts.isPropertyDeclaration(node)) &&
  (ts.isInterfaceDeclaration(node.parent) || ts.isClassDeclaration(node.parent))

/** Public names, and members of public interfaces and classes, without a doc comment. */
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
    const members = [...(symbol.members?.values() ?? [])]
      .filter(({ name, declarations = [] }) => name !== 'name' && declarations.some(isMember))
      .filter((member) => !documented(member))
      .map(({ name }) => `${symbol.name}.${name}`)
      .filter((name) => !told.some((pattern) => pattern.test(name)))
    return documented(symbol) ? members : [symbol.name, ...members]
  })
}

const sourceOf = (file: string): ts.SourceFile =>
  ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true)

/** What a file imports from the package, by the names that users type. */
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

/** Where a file calls a method, by its name. */
const callsOf = (source: ts.SourceFile): readonly ts.Identifier[] => {
  const called = (node: ts.Node): readonly ts.Identifier[] => [
    ...(isMethod(node) && ts.isIdentifier(node.name) ? [node.name] : []),
    ...node.getChildren(source).flatMap(called),
  ]
  return called(source)
}

/** The methods of the builder. */
const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(session())).filter((name) => name !== 'constructor')

/** Public names that a user's file does not take, and methods that it does not call: no compiler has seen them. */
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

interface Lost {
  readonly asked: number
  readonly lost: readonly string[]
}

/** Names whose definition an editor does not find in the shipped sources. */
export const lost = async (tsc: string, root: string, consumer: string): Promise<Lost> => {
  const source = sourceOf(consumer)
  const calls = callsOf(source)
  const names = [...importsOf(source), ...methods.flatMap((method) => calls.find(({ text }) => text === method) ?? [])]
  const service = await editor(tsc, consumer)
  const missed = async (name: ts.Identifier): Promise<readonly string[]> => {
    const { line, character } = source.getLineAndCharacterOfPosition(name.getStart(source))
    const places = await service.definition(line + 1, character + 1)
    const right = places.some(
      (place) =>
        inLib(root, place.file) &&
        new RegExp(`\\b${name.text}\\b`).test(readFileSync(place.file, 'utf8').split('\n')[place.line - 1] ?? ''),
    )
    const instead = places.map((place) => `${relative(root, place.file)}:${place.line}`).join(', ')
    return right ? [] : [`${name.text}: ${instead || 'nowhere'}`]
  }
  try {
    const results: string[] = []
    for (const name of names) results.push(...(await missed(name)))
    return { asked: names.length, lost: results }
  } finally {
    service.close()
  }
}
