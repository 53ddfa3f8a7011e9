import { median } from './compare.ts'
import { fresh, withServer } from './fresh.ts'
import type { Latency } from './load.ts'
import type { Sender } from './senders.ts'

/** Requests per second, latencies in milliseconds, and peak memory in bytes. */
export interface Throughput extends Latency {
  readonly peak: number
}

/** Runs each contestant in turn, in several rounds. Returns the medians of each figure. */
const mediansOf = async <Name extends string, A extends Readonly<Record<keyof A, number>>>(
  contestants: readonly Name[],
  rounds: number,
  run: (name: Name) => Promise<A>,
): Promise<Readonly<Record<Name, A>>> => {
  const measured = new Map<Name, A[]>(contestants.map((name) => [name, []]))
  for (let round = 0; round < rounds; round += 1)
    for (const name of contestants) measured.get(name)?.push(await run(name))
  const entries = contestants.map((name) => {
    const runs = measured.get(name) ?? []
    const figures = Object.keys(runs[0] ?? {}) as (keyof A)[] // the keys of every run
    return [name, Object.fromEntries(figures.map((figure) => [figure, median(runs.map((each) => each[figure]))]))]
  })
  return Object.fromEntries(entries)
}

/** Runs crowd.ts for each contestant, in a new process each time. */
export const throughput = (url: string, rounds: number): Promise<Readonly<Record<Sender, Throughput>>> =>
  mediansOf(['ours', 'ky', 'fetch', 'sdk'], rounds, (name) => fresh<Throughput>('crowd.ts', [url, name]))

/** Runs route.ts for each contestant, with a separate sandbox. */
export const handlerLatency = (rounds: number): Promise<Readonly<Record<'ours' | 'hand', Latency>>> =>
  mediansOf(['ours', 'hand'], rounds, (name) =>
    withServer('sandbox.ts', [], (api) =>
      withServer('route.ts', [name, api], (route) => fresh<Latency>('visitors.ts', [route])),
    ),
  )
