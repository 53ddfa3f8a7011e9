import { expect } from 'chai'
import { ConfigurationError, TimeoutError } from '../../lib/index.ts'
import { WebhookError, webhookHandler } from '../../lib/webhook/index.ts'
import { until } from '../support/call.ts'
import { caught } from '../support/caught.ts'
import { itEach } from '../support/it-each.ts'
import { post, serve, streamOf } from '../support/page.ts'
import { dumps, printings, showing } from '../support/printed.ts'
import { created, deliver, otherSecret, receiver, secret, sign } from '../support/webhook.ts'

const body = JSON.stringify(created)

/** Returns the status of the response, what was reported, and the number of events. */
const outcomeOf = async (request: Request, options?: Parameters<typeof receiver>[0]) => {
  const { handler, events, errors } = receiver(options)
  const { status } = await handler(request)
  return { status, reasons: errors.map((error) => (error as WebhookError).reason), events: events.length } // undefined for other errors
}

/** Pads an event to a number of bytes. */
const sized = (bytes: number): string => {
  const [start, end] = ['{"event":"x","note":"', '"}']
  return start + 'a'.repeat(bytes - start.length - end.length) + end
}

/** A body without an end, and how much of it was read. */
const endlessBody = () => {
  const progress = { bytes: 0, isCancelled: false }
  const stream = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        progress.bytes += 1000
        controller.enqueue(new Uint8Array(1000))
      },
      cancel: () => {
        progress.isCancelled = true
      },
    },
    { highWaterMark: 0 },
  )
  return { stream, progress }
}

const signed = (stream: BodyInit): Request => post(stream, { 'x-stackone-signature': sign(body) })

describe('The webhook handler', () => {
  it('passes the event of a signed request to onEvent and responds with 200', async () => {
    const { handler, events, errors } = receiver()
    const response = await handler(deliver(body))
    expect([response.status, await response.text()]).to.deep.equal([200, 'OK'])
    expect(events.map(({ event, accountId }) => [event, accountId])).to.deep.equal([['account.created', 'account-1']])
    expect(errors).to.deep.equal([])
  })

  it('responds only after onEvent has resolved', async () => {
    const order: string[] = []
    const onEvent = async (): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      order.push('event')
    }
    await receiver({ onEvent }).handler(deliver(body))
    order.push('response')
    expect(order).to.deep.equal(['event', 'response'])
  })

  it('reads a body in chunks, split inside a character', async () => {
    const bytes = Buffer.from('{"event":"x","name":"é"}')
    const stream = streamOf(bytes.subarray(0, 22), bytes.subarray(22))
    const request = post(stream, { 'x-stackone-signature': sign(bytes) })
    expect(await outcomeOf(request)).to.deep.equal({ status: 200, reasons: [], events: 1 })
  })

  it('ignores the content type', async () => {
    const request = post(body, { 'content-type': 'text/plain', 'x-stackone-signature': sign(body) })
    expect((await outcomeOf(request)).status).to.equal(200)
  })

  it('works over HTTP', async () => {
    const { handler, events } = receiver()
    const server = await serve(handler)
    try {
      const headers = { 'x-stackone-signature': sign(body) }
      expect((await fetch(server.url, { method: 'POST', headers, body })).status).to.equal(200)
      expect((await fetch(server.url, { method: 'POST', headers, body: `${body} ` })).status).to.equal(401)
      expect((await fetch(server.url)).status).to.equal(405)
    } finally {
      await server.close()
    }
    expect(events).to.have.length(1)
  })
})

