// A module that uses every public name of the package. It must compile with every supported compiler and strict flag.
import {
  AbortError,
  type AccountType,
  ApiError,
  type BaseCodec,
  type CallOptions,
  type Category,
  type CategoryAlias,
  type Client,
  type ClientEvent,
  type ClientOptions,
  type ClientTasks,
  type Codec,
  type CodecContextEntry,
  type CodecError,
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
  type Either,
  type Fetch,
  fromJSON,
  type HeaderValues,
  hours,
  InvalidResponseError,
  type Issue,
  isExpired,
  isSessionError,
  type Json,
  type JsonObject,
  minutes,
  NetworkError,
  type Session,
  type SessionClient,
  type SessionError,
  type SessionWithoutOwner,
  type StandardSchema,
  session,
  type TaskEither,
  TimeoutError,
  type Validation,
  ValidationError,
  type WaitOptions,
} from 'stackone-session'
import {
  type Allow,
  connectSessionHandler,
  type HandlerError,
  type HandlerErrorCode,
  type HandlerOptions,
  type HandlerRequest,
  type HandlerResponse,
  type Owner,
} from 'stackone-session/handler'
import {
  createTokenFetcher,
  type FetchedToken,
  type TokenFetcher,
  type TokenFetcherOptions,
  TokenRequestError,
  type TokenRequestErrorCode,
} from 'stackone-session/page'
import {
  type AttemptStatus,
  type ConnectOutcome,
  type ConnectResult,
  type DriftKind,
  driftKinds,
  type Fault,
  type FaultOptions,
  type LocalServer,
  type Sandbox,
  type SandboxOptions,
  type SandboxRequest,
  type SandboxWebhook,
  sandbox,
  signWebhook,
} from 'stackone-session/testing'
import {
  type AccountEvent,
  type AccountEventName,
  type OtherEvent,
  verifyWebhook,
  WebhookError,
  type WebhookErrorReason,
  type WebhookEvent,
  type WebhookEventFields,
  type WebhookHandlerOptions,
  type WebhookSecret,
  webhookHandler,
} from 'stackone-session/webhook'

