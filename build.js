// Builds ES modules, CommonJS modules and declarations for every subpath. io-ts, fp-ts and ky are bundled in.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'rolldown'
import { dts } from 'rolldown-plugin-dts'

/** The entries of the subpaths. Only the entries of one group share files. */
const groups = [
  {
    index: 'lib/index.ts',
    handler: 'lib/handler/index.ts',
    testing: 'lib/testing/index.ts',
    webhook: 'lib/webhook/index.ts',
  },
  { page: 'lib/page/index.ts' },
]

/** Marks the values of io-ts and fp-ts as free of side effects, so that unused ones are dropped. */
const markPure = {
  name: 'mark-pure',
  transform: {
    filter: { id: /\/(io-ts|fp-ts)\/es6\/\w+\.js$/ },
    handler: (code) =>
      code
        .replaceAll('/** @class */ (', '/*#__PURE__*/ (')
        .replace('this.__extends) || (', 'this.__extends) || /*#__PURE__*/ (')
        .replaceAll(/^(?:export )?var \w+ = (?=(new )?[\w.]+\()/gm, '$&/*#__PURE__*/ ')
        // A property of recursive codecs, which lib does not use. The statement would keep their class.
        .replace(/^Object\.defineProperty\(RecursiveType\.prototype[\s\S]*?^\}\);$/m, ''),
  },
}

/** The modules of ky that are replaced: lib makes single requests, without instances, hooks and progress events. */
const kyModules = {
  'index.js': "import { Ky } from './core/Ky.js'\nexport default (input, options) => Ky.create(input, options)",
  'utils/merge.js': 'export const mergeHeaders = () => new Headers(), mergeHooks = (hooks) => hooks',
  'utils/body.js': 'export const streamRequest = undefined, streamResponse = undefined',
}

/** Leaves out the features of ky that lib does not use, and the tests for them, which would load Node's fetch early. */
const trimKy = {
  name: 'trim-ky',
  load: {
    filter: { id: /\/ky\/distribution\/(index|utils\/(body|merge))\.js$/ },
    handler: (id) => kyModules[id.replace(/^.*\/distribution\//, '')],
  },
  transform: {
    filter: { id: /\/ky\/distribution\/core\/(constants|Ky)\.js$/ },
    handler: (code) =>
      code
        .replace(/(supportsRequestStreams) = [\s\S]*?\}\)\(\);/, '$1 = false;')
        .replace(/(supportsResponseStreams|supportsFormData|supportsAbortController) = .*/g, '$1 = false;')
        .replace('this.#originalRequest.clone()', 'this.#originalRequest') // for a retry
        .replace(
          'new globalThis.Request(this.#input, this.#options)',
          '{ __proto__: null, method: this.#options.method }',
        )
        .replace('hasSearchParameters(this.#options.searchParams)', 'false')
        .replace(/if \((?:ky|this)\.#options\.on(?:Up|Down)loadProgress\)/g, 'if (false)')
        .replace('!this.#options.onUploadProgress || ', 'true || '),
  },
}

const options = (input, plugins, shared, output) => ({
  input,
  plugins,
  platform: 'neutral',
  checks: { pluginTimings: false },
  write: false,
  output: {
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
    codeSplitting: { groups: [{ name: shared, minShareCount: 2 }] }, // one file, since each costs start-up time
    minifyInternalExports: false,
    ...output,
  },
})

const buildModules = (input, format) =>
  build({
    ...options(input, [markPure, trimKy], 'shared', {
      format,
      comments: { legal: true, annotation: true, jsdoc: false },
      strict: true,
      dynamicImportInCjs: false, // Jest does not support import() in CommonJS modules
    }),
    external: /^node:/,
    resolve: { mainFields: ['module', 'main'], alias: { 'fp-ts/lib': 'fp-ts/es6' } }, // lib is CommonJS
    treeshake: { propertyReadSideEffects: false },
  })

const buildDeclarations = (input) => {
  const plugin = dts({ tsconfig: 'lib/testing/tsconfig.json', emitDtsOnly: true, sourcemap: false })
  return build({
    ...options(input, [plugin], 'shared.d'),
    external: [/^node:/, /^fp-ts\//, 'io-ts', 'ky'],
  })
}

/** Moves references to the start of a declaration: TypeScript ignores them elsewhere. */
const hoistReferences = (code) => {
  const references = new Set(code.match(/^\/\/\/ <reference .*\n/gm))
  return [...references].join('') + code.replaceAll(/^\/\/\/ <reference .*\n/gm, '')
}

const files = new Map([['dist/cjs/package.json', '{ "type": "commonjs" }\n']])
const add = (folder, { output }) => {
  for (const { fileName, code } of output) files.set(join(folder, fileName), hoistReferences(code))
}

for (const input of groups) {
  add('dist', await buildModules(input, 'esm'))
  add('dist/cjs', await buildModules(input, 'cjs'))
  const declarations = await buildDeclarations(input)
  // TypeScript reads a declaration as CommonJS or as an ES module, by the closest package.json.
  for (const folder of ['dist', 'dist/cjs']) add(folder, declarations)
}

rmSync('dist', { recursive: true, force: true })
mkdirSync('dist/cjs', { recursive: true })
for (const [file, text] of files) writeFileSync(file, text)
