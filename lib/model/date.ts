import { lenient, parser } from './codec.ts'

export const isDate = (value: unknown): value is Date => value instanceof Date && !Number.isNaN(value.getTime())

const dateCodec = (expectation: string, parse: (value: unknown) => Date | undefined) => {
  const parseValid = (value: unknown): Date | undefined => {
    const date = parse(value)
    return isDate(date) ? Object.freeze(date) : undefined
  }
  return parser('Date', isDate, expectation, parseValid, (date) => date.toISOString())
}

const iso = /^(?:\d{4}|[+-]\d{6})-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})$/

const parseIso = (value: unknown): Date | undefined =>
  typeof value === 'string' && iso.test(value) ? new Date(value) : undefined

// Seconds until the year 5138 are below this limit, milliseconds since 1973 above it.
const fromEpoch = (count: number): Date => new Date(Math.abs(count) < 1e11 ? count * 1000 : count)

const parseDate = (value: unknown): Date | undefined => {
  if (typeof value === 'number') return fromEpoch(value)
  const text = typeof value === 'string' ? value.replace(' ', 'T') : ''
  return parseIso(text) ?? parseIso(`${text}Z`) ?? parseIso(`${text}T00:00Z`)
}

/** A date: one without a zone is UTC, a number is an epoch in seconds or milliseconds. The contract has ISO strings with a zone. */
export const dateTime = lenient(dateCodec('a date', parseDate), dateCodec('an ISO date-time with a zone', parseIso))
