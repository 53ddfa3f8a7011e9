import { expect } from 'chai'
import {
  AbortError,
  ApiError,
  type Client,
  type ClientOptions,
  ConfigurationError,
  createClient,
  type Fetch,
  InvalidResponseError,
  isSessionError,
  NetworkError,
  type SessionError,
  session,
  TimeoutError,
  ValidationError,
} from '../../lib/index.ts'
import { acme, apiKey } from '../support/call.ts'
import { caught } from '../support/caught.ts'
import { leftOf } from '../support/either.ts'
import { closedPort } from '../support/faults.ts'
import { itEach } from '../support/it-each.ts'
import { processorTime } from '../support/processor.ts'
import { httpServer, json, minted, type TestServer } from '../support/server.ts'
import { jsonResponse, stub } from '../support/stub.ts'

const classes = {
  ValidationError,
  ConfigurationError,
  ApiError,
  NetworkError,
  TimeoutError,
  AbortError,
  InvalidResponseError,
} as const

type Respond = () => Response | Promise<Response>

const clientWith = (respond: Respond, options: ClientOptions = {}): Client =>
  createClient({ apiKey, retries: 0, fetch: stub(respond).fetch, ...options })

const sendError = (respond: Respond, options: ClientOptions = {}): Promise<unknown> =>
  caught(acme.send(clientWith(respond, options)))

const never = (): Promise<never> => new Promise(() => {})
const failing = (error: unknown) => (): Promise<never> => Promise.reject(error)

/** The error of a port without a listener. */
const connectionError = async (): Promise<unknown> => {
  const port = await closedPort()
  try {
    return await caught(acme.send(createClient({ apiKey, baseUrl: port.url, retries: 0 })))
  } finally {
    await port.close()
  }
}

const abortError = (reason: unknown): Promise<unknown> =>
  caught(
    acme.send(
      clientWith(() => jsonResponse(201, minted)),
      { signal: AbortSignal.abort(reason) },
    ),
  )

interface Situation {
  readonly name: SessionError['name']
  readonly title: string
  readonly error: () => unknown
  /** What the message advises. */
  readonly advice: RegExp
  /** Whether a request was sent. */
  readonly isSent: boolean
  /** The message of the sanitized cause, if there is one. */
  readonly cause?: string
}

const situation = (
  name: Situation['name'],
  title: string,
  advice: RegExp,
  isSent: boolean,
  error: () => unknown,
  cause?: string,
): Situation => ({ name, title, advice, isSent, error, ...(cause !== undefined && { cause }) })

