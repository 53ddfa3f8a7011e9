// The command line of the example, and the session field that each flag sets.
import { Command } from 'commander'
import { type Category, days, hours, minutes } from 'stackone-session'

export interface Flags {
  readonly owner: string
  readonly name: string
  readonly category?: readonly Category[] // any text: the session validates it
  readonly provider?: string
  readonly expires?: string
  readonly wait?: boolean
  readonly json?: boolean
}

const units = { seconds: 1, minutes: minutes(1), hours: hours(1), days: days(1), weeks: days(7) }

/** Parses `7d`, `7 days`, `12h`, `30m` or plain seconds. Returns seconds, or NaN for any other text. */
export const parseDuration = (text: string): number => {
  const [, count, unit = ''] = /^(\d+) ?([a-z]*)$/i.exec(text) ?? []
  const [, seconds = Number.NaN] = Object.entries(units).find(([name]) => name.startsWith(unit.toLowerCase())) ?? []
  return Number(count) * seconds
}

/** Returns the command. On the sandbox, a demo customer is the default. */
export const createCommand = (isSandbox: boolean): Command =>
  new Command('npm run example -- auth-link')
    .description('Creates a link with which a customer connects an account. Anyone who has the link can use it.')
    .requiredOption('--owner <id>', "the customer's id in your system", isSandbox ? 'acme-42' : undefined)
    .requiredOption(
      '--name <name>',
      "the customer's name; a changed name creates a second account",
      isSandbox ? 'Acme Inc.' : undefined,
    )
    .option('--category <name...>', 'a category at which the Hub opens, such as hris; repeatable')
    .option('--provider <key>', 'the connector at which the Hub opens, such as bamboohr')
    .option('--expires <duration>', 'the lifetime of the link: 7d, 12h, 30m, or seconds (default: 30m)')
    .option('--wait', 'wait until the customer connects an account')
    .option('--json', 'print JSON, one object per line')
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))

/** Maps the paths of validation issues to flags. */
export const flagOf: Readonly<Record<string, string>> = {
  originOwnerId: '--owner',
  originOwnerName: '--name',
  categories: '--category',
  provider: '--provider',
  expiresIn: '--expires',
}
