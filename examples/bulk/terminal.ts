// The command line, the progress bar and Ctrl-C.
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

const parseCount = (text: string): number => {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Must be a positive integer.')
  return Number(text)
}

const parseShare = (text: string): number => {
  if (!/^(0?\.\d+|0|1)$/.test(text)) throw new InvalidArgumentError('Must be a number from 0 to 1.')
  return Number(text)
}

const command = new Command('npm run example -- bulk')
  .description('Creates a link for each customer of a CSV file with the columns owner,name,category.')
  .argument('[customers]', 'the CSV file of customers')
  .argument('[links]', 'the CSV file of links; customers in it are skipped, so run the command again to continue')
  .option('--concurrency <count>', 'the number of concurrent requests', parseCount, 8)
  .option('--per-minute <count>', 'the number of requests per minute; StackOne allows 1000 per key', parseCount, 1000)
  .option('--demo <count>', 'without an account: the number of demo customers if there is no file', parseCount, 200)
  .option('--faults <share>', 'without an account: the share of responses that are faults', parseShare, 0.1)
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))

/** Returns the files and flags of the command line. Without an account, it may create a file of demo customers. */
export const parseCommandLine = async () => {
  const hasAccount = Boolean(process.env['STACKONE_API_KEY'])
  const flags = command.parse().opts<Flags>()
  if (hasAccount && command.args.length < 2) command.error('error: name the CSV files of customers and links')
  const folder = join(tmpdir(), `stackone-session-bulk-${flags.demo}`)
  const [customers = join(folder, 'customers.csv'), named = join(dirname(customers), 'links.csv')] = command.args
  // A separate file, so that no customer is skipped because of a sandbox link.
  const links = hasAccount ? named : named.replace(/(\.csv)?$/, '.sandbox.csv')
  const failures = `${links.replace(/\.csv$/, '')}.failed.csv`
  if (resolve(failures) === resolve(customers))
    command.error(`error: ${failures} would be overwritten (rename the file of customers)`)
  const isDemo = command.args.length === 0 || command.getOptionValueSource('demo') === 'cli'
  if (!hasAccount && isDemo && !existsSync(customers)) {
    mkdirSync(dirname(customers), { recursive: true })
    await writeCustomers(customers, flags.demo)
  }
  return { ...flags, hasAccount, customers, links, failures }
}

/** Returns a progress bar on stderr, which is drawn only on a terminal. A killed run leaves the cursor visible. */
export const createProgressBar = (total: number): SingleBar => {
  const format = '[{bar}] {value}/{total}, {failed} failed, {eta_formatted} left'
  const bar = new SingleBar({ format, gracefulExit: false })
  bar.start(total, 0, { failed: 0 })
  return bar
}

/** The abort reason after Ctrl-C. */
export const interrupted = 'interrupted'

/** Returns a controller that the first Ctrl-C aborts. The second one ends the process. */
export const abortOnInterrupt = (): AbortController => {
  const stop = new AbortController()
  const interrupt = { first: 0 }
  process.on('SIGINT', () => {
    interrupt.first ||= Date.now()
    // One Ctrl-C may deliver two signals: from the terminal and from npm.
    if (Date.now() - interrupt.first > 500) process.exit(130)
    stop.abort(interrupted)
  })
  return stop
}
