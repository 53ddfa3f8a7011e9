/** A mutant that no spec can notice, or that none should. */
interface Explained {
  readonly file: string
  /** A part of its line. */
  readonly line: string
  /** What it puts there; anything if absent. */
  readonly to?: string
  readonly why: string
}

const zone = "zone.toUpperCase().replace(/^(.\\d\\d)(\\d\\d)$/, '$1:$2')"
const anEngine = 'the engine of Node reads such a zone by itself; others do not'
const undefinedAnyway = 'what gives nothing gives undefined'
const byChance = 'two times are equal by chance alone'
const noSecret = 'no answer has that text'
const noName = 'the name of a codec inside, which nobody is shown'
const cost = 'a matter of cost alone'
const noDate = 'what passes then is no valid date, and is refused for that'

export const explained: readonly Explained[] = [
  { file: 'lib/answer.ts', line: '} catch {', to: '{}', why: undefinedAnyway },
  { file: 'lib/answer.ts', line: "get('retry-after')", to: '"Stryker was here!"', why: 'no number and no date either' },
  {
    file: 'lib/date.ts',
    line: 'instant.exec(text.trim())',
    to: '["Stryker was here"]',
    why: 'its first entry is not read',
  },
  { file: 'lib/date.ts', line: '!isOnCalendar(day)) return undefined', to: 'false', why: noDate },
  { file: 'lib/date.ts', line: zone, to: 'zone.toLowerCase()', why: anEngine },
  ...[
    ...['/(.\\d\\d)(\\d\\d)$/', '/^(.\\d\\d)(\\d\\d)/', '/^(.\\D\\d)(\\d\\d)$/', '/^(.\\d\\D)(\\d\\d)$/'],
    ...['/^(.\\d\\d)(\\D\\d)$/', '/^(.\\d\\d)(\\d\\D)$/'],
  ].map((to) => ({ file: 'lib/date.ts', line: zone, to, why: anEngine })),
  ...['/\\d{9,}$/', '/^\\d{9,}/'].map((to) => ({ file: 'lib/date.ts', line: '.test(value) ? epoch', to, why: noDate })),
  {
    file: 'lib/client.ts',
    line: 'secrets: readonly string[] = []',
    to: '["Stryker was here"]',
    why: noSecret,
  },
  { file: 'lib/client.ts', line: "'Id',", to: '""', why: noName },
  {
    file: 'lib/event.ts',
    line: 'await listener?.(',
    to: 'listener(Object.freeze(present(event)))',
    why: 'what throws there is caught',
  },
  { file: 'lib/exchange.ts', line: "typeof settings.apiKey === 'function' ||", to: 'true', why: cost },
  {
    file: 'lib/exchange.ts',
    line: '...(call.secrets ?? [])',
    to: '["Stryker was here"]',
    why: noSecret,
  },
  { file: 'lib/exchange.ts', line: 'timeout <= remaining ?', to: 'timeout < remaining', why: byChance },
  { file: 'lib/exchange.ts', line: 'attempt > retries ||', to: 'waitMs > deadline - elapsed()', why: byChance },
  {
    file: 'lib/nearest.ts',
    line: 'name.toLowerCase()',
    to: 'name.toUpperCase()',
    why: 'either case will do, as long as it is one',
  },
  ...["check('String',", "'Secret',", 'const numericId', 'const stringId', "'ConnectionAttempt'", "'AccountType',"].map(
    (line) => ({ file: 'lib/reply.ts', line, to: '""', why: noName }),
  ),
  {
    file: 'lib/reply.ts',
    line: "kinds.join(' or ')",
    to: '""',
    why: 'the contract asks for one kind, and is told alone',
  },
  { file: 'lib/secret.ts', line: 'if (bare.length === 0)', to: 'false', why: cost },
  { file: 'lib/secret.ts', line: "if (text === '') return text", why: cost },
  { file: 'lib/secret.ts', line: 'found.size < most', why: `${cost}: no more of them are taken` },
  { file: 'lib/settings.ts', line: '} catch {', to: '{}', why: undefinedAnyway },
  ...['process?.env[name]', 'process.env'].map((to) => ({
    file: 'lib/settings.ts',
    line: 'process?.env?.[name]',
    to,
    why: 'what throws there is caught',
  })),
  {
    file: 'lib/settings.ts',
    line: 'if (given.baseUrl === undefined)',
    to: 'true',
    why: `${cost}: it was checked before`,
  },
  { file: 'lib/wait.ts', line: 'const accountId = attempt?.', why: 'there is an attempt where its status is known' },
  { file: 'lib/wait.ts', line: 'default:', why: 'undefined counts as false there' },
  { file: 'lib/wait.ts', line: "seen.left.name === 'ApiError' ?", to: 'true', why: 'no other error has a retryAfter' },
  { file: 'lib/wait.ts', line: 'const last =', to: 'waitMs > remaining()', why: byChance },
]
