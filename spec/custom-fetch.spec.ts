import { expect } from 'chai'
import { ApiError, type Fetch, isSessionError, type SessionError } from '../lib/index.ts'
import { acme, apiKey, call, clientOf, type Door, doors, type Ended, pooled, until } from './support/call.ts'
import { caught } from './support/caught.ts'
import { leftOf, rightOf } from './support/either.ts'
import { hostile } from './support/faults.ts'
import { httpServer, json, minted } from './support/server.ts'

const base = 'http://127.0.0.1:9'
const text = JSON.stringify(minted)

/** What JavaScript callers may give as a fetch, and the types would refuse. */
const giving =
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

/** An object with the members that the library reads of a Response, some of them odd. */
const like = (members: object): Fetch =>
  giving(() => ({ status: 201, ok: true, headers: new Headers(), body: null, text: async () => text, ...members }))

const streaming = (source: UnderlyingDefaultSource): Fetch =>
  giving(() => new Response(new ReadableStream(source), { status: 201 }))

const getters = Object.defineProperties(
  {},
  Object.fromEntries(
    ['name', 'message', 'code', 'cause', 'stack', 'status', 'response'].map((name) => [
      name,
      {
        enumerable: true,
        get: () => {
          throw new Error(name)
        },
      },
    ]),
  ),
)

const cyclic = new Error('around')
cyclic.cause = cyclic

interface Case {
  readonly title: string
  readonly fetch: Fetch
  readonly error: SessionError['name']
  readonly attempts: 1 | 2
  readonly says: string
  /** Null if there must be none. */
  readonly code?: string | null
}

const network = (title: string, fetch: Fetch, code?: string | null): Case => ({
  title,
  fetch,
  error: 'NetworkError',
  attempts: 2,
  says: 'The connection for POST /connect_sessions failed',
  ...(code !== undefined && { code }),
})

const late = (title: string, fetch: Fetch): Case => ({
  title,
  fetch,
  error: 'TimeoutError',
  attempts: 2,
  says: 'the timeout of 100 ms, in 2 attempts',
})

const unfit = (title: string, fetch: Fetch): Case => ({
  title,
  fetch,
  error: 'ConfigurationError',
  attempts: 1,
  says: 'The fetch function gave no Response',
})

const noResponse = (title: string, value: unknown): Case =>
  unfit(
    `resolves with ${title}`,
    giving(() => value),
  )

const tooLarge = (title: string, fetch: Fetch): Case => ({
  title,
  fetch,
  error: 'ReplyError',
  attempts: 1,
  says: 'longer than 10485760 bytes',
})

