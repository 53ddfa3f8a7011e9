import { execFile } from 'node:child_process'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** Every strict flag of the oldest supported compiler. */
const flags = {
  target: 'ES2022',
  types: [],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  noImplicitOverride: true,
  noImplicitReturns: true,
  noFallthroughCasesInSwitch: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  allowUnreachableCode: false,
  allowUnusedLabels: false,
  verbatimModuleSyntax: true,
  isolatedModules: true,
  forceConsistentCasingInFileNames: true,
  skipLibCheck: false,
  // Inferred types of exported values must be expressible with public names.
  declaration: true,
  emitDeclarationOnly: true,
}

/** A configuration of a user. */
interface Setup {
  readonly options: Readonly<Record<string, unknown>>
  /** Whether the files are CommonJS modules, according to the closest package.json. */
  readonly isCommonJs?: boolean
}

/** Import statements in a CommonJS module. */
const commonJs = { verbatimModuleSyntax: false }

/** Returns the configurations that a compiler supports. */
export const setupsOf = (version: string): Readonly<Record<string, Setup>> => ({
  nodenext: { options: { module: 'nodenext' } },
  'node16 in CommonJS': { options: { ...commonJs, module: 'node16' }, isCommonJs: true },
  bundler: { options: { module: 'esnext', moduleResolution: 'bundler' } },
  'nodenext with the types of Node': {
    options: { module: 'nodenext', lib: ['ES2022'], types: ['node'], typeRoots: [resolve('node_modules/@types')] },
  },
  // TypeScript 6 deprecates it, and TypeScript 7 does not have it.
  ...(!version.startsWith('7.') && {
    node10: {
      options: {
        ...commonJs,
        module: 'commonjs',
        moduleResolution: 'node10',
        ...(version.startsWith('6.') && { ignoreDeprecations: '6.0' }),
      },
      isCommonJs: true,
    },
  }),
})

export interface Diagnostic {
  readonly file: string
  readonly line: number
  readonly column: number
  /** The code and the message. The members of unions are sorted. */
  readonly text: string
}

const sorted = (text: string): string =>
  text.replace(/"[\w-]+"(?: \| "[\w-]+")+/g, (union) => union.split(' | ').sort().join(' | '))

const diagnostic = /^(?:(.+)\((\d+),(\d+)\): )?error (TS\d+: .*)$/s

/** Parses the output of a compiler. Indented lines continue the previous diagnostic. */
const parseOutput = (output: string): readonly Diagnostic[] =>
  output
    .trim()
    .split(/\r?\n(?=\S)/)
    .filter((piece) => piece !== '')
    .map((piece) => {
      const [, file = '', row = '0', column = '0', text = piece] = diagnostic.exec(piece) ?? []
      return { file, line: Number(row), column: Number(column), text: sorted(text) }
    })

export interface Compiled {
  readonly diagnostics: readonly Diagnostic[]
  readonly ms: number
}

/** Compiles files of a folder with the command line of a compiler. */
export const compile = (
  tsc: string,
  folder: string,
  title: string,
  { options, isCommonJs = false }: Setup,
  files: readonly string[],
): Promise<Compiled> => {
  const home = join(folder, isCommonJs ? 'commonjs' : '.')
  if (isCommonJs) {
    mkdirSync(home, { recursive: true })
    writeFileSync(join(home, 'package.json'), '{ "type": "commonjs" }')
    for (const file of files) copyFileSync(join(folder, file), join(home, file))
  }
  const name = `tsconfig.${title.replaceAll(' ', '-')}.json`
  const compilerOptions = { ...flags, outDir: 'out', ...options }
  writeFileSync(join(home, name), JSON.stringify({ compilerOptions, files }))
  const start = performance.now()
  return new Promise((done, fail) =>
    execFile(
      process.execPath,
      [join(tsc, 'bin', 'tsc'), '-p', name, '--pretty', 'false'],
      { cwd: home, timeout: 120_000 },
      (error, stdout, stderr) => {
        const diagnostics = parseOutput(stdout + stderr)
        // A crashed compiler prints no diagnostics.
        if (error !== null && diagnostics.length === 0) fail(error)
        else done({ diagnostics, ms: performance.now() - start })
      },
    ),
  )
}
