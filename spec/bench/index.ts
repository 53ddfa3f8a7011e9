// Ratios against doing the same by hand, measured in one run. Nothing here is asserted.
import ky from 'ky'
import { createClient, session } from 'stackone-session'
import { sandbox } from 'stackone-session/testing'

type Work = () => unknown

const rounds = 15

/** Microseconds a call. */
const timed = async (work: Work, calls: number): Promise<number> => {
  const began = performance.now()
  for (let call = 0; call < calls; call += 1) await work()
  return ((performance.now() - began) / calls) * 1000
}

/** The same without awaiting, for work that is over in a microsecond or two. */
const timedSync = (work: Work, calls: number): number => {
  const began = performance.now()
  for (let call = 0; call < calls; call += 1) work()
  return ((performance.now() - began) / calls) * 1000
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN

/** Alternates the contestants, so that a busy moment of the machine hits all of them; prints medians and ratios. */
const compare = async (
  title: string,
  contestants: Readonly<Record<string, Work>>,
  time: (work: Work, calls: number) => number | Promise<number>,
  calls: number,
): Promise<void> => {
  const names = Object.keys(contestants)
  const times = new Map<string, number[]>(names.map((name) => [name, []]))
  for (const work of Object.values(contestants)) await time(work, calls) // not counted: the compiler warms up
  for (let round = 0; round < rounds; round += 1)
    for (const [name, work] of Object.entries(contestants)) times.get(name)?.push(await time(work, calls))
  const medians = names.map((name) => median(times.get(name) ?? []))
  const [ours = Number.NaN] = medians
  console.log(`\n${title}`)
  for (const [index, name] of names.entries()) {
    const value = medians[index] ?? Number.NaN
    const ratio = index === 0 ? '' : `ours takes ${(ours / value).toFixed(2)} times as long`
    console.log(`  ${name.padEnd(34)} ${value.toFixed(2).padStart(9)} us  ${ratio}`)
  }
}

const metadata = { plan: 'pro', seats: 12, region: 'eu' }

await compare(
  'A chain of seven calls to its request body',
  {
    'stackone-session': () =>
      JSON.stringify(
        session()
          .owner('acme-42', 'Acme Inc.')
          .username('it@acme.example')
          .provider('bamboohr')
          .categories('ats', 'hris')
          .expiresIn(3600)
          .metadata(metadata)
          .multiple(),
      ),
    'a literal, stringified': () =>
      JSON.stringify({
        origin_owner_id: 'acme-42',
        origin_owner_name: 'Acme Inc.',
        origin_username: 'it@acme.example',
        provider: 'bamboohr',
        categories: ['ats', 'hris'],
        expires_in: 3600,
        metadata: { ...metadata },
        multiple: true,
      }),
  },
  timedSync,
  20_000,
)

const server = await sandbox().listen()
const client = createClient({ apiKey: 'v1.sandbox.key', baseUrl: server.url })
const acme = session().owner('acme-42', 'Acme Inc.').categories('ats', 'hris')
const url = `${server.url}/connect_sessions`
const headers = { authorization: `Basic ${btoa('v1.sandbox.key:')}`, 'user-agent': 'bench' }
const body = { origin_owner_id: 'acme-42', origin_owner_name: 'Acme Inc.', categories: ['ats', 'hris'] }

await compare(
  'A send on loopback',
  {
    'stackone-session': () => acme.send(client),
    'bare ky': () => ky.post(url, { json: body, headers }).json(),
    'bare fetch': async () => {
      const json = { ...headers, 'content-type': 'application/json' }
      return (await fetch(url, { method: 'POST', headers: json, body: JSON.stringify(body) })).json()
    },
  },
  timed,
  100,
)

await server.close()
