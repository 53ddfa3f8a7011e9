import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'

/** A code block of a page, or the example of a doc comment. */
export interface Snippet {
  readonly title: string
  readonly code: string
}

const parse = (code: string): ts.SourceFile => ts.createSourceFile('code.ts', code, ts.ScriptTarget.ES2022, true)

const nodesOf = (node: ts.Node): readonly ts.Node[] => [node, ...node.getChildren().flatMap(nodesOf)]

/** Returns the code blocks of a Markdown file in a language, numbered in their titles. */
export const blocksOf = (file: string, language: string): readonly Snippet[] =>
  [...readFileSync(file, 'utf8').matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)]
    .filter(([, name]) => name === language)
    .map(([, , code = ''], index) => ({ title: `${file}, ${language} block ${index + 1}`, code }))

/** Returns whether a block needs a framework or a test runner. The check `recipes` compiles and runs these blocks. */
export const isRecipe = ({ code }: Snippet): boolean => /from '(fastify|@nestjs\/\w+|vitest|node:test)'/.test(code)

/** Returns the name in the first line of a block, such as `// connect.ts`. Other blocks import this file. */
export const fileNameOf = ({ code }: Snippet): string | undefined => /^\/\/ (\w+\.ts)\n/.exec(code)?.[1]

const sources = readdirSync('lib', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))

const sourceOf = (file: string): ts.SourceFile => parse(readFileSync(join('lib', file), 'utf8'))

const nameOf = (node: ts.Node): string => {
  if (ts.isVariableStatement(node)) return node.declarationList.declarations.map(({ name }) => name.getText()).join()
  return ts.isPropertySignature(node) || ts.isMethodSignature(node) || ts.isDeclarationStatement(node)
    ? (node.name?.getText() ?? '')
    : ts.SyntaxKind[node.kind]
}

const examplesAt = (node: ts.Node): readonly string[] =>
  ts
    .getJSDocCommentsAndTags(node)
    .filter((comment) => ts.isJSDoc(comment) && comment.parent === node)
    .flatMap((comment) => (ts.isJSDoc(comment) ? [...(comment.tags ?? [])] : []))
    .filter(({ tagName }) => tagName.text === 'example')
    .map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? '')

/** Returns the examples of all doc comments of lib. */
export const examples = (): readonly Snippet[] =>
  sources.flatMap((file) =>
    nodesOf(sourceOf(file)).flatMap((node) =>
      examplesAt(node).map((code) => ({ title: `lib/${file}, ${nameOf(node)}`, code: `${code}\n` })),
    ),
  )

/** A public name: the subpath that exports it, the file that declares it, and whether it is only a type. */
export interface Public {
  readonly name: string
  readonly from: string
  readonly file: string
  readonly isType: boolean
}

const manifest: {
  readonly exports: Readonly<Record<string, string | object>>
  readonly typedocOptions: { readonly entryPoints: readonly string[] }
} = JSON.parse(readFileSync('package.json', 'utf8'))

/** The subpaths of the package, each with its file in lib. */
export const subpaths: readonly (readonly [string, string])[] = Object.entries(manifest.exports).flatMap(
  ([subpath, target]) =>
    typeof target === 'string' ? [] : [[subpath.replace('.', 'stackone-session'), join(subpath, 'index.ts')] as const],
)

/** The entry points of the API reference. */
export const { entryPoints } = manifest.typedocOptions

const isExported = (node: ts.Statement): boolean =>
  ts.canHaveModifiers(node) && ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true

/** All public names: those that a subpath re-exports, and those that it declares. */
export const publicNames: readonly Public[] = subpaths.flatMap(([from, index]) =>
  sourceOf(index).statements.flatMap((node): readonly Public[] => {
    if (isExported(node)) {
      const isType = ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)
      return [{ name: nameOf(node), from, file: index, isType }]
    }
    if (!ts.isExportDeclaration(node) || node.exportClause === undefined || !ts.isNamedExports(node.exportClause))
      return []
    const file = join(index, '..', node.moduleSpecifier?.getText().slice(1, -1) ?? '')
    return node.exportClause.elements.map(({ name, isTypeOnly }) => ({
      name: name.text,
      from,
      file,
      isType: node.isTypeOnly || isTypeOnly,
    }))
  }),
)

