import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'

/** A piece of code that stands in a text for people. */
export interface Snippet {
  readonly title: string
  readonly code: string
}

const parse = (code: string): ts.SourceFile => ts.createSourceFile('code.ts', code, ts.ScriptTarget.ES2022, true)

const nodesOf = (node: ts.Node): readonly ts.Node[] => [node, ...node.getChildren().flatMap(nodesOf)]

/** The blocks of a Markdown file that are in this language, told apart by their place. */
export const blocksOf = (file: string, language: string): readonly Snippet[] =>
  [...readFileSync(file, 'utf8').matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)]
    .filter(([, name]) => name === language)
    .map(([, , code = ''], index) => ({ title: `${file}, ${language} block ${index + 1}`, code }))

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

/** The examples of all doc comments of lib. */
export const examples = (): readonly Snippet[] =>
  sources.flatMap((file) =>
    nodesOf(sourceOf(file)).flatMap((node) =>
      examplesAt(node).map((code) => ({ title: `lib/${file}, ${nameOf(node)}`, code: `${code}\n` })),
    ),
  )

/** A public name: where users take it from, where it is written, and whether it is a type alone. */
export interface Public {
  readonly name: string
  readonly from: string
  readonly file: string
  readonly isType: boolean
}

const manifest: {
  readonly exports: Readonly<Record<string, string | { readonly types: string }>>
  readonly typedocOptions: { readonly entryPoints: readonly string[] }
} = JSON.parse(readFileSync('package.json', 'utf8'))

/** What users import from, with the file of lib that is behind it. */
export const subpaths: readonly (readonly [string, string])[] = Object.entries(manifest.exports).flatMap(
  ([subpath, target]) =>
    typeof target === 'string'
      ? []
      : [[subpath.replace('.', 'stackone-session'), target.types.replace(/^.\/dist\/(.*)\.d\.ts$/, '$1.ts')] as const],
)

/** What the API reference is made of. */
export const { entryPoints } = manifest.typedocOptions

const isExported = (node: ts.Statement): boolean =>
  ts.canHaveModifiers(node) && ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true

/** All public names: those that a subpath hands on, and those that it has of its own. */
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

/** Public names without an example. */
export const withoutExample = (): readonly string[] =>
  publicNames
    .filter(
      ({ name, file }) =>
        !sourceOf(file).statements.some((node) => nameOf(node) === name && examplesAt(node).length > 0),
    )
    .map(({ name }) => name)

// What is declared inside a function hides nothing outside of it.
const isInFunction = (node: ts.Node): boolean =>
  node.parent !== undefined && (ts.isFunctionLike(node.parent) || isInFunction(node.parent))

const isDeclared = (node: ts.Identifier): boolean => {
  const { parent } = node
  const declares =
    ts.isVariableDeclaration(parent) ||
    ts.isBindingElement(parent) ||
    ts.isImportSpecifier(parent) ||
    ts.isImportClause(parent)
  return declares && parent.name === node && !isInFunction(node)
}

const isMember = ({ parent }: ts.Identifier): boolean =>
  ts.isPropertyAccessExpression(parent) || ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent)

/** The names that a piece of code uses and does not declare. */
const missing = (code: string): ReadonlySet<string> => {
  const names = nodesOf(parse(code)).filter(ts.isIdentifier)
  const declared = new Set(names.filter(isDeclared).map(({ text }) => text))
  const isUsed = (node: ts.Identifier): boolean =>
    !isMember(node) ||
    (ts.isPropertyAccessExpression(node.parent) && node.parent.expression === node) ||
    (ts.isPropertyAssignment(node.parent) && node.parent.initializer === node)
  return new Set(
    names
      .filter(isUsed)
      .map(({ text }) => text)
      .filter((name) => !declared.has(name)),
  )
}

/**
 * Imports for what an example uses and does not import: public names, and those of `context.ts`. In one line, so that
 * the compiler's lines are the code's own, plus one.
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

/** What a comment says of the statement that it stands behind, or right below. */
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

/** What the comments of a piece of code say that its statements give, print or throw. */
export const saidBy = (code: string): readonly string[] => claimsOf(parse(code)).map(({ text }) => text)

/** The code, with each of these statements told to `saying.ts`. */
export const watched = (code: string, context: readonly string[]): string => {
  const source = parse(code)
  const used = missing(code)
  const printers = ['console', ...context.filter((name) => name === 'log' && used.has(name))]
  const replaced = claimsOf(source).reduceRight((text, { statement: { expression } }, index) => {
    const inside = expression.getText()
    const printed = ts.isCallExpression(expression) && printers.some((name) => inside.startsWith(`${name}.`))
    const waits = nodesOf(expression).some(ts.isAwaitExpression)
    const told = printed
      ? `print(${index}, ${expression.arguments.map((argument) => argument.getText()).join(', ')})`
      : `${waits ? 'await ' : ''}value(${index}, ${waits ? 'async ' : ''}() => (${inside}))`
    return text.slice(0, expression.getStart()) + told + text.slice(expression.end)
  }, code)
  return `import { print, value } from '../support/saying.ts'; ${replaced}`
}

/** Whether what was said is what was claimed; an ellipsis stands for anything, and white space does not count. */
export const fits = (claim: string, said: string): boolean => {
  const plain = (text: string): string => text.replace(/\s+/g, ' ').trim()
  const parts = plain(claim)
    .split('…')
    .map((part) => part.trim().replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`).test(plain(said))
}
