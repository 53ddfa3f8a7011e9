import { cp, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { expect } from 'chai'
import { expectTypeOf } from 'expect-type'
import {
  AbortError,
  ApiError,
  type Client,
  type ClientOptions,
  ConfigurationError,
  createClient,
  type Fetch,
  type Issue,
  isSessionError,
  NetworkError,
  ReplyError,
  type Session,
  type SessionError,
  session,
  TimeoutError,
  ValidationError,
} from '../lib/index.ts'
import { caught } from './support/caught.ts'
import { leftOf } from './support/either.ts'
import { closedPort } from './support/faults.ts'
import { processorTime } from './support/processor.ts'
import { httpServer, json, minted, type TestServer } from './support/server.ts'
import { reply, stub } from './support/stub.ts'

const apiKey = 'v1.eu1.0123456789abcdef'
const owned = session().owner('acme-42', 'Acme Inc.')
const payload = { originOwnerId: 'acme-42', originOwnerName: 'Acme Inc.' }

const classes = {
  ValidationError,
  ConfigurationError,
  ApiError,
  NetworkError,
  TimeoutError,
  AbortError,
  ReplyError,
} as const

const answering = (response: () => Response | Promise<Response>, options: ClientOptions = {}): Client =>
  createClient({ apiKey, retries: 0, fetch: stub(response).fetch, ...options })

const sent = (response: () => Response | Promise<Response>, options: ClientOptions = {}): Promise<unknown> =>
  caught(owned.send(answering(response, options)))

/** The error where nobody listens. */
const refused = async (): Promise<unknown> => {
  const port = await closedPort()
  try {
    return await caught(owned.send(createClient({ apiKey, baseUrl: port.url, retries: 0 })))
  } finally {
    await port.close()
  }
}

interface Situation {
  readonly name: SessionError['name']
  readonly title: string
  readonly error: () => unknown
  /** What its message tells to do next, or where to look. */
  readonly next: RegExp
  /** Whether something was sent. */
  readonly sent: boolean
}

const situations: readonly Situation[] = [
  {
    name: 'ValidationError',
    title: 'a session that is not valid',
    error: () => caught(owned.label(' ').send(answering(() => reply(201, minted)))),
    next: /label: expected a string that is not blank/,
    sent: false,
  },
  {
    name: 'ValidationError',
    title: 'a session without an owner',
    error: () => leftOf(session().provider('bamboohr').decode()),
    next: /use \.owner\(id, name\)/,
    sent: false,
  },
  {
    name: 'ValidationError',
    title: 'a blank token',
    error: () => caught(answering(() => reply(201, {})).authenticate(' ')),
    next: /token: expected a string that is not blank/,
    sent: false,
  },
  {
    name: 'ConfigurationError',
    title: 'a key that is not one',
    error: () => sent(() => reply(201, minted), { apiKey: `Basic ${btoa(`${apiKey}:`)}` }),
    next: /give the key alone/,
    sent: false,
  },
  {
    name: 'ConfigurationError',
    title: 'an unknown option',
    error: () =>
      caught(Promise.resolve(Reflect.apply(owned.send, owned, [answering(() => reply(201, {})), { retris: 1 }]))),
    next: /did you mean 'retries'\?/,
    sent: false,
  },
  {
    name: 'ConfigurationError',
    title: 'no client',
    error: () => caught(Promise.resolve(Reflect.apply(owned.send, owned, []))),
    next: /\.send\(createClient\(/,
    sent: false,
  },
  {
    name: 'ConfigurationError',
    title: 'a key function that throws',
    error: () => sent(() => reply(201, minted), { apiKey: () => Promise.reject(new Error('sealed')) }),
    next: /Call it on its own/,
    sent: false,
  },
  {
    name: 'ApiError',
    title: 'an error status',
    error: () => sent(() => reply(401, { statusCode: 401, message: 'Unauthorized' })),
    next: /Check the API key/,
    sent: true,
  },
  {
    name: 'NetworkError',
    title: 'a port that nobody listens at',
    error: refused,
    next: /Check baseUrl/,
    sent: true,
  },
  {
    name: 'TimeoutError',
    title: 'silence',
    error: () => sent(() => new Promise(() => {}), { timeout: 30 }),
    next: /[Tt]ry again/,
    sent: true,
  },
  {
    name: 'TimeoutError',
    title: 'a deadline',
    error: () => sent(() => new Promise(() => {}), { deadline: 30 }),
    next: /[Tt]ry again/,
    sent: true,
  },
  {
    name: 'TimeoutError',
    title: 'an account that nobody connects',
    error: () => caught(answering(() => reply(200, minted)).waitForConnection(4711, { interval: 5, deadline: 30 })),
    next: /again|longer/,
    sent: true,
  },
  {
    name: 'AbortError',
    title: 'a signal',
    error: () => {
      const controller = new AbortController()
      const client = answering(() => {
        controller.abort('enough')
        return new Promise(() => {})
      })
      return caught(owned.send(client, { signal: controller.signal }))
    },
    next: /signal.*reason/,
    sent: true,
  },
  {
    name: 'ReplyError',
    title: 'a success without a token',
    error: () => sent(() => reply(201, { id: 1 })),
    next: /[Cc]heck|[Tt]ry again|[Ss]ee/,
    sent: true,
  },
  {
    name: 'ReplyError',
    title: 'drift under strict',
    error: () => sent(() => reply(200, minted), { strict: true }),
    next: /[Cc]heck|[Tt]urn|[Ss]et|strict: false|[Ww]ithout strict/,
    sent: true,
  },
]

describe('each error', () => {
  it('is of one of the seven kinds, of each in some situation here', () => {
    expect([...new Set(situations.map(({ name }) => name))]).to.deep.equal(Object.keys(classes))
  })

  for (const { name, title, error: make, next, sent } of situations)
    describe(`${name}, over ${title}`, () => {
      let error: SessionError
      before(async () => {
        const made = await make()
        if (!isSessionError(made)) throw new Error('expected a SessionError', { cause: made })
        error = made
      })

      it('has its name, and is an Error of its class and no other', () => {
        expect(error.name).to.equal(name)
        expect(error).to.be.instanceOf(Error)
        for (const [other, type] of Object.entries(classes))
          expect(error instanceof type, other).to.equal(other === name)
        expect(error.constructor).to.equal(classes[name])
        expect(Object.prototype.toString.call(error)).to.equal('[object Error]')
      })

      it('has a name that cannot be changed, and that is no member of its own', () => {
        expect(Reflect.set(error, 'name', 'Other')).to.equal(false)
        expect(error.name).to.equal(name)
        expect(Object.keys(error)).not.to.include('name')
      })

      it('has a stack that begins with its name and message', () => {
        expect(error.stack?.startsWith(`${name}: ${error.message}`)).to.equal(true)
        expect(String(error)).to.equal(`${name}: ${error.message}`)
      })

      it('has a message that tells what to do next', () => {
        expect(error.message).to.match(next)
        expect(error.message).not.to.match(/\[object|NaN|undefined ms|: undefined/)
      })

      it("has no cause, but for the caller's own reason", () => {
        if (error instanceof AbortError) expect(error.cause).to.equal(error.reason)
        else expect(error).not.to.have.property('cause')
      })

      it(sent ? 'tells what it cost' : 'tells no cost, for nothing was sent', () => {
        if (sent) {
          expect(error.attempts).to.be.a('number').that.is.at.least(1)
          expect(error.elapsedMs).to.be.a('number').that.is.at.least(0).and.below(10_000)
          expect(Number.isInteger(error.elapsedMs)).to.equal(true)
        } else expect(error).not.to.have.any.keys('attempts', 'elapsedMs')
      })

      it('gives name, message and members as JSON, and no stack', () => {
        const written = JSON.parse(JSON.stringify({ error })).error
        expect(written).to.include({ name, message: error.message })
        const members = [...Object.keys(error), ...(error instanceof AbortError ? ['reason'] : [])]
        expect(Object.keys(written).sort()).to.deep.equal(['name', 'message', ...members].sort())
        expect(JSON.stringify(error)).not.to.include('.ts:')
        expect(written).to.deep.equal(JSON.parse(JSON.stringify(error.toJSON())))
      })

      it('is a SessionError to isSessionError, as is what is made of its class', () => {
        expect(isSessionError(error)).to.equal(true)
        expect(isSessionError(Object.create(error))).to.equal(true)
      })
    })
})

describe('the members of an error', () => {
  it('ValidationError has all issues, frozen, and lists them in its message', async () => {
    const error = await caught(
      owned
        .owner(' ', '')
        .expiresIn(0)
        .send(answering(() => reply(201, minted))),
    )
    if (!(error instanceof ValidationError)) throw new Error('expected a ValidationError')
    expect(error.issues.map(({ path }) => path)).to.deep.equal(['originOwnerId', 'originOwnerName', 'expiresIn'])
    expect(error.message.split('\n')).to.have.length(4)
    for (const { path, message } of error.issues) expect(error.message).to.include(`  - ${path}: ${message}`)
    expect(Object.isFrozen(error.issues)).to.equal(true)
    for (const issue of error.issues) expect(Object.isFrozen(issue)).to.equal(true)
  })

  it('ValidationError has more issues than its message lists, when there are many', async () => {
    const record = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`k${index}`, Number.NaN]))
    const error = leftOf(owned.metadata(record).decode())
    expect(error.issues).to.have.length(5000)
    expect(error.message.split('\n')).to.have.length(22)
    expect(error.message).to.include('and 4980 more')
  })

  it('ValidationError tells of each issue its path and its hint, where it has them', () => {
    const issues: readonly Issue[] = [
      { path: '', message: 'is odd' },
      { path: 'label', message: 'is blank' },
      { path: 'provider', message: 'is a number', hint: 'use the key' },
    ]
    expect(new ValidationError(issues, 'No').message).to.equal(
      'No:\n  - is odd\n  - label: is blank\n  - provider: is a number (use the key)',
    )
  })

  it('ValidationError lists twenty issues to the end', () => {
    const issues = Array.from({ length: 20 }, (_, index) => ({ path: `k${index}`, message: 'is odd' }))
    const lines = new ValidationError(issues).message.split('\n')
    expect(lines).to.have.length(21)
    expect(lines.at(-1)).to.equal('  - k19: is odd')
  })

  it('ApiError has the body also where a fetch function leaves its byte order mark', async () => {
    const headers = new Headers()
    const fetch: Fetch = async () => ({ status: 400, headers, text: async () => '\uFEFF{"message":"Not this one"}' })
    const error = await caught(owned.send(createClient({ apiKey, fetch })))
    expect(error).to.have.deep.property('body', { message: 'Not this one' })
  })

  it('NetworkError has the code of the system, where there is one', async () => {
    const error = await refused()
    expect(error).to.include({ name: 'NetworkError', code: 'ECONNREFUSED', attempts: 1 })
    expect(error).to.have.property('message').that.includes('ECONNREFUSED').and.includes('POST /connect_sessions')
    const codeless = await sent(() => Promise.reject(new TypeError('fetch failed')))
    expect(codeless).to.include({ name: 'NetworkError' })
    expect(codeless).not.to.have.property('code')
  })

  const oddCodes: readonly unknown[] = [7, '', ' ', 'a b', 'E\u001b[31m', `E${'X'.repeat(100)}`, { code: 'E' }, null]
  for (const code of oddCodes)
    it(`NetworkError has no code that is none: ${JSON.stringify(code).slice(0, 20)}`, async () => {
      const error = await sent(() => Promise.reject(Object.assign(new Error('x'), { code })))
      expect(error).to.include({ name: 'NetworkError' })
      expect(error).not.to.have.property('code')
    })

  it('AbortError has the reason, the very same one', async () => {
    for (const reason of [new Error('mine'), 'enough', 0, null, { why: [] }]) {
      const error = await caught(
        owned.send(
          answering(() => reply(201, minted)),
          { signal: AbortSignal.abort(reason) },
        ),
      )
      expect(error).to.be.instanceOf(AbortError)
      expect(error).to.have.property('reason', reason)
    }
  })

  it("AbortError has the platform's reason, if the caller gave none", async () => {
    const error = await caught(
      owned.send(
        answering(() => reply(201, minted)),
        { signal: AbortSignal.abort() },
      ),
    )
    expect(error).to.have.property('reason').that.is.instanceOf(DOMException).with.property('name', 'AbortError')
  })

  it('AbortError can be written as JSON, whatever the reason is', async () => {
    const cyclic: { self?: unknown } = {}
    cyclic.self = cyclic
    const textless = {
      toString: () => {
        throw new Error('a trap of the test')
      },
    }
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    const reasons: readonly (readonly [unknown, string])[] = [
      [cyclic, '[object Object]'],
      [7n, '7'],
      [Symbol('x'), 'Symbol(x)'],
      [new Proxy({}, { ownKeys: () => ['a', 'a'] }), '[object Object]'],
      [Object.create(null), 'object'],
      [textless, 'object'],
      [proxy, 'object'],
    ]
    for (const [reason, text] of reasons) {
      const error = await caught(
        owned.send(
          answering(() => reply(201, minted)),
          { signal: AbortSignal.abort(reason) },
        ),
      )
      expect(JSON.parse(JSON.stringify({ error })).error).to.include({ name: 'AbortError', reason: text })
    }
  })

  it('ReplyError has the status, the request id, and where the reply deviates', async () => {
    const error = await sent(() => reply(200, minted, { 'x-request-id': 'req-1' }), { strict: true })
    expect(error).to.include({ name: 'ReplyError', status: 200, requestId: 'req-1', attempts: 1 })
    expect(error)
      .to.have.property('issues')
      .that.deep.equals([{ path: 'status', message: 'expected 201, got 200' }])
  })

  it('ReplyError has no request id, where there was none', async () => {
    const error = await sent(() => reply(201, []))
    expect(error).to.include({ name: 'ReplyError', status: 201 })
    expect(error).not.to.have.property('requestId')
  })

  const endpoint = 'POST /connect_sessions'
  const foreign = (value: unknown) => (): Response => value as Response // as JavaScript may
  const never = (): Promise<never> => new Promise(() => {})
  const failing = (error: unknown) => (): Promise<never> => Promise.reject(error)
  const sentences: readonly (readonly [
    title: string,
    error: () => Promise<unknown>,
    message: string,
    members?: object,
  ])[] = [
    [
      'TimeoutError, of each attempt',
      () => sent(never, { timeout: 20, retries: 1 }),
      `${endpoint} was not answered within the timeout of 20 ms, in 2 attempts. Try again later.`,
      { attempts: 2 },
    ],
    [
      'TimeoutError, of one attempt as long as the call',
      () => sent(never, { timeout: 5000, deadline: 20 }),
      `${endpoint} was not answered within the deadline of 20 ms, in 1 attempt. Try again later.`,
      { attempts: 1 },
    ],
    [
      'TimeoutError, without a key',
      () => sent(() => reply(201, minted), { apiKey: never, deadline: 20 }),
      'The apiKey function gave no key within the deadline of 20 ms, in 0 attempts. Try again later.',
      { attempts: 0 },
    ],
    [
      'ConfigurationError, over a key function that throws',
      () => sent(() => reply(201, minted), { apiKey: failing(new Error('sealed')) }),
      'The apiKey function threw an error. Call it on its own to see which.',
    ],
    [
      'ConfigurationError, over a client of another make that throws',
      () => caught(owned.send({ create: failing(new Error('sealed')) })),
      'The client threw an error of its own, which is not repeated here.',
    ],
    [
      'ConfigurationError, over what is no Response',
      () => sent(foreign('a page')),
      'The fetch function gave no Response, or a used one. Let it return a new one.',
      { attempts: 1 },
    ],
    [
      'ReplyError, over what is too long',
      () => sent(() => new Response(new Uint8Array(10 * 1024 * 1024 + 1), { status: 500 })),
      `The answer to ${endpoint} is longer than 10485760 bytes. Check baseUrl.`,
      { attempts: 1, issues: [], status: 500 },
    ],
    [
      'ApiError, over a status that is none',
      () => sent(foreign({ status: 199, headers: new Headers(), text: async () => '{}' })),
      `StackOne answered 199 to ${endpoint}: "{}". See \`body\` of this error.`,
      { attempts: 1 },
    ],
    [
      'ApiError, over a key that is not known',
      () => sent(() => reply(401, {})),
      `StackOne answered 401 to ${endpoint}: "{}". Check the API key: apiKey or STACKONE_API_KEY must be whole, and not revoked.`,
    ],
    [
      'ApiError, over a key or a token that is not known',
      () => caught(answering(() => reply(401, {})).authenticate('a-token')),
      `StackOne answered 401 to ${endpoint}/authenticate: "{}". Check the token, which may have expired, and the API key.`,
    ],
    [
      'ApiError, over a token that may not be looked at',
      () => caught(answering(() => reply(403, {})).authenticate('a-token')),
      `StackOne answered 403 to ${endpoint}/authenticate: "{}". Check that the API key has the scope for connect sessions.`,
    ],
    [
      'NetworkError, with a code',
      () => sent(failing(Object.assign(new Error('x'), { code: 'EPROXY' }))),
      `The connection for ${endpoint} failed (EPROXY). Check baseUrl, DNS, proxy and firewall, or try again later.`,
      { attempts: 1, code: 'EPROXY' },
    ],
    [
      'NetworkError, without a code',
      () => sent(failing(new Error('x'))),
      `The connection for ${endpoint} failed. Check baseUrl, DNS, proxy and firewall, or try again later.`,
      { attempts: 1 },
    ],
  ]
  for (const [title, error, message, members = {}] of sentences)
    it(`say what happened and what to do: ${title}`, async () => {
      const made = await error()
      expect(made).to.have.property('message', message)
      expect(made).to.deep.include(members)
    })
})

interface Said {
  readonly title: string
  readonly status?: number
  readonly body: string
  /** What of it the message repeats, between its quotes; nothing if undefined. */
  readonly says: string | undefined
  /** What `body` is; the parsed body if it is not given here. */
  readonly holds?: unknown
}

const contract = { statusCode: 400, message: 'Bad Request', timestamp: '2023-05-30T00:00:00.000Z' }
const page = (body: string): string =>
  `<!DOCTYPE html>\n<html><head><style>p{}</style></head><body>${body}</body></html>`

const said: readonly Said[] = [
  { title: 'a string', body: JSON.stringify(contract), says: 'Bad Request' },
  { title: 'a string, without a timestamp', body: '{"statusCode":400,"message":"No"}', says: 'No' },
  {
    title: 'a string, with provider errors',
    body: '{"message":"No","data":{"a":1},"provider_errors":[{"b":2}]}',
    says: 'No',
  },
  { title: 'an array of strings', body: '{"message":["a must be set","b is odd"]}', says: 'a must be set; b is odd' },
  { title: 'an array of one string', body: '{"message":["a must be set"]}', says: 'a must be set' },
  { title: 'an array with others than strings', body: '{"message":["a",7,null,{"b":1},"c"]}', says: 'a; c' },
  { title: 'an empty string', body: '{"message":""}', says: undefined },
  { title: 'an empty array', body: '{"message":[]}', says: undefined },
  {
    title: 'a string with quotes and line breaks',
    body: '{"message":"say \\"no\\",\\r\\n\\tplease"}',
    says: 'say \\"no\\", please',
  },
  { title: 'a string beyond ASCII', body: '{"message":"Ungültig: ключ 鍵"}', says: 'Ungültig: ключ 鍵' },
  {
    title: 'a message that is an object',
    body: '{"message":{"why":"odd"}}',
    says: '{\\"message\\":{\\"why\\":\\"odd\\"}}',
  },
  {
    title: 'a message that is null',
    body: '{"message":null,"error":"odd"}',
    says: '{\\"message\\":null,\\"error\\":\\"odd\\"}',
  },
  { title: 'no message', body: '{"error":"odd"}', says: '{\\"error\\":\\"odd\\"}' },
  { title: 'an object without members', body: '{}', says: '{}' },
  { title: 'a JSON string', body: '"odd"', says: 'odd' },
  { title: 'a JSON array', body: '["odd"]', says: '[\\"odd\\"]' },
  { title: 'a JSON null', body: 'null', says: 'null' },
  { title: 'an empty body', body: '', says: undefined, holds: '' },
  { title: 'a blank body', body: ' \r\n\t', says: undefined, holds: '' },
  { title: 'a text', body: 'upstream\r\n  timed out', says: 'upstream timed out', holds: 'upstream timed out' },
  { title: 'JSON that was cut off', body: '{"message":"Bad', says: '{\\"message\\":\\"Bad', holds: '{"message":"Bad' },
  {
    title: 'a page',
    body: page('<h1>502</h1><p>Bad&#32;Gateway</p>'),
    says: '502 Bad Gateway',
    holds: '502 Bad Gateway',
  },
  {
    title: 'a page with scripts',
    body: page('<script>alert("<p>")</script><h1>Not<br>here</h1><STYLE>h1 { }</STYLE>'),
    says: 'Not here',
    holds: 'Not here',
  },
  { title: 'a page of nothing but tags', body: page('<hr>'), says: undefined, holds: '' },
  {
    title: 'a page with entities',
    body: page('<p>1 &lt; 2 &gt; 1 &quot;so&quot; &copy; us &amp; you</p>'),
    says: '1 < 2 > 1 \\"so\\" &copy; us & you',
    holds: '1 < 2 > 1 "so" &copy; us & you',
  },
  {
    title: 'a text as long as an excerpt may be',
    body: 'x'.repeat(300),
    says: 'x'.repeat(300),
    holds: 'x'.repeat(300),
  },
  {
    title: 'a text that is one letter longer',
    body: 'x'.repeat(301),
    says: `${'x'.repeat(300)}…`,
    holds: `${'x'.repeat(300)}…`,
  },
  {
    title: 'a text, but for what it names as a secret',
    body: "token=abc authLinkUrl: 'def', auth_link_url=ghi; external_trigger_token=jkl externalTriggerToken = mno end",
    says: "token=[secret] authLinkUrl: '[secret]', auth_link_url=[secret]; external_trigger_token=[secret] externalTriggerToken = [secret] end",
    holds:
      "token=[secret] authLinkUrl: '[secret]', auth_link_url=[secret]; external_trigger_token=[secret] externalTriggerToken = [secret] end",
  },
  {
    title: 'a page with a tag that never ends',
    body: '<p>Bad Gateway<p',
    says: 'Bad Gateway<p',
    holds: 'Bad Gateway<p',
  },
]

const adviceOf = {
  300: /redirects.*not followed.*baseUrl/,
  400: /not valid.*`body`/,
  401: /API key.*STACKONE_API_KEY/,
  403: /scope/,
  404: /id.*(project|baseUrl)/,
  408: /try again later/,
  409: /`body`/,
  418: /`body`/,
  422: /not valid.*`body`/,
  429: /fewer requests.*1000 a minute/,
  500: /try again later/,
  502: /try again later/,
  503: /try again later/,
  504: /try again later/,
} as const

const errorOf = async (
  response: () => Response | Promise<Response>,
  options: ClientOptions = {},
): Promise<ApiError> => {
  const error = await sent(response, options)
  if (error instanceof ApiError) return error
  throw new Error('expected an ApiError', { cause: error })
}

describe('ApiError', () => {
  for (const { title, status = 400, body, says, holds } of said)
    it(`repeats the server's own sentence: ${title}`, async () => {
      const error = await errorOf(() => new Response(body, { status }))
      const begin = `StackOne answered ${status} to POST /connect_sessions`
      expect(
        error.message.startsWith(says === undefined ? `${begin}. ` : `${begin}: "${says}". `),
        error.message,
      ).to.equal(true)
      expect(error.message).to.match(adviceOf[400])
      expect(error.message).not.to.match(/[\r\n\t]/)
      expect(error.body).to.deep.equal(holds === undefined ? JSON.parse(body) : holds)
    })

  for (const [status, advice] of Object.entries(adviceOf))
    it(`advises what to do about ${status}`, async () => {
      const error = await errorOf(() => reply(Number(status), { message: 'No.' }))
      expect(error.status).to.equal(Number(status))
      expect(error.message).to.include(`answered ${status}`).and.include('"No."')
      expect(error.message).to.match(advice)
    })

  it('advises differently about 400, 401, 403, 404 and 429', async () => {
    const messages = await Promise.all(
      [400, 401, 403, 404, 429].map(async (status) =>
        (await errorOf(() => reply(status, {}))).message.split(': ').at(-1),
      ),
    )
    expect(new Set(messages).size).to.equal(5)
  })

  it('names the endpoint, without an id', async () => {
    const client = answering(() => reply(404, {}))
    expect(await caught(client.get('id-of-acme')))
      .to.have.property('message')
      .that.includes('GET /connect_sessions/{id}')
    expect(await caught(client.get('id-of-acme')))
      .to.have.property('message')
      .that.does.not.include('id-of-acme')
    expect(await caught(client.authenticate('tok')))
      .to.have.property('message')
      .that.includes('POST /connect_sessions/authenticate')
  })

  it('says that a redirect is not followed', async () => {
    const error = await errorOf(() => new Response(null, { status: 302, headers: { location: 'https://evil.test' } }))
    expect(error.status).to.equal(302)
    expect(error.message).to.match(/redirect.*not followed.*baseUrl/)
  })

  it('has the body with its secrets masked, and all else as it came', async () => {
    const body = {
      statusCode: 409,
      message: 'Conflict',
      data: [{ a: null, b: [1, 1.5, true, 'x'], token: 'tok.0123456789' }],
      auth_link_url: 'https://a.test',
      external_trigger_token: 'abcdefgh',
      token: 7,
      tokens: 'plural',
      subtoken: 'not the one',
    }
    const error = await errorOf(() => reply(409, body))
    expect(error.body).to.deep.equal({
      ...body,
      data: [{ a: null, b: [1, 1.5, true, 'x'], token: '[secret]' }],
      auth_link_url: '[secret]',
      external_trigger_token: '[secret]',
    })
  })

  it('has the request id, if there was one', async () => {
    expect(await errorOf(() => reply(500, {}, { 'x-request-id': 'req-1' }))).to.include({ requestId: 'req-1' })
    expect(await errorOf(() => reply(500, {}))).not.to.have.property('requestId')
    expect(await errorOf(() => reply(500, {}, { 'x-request-id': ' ' }))).not.to.have.property('requestId')
    const { requestId } = await errorOf(() => reply(500, {}, { 'x-request-id': 'x'.repeat(5000) }))
    expect(requestId).to.have.length.below(500)
  })

  const waits: readonly (readonly [string | undefined, number | undefined])[] = [
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
  for (const [value, retryAfter] of waits)
    it(`has retryAfter ${retryAfter} for a Retry-After of ${value?.slice(0, 40)}`, async () => {
      const error = await errorOf(() => reply(429, {}, value === undefined ? {} : { 'retry-after': value }))
      expect(error.retryAfter).to.equal(retryAfter)
      expect('retryAfter' in error).to.equal(retryAfter !== undefined)
      if (retryAfter !== undefined) expect(error.message).to.include(`wait ${retryAfter} s`)
    })

  it('has the seconds until a date in Retry-After', async () => {
    const date = new Date(Date.now() + 90_000).toUTCString()
    const { retryAfter } = await errorOf(() => reply(503, {}, { 'retry-after': date }))
    expect(retryAfter).to.be.within(80, 91)
  })

  it('counts its attempts and its time, the waits between included', async () => {
    const started = performance.now()
    const error = await errorOf(() => reply(503, {}), { retries: 1 })
    const took = performance.now() - started
    expect(error.attempts).to.equal(2)
    // The first wait is 250 ms, give or take a quarter.
    expect(error.elapsedMs).to.be.within(180, Math.ceil(took))
  })

  it('is told in the same way over a real connection', async () => {
    const server: TestServer = await httpServer((_, response) =>
      json(
        response,
        429,
        { statusCode: 429, message: 'Too Many Requests' },
        { 'retry-after': '60', 'x-request-id': 'r' },
      ),
    )
    try {
      const error = await caught(owned.send(createClient({ apiKey, baseUrl: server.url, deadline: 2000 })))
      expect(error).to.include({ name: 'ApiError', status: 429, requestId: 'r', retryAfter: 60, attempts: 1 })
      expect(error).to.have.property('body').that.deep.equals({ statusCode: 429, message: 'Too Many Requests' })
    } finally {
      await server.close()
    }
  })

  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  const controls = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/
  const every = [
    ...Array.from({ length: 32 }, (_, code) => code),
    ...Array.from({ length: 33 }, (_, code) => 127 + code),
  ]
  const dirty = `red \u001b[31m alert \u001b]0;title\u0007 \u009b1m back\b\b \u2028 \u2029 ${String.fromCharCode(...every)} end`

  for (const [title, body] of [
    ['a message', JSON.stringify({ message: dirty })],
    ['a list of messages', JSON.stringify({ message: [dirty, dirty] })],
    ['JSON without a message', JSON.stringify({ error: dirty })],
    ['a text', dirty],
    ['a page', page(`<p>${dirty}</p>`)],
    ['entities', page(`<p>${[...dirty].map((letter) => `&#${letter.codePointAt(0)};`).join('')}</p>`)],
    ['hexadecimal entities', page('<p>&#x1b;[31m&#x9B;1m&#7;&#xA; end</p>')],
  ] as const)
    it(`lets no control character of the server into its message, in ${title}`, async () => {
      const error = await errorOf(() => new Response(body, { status: 500 }))
      expect(error.message).to.include('end')
      expect(error.message).not.to.match(controls)
      expect(error.stack?.split('\n')[0]).to.equal(`ApiError: ${error.message}`)
    })

  it('lets no character into its message that turns the text around', async () => {
    const turned = 'user \u202egnp.exe\u202c \u2066a\u2069 \u200fb end'
    const error = await errorOf(() => reply(500, { message: turned }))
    expect(error.message).to.include('end')
    expect(error.message).not.to.match(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/)
  })

  for (const [title, body] of [
    ['a message', JSON.stringify({ message: 'x'.repeat(1_000_000) })],
    ['a list of messages', JSON.stringify({ message: Array.from({ length: 100_000 }, () => 'long') })],
    ['JSON without a message', JSON.stringify({ error: 'x'.repeat(1_000_000) })],
    ['a text', 'long '.repeat(200_000)],
    ['a page', page('<p>long</p>'.repeat(100_000))],
    ['signs that could be tags', '<'.repeat(1_000_000)],
    ['signs that could be scripts', '<script'.repeat(100_000)],
    ['entities', '&#1'.repeat(300_000)],
    ['quotes', JSON.stringify({ message: '"'.repeat(100_000) })],
  ] as const)
    it(`cuts what is very long, in ${title}, and is soon there`, async () => {
      const took = await processorTime(async () => {
        const error = await errorOf(() => new Response(body, { status: 500 }))
        expect(error.message).to.have.length.below(1000)
        expect(error.message).to.match(/try again later/)
      })
      expect(took).to.be.below(4000)
    })

  it('masks a great many secrets, and is soon there', async () => {
    const data = Array.from({ length: 10_000 }, (_, index) => ({ token: `token-number-${index}` }))
    const took = await processorTime(async () => {
      const error = await errorOf(() => reply(400, { message: 'No.', data }))
      expect(JSON.stringify(error.body)).not.to.include('token-number')
    })
    expect(took).to.be.below(3000)
  })
})

describe('isSessionError', () => {
  describe('across two copies of the package', () => {
    const root = new URL('../', import.meta.url)
    let folder: string
    let other: typeof import('../lib/index.ts')
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'stackone-session-copy-'))
      await cp(new URL('lib', root), join(folder, 'lib'), { recursive: true })
      await cp(new URL('package.json', root), join(folder, 'package.json'))
      await symlink(fileURLToPath(new URL('node_modules', root)), join(folder, 'node_modules'), 'junction')
      other = await import(pathToFileURL(join(folder, 'lib/index.ts')).href)
    })
    after(() => rm(folder, { recursive: true, force: true }))

    it('holds for errors of the other one, which are of no class of this one', async () => {
      const foreign = await caught(
        other
          .session()
          .owner('acme-42', 'Acme Inc.')
          .send(other.createClient({ apiKey: ' ', fetch: stub().fetch })),
      )
      expect(foreign).to.be.instanceOf(other.ConfigurationError)
      expect(foreign).not.to.be.instanceOf(ConfigurationError)
      expect(isSessionError(foreign)).to.equal(true)
      expect(other.isSessionError(new ConfigurationError('x'))).to.equal(true)
    })

    for (const name of Object.keys(classes) as (keyof typeof classes)[]) // a constant's keys are those of its type
      it(`holds for ${name}, both ways`, () => {
        expect(isSessionError(Object.create(other[name].prototype))).to.equal(true)
        expect(other.isSessionError(Object.create(classes[name].prototype))).to.equal(true)
        expect(other[name]).not.to.equal(classes[name])
      })

    it('lets a session of one copy be sent with a client of the other, with its errors as they are', async () => {
      const client = other.createClient({ apiKey, retries: 0, fetch: stub(() => reply(401, {})).fetch })
      const left = leftOf(await owned.task(client)())
      expect(left).to.include({ name: 'ApiError', status: 401 })
      expect(left).to.be.instanceOf(other.ApiError)
    })
  })

  it('holds for the errors of any version of the package, by a brand that never changes', () => {
    const brand = Symbol.for('stackone-session/error')
    expect(isSessionError(Object.defineProperty(new Error('x'), brand, { value: true }))).to.equal(true)
    expect(isSessionError(Object.defineProperty(new Error('x'), brand, { value: 1 }))).to.equal(false)
  })

  const no: readonly (readonly [string, unknown])[] = [
    ['undefined', undefined],
    ['null', null],
    ['a string', 'ApiError'],
    ['a number', 7],
    ['a bigint', 7n],
    ['a boolean', true],
    ['a symbol', Symbol.for('stackone-session/error')],
    ['a function', () => {}],
    ['a class of ours', ApiError],
    ['an object', {}],
    ['an object without a prototype', Object.create(null)],
    ['an array', [new AbortError('x')]],
    ['an Error', new Error('x')],
    ['a TypeError', new TypeError('x')],
    ['an error with a name of ours', Object.assign(new Error('x'), { name: 'ApiError', status: 400 })],
    ['an object that looks like one', { name: 'ApiError', message: 'x', status: 400, body: null }],
    ['an object with a string for our brand', { 'stackone-session/error': true }],
    ['what wraps one', new Error('x', { cause: new AbortError('x') })],
    ['several of them', new AggregateError([new AbortError('x')])],
    ['a DOMException', new DOMException('x', 'AbortError')],
    ['a promise of one', Promise.resolve(new AbortError('x'))],
    ['what JSON makes of one', JSON.parse(JSON.stringify(new AbortError('x')))],
    ['what structuredClone makes of one', structuredClone(new AbortError('x'))],
  ]
  for (const [title, value] of no)
    it(`is false for ${title}`, () => {
      expect(isSessionError(value)).to.equal(false)
    })

  const trap = (): never => {
    throw new TypeError('a trap of the test')
  }
  const revoked = (): object => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    return proxy
  }
  const hostile: readonly (readonly [string, () => object])[] = [
    ['a proxy that throws for has', () => new Proxy({}, { has: trap })],
    ['a proxy that throws for get', () => new Proxy({}, { has: () => true, get: trap })],
    ['a proxy that throws for its prototype', () => new Proxy({}, { getPrototypeOf: trap, has: trap })],
    ['a revoked proxy', revoked],
    [
      'an object whose brand is a getter that throws',
      () => Object.defineProperty({}, Symbol.for('stackone-session/error'), { get: trap }),
    ],
  ]
  for (const [title, make] of hostile)
    it(`is false for ${title}, and throws nothing`, () => {
      expect(isSessionError(make())).to.equal(false)
    })

  for (const [title, make] of hostile) {
    it(`does not stand in the way of a task when ${title} is thrown by a client`, async () => {
      const create = (): never => {
        throw make()
      }
      const left = leftOf(await Reflect.apply(owned.task, owned, [{ create }])())
      expect(left).to.have.property('name', 'ConfigurationError')
    })

    it(`does not stand in the way of a call when ${title} is thrown by a fetch function`, async () => {
      const fetch = (): never => {
        throw make()
      }
      const client = createClient({ apiKey, fetch, retries: 0 })
      expect(await caught(owned.send(client))).to.have.property('name', 'NetworkError')
      expect(leftOf(await client.task.get(1)())).to.have.property('name', 'NetworkError')
    })

    it(`does not stand in the way of a call when ${title} is thrown by a key function`, async () => {
      const key = (): never => {
        throw make()
      }
      const client = createClient({ apiKey: key, fetch: stub().fetch, retries: 0 })
      expect(await caught(owned.send(client))).to.have.property('name', 'ConfigurationError')
    })
  }
})

