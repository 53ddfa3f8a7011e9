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
const noDate = 'what passes then is no valid date, and is refused for that'

export const explained: readonly Explained[] = [
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
    file: 'lib/nearest.ts',
    line: 'name.toLowerCase()',
    to: 'name.toUpperCase()',
    why: 'either case will do, as long as it is one',
  },
  { file: 'lib/wait.ts', line: 'const accountId = attempt?.', why: 'there is an attempt where its status is known' },
  { file: 'lib/wait.ts', line: 'default:', why: 'undefined counts as false there' },
  { file: 'lib/wait.ts', line: "seen.left.name === 'ApiError' ?", to: 'true', why: 'no other error has a retryAfter' },
  { file: 'lib/wait.ts', line: 'const last =', to: 'waitMs > remaining()', why: 'two times are equal by chance alone' },
]
