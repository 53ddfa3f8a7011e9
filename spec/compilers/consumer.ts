// A user's module that takes all that the package gives. Every compiler that is supported accepts it, under all flags.
import type { Either } from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import {
  AbortError,
  ApiError,
  type CallOptions,
  type Category,
  type CategoryAlias,
  type Client,
  type ClientEvent,
  type ClientOptions,
  type ClientTasks,
  type Codec,
  ConfigurationError,
  type Connection,
  type ConnectionAttempt,
  type ConnectionAttemptWire,
  ConnectSession,
  ConnectSessionCreate,
  type ConnectSessionCreateWire,
  ConnectSessionToken,
  type ConnectSessionTokenWire,
  type ConnectSessionWire,
  createClient,
  days,
  type Effort,
  type Fetch,
  fromJSON,
  type HeaderValues,
  hours,
  type Issue,
  isExpired,
  isSessionError,
  type Json,
  type JsonObject,
  minutes,
  NetworkError,
  ReplyError,
  type Session,
  type SessionClient,
  type SessionError,
  type SessionWithoutOwner,
  type StandardSchema,
  session,
  TimeoutError,
  ValidationError,
  type WaitOptions,
} from 'stackone-session'
import {
  type Allow,
  type Choices,
  connectSessionHandler,
  type HandlerError,
  type HandlerErrorCode,
  type HandlerOptions,
  type HandlerToken,
  type Owner,
} from 'stackone-session/handler'
import {
  type AttemptStatus,
  type ConnectEnd,
  type Connected,
  type Drift,
  drifts,
  type Fault,
  type LocalServer,
  type Sandbox,
  type SandboxOptions,
  type SandboxRequest,
  sandbox,
  type When,
} from 'stackone-session/testing'

