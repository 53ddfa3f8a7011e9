/** Work to be timed. */
export type Work = () => unknown

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}

/** Shuffles the order: in a fixed order, a contestant would always pay for the garbage of the same predecessor. */
const shuffled = <A>(values: readonly A[]): readonly A[] =>
  values
    .map((value) => ({ value, rank: Math.random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ value }) => value)

/**
 * Returns the median of each contestant's measurements. Each round measures every contestant, so that load on the
 * machine affects all of them. The first round is a warm-up and is not counted.
 */
export const compare = async <Name extends string>(
  contestants: Readonly<Record<Name, () => number | Promise<number>>>,
  rounds: number,
): Promise<Readonly<Record<Name, number>>> => {
  const names = Object.keys(contestants) as Name[] // the keys of a literal
  const measured = new Map<Name, number[]>(names.map((name) => [name, []]))
  for (let round = 0; round <= rounds; round += 1)
    for (const name of shuffled(names)) {
      const value = await contestants[name]()
      if (round > 0) measured.get(name)?.push(value)
    }
  const medians = names.map((name) => [name, median(measured.get(name) ?? [])])
  return Object.fromEntries(medians)
}

/** Returns a function that measures microseconds per call. */
export const timed = (work: Work, calls: number) => (): number => {
  const started = performance.now()
  for (let call = 0; call < calls; call += 1) sink = work()
  return ((performance.now() - started) / calls) * 1000
}

/** Like `timed`, for asynchronous work that runs sequentially. */
export const timedAsync = (work: () => Promise<unknown>, calls: number) => async (): Promise<number> => {
  const started = performance.now()
  for (let call = 0; call < calls; call += 1) sink = await work()
  return ((performance.now() - started) / calls) * 1000
}

/** Holds results, so that the compiler cannot eliminate the work. */
export let sink: unknown
