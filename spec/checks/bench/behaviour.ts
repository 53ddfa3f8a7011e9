// Compares this library, the SDK and a hand-written fetch, each with its default settings, in unusual scenarios.
// Prints the rows of a Markdown table as JSON. Run it with `npm run check -- bench behaviour`.
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

/** A response that this version of the SDK accepts, so that only the scenario deviates. */
const created = {
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
interface Input {
  readonly owner: Owner
  readonly expiresIn: number
  readonly timeout?: number
}
type Contestant = (url: string, input: Input) => Promise<{ readonly token: string }>

const metadata = { plan: 'pro' }

const library: Contestant = (baseUrl, { owner, expiresIn, timeout }) =>
  session()
    .owner(owner.id, owner.name)
    .expiresIn(expiresIn)
    .metadata(metadata)
    .send(createClient({ apiKey, baseUrl, timeout }))

const sdk: Contestant = async (serverURL, { owner, expiresIn, timeout }) => {
  const core = new StackOneCore({ serverURL, security: { username: apiKey, password: '' } })
  const request = { originOwnerId: owner.id, originOwnerName: owner.name, expiresIn, metadata }
  const result = await create(core, request, timeout === undefined ? {} : { timeoutMs: timeout })
  if (!result.ok) throw result.error
  const session = result.value.connectSessionTokenAuthLink
  if (session === undefined) throw new Error('The SDK returned no session.')
  return session
}

const handWritten: Contestant = async (url, { owner, expiresIn, timeout }) => {
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
  readonly title: string
  /** The response to each attempt; undefined for no response. */
  readonly responses: readonly (readonly [status: number, body: object] | undefined)[]
  readonly input?: Partial<Input>
  /** Formats the outcome. @default the token, or the error and its time */
  readonly format?: (outcome: Outcome) => string
}

interface Outcome {
  readonly token: string | undefined
  readonly error: unknown
  readonly bodies: readonly string[]
  readonly seconds: number
}

const maxMs = 20_000
const pending = Symbol('pending')

const formatResult = ({ token: received, error, seconds }: Outcome): string => {
  if (received === token) return 'the token'
  if (error === pending) return `still pending after ${maxMs / 1000} s`
  const name = error instanceof Error ? error.name : typeof error
  return `${name} after ${seconds.toFixed(1)} s`
}

const formatMessage = (outcome: Outcome): string => {
  const name = formatResult(outcome).replace(/ after.*/, '')
  return `${name} ${String(outcome.error).includes('No such profile') ? 'with' : 'without'} the message of the server`
}

const formatLeak = ({ error }: Outcome): string => {
  const printed = inspect(error, { depth: 12, getters: true })
  return printed.includes(apiKey) || printed.includes(encoded) ? 'shows the key' : 'no key'
}

const scenarios: readonly Scenario[] = [
  {
    title: "`metadata: { plan: 'pro' }` is sent as",
    responses: [[201, created]],
    format: ({ bodies }) => `\`${JSON.stringify(JSON.parse(bodies[0] ?? '{}').metadata)}\``,
  },
  { title: 'response with an unknown category', responses: [[201, { ...created, categories: ['payroll'] }]] },
  { title: 'response with a string `organization_id`', responses: [[201, { ...created, organization_id: '4711' }]] },
  {
    title: '400 without a `timestamp`',
    responses: [[400, { statusCode: 400, message: 'No such profile' }]],
    format: formatMessage,
  },
  {
    title: 'printing the error of a 401',
    responses: [[401, { statusCode: 401, message: 'Unauthorized', timestamp: '2026-01-01T00:00:00.000Z' }]],
    format: formatLeak,
  },
  {
    title: '503, then 201',
    responses: [
      [503, { statusCode: 503, message: 'Busy' }],
      [201, created],
    ],
  },
  {
    title: 'no response, with a timeout of 500 ms',
    responses: [undefined, undefined, undefined],
    input: { timeout: 500 },
  },
  {
    title: 'a blank owner id and `expiresIn: -5`',
    responses: [[201, created]],
    input: { owner: { id: '', name: 'Acme Inc.' }, expiresIn: -5 },
    format: ({ bodies }) => (bodies.length === 0 ? 'both rejected, nothing sent' : 'sent'),
  },
]

const respond = (response: ServerResponse, planned: Scenario['responses'][number]): void => {
  if (planned === undefined) return
  const [status, body] = planned
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

/** Runs a scenario with a contestant on a separate server. */
const play = async (contestant: Contestant, { responses, input }: Scenario): Promise<Outcome> => {
  const bodies: string[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () =>
      respond(response, responses[Math.min(bodies.push(String(Buffer.concat(chunks))), responses.length) - 1]),
    )
  })
  const url = await new Promise<string>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${Object(server.address()).port}`))
  })
  const started = performance.now()
  const seconds = (): number => (performance.now() - started) / 1000
  let timer: NodeJS.Timeout | undefined
  try {
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(pending), maxMs)
    })
    const sent = contestant(url, { owner: { id: 'acme-42', name: 'Acme Inc.' }, expiresIn: days(1), ...input })
    const session = await Promise.race([sent, timeout])
    return { token: session.token, error: undefined, bodies, seconds: seconds() }
  } catch (error) {
    return { token: undefined, error, bodies, seconds: seconds() }
  } finally {
    clearTimeout(timer)
    server.close()
    server.closeAllConnections()
  }
}

const contestants: readonly Contestant[] = [library, sdk, handWritten]
const lines = await Promise.all(
  scenarios.map(async (scenario) => {
    const outcomes = await Promise.all(contestants.map((contestant) => play(contestant, scenario)))
    return `| ${[scenario.title, ...outcomes.map(scenario.format ?? formatResult)].join(' | ')} |`
  }),
)
process.stdout.write(JSON.stringify(lines), () => process.exit()) // the SDK is still retrying