const situations: readonly Situation[] = [
  situation('ValidationError', 'an invalid session', /label: must be a non-blank string/, false, () =>
    caught(acme.label(' ').send(clientWith(() => jsonResponse(201, minted)))),
  ),
  situation('ValidationError', 'a session without an owner', /use \.owner\(id, name\)/, false, () =>
    leftOf(session().provider('bamboohr').decode()),
  ),
  situation('ValidationError', 'a blank token', /token: must be a non-blank string/, false, () =>
    caught(clientWith(() => jsonResponse(201, {})).authenticate(' ')),
  ),
  situation('ConfigurationError', 'a malformed key', /pass the key alone/, false, () =>
    sendError(() => jsonResponse(201, minted), { apiKey: `Basic ${btoa(`${apiKey}:`)}` }),
  ),
  situation('ConfigurationError', 'an unknown option', /did you mean 'retries'\?/, false, () =>
    caught(Promise.resolve(Reflect.apply(acme.send, acme, [clientWith(never), { retris: 1 }]))),
  ),
  situation('ConfigurationError', 'a missing client', /createClient\(/, false, () =>
    caught(Promise.resolve(Reflect.apply(acme.send, acme, []))),
  ),
  situation(
    'ConfigurationError',
    'a key function that throws',
    /See `cause`/,
    false,
    () => sendError(never, { apiKey: failing(new Error('sealed')) }),
    'sealed',
  ),
  situation('ApiError', 'an error status', /Check the API key/, true, () =>
    sendError(() => jsonResponse(401, { statusCode: 401, message: 'Unauthorized' })),
  ),
  situation('NetworkError', 'a port without a listener', /Check `baseUrl`/, true, connectionError),
  situation(
    'NetworkError',
    'a custom fetch that throws',
    /See `cause`/,
    true,
    () => sendError(failing(new Error('broken'))),
    'broken',
  ),
  situation('TimeoutError', 'a timeout', /Try again later/, true, () => sendError(never, { timeout: 30 })),
  situation('TimeoutError', 'a deadline', /Try again later/, true, () => sendError(never, { deadline: 30 })),
  situation('TimeoutError', 'an account that is never connected', /Wait again, or longer/, true, () =>
    caught(clientWith(() => jsonResponse(200, minted)).waitForConnection(4711, { interval: 5, deadline: 30 })),
  ),
  situation('AbortError', 'an aborted signal', /signal.*reason/, true, () => {
    const controller = new AbortController()
    const client = clientWith(() => {
      controller.abort('enough')
      return never()
    })
    return caught(acme.send(client, { signal: controller.signal }))
  }),
  situation('InvalidResponseError', 'a success without a token', /Check `baseUrl`/, true, () =>
    sendError(() => jsonResponse(201, { id: 1 })),
  ),
  situation('InvalidResponseError', 'drift under strict', /Without `strict`/, true, () =>
    sendError(() => jsonResponse(200, minted), { strict: true }),
  ),
]

describe('The error of a call', () => {
  it('is of each of the seven classes in some test', () => {
    expect([...new Set(situations.map(({ name }) => name))]).to.deep.equal(Object.keys(classes))
  })

  let errors: readonly SessionError[] = []
  before(async () => {
    errors = await Promise.all(
      situations.map(async ({ title, error: make }) => {
        const error = await make()
        if (!isSessionError(error)) throw new Error(`expected a SessionError with ${title}`, { cause: error })
        return error
      }),
    )
  })

  /** Tests something for the error of every situation. */
  const itHolds = (title: string, test: (error: SessionError, expected: Situation) => void): void =>
    itEach(title, situations.entries(), ([index, expected]) => {
      const error = errors[index]
      if (error === undefined) throw new Error('the errors have not been made')
      test(error, expected)
    })

  itHolds('is of its class only', (error, { name }) => {
    expect(error.name).to.equal(name)
    expect(error).to.be.instanceOf(Error)
    for (const [other, type] of Object.entries(classes)) expect(error instanceof type, other).to.equal(other === name)
    expect(Object.prototype.toString.call(error)).to.equal('[object Error]')
  })

  itHolds('has a read-only name on its prototype', (error, { name }) => {
    expect(Reflect.set(error, 'name', 'Other')).to.equal(false)
    expect(error.name).to.equal(name)
    expect(Object.keys(error)).not.to.include('name')
  })

  itHolds('has a stack that starts with its name and message', (error, { name }) => {
    expect(error.stack?.startsWith(`${name}: ${error.message}`)).to.equal(true)
    expect(String(error)).to.equal(`${name}: ${error.message}`)
  })

  itHolds('has a message with advice', (error, { advice }) => {
    expect(error.message).to.match(advice)
    expect(error.message).not.to.match(/\[object|NaN|undefined ms|: undefined/)
  })

  itHolds("has only a sanitized cause or the signal's reason as its cause", (error, { cause }) => {
    if (error instanceof AbortError) expect(error.cause).to.equal(error.reason)
    else if (cause === undefined) expect(error).not.to.have.property('cause')
    else expect(error).to.have.nested.property('cause.message', cause)
  })

  itHolds('has attempts and elapsedMs if a request was sent', (error, { isSent }) => {
    if (!isSent) return void expect(error).not.to.have.any.keys('attempts', 'elapsedMs')
    expect(error.attempts).to.be.a('number').that.is.at.least(1)
    expect(error.elapsedMs).to.satisfy(Number.isInteger).and.to.be.within(0, 10_000)
  })

  itHolds('serializes to its name, message and fields', (error, { name }) => {
    const serialized = JSON.parse(JSON.stringify({ error })).error
    expect(serialized).to.include({ name, message: error.message })
    const fields = [...Object.keys(error), ...(error instanceof AbortError ? ['reason'] : [])]
    expect(Object.keys(serialized).sort()).to.deep.equal(['name', 'message', ...fields].sort())
    expect(serialized).to.deep.equal(JSON.parse(JSON.stringify(error.toJSON())))
  })

  itHolds('is recognized by isSessionError', (error) => {
    expect(isSessionError(error)).to.equal(true)
    expect(isSessionError(Object.create(error))).to.equal(true)
  })

  const endpoint = 'POST /connect_sessions'
  const foreign = (value: unknown) => (): Response => value as Response // as from JavaScript
  const messages: readonly (readonly [error: () => Promise<unknown>, message: string, fields?: object])[] = [
    [
      () => sendError(never, { timeout: 20, retries: 1 }),
      `${endpoint} exceeded the timeout of 20 ms after 2 attempts. Try again later.`,
      { attempts: 2 },
    ],
    [
      () => sendError(never, { timeout: 5000, deadline: 20 }),
      `${endpoint} exceeded the deadline of 20 ms after 1 attempt. Try again later.`,
      { attempts: 1 },
    ],
    [
      () => sendError(never, { apiKey: never, deadline: 20 }),
      'The `apiKey` function exceeded the deadline of 20 ms. Try again later.',
      { attempts: 0 },
    ],
    [
      () => sendError(foreign('a page')),
      '`fetch` must return an unread `Response`. Return a new one from each call.',
      { name: 'ConfigurationError', attempts: 1 },
    ],
    [
      () => sendError(() => new Response(new Uint8Array(1024 * 1024 + 1), { status: 500 })),
      `The response to ${endpoint} exceeds 1048576 bytes. Check \`baseUrl\`.`,
      { name: 'InvalidResponseError', attempts: 1, issues: [], status: 500 },
    ],
    [
      () => sendError(foreign({ status: 199, headers: new Headers(), text: async () => '{}' })),
      `StackOne responded with 199 to ${endpoint}: "{}". See \`body\`.`,
      { attempts: 1 },
    ],
    [
      () => sendError(() => jsonResponse(401, {})),
      `StackOne responded with 401 to ${endpoint}: "{}". Check the API key: \`apiKey\` or STACKONE_API_KEY must be complete and not revoked.`,
    ],
    [
      () => caught(clientWith(() => jsonResponse(401, {})).authenticate('a-token')),
      `StackOne responded with 401 to ${endpoint}/authenticate: "{}". Check the token, which may have expired, and the API key.`,
    ],
    [
      () => caught(clientWith(() => jsonResponse(403, {})).authenticate('a-token')),
      `StackOne responded with 403 to ${endpoint}/authenticate: "{}". Check that the API key has the scope for connect sessions.`,
    ],
    [
      () => caught(clientWith(() => jsonResponse(404, { message: 'No such connect session' })).get('id-of-acme')),
      'StackOne responded with 404 to GET /connect_sessions/{id}: "No such connect session". Check the id, the project of the API key, and `baseUrl`.',
    ],
    [
      () => sendError(failing(Object.assign(new Error('x'), { code: 'EPROXY' }))),
      `The custom \`fetch\` threw an error for ${endpoint} (EPROXY). See \`cause\`.`,
      { attempts: 1, code: 'EPROXY' },
    ],
    [
      connectionError,
      `The connection for ${endpoint} failed (ECONNREFUSED). Check \`baseUrl\`, DNS, proxy and firewall, or try again later.`,
      { attempts: 1, code: 'ECONNREFUSED' },
    ],
  ]
  itEach('has a message with the endpoint, the reason and advice', messages, async ([error, message, fields = {}]) => {
    const made = await error()
    expect(made).to.have.property('message', message)
    expect(made).to.deep.include(fields)
  })

  it('has no code without a valid one from the system', async () => {
    const codes: readonly unknown[] = [7, '', ' ', 'a b', 'E\u001b[31m', `E${'X'.repeat(100)}`, { code: 'E' }, null]
    for (const code of codes) {
      const error = await sendError(failing(Object.assign(new Error('x'), { code })))
      expect(error).to.include({ name: 'NetworkError' })
      expect(error).not.to.have.property('code')
    }
  })

  it('has the status, the request id and the deviations if a strict client rejects the response', async () => {
    const error = await sendError(() => jsonResponse(200, minted, { 'x-request-id': 'req-1' }), { strict: true })
    expect(error).to.include({ name: 'InvalidResponseError', status: 200, requestId: 'req-1', attempts: 1 })
    expect(error)
      .to.have.property('issues')
      .that.deep.equals([{ path: 'status', message: 'must be 201, got 200' }])
  })

  it('has no request id if the response has none', async () => {
    const error = await sendError(() => jsonResponse(201, []))
    expect(error).to.include({ name: 'InvalidResponseError', status: 201 })
    expect(error).not.to.have.property('requestId')
  })
})

describe('AbortError', () => {
  it("has the signal's reason", async () => {
    for (const reason of [new Error('mine'), 'enough', 0, null, { why: [] }]) {
      const error = await abortError(reason)
      expect(error).to.be.instanceOf(AbortError)
      expect(error).to.have.property('reason', reason)
    }
  })

  it("has the platform's reason by default", async () => {
    expect(await abortError(undefined))
      .to.have.property('reason')
      .that.is.instanceOf(DOMException)
      .with.property('name', 'AbortError')
  })

  it('serializes with any reason', async () => {
    const cyclic: { self?: unknown } = {}
    cyclic.self = cyclic
    const reasons: readonly (readonly [unknown, string])[] = [
      [cyclic, '[object Object]'],
      [7n, '7'],
      [Symbol('x'), 'Symbol(x)'],
      [Object.create(null), 'object'],
    ]
    for (const [reason, text] of reasons) {
      const error = await abortError(reason)
      expect(JSON.parse(JSON.stringify({ error })).error).to.include({ name: 'AbortError', reason: text })
    }
  })
})

interface ErrorBody {
  readonly title: string
  readonly status?: number
  readonly body: string
  /** What the message quotes; nothing if undefined. */
  readonly quote: string | undefined
  /** The field `body` of the error, by default the parsed body. */
  readonly parsed?: unknown
}

const contract = { statusCode: 400, message: 'Bad Request', timestamp: '2023-05-30T00:00:00.000Z' }
const page = (title: string): string =>
  `<!DOCTYPE html>\n<html><head><title>${title}</title><style>p{}</style></head><body><h1>Ouch</h1></body></html>`
const secretFields =
  "token=abc authLinkUrl: 'def', auth_link_url=ghi; external_trigger_token=jkl externalTriggerToken = mno end"
const maskedFields =
  "token=[secret] authLinkUrl: '[secret]', auth_link_url=[secret]; external_trigger_token=[secret] externalTriggerToken = [secret] end"

const errorBodies: readonly ErrorBody[] = [
  { title: 'a message', body: JSON.stringify(contract), quote: 'Bad Request' },
  { title: 'a message without a timestamp', body: '{"statusCode":400,"message":"No"}', quote: 'No' },
  {
    title: 'a message with provider errors',
    body: '{"message":"No","data":{"a":1},"provider_errors":[{"b":2}]}',
    quote: 'No',
  },
  {
    title: 'a message with an array of errors',
    body: '{"statusCode":400,"message":"Validation failed","errors":["first_name must be a string","b must be set"]}',
    quote: 'Validation failed: first_name must be a string; b must be set',
  },
  {
    title: 'an array of errors without a message',
    body: '{"statusCode":400,"errors":["a must be set"]}',
    quote: 'a must be set',
  },
  {
    title: 'an array of errors that are objects with messages',
    body: '{"message":"Validation failed","errors":[{"field":"a","message":"a must be set"},{"code":7},null]}',
    quote: 'Validation failed: a must be set',
  },
  {
    title: 'an array of messages',
    body: '{"message":["a must be set","b is blank"]}',
    quote: 'a must be set; b is blank',
  },
  { title: 'an array of one message', body: '{"message":["a must be set"]}', quote: 'a must be set' },
  { title: 'an array of mixed messages', body: '{"message":["a",7,null,{"b":1},"c"]}', quote: 'a; c' },
  { title: 'errors that are a string', body: '{"message":"No","errors":"a is blank"}', quote: 'No: a is blank' },
  {
    title: 'errors by field',
    body: '{"message":"No","errors":{"a":["a is blank","a is short"],"b":"b is blank"}}',
    quote: 'No: a is blank; a is short; b is blank',
  },
  { title: 'errors without text', body: '{"message":"No","errors":[7,{"code":7}]}', quote: 'No' },
  { title: 'an empty message', body: '{"message":""}', quote: undefined },
  { title: 'an empty array of messages', body: '{"message":[]}', quote: undefined },
  {
    title: 'a message with quotes and line breaks',
    body: '{"message":"say \\"no\\",\\r\\n\\tplease"}',
    quote: 'say \\"no\\", please',
  },
  { title: 'a message beyond ASCII', body: '{"message":"Ungültig: ключ 鍵"}', quote: 'Ungültig: ключ 鍵' },
  {
    title: 'a message that is an object',
    body: '{"message":{"why":"full"}}',
    quote: '{\\"message\\":{\\"why\\":\\"full\\"}}',
  },
  {
    title: 'a message that is null',
    body: '{"message":null,"error":"full"}',
    quote: '{\\"message\\":null,\\"error\\":\\"full\\"}',
  },
  { title: 'no message', body: '{"error":"full"}', quote: '{\\"error\\":\\"full\\"}' },
  { title: 'an empty object', body: '{}', quote: '{}' },
  { title: 'a JSON string', body: '"full"', quote: 'full' },
  { title: 'a JSON array', body: '["full"]', quote: '[\\"full\\"]' },
  { title: 'a JSON null', body: 'null', quote: 'null' },
  { title: 'an empty body', body: '', quote: undefined, parsed: '' },
  { title: 'a blank body', body: ' \r\n\t', quote: undefined, parsed: '' },
  { title: 'plain text', body: 'upstream\r\n  timed out', quote: 'upstream timed out', parsed: 'upstream timed out' },
  { title: 'truncated JSON', body: '{"message":"Bad', quote: '{\\"message\\":\\"Bad', parsed: '{"message":"Bad' },
  { title: 'HTML, by its title', body: page('502 Bad Gateway'), quote: '502 Bad Gateway', parsed: '502 Bad Gateway' },
  {
    title: 'HTML with entities in its title, which are not decoded',
    body: page('A &amp; B'),
    quote: 'A &amp; B',
    parsed: 'A &amp; B',
  },
  { title: 'HTML without a title', body: '<html><body><h1>Ouch</h1></body></html>', quote: undefined, parsed: '' },
  { title: 'HTML with an empty title', body: page(''), quote: undefined, parsed: '' },
  { title: 'HTML that is truncated in its title', body: '<title>Bad Gate', quote: 'Bad Gate', parsed: 'Bad Gate' },
  { title: 'text of 300 characters', body: 'x'.repeat(300), quote: 'x'.repeat(300), parsed: 'x'.repeat(300) },
  {
    title: 'text of 301 characters, truncated',
    body: 'x'.repeat(301),
    quote: `${'x'.repeat(300)}…`,
    parsed: `${'x'.repeat(300)}…`,
  },
  { title: 'text with its secret fields masked', body: secretFields, quote: maskedFields, parsed: maskedFields },
]

const adviceOf = {
  300: 'Redirects are not followed. Check `baseUrl`.',
  400: 'The request is invalid: see `body`.',
  401: 'Check the API key: `apiKey` or STACKONE_API_KEY must be complete and not revoked.',
  403: 'Check that the API key has the scope for connect sessions.',
  404: 'Check the id, the project of the API key, and `baseUrl`.',
  408: 'Try again later.',
  409: 'The request conflicts with the current state: see `body`.',
  412: 'The integration is inactive. Enable it in the StackOne dashboard.',
  418: 'See `body`.',
  422: 'The request is invalid: see `body`.',
  429: 'Send fewer requests: the limit is 1000 a minute for each key.',
  500: 'Try again later.',
  501: 'Try again later.',
  502: 'Try again later.',
  503: 'Try again later.',
  504: 'Try again later.',
} as const

const apiErrorOf = async (respond: Respond, options: ClientOptions = {}): Promise<ApiError> => {
  const error = await sendError(respond, options)
  if (error instanceof ApiError) return error
  throw new Error('expected an ApiError', { cause: error })
}

describe('ApiError', () => {
  itEach('quotes the message of the body', errorBodies, async ({ status = 400, body, quote, parsed }) => {
    const error = await apiErrorOf(() => new Response(body, { status }))
    const quoted = quote === undefined ? '' : `: "${quote}"`
    expect(error.message).to.equal(
      `StackOne responded with ${status} to POST /connect_sessions${quoted}. ${adviceOf[400]}`,
    )
    expect(error.body).to.deep.equal(parsed === undefined ? JSON.parse(body) : parsed)
  })

  itEach('advises after each status', Object.entries(adviceOf), async ([status, advice]) => {
    const error = await apiErrorOf(() => jsonResponse(Number(status), { message: 'No.' }))
    expect(error.status).to.equal(Number(status))
    expect(error.message).to.equal(`StackOne responded with ${status} to POST /connect_sessions: "No.". ${advice}`)
  })

  it('names the endpoint without the id', async () => {
    const client = clientWith(() => jsonResponse(404, {}))
    const { message }: Error = Object(await caught(client.get('id-of-acme')))
    expect(message).to.include('GET /connect_sessions/{id}').and.not.include('id-of-acme')
  })

  it('has the parsed body even if a custom fetch keeps the byte-order mark', async () => {
    const headers = new Headers()
    const fetch: Fetch = async () => ({ status: 400, headers, text: async () => '\uFEFF{"message":"Not this one"}' })
    expect(await caught(acme.send(createClient({ apiKey, fetch })))).to.have.deep.property('body', {
      message: 'Not this one',
    })
  })

  it('has the body with its secret fields masked and everything else unchanged', async () => {
    const body = {
      statusCode: 409,
      message: 'Conflict',
      data: [{ a: null, b: [1, 1.5, true, 'x'], token: 'tok.0123456789' }],
      auth_link_url: 'https://a.test',
      external_trigger_token: 'abcdefgh',
      token: 7,
      tokens: 'plural',
      subtoken: 'another name',
    }
    const error = await apiErrorOf(() => jsonResponse(409, body))
    expect(error.body).to.deep.equal({
      ...body,
      data: [{ a: null, b: [1, 1.5, true, 'x'], token: '[secret]' }],
      auth_link_url: '[secret]',
      external_trigger_token: '[secret]',
    })
  })

  it('has the request id, truncated, if the response has one', async () => {
    expect(await apiErrorOf(() => jsonResponse(500, {}, { 'x-request-id': 'req-1' }))).to.include({
      requestId: 'req-1',
    })
    expect(await apiErrorOf(() => jsonResponse(500, {}))).not.to.have.property('requestId')
    expect(await apiErrorOf(() => jsonResponse(500, {}, { 'x-request-id': ' ' }))).not.to.have.property('requestId')
    const { requestId } = await apiErrorOf(() => jsonResponse(500, {}, { 'x-request-id': 'x'.repeat(5000) }))
    expect(requestId).to.have.length(200)
  })

  it('has no control characters in its request id, message and issues', async () => {
    const hidden = '\x80\x85\x9b31m\u00ad'
    const raw = (await apiErrorOf(() => jsonResponse(500, {}, { 'x-request-id': `a${hidden}b` }))).requestId
    expect(raw).to.equal('a31mb')
    const split = `${apiKey.slice(0, 9)}\xad${apiKey.slice(9)}`
    const { requestId } = await apiErrorOf(() => jsonResponse(500, {}, { 'x-request-id': split }))
    expect(requestId).to.equal('[secret]')
    const text = '\u202eevil\u2066\x9b\x1b[31m\u2028'
    const { message } = await apiErrorOf(() => jsonResponse(500, { message: `a${text}b` }))
    expect(message).to.include('"a evil [31m b"')
    const body = { ...minted, categories: [`a${text}`], [`b${text}`]: 1, metadata: { [`c${text}`]: 'x' } }
    const error = await sendError(() => jsonResponse(201, body), { strict: true })
    if (!isSessionError(error)) throw error
    expect(error.message).to.include("categories[0]: must be a known category, got 'aevil[31m'")
    for (const printed of [error.message, JSON.stringify(error)])
      expect(printed).not.to.match(/[\x7f-\x9f\u202e\u2028]/)
  })

  const retryAfters: readonly (readonly [string | undefined, number | undefined])[] = [
    [undefined, undefined],
    ['60', 60],
    [' 60 ', 60],
    ['0', 0],
    ['007', 7],
    ['-1', undefined],
    ['1.5', undefined],
    ['1e3', undefined],
    ['0x10', undefined],
    ['soon', undefined],
    ['', undefined],
    ['60, 60', undefined],
    ['Infinity', undefined],
    ['Wed, 21 Oct 2015 07:28:00 GMT', 0],
    ['9'.repeat(400), Number.MAX_SAFE_INTEGER],
  ]
  itEach('has the seconds of Retry-After', retryAfters, async ([value, retryAfter]) => {
    const error = await apiErrorOf(() => jsonResponse(429, {}, value === undefined ? {} : { 'retry-after': value }))
    expect(error.retryAfter).to.equal(retryAfter)
    expect('retryAfter' in error).to.equal(retryAfter !== undefined)
    if (retryAfter !== undefined) expect(error.message).to.include(`. Retry after ${retryAfter} s. `)
  })

  it('has the seconds until a date in Retry-After', async () => {
    const date = new Date(Date.now() + 90_000).toUTCString()
    const { retryAfter } = await apiErrorOf(() => jsonResponse(503, {}, { 'retry-after': date }))
    expect(retryAfter).to.be.within(80, 91)
  })

  it('has the number of attempts and the elapsed time, including delays', async () => {
    const started = performance.now()
    const error = await apiErrorOf(() => jsonResponse(503, {}), { retries: 1 })
    const took = performance.now() - started
    expect(error.attempts).to.equal(2)
    // The first delay is 250 ms, give or take a quarter.
    expect(error.elapsedMs).to.be.within(180, Math.ceil(took))
  })

  it('is the same over a real connection', async () => {
    const body = { statusCode: 429, message: 'Too Many Requests' }
    const server: TestServer = await httpServer((_, response) =>
      json(response, 429, body, { 'retry-after': '60', 'x-request-id': 'r' }),
    )
    try {
      const error = await caught(acme.send(createClient({ apiKey, baseUrl: server.url, deadline: 2000 })))
      expect(error).to.include({ name: 'ApiError', status: 429, requestId: 'r', retryAfter: 60, attempts: 1 })
      expect(error).to.have.property('body').that.deep.equals(body)
    } finally {
      await server.close()
    }
  })

  // biome-ignore lint/suspicious/noControlCharactersInRegex: the test searches for them
  const controls = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/
  const all = [...Array.from({ length: 32 }, (_, code) => code), ...Array.from({ length: 33 }, (_, code) => 127 + code)]
  const dirty = `red \u001b[31m alert \u001b]0;title\u0007 \u009b1m back\b\b \u2028 \u2029 ${String.fromCharCode(...all)} end`

  itEach(
    'has no control characters in its message',
    [
      ['a message', JSON.stringify({ message: dirty })],
      ['an array of messages', JSON.stringify({ message: [dirty, dirty] })],
      ['an array of errors', JSON.stringify({ message: 'No', errors: [dirty] })],
      ['JSON without a message', JSON.stringify({ error: dirty })],
      ['plain text', dirty],
      ['a title', page(dirty)],
    ] as const,
    async ([, body]) => {
      const error = await apiErrorOf(() => new Response(body, { status: 500 }))
      expect(error.message).to.include('end')
      expect(error.message).not.to.match(controls)
      expect(error.stack?.split('\n')[0]).to.equal(`ApiError: ${error.message}`)
    },
  )

  it('has no characters in its message that change the direction of text', async () => {
    const message = 'user \u202egnp.exe\u202c \u2066a\u2069 \u200fb end'
    const error = await apiErrorOf(() => jsonResponse(500, { message }))
    expect(error.message).to.include('end')
    expect(error.message).not.to.match(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/)
  })

  itEach(
    'quickly truncates long bodies',
    [
      ['a message', JSON.stringify({ message: 'x'.repeat(1_000_000) })],
      ['an array of messages', JSON.stringify({ message: Array.from({ length: 100_000 }, () => 'long') })],
      ['an array of errors', JSON.stringify({ errors: Array.from({ length: 100_000 }, () => 'long') })],
      ['JSON without a message', JSON.stringify({ error: 'x'.repeat(1_000_000) })],
      ['plain text', 'long '.repeat(200_000)],
      ['a title', page('long '.repeat(200_000))],
      ['a million angle brackets', '<'.repeat(1_000_000)],
      ['titles that never end', '<title'.repeat(100_000)],
      ['quotes', JSON.stringify({ message: '"'.repeat(100_000) })],
    ] as const,
    async ([, body]) => {
      const took = await processorTime(async () => {
        const error = await apiErrorOf(() => new Response(body, { status: 500 }))
        expect(error.message).to.have.length.below(1000)
        expect(error.message).to.match(/Try again later\.$/)
      })
      expect(took).to.be.below(4000)
    },
  )

  it('quickly masks many secrets', async () => {
    const data = Array.from({ length: 10_000 }, (_, index) => ({ token: `token-number-${index}` }))
    const took = await processorTime(async () => {
      const error = await apiErrorOf(() => jsonResponse(400, { message: 'No.', data }))
      expect(JSON.stringify(error.body)).not.to.include('token-number')
    })
    expect(took).to.be.below(3000)
  })
})
