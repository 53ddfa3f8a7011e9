import { build } from 'rolldown'

// One file for each subpath, and for what some of them share, so that an import opens four and not each of lib.
await build({
  input: { index: 'lib/index.ts', handler: 'lib/handler.ts', 'testing/index': 'lib/testing/index.ts' },
  external: /^(#fp-ts\/|io-ts$|ky$|node:)/,
  output: {
    dir: 'dist',
    cleanDir: true,
    chunkFileNames: 'shared/[name].js',
    minifyInternalExports: false,
    sourcemap: true,
    sourcemapExcludeSources: true,
  },
})
