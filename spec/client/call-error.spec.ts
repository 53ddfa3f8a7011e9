import { expect } from 'chai'
import {
  AbortError,
  ApiError,
  type Client,
  type ClientOptions,
  ConfigurationError,
  createClient,
  InvalidResponseError,
  isSessionError,
  NetworkError,
  type SessionError,
  TimeoutError,
  ValidationError,
} from '../../lib/index.ts'
import { acme, apiKey } from '../support/call.ts'
import { caught } from '../support/caught.ts'
import { closedPort } from '../support/faults.ts'
import { itEach } from '../support/it-each.ts'
import { processorTime } from '../support/processor.ts'
import { minted } from '../support/server.ts'
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
  situation('ValidationError', 'a blank token', /token: must be a non-blank string/, false, () =>
    caught(clientWith(() => jsonResponse(201, {})).authenticate(' ')),
  ),
  situation('ConfigurationError', 'a malformed key', /pass the key alone/, false, () =>
    sendError(() => jsonResponse(201, minted), { apiKey: `Basic ${btoa(`${apiKey}:`)}` }),
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

  itHolds('serializes to its name, message, fields and the text of its cause', (error, { name, cause }) => {
    const serialized = JSON.parse(JSON.stringify({ error })).error
    expect(serialized).to.include({ name, message: error.message })
    if (cause !== undefined) expect(serialized.cause).to.equal(String(error.cause))
    const reason = error instanceof AbortError ? ['reason'] : []
    const fields = [...Object.keys(error), ...reason, ...('cause' in error ? ['cause'] : [])]
    expect(Object.keys(serialized).sort()).to.deep.equal(['name', 'message', ...fields].sort())
    expect(serialized).to.deep.equal(JSON.parse(JSON.stringify(error.toJSON())))
  })

  itHolds('is recognized by isSessionError', (error) => {
    expect(isSessionError(error)).to.equal(true)
    expect(isSessionError(Object.create(error))).to.equal(true)
  })

  const endpoint = 'POST /connect_sessions'
  const foreign = (value: unknown) => (): Response => value as Response // as from JavaScript
  // The specs of the key, of timeouts and of the transport have the other messages.
  const messages: readonly (readonly [error: () => Promise<unknown>, message: string, fields?: object])[] = [
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
})

describe('AbortError', () => {
  it('serializes with any reason', async () => {
    const cyclic: { self?: unknown } = {}
    cyclic.self = cyclic
    const reasons: readonly (readonly [unknown, string])[] = [
      [cyclic, '[object Object]'],
      [7n, '7'],
      [Symbol('x'), 'Symbol(x)'],
    ]
    for (const [reason, text] of reasons) {
      const error = await abortError(reason)
      expect(JSON.parse(JSON.stringify({ error })).error).to.include({ name: 'AbortError', reason: text })
    }
  })
})

const contract = { statusCode: 400, message: 'Bad Request', timestamp: '2023-05-30T00:00:00.000Z' }
const page = (title: string): string =>
  `<!DOCTYPE html>\n<html><head><title>${title}</title><style>p{}</style></head><body><h1>Ouch</h1></body></html>`
const secretFields =
  "token=abc authLinkUrl: 'def', auth_link_url=ghi; external_trigger_token=jkl externalTriggerToken = mno end"
const maskedFields =
  "token=[secret] authLinkUrl: '[secret]', auth_link_url=[secret]; external_trigger_token=[secret] externalTriggerToken = [secret] end"

