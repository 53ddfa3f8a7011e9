import { pathToFileURL } from 'node:url'
import { median } from './compare.ts'
import { here, output } from './fresh.ts'

const sdk = pathToFileURL(`${here}node_modules/@stackone/stackone-client-ts/`).href

/** What a user imports; in the root folder the library's own name leads to what was built. */
const imports = {
  nothing: '',
  ours: "import { createClient, session } from 'stackone-session'; if (!createClient || !session) throw 0",
  sdk: `import { StackOneCore } from '${sdk}core.js'
import { connectSessionsCreateConnectSession as create } from '${sdk}funcs/connectSessionsCreateConnectSession.js'
if (!StackOneCore || !create) throw 0`,
}

type Name = keyof typeof imports

/** Milliseconds: what a clock on the wall shows, and what the processors worked for it. */
interface Sample {
  readonly wall: number
  readonly processor: number
}

const toldProcessor =
  'const { user, system } = process.cpuUsage(); process.stdout.write(String((user + system) / 1000))'

const launched = async (name: Name): Promise<Sample> => {
  const began = performance.now()
  const told = await output(['--input-type=module', '--eval', `${imports[name]}\n${toldProcessor}`])
  return { wall: performance.now() - began, processor: Number(told) }
}

/**
 * What an import costs in a fresh process, above an empty start, over alternating rounds, of which the first is not
 * counted: the median by the clock, and the least of processor time. Whatever else the machine does only adds to that,
 * by up to a third and to short processes most, so the least is what can be held to a budget.
 */
export const start = async (rounds: number): Promise<Readonly<Record<'ours' | 'sdk', Sample>>> => {
  const samples: Record<Name, Sample[]> = { nothing: [], ours: [], sdk: [] }
  for (let round = 0; round <= rounds; round += 1)
    for (const name of ['nothing', 'ours', 'sdk'] as const) {
      const sample = await launched(name)
      if (round > 0) samples[name].push(sample)
    }
  const wall = (name: Name): number => median(samples[name].map((sample) => sample.wall))
  const processor = (name: Name): number => Math.min(...samples[name].map((sample) => sample.processor))
  const above = (name: Name): Sample => ({
    wall: wall(name) - wall('nothing'),
    processor: processor(name) - processor('nothing'),
  })
  const found = { ours: above('ours'), sdk: above('sdk') }
  if (!(found.ours.processor > 0 && found.sdk.processor > 0)) throw new Error('an import took no time')
  return found
}
