import { deepStrictEqual } from 'node:assert'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { built, here, root } from './fresh.ts'
import { installed } from './installed.ts'
import { chain, wire } from './payload.ts'

/** Imported by path: with the name, the bundler would follow tsconfig.json to the sources. */
const library = `export { session, createClient } from ${JSON.stringify(join(root, 'dist', 'index.js'))}`
const sdk = `export { StackOneCore } from '@stackone/stackone-client-ts/core.js'
export {
  connectSessionsCreateConnectSession,
} from '@stackone/stackone-client-ts/funcs/connectSessionsCreateConnectSession.js'`

/** Bundles for an edge runtime: one minified file. */
const bundled = async (contents: string, resolveDir: string): Promise<Uint8Array> => {
  const { build } = await installed('esbuild')
  const { outputFiles = [] } = await build({
    stdin: { contents, resolveDir },
    absWorkingDir: here,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    conditions: ['workerd', 'edge-light', 'worker', 'browser'],
    mainFields: ['module', 'main'],
    outfile: 'bundle.mjs',
    write: false,
    logLevel: 'warning',
  })
  const [file] = outputFiles
  if (file === undefined) throw new Error('esbuild returned no file.')
  return file.contents
}

const sizeOf = (bundle: Uint8Array): number => gzipSync(bundle, { level: 9 }).byteLength

const load = async <A>(name: string, bundle: Uint8Array): Promise<A> => {
  await mkdir(built, { recursive: true })
  const file = join(built, name)
  await writeFile(file, bundle)
  return import(pathToFileURL(file).href)
}

const ours = async (): Promise<number> => {
  const bundle = await bundled(library, root)
  const { session } = await load<typeof import('stackone-session')>('ours.bundle.mjs', bundle)
  deepStrictEqual(JSON.parse(JSON.stringify(chain(session))), wire()) // checks that the bundle works
  return sizeOf(bundle)
}

const theirs = async (): Promise<number> => {
  const bundle = await bundled(sdk, here)
  const { connectSessionsCreateConnectSession: create } = await load<Record<string, unknown>>('sdk.bundle.mjs', bundle)
  if (typeof create !== 'function') throw new Error('The bundle of the SDK does not export the function.')
  return sizeOf(bundle)
}

/** Returns the sizes of edge bundles in bytes, minified and compressed with gzip -9. */
export const bundle = async (): Promise<{ readonly ours: number; readonly sdk: number }> => ({
  ours: await ours(),
  sdk: await theirs(),
})
