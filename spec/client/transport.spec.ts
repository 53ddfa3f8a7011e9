import { expect } from 'chai'
import { ApiError, createClient, type Fetch, isSessionError, type SessionError } from '../../lib/index.ts'
import { acme, apiKey, clientOf, pooled, type Timed, timedSend, until } from '../support/call.ts'
import { caught } from '../support/caught.ts'
import { leftOf, rightOf } from '../support/either.ts'
import { errorBody, faultyServers, respondWith } from '../support/faults.ts'
import { itEach } from '../support/it-each.ts'
import { dumps, printings, showing } from '../support/printed.ts'
import { minted } from '../support/server.ts'
import { stub } from '../support/stub.ts'

const base = 'http://127.0.0.1:9'
const text = JSON.stringify(minted)

/** A fetch that resolves with any value, as from JavaScript. */
const returning =
  (value: () => unknown): Fetch =>
  async () =>
    value() as Response

const rejecting =
  (error: unknown): Fetch =>
  () =>
    Promise.reject(error)

const throwing =
  (error: unknown): Fetch =>
  () => {
    throw error
  }

/** A fetch that resolves with an object that has the properties of a `Response`, or others. */
const responseLike = (properties: object): Fetch =>
  returning(() => ({
    status: 201,
    ok: true,
    headers: new Headers(),
    body: null,
    text: async () => text,
    ...properties,
  }))

const streaming = (source: UnderlyingDefaultSource): Fetch =>
  returning(() => new Response(new ReadableStream(source), { status: 201 }))

const cyclic = new Error('around')
cyclic.cause = cyclic

interface Case {
  readonly title: string
  readonly fetch: Fetch
  readonly error: SessionError['name']
  readonly attempts: 1 | 2
  readonly says: string
  /** Null if the error must not have a code. */
  readonly code?: string | null
}

const caseOf =
  (error: SessionError['name'], attempts: 1 | 2, says: string) =>
  (title: string, fetch: Fetch, code?: string | null): Case => ({
    ...{ title, fetch, error, attempts, says },
    ...(code !== undefined && { code }),
  })

const network = caseOf('NetworkError', 2, 'The custom `fetch` threw an error for POST /connect_sessions')
const late = caseOf('TimeoutError', 2, 'exceeded the timeout of 100 ms after 2 attempts')
const unread = '`fetch` must return an unread `Response`. Return a new one from each call.'
const notResponse = caseOf('ConfigurationError', 1, unread)
const tooLarge = caseOf('InvalidResponseError', 1, 'exceeds 1048576 bytes')

const resolvingWith = (title: string, value: unknown): Case =>
  notResponse(
    `resolves with ${title}`,
    returning(() => value),
  )

const cases: readonly Case[] = [
  late('never settles and ignores its signal', () => new Promise(() => {})),
  late('returns a body that never starts', streaming({})),
  late(
    'returns a body that stops',
    streaming({ start: (controller) => controller.enqueue(new TextEncoder().encode(text.slice(0, 20))) }),
  ),
  late('returns a text() that never settles', responseLike({ text: () => new Promise(() => {}) })),
  network('throws an error', throwing(new Error('No way out'))),
  network('throws a string', throwing('No way out')),
  network('rejects with an error', rejecting(new Error('No way out'))),
  network('rejects with undefined', rejecting(undefined)),
  network('rejects with an error that is its own cause', rejecting(cyclic)),
  network('rejects with a code', rejecting(Object.assign(new Error('No'), { code: 'EPROXY' })), 'EPROXY'),
  network(
    'rejects with a code that is not a string',
    rejecting(Object.assign(new Error('No'), { code: { a: 1 } })),
    null,
  ),
  network('rejects with an unexpected AbortError', rejecting(new DOMException('Aborted', 'AbortError'))),
  network('rejects with an error of the library', rejecting(new ApiError('Forged', { status: 400, body: 'Forged' }))),
  network(
    'returns Response.error()',
    returning(() => Response.error()),
  ),
  network('returns a body that breaks', streaming({ pull: (controller) => controller.error(new Error('Cut')) })),
  network(
    'rejects with a code five causes deep',
    rejecting(Array.from({ length: 5 }).reduce((cause: object) => ({ cause }), { code: 'EDEEP' })),
    null,
  ),
  network(
    'rejects with a code four causes deep',
    rejecting(Array.from({ length: 4 }).reduce((cause: object) => ({ cause }), { code: 'EDEEP' })),
    'EDEEP',
  ),
  network('returns a body of strings', streaming({ start: (controller) => controller.enqueue(text) })),
  network('returns a text() that rejects', responseLike({ text: () => Promise.reject(new Error('Cut')) })),
  network('returns a text() that throws', responseLike({ text: throwing(new Error('Cut')) })),
  resolvingWith('null', null),
  resolvingWith('a string', text),
  resolvingWith('an empty object', {}),
  resolvingWith('an object with a status only', { status: 201 }),
  notResponse('returns a Response that was read before', async () => {
    const used = new Response(text, { status: 201 })
    await used.text()
    return used
  }),
  notResponse('returns a Response whose body has a reader', async () => {
    const locked = new Response(text, { status: 201 })
    locked.body?.getReader()
    return locked
  }),
  notResponse('returns headers without get', responseLike({ headers: {} })),
  notResponse('returns a status that is not a number', responseLike({ status: 'fine' })),
  notResponse('returns a text that is not a function', responseLike({ text })),
  notResponse('returns a text() that resolves with an object', responseLike({ text: async () => minted })),
  notResponse(
    'returns an error status and a text() that resolves with undefined',
    responseLike({ status: 400, text: async () => undefined }),
  ),
  tooLarge(
    'returns an endless body',
    streaming({ pull: (controller) => controller.enqueue(new Uint8Array(1024 * 1024)) }),
  ),
  tooLarge(
    'returns one chunk of 1 MiB and a byte',
    returning(() => new Response(new Uint8Array(1024 * 1024 + 1), { status: 201 })),
  ),
  tooLarge('returns a text of 1 MiB and a byte', responseLike({ text: async () => ' '.repeat(1024 * 1024 + 1) })),
  tooLarge(
    'returns a content-length of 1 MiB and a byte',
    responseLike({ headers: new Headers({ 'content-length': `${1024 * 1024 + 1}` }) }),
  ),
]

