import type { start } from './start.ts'
import type { Throughput } from './throughput.ts'

/** One line of the table: a figure of ours, one of theirs, and what is asked of their ratio, or of ours alone. */
export interface Row {
  readonly what: string
  readonly against: string
  readonly ours: number
  readonly theirs: number
  readonly unit: 'us' | 'ms' | 'bytes' | 'MB' | 'a second'
  /** How many times as fast as theirs, or how many times theirs. */
  readonly ratio: number
  readonly reads: 'times faster' | 'times theirs'
  readonly judged: 'ratio' | 'ours'
  readonly must?: number
  readonly aim?: number
  /** What must hold before a change may land, where it is not what is asked for. */
  readonly budget?: number
}

type Figures = Pick<Row, 'what' | 'against' | 'ours' | 'theirs' | 'unit'>
type Bars = Pick<Row, 'must' | 'aim' | 'budget'>

const faster = (figures: Figures, bars: Bars): Row => {
  const { ours, theirs, unit } = figures
  const ratio = unit === 'a second' ? ours / theirs : theirs / ours
  return { ...figures, ratio, reads: 'times faster', judged: 'ratio', ...bars }
}

const share = (figures: Figures, bars: Bars, judged: Row['judged'] = 'ratio'): Row => ({
  ...figures,
  ratio: figures.ours / figures.theirs,
  reads: 'times theirs',
  judged,
  ...bars,
})

type Times<Name extends string> = Readonly<Record<Name, number>>

/** What is compared with what, by the versions of this run. */
export interface Versions {
  readonly ky: string
  readonly sdk: string
}

export const chainRows = ({ ours, sdk, literal }: Times<'ours' | 'sdk' | 'literal'>, versions: Versions): Row[] => {
  const what = 'seven calls to the body'
  return [
    faster({ what, against: `SDK ${versions.sdk}`, ours, theirs: sdk, unit: 'us' }, { must: 4.5, aim: 7 }),
    share({ what, against: 'a literal, stringified', ours, theirs: literal, unit: 'us' }, { must: 2.75, aim: 1.8 }),
  ]
}

export const sendRows = (times: Times<'ours' | 'ky' | 'sdk' | 'fetch'>, versions: Versions): Row[] => {
  const { ours, ky, sdk, fetch } = times
  const what = 'send on loopback'
  return [
    share({ what, against: `bare ky ${versions.ky}`, ours, theirs: ky, unit: 'us' }, { must: 0.95, aim: 0.8 }),
    share({ what, against: `SDK ${versions.sdk}`, ours, theirs: sdk, unit: 'us' }, { must: 0.9, aim: 0.7 }),
    share({ what, against: 'bare fetch', ours, theirs: fetch, unit: 'us' }, { aim: 1.2 }),
  ]
}

export const bundleRows = ({ ky1, ky2, sdk }: Times<'ky1' | 'ky2' | 'sdk'>): Row[] => {
  const figures = { against: "the SDK's one function", theirs: sdk, unit: 'bytes' } as const
  return [
    share(
      { what: 'edge bundle with ky 1, gzip', ours: ky1, ...figures },
      { must: 18_000, aim: 14_000, budget: 19_800 },
      'ours',
    ),
    share(
      { what: 'edge bundle with ky 2, gzip', ours: ky2, ...figures },
      { must: 22_000, aim: 14_000, budget: 23_800 },
      'ours',
    ),
  ]
}

export const startRows = ({ ours, sdk }: Awaited<ReturnType<typeof start>>): Row[] => {
  const figures = { against: "the SDK's one function", unit: 'ms' } as const
  const bars = { must: 8, aim: 15 }
  return [
    faster({ what: 'import, above an empty start', ours: ours.wall, theirs: sdk.wall, ...figures }, bars),
    faster({ what: 'import, processor time', ours: ours.processor, theirs: sdk.processor, ...figures }, bars),
  ]
}

export const memoryRows = ({ sessions, objects }: Times<'sessions' | 'objects'>): Row[] => [
  share(
    {
      what: 'one of 100,000 forks in memory',
      against: 'plain objects',
      ours: sessions,
      theirs: objects,
      unit: 'bytes',
    },
    { must: 2, aim: 1.2 },
  ),
]

const MB = 1_000_000

export const throughputRows = (measured: Readonly<Record<'ours' | 'ky' | 'sdk', Throughput>>, versions: Versions) => {
  const { ours } = measured
  const others = { [`bare ky ${versions.ky}`]: measured.ky, [`SDK ${versions.sdk}`]: measured.sdk }
  const speed = Object.entries(others).map(([against, theirs]) =>
    faster(
      {
        what: '10,000 sends, 32 at a time',
        against,
        ours: ours.perSecond,
        theirs: theirs.perSecond,
        unit: 'a second',
      },
      { aim: 1 },
    ),
  )
  const memory = Object.entries(others).map(([against, theirs]) =>
    share(
      { what: 'the same, peak memory', against, ours: ours.peak / MB, theirs: theirs.peak / MB, unit: 'MB' },
      { aim: 1 },
    ),
  )
  return [...speed, ...memory]
}

/** What each unit costs at a size. */
export type Curve = readonly { readonly size: number; readonly each: number }[]
export type Curves = Readonly<Record<'setter' | 'member' | 'metadata', Curve>>

/** What growth is called where it is shown. */
export const titles: Readonly<Record<keyof Curves, string>> = {
  setter: 'calls of one setter',
  member: 'calls of .field',
  metadata: 'kB of metadata',
}

/**
 * Linear is a unit that costs the same however many there are; were the whole quadratic, it would cost a hundred times
 * as much among 1,000 as among 10. Ten is half-way: the
 * engine keeps an object of so many members as a hash table, which alone costs two to three times as much a member.
 */
export const growthRows = (curves: Curves): Row[] =>
  Object.entries(curves).map(([name, curve]) => {
    const title = titles[name as keyof Curves] // the keys of curves
    const each = (wanted: number) => curve.find(({ size }) => size === wanted)?.each ?? Number.NaN
    const figures = { ours: each(1000), theirs: each(10), unit: 'us' } as const
    return share({ what: `1,000 ${title}, each`, against: '10 of them, each', ...figures }, { must: 10 })
  })

/** Whether a row is as good as a bar asks for. */
export const clears = ({ reads, judged, ours, ratio }: Row, bar: number): boolean => {
  const value = judged === 'ours' ? ours : ratio
  return reads === 'times faster' ? value >= bar : value <= bar
}

/** Which bar a row has cleared. */
export const verdict = (row: Row): 'aim' | 'yes' | 'NO' | '-' => {
  const { must, aim } = row
  if (aim !== undefined && clears(row, aim)) return 'aim'
  if (must === undefined) return '-'
  return clears(row, must) ? 'yes' : 'NO'
}