/** What to do about an error: compiles only as long as every kind is told apart. */
const advise = (error: SessionError): string => {
  switch (error.name) {
    case 'ValidationError':
      expectTypeOf(error).toEqualTypeOf<ValidationError>()
      return error.issues.map(({ path }) => path).join()
    case 'ConfigurationError':
      expectTypeOf(error).toEqualTypeOf<ConfigurationError>()
      return 'configure'
    case 'ApiError':
      expectTypeOf(error).toEqualTypeOf<ApiError>()
      return `status ${error.status}`
    case 'NetworkError':
      expectTypeOf(error).toEqualTypeOf<NetworkError>()
      return `code ${error.code}`
    case 'TimeoutError':
      expectTypeOf(error).toEqualTypeOf<TimeoutError>()
      return `after ${error.attempts}`
    case 'AbortError':
      expectTypeOf(error).toEqualTypeOf<AbortError>()
      return `because ${error.reason}`
    case 'ReplyError':
      expectTypeOf(error).toEqualTypeOf<ReplyError>()
      return `reply ${error.status}`
    default:
      error satisfies never
      throw new Error('an error of no kind')
  }
}

describe('the union of errors', () => {
  it('is told apart by name, exhaustively', async () => {
    expect(advise(leftOf(session().owner('', 'Acme Inc.').decode()))).to.equal('originOwnerId')
    expect(advise(await errorOf(() => reply(418, {})))).to.equal('status 418')
    expect(advise(new AbortError('enough'))).to.equal('because enough')
  })

  it('has literal names and typed members', () => {
    expectTypeOf<SessionError['name']>().toEqualTypeOf<keyof typeof classes>()
    expectTypeOf<SessionError['message']>().toEqualTypeOf<string>()
    expectTypeOf<SessionError['attempts']>().toEqualTypeOf<number | undefined>()
    expectTypeOf<SessionError['elapsedMs']>().toEqualTypeOf<number | undefined>()
    expectTypeOf<ApiError['status']>().toEqualTypeOf<number>()
    expectTypeOf<ApiError['body']>().toEqualTypeOf<unknown>()
    expectTypeOf<ApiError['retryAfter']>().toEqualTypeOf<number | undefined>()
    expectTypeOf<ReplyError['issues']>().toEqualTypeOf<readonly Issue[]>()
    expectTypeOf<AbortError['reason']>().toEqualTypeOf<unknown>()
    expectTypeOf(isSessionError).guards.toEqualTypeOf<SessionError>()
    expect(Object.keys(classes)).to.have.length(7)
  })
})

