// A command for support staff: mints a link for one customer, and waits until an account is connected.
import { Command } from 'commander'
import { type Category, createClient, days, hours, isSessionError, minutes, session } from 'stackone-session'
import { sandbox } from 'stackone-session/testing'
import spinner from 'yocto-spinner'

interface Flags {
  readonly owner: string
  readonly name: string
  readonly category: readonly Category[] // or any text: the session refuses what is no category
  readonly provider?: string
  readonly expires?: number
  readonly wait?: boolean
  readonly json?: boolean
}

const units: Readonly<Record<string, number>> = { '': 1, s: 1, m: minutes(1), h: hours(1), d: days(1) }

/** `7d`, `12h`, `30m` or seconds, in seconds; NaN, which the session refuses, for what is none of them. */
const seconds = (text: string): number => {
  const [, count, unit = ''] = /^(\d+)([smhd]?)$/.exec(text) ?? []
  return Number(count) * (units[unit] ?? 1)
}

const { owner, name, category, provider, expires, wait, json } = new Command('npm run example -- auth-link')
  .description('Mints a link with which one customer connects an account. Whoever has the link can use it.')
  .requiredOption('--owner <id>', "the customer's id in your own system")
  .requiredOption('--name <name>', "the customer's name; another one than before makes a second account")
  .option(
    '--category <name>',
    'what to connect, such as hris; may be repeated',
    (one, all) => [...all, one],
    [''].slice(1),
  )
  .option('--provider <key>', 'the one connector to open, such as bamboohr')
  .option('--expires <time>', 'how long the link is good: 7d, 12h, 30m, or seconds (default: 30m)', seconds)
  .option('--wait', 'follow the link until an account is connected')
  .option('--json', 'print JSON, an object a line')
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  .parse()
  .opts<Flags>()

const flagOf: Readonly<Record<string, string>> = {
  originOwnerId: '--owner',
  originOwnerName: '--name',
  categories: '--category',
  provider: '--provider',
  expiresIn: '--expires',
}

const api = process.env['STACKONE_API_KEY'] ? undefined : sandbox()
const client = createClient(api && { apiKey: 'v1.sandbox.key', fetch: api.fetch })
const print = (text: string, facts: object): void => console.log(json ? JSON.stringify(facts) : text)

const [first, ...rest] = category
const link = session()
  .owner(owner, name)
  .when(first !== undefined, (link) => link.categories(first as Category, ...rest)) // the condition says that it is there
  .when(provider !== undefined, (link) => link.provider(provider ?? ''))
  .when(expires !== undefined, (link) => link.expiresIn(expires ?? Number.NaN))

try {
  const { id = '', authLinkUrl = '', expiresAt } = await link.send(client)
  print(authLinkUrl, { id, link: authLinkUrl, expiresAt })
  console.error(`good until ${expiresAt.toISOString()}`)
  if (wait) {
    if (api) setTimeout(() => api.connect(id, 'authenticated'), 500) // the sandbox's customer is quick
    const waiting = spinner({ text: 'Waiting for the customer ...' }).start()
    const deadline = Math.min(expiresAt.getTime() - Date.now(), 2 ** 31 - 1)
    const { status, accountId } = await client
      .waitForConnection(id, { interval: 1000, deadline })
      .finally(() => waiting.stop())
    print(`${status}: account ${accountId}`, { id, status, accountId })
    process.exitCode = status === 'authenticated' ? 0 : 1
  }
} catch (error) {
  if (!isSessionError(error)) throw error
  if (error.name !== 'ValidationError') console.error(`${error.name}: ${error.message}`)
  else
    for (const { path, message, hint } of error.issues)
      console.error(`${flagOf[path.replace(/\W.*/, '')] ?? path}: ${message}${hint ? ` (${hint})` : ''}`)
  process.exitCode = error.name === 'ValidationError' ? 2 : 1
}