/** True if both types are identical. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const assertTrue = <Claim extends true>(...claim: readonly Claim[]): readonly Claim[] => claim

// The client and its options
export const headers: HeaderValues = { 'x-team': 'hub', 'x-none': undefined }
export const customFetch: Fetch = (url, init) => fetch(url, init)
export const describeEvent = (event: ClientEvent): string => {
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
  fetch: customFetch,
  onEvent: describeEvent,
  strict: false,
  dangerouslyAllowBrowser: false,
}
export const client: Client = createClient(options)
export const withKeyFunction = createClient({ apiKey: async () => 'v1.eu1.key', onEvent: ({ type }) => type })
export const sender: SessionClient = { create: client.create }

// The builder: chains, derived sessions, helpers, conditions
const aliases: readonly CategoryAlias[] = ['hrisLegacy', 'stackOne']
const first: Category = 'ats'
const list: readonly Category[] = [first, 'hris']
const label: string | undefined = ['Recruiting'].find(Boolean)
const accountType: AccountType = 'test'
export const metadata: JsonObject = { plan: 'pro', seats: 12, tags: ['a', null, { deep: [true] }] }
export const value: Json = [1, 'two', false, null, { three: 3 }]
export const base = session()
  .categories(first, ...aliases)
  .metadata(metadata)
export const labelled = <S extends SessionWithoutOwner>(given: S, text: string): S =>
  given.when(text, (session, label) => session.label(label))
export const acme: Session = labelled(base, 'trial')
  .owner('acme-42', 'Acme Inc.')
  .username('it@acme.example')
  .provider('bamboohr')
  .categories(list)
  .account('45072196112816593343')
  .expiresIn(minutes(30) + hours(1) + days(7))
  .multiple()
  .multiple(false)
  .label('Recruiting')
  .type(accountType)
  .when(label, (session, text) => session.label(text))
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

// The response
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

// The errors: by name, and as classes
export const advice = (error: unknown): string => {
  if (!isSessionError(error)) throw error
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
      return `${error.attempts} in ${error.elapsedMs}`
    case 'AbortError':
      return String(error.reason)
    case 'InvalidResponseError':
      return `${error.status ?? 0} ${error.issues.length}`
    default:
      return error satisfies never
  }
}
export const classes = [
  ...[AbortError, ApiError, ConfigurationError, NetworkError, InvalidResponseError, TimeoutError, ValidationError],
]

// The handler, and its responses in a page
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
  configure: (request) => request.expiresIn(minutes(10)).when(true, (owned) => owned.label('settings')),
  origins: ['https://admin.acme.example'],
  maxBytes: undefined,
  onError: (error, request) => `${String(error)} ${request.url}`,
}
export const POST: (request: Request) => Promise<Response> = connectSessionHandler(handlerOptions)
export const choices: HandlerRequest = { categories: ['ats'], provider: 'bamboohr', multiple: true, accountId: '451' }
export const describeResponse = (response: HandlerResponse | HandlerError): string => {
  if ('token' in response) return `${response.token} ${response.expiresAt}`
  const { code, message, issues = [] } = response.error
  const transient: readonly HandlerErrorCode[] = ['rate-limited', 'timeout']
  return `${transient.includes(code)} ${message} ${issues.map(({ path }) => path).join()}`
}

// The page
const fetcherOptions: TokenFetcherOptions = { headers: { 'x-csrf': 'token' }, fetch: undefined }
export const fetchToken: TokenFetcher = createTokenFetcher('/connect', fetcherOptions)
export const openHub = async (): Promise<string> => {
  try {
    const { token, expiresAt }: FetchedToken = await fetchToken(choices, { signal })
    return `${token} ${expiresAt.getTime()}`
  } catch (error) {
    if (!(error instanceof TokenRequestError)) throw error
    const code: TokenRequestErrorCode = error.code
    return `${code} ${error.status ?? 0} ${error.retryAfter ?? 0} ${error.issues.length}`
  }
}

// The webhook
const webhookSecret: WebhookSecret = [key, undefined]
const nameOf = ({ originOwnerName = '', eventDate, drift }: WebhookEventFields): string =>
  `${originOwnerName} ${eventDate?.getTime()} ${drift.length}`
export const describeWebhook = (event: WebhookEvent): string => {
  if (event.event === 'account.created') return event.accountId.trim()
  switch (event.event) {
    case 'account.updated':
    case 'account.deleted': {
      const account: AccountEvent = event
      const name: AccountEventName = account.event
      return `${name} ${account.accountId.trim()}`
    }
    case 'account.error':
      return event.accountId ?? ''
    default: {
      const other: OtherEvent = event
      const name: string = other.event
      return name === 'account.suspended' ? nameOf(other) : name
    }
  }
}
export const webhookOptions: WebhookHandlerOptions = {
  secret: webhookSecret,
  onEvent: describeWebhook,
  timeout: undefined,
}
export const receive: (request: Request) => Promise<Response> = webhookHandler(webhookOptions)
export const reasonOf = async (
  body: string | Uint8Array,
  header?: string | null,
): Promise<WebhookErrorReason | string> =>
  verifyWebhook(body, header, webhookSecret).then(describeWebhook, (error: unknown) =>
    error instanceof WebhookError ? error.reason : 'configuration',
  )

// The codecs, which are also Standard Schemas
export const codec: Codec<ConnectSessionCreate, ConnectSessionCreateWire> = ConnectSessionCreate
export const validate = <Input, Output>(schema: StandardSchema<Input, Output>, given: unknown): Output | undefined => {
  const result = schema['~standard'].validate(given)
  return result.issues === undefined ? result.value : undefined
}
const pathOf = (context: readonly CodecContextEntry[]): string => context.map(({ key }) => key).join('.')
const linesOf = (errors: readonly CodecError[]): readonly string[] =>
  errors.map(({ context, message = '', hint = '' }) => `${pathOf(context)} ${message} ${hint}`)
export const listed = <A>(decoder: BaseCodec<A, unknown>, given: unknown): readonly string[] => {
  const result: Validation<A> = decoder.decode(given)
  return result._tag === 'Left' ? linesOf(result.left) : []
}
export const inferred = ConnectSessionToken.decode({ token: key })
export const read = (given: unknown): ConnectSessionToken | undefined => validate(ConnectSessionToken, given)
export const wires = (
  a: ConnectSession,
  b: ConnectSessionToken,
): readonly [ConnectSessionWire, ConnectSessionTokenWire] => [ConnectSession.encode(a), ConnectSessionToken.encode(b)]

// The sandbox
export const webhook: SandboxWebhook = { secret: 'whsec', deliver: receive }
export const signature: Promise<string> = signWebhook('{}', webhook.secret)
const settings: SandboxOptions = { apiKey: 'any', now: () => new Date(), seed: 7, webhook }
export const api: Sandbox = sandbox(settings)
export const served = async (): Promise<readonly SandboxRequest[]> => {
  const server: LocalServer = await api.listen()
  await acme.send(createClient({ apiKey: 'any', baseUrl: server.url }))
  await server.close()
  api.reset()
  return api.requests
}

const driftKind: DriftKind = 'an unknown category'
export const faults: readonly Fault[] = [
  ...([503, 'silence', 'reset', 'cut', 'html', { slow: 100 }, { html: 200 }, { drift: driftKind }] as const),
  { status: 429, retryAfter: 60, message: 'Not now' },
  { status: 400, retryAfter: 'Thu, 01 Jan 2026 00:00:00 GMT', body: { statusCode: 400, message: ['a', 'b'] } },
  ...driftKinds.map((drift) => ({ drift })),
]
export const faultOptions: readonly FaultOptions[] = [{}, { times: 2 }, { rate: 0.1 }]
export const failing = (): void => {
  for (const fault of faults) for (const options of faultOptions) api.fail(fault, options)
  api.fail('reset')
}
const status: AttemptStatus = 'error'
const outcome: ConnectOutcome = {
  status,
  provider: 'bamboohr',
  oauthErrorCode: 'access_denied',
  oauthErrorDescription: 'No',
}
export const connectAccount = async (): Promise<string | undefined> => {
  await using local = sandbox()
  await using server = await local.listen()
  const { id } = await acme.send(createClient({ apiKey: 'any', baseUrl: server.url }))
  const { status, accountId }: ConnectResult = local.connect(id)
  local.connect(4711, status)
  return local.connect('4711', outcome).accountId ?? accountId
}

// Inferred types are exact, without `any`.
export const claims = [
  assertTrue<Same<typeof base, SessionWithoutOwner>>(),
  assertTrue<Same<ReturnType<typeof base.owner>, Session>>(),
  assertTrue<Same<Parameters<Session['type']>[0], AccountType>>(),
  assertTrue<Same<AccountType, 'production' | 'test'>>(),
  assertTrue<Same<Awaited<typeof sent>['token'], string>>(),
  assertTrue<Same<Awaited<typeof sent>['expiresAt'], Date>>(),
  assertTrue<Same<ConnectSession['provider'], string | undefined>>(),
  assertTrue<Same<ConnectSessionCreate['expiresIn'], number | undefined>>(),
  assertTrue<Same<ConnectSessionCreateWire['origin_owner_id'], string>>(),
  assertTrue<Same<ConnectSessionCreateWire['connector_profile_id'], string | undefined>>(),
  assertTrue<Same<Connection['status'], 'authenticated' | 'error' | 'cancelled' | 'expired'>>(),
]