/** What the message quotes of a body: nothing if undefined. The field `body` is by default the parsed body. */
type ErrorBody = readonly [title: string, body: string, quote: string | undefined, parsed?: string]
const errorBodies: readonly ErrorBody[] = [
  ['a message', JSON.stringify(contract), 'Bad Request'],
  [
    'a message with an array of errors',
    '{"statusCode":400,"message":"Validation failed","errors":["first_name must be a string","b must be set"]}',
    'Validation failed: first_name must be a string; b must be set',
  ],
  ['an array of errors without a message', '{"statusCode":400,"errors":["a must be set"]}', 'a must be set'],
  [
    'an array of errors that are objects with messages',
    '{"message":"Validation failed","errors":[{"field":"a","message":"a must be set"},{"code":7},null]}',
    'Validation failed: a must be set',
  ],
  ['an array of messages', '{"message":["a must be set","b is blank"]}', 'a must be set; b is blank'],
  ['an array of mixed messages', '{"message":["a",7,null,{"b":1},"c"]}', 'a; c'],
  ['errors that are a string', '{"message":"No","errors":"a is blank"}', 'No: a is blank'],
  [
    'errors by field',
    '{"message":"No","errors":{"a":["a is blank","a is short"],"b":"b is blank"}}',
    'No: a is blank; a is short; b is blank',
  ],
  ['errors without text', '{"message":"No","errors":[7,{"code":7}]}', 'No'],
  ['an empty message', '{"message":""}', '{\\"message\\":\\"\\"}'],
  ['a message with quotes and line breaks', '{"message":"say \\"no\\",\\r\\n\\tplease"}', 'say \\"no\\", please'],
  ['a message beyond ASCII', '{"message":"Ungültig: ключ 鍵"}', 'Ungültig: ключ 鍵'],
  ['a message that is an object', '{"message":{"why":"full"}}', 'full'],
  ['a message that is null', '{"message":null,"error":"full"}', '{\\"message\\":null,\\"error\\":\\"full\\"}'],
  ['no message', '{"error":"full"}', '{\\"error\\":\\"full\\"}'],
  ['an empty object', '{}', '{}'],
  ['a JSON string', '"full"', 'full'],
  ['a JSON array', '["full"]', '[\\"full\\"]'],
  ['an empty body', '', undefined, ''],
  ['a blank body', ' \r\n\t', undefined, ''],
  ['plain text', 'upstream\r\n  timed out', 'upstream timed out', 'upstream timed out'],
  ['truncated JSON', '{"message":"Bad', '{\\"message\\":\\"Bad', '{"message":"Bad'],
  ['HTML, by its title', page('502 Bad Gateway'), '502 Bad Gateway', '502 Bad Gateway'],
  ['HTML with entities in its title, which are not decoded', page('A &amp; B'), 'A &amp; B', 'A &amp; B'],
  ['HTML without a title', '<html><body><h1>Ouch</h1></body></html>', undefined, ''],
  ['HTML that is truncated in its title', '<title>Bad Gate', 'Bad Gate', 'Bad Gate'],
  ['text of 300 characters', 'x'.repeat(300), 'x'.repeat(300), 'x'.repeat(300)],
  ['text of 301 characters, truncated', 'x'.repeat(301), `${'x'.repeat(300)}…`, `${'x'.repeat(300)}…`],
  ['text with its secret fields masked', secretFields, maskedFields, maskedFields],
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
  itEach('quotes the message of the body', errorBodies, async ([, body, quote, parsed]) => {
    const error = await apiErrorOf(() => new Response(body, { status: 400 }))
    const quoted = quote === undefined ? '' : `: "${quote}"`
    expect(error.message).to.equal(`StackOne responded with 400 to POST /connect_sessions${quoted}. ${adviceOf[400]}`)
    expect(error.body).to.deep.equal(parsed === undefined ? JSON.parse(body) : parsed)
  })

  itEach('advises after each status', Object.entries(adviceOf), async ([status, advice]) => {
    const error = await apiErrorOf(() => jsonResponse(Number(status), { message: 'No.' }))
    expect(error.status).to.equal(Number(status))
    expect(error.message).to.equal(`StackOne responded with ${status} to POST /connect_sessions: "No.". ${advice}`)
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

  // biome-ignore lint/suspicious/noControlCharactersInRegex: the test searches for them
  const controls = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/
  const all = [...Array.from({ length: 32 }, (_, code) => code), ...Array.from({ length: 33 }, (_, code) => 127 + code)]
  const dirty = `red \u001b[31m alert \u001b]0;title\u0007 \u009b1m back\b\b \u2028 \u2029 ${String.fromCharCode(...all)} end`

  itEach(
    'has no control characters in its message',
    [
      ['a message', JSON.stringify({ message: dirty })],
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

  itEach(
    'quickly truncates long bodies',
    [
      ['an array of errors', JSON.stringify({ errors: Array.from({ length: 100_000 }, () => 'long') })],
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
})
