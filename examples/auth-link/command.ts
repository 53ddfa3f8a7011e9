// The command line: its flags, and the field of a session that each of them is for.
import { Command } from 'commander'
import { type Category, days, hours, minutes } from 'stackone-session'

export interface Flags {
  readonly owner: string
  readonly name: string
  readonly category?: readonly Category[] // or any text: the session refuses what is no category
  readonly provider?: string
  readonly expires?: number
  readonly wait?: boolean
  readonly json?: boolean
}

const units: Readonly<Record<string, number>> = { '': 1, s: 1, m: minutes(1), h: hours(1), d: days(1) }

/** `7d`, `12h`, `30m` or seconds, in seconds; NaN, which the session refuses, for what is none of them. */
export const seconds = (text: string): number => {
  const [, count, unit = ''] = /^(\d+)([smhd]?)$/.exec(text) ?? []
  return Number(count) * (units[unit] ?? 1)
}

export const command = new Command('npm run example -- auth-link')
  .description('Mints a link with which one customer connects an account. Whoever has the link can use it.')
  .requiredOption('--owner <id>', "the customer's id in your own system")
  .requiredOption('--name <name>', "the customer's name; another one than before makes a second account")
  .option('--category <name...>', 'what to connect, such as hris; may be repeated')
  .option('--provider <key>', 'the one connector to open, such as bamboohr')
  .option('--expires <time>', 'how long the link is good: 7d, 12h, 30m, or seconds (default: 30m)', seconds)
  .option('--wait', 'follow the link until an account is connected')
  .option('--json', 'print JSON, an object a line')
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))

/** By the names that issues have. */
export const flagOf: Readonly<Record<string, string>> = {
  originOwnerId: '--owner',
  originOwnerName: '--name',
  categories: '--category',
  provider: '--provider',
  expiresIn: '--expires',
}
