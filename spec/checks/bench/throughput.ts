import { median } from './compare.ts'
import { fresh } from './fresh.ts'

/** Requests per second, and peak memory in bytes. */
export interface Throughput {
  readonly perSecond: number
  readonly peak: number
}

type Contestant = 'ours' | 'ky' | 'sdk'
const contestants: readonly Contestant[] = ['ours', 'ky', 'sdk']

/** Runs crowd.ts for each contestant in turn, in a new process each time. Returns the medians. */
export const throughput = async (url: string, rounds: number): Promise<Readonly<Record<Contestant, Throughput>>> => {
  const measured: Record<Contestant, Throughput[]> = { ours: [], ky: [], sdk: [] }
  for (let round = 0; round < rounds; round += 1)
    for (const name of contestants) measured[name].push(await fresh<Throughput>('crowd.ts', [url, name]))
  const medianOf = (name: Contestant): Throughput => ({
    perSecond: median(measured[name].map(({ perSecond }) => perSecond)),
    peak: median(measured[name].map(({ peak }) => peak)),
  })
  return { ours: medianOf('ours'), ky: medianOf('ky'), sdk: medianOf('sdk') }
}
