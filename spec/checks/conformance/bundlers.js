// Usage: node bundlers.js <bundler> <target> <entry> <output folder>, in the folder where the bundlers are installed.
// Writes bundle.js and prints the bundled files as JSON.
const [bundler, target, entry, folder] = process.argv.slice(2)

// Imported by a variable name, since these are not dependencies of the project.
const load = async (name) => {
  const module = await import(name)
  return module.default ?? module
}

const isNode = target === 'node'

const bundlers = {
  esbuild: async () => {
    const { build } = await load('esbuild')
    const { metafile } = await build({
      entryPoints: [entry],
      outfile: `${folder}/bundle.js`,
      bundle: true,
      minify: true,
      format: 'esm',
      platform: target,
      metafile: true,
      logLevel: 'warning',
    })
    return Object.keys(metafile.inputs)
  },

  rollup: async () => {
    const { rollup } = await load('rollup')
    const [resolve, commonjs, terser] = await Promise.all(
      ['node-resolve', 'commonjs', 'terser'].map((name) => load(`@rollup/plugin-${name}`)),
    )
    const bundle = await rollup({
      input: entry,
      plugins: [
        resolve({ browser: !isNode, preferBuiltins: isNode, ...(isNode && { exportConditions: ['node'] }) }),
        commonjs(),
        terser({ module: true }),
      ],
      onwarn: (warning) => {
        throw new Error(warning.message)
      },
    })
    const { output } = await bundle.write({ file: `${folder}/bundle.js`, format: 'es' })
    return Object.keys(output[0].modules)
  },

  webpack: async () => {
    const webpack = await load('webpack')
    const stats = await new Promise((done, fail) =>
      webpack(
        {
          mode: 'production',
          entry,
          target: isNode ? 'node20' : 'web',
          output: { path: folder, filename: 'bundle.js', module: true },
          experiments: { outputModule: true },
        },
        (error, result) => (error ? fail(error) : done(result)),
      ),
    )
    if (stats.hasErrors() || stats.hasWarnings()) throw new Error(stats.toString())
    const filesOf = (modules = []) =>
      modules.flatMap((module) => [module.nameForCondition, ...filesOf(module.modules)]).filter((file) => file)
    return filesOf(stats.toJson({ all: false, modules: true, nestedModules: true, modulesSpace: Infinity }).modules)
  },

  vite: async () => {
    const { build } = await load('vite')
    const { output } = await build({
      root: folder,
      configFile: false,
      logLevel: 'warn',
      ...(isNode && { ssr: { noExternal: true } }),
      build: {
        outDir: folder,
        emptyOutDir: false,
        minify: true,
        modulePreload: false,
        ...(isNode && { ssr: true }),
        rollupOptions: { input: entry, output: { entryFileNames: 'bundle.js' } },
      },
    })
    return Object.keys(output[0].modules)
  },
}

console.log(JSON.stringify(await bundlers[bundler]()))
