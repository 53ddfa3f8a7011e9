// What the user says and sees: the command line, the progress bar, Ctrl-C.
import { existsSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { SingleBar } from 'cli-progress'
import { Command, InvalidArgumentError } from 'commander'
import { writeCustomers } from './demo.ts'

interface Flags {
  readonly concurrency: number
  readonly perMinute: number
  readonly demo: number
  readonly faults: number
}

const whole = (text: string): number => {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Expected a whole number from 1.')
  return Number(text)
}

const share = (text: string): number => {
  if (!/^(0?\.\d+|0|1)$/.test(text)) throw new InvalidArgumentError('Expected a number from 0 to 1.')
  return Number(text)
}

const command = new Command('npm run example -- bulk')
  .description('Mints a link for each customer of a CSV file with the columns owner,name,category.')
  .argument('[customers]', 'the CSV of customers')
  .argument('[links]', 'the CSV of links; whoever is in it is passed over, so run the command again to go on')
  .option('--concurrency <count>', 'requests at a time', whole, 8)
  .option('--per-minute <count>', 'requests in any minute; StackOne takes 1000 for each key', whole, 1000)
  .option('--demo <count>', 'without an account: how many customers to make up where there is no file', whole, 200)
  .option('--faults <share>', 'without an account: the share of faults among the answers', share, 0.1)
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))

/** What to do, from the command line; without an account the customers are made up. */
export const plan = async () => {
  const hasAccount = Boolean(process.env['STACKONE_API_KEY'])
  const flags = command.parse().opts<Flags>()
  if (hasAccount && command.args.length < 2) command.error('error: name the CSV of customers and that of the links')
  const folder = join(tmpdir(), `stackone-session-bulk-${flags.demo}`)
  const [customers = join(folder, 'customers.csv'), named = join(dirname(customers), 'links.csv')] = command.args
  // Apart: who has a link of the sandbox has none yet.
  const links = hasAccount ? named : named.replace(/(\.csv)?$/, '.sandbox.csv')
  const failures = `${links.replace(/\.csv$/, '')}.failed.csv`
  if (resolve(failures) === resolve(customers)) command.error(`error: ${failures} is begun anew, so copy it first`)
  const isDemo = command.args.length === 0 || command.getOptionValueSource('demo') === 'cli'
  if (!hasAccount && isDemo && !existsSync(customers)) {
    mkdirSync(dirname(customers), { recursive: true })
    await writeCustomers(customers, flags.demo)
  }
  return { ...flags, hasAccount, customers, links, failures }
}

/** On stderr, and only where that is a terminal. */
export const progress = (total: number): SingleBar => {
  const format = '[{bar}] {value} of {total}, {failed} failed, {eta_formatted} to go'
  const bar = new SingleBar({ format, gracefulExit: false }) // with its cursor, which a kill would not bring back
  bar.start(total, 0, { failed: 0 })
  return bar
}

/** The reason of an abort by Ctrl-C. */
export const interrupted = 'interrupted'

/** Aborted by the first Ctrl-C. A second one ends the process at once. */
export const stopper = (): AbortController => {
  const stop = new AbortController()
  const since = { first: 0 }
  process.on('SIGINT', () => {
    since.first ||= Date.now()
    // The terminal tells all processes, and npm tells its own once more.
    if (Date.now() - since.first > 500) process.exit(130)
    stop.abort(interrupted)
  })
  return stop
}
