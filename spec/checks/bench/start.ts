import { pathToFileURL } from 'node:url'
import { median } from './compare.ts'
import { here, output } from './fresh.ts'
import { apiKey } from './payload.ts'

const sdk = pathToFileURL(`${here}../node_modules/@stackone/stackone-client-ts/`).href

// In the root folder, the names of the library and of ky resolve to the build and to the package.
const imports = {
  ours: "import { createClient, session } from 'stackone-session'",
  ky: "import ky from 'ky'",
  sdk: `import { StackOneCore } from '${sdk}core.js'
import { connectSessionsCreateConnectSession as create } from '${sdk}funcs/connectSessionsCreateConnectSession.js'`,
}

/** Programs that import what they need to create a session. */
const importing = {
  ours: `${imports.ours}\nif (!createClient || !session) throw 0`,
  sdk: `${imports.sdk}\nif (!StackOneCore || !create) throw 0`,
}

/** Programs that create a session, for the server at a URL. */
const creating = (url: string) => {
  const body = "{ origin_owner_id: 'acme-42', origin_owner_name: 'Acme Inc.' }"
  const authorization = `'Basic ' + btoa('${apiKey}:')`
  const check = 'if (!token) throw 0'
  return {
    ours: `${imports.ours}
const client = createClient({ apiKey: '${apiKey}', baseUrl: '${url}' })
const { token } = await session().owner('acme-42', 'Acme Inc.').send(client)
${check}`,
    fetch: `const response = await fetch('${url}/connect_sessions', {
  method: 'POST',
  headers: { authorization: ${authorization}, 'content-type': 'application/json' },
  body: JSON.stringify(${body}),
})
const { token } = await response.json()
${check}`,
    ky: `${imports.ky}
const headers = { authorization: ${authorization} }
const { token } = await ky.post('${url}/connect_sessions', { headers, json: ${body} }).json()
${check}`,
    sdk: `${imports.sdk}
const core = new StackOneCore({ serverURL: '${url}/sdk', security: { username: '${apiKey}', password: '' } })
const { value } = await create(core, { originOwnerId: 'acme-42', originOwnerName: 'Acme Inc.' })
const { token } = value.connectSessionTokenAuthLink
${check}`,
  }
}

/** Wall-clock time and processor time in milliseconds. */
export interface Sample {
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
export const importTimes = (rounds: number) => timesAboveEmpty(importing, rounds)

/** Measures a new process that creates one session. */
export const coldStartTimes = (url: string, rounds: number) => timesAboveEmpty(creating(url), rounds)
