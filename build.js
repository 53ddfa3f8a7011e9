import { build } from 'rolldown'

// One file for each subpath and for what they share: an import opens four files, where lib has thirty.
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