describe('send and task, whatever they are given', () => {
  const trap = (): never => {
    throw new RangeError('a trap of the test')
  }
  const thenable = {
    // biome-ignore lint/suspicious/noThenProperty: a client may give one
    then: trap,
  }

  interface Foreign {
    readonly title: string
    readonly client: unknown
    readonly error?: SessionError['name']
  }
  const foreign: readonly Foreign[] = [
    { title: 'undefined', client: undefined },
    { title: 'null', client: null },
    { title: 'a string', client: apiKey },
    { title: 'a number', client: 7 },
    { title: 'an array', client: [] },
    { title: 'an object without create', client: {} },
    { title: 'a create that is no function', client: { create: 'create' } },
    { title: 'the function createClient, not called', client: createClient },
    { title: 'a promise of a client', client: Promise.resolve(createClient({ apiKey, fetch: stub().fetch })) },
    { title: 'a create that throws', client: { create: trap } },
    {
      title: 'a create that throws what is no error',
      client: {
        create: () => {
          throw undefined
        },
      },
    },
    { title: 'a create that rejects', client: { create: () => Promise.reject(new Error('x')) } },
    { title: 'a create that rejects with undefined', client: { create: () => Promise.reject(undefined) } },
    { title: 'a create that gives what throws when awaited', client: { create: () => thenable } },
    { title: 'a create that is a getter, which throws', client: Object.defineProperty({}, 'create', { get: trap }) },
    { title: 'a proxy that throws', client: new Proxy({}, { get: trap, has: trap }) },
    {
      title: 'a create that rejects with an error of ours',
      client: { create: () => Promise.reject(new TimeoutError('x')) },
      error: 'TimeoutError',
    },
  ]

  const through = (client: unknown, options?: unknown) => ({
    send: (): unknown => Reflect.apply(owned.send, owned, [client, options]),
    task: (): unknown => Reflect.apply(owned.task, owned, [client, options]),
  })

  for (const { title, client, error = 'ConfigurationError' } of foreign) {
    it(`send rejects with a SessionError, and throws nothing at once: ${title}`, async () => {
      const sending = through(client).send()
      expect(sending).to.be.instanceOf(Promise)
      const rejected = await caught(Promise.resolve(sending))
      expect(isSessionError(rejected)).to.equal(true)
      expect(rejected).to.have.property('name', error)
    })

    it(`task gives a Left with a SessionError, and throws nothing at once: ${title}`, async () => {
      const task = through(client).task()
      if (typeof task !== 'function') throw new Error('expected a task')
      const running = task()
      expect(running).to.be.instanceOf(Promise)
      const left = leftOf(await running)
      expect(isSessionError(left)).to.equal(true)
      expect(left).to.have.property('name', error)
    })
  }

  it('a session that is not valid comes before a client that is none', async () => {
    const invalid: Session = owned.label(' ')
    expect(await caught(Promise.resolve(Reflect.apply(invalid.send, invalid, [null])))).to.have.property(
      'name',
      'ValidationError',
    )
  })

  it('a session without an owner gives JavaScript a ValidationError that names .owner(id, name)', async () => {
    const ownerless = session()
    const send: unknown = Reflect.get(ownerless, 'send')
    if (typeof send !== 'function') throw new Error('expected a function')
    const error = await caught(Reflect.apply(send, ownerless, [createClient({ apiKey, fetch: stub().fetch })]))
    expect(error).to.have.property('name', 'ValidationError')
    expect(error).to.have.property('message').that.includes('.owner(id, name)')
  })

  const noPayloads: readonly unknown[] = [
    undefined,
    null,
    'acme',
    7,
    [],
    {},
    { originOwnerId: 'acme-42' },
    () => payload,
  ]
  for (const value of noPayloads)
    it(`create rejects ${typeof value === 'function' ? 'a function' : JSON.stringify(value)} with a ValidationError`, async () => {
      const { fetch, requests } = stub()
      const client = createClient({ apiKey, fetch })
      expect(await caught(Reflect.apply(client.create, undefined, [value]))).to.have.property('name', 'ValidationError')
      expect(leftOf(await Reflect.apply(client.task.create, undefined, [value])())).to.have.property(
        'name',
        'ValidationError',
      )
      expect(requests).to.have.length(0)
    })

  const noIds: readonly unknown[] = [undefined, null, '', ' ', {}, [], true, Symbol('id'), '.', '..']
  for (const id of noIds)
    it(`get and waitForConnection reject ${typeof id === 'symbol' ? 'a symbol' : JSON.stringify(id)} with a ValidationError`, async () => {
      const { fetch, requests } = stub()
      const client = createClient({ apiKey, fetch })
      for (const call of [client.get, client.waitForConnection])
        expect(await caught(Reflect.apply(call, undefined, [id]))).to.have.property('name', 'ValidationError')
      for (const task of [client.task.get, client.task.waitForConnection])
        expect(leftOf(await Reflect.apply(task, undefined, [id])())).to.have.property('name', 'ValidationError')
      expect(requests).to.have.length(0)
    })
})
