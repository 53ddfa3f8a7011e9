// Runs the named example, or lists all examples if no name is given.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const folder = fileURLToPath(new URL('.', import.meta.url))

/** Returns the entry point of an example: its file, its folder's `index.ts`, or its folder's spec. */
const entryPointOf = (name: string): string | undefined =>
  [`${name}.ts`, join(name, 'index.ts'), join(name, `${name}.spec.ts`)]
    .map((path) => join(folder, path))
    .find((path) => existsSync(path))

const files = new Map(
  readdirSync(folder)
    .map((entry) => entry.replace(/\.ts$/, ''))
    .filter((name) => name !== 'index')
    .flatMap((name) => {
      const file = entryPointOf(name)
      return file === undefined ? [] : [[name, file] as const]
    }),
)

const firstLine = (file: string): string => /^\/\/ (.*)/.exec(readFileSync(file, 'utf8'))?.[1] ?? ''

const list = (): string =>
  [...files]
    .map(([name, file]) => `  ${name.padEnd(12)} ${firstLine(file)}`)
    .join('\n')
    .replace(/^/, 'npm run example -- NAME\n\n')

/** Runs a command with its output on stderr, so that stdout holds only the output of the example. */
const prepare = (command: string, directory: string): void => {
  console.error(`${command} in ${relative('', directory) || '.'} ...`)
  const { status } = spawnSync(command, { cwd: directory, shell: true, stdio: ['ignore', 2, 2] })
  if (status !== 0) process.exit(1)
}

/** Runs an example in this process, so that it receives the arguments, the terminal and Ctrl-C directly. */
const run = async (name: string, file: string): Promise<void> => {
  const exampleFolder = join(folder, name)
  if (!existsSync(join(folder, '..', 'dist'))) prepare('npm run --silent build', join(folder, '..'))
  // npm writes this file at the end of an install.
  const isInstalled = existsSync(join(exampleFolder, 'node_modules', '.package-lock.json'))
  if (existsSync(join(exampleFolder, 'package.json')) && !isInstalled)
    prepare('npm ci --ignore-scripts --no-audit --no-fund', exampleFolder)
  process.argv.splice(1, 2, file)
  if (!file.endsWith('.spec.ts')) return void (await import(pathToFileURL(file).href))
  const { default: Mocha } = await import('mocha')
  const mocha = new Mocha().addFile(file)
  await mocha.loadFilesAsync()
  mocha.run((failures) => {
    process.exitCode = failures === 0 ? 0 : 1
  })
}

const [, , name = '--help'] = process.argv
const file = files.get(name)

if (file !== undefined) await run(name, file)
else if (name === '--help') console.log(list())
else {
  console.error(`Unknown example '${name}'.\n\n${list()}`)
  process.exitCode = 2
}
