import { expect } from 'chai'
import { ConfigurationError } from '../lib/index.ts'
import { type Fault, sandbox, type When } from '../lib/testing/index.ts'
import { acme, patiently } from './support/call.ts'
import { caught } from './support/caught.ts'
import { sandboxes, ways } from './support/sandboxed.ts'

interface Case {
  readonly fault: Fault
  /** What a client that tries once must reject with. */
  readonly error: object
  readonly says?: string
  /** Whether the API has minted a session all the same. */
  readonly mints?: boolean
}

const titleOf = (fault: unknown): string => JSON.stringify(fault)

const cases: readonly Case[] = [
  ...[400, 401, 403, 404, 408, 409, 422, 429, 500, 501, 502, 503, 504, 418, 599].map((status) => ({
    fault: status,
    error: { name: 'ApiError', status },
  })),
  { fault: 503, error: { name: 'ApiError', status: 503 }, says: '"Service Unavailable"' },
  { fault: { status: 429, retryAfter: 7 }, error: { name: 'ApiError', status: 429, retryAfter: 7 } },
  { fault: { status: 429, retryAfter: 0 }, error: { name: 'ApiError', status: 429, retryAfter: 0 } },
  {
    fault: { status: 503, retryAfter: 'Thu, 01 Jan 2026 00:00:00 GMT' },
    error: { name: 'ApiError', status: 503, retryAfter: 0 },
  },
  { fault: { status: 400, message: 'Not today' }, error: { name: 'ApiError', status: 400 }, says: '"Not today"' },
  { fault: { status: 400, body: 'Plain words' }, error: { name: 'ApiError', body: 'Plain words' } },
  { fault: { status: 422, body: null }, error: { name: 'ApiError', body: null } },
  { fault: 'html', error: { name: 'ApiError', status: 502 }, says: 'Bad Gateway' },
  { fault: { html: 504 }, error: { name: 'ApiError', status: 504 }, says: 'Gateway Timeout' },
  { fault: { html: 200 }, error: { name: 'ReplyError', status: 200 }, says: 'HTML' },
  { fault: 'reset', error: { name: 'NetworkError', code: 'ECONNRESET' } },
  { fault: 'cut', error: { name: 'NetworkError', code: 'UND_ERR_SOCKET' }, mints: true },
]

const timed: readonly Case[] = [
  { fault: 'silence', error: { name: 'TimeoutError' } },
  { fault: { slow: 60_000 }, error: { name: 'TimeoutError' }, mints: true },
]

