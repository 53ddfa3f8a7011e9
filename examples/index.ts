// Runs an example by its name; without one it lists them all.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const folder = fileURLToPath(new URL('.', import.meta.url))

/** The file that an example begins with: its own, or its folder's `index.ts`, or its folder's spec. */
const fileOf = (name: string): string | undefined =>
  [`${name}.ts`, join(name, 'index.ts'), join(name, `${name}.spec.ts`)]
    .map((path) => join(folder, path))
    .find((path) => existsSync(path))

const files = new Map(
  readdirSync(folder)
    .map((entry) => entry.replace(/\.ts$/, ''))
    .filter((name) => name !== 'index')
    .flatMap((name) => {
      const file = fileOf(name)
      return file === undefined ? [] : [[name, file] as const]
    }),
)

const firstLine = (file: string): string => /^\/\/ (.*)/.exec(readFileSync(file, 'utf8'))?.[1] ?? ''

const list = (): string =>
  [...files]
    .map(([name, file]) => `  ${name.padEnd(12)} ${firstLine(file)}`)
    .join('\n')
    .replace(/^/, 'npm run example -- NAME\n\n')

/** What a command prints goes to stderr, so that stdout is the example's own. */
const prepare = (command: string, directory: string): void => {
  console.error(`${command} in ${relative('', directory) || '.'} ...`)
  const { status } = spawnSync(command, { cwd: directory, shell: true, stdio: ['ignore', 2, 2] })
  if (status !== 0) process.exit(1)
}

/** In this process, so that arguments, the exit code, the terminal and Ctrl-C are the example's own. */
const run = async (name: string, file: string): Promise<void> => {
  const own = join(folder, name)
  if (!existsSync(join(folder, '..', 'dist'))) prepare('npm run --silent build', join(folder, '..'))
  // npm writes this file when all is there.
  if (existsSync(join(own, 'package.json')) && !existsSync(join(own, 'node_modules', '.package-lock.json')))
    prepare('npm ci --ignore-scripts --no-audit --no-fund', own)
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
  console.error(`There is no example '${name}'.\n\n${list()}`)
  process.exitCode = 2
}
