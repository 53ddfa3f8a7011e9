import { expect } from 'chai'
import { ConfigurationError } from '../../lib/index.ts'
import { type Fault, type FaultOptions, type Sandbox, sandbox } from '../../lib/testing/index.ts'
import { acme, patiently } from '../support/call.ts'
import { caught } from '../support/caught.ts'
import { itEach } from '../support/it-each.ts'
import { sandboxes, ways } from '../support/sandboxed.ts'

interface Case {
  readonly fault: Fault
  /** The error of a client that does not retry. */
  readonly error: { readonly name: string; readonly [field: string]: unknown }
  /** A part of the error's message. */
  readonly text?: string
  /** Whether a session is created. */
  readonly creates?: boolean
}

const apiError = (status: number) => ({ name: 'ApiError', status })

const cases: readonly Case[] = [
  ...[400, 429, 599].map((status) => ({ fault: status, error: apiError(status) })),
  { fault: 503, error: apiError(503), text: '"Simulated error"' },
  { fault: { status: 429, retryAfter: 7 }, error: { ...apiError(429), retryAfter: 7 } },
  { fault: { status: 429, retryAfter: 0 }, error: { ...apiError(429), retryAfter: 0 } },
  {
    fault: { status: 503, retryAfter: 'Thu, 01 Jan 2026 00:00:00 GMT' },
    error: { ...apiError(503), retryAfter: 0 },
  },
  { fault: { status: 400, message: 'Not today' }, error: apiError(400), text: '"Not today"' },
  { fault: { status: 400, body: 'Plain words' }, error: { name: 'ApiError', body: 'Plain words' } },
  { fault: { status: 422, body: null }, error: { name: 'ApiError', body: null } },
  { fault: 'html', error: apiError(502), text: 'Simulated page' },
  { fault: { html: 504 }, error: apiError(504), text: 'Simulated page' },
  { fault: { html: 200 }, error: { name: 'InvalidResponseError', status: 200 }, text: 'HTML' },
  { fault: 'reset', error: { name: 'NetworkError', code: 'ECONNRESET' } },
  { fault: 'cut', error: { name: 'NetworkError', code: 'UND_ERR_SOCKET' }, creates: true },
]

const timed: readonly Case[] = [
  { fault: 'silence', error: { name: 'TimeoutError' } },
  { fault: { slow: 60_000 }, error: { name: 'TimeoutError' }, creates: true },
]

for (const way of ways)
  describe(`A fault of the sandbox, ${way},`, () => {
    const sandboxed = sandboxes()

    itEach(
      'makes a client reject with the error of the fault',
      cases,
      async ({ fault, error, text = '', creates = false }) => {
        const { api, client } = await sandboxed(way)
        api.fail(fault)
        const failure = await caught(acme.send(client))
        expect(failure).to.include({ attempts: 1, ...error })
        expect(String(failure)).to.include(text)
        expect(api.requests.map(({ path }) => path)).to.deep.equal(['/connect_sessions'])
        expect(api.sessions).to.have.length(creates ? 1 : 0)
        expect((await acme.send(client)).drift).to.deep.equal([])
      },
    )

    itEach('makes a client with a timeout reject', timed, async ({ fault, error, creates = false }) => {
      const { api, client, failure } = await patiently(
        100,
        async (timeout) => {
          // A new sandbox each time, because the previous request may still arrive.
          const created = await sandboxed(way)
          created.api.fail(fault)
          return { ...created, failure: await caught(acme.send(created.client, { timeout })) }
        },
        ({ api }) => api.requests.length === 0 || api.sessions.length !== (creates ? 1 : 0),
      )
      expect(failure).to.include({ attempts: 1, ...error })
      expect(api.requests).to.have.length(1)
      expect(api.sessions).to.have.length(creates ? 1 : 0)
      expect((await acme.send(client)).drift).to.deep.equal([])
    })

    itEach('ends when the caller aborts the call', ['silence', { slow: 60_000 }] as const, async (fault) => {
      const { api, client } = await sandboxed(way)
      const controller = new AbortController()
      api.fail(fault)
      const sent = caught(acme.send(client, { signal: controller.signal }))
      setTimeout(() => controller.abort('enough'), 20)
      expect(await sent).to.include({ name: 'AbortError', reason: 'enough' })
    })

    itEach('can delay a valid response', [0, 50], async (slow) => {
      const { api, client } = await sandboxed(way)
      api.fail({ slow }, { times: 1 })
      const started = performance.now()
      const { token, drift } = await acme.label('é 🔑').send(client)
      expect(performance.now() - started).to.be.at.least(slow - 5) // timers may fire slightly early
      expect(drift).to.deep.equal([])
      expect(api.sessions.map((created) => created.token)).to.deep.equal([token])
    })

    it('sends the headers of a slow response immediately', async () => {
      const { api } = await sandboxed('in process')
      const url = way === 'in process' ? 'https://api.stackone.com' : (await api.listen()).url
      const send = way === 'in process' ? api.fetch : fetch
      const controller = new AbortController()
      api.fail({ slow: 60_000 })
      const response = await send(`${url}/connect_sessions/1`, { signal: controller.signal })
      expect(response.status).to.equal(401)
      const body = caught(response.text())
      controller.abort()
      expect(await body).to.include({ name: 'AbortError' })
    })

    it('does not fail a client that retries', async () => {
      const { api, client } = await sandboxed(way)
      api.fail({ status: 503, retryAfter: 0 })
      api.fail('reset')
      const { token } = await acme.send(client, { retries: 2 })
      expect(api.requests).to.have.length(3)
      expect(api.sessions.map((created) => created.token)).to.deep.equal([token])
    })
  })