describe('The webhook handler rejects', () => {
  itEach('other methods with 405, without reporting it', ['GET', 'HEAD', 'PUT', 'OPTIONS'], async (method) => {
    const { handler, events, errors } = receiver()
    const response = await handler(new Request('https://app.acme.example/webhook', { method }))
    expect([response.status, response.headers.get('allow'), events, errors]).to.deep.equal([405, 'POST', [], []])
  })

  it('the reason of the status as text', async () => {
    const { handler } = receiver({ maxBytes: 1000 })
    const textOf = async (request: Request): Promise<string> => (await handler(request)).text()
    expect(await textOf(new Request('https://app.acme.example/webhook'))).to.equal('Method not allowed')
    expect(await textOf(post(body))).to.equal('Missing or wrong signature')
    expect(await textOf(deliver('{}'))).to.equal('Invalid event')
    expect(await textOf(deliver(' '.repeat(1001)))).to.equal('Request body too large')
  })

  it('a request without a signature with 401', async () => {
    for (const request of [post(body), deliver(body, ''), post()])
      expect(await outcomeOf(request)).to.deep.equal({ status: 401, reasons: ['missing-signature'], events: 0 })
  })

  it('a wrong signature with 401', async () => {
    const outcome = await outcomeOf(deliver(body, sign(body, otherSecret)))
    expect(outcome).to.deep.equal({ status: 401, reasons: ['wrong-signature'], events: 0 })
  })

  it('two signature headers with 401', async () => {
    const request = deliver(body)
    request.headers.append('x-stackone-signature', sign(body))
    expect((await outcomeOf(request)).reasons).to.deep.equal(['wrong-signature'])
  })

  it('a signed body that is not an event with 400', async () => {
    for (const text of ['', '{"event":7}'])
      expect(await outcomeOf(deliver(text))).to.deep.equal({ status: 400, reasons: ['invalid-body'], events: 0 })
  })

  it('a body over 1 MiB with 413', async () => {
    expect((await outcomeOf(deliver(sized(1_048_576)))).status).to.equal(200)
    const large = sized(1_048_577)
    for (const request of [deliver(large), post(streamOf(large), { 'x-stackone-signature': sign(large) })])
      expect(await outcomeOf(request)).to.deep.equal({ status: 413, reasons: ['invalid-body'], events: 0 })
  })

  it('a body over maxBytes with 413, counted in bytes', async () => {
    const text = '{"event":"é"}'
    expect((await outcomeOf(deliver(text), { maxBytes: 14 })).status).to.equal(200)
    expect((await outcomeOf(deliver(text), { maxBytes: 13 })).status).to.equal(413)
  })

  it('a body by its Content-Length, without reading it', async () => {
    const { stream, progress } = endlessBody()
    const request = post(stream, { 'x-stackone-signature': sign(body), 'content-length': '1048577' })
    expect((await outcomeOf(request)).status).to.equal(413)
    expect(progress.bytes).to.equal(0)
  })

  it('an endless body with 413, and cancels it', async () => {
    const { stream, progress } = endlessBody()
    expect((await outcomeOf(signed(stream), { maxBytes: 10_000 })).status).to.equal(413)
    expect(progress).to.deep.equal({ bytes: 11_000, isCancelled: true })
  })

  const node = { url: '/', method: 'POST', headers: { 'x-stackone-signature': sign(body) } }
  itEach('an argument that is not a Request', [undefined, node, body], async (request) => {
    const { handler, errors } = receiver()
    const error = await caught(Reflect.apply(handler, undefined, [request]))
    expect(error).to.be.instanceOf(ConfigurationError)
    expect(String(error)).to.include('getRequestListener').and.not.to.include(secret)
    expect(errors).to.deep.equal([])
  })
})

describe('The webhook handler and failures', () => {
  const failure = new Error('the database is down')
  const throwFailure = (): never => {
    throw failure
  }

  it('responds with 500 if onEvent throws or rejects, and reports the original error', async () => {
    for (const onEvent of [throwFailure, () => Promise.reject(failure)]) {
      const { handler, errors } = receiver({ onEvent })
      const response = await handler(deliver(body))
      expect([response.status, await response.text()]).to.deep.equal([500, 'Internal server error'])
      expect(errors).to.have.length(1)
      expect(errors[0]).to.equal(failure)
    }
  })

  it('responds with 500 if onEvent throws a WebhookError, such as that of another webhook', async () => {
    const forged = new WebhookError('wrong-signature', 'forged')
    const { handler, errors } = receiver({ onEvent: () => Promise.reject(forged) })
    expect((await handler(deliver(body))).status).to.equal(500)
    expect(errors).to.deep.equal([forged])
  })

  it('responds with 500 if onEvent does not settle within the timeout', async () => {
    const { handler, errors } = receiver({ onEvent: () => new Promise(() => {}), timeout: 20 })
    expect((await handler(deliver(body))).status).to.equal(500)
    expect(errors).to.have.length(1)
    expect(errors[0]).to.be.instanceOf(TimeoutError)
    expect(String(errors[0])).to.equal('TimeoutError: The webhook took longer than 20 ms.')
  })

  it('ignores a rejection after the timeout', async () => {
    const onEvent = () => new Promise((_, reject) => setTimeout(() => reject(failure), 40))
    const { handler, errors } = receiver({ onEvent, timeout: 10 })
    expect((await handler(deliver(body))).status).to.equal(500)
    await new Promise((resolve) => setTimeout(resolve, 60))
    expect(errors).to.have.length(1)
  })

  it('does not call onEvent if the body arrives after the timeout', async () => {
    const request = post(body, { 'x-stackone-signature': sign(body), 'content-length': `${body.length}` })
    const bytes = await request.clone().arrayBuffer()
    request.arrayBuffer = () => new Promise((resolve) => setTimeout(resolve, 40, bytes)) // as that of an adapter
    const { handler, events } = receiver({ timeout: 10 })
    expect((await handler(request)).status).to.equal(500)
    await new Promise((resolve) => setTimeout(resolve, 60))
    expect(events).to.deep.equal([])
  })

  it('responds with 500 to a body that stalls, and cancels it', async () => {
    let isCancelled = false
    const stream = new ReadableStream<Uint8Array>({
      cancel: () => {
        isCancelled = true
      },
    })
    const { handler, events, errors } = receiver({ timeout: 20 })
    expect((await handler(signed(stream))).status).to.equal(500)
    expect(await until(() => isCancelled)).to.equal(true)
    expect(events).to.deep.equal([])
    expect(errors[0]).to.be.instanceOf(TimeoutError)
  })

  it('reports a body that was already read', async () => {
    const request = deliver(body)
    await request.text()
    const { handler, errors } = receiver()
    expect((await handler(request)).status).to.equal(500)
    expect(String(errors[0])).to.match(/^ConfigurationError: The request body was already read\./)
  })

  it('responds without onError, and if onError throws or rejects', async () => {
    for (const onError of [undefined, () => Promise.reject(failure), throwFailure])
      expect((await receiver({ onError }).handler(post(body))).status).to.equal(401)
  })

  it("rethrows a framework's control flow unchanged", async () => {
    const redirect = Object.assign(new Error('NEXT_REDIRECT'), { digest: 'NEXT_REDIRECT;replace;/;307;' })
    const { handler, errors } = receiver({ onEvent: () => Promise.reject(redirect) })
    expect(await caught(handler(deliver(body)))).to.equal(redirect)
    expect(errors).to.deep.equal([])
  })

  it('shows no secret and no expected signature, in responses, errors and itself', async () => {
    const { handler, errors } = receiver({ secret: [secret, otherSecret], maxBytes: 1000 })
    const requests = [post(body), deliver(body, sign(`${body} `)), deliver('{'), deliver(sized(1001))]
    const responses = await Promise.all(requests.map((request) => handler(request)))
    const texts = await Promise.all(responses.map((response) => response.text()))
    expect(responses.map(({ status }) => status)).to.deep.equal([401, 401, 400, 413])
    const hidden = [secret, otherSecret, sign(body), sign(body, otherSecret)]
    for (const value of [handler, texts, ...errors])
      expect(showing(value, hidden, [...printings, ...dumps])).to.deep.equal([])
  })
})

