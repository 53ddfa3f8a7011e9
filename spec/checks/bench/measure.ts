// The benchmarks by name, with their numbers of rounds.
import { bundle } from './bundle.ts'
import { fresh, versionOf, withServer } from './fresh.ts'
import {
  bundleRows,
  type Curves,
  chainRows,
  firstTokenRows,
  growthRows,
  memoryRows,
  type Row,
  sendRows,
  startRows,
  throughputRows,
  type Versions,
} from './rows.ts'
import { firstToken, start } from './start.ts'
import { throughput } from './throughput.ts'

export const versions: Versions = { ky: versionOf('ky'), sdk: versionOf('@stackone/stackone-client-ts') }

const memory = async () => ({
  sessions: await fresh<number>('memory.ts', ['sessions'], ['--expose-gc']),
  objects: await fresh<number>('memory.ts', ['objects'], ['--expose-gc']),
})

export const curves = (): Promise<Curves> => fresh<Curves>('growth.ts', ['15'])

/** The benchmarks in the order of the table. */
export const parts = {
  chain: async (): Promise<readonly Row[]> => chainRows(await fresh('chain.ts', ['101']), versions),
  send: () =>
    withServer(async (url): Promise<readonly Row[]> => sendRows(await fresh('send.ts', [url, '61']), versions)),
  bundle: async (): Promise<readonly Row[]> => bundleRows(await bundle()),
  start: async (): Promise<readonly Row[]> => startRows(await start(15)),
  firstToken: () => withServer(async (url): Promise<readonly Row[]> => firstTokenRows(await firstToken(url, 25))),
  memory: async (): Promise<readonly Row[]> => memoryRows(await memory()),
  throughput: () =>
    withServer(async (url): Promise<readonly Row[]> => throughputRows(await throughput(url, 3), versions)),
  growth: async (): Promise<readonly Row[]> => growthRows(await curves()),
} as const
