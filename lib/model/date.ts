import { lenient, parser } from './codec.ts'

export const isDate = (value: unknown): value is Date => value instanceof Date && !Number.isNaN(value.getTime())

const dateCodec = (expectation: string, parse: (value: unknown) => Date | undefined) => {
  const parseValid = (value: unknown): Date | undefined => {
    const date = parse(value)
    return isDate(date) ? Object.freeze(date) : undefined
  }
  return parser('Date', isDate, expectation, parseValid, (date) => date.toISOString())
}

const pattern = /^((?:\d{4}|[+-]\d{6})-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[+-]\d{2}:\d{2})?)?$/

const parseDate = (value: unknown, defaultZone?: string): Date | undefined => {
  const [, day, time = '00:00', zone = defaultZone] = pattern.exec(typeof value === 'string' ? value : '') ?? []
  return day !== undefined && zone !== undefined ? new Date(`${day}T${time}${zone}`) : undefined
}

// Seconds until the year 5138 are below this limit, milliseconds since 1973 above it.
const fromEpoch = (count: number): Date => new Date(Math.abs(count) < 1e11 ? count * 1000 : count)

/** Without a zone, a date is UTC; a number is an epoch in seconds or milliseconds. The contract requires a zone. */
export const dateTime = lenient(
  dateCodec('a date', (value) => (typeof value === 'number' ? fromEpoch(value) : parseDate(value, 'Z'))),
  dateCodec('an ISO date-time with a zone', parseDate),
)
