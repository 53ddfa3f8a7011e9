import type { Latency } from './load.ts'
import type { Sample } from './start.ts'
import type { Throughput } from './throughput.ts'

/** A row of the table: a figure of this library and one of a comparison, with the limits of what they are judged by. */
export interface Row {
  readonly what: string
  readonly against: string
  readonly unit: 'µs' | 'ms' | 'bytes' | 'kB' | 'MB' | 'per second'
  readonly ours: number
  readonly theirs: number
  /**
   * What the limits are for: `share` is our figure divided by the other one, at most; `gain` is how many times better ours
   * is, at least; `ours` is our figure, at most.
   */
  readonly judged: 'share' | 'gain' | 'ours'
  readonly limit?: number
  readonly goal?: number
}

/** Returns our cost relative to the comparison, in time, bytes or memory. Less is better. */
export const relativeCost = ({ ours, theirs, unit }: Row): number =>
  unit === 'per second' ? theirs / ours : ours / theirs

/** Returns the ratio that the table shows. */
export const ratio = (row: Row): number => (row.judged === 'gain' ? 1 / relativeCost(row) : relativeCost(row))

/** Returns whether a row meets a limit. */
export const meets = (row: Row, limit: number): boolean => {
  if (row.judged === 'ours') return row.ours <= limit
  return row.judged === 'gain' ? ratio(row) >= limit : ratio(row) <= limit
}

/** Returns which limit a row meets. */
export const verdict = (row: Row): 'goal' | 'yes' | 'NO' | '-' => {
  const { limit, goal } = row
  if (goal !== undefined && meets(row, goal)) return 'goal'
  if (limit === undefined) return '-'
  return meets(row, limit) ? 'yes' : 'NO'
}

type By<Name extends string, A> = Readonly<Record<Name, A>>

const versions = { ky: 'ky', fetch: '`fetch`', sdk: 'SDK', hand: 'by hand' } as const

type Other = keyof typeof versions

interface Comparison<Name extends string, A> {
  readonly what: string
  readonly unit: Row['unit']
  readonly results: By<Name, A>
  readonly figure: (result: A) => number
}

/** Compares a figure of this library with that of another contestant. */
const compareWith =
  <Name extends string, A>({ what, unit, results, figure }: Comparison<Name | 'ours', A>) =>
  (name: Name & Other, judged: Row['judged'] = 'share', limits: Pick<Row, 'limit' | 'goal'> = {}): Row => ({
    what,
    against: versions[name],
    unit,
    ours: figure(results.ours),
    theirs: figure(results[name]),
    judged,
    ...limits,
  })

const itself = (value: number): number => value
const toKilobytes = (bytes: number): number => bytes / 1000
const toMegabytes = (bytes: number): number => bytes / 1_000_000

export const coldStartRows = (results: By<'ours' | 'fetch' | 'ky' | 'sdk', Sample>): readonly Row[] => {
  const row = compareWith({ what: 'cold start to a first token', unit: 'ms', results, figure: ({ wall }) => wall })
  return [row('fetch', 'share', { limit: 1.15, goal: 1.08 }), row('ky'), row('sdk')]
}

export const importRows = (results: By<'ours' | 'sdk', Sample>): readonly Row[] => [
  compareWith({ what: 'import', unit: 'ms', results, figure: ({ wall }) => wall })('sdk', 'gain', {
    limit: 12,
    goal: 20,
  }),
]

export const chainRows = (results: By<'ours' | 'literal' | 'sdk', number>): readonly Row[] => {
  const comparison = { what: 'seven calls to the request body', unit: 'µs', figure: itself } as const
  const { ours, literal: hand, sdk } = results
  const row = compareWith({ ...comparison, results: { ours, hand, sdk } })
  return [
    { ...row('hand', 'share', { limit: 3.4, goal: 2.5 }), against: 'a literal and `JSON.stringify`' },
    row('sdk', 'gain', { limit: 4, goal: 5 }),
  ]
}

export const sendRows = (results: By<'ours' | 'ky' | 'fetch' | 'sdk', number>): readonly Row[] => {
  const row = compareWith({ what: '`send` on loopback', unit: 'µs', results, figure: itself })
  return [
    row('ky', 'share', { limit: 1, goal: 0.9 }),
    row('fetch', 'share', { limit: 2, goal: 1.6 }),
    row('sdk', 'share', { limit: 0.9, goal: 0.75 }),
  ]
}

