import { lenient, parser } from './codec.ts'

export const isDate = (value: unknown): value is Date => value instanceof Date && !Number.isNaN(value.getTime())

const dateCodec = (name: string, expectation: string, parse: (value: unknown) => Date | undefined) => {
  const parseValid = (value: unknown): Date | undefined => {
    const date = parse(value)
    return isDate(date) ? Object.freeze(date) : undefined
  }
  return parser(name, isDate, expectation, parseValid, (date) => date.toISOString())
}

const pattern = /^((?:\d{4}|[+-]\d{6})-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[+-]\d{2}:?\d{2})?)?$/i

// Date parses February 30 as March 2. Every month has the days up to the 28th.
const isOnCalendar = (day: string): boolean => {
  const last = Number(day.slice(-2))
  return last <= 28 || new Date(`${day}T00:00Z`).getUTCDate() === last
}

const parseDate = (text: string, defaultZone?: string): Date | undefined => {
  const [, day, time = '00:00', zone = defaultZone] = pattern.exec(text.trim()) ?? []
  if (day === undefined || zone === undefined || !isOnCalendar(day)) return undefined
  // Engines differ on zones without a colon, and parse a time without a zone as local.
  return new Date(`${day}T${time}${zone.length === 1 ? 'Z' : zone.replace(/^(...)(..)$/, '$1:$2')}`)
}

// Seconds until the year 5138 are below this limit, milliseconds since 1973 above it.
const fromEpoch = (count: number): Date => new Date(Math.abs(count) < 1e11 ? count * 1000 : count)

const contractDate = dateCodec('StrictDate', 'an ISO date-time with a zone', (value) =>
  typeof value === 'string' ? parseDate(value) : undefined,
)

/** A date: one without a zone is UTC, a number is an epoch in seconds or milliseconds. The contract has ISO strings with a zone. */
export const dateTime = lenient(
  dateCodec('Date', 'a date', (value) => {
    if (typeof value === 'number') return fromEpoch(value)
    if (typeof value !== 'string') return undefined
    return /^\d{9,}$/.test(value) ? fromEpoch(Number(value)) : parseDate(value, 'Z')
  }),
  contractDate,
)