const cases: readonly Case[] = [
  late('never settles, whatever its signal says', () => new Promise(() => {})),
  late('gives a body that never begins', streaming({})),
  late(
    'gives a body that stops',
    streaming({ start: (controller) => controller.enqueue(new TextEncoder().encode(text.slice(0, 20))) }),
  ),
  late('gives a text that never settles', like({ text: () => new Promise(() => {}) })),
  late(
    'gives a response that is a promise of nothing',
    giving(() => new Promise(() => {})),
  ),
  network('throws an error', throwing(new Error('No way out'))),
  network('throws a string', throwing('No way out')),
  network('throws undefined', throwing(undefined)),
  network('throws null', throwing(null)),
  network('throws an object whose getters throw', throwing(getters)),
  network('throws a hostile object', throwing(hostile)),
  network('rejects with an error', rejecting(new Error('No way out'))),
  network('rejects with a string', rejecting('No way out')),
  network('rejects with undefined', rejecting(undefined)),
  network('rejects with null', rejecting(null)),
  network('rejects with a number', rejecting(7)),
  network('rejects with a symbol', rejecting(Symbol('No way out'))),
  network(
    'rejects with a function',
    rejecting(() => 'No way out'),
  ),
  network('rejects with an object', rejecting({ message: 'No way out' })),
  network('rejects with an object without a prototype', rejecting(Object.create(null))),
  network('rejects with an object whose getters throw', rejecting(getters)),
  network('rejects with a hostile object', rejecting(hostile)),
  network('rejects with an error that causes itself', rejecting(cyclic)),
  network('rejects with a frozen error', rejecting(Object.freeze(new Error('No way out')))),
  network('rejects with a code', rejecting(Object.assign(new Error('No'), { code: 'EPROXY' })), 'EPROXY'),
  network('rejects with a code that is no text', rejecting(Object.assign(new Error('No'), { code: { a: 1 } })), null),
  network(
    'rejects with a code deep inside',
    rejecting(new Error('No', { cause: { cause: { code: 'EDEEP' } } })),
    'EDEEP',
  ),
  network('rejects with an abort that nobody asked for', rejecting(new DOMException('Aborted', 'AbortError'))),
  network('rejects with a timeout of its own', rejecting(new DOMException('Late', 'TimeoutError'))),
  network('rejects with an error of ours', rejecting(new ApiError('Forged', { status: 400, body: 'Forged' }))),
  network(
    'gives a Response that stands for a network error',
    giving(() => Response.error()),
  ),
  network('gives a body that breaks', streaming({ pull: (controller) => controller.error(new Error('Cut')) })),
  network('gives a body that breaks with undefined', streaming({ pull: (controller) => controller.error(undefined) })),
  network(
    'gives a body that breaks with a hostile object',
    streaming({ pull: (controller) => controller.error(hostile) }),
  ),
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
  network('gives a body of texts', streaming({ start: (controller) => controller.enqueue(text) })),
  network('gives a text that rejects', like({ text: () => Promise.reject(new Error('Cut')) })),
  network('gives a text that throws', like({ text: throwing(new Error('Cut')) })),
  noResponse('undefined', undefined),
  noResponse('null', null),
  noResponse('a text', text),
  noResponse('a number', 201),
  noResponse('false', false),
  noResponse('a function', () => text),
  noResponse('an empty object', {}),
  noResponse('the reply itself', minted),
  noResponse('a list', []),
  noResponse('a Request', new Request(base)),
  noResponse('a status alone', { status: 201 }),
  unfit('gives a Response that was read before', async () => {
    const used = new Response(text, { status: 201 })
    await used.text()
    return used
  }),
  unfit('gives headers that are none', like({ headers: {} })),
  unfit('gives a status that is none', like({ status: 'fine' })),
  unfit('gives a text that is no function', like({ text })),
  unfit('gives a text that is none', like({ text: async () => minted })),
  unfit('gives an error status and a text that is none', like({ status: 400, text: async () => undefined })),
  tooLarge(
    'gives an endless body',
    streaming({ pull: (controller) => controller.enqueue(new Uint8Array(1024 * 1024)) }),
  ),
  tooLarge(
    'gives one chunk of 11 MiB',
    giving(() => new Response(new Uint8Array(11 * 1024 * 1024), { status: 201 })),
  ),
  tooLarge('gives a text of 11 MiB', like({ text: async () => ' '.repeat(11 * 1024 * 1024) })),
]