export const throughputRows = (results: By<'ours' | 'ky' | 'fetch' | 'sdk', Throughput>): readonly Row[] => {
  const prefix = '10,000 sends, 32 at a time'
  const perSecond = compareWith({ what: prefix, unit: 'per second', results, figure: (result) => result.perSecond })
  const p50 = compareWith({ what: `${prefix}, p50`, unit: 'ms', results, figure: (result) => result.p50 })
  const p99 = compareWith({ what: `${prefix}, p99`, unit: 'ms', results, figure: (result) => result.p99 })
  const peak = compareWith({
    what: `${prefix}, peak memory`,
    unit: 'MB',
    results,
    figure: (result) => toMegabytes(result.peak),
  })
  return [
    perSecond('ky', 'gain', { limit: 1 }),
    perSecond('fetch', 'gain', { goal: 1 / 1.5 }),
    perSecond('sdk', 'gain', { limit: 1 }),
    p50('ky'),
    p50('fetch'),
    p50('sdk'),
    p99('ky'),
    p99('fetch'),
    p99('sdk'),
    peak('ky', 'share', { limit: 1 }),
    peak('fetch', 'share', { goal: 1.5 }),
    peak('sdk', 'share', { limit: 1 }),
  ]
}

export const allocationRows = (results: By<'ours' | 'ky' | 'fetch', number>): readonly Row[] => {
  const row = compareWith({ what: 'allocation of one `send`', unit: 'kB', results, figure: toKilobytes })
  return [row('ky', 'share', { limit: 1 }), row('fetch')]
}

export const bundleRows = (results: By<'ours' | 'sdk', number>): readonly Row[] => [
  compareWith({ what: 'edge bundle, gzip', unit: 'bytes', results, figure: itself })('sdk', 'ours', {
    limit: 18_500,
    goal: 16_000,
  }),
]

export const handlerRows = (results: By<'ours' | 'hand', Latency>): readonly Row[] => [
  compareWith({ what: 'handler', unit: 'per second', results, figure: ({ perSecond }) => perSecond })('hand', 'gain', {
    limit: 0.8,
    goal: 0.95,
  }),
  compareWith({ what: 'handler, p99', unit: 'ms', results, figure: ({ p99 }) => p99 })('hand', 'share', {
    limit: 1.25,
    goal: 1.05,
  }),
]

export const webhookRows = (results: By<'ours' | 'hand', number>): readonly Row[] => [
  {
    ...compareWith({ what: 'webhook of 1 kB', unit: 'µs', results, figure: itself })('hand'),
    against: '`node:crypto` by hand',
    limit: 1.5,
    goal: 1.2,
  },
]

export const memoryRows = (results: By<'ours' | 'hand', number>): readonly Row[] => [
  {
    ...compareWith({ what: 'one of 100,000 derived sessions', unit: 'bytes', results, figure: itself })('hand'),
    against: 'a plain object',
    limit: 1.5,
    goal: 1,
  },
]

/** The cost of each unit at a size, in microseconds. */
export type Curve = readonly { readonly size: number; readonly each: number }[]
export type Curves = By<'setter' | 'field' | 'metadata' | 'concurrency', Curve>

/** What each curve counts, for its row and for the plot. */
export const titles: By<keyof Curves, { readonly unit: string; readonly small: number; readonly large: number }> = {
  setter: { unit: 'calls of one setter', small: 10, large: 1000 },
  field: { unit: 'calls of `.field`', small: 10, large: 1000 },
  metadata: { unit: 'kB of metadata', small: 10, large: 1000 },
  concurrency: { unit: 'concurrent sends', small: 32, large: 10_000 },
}

/**
 * With linear growth, a unit costs the same at every size; with quadratic growth, it costs 100 times as much at 1,000 as
 * at 10. The limit is 4, since V8 stores large objects as hash tables, which cost two to three times as much per field.
 */
export const growthRows = (curves: Curves): readonly Row[] =>
  Object.entries(titles).map(([name, { unit, small, large }]) => {
    const curve = curves[name as keyof Curves] // the keys of titles
    const costAt = (wanted: number) => curve.find(({ size }) => size === wanted)?.each ?? Number.NaN
    return {
      what: `each of ${large.toLocaleString('en-US')} ${unit}`,
      against: `each of ${small}`,
      unit: 'µs',
      ours: costAt(large),
      theirs: costAt(small),
      judged: 'share',
      limit: 4,
    }
  })