const declarationsOf = (name: string, file: string): readonly ts.Node[] =>
  sourceOf(file).statements.filter((node) => nameOf(node) === name)

/** Returns the first paragraph of each doc comment of a name in a file of lib. */
export const summariesOf = (name: string, file: string): readonly string[] =>
  declarationsOf(name, file)
    .flatMap((node) => ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc))
    .map(
      ({ comment }) =>
        ts
          .getTextOfJSDocComment(comment)
          ?.split(/\n\s*\n/)[0]
          ?.replace(/\s+/g, ' ') ?? '',
    )

/** Returns the public names without an example. */
export const withoutExample = (): readonly string[] =>
  publicNames
    .filter(({ name, file }) => declarationsOf(name, file).flatMap(examplesAt).length === 0)
    .map(({ name }) => name)

/** The codes of "Cannot find name", also with a suggestion, and of a shorthand property without a variable. */
const missingName = [2304, 2552, 18004]

/** Returns the names that a piece of code uses and does not declare. */
const missing = (code: string): ReadonlySet<string> => {
  const source = parse(code)
  const options = { noLib: true, noResolve: true, types: [] }
  const host = { ...ts.createCompilerHost(options), getSourceFile: () => source }
  const diagnostics = ts.createProgram([source.fileName], options, host).getSemanticDiagnostics(source)
  const found = diagnostics.filter((each) => missingName.includes(each.code))
  return new Set(found.map(({ start = 0, length = 0 }) => code.slice(start, start + length)))
}

/**
 * Returns imports of the public names and the names of `context.ts` that an example uses and does not import. They are
 * on one line, so that the compiler's line numbers are those of the code plus one.
 */
export const preambleOf = (code: string, context: readonly string[]): string => {
  const used = missing(code)
  const names = publicNames.filter(({ name }) => used.has(name))
  const own = context.filter((name) => used.has(name) && !names.some((known) => known.name === name))
  return [
    ...names.map(({ name, from, isType }) => `import { ${isType ? 'type ' : ''}${name} } from '${from}'`),
    ...own.map((name) => `import { ${name} } from '../support/context.ts'`),
  ].join('; ')
}

/** A comment behind or below a statement, which says what the statement returns, prints or throws. */
interface Claim {
  readonly statement: ts.ExpressionStatement
  readonly text: string
}

const claimsOf = (source: ts.SourceFile): readonly Claim[] =>
  nodesOf(source)
    .filter(ts.isExpressionStatement)
    .flatMap((statement) => {
      const after = source.text.slice(statement.end)
      const [comment = ''] = /^ *\/\/[^\n]*\n/.exec(after) ?? /^\n(?: *\/\/[^\n]*\n)+/.exec(after) ?? []
      const text = comment.replace(/^ *\/\/ ?/gm, '').trim()
      return text === '' ? [] : [{ statement, text }]
    })

/** Returns the claims that a piece of code makes in comments. */
export const saidBy = (code: string): readonly string[] => claimsOf(parse(code)).map(({ text }) => text)

/** Returns the code with each of these statements wrapped in a function of `saying.ts`, which records its result. */
export const watched = (code: string, context: readonly string[]): string => {
  const source = parse(code)
  const used = missing(code)
  const printers = ['console', ...context.filter((name) => name === 'log' && used.has(name))]
  const replaced = claimsOf(source).reduceRight((text, { statement: { expression } }, index) => {
    const inside = expression.getText()
    const printed = ts.isCallExpression(expression) && printers.some((name) => inside.startsWith(`${name}.`))
    const waits = nodesOf(expression).some(ts.isAwaitExpression)
    const recorded = printed
      ? `print(${index}, ${expression.arguments.map((argument) => argument.getText()).join(', ')})`
      : `${waits ? 'await ' : ''}value(${index}, ${waits ? 'async ' : ''}() => (${inside}))`
    return text.slice(0, expression.getStart()) + recorded + text.slice(expression.end)
  }, code)
  return `import { print, value } from '../support/saying.ts'; ${replaced}`
}

/** Returns whether a result is the claimed one. An ellipsis matches any text, and white space is ignored. */
export const fits = (claim: string, said: string): boolean => {
  const plain = (text: string): string => text.replace(/\s+/g, ' ').trim()
  const parts = plain(claim)
    .split('…')
    .map((part) => part.trim().replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`).test(plain(said))
}
