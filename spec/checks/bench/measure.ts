// The benchmarks by name, with their numbers of rounds.
import { bundle } from './bundle.ts'
import { fresh, withApi } from './fresh.ts'
import {
  allocationRows,
  bundleRows,
  type Curves,
  chainRows,
  coldStartRows,
  growthRows,
  handlerRows,
  importRows,
  memoryRows,
  type Row,
  sendRows,
  throughputRows,
  webhookRows,
} from './rows.ts'
import type { Sender } from './senders.ts'
import { coldStartTimes, importTimes } from './start.ts'
import { handlerLatency, throughput } from './throughput.ts'

/** Flags with which nothing is collected unless the benchmark asks for it. */
const withoutCollections = ['--expose-gc', '--min-semi-space-size=128', '--max-semi-space-size=128']

const allocation = (url: string) => (name: Sender) => fresh<number>('allocation.ts', [url, name], withoutCollections)

const memory = (kind: 'sessions' | 'objects') => fresh<number>('memory.ts', [kind], ['--expose-gc'])

export const curves = async (): Promise<Curves> => ({
  ...(await fresh<Omit<Curves, 'concurrency'>>('growth.ts', ['15'])),
  concurrency: await withApi((url) => fresh('concurrency.ts', [url])),
})

/** The benchmarks in the order of the table. */
export const parts = {
  coldStart: () => withApi(async (url) => coldStartRows(await coldStartTimes(url, 25))),
  import: async () => importRows(await importTimes(25)),
  chain: async () => chainRows(await fresh('chain.ts', ['101'])),
  send: () => withApi(async (url) => sendRows(await fresh('send.ts', [url, '61']))),
  throughput: () => withApi(async (url) => throughputRows(await throughput(url, 5))),
  allocation: () =>
    withApi(async (url) => {
      const allocationOf = allocation(url)
      return allocationRows({
        ours: await allocationOf('ours'),
        ky: await allocationOf('ky'),
        fetch: await allocationOf('fetch'),
      })
    }),
  bundle: async () => bundleRows(await bundle()),
  handler: async () => handlerRows(await handlerLatency(5)),
  webhook: async () => webhookRows(await fresh('webhook.ts', ['61'])),
  memory: async () => memoryRows({ ours: await memory('sessions'), hand: await memory('objects') }),
  growth: async () => growthRows(await curves()),
} as const satisfies Readonly<Record<string, () => Promise<readonly Row[]>>>
