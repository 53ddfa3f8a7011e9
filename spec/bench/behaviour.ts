// What becomes of a create where something is odd: by this library, by the vendor's SDK, and by hand with fetch, each
// with its defaults. Prints a table in Markdown. Run by `npm run bench -- behaviour`.
import { createServer, type ServerResponse } from 'node:http'
import { inspect } from 'node:util'
import { createClient, days, session } from 'stackone-session'
import { installed } from './installed.ts'

const { StackOneCore } = await installed('@stackone/stackone-client-ts/core.js')
const { connectSessionsCreateConnectSession: create } = await installed(
  '@stackone/stackone-client-ts/funcs/connectSessionsCreateConnectSession.js',
)

const apiKey = 'v1.bench.key'
const token = 'tok.0123456789abcdef'
const encoded = btoa(`${apiKey}:`)

/** As the SDK of this version wants it, so that what is odd is the scenario's alone. */
const minted = {
  id: 4711,
  organization_id: 4711,
  project_id: 'project-1',
  origin_owner_id: 'acme-42',
  origin_owner_name: 'Acme Inc.',
  created_at: '2026-01-01T00:00:00.000Z',
  categories: ['ats'],
  token,
  auth_link_url: `https://app.stackone.com/connect/${token}`,
}

type Owner = { readonly id: string; readonly name: string }
interface Asked {
  readonly owner: Owner
  readonly expiresIn: number
  readonly timeout?: number
}
type Way = (url: string, asked: Asked) => Promise<{ readonly token: string }>

const metadata = { plan: 'pro' }

const ours: Way = (baseUrl, { owner, expiresIn, timeout }) =>
  session()
    .owner(owner.id, owner.name)
    .expiresIn(expiresIn)
    .metadata(metadata)
    .send(createClient({ apiKey, baseUrl, timeout }))

const sdk: Way = async (serverURL, { owner, expiresIn, timeout }) => {
  const core = new StackOneCore({ serverURL, security: { username: apiKey, password: '' } })
  const request = { originOwnerId: owner.id, originOwnerName: owner.name, expiresIn, metadata }
  const result = await create(core, request, timeout === undefined ? {} : { timeoutMs: timeout })
  if (!result.ok) throw result.error
  const reply = result.value.connectSessionTokenAuthLink
  if (reply === undefined) throw new Error('no reply')
  return reply
}

const byHand: Way = async (url, { owner, expiresIn, timeout }) => {
  const response = await fetch(`${url}/connect_sessions`, {
    method: 'POST',
    headers: { authorization: `Basic ${encoded}`, 'content-type': 'application/json', 'user-agent': 'bench' },
    body: JSON.stringify({
      origin_owner_id: owner.id,
      origin_owner_name: owner.name,
      expires_in: expiresIn,
      metadata,
    }),
    signal: timeout === undefined ? null : AbortSignal.timeout(timeout),
  })
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
  return response.json()
}

interface Scenario {
  readonly what: string
  /** The answer to each attempt; none is silence. */
  readonly answers: readonly (readonly [status: number, body: object] | undefined)[]
  readonly asked?: Partial<Asked>
  /** What is told of the outcome, beside a token or an error. */
  readonly told?: (outcome: Outcome) => string
}

interface Outcome {
  readonly token: string | undefined
  readonly error: unknown
  readonly bodies: readonly string[]
  readonly seconds: number
}

const longest = 20_000
const late = Symbol('late')

const ending = ({ token: got, error, seconds }: Outcome): string => {
  if (got === token) return 'the token'
  if (error === late) return `nothing yet after ${longest / 1000} s`
  const name = error instanceof Error ? error.name : typeof error
  return `${name} after ${seconds.toFixed(1)} s`
}

const withMessage = (outcome: Outcome): string => {
  const name = ending(outcome).replace(/ after.*/, '')
  return `${name} ${String(outcome.error).includes('No such profile') ? 'with' : 'without'} the server's sentence`
}

const leaks = ({ error }: Outcome): string => {
  const printed = inspect(error, { depth: 12, getters: true })
  return printed.includes(apiKey) || printed.includes(encoded) ? 'the key is in it' : 'no key'
}

const scenarios: readonly Scenario[] = [
  {
    what: "`metadata: { plan: 'pro' }` arrives as",
    answers: [[201, minted]],
    told: ({ bodies }) => `\`${JSON.stringify(JSON.parse(bodies[0] ?? '{}').metadata)}\``,
  },
  { what: 'a reply with a category that came later', answers: [[201, { ...minted, categories: ['payroll'] }]] },
  { what: 'a reply with a string for `organization_id`', answers: [[201, { ...minted, organization_id: '4711' }]] },
  {
    what: 'a 400 without a `timestamp`',
    answers: [[400, { statusCode: 400, message: 'No such profile' }]],
    told: withMessage,
  },
  {
    what: 'a 401, printed',
    answers: [[401, { statusCode: 401, message: 'Unauthorized', timestamp: '2026-01-01T00:00:00.000Z' }]],
    told: leaks,
  },
  {
    what: 'a 503, then a 201',
    answers: [
      [503, { statusCode: 503, message: 'Busy' }],
      [201, minted],
    ],
  },
  {
    what: 'silence, with a timeout of 500 ms',
    answers: [undefined, undefined, undefined],
    asked: { timeout: 500 },
  },
  {
    what: 'a blank owner id, and `expiresIn: -5`',
    answers: [[201, minted]],
    asked: { owner: { id: '', name: 'Acme Inc.' }, expiresIn: -5 },
    told: ({ bodies }) => (bodies.length === 0 ? 'both refused, nothing sent' : 'sent as they are'),
  },
]

const answer = (response: ServerResponse, given: Scenario['answers'][number]): void => {
  if (given === undefined) return
  const [status, body] = given
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

/** One way through one scenario, on a server of its own. */
const outcome = async (way: Way, { answers, asked }: Scenario): Promise<Outcome> => {
  const bodies: string[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () =>
      answer(response, answers[Math.min(bodies.push(String(Buffer.concat(chunks))), answers.length) - 1]),
    )
  })
  const url = await new Promise<string>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${Object(server.address()).port}`))
  })
  const began = performance.now()
  const seconds = (): number => (performance.now() - began) / 1000
  let timer: NodeJS.Timeout | undefined
  try {
    const waited = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(late), longest)
    })
    const sent = way(url, { owner: { id: 'acme-42', name: 'Acme Inc.' }, expiresIn: days(1), ...asked })
    const reply = await Promise.race([sent, waited])
    return { token: reply.token, error: undefined, bodies, seconds: seconds() }
  } catch (error) {
    return { token: undefined, error, bodies, seconds: seconds() }
  } finally {
    clearTimeout(timer)
    server.close()
    server.closeAllConnections()
  }
}

const ways: readonly Way[] = [ours, sdk, byHand]
const lines = await Promise.all(
  scenarios.map(async (scenario) => {
    const ends = await Promise.all(ways.map((way) => outcome(way, scenario)))
    return `| ${[scenario.what, ...ends.map(scenario.told ?? ending)].join(' | ')} |`
  }),
)
process.stdout.write(JSON.stringify(lines), () => process.exit()) // the SDK goes on by itself
