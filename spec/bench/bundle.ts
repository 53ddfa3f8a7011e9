import { deepStrictEqual } from 'node:assert'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { built, here, root } from './fresh.ts'
import { installed } from './installed.ts'
import { chain, wire } from './payload.ts'

/** By its path, as a bundler that reads the project's tsconfig.json takes the name for the sources. */
const library = `export { session, createClient } from ${JSON.stringify(join(root, 'dist', 'index.js'))}`
const sdk = `export { StackOneCore } from '@stackone/stackone-client-ts/core.js'
export {
  connectSessionsCreateConnectSession,
} from '@stackone/stackone-client-ts/funcs/connectSessionsCreateConnectSession.js'`

/** As an edge runtime gets it: one file, minified. */
const bundled = async (contents: string, resolveDir: string, alias: Record<string, string>): Promise<Uint8Array> => {
  const { build } = await installed('esbuild')
  const { outputFiles = [] } = await build({
    stdin: { contents, resolveDir },
    absWorkingDir: here, // where what an alias leads to is found
    alias,
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
  if (file === undefined) throw new Error('nothing was bundled')
  return file.contents
}

const sizeOf = (bundle: Uint8Array): number => gzipSync(bundle, { level: 9 }).byteLength

const load = async <A>(name: string, bundle: Uint8Array): Promise<A> => {
  await mkdir(built, { recursive: true })
  const file = join(built, name)
  await writeFile(file, bundle)
  return import(pathToFileURL(file).href)
}

const ours = async (ky: 'ky1' | 'ky2'): Promise<number> => {
  const bundle = await bundled(library, root, { ky })
  const { session } = await load<typeof import('stackone-session')>(`${ky}.bundle.mjs`, bundle)
  deepStrictEqual(JSON.parse(JSON.stringify(chain(session))), wire()) // what was bundled works
  return sizeOf(bundle)
}

const theirs = async (): Promise<number> => {
  const bundle = await bundled(sdk, here, {})
  const { connectSessionsCreateConnectSession: create } = await load<Record<string, unknown>>('sdk.bundle.mjs', bundle)
  if (typeof create !== 'function') throw new Error('the bundle of the SDK has no function')
  return sizeOf(bundle)
}

/** Bytes for an edge runtime, minified and compressed with gzip -9. */
export const bundle = async (): Promise<{ readonly ky1: number; readonly ky2: number; readonly sdk: number }> => ({
  ky1: await ours('ky1'),
  ky2: await ours('ky2'),
  sdk: await theirs(),
})
