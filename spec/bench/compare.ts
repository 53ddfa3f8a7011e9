/** What is timed. */
export type Work = () => unknown

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}

/** In any order: whoever always came after the same one would always clear away what that has left. */
const shuffled = <A>(values: readonly A[]): readonly A[] =>
  values
    .map((value) => ({ value, rank: Math.random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ value }) => value)

/**
 * The median of what each contestant measures, over rounds in which all have their turn: a busy moment of the machine
 * then hits all of them. The first round is not counted: the compiler warms up.
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

/** Microseconds a call. */
export const timed = (work: Work, calls: number) => (): number => {
  const began = performance.now()
  for (let call = 0; call < calls; call += 1) kept = work()
  return ((performance.now() - began) / calls) * 1000
}

/** The same for what has to be awaited, one after the other. */
export const timedAsync = (work: () => Promise<unknown>, calls: number) => async (): Promise<number> => {
  const began = performance.now()
  for (let call = 0; call < calls; call += 1) kept = await work()
  return ((performance.now() - began) / calls) * 1000
}

/** Results are kept, or the compiler could leave the work out. */
export let kept: unknown