describe('The options of the webhook handler', () => {
  const onEvent = (): void => {}
  const invalid: readonly (readonly [string, unknown, readonly string[]])[] = [
    ['no options', undefined, ['must be an object, got undefined']],
    ['a secret that is undefined', { secret: undefined, onEvent }, ['secret: is required']],
    ['no onEvent', { secret }, ['onEvent: is required']],
    [
      'a blank secret',
      { secret: ' ', onEvent },
      ['secret: must be a non-blank string without surrounding white space, got a blank string'],
    ],
    ['no secrets', { secret: [], onEvent }, ['secret: must contain at least one secret']],
    [
      'a list with a missing secret',
      { secret: [secret, undefined], onEvent },
      ['secret[1]: must be a non-blank string without surrounding white space, got undefined'],
    ],
    ['an unknown option', { secret, onEvent, tolerance: 300 }, ["unknown option 'tolerance' (the options are secret,"]],
    ...['signingSecret', 'webhookSecret'].map(
      (name) => [name, { [name]: secret, onEvent, secret }, [`unknown option '${name}' (use 'secret')`]] as const,
    ),
    [
      'a misspelled option',
      { secret, onEvent, onEror: onEvent },
      ["unknown option 'onEror' (did you mean 'onError'?)"],
    ],
    ['onError that is not a function', { secret, onEvent, onError: 7 }, ['onError: must be a function, got a number']],
    ['no bytes', { secret, onEvent, maxBytes: 0 }, ['maxBytes: must be an integer from 1 to 100000000 (bytes), got 0']],
    [
      'a timeout of 0',
      { secret, onEvent, timeout: 0 },
      ['timeout: must be an integer from 1 to 2147483647 (milliseconds), got 0'],
    ],
  ]
  itEach('are rejected if invalid', invalid, ([, options, lines]) => {
    let error: unknown
    try {
      Reflect.apply(webhookHandler, undefined, [options])
    } catch (thrown) {
      error = thrown
    }
    expect(error).to.be.instanceOf(ConfigurationError)
    for (const line of ['Invalid options for webhookHandler:', ...lines]) expect(String(error)).to.include(line)
    expect(showing(error, [secret], [...printings, ...dumps])).to.deep.equal([])
  })

  it('may be undefined if they are optional, and are read once', async () => {
    const options = { secret, onEvent, onError: undefined, maxBytes: undefined, timeout: undefined }
    const handler = webhookHandler(options)
    options.secret = otherSecret
    expect((await handler(deliver(body))).status).to.equal(200)
  })

  it('copy the list of secrets', async () => {
    const secrets = [secret]
    const handler = webhookHandler({ secret: secrets, onEvent })
    secrets[0] = otherSecret
    expect((await handler(deliver(body))).status).to.equal(200)
  })
})
