import { median } from './compare.ts'
import { fresh } from './fresh.ts'

/** Requests a second, and the peak of memory in bytes. */
export interface Throughput {
  readonly perSecond: number
  readonly peak: number
}

type Contestant = 'ours' | 'ky' | 'sdk'
const contestants: readonly Contestant[] = ['ours', 'ky', 'sdk']

/** 10,000 sends, 32 at a time, each contestant in processes of its own, in turn. */
export const throughput = async (url: string, rounds: number): Promise<Readonly<Record<Contestant, Throughput>>> => {
  const measured: Record<Contestant, Throughput[]> = { ours: [], ky: [], sdk: [] }
  for (let round = 0; round < rounds; round += 1)
    for (const name of contestants) measured[name].push(await fresh<Throughput>('crowd.ts', [url, name]))
  const middle = (name: Contestant): Throughput => ({
    perSecond: median(measured[name].map(({ perSecond }) => perSecond)),
    peak: median(measured[name].map(({ peak }) => peak)),
  })
  return { ours: middle('ours'), ky: middle('ky'), sdk: middle('sdk') }
}
