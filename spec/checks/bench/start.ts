import { pathToFileURL } from 'node:url'
import { median } from './compare.ts'
import { here, output } from './fresh.ts'

const sdk = pathToFileURL(`${here}../node_modules/@stackone/stackone-client-ts/`).href

// In the root folder, the name of the library resolves to the build.
const imports = {
  ours: "import { createClient, session } from 'stackone-session'; if (!createClient || !session) throw 0",
  sdk: `import { StackOneCore } from '${sdk}core.js'
import { connectSessionsCreateConnectSession as create } from '${sdk}funcs/connectSessionsCreateConnectSession.js'
if (!StackOneCore || !create) throw 0`,
}

const firstTokens = (url: string) => ({
  ours: `import { createClient, session } from 'stackone-session'
const client = createClient({ apiKey: 'v1.key', baseUrl: '${url}' })
const { token } = await session().owner('acme-42', 'Acme Inc.').send(client)
if (!token) throw 0`,
  fetch: `const response = await fetch('${url}/connect_sessions', {
  method: 'POST',
  headers: { authorization: \`Basic \${btoa('v1.key:')}\`, 'content-type': 'application/json' },
  body: JSON.stringify({ origin_owner_id: 'acme-42', origin_owner_name: 'Acme Inc.' }),
})
if (!response.ok) throw 0
const { token } = await response.json()
if (!token) throw 0`,
})

/** Wall-clock time and processor time in milliseconds. */
interface Sample {
  readonly wall: number
  readonly processor: number
}

const exitWithProcessorTime = `const { user, system } = process.cpuUsage()
process.stdout.write(String((user + system) / 1000), () => process.exit())`

const launch = async (program: string): Promise<Sample> => {
  const started = performance.now()
  const printed = await output(['--input-type=module', '--eval', `${program}\n${exitWithProcessorTime}`])
  return { wall: performance.now() - started, processor: Number(printed) }
}

/**
 * Runs programs in turn, each in a new process, and returns their times minus those of an empty program. The first round
 * is a warm-up. Returns the median wall-clock time and the minimum processor time. Load on the machine only adds to
 * processor time, by up to a third, so the minimum is stable enough for a budget.
 */
const timesAboveEmpty = async <Name extends string>(
  programs: Readonly<Record<Name, string>>,
  rounds: number,
): Promise<Readonly<Record<Name, Sample>>> => {
  const names = Object.keys(programs) as Name[] // the keys of a literal
  const samples = new Map<Name | 'empty', Sample[]>()
  for (let round = 0; round <= rounds; round += 1)
    for (const name of ['empty', ...names] as const) {
      const sample = await launch(name === 'empty' ? '' : programs[name])
      if (round > 0) samples.set(name, [...(samples.get(name) ?? []), sample])
    }
  const timesOf = (name: Name | 'empty'): Sample => ({
    wall: median((samples.get(name) ?? []).map(({ wall }) => wall)),
    processor: Math.min(...(samples.get(name) ?? []).map(({ processor }) => processor)),
  })
  const empty = timesOf('empty')
  const above = ({ wall, processor }: Sample): Sample => {
    if (processor <= empty.processor) throw new Error('A program took no processor time.')
    return { wall: wall - empty.wall, processor: processor - empty.processor }
  }
  return Object.fromEntries(names.map((name) => [name, above(timesOf(name))])) as Record<Name, Sample>
}

/** Measures an import in a new process. */
export const start = (rounds: number): Promise<Readonly<Record<'ours' | 'sdk', Sample>>> =>
  timesAboveEmpty(imports, rounds)

/** Measures a new process until it has a token. */
export const firstToken = (url: string, rounds: number): Promise<Readonly<Record<'ours' | 'fetch', Sample>>> =>
  timesAboveEmpty(firstTokens(url), rounds)
