import { type Quick, reads } from './codec.ts'

const isDate = (value: unknown): value is Date => value instanceof Date && !Number.isNaN(value.getTime())

const date = (name: string, what: string, parse: (value: unknown) => Date | undefined): Quick<Date, string> => {
  const read = (value: unknown): Date | undefined => {
    const parsed = parse(value)
    return isDate(parsed) ? Object.freeze(parsed) : undefined
  }
  return reads(name, isDate, what, read, (value) => value.toISOString())
}

const instant = /^((?:\d{4}|[+-]\d{6})-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[+-]\d{2}:?\d{2})?)?$/i

// Date reads the 30th of February as the 2nd of March; the days up to the 28th are in every month.
const isOnCalendar = (day: string): boolean => {
  const last = Number(day.slice(-2))
  return last <= 28 || new Date(`${day}T00:00Z`).getUTCDate() === last
}

const read = (text: string, zoneless?: string): Date | undefined => {
  const [, day, time = '00:00', zone = zoneless] = instant.exec(text.trim()) ?? []
  if (day === undefined || zone === undefined || !isOnCalendar(day)) return undefined
  // Engines differ on zones without a colon, and read a time without a zone as local.
  return new Date(`${day}T${time}${zone.toUpperCase().replace(/^(...)(..)$/, '$1:$2')}`)
}

/** An ISO date-time with its zone, as the contract has it. */
export const isoDate = date('IsoDate', 'an ISO date-time with a zone', (value) =>
  typeof value === 'string' ? read(value) : undefined,
)

// Seconds until the year 5138 are below this, milliseconds since 1973 are above.
const epoch = (count: number): Date => new Date(Math.abs(count) < 1e11 ? count * 1000 : count)

/** Any date that can be understood: without a zone it counts as UTC, a number as an epoch in seconds or milliseconds. */
export const anyDate = date('AnyDate', 'a date', (value) => {
  if (typeof value === 'number') return epoch(value)
  if (typeof value !== 'string') return undefined
  return /^\d{9,}$/.test(value) ? epoch(Number(value)) : read(value, 'Z')
})