describe('A fetch function', () => {
  const runs = cases.flatMap((one) => doors.map((door) => ({ one, door })))
  let observed: readonly Promise<Ended & { readonly sent: number }>[] = []

  const observe = async ({ fetch, error }: Case, door: Door) => {
    const sent: string[] = []
    const counted: Fetch = (url, init) => {
      sent.push(url)
      return fetch(url, init)
    }
    const limits = { timeout: error === 'TimeoutError' ? 100 : 5000, deadline: 5000, retries: 1 }
    const ended = await call(door, clientOf(base, { ...limits, fetch: counted }))
    return { ...ended, sent: sent.length }
  }

  before(() => {
    observed = pooled(
      32,
      runs.map(
        ({ one, door }) =>
          () =>
            observe(one, door),
      ),
    )
  })

  after(() => Promise.allSettled(observed))

  for (const [index, { one, door }] of runs.entries())
    it(`that ${one.title} ends ${door} with a ${one.error}`, async () => {
      const { result, sent, took } = await (observed[index] ?? Promise.reject(new Error('not begun')))
      const error = leftOf(result)
      expect(error).to.have.property('name', one.error)
      expect(error.message).to.contain(one.says)
      expect(sent).to.equal(one.attempts)
      expect(error).to.have.property('attempts', one.attempts)
      expect(error.elapsedMs).to.be.within(0, Math.ceil(took))
      expect(took).to.be.below(7000)
      if (one.code === null) expect(error).not.to.have.property('code')
      else if (one.code !== undefined) expect(error).to.have.property('code', one.code)
      expect(error).not.to.have.property('cause')
    })

  const answers: readonly (readonly [title: string, fetch: Fetch])[] = [
    ['a Response', async () => new Response(text, { status: 201 })],
    ['what only looks like a Response', like({})],
    ['a body that is no stream', like({ body: { pipe: () => {} } })],
    ['a body that is a text', like({ body: text })],
    ['no body, but a text', like({ body: undefined })],
    ['a text with a byte order mark', like({ body: undefined, text: async () => `\uFEFF${text}` })],
    [
      'a body in chunks of one byte',
      streaming({
        start: (controller) => {
          for (const byte of new TextEncoder().encode(text)) controller.enqueue(Uint8Array.of(byte))
          controller.close()
        },
      }),
    ],
    ['a text of exactly 10 MiB', like({ text: async () => text.padEnd(10 * 1024 * 1024) })],
    ['a body of exactly 10 MiB', async () => new Response(text.padEnd(10 * 1024 * 1024), { status: 201 })],
  ]

  for (const [title, fetch] of answers)
    it(`that gives ${title} gives a session`, async () => {
      const { result } = await call('send', clientOf(base, { fetch }))
      expect(rightOf(result).token).to.equal(minted.token)
      expect(rightOf(result).drift).to.deep.equal([])
    })

  it('is given a URL, and an init with all the rest', async () => {
    const given: { url?: unknown; init?: RequestInit } = {}
    const fetch: Fetch = async (url, init) => {
      Object.assign(given, { url, init })
      return new Response(text, { status: 201 })
    }
    await acme.send(clientOf(base, { fetch }))
    const { url, init } = given
    expect(url).to.equal(`${base}/connect_sessions`)
    expect(init).to.include({ method: 'POST', redirect: 'manual' })
    expect(init?.signal).to.be.instanceOf(AbortSignal)
    expect(JSON.parse(String(init?.body))).to.deep.equal({ origin_owner_id: 'acme-42', origin_owner_name: 'Acme Inc.' })
    const headers = new Headers(init?.headers)
    expect(headers.get('authorization')).to.equal(`Basic ${btoa(`${apiKey}:`)}`)
    expect(headers.get('content-type')).to.equal('application/json')
    expect(headers.get('user-agent')).to.match(/^stackone-session\//)
  })

  it('is given no body for a get, and no content type', async () => {
    const given: RequestInit[] = []
    const fetch: Fetch = async (_, init) => {
      given.push(init)
      return new Response(text)
    }
    await clientOf(base, { fetch }).get(4711)
    expect(given).to.have.length(1)
    expect(given[0]).to.include({ method: 'GET', body: null })
    expect(new Headers(given[0]?.headers).has('content-type')).to.equal(false)
  })

  it('is called once for each attempt, also for that of a get', async () => {
    const sent: string[] = []
    const fetch: Fetch = async (url) => {
      sent.push(url)
      throw new Error('No way out')
    }
    const error = await caught(clientOf(base, { fetch, retries: 0 }).get(4711))
    expect(error).to.include({ name: 'NetworkError', attempts: 1 })
    expect(sent).to.deep.equal([`${base}/connect_sessions/4711`])
  })

  it('is given a signal of its own for each attempt, aborted when the attempt has failed, and only then', async () => {
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
  const unread: readonly (readonly [string, (pulls: number) => Uint8Array | undefined, Record<string, string>])[] = [
    ['stops', (pulls) => (pulls === 1 ? mebibyte : undefined), {}],
    ['is too large', () => mebibyte, {}],
    ['is larger than it says', () => mebibyte, { 'content-length': '2' }],
  ]

  for (const [title, chunkOf, headers] of unread)
    it(`is told that nobody reads on in a body that ${title}`, async () => {
      const heard: string[] = []
      const body = new ReadableStream({
        pull: (controller) => {
          const chunk = chunkOf(heard.push('pulled'))
          if (chunk !== undefined) controller.enqueue(chunk)
          // Beyond all that may be read it has an end, for a fetch that reads on.
          if (heard.length === 64) controller.close()
        },
        cancel: () => void heard.push('cancelled'),
      })
      const fetch = giving(() => new Response(body, { status: 201, headers }))
      expect(isSessionError(await caught(acme.send(clientOf(base, { fetch, timeout: 100, retries: 0 }))))).to.equal(
        true,
      )
      expect(await until(() => heard.at(-1) === 'cancelled', 1000)).to.equal(true)
    })

  it('that settles long after its time has no effect', async () => {
    const settled: (() => void)[] = []
    const fetch: Fetch = () =>
      new Promise((resolve, reject) => {
        settled.push(() => (settled.length === 1 ? reject(new Error('Late')) : resolve(new Response(text))))
      })
    const error = await caught(acme.send(clientOf(base, { fetch, timeout: 50, retries: 1 })))
    expect(error).to.include({ name: 'TimeoutError', attempts: 2 })
    for (const settle of settled) settle()
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(error).to.include({ name: 'TimeoutError', attempts: 2 })
  })

  it('that answers long after its time has its answer cancelled, unread', async () => {
    const heard: string[] = []
    const answer: (() => void)[] = []
    const source: UnderlyingDefaultSource = {
      pull: (controller) => {
        heard.push('read')
        controller.enqueue(new Uint8Array(1024))
      },
      cancel: () => void heard.push('cancelled'),
    }
    const fetch: Fetch = () =>
      new Promise((resolve) => {
        const body = new ReadableStream(source, { highWaterMark: 0 })
        answer.push(() => resolve(new Response(body, { status: 201 })))
      })
    const error = await caught(acme.send(clientOf(base, { fetch, timeout: 50, retries: 0 })))
    expect(error).to.include({ name: 'TimeoutError', attempts: 1 })
    for (const give of answer) give()
    expect(await until(() => heard.length > 0, 1000)).to.equal(true)
    expect(heard).to.deep.equal(['cancelled'])
  })

  const discarded: readonly (readonly [title: string, body: unknown])[] = [
    ['no stream', { pipe: () => {} }],
    ['a text', 'It has moved'],
    ['a stream that does not let go', new ReadableStream({ cancel: () => new Promise(() => {}) })],
    ['a stream that fails to let go', new ReadableStream({ cancel: () => Promise.reject(new Error('No')) })],
  ]

  for (const [title, body] of discarded)
    it(`that redirects with a body that is ${title} is followed`, async () => {
      const sent: string[] = []
      const moved = like({ status: 307, headers: new Headers({ location: '/elsewhere' }), body })
      const fetch: Fetch = (url, init) => {
        sent.push(url)
        return sent.length === 1 ? moved(url, init) : like({})(url, init)
      }
      const { result } = await call('send', clientOf(base, { fetch, timeout: 1000, retries: 0 }))
      expect(rightOf(result).token).to.equal(minted.token)
      expect(sent).to.deep.equal([`${base}/connect_sessions`, `${base}/elsewhere`])
    })

  it('that redirects long after its time is not asked again', async () => {
    const sent: string[] = []
    const answer: (() => void)[] = []
    const fetch: Fetch = (url) =>
      new Promise((resolve) => {
        sent.push(url)
        answer.push(() => resolve(new Response(null, { status: 307, headers: { location: '/elsewhere' } })))
      })
    const error = await caught(acme.send(clientOf(base, { fetch, timeout: 50, retries: 0 })))
    expect(error).to.include({ name: 'TimeoutError', attempts: 1 })
    for (const give of answer) give()
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(sent).to.deep.equal([`${base}/connect_sessions`])
  })

  it('is looked up in the globals at the call', async () => {
    const server = await httpServer((_, response) => json(response, 201, minted))
    const { fetch } = globalThis
    const sent: string[] = []
    const client = clientOf(server.url)
    try {
      globalThis.fetch = (input, init) => {
        sent.push(String(input))
        return fetch(input, init)
      }
      expect((await acme.send(client)).token).to.equal(minted.token)
    } finally {
      globalThis.fetch = fetch
      await server.close()
    }
    expect(sent).to.deep.equal([`${server.url}/connect_sessions`])
  })
})

describe('isSessionError', () => {
  // What it throws may not bear to be looked at.
  const answered = (value: unknown): unknown => {
    try {
      return isSessionError(value)
    } catch {
      return 'it threw'
    }
  }

  for (const [title, value] of [
    ['undefined', undefined],
    ['a text', 'ApiError'],
    ['an Error', new Error('No')],
    ['an object of that name', { name: 'ApiError' }],
    ['an object whose getters throw', getters],
    ['a hostile object', hostile],
  ] as const)
    it(`is false for ${title}`, () => {
      expect(answered(value)).to.equal(false)
    })
})
