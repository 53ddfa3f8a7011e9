import type { firstToken, start } from './start.ts'
import type { Throughput } from './throughput.ts'

/** A row of the table: a figure of this library, one of the comparison, and the limits of their ratio or of our figure. */
export interface Row {
  readonly what: string
  readonly against: string
  readonly ours: number
  readonly theirs: number
  readonly unit: 'us' | 'ms' | 'bytes' | 'MB' | 'per second'
  /** The speed relative to the comparison, or the cost relative to it; see `reads`. */
  readonly ratio: number
  readonly reads: 'times faster' | 'times theirs'
  readonly checked: 'ratio' | 'ours'
  readonly limit?: number
  readonly goal?: number
  /** The limit that CI checks, if it differs from `limit`. */
  readonly budget?: number
}

type Figures = Pick<Row, 'what' | 'against' | 'ours' | 'theirs' | 'unit'>
type Limits = Pick<Row, 'limit' | 'goal' | 'budget'>

const faster = (figures: Figures, limits: Limits): Row => {
  const { ours, theirs, unit } = figures
  const ratio = unit === 'per second' ? ours / theirs : theirs / ours
  return { ...figures, ratio, reads: 'times faster', checked: 'ratio', ...limits }
}

const share = (figures: Figures, limits: Limits, checked: Row['checked'] = 'ratio'): Row => ({
  ...figures,
  ratio: figures.ours / figures.theirs,
  reads: 'times theirs',
  checked,
  ...limits,
})

type Times<Name extends string> = Readonly<Record<Name, number>>

/** The versions of the comparisons. */
export interface Versions {
  readonly ky: string
  readonly sdk: string
}

export const chainRows = ({ ours, sdk, literal }: Times<'ours' | 'sdk' | 'literal'>, versions: Versions): Row[] => {
  const what = 'seven calls and the request body'
  return [
    faster({ what, against: `SDK ${versions.sdk}`, ours, theirs: sdk, unit: 'us' }, { limit: 4.5, goal: 7 }),
    share(
      { what, against: 'JSON.stringify of a literal', ours, theirs: literal, unit: 'us' },
      { limit: 2.75, goal: 1.8 },
    ),
  ]
}

export const sendRows = (times: Times<'ours' | 'ky' | 'sdk' | 'fetch'>, versions: Versions): Row[] => {
  const { ours, ky, sdk, fetch } = times
  const what = 'send on loopback'
  return [
    share({ what, against: `bare ky ${versions.ky}`, ours, theirs: ky, unit: 'us' }, { limit: 0.95, goal: 0.8 }),
    share({ what, against: `SDK ${versions.sdk}`, ours, theirs: sdk, unit: 'us' }, { limit: 0.9, goal: 0.7 }),
    share({ what, against: 'bare fetch', ours, theirs: fetch, unit: 'us' }, { goal: 1.2 }),
  ]
}

export const bundleRows = ({ ours, sdk }: Times<'ours' | 'sdk'>): Row[] => [
  share(
    { what: 'edge bundle, gzip', against: "the SDK's one function", ours, theirs: sdk, unit: 'bytes' },
    { limit: 18_000, goal: 14_000, budget: 19_800 },
    'ours',
  ),
]

export const startRows = ({ ours, sdk }: Awaited<ReturnType<typeof start>>): Row[] => {
  const figures = { against: "the SDK's one function", unit: 'ms' } as const
  const limits = { limit: 12, goal: 15 }
  return [
    faster({ what: 'import, wall-clock time', ours: ours.wall, theirs: sdk.wall, ...figures }, limits),
    faster({ what: 'import, processor time', ours: ours.processor, theirs: sdk.processor, ...figures }, limits),
  ]
}

export const firstTokenRows = ({ ours, fetch }: Awaited<ReturnType<typeof firstToken>>): Row[] => [
  share(
    {
      what: 'start to a first token',
      against: 'hand-written fetch',
      ours: ours.wall,
      theirs: fetch.wall,
      unit: 'ms',
    },
    { limit: 1.15 },
  ),
]

export const memoryRows = ({ sessions, objects }: Times<'sessions' | 'objects'>): Row[] => [
  share(
    {
      what: 'memory of one of 100,000 sessions',
      against: 'plain objects',
      ours: sessions,
      theirs: objects,
      unit: 'bytes',
    },
    { limit: 2, goal: 1.2 },
  ),
]

const MB = 1_000_000

export const throughputRows = (measured: Readonly<Record<'ours' | 'ky' | 'sdk', Throughput>>, versions: Versions) => {
  const { ours } = measured
  const others = { [`bare ky ${versions.ky}`]: measured.ky, [`SDK ${versions.sdk}`]: measured.sdk }
  const speed = Object.entries(others).map(([against, theirs]) =>
    faster(
      {
        what: '10,000 sends, 32 concurrent',
        against,
        ours: ours.perSecond,
        theirs: theirs.perSecond,
        unit: 'per second',
      },
      { goal: 1 },
    ),
  )
  const memory = Object.entries(others).map(([against, theirs]) =>
    share(
      { what: '10,000 sends, peak memory', against, ours: ours.peak / MB, theirs: theirs.peak / MB, unit: 'MB' },
      { goal: 1 },
    ),
  )
  return [...speed, ...memory]
}

/** The cost of each unit at a size. */
export type Curve = readonly { readonly size: number; readonly each: number }[]
export type Curves = Readonly<Record<'setter' | 'field' | 'metadata', Curve>>

/** The titles of the curves. */
export const titles: Readonly<Record<keyof Curves, string>> = {
  setter: 'calls of one setter',
  field: 'calls of .field',
  metadata: 'kB of metadata',
}

/**
 * With linear growth, a unit costs the same at every size; with quadratic growth, it costs 100 times as much at 1,000 as
 * at 10. The limit is 10, since V8 stores large objects as hash tables, which cost two to three times as much per field.
 */
export const growthRows = (curves: Curves): Row[] =>
  Object.entries(curves).map(([name, curve]) => {
    const title = titles[name as keyof Curves] // the keys of curves
    const costAt = (wanted: number) => curve.find(({ size }) => size === wanted)?.each ?? Number.NaN
    const figures = { ours: costAt(1000), theirs: costAt(10), unit: 'us' } as const
    return share({ what: `1,000 ${title}, each`, against: '10 of them, each', ...figures }, { limit: 10 })
  })

/** Returns whether a row meets a limit. */
export const meets = ({ reads, checked, ours, ratio }: Row, limit: number): boolean => {
  const value = checked === 'ours' ? ours : ratio
  return reads === 'times faster' ? value >= limit : value <= limit
}

/** Returns which limit a row meets. */
export const verdict = (row: Row): 'goal' | 'yes' | 'NO' | '-' => {
  const { limit, goal } = row
  if (goal !== undefined && meets(row, goal)) return 'goal'
  if (limit === undefined) return '-'
  return meets(row, limit) ? 'yes' : 'NO'
}