describe('A custom fetch', () => {
  let observed: readonly Promise<Timed & { readonly sent: number }>[] = []

  const observe = async ({ fetch, error }: Case) => {
    const sent: string[] = []
    const counted: Fetch = (url, init) => {
      sent.push(url)
      return fetch(url, init)
    }
    const limits = { timeout: error === 'TimeoutError' ? 100 : 5000, deadline: 5000, retries: 1 }
    const timed = await timedSend(clientOf(base, { ...limits, fetch: counted }))
    return { ...timed, sent: sent.length }
  }

  before(() => {
    const works = cases.map((each) => () => observe(each))
    observed = pooled(32, works)
  })

  after(() => Promise.allSettled(observed))

  itEach('that fails ends the call with the error of its kind', cases.entries(), async ([index, each]) => {
    const { result, sent, took } = await (observed[index] ?? Promise.reject(new Error('not started')))
    const error = leftOf(result)
    expect(error).to.have.property('name', each.error)
    expect(error.message).to.contain(each.says)
    expect(sent).to.equal(each.attempts)
    expect(error).to.have.property('attempts', each.attempts)
    expect(error.elapsedMs).to.be.within(0, Math.ceil(took))
    expect(took).to.be.below(7000)
    if (each.code === null) expect(error).not.to.have.property('code')
    else if (each.code !== undefined) expect(error).to.have.property('code', each.code)
    if (each.error === 'NetworkError') expect(error).to.have.property('cause').that.is.instanceOf(Error)
    else expect(error).not.to.have.property('cause')
  })

  it('that throws causes an error with a sanitized cause: name, redacted message and code', async () => {
    const basic = `Basic ${btoa(`${apiKey}:`)}`
    const thrown = Object.assign(new TypeError(`cannot send ${basic} or ${apiKey}`), { code: 'EPROXY', request: {} })
    const error = await caught(acme.send(clientOf(base, { fetch: rejecting(thrown), retries: 0 })))
    expect(error).to.include({
      name: 'NetworkError',
      message: 'The custom `fetch` threw an error for POST /connect_sessions (EPROXY). See `cause`.',
    })
    expect(error)
      .to.have.property('cause')
      .that.includes({ name: 'TypeError', message: 'cannot send Basic [secret] or [secret]', code: 'EPROXY' })
    expect(error).to.have.property('cause').that.does.not.equal(thrown).and.does.not.have.property('request')
  })

  it('that throws the control flow of a framework is not retried, and the error is rethrown unchanged', async () => {
    const dynamic = Object.assign(new Error('Dynamic server usage'), { digest: 'DYNAMIC_SERVER_USAGE' })
    const { fetch, requests } = stub(() => Promise.reject(dynamic))
    const client = clientOf(base, { fetch })
    const calls = [
      () => acme.send(client),
      () => client.get(4711),
      () => client.waitForConnection(4711, { interval: 1, deadline: 500 }),
    ]
    for (const call of calls) expect(await caught(call())).to.equal(dynamic)
    expect(requests).to.have.length(calls.length)
    expect(leftOf(await client.task.get(4711)())).to.include({ name: 'NetworkError', cause: dynamic, attempts: 1 })
    expect(leftOf(await acme.task(client)())).to.have.property('cause', dynamic)
  })

  const usable: readonly (readonly [title: string, fetch: Fetch])[] = [
    ['a Response', async () => new Response(text, { status: 201 })],
    ['an object that is like a Response', responseLike({})],
    ['a body that is not a stream', responseLike({ body: { pipe: () => {} } })],
    ['a body that is a string', responseLike({ body: text })],
    ['a text() without a body', responseLike({ body: undefined })],
    ['a text with a byte-order mark', responseLike({ body: undefined, text: async () => `\uFEFF${text}` })],
    [
      'a body in chunks of one byte',
      streaming({
        start: (controller) => {
          for (const byte of new TextEncoder().encode(text)) controller.enqueue(Uint8Array.of(byte))
          controller.close()
        },
      }),
    ],
    ['a text of exactly 1 MiB', responseLike({ text: async () => text.padEnd(1024 * 1024) })],
    ['a body of exactly 1 MiB', async () => new Response(text.padEnd(1024 * 1024), { status: 201 })],
    [
      'a content-length of exactly 1 MiB',
      responseLike({ headers: new Headers({ 'content-length': `${1024 * 1024}` }) }),
    ],
  ]

  itEach('may return a Response of any library', usable, async ([, fetch]) => {
    const { result } = await timedSend(clientOf(base, { fetch }))
    expect(rightOf(result).token).to.equal(minted.token)
    expect(rightOf(result).drift).to.deep.equal([])
  })

  it('receives a URL, and an init with everything else', async () => {
    const given: { url?: unknown; init?: RequestInit } = {}
    const fetch: Fetch = async (url, init) => {
      Object.assign(given, { url, init })
      return new Response(text, { status: 201 })
    }
    await acme.send(clientOf(base, { fetch }))
    const { url, init } = given
    expect(url).to.equal(`${base}/connect_sessions`)
    expect(init).to.include({ method: 'POST', redirect: 'manual', cache: 'no-store' })
    expect(init?.signal).to.be.instanceOf(AbortSignal)
    expect(JSON.parse(String(init?.body))).to.deep.equal({ origin_owner_id: 'acme-42', origin_owner_name: 'Acme Inc.' })
    const headers = new Headers(init?.headers)
    expect(headers.get('authorization')).to.equal(`Basic ${btoa(`${apiKey}:`)}`)
    expect(headers.get('content-type')).to.equal('application/json')
    expect(headers.get('user-agent')).to.match(/^stackone-session\//)
  })

  it('receives neither a body nor a content type from get', async () => {
    const { fetch, requests } = stub(() => new Response(text))
    await clientOf(base, { fetch }).get(4711)
    expect(requests[0]).to.include({ method: 'GET', body: null })
    expect(requests[0]?.headers.has('content-type')).to.equal(false)
  })

  it('receives a new signal for each attempt, which is aborted if the attempt fails', async () => {
    const signals: AbortSignal[] = []
    const fetch: Fetch = async (_, { signal }) => {
      if (signal) signals.push(signal)
      if (signals.length === 1) return new Promise(() => {})
      if (signals.length === 2) throw new Error('No way out')
      return new Response(text, { status: 201 })
    }
    await acme.send(clientOf(base, { fetch, timeout: 100 }))
    expect(new Set(signals).size).to.equal(3)
    expect(signals.map(({ aborted }) => aborted)).to.deep.equal([true, true, false])
  })

  const mebibyte = new Uint8Array(1024 * 1024)
  const unreadable: readonly (readonly [string, (pulls: number) => Uint8Array | undefined, Record<string, string>])[] =
    [
      ['stops', (pulls) => (pulls === 1 ? mebibyte : undefined), {}],
      ['is too large', () => mebibyte, {}],
      ['exceeds its content-length', () => mebibyte, { 'content-length': '2' }],
    ]

  itEach('has its body cancelled if it cannot be read', unreadable, async ([, chunkOf, headers]) => {
    const calls: string[] = []
    const body = new ReadableStream({
      pull: (controller) => {
        const chunk = chunkOf(calls.push('pulled'))
        if (chunk !== undefined) controller.enqueue(chunk)
        // It ends after more than the limit, so that a failing test ends too.
        if (calls.length === 64) controller.close()
      },
      cancel: () => void calls.push('cancelled'),
    })
    const fetch = returning(() => new Response(body, { status: 201, headers }))
    expect(isSessionError(await caught(acme.send(clientOf(base, { fetch, timeout: 100, retries: 0 }))))).to.equal(true)
    expect(await until(() => calls.at(-1) === 'cancelled', 1000)).to.equal(true)
  })

  it('that responds after the timeout has its body cancelled unread', async () => {
    const calls: string[] = []
    const responses: (() => void)[] = []
    const source: UnderlyingDefaultSource = {
      pull: (controller) => {
        calls.push('read')
        controller.enqueue(new Uint8Array(1024))
      },
      cancel: () => void calls.push('cancelled'),
    }
    const fetch: Fetch = () =>
      new Promise((resolve) => {
        const body = new ReadableStream(source, { highWaterMark: 0 })
        responses.push(() => resolve(new Response(body, { status: 201 })))
      })
    const error = await caught(acme.send(clientOf(base, { fetch, timeout: 50, retries: 0 })))
    expect(error).to.include({ name: 'TimeoutError', attempts: 1 })
    for (const respond of responses) respond()
    expect(await until(() => calls.length > 0, 1000)).to.equal(true)
    expect(calls).to.deep.equal(['cancelled'])
  })

  it('is named as the cause if it returned Response.error()', async () => {
    const error = await caught(acme.send(clientOf(base, { fetch: async () => Response.error(), retries: 0 })))
    expect(Object(error).cause.message).to.equal('fetch returned Response.error()')
  })

  it('cannot pass an error with the key through, even if its cause looks like control flow', async () => {
    const { fetch } = globalThis
    const cause = Object.assign(new Error(`failed for ${apiKey}`), { digest: 'NEXT_REDIRECT' })
    try {
      globalThis.fetch = () => Promise.reject(new TypeError('fetch failed', { cause }))
      const error = await caught(acme.send(clientOf(base, { retries: 0 })))
      expect(error).to.have.property('name', 'NetworkError')
      expect(showing(error, [apiKey], [...printings, ...dumps])).to.deep.equal([])
    } finally {
      globalThis.fetch = fetch
    }
  })

  it('defaults to the global fetch at the time of the call', async () => {
    const { fetch } = globalThis
    const { fetch: replaced, requests } = stub()
    const client = clientOf(base)
    try {
      globalThis.fetch = (input, init = {}) => replaced(String(input), init)
      await acme.send(client)
    } finally {
      globalThis.fetch = fetch
    }
    expect(requests).to.have.length(1)
  })
})

describe('The cache mode of a request', () => {
  const { Request: original } = globalThis
  afterEach(() => {
    globalThis.Request = original
  })

  /** The init of a request. The platform is examined once, so this uses a new copy of the module. */
  const initOf = async (): Promise<object> => {
    const { sendOnce }: typeof import('../../lib/client/transport.ts') = await import(
      `../../lib/client/transport.ts?${performance.now()}.ts`
    )
    const inits: object[] = []
    const fetch: Fetch = async (_, init) => {
      inits.push(init)
      return new Response(text, { status: 201 })
    }
    const settings = { baseUrl: base, timeout: 1, deadline: 1, retries: 0, strict: false, headers: {}, fetch }
    const request = { method: 'GET', path: '/', endpoint: 'GET /', body: null } as const
    await sendOnce(settings, request, apiKey, new AbortController().signal)
    expect(inits).to.have.length(1)
    return Object(inits[0])
  }

  it("is 'no-store' where the platform supports it", async () => {
    expect(await initOf()).to.have.property('cache', 'no-store')
  })

  it('is omitted where the platform does not support it', async () => {
    globalThis.Request = class extends original {
      constructor(...[input, init]: ConstructorParameters<typeof Request>) {
        if (init?.cache !== undefined) throw new TypeError(`Unsupported cache mode: ${init.cache}`)
        super(input, init)
      }
    }
    expect(await initOf()).not.to.have.property('cache')
  })
})

describe('A redirect', () => {
  const served = faultyServers()
  const redirects = [301, 302, 303, 307, 308].flatMap((status) => [[status, true] as const, [status, false] as const])

  itEach(
    'to any origin is an ApiError that says so, and is not followed',
    redirects,
    async ([status, isSameOrigin]) => {
      const other = await served(respondWith(201, minted))
      const location = isSameOrigin ? '/elsewhere' : `${other.url}/connect_sessions`
      const server = await served(respondWith(status, errorBody(status, 'It has moved'), { location }))
      const client = createClient({ apiKey, baseUrl: server.url })
      for (const call of [() => acme.send(client), () => client.get(4711)]) {
        const error = await caught(call())
        expect(error).to.include({ name: 'ApiError', status, attempts: 1 })
        const says = `: "It has moved". Redirects are not followed. Check \`baseUrl\`.`
        expect(error).to.have.property('message').that.includes(says)
      }
      expect(server.requests.map(({ url }) => url)).to.deep.equal(['/connect_sessions', '/connect_sessions/4711'])
      expect(other.requests).to.have.length(0)
    },
  )
})
