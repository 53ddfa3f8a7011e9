// Lists the checks, or runs the named ones. Each folder here with a check.json is a check.
// Words after a name that are not names themselves are arguments of that check: `npm run check -- mutation --changed`.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

interface Program {
  /** The names of the program; one of them is enough. */
  readonly names: readonly string[]
  /** An environment variable with its path. */
  readonly variable?: string
  /** The Debian package that contains it. */
  readonly debian: string
}

interface Declaration {
  /** One sentence. */
  readonly description: string
  /** Whether the check needs `dist`. */
  readonly build?: boolean
  /** Whether `all` excludes the check. */
  readonly onRequest?: boolean
  /** Folders whose npm packages it needs. */
  readonly installs?: readonly string[]
  readonly programs?: readonly Program[]
  /** The last one receives the arguments. */
  readonly commands: readonly string[]
}

interface Run {
  readonly name: string
  readonly args: readonly string[]
}

const here = fileURLToPath(new URL('.', import.meta.url))

const checks: ReadonlyMap<string, Declaration> = new Map(
  readdirSync(here)
    .sort()
    .filter((name) => existsSync(join(here, name, 'check.json')))
    .map((name) => [name, JSON.parse(readFileSync(join(here, name, 'check.json'), 'utf8'))]),
)

/** Runs a program without a shell, and returns whether it succeeded. */
const execute = (program: string, ...args: readonly string[]): boolean => {
  const { status, error } = spawnSync(program, args, { stdio: 'inherit' })
  if (error !== undefined) console.error(error.message)
  return status === 0
}

const list = (): void => {
  console.log('npm run check -- NAME…   runs these checks\nnpm run check -- all     runs all that have no *\n')
  for (const [name, { description, onRequest, programs = [] }] of checks) {
    const needs = programs.map(({ debian }) => ` Debian: apt-get install ${debian}.`).join('')
    console.log(`${`${name}${onRequest ? ' *' : ''}`.padEnd(13)}${description}${needs}`)
  }
}

/** Returns the checks to run with their arguments, or a message. */
const parse = (words: readonly string[]): readonly Run[] | string => {
  const runs: { readonly name: string; readonly args: string[] }[] = []
  for (const word of words) {
    const last = runs.at(-1)
    if (word === 'all') for (const [name, { onRequest }] of checks) onRequest || runs.push({ name, args: [] })
    else if (checks.has(word)) runs.push({ name: word, args: [] })
    else if (last === undefined) return `Unknown check '${word}'. Use: ${[...checks.keys()].join(', ')}, all`
    else last.args.push(word)
  }
  return runs
}

const isInstalled = ({ names, variable }: Program): boolean => {
  const path = variable === undefined ? undefined : process.env[variable]
  if (path) return existsSync(path)
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .some((folder) => names.some((name) => existsSync(join(folder, name))))
}

/** Installs a Debian package. Run level 1 keeps the package from starting a service. */
const installDebian = (name: string): boolean => {
  const root = process.getuid?.() === 0 ? [] : ['sudo', '-n']
  const apt = (...args: readonly string[]): boolean =>
    execute('env', ...root, 'env', 'DEBIAN_FRONTEND=noninteractive', 'RUNLEVEL=1', 'apt-get', '-qq', ...args)
  return apt('update') && apt('install', '-y', '--no-install-recommends', name)
}

/** Returns what is missing of the programs of a check, after an attempt to install it if `--install` is given. */
const missingPrograms = (programs: readonly Program[], installs: boolean): readonly string[] =>
  programs
    .filter((program) => !isInstalled(program) && !(installs && installDebian(program.debian) && isInstalled(program)))
    .map(({ names: [name], variable, debian }) => {
      const other = variable === undefined ? '' : `, or set ${variable} to its path`
      return `${name} was not found. Install it with: apt-get install ${debian}${other}`
    })

/** Installs the npm packages of a folder, unless its lock file is older than the last installation. */
const installPackages = (folder: string): boolean => {
  // npm writes this file at the end of an installation.
  const installed = join(folder, 'node_modules', '.package-lock.json')
  const isCurrent =
    existsSync(installed) && statSync(installed).mtimeMs > statSync(join(folder, 'package-lock.json')).mtimeMs
  return (
    isCurrent || execute('npm', 'ci', '--prefix', folder, '--ignore-scripts', '--silent', '--no-audit', '--no-fund')
  )
}

const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(0)} s`

const runCheck = ({ name, args }: Run, installs: boolean): boolean => {
  const { installs: folders = [], programs = [], commands = [] } = checks.get(name) ?? {}
  console.log(`\n== ${[name, ...args].join(' ')}`)
  const missing = missingPrograms(programs, installs)
  for (const message of missing) console.error(message)
  return (
    missing.length === 0 &&
    folders.every(installPackages) &&
    commands.every((command, index) => {
      const [program = '', ...words] = command.split(' ')
      return execute(program, ...words, ...(index === commands.length - 1 ? args : []))
    })
  )
}

const runAll = (runs: readonly Run[], installs: boolean): boolean => {
  if (runs.some(({ name }) => checks.get(name)?.build) && !execute('npm', 'run', '--silent', 'build')) return false
  const results = runs.map((run) => {
    const started = performance.now()
    const isOk = runCheck(run, installs)
    return { isOk, line: `${isOk ? 'ok    ' : 'FAILED'} ${run.name.padEnd(12)} ${seconds(started)}` }
  })
  console.log(`\n${results.map(({ line }) => line).join('\n')}`)
  return results.every(({ isOk }) => isOk)
}

const words = process.argv.slice(2)
const runs = parse(words.filter((word) => word !== '--install'))
if (typeof runs === 'string') {
  console.error(runs)
  process.exitCode = 1
} else if (runs.length === 0) list()
else process.exitCode = runAll(runs, words.includes('--install')) ? 0 : 1