/** Holds at compile time alone, where both types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const holds = <Claim extends true>(...claim: readonly Claim[]): readonly Claim[] => claim

// The client and its options
export const headers: HeaderValues = { 'x-team': 'hub', 'x-none': undefined }
export const carry: Fetch = (url, init) => fetch(url, init)
export const told = (event: ClientEvent): string => {
  const { type, endpoint, attempt, elapsedMs, status = 0, requestId = '' } = event
  const more = event.type === 'retry' ? event.waitMs : event.type === 'drift' ? event.issues.length : 0
  return [type, endpoint, attempt, elapsedMs, status, requestId, more].join(' ')
}
const key: string | undefined = ['v1.eu1.key'].find(Boolean)
export const options: ClientOptions = {
  apiKey: key,
  baseUrl: undefined,
  timeout: 5_000,
  deadline: 20_000,
  retries: 1,
  headers,
  userAgent: 'hub/1',
  fetch: carry,
  onEvent: told,
  strict: false,
  dangerouslyAllowBrowser: false,
}
export const client: Client = createClient(options)
export const later = createClient({ apiKey: async () => 'v1.eu1.key', onEvent: ({ type }) => type })
export const sender: SessionClient = { create: client.create }

// The builder: the chain, a base and its forks, helpers, conditions
const aliases: readonly CategoryAlias[] = ['hrisLegacy', 'stackOne']
const first: Category = 'ats'
export const metadata: JsonObject = { plan: 'pro', seats: 12, tags: ['a', null, { deep: [true] }] }
export const value: Json = [1, 'two', false, null, { three: 3 }]
export const base = session()
  .categories(first, ...aliases)
  .metadata(metadata)
export const labelled = <S extends SessionWithoutOwner>(given: S, text: string): S =>
  given.when(text !== '', (s) => s.label(text))
export const acme: Session = labelled(base, 'trial')
  .owner('acme-42', 'Acme Inc.')
  .username('it@acme.example')
  .provider('bamboohr')
  .account('45072196112816593343')
  .expiresIn(minutes(30) + hours(1) + days(7))
  .multiple()
  .multiple(false)
  .label('Recruiting')
  .type('test')
  .connectorProfile('profile-7')
  .field('theme', value)
  .when(true, (owned) => owned.owner('acme-43', 'Acme Inc.').type('production'))
export const decoded: Either<ValidationError, ConnectSessionCreate> = acme.decode()
export const body: ConnectSessionCreateWire = acme.toJSON()
export const back: Either<ValidationError, Session> = fromJSON(JSON.parse(JSON.stringify(acme)))
export const same: boolean = acme.equals(base)

// Sending, as a promise and as a task
const { signal } = new AbortController()
const callOptions: CallOptions = { signal, timeout: 1_000, deadline: undefined, retries: 0, headers }
const waitOptions: WaitOptions = { signal, interval: 1_000, deadline: 60_000 }
export const sent: Promise<ConnectSessionToken> = acme.send(client, callOptions)
export const task: TaskEither<SessionError, ConnectSessionToken> = acme.task(sender, callOptions)
const tasks: ClientTasks = client.task
export const lazily = [
  tasks.create({ originOwnerId: 'acme-42', originOwnerName: 'Acme Inc.' }),
  tasks.authenticate('token', callOptions),
  tasks.get('4711'),
  tasks.waitForConnection(4711, waitOptions),
]

// The reply
export const opened = async (): Promise<string> => {
  const { token, authLinkUrl, expiresAt, id = '', extra, drift } = await acme.send(client)
  const again: ConnectSession = await client.authenticate(token)
  const attempt: ConnectionAttempt | undefined = (await client.get(id)).latestConnectionAttempt
  const stored: ConnectionAttemptWire = { id: attempt?.id ?? 0, created_at: attempt?.createdAt ?? '' }
  const connection: Connection = await client.waitForConnection(id, waitOptions)
  const issues: readonly Issue[] = drift
  const account: string | undefined = connection.accountId ?? attempt?.accountSecureId
  const facts = [
    authLinkUrl,
    expiresAt.toISOString(),
    isExpired({ expiresAt }),
    extra?.['theme'],
    again.provider,
    stored.created_at,
    account,
  ]
  return [...facts, ...issues.map(({ path, message, hint }) => `${path} ${message} ${hint ?? ''}`)].join('\n')
}

// The errors: each class, and all of them by name
export const advice = (error: unknown): string => {
  if (!isSessionError(error)) throw error
  const { attempts = 0, elapsedMs = 0 }: Effort = error
  switch (error.name) {
    case 'ValidationError':
      return error.issues.map(({ path }) => path).join()
    case 'ConfigurationError':
      return error.message
    case 'ApiError':
      return `${error.status} ${error.requestId} ${error.retryAfter ?? 0} ${JSON.stringify(error.body)}`
    case 'NetworkError':
      return error.code ?? ''
    case 'TimeoutError':
      return `${attempts} in ${elapsedMs}`
    case 'AbortError':
      return String(error.reason)
    case 'ReplyError':
      return `${error.status ?? 0} ${error.issues.length}`
    default:
      return error satisfies never
  }
}
export const classes = [
  ...[AbortError, ApiError, ConfigurationError, NetworkError, ReplyError, TimeoutError, ValidationError],
]

// The handler, and what a page makes of it
const owner: Owner = { id: 'acme-42', name: 'Acme Inc.', username: undefined }
const allow: Allow = {
  categories: ['ats'],
  providers: true,
  ownsAccount: async (accountId, request, { id }) => `${id}/${accountId}` === request.url,
}
export const handlerOptions: HandlerOptions = {
  client: sender,
  owner: async (request) => (request.headers.has('cookie') ? owner : null),
  allow,
  configure: (given) => given.expiresIn(minutes(10)).when(true, (same) => same.label('settings')),
  origins: ['https://admin.acme.example'],
  maxBytes: undefined,
  onError: (error, request) => `${String(error)} ${request.url}`,
}
export const POST: (request: Request) => Promise<Response> = connectSessionHandler(handlerOptions)
export const choices: Choices = { categories: ['ats'], provider: 'bamboohr', multiple: true, accountId: '451' }
export const heard = (answer: HandlerToken | HandlerError): string => {
  if ('token' in answer) return `${answer.token} ${answer.expiresAt}`
  const { code, message, issues = [] } = answer.error
  const retried: readonly HandlerErrorCode[] = ['rate-limited', 'timeout']
  return `${retried.includes(code)} ${message} ${issues.map(({ path }) => path).join()}`
}

// The codecs, which are Standard Schemas too
export const codec: Codec<ConnectSessionCreate, ConnectSessionCreateWire> = ConnectSessionCreate
export const validate = <Input, Output>(schema: StandardSchema<Input, Output>, given: unknown): Output | undefined => {
  const result = schema['~standard'].validate(given)
  return result.issues === undefined ? result.value : undefined
}
export const read = (given: unknown): ConnectSessionToken | undefined => validate(ConnectSessionToken, given)
export const wires = (
  a: ConnectSession,
  b: ConnectSessionToken,
): readonly [ConnectSessionWire, ConnectSessionTokenWire] => [ConnectSession.encode(a), ConnectSessionToken.encode(b)]

// The sandbox
const settings: SandboxOptions = { apiKey: 'any', now: () => new Date(), seed: 7 }
export const api: Sandbox = sandbox(settings)
export const served = async (): Promise<readonly SandboxRequest[]> => {
  const server: LocalServer = await api.listen()
  await acme.send(createClient({ apiKey: 'any', baseUrl: server.url }))
  await server.close()
  api.reset()
  return api.requests
}

const odd: Drift = 'an unknown category'
export const faults: readonly Fault[] = [
  ...([503, 'silence', 'reset', 'cut', 'html', { slow: 100 }, { html: 200 }, { drift: odd }] as const),
  { status: 429, retryAfter: 60, message: 'Not now' },
  { status: 400, retryAfter: 'Thu, 01 Jan 2026 00:00:00 GMT', body: { statusCode: 400, message: ['a', 'b'] } },
  ...drifts.map((drift) => ({ drift })),
]
export const whens: readonly When[] = [{}, { times: 2 }, { rate: 0.1 }]
export const failing = (): void => {
  for (const fault of faults) for (const when of whens) api.fail(fault, when)
  api.fail('reset')
}
const status: AttemptStatus = 'error'
const end: ConnectEnd = { status, provider: 'bamboohr', oauthErrorCode: 'access_denied', oauthErrorDescription: 'No' }
export const played = async (): Promise<string | undefined> => {
  await using own = sandbox()
  await using server = await own.listen()
  const { id } = await acme.send(createClient({ apiKey: 'any', baseUrl: server.url }))
  const { status, accountId }: Connected = own.connect(id)
  own.connect(4711, status)
  return own.connect('4711', end).accountId ?? accountId
}

// What is inferred is what is written above: no `any` comes through.
export const claims = [
  holds<Same<typeof base, SessionWithoutOwner>>(),
  holds<Same<ReturnType<typeof base.owner>, Session>>(),
  holds<Same<Parameters<Session['type']>[0], 'production' | 'test'>>(),
  holds<Same<Awaited<typeof sent>['token'], string>>(),
  holds<Same<Awaited<typeof sent>['expiresAt'], Date>>(),
  holds<Same<ConnectSession['provider'], string | undefined>>(),
  holds<Same<ConnectSessionCreate['expiresIn'], number | undefined>>(),
  holds<Same<ConnectSessionCreateWire['origin_owner_id'], string>>(),
  holds<Same<ConnectSessionCreateWire['connector_profile_id'], string | undefined>>(),
  holds<Same<Connection['status'], 'authenticated' | 'error' | 'cancelled' | 'expired'>>(),
]