for (const way of ways)
  describe(`A fault of the sandbox, ${way},`, () => {
    const sandboxed = sandboxes()

    for (const { fault, error, says = '', mints = false } of cases)
      it(`is ${titleOf(error)} to a client: ${titleOf(fault)}`, async () => {
        const { api, client } = await sandboxed(way)
        api.fail(fault)
        const failure = await caught(acme.send(client))
        expect(failure).to.include({ attempts: 1, ...error })
        expect(String(failure)).to.include(says)
        expect(api.requests.map(({ path }) => path)).to.deep.equal(['/connect_sessions'])
        expect(api.sessions).to.have.length(mints ? 1 : 0)
        expect((await acme.send(client)).drift).to.deep.equal([])
      })

    for (const { fault, error, mints = false } of timed)
      it(`is ${titleOf(error)} to a client: ${titleOf(fault)}`, async () => {
        const { api, client, failure } = await patiently(
          100,
          async (timeout) => {
            // A new one each time: the request of the time before may still arrive.
            const made = await sandboxed(way)
            made.api.fail(fault)
            return { ...made, failure: await caught(acme.send(made.client, { timeout })) }
          },
          ({ api }) => api.requests.length === 0 || api.sessions.length !== (mints ? 1 : 0),
        )
        expect(failure).to.include({ attempts: 1, ...error })
        expect(api.requests).to.have.length(1)
        expect(api.sessions).to.have.length(mints ? 1 : 0)
        expect((await acme.send(client)).drift).to.deep.equal([])
      })

    for (const fault of ['silence', { slow: 60_000 }] as const)
      it(`ends when the caller aborts: ${titleOf(fault)}`, async () => {
        const { api, client } = await sandboxed(way)
        const controller = new AbortController()
        api.fail(fault)
        const sent = caught(acme.send(client, { signal: controller.signal }))
        setTimeout(() => controller.abort('enough'), 20)
        expect(await sent).to.include({ name: 'AbortError', reason: 'enough' })
      })

    it('can be a slow answer that is right', async () => {
      const { api, client } = await sandboxed(way)
      api.fail({ slow: 50 })
      const started = performance.now()
      const { token, drift } = await acme.label('é 🔑').send(client)
      expect(performance.now() - started).to.be.at.least(45) // timers may be early by a little
      expect(drift).to.deep.equal([])
      expect(api.sessions.map((made) => made.token)).to.deep.equal([token])
    })

    it('sends the headers of a slow answer at once', async () => {
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

    it('is lived through by a client that tries again', async () => {
      const { api, client } = await sandboxed(way)
      api.fail({ status: 503, retryAfter: 0 })
      api.fail('reset')
      const { token } = await acme.send(client, { retries: 2 })
      expect(api.requests).to.have.length(3)
      expect(api.sessions.map((made) => made.token)).to.deep.equal([token])
    })

    it('meets all three endpoints', async () => {
      const { api, client } = await sandboxed(way)
      const { id = '', token } = await acme.send(client)
      api.fail(500, { times: 3 })
      expect(await caught(acme.send(client))).to.include({ name: 'ApiError', status: 500 })
      expect(await caught(client.get(id))).to.include({ name: 'ApiError', status: 500 })
      expect(await caught(client.authenticate(token))).to.include({ name: 'ApiError', status: 500 })
      expect(await client.get(id)).to.include({ id })
    })

    it('keeps its own error body to the letter', async () => {
      const { api, client } = await sandboxed(way)
      const body = { statusCode: 409, message: ['one', 'two'], errorCode: 'E7' }
      api.fail({ status: 409, body })
      expect(await caught(acme.send(client))).to.have.deep.property('body', body)
    })

    it('wins over what the API would have refused', async () => {
      const { api, client } = await sandboxed(way, {}, { apiKey: 'v1.eu1.other' })
      api.fail(503)
      expect(await caught(acme.send(client))).to.include({ status: 503 })
      expect(await caught(acme.send(client))).to.include({ status: 401 })
    })

    it('needs a right answer where it changes one: an error is answered as it is', async () => {
      const { api, client } = await sandboxed(way, {}, { apiKey: 'v1.eu1.other' })
      api.fail({ drift: 'another success status' })
      expect(await caught(acme.send(client))).to.include({ name: 'ApiError', status: 401 })
      expect(await caught(acme.send(client))).to.include({ name: 'ApiError', status: 401 })
    })
  })

describe('sandbox().fail', () => {
  const send = (api: ReturnType<typeof sandbox>, path = '/connect_sessions/1', init: RequestInit = {}) =>
    api.fetch(`https://api.stackone.com${path}`, init)

  const statusesOf = async (api: ReturnType<typeof sandbox>, count: number): Promise<readonly number[]> => {
    const statuses: number[] = []
    for (let index = 0; index < count; index += 1) statuses.push((await send(api)).status)
    return statuses
  }

  it('queues: what was given first is used first, so many times', async () => {
    const api = sandbox()
    api.fail(503, { times: 2 })
    api.fail(429)
    api.fail(500, {})
    expect(await statusesOf(api, 5)).to.deep.equal([503, 503, 429, 500, 401])
  })

  it('applies a rate to what no queued fault takes', async () => {
    const api = sandbox()
    api.fail(502, { rate: 1 })
    api.fail(429, { times: 2 })
    expect(await statusesOf(api, 4)).to.deep.equal([429, 429, 502, 502])
  })

  it('takes the first of two rates that hit', async () => {
    const api = sandbox()
    api.fail(502, { rate: 0 })
    api.fail(503, { rate: 1 })
    api.fail(504, { rate: 1 })
    expect(await statusesOf(api, 2)).to.deep.equal([503, 503])
  })

  it('lets alone what is not of the three endpoints', async () => {
    const api = sandbox()
    api.fail(503, { rate: 1 })
    api.fail(500)
    expect((await send(api, '/accounts')).status).to.equal(401)
    expect((await send(api, '/hub/settings')).status).to.equal(401)
    expect((await send(api, '/connect_sessions', { method: 'PUT' })).status).to.equal(401)
    expect(await statusesOf(api, 2)).to.deep.equal([500, 503])
  })

  it('is forgotten on reset', async () => {
    const api = sandbox()
    api.fail(503, { times: 9 })
    api.fail(502, { rate: 1 })
    api.reset()
    expect(await statusesOf(api, 1)).to.deep.equal([401])
  })

  it('takes a fault as it was when it was given', async () => {
    const api = sandbox()
    const body = { message: 'then' }
    api.fail({ status: 503, body })
    body.message = 'now'
    expect(await (await send(api)).json()).to.deep.equal({ message: 'then' })
  })

  it('counts what is undefined as absent', async () => {
    const api = sandbox()
    api.fail({ status: 503, retryAfter: undefined, message: undefined, body: undefined }, { times: 2, rate: undefined })
    api.fail({ status: 502, retryAfter: undefined }, { times: undefined })
    expect(await statusesOf(api, 4)).to.deep.equal([503, 503, 502, 401])
  })

  it('answers an error in the body of the API, by the clock of the sandbox', async () => {
    const api = sandbox({ now: () => new Date('2026-01-01T00:00:00.000Z') })
    api.fail(429)
    const response = await send(api)
    expect(await response.json()).to.deep.equal({
      statusCode: 429,
      message: 'Too Many Requests',
      timestamp: '2026-01-01T00:00:00.000Z',
    })
    expect(response.headers.get('retry-after')).to.equal(null)
  })

  it('rejects as the fetch of Node does when a connection is reset', async () => {
    const api = sandbox()
    api.fail('reset')
    const error = await caught(send(api))
    expect(error).to.be.instanceOf(TypeError).and.to.include({ message: 'fetch failed' })
    expect(error).to.have.property('cause').that.includes({ code: 'ECONNRESET', message: 'read ECONNRESET' })
  })

  it('is silent to a request without a signal', async () => {
    const api = sandbox()
    api.fail('silence')
    const first = await Promise.race([send(api), new Promise((resolve) => setTimeout(resolve, 30, 'nothing'))])
    expect(first).to.equal('nothing')
  })

  it('is silent until the signal is aborted, and rejects with its reason', async () => {
    const api = sandbox()
    const controller = new AbortController()
    const reason = new Error('enough')
    api.fail('silence')
    const silent = caught(send(api, '/connect_sessions/1', { signal: controller.signal }))
    setTimeout(() => controller.abort(reason), 10)
    expect(await silent).to.equal(reason)
  })

  for (const [body, type, text] of [
    ['Plain words', 'text/plain', 'Plain words'],
    [{ message: 'é' }, 'application/json', '{"message":"é"}'],
    [null, 'application/json', 'null'],
  ] as const)
    it(`sends ${JSON.stringify(body)} as ${type}`, async () => {
      const api = sandbox()
      api.fail({ status: 400, body })
      const response = await send(api)
      expect(response.headers.get('content-type')).to.equal(type)
      expect(await response.text()).to.equal(text)
    })

  it('gives half of the body and its whole length when it is cut', async () => {
    const api = sandbox()
    api.fail('cut')
    const response = await send(api)
    const parts: Uint8Array[] = []
    const error = await caught(
      (async () => {
        for await (const part of response.body ?? []) parts.push(part)
      })(),
    )
    expect(error).to.be.instanceOf(TypeError).and.to.include({ message: 'terminated' })
    expect(error).to.have.property('cause').that.includes({ code: 'UND_ERR_SOCKET', message: 'other side closed' })
    const length = Number(response.headers.get('content-length'))
    expect(parts.reduce((sum, part) => sum + part.length, 0)).to.equal(Math.floor(length / 2))
  })

  it('is silent no longer where the signal is aborted before the fault is met', async () => {
    const api = sandbox()
    const controller = new AbortController()
    api.fail('silence')
    const silent = caught(send(api, '/connect_sessions/1', { signal: controller.signal }))
    controller.abort('enough')
    expect(await silent).to.equal('enough')
  })

  it('breaks a slow answer where the signal is aborted before the fault is met', async () => {
    const api = sandbox()
    const controller = new AbortController()
    api.fail({ slow: 60_000 })
    const slow = send(api, '/connect_sessions/1', { signal: controller.signal })
    controller.abort('enough')
    expect(await caught((await slow).text())).to.equal('enough')
  })

  it('does nothing any more when nobody reads a slow answer on', async () => {
    const controller = new AbortController()
    for (const init of [{}, { signal: controller.signal }]) {
      const api = sandbox()
      api.fail({ slow: 10 })
      const response = await send(api, '/connect_sessions/1', init)
      await response.body?.cancel()
    }
    controller.abort()
    // What the timer throws would be told of as uncaught.
    await new Promise((resolve) => setTimeout(resolve, 40))
  })

  it('ends a slow answer for good when the signal is aborted', async () => {
    const api = sandbox()
    const controller = new AbortController()
    api.fail({ slow: 10 })
    const body = caught((await send(api, '/connect_sessions/1', { signal: controller.signal })).text())
    controller.abort('enough')
    expect(await body).to.equal('enough')
    await new Promise((resolve) => setTimeout(resolve, 40)) // as above
  })

  it('answers slowly without a signal', async () => {
    const api = sandbox()
    api.fail({ slow: 1 })
    expect(await (await send(api)).json()).to.include({ statusCode: 401 })
  })

  const sentences: readonly (readonly [number, string])[] = [
    [400, 'Bad Request'],
    [401, 'Unauthorized'],
    [403, 'Forbidden'],
    [404, 'Not Found'],
    [408, 'Request Timeout'],
    [409, 'Conflict'],
    [418, 'Error 418'],
    [422, 'Unprocessable Entity'],
    [429, 'Too Many Requests'],
    [500, 'Internal Server Error'],
    [501, 'Not Implemented'],
    [502, 'Bad Gateway'],
    [503, 'Service Unavailable'],
    [504, 'Gateway Timeout'],
  ]
  for (const [status, sentence] of sentences)
    it(`says ${sentence} for ${status}, in JSON and on a page`, async () => {
      const api = sandbox()
      api.fail(status)
      expect(await (await send(api)).json()).to.include({ statusCode: status, message: sentence })
      api.fail({ html: status })
      const page = await send(api)
      expect(page.headers.get('content-type')).to.equal('text/html')
      expect(await page.text()).to.include(`<h1>${status} ${sentence}</h1>`)
    })

  it('says Welcome on a page of 200', async () => {
    const api = sandbox()
    api.fail({ html: 200 })
    expect(await (await send(api)).text()).to.include('<h1>Welcome</h1>')
  })

  const refused: readonly (readonly [unknown, unknown, readonly string[]])[] = [
    [200, undefined, ['fault: expected an error status from 400 to 599, got 200']],
    [399, undefined, ['fault: expected an error status from 400 to 599, got 399']],
    [600, undefined, ['fault: expected an error status from 400 to 599, got 600']],
    [503.5, undefined, ['fault: expected an error status from 400 to 599, got 503.5']],
    [Number.NaN, undefined, ['fault: expected an error status from 400 to 599, got NaN']],
    ['slience', undefined, ["got a string (did you mean 'silence'?)"]],
    [
      undefined,
      undefined,
      [
        "fault: expected an error status, 'silence', 'reset', 'cut', 'html', " +
          'or an object with status, slow, html, drift, got undefined',
      ],
    ],
    [null, undefined, ['got null']],
    [[503], undefined, ['got an array']],
    [{}, undefined, ['got an object']],
    [{ stauts: 503 }, undefined, ["(did you mean 'status'?)"]],
    [{ status: 200 }, undefined, ['fault.status: expected an error status from 400 to 599, got 200']],
    [{ status: 503, retryafter: 1 }, undefined, ["fault.retryafter: is no member (did you mean 'retryAfter'?)"]],
    [{ status: 503, retryAfter: -1 }, undefined, ['fault.retryAfter: expected whole seconds']],
    [{ status: 503, retryAfter: 1.5 }, undefined, ['got 1.5']],
    [{ status: 503, retryAfter: 'a\r\nb' }, undefined, ['fault.retryAfter']],
    [{ status: 503, retryAfter: ' ' }, undefined, ['fault.retryAfter']],
    [{ status: 503, message: 7 }, undefined, ['fault.message: expected a string']],
    [{ status: 503, message: 'a', body: 'b' }, undefined, ['fault.message: has no place beside a body']],
    [
      { status: 503, body: { at: new Date(0) } },
      undefined,
      ['fault.body: expected JSON: a class instance is not JSON'],
    ],
    [{ slow: -1 }, undefined, ['fault.slow: expected milliseconds from 0 to 2147483647, got -1']],
    [{ slow: Number.POSITIVE_INFINITY }, undefined, ['got Infinity']],
    [{ slow: '5' }, undefined, ['fault.slow', 'got a string']],
    [{ slow: 5, status: 503 }, undefined, ['fault.slow: is no member']],
    [{ slow: 5, status: undefined }, undefined, ['fault: expected an error status', 'got an object']],
    [{ html: 204 }, undefined, ['fault.html: expected 200, or an error status from 400 to 599, got 204']],
    [{ drift: 'an unknwon type' }, undefined, ['fault.drift: expected one of', "(did you mean 'an unknown type'?)"]],
    [{ drift: 7 }, undefined, ['fault.drift']],
    [503, { times: 0 }, ['when.times: expected a whole number from 1, got 0']],
    [503, { times: 1.5 }, ['when.times']],
    [503, { times: -1 }, ['when.times']],
    [503, { times: Number.POSITIVE_INFINITY }, ['when.times']],
    [503, { times: '2' }, ['when.times', 'got a string']],
    [503, { rate: -0.1 }, ['when.rate: expected a number from 0 to 1, got -0.1']],
    [503, { rate: 1.1 }, ['when.rate']],
    [503, { rate: Number.NaN }, ['when.rate']],
    [503, { rate: 0.5, times: 2 }, ['when: expected times or rate, got both']],
    [503, { tiems: 2 }, ["when.tiems: is no member (did you mean 'times'?)"]],
    [503, 2, ['when: expected { times } or { rate }, got a number']],
    [503, null, ['when: expected { times } or { rate }, got null']],
    ['slience', { rate: 7 }, ['fault: ', 'when.rate: ']],
  ]

  for (const [fault, when, says] of refused)
    it(`refuses ${titleOf(fault)}, ${titleOf(when)} at once`, async () => {
      const api = sandbox()
      // What the compiler would not let through.
      const refusal = () => api.fail(fault as Fault, when as When | undefined)
      expect(refusal).to.throw(ConfigurationError, /^fail was given what it cannot take, so nothing will fail:\n {2}- /)
      for (const text of says) expect(refusal).to.throw(text)
      expect(await statusesOf(api, 1)).to.deep.equal([401])
    })
})
