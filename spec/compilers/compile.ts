import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** All that a compiler can be strict about, in the oldest version that is supported. */
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
  // What users export must have a type that can be written down, from public names alone.
  declaration: true,
  emitDeclarationOnly: true,
}

/** The set-ups of users: who resolves imports, and where the types of the web's own names come from. */
export const setups: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  nodenext: { module: 'nodenext' },
  bundler: { module: 'esnext', moduleResolution: 'bundler' },
  'nodenext with the types of Node': {
    module: 'nodenext',
    lib: ['ES2022'],
    types: ['node'],
    typeRoots: [resolve('node_modules/@types')],
  },
}

export interface Said {
  readonly file: string
  readonly line: number
  readonly column: number
  /** The code and the whole message. The members of a union are in the order of the alphabet. */
  readonly text: string
}

const sorted = (text: string): string =>
  text.replace(/"[\w-]+"(?: \| "[\w-]+")+/g, (union) => union.split(' | ').sort().join(' | '))

const complaint = /^(?:(.+)\((\d+),(\d+)\): )?error (TS\d+: .*)$/s

/** What the compiler has printed, one piece for each complaint; indented lines continue the one before. */
const parsed = (output: string): readonly Said[] =>
  output
    .trim()
    .split(/\r?\n(?=\S)/)
    .filter((piece) => piece !== '')
    .map((piece) => {
      const [, file = '', row = '0', column = '0', text = piece] = complaint.exec(piece) ?? []
      return { file, line: Number(row), column: Number(column), text: sorted(text) }
    })

export interface Compiled {
  readonly said: readonly Said[]
  readonly ms: number
}

/** Compiles files of a folder by the command line of one compiler, as users do. */
export const compile = (tsc: string, folder: string, setup: string, files: readonly string[]): Promise<Compiled> => {
  const name = `tsconfig.${Object.keys(setups).indexOf(setup)}.json`
  const compilerOptions = { ...flags, outDir: 'out', ...setups[setup] }
  writeFileSync(join(folder, name), JSON.stringify({ compilerOptions, files }))
  const start = performance.now()
  return new Promise((done, fail) =>
    execFile(
      process.execPath,
      [join(tsc, 'bin', 'tsc'), '-p', name, '--pretty', 'false'],
      { cwd: folder, timeout: 120_000 },
      (error, stdout, stderr) => {
        const said = parsed(stdout + stderr)
        // A compiler that dies says nothing that can be read, and must not look as if all were well.
        if (error !== null && said.length === 0) fail(error)
        else done({ said, ms: performance.now() - start })
      },
    ),
  )
}