const send = (api: Sandbox, path = '/connect_sessions/1', init: RequestInit = {}) =>
  api.fetch(`https://api.stackone.com${path}`, init)

const statusesOf = async (api: Sandbox, count: number): Promise<readonly number[]> => {
  const statuses: number[] = []
  for (let index = 0; index < count; index += 1) statuses.push((await send(api)).status)
  return statuses
}

describe('sandbox().fail', () => {
  const sandboxed = sandboxes()

  it('applies to all three endpoints', async () => {
    const { api, client } = await sandboxed('in process')
    const { id, token } = await acme.send(client)
    api.fail(500, { times: 3 })
    for (const call of [() => acme.send(client), () => client.get(id), () => client.authenticate(token)])
      expect(await caught(call())).to.include(apiError(500))
    expect(await client.get(id)).to.include({ id })
  })

  it('does not affect other paths and methods', async () => {
    const api = sandbox()
    api.fail(503, { rate: 1 })
    api.fail(500)
    expect((await send(api, '/hub/settings')).status).to.equal(401)
    expect((await send(api, '/connect_sessions', { method: 'PUT' })).status).to.equal(401)
    expect(await statusesOf(api, 2)).to.deep.equal([500, 503])
  })

  it('precedes the checks of the API, whose errors do not drift', async () => {
    const { api, client } = await sandboxed('in process', {}, { apiKey: 'v1.eu1.other' })
    api.fail(503)
    api.fail({ drift: 'another success status' })
    for (const status of [503, 401, 401]) expect(await caught(acme.send(client))).to.include(apiError(status))
  })

  it('applies faults in the order of the calls, each for its number of requests', async () => {
    const api = sandbox()
    api.fail(503, { times: 2 })
    api.fail(429)
    api.fail(500, {})
    expect(await statusesOf(api, 5)).to.deep.equal([503, 503, 429, 500, 401])
  })

  it('applies a rate to requests without a queued fault', async () => {
    const api = sandbox()
    api.fail(502, { rate: 1 })
    api.fail(429, { times: 2 })
    expect(await statusesOf(api, 4)).to.deep.equal([429, 429, 502, 502])
  })

  it('applies the first of two rates that hit', async () => {
    const api = sandbox()
    api.fail(502, { rate: 0 })
    api.fail(503, { rate: 1 })
    api.fail(504, { rate: 1 })
    expect(await statusesOf(api, 2)).to.deep.equal([503, 503])
  })

  it('has no effect after a reset', async () => {
    const api = sandbox()
    api.fail(503, { times: 9 })
    api.fail(502, { rate: 1 })
    api.reset()
    expect(await statusesOf(api, 1)).to.deep.equal([401])
  })

  it('treats undefined options as absent', async () => {
    const api = sandbox()
    api.fail({ status: 503, retryAfter: undefined, message: undefined, body: undefined }, { times: 2, rate: undefined })
    api.fail({ status: 502, retryAfter: undefined }, { times: undefined })
    expect(await statusesOf(api, 4)).to.deep.equal([503, 503, 502, 401])
  })

  it('sends the error body of the API with the time of the sandbox', async () => {
    const timestamp = '2026-01-01T00:00:00.000Z'
    const api = sandbox({ now: () => new Date(timestamp) })
    api.fail(429)
    const response = await send(api)
    expect(await response.json()).to.deep.equal({ statusCode: 429, message: 'Simulated error', timestamp })
    expect(response.headers.get('retry-after')).to.equal(null)
  })

  const bodies: readonly (readonly [body: unknown, type: string, text: string])[] = [
    ['Plain words', 'text/plain', 'Plain words'],
    [{ message: 'é' }, 'application/json', '{"message":"é"}'],
    [null, 'application/json', 'null'],
  ]
  itEach('sends a body as text, and other values as JSON', bodies, async ([body, type, text]) => {
    const api = sandbox()
    api.fail({ status: 400, body })
    const response = await send(api)
    expect(response.headers.get('content-type')).to.equal(type)
    expect(await response.text()).to.equal(text)
  })

  it('rejects like the fetch of Node when a connection is reset', async () => {
    const api = sandbox()
    api.fail('reset')
    const error = await caught(send(api))
    expect(error).to.be.instanceOf(TypeError).and.to.include({ message: 'fetch failed' })
    expect(error).to.have.property('cause').that.includes({ code: 'ECONNRESET', message: 'read ECONNRESET' })
  })

  it('sends half of the body and its full length when it cuts a response', async () => {
    const api = sandbox()
    api.fail('cut')
    const response = await send(api)
    const parts: Uint8Array[] = []
    const read = async (): Promise<void> => {
      for await (const part of response.body ?? []) parts.push(part)
    }
    const error = await caught(read())
    expect(error).to.be.instanceOf(TypeError).and.to.include({ message: 'terminated' })
    expect(error).to.have.property('cause').that.includes({ code: 'UND_ERR_SOCKET', message: 'other side closed' })
    const length = Number(response.headers.get('content-length'))
    expect(parts.reduce((sum, part) => sum + part.length, 0)).to.equal(Math.floor(length / 2))
  })

  it('delays a response, or stays silent, for a request without a signal', async () => {
    const api = sandbox()
    api.fail({ slow: 1 })
    expect(await (await send(api)).json()).to.include({ statusCode: 401 })
    api.fail('silence')
    const first = await Promise.race([send(api), new Promise((resolve) => setTimeout(resolve, 30, 'nothing'))])
    expect(first).to.equal('nothing')
  })

  const abortTimes: readonly (readonly [string, (abort: () => void) => void])[] = [
    ['before the fault applies', (abort) => abort()],
    ['later', (abort) => void setTimeout(abort, 10)],
  ]
  itEach('rejects a silent request with the reason of its signal', abortTimes, async ([, wait]) => {
    const api = sandbox()
    const controller = new AbortController()
    api.fail('silence')
    const silent = caught(send(api, '/connect_sessions/1', { signal: controller.signal }))
    wait(() => controller.abort('enough'))
    expect(await silent).to.equal('enough')
  })

  itEach('breaks a slow response with the reason of its signal', abortTimes, async ([, wait]) => {
    const api = sandbox()
    const controller = new AbortController()
    api.fail({ slow: 100 })
    const slow = send(api, '/connect_sessions/1', { signal: controller.signal })
    wait(() => controller.abort('enough'))
    expect(await caught((await slow).text())).to.equal('enough')
    await new Promise((resolve) => setTimeout(resolve, 120)) // an error of the timer would be uncaught
  })

  it('stops a slow response whose body is cancelled', async () => {
    const controller = new AbortController()
    for (const init of [{}, { signal: controller.signal }]) {
      const api = sandbox()
      api.fail({ slow: 10 })
      const response = await send(api, '/connect_sessions/1', init)
      await response.body?.cancel()
    }
    controller.abort()
    await new Promise((resolve) => setTimeout(resolve, 40)) // as above
  })

  it('sends an HTML page', async () => {
    const api = sandbox()
    api.fail({ html: 200 })
    const page = await send(api)
    expect(page.headers.get('content-type')).to.equal('text/html')
    expect(await page.text()).to.include('<title>Simulated page</title>')
  })

  const named =
    "fault: must be an error status, 'silence', 'reset', 'cut' or 'html', or an object with status, slow, html or drift"
  const exactlyOne = 'fault: must have exactly one of status, slow, html and drift'
  const errorStatus = 'must be an integer from 400 to 599'

  const invalidFaults: readonly (readonly [fault: unknown, message: string])[] = [
    [399, `fault: ${errorStatus}, got 399`],
    [600, `fault: ${errorStatus}, got 600`],
    [503.5, `fault: ${errorStatus}, got 503.5`],
    ['slience', `${named}, got 'slience' (did you mean 'silence'?)`],
    [undefined, 'fault: is required'],
    [null, `${named}, got null`],
    [[503], `${named}, got an array`],
    [{}, exactlyOne],
    [{ stauts: 503 }, "unknown option 'fault.stauts' (did you mean 'status'?)"],
    [{ status: 200 }, `fault.status: ${errorStatus}, got 200`],
    [{ status: undefined }, exactlyOne],
    [{ status: 503, retryAfter: -1 }, 'fault.retryAfter: must be an integer from 0 (seconds) or the text of a header'],
    [{ status: 503, retryAfter: 1.5 }, 'fault.retryAfter'],
    [{ status: 503, retryAfter: 'a\r\nb' }, 'fault.retryAfter'],
    [{ status: 503, retryAfter: ' ' }, 'fault.retryAfter'],
    [{ status: 503, message: 7 }, 'fault.message: must be a string, got a number'],
    [{ status: 503, body: { at: new Date(0) } }, 'fault.body: must be JSON, got an object'],
    [{ slow: -1 }, 'fault.slow: must be an integer from 0 to 2147483647 (milliseconds), got -1'],
    [{ slow: Number.POSITIVE_INFINITY }, 'fault.slow'],
    [{ slow: 5, status: 503 }, exactlyOne],
    [{ slow: 5, status: undefined }, exactlyOne],
    [{ html: 204 }, 'fault.html: must be 200 or an error status, got 204'],
    [
      { drift: 'an unknwon type' },
      "fault.drift: must be one of the exported `driftKinds`, got 'an unknwon type' (did you mean 'an unknown type'?)",
    ],
  ]

  const invalidOptions: readonly (readonly [options: unknown, message: string])[] = [
    [{ times: 0 }, 'options.times: must be an integer from 1, got 0'],
    [{ times: 1.5 }, 'options.times'],
    [{ times: Number.POSITIVE_INFINITY }, 'options.times'],
    [{ rate: -0.1 }, 'options.rate: must be a number from 0 to 1, got -0.1'],
    [{ rate: 1.1 }, 'options.rate'],
    [{ rate: Number.NaN }, 'options.rate'],
    [{ rate: 0.5, times: 2 }, "options: must not have both 'times' and 'rate'"],
    [{ rate: 7, times: 2 }, '\n  - options.rate: must be a number from 0 to 1, got 7\n  - options: must not have both'],
    [{ tiems: 2 }, "unknown option 'options.tiems' (did you mean 'times'?)"],
    [2, 'options: must be an object, got a number'],
    [null, 'options: must be an object, got null'],
  ]

  const invalid: readonly (readonly [fault: unknown, options: unknown, message: string])[] = [
    ...invalidFaults.map(([fault, message]) => [fault, undefined, message] as const),
    ...invalidOptions.map(([options, message]) => [503, options, message] as const),
  ]
  itEach('rejects invalid faults and options', invalid, async ([fault, options, message]) => {
    const api = sandbox()
    // The compiler rejects these values.
    const fail = () => api.fail(fault as Fault, options as FaultOptions | undefined)
    expect(fail).to.throw(ConfigurationError, /^Invalid options for fail:/)
    expect(fail).to.throw(message)
    expect(await statusesOf(api, 1)).to.deep.equal([401])
  })
})
