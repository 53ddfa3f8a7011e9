import { expect } from 'chai'
import { ConfigurationError } from '../../lib/index.ts'
import { until } from '../support/call.ts'
import { itEach } from '../support/it-each.ts'
import { acmeWire, post, postJson, setUp, streamOf, url } from '../support/page.ts'

const json = { 'content-type': 'application/json' }

/** Returns the error response to a request for which neither `owner`, the API nor `onError` is called. */
const rejection = async (request: Request, maxBytes?: number): Promise<readonly [number, string | undefined]> => {
  const ownerCalls: unknown[] = []
  const { call, sent, errors } = setUp({
    maxBytes,
    allow: { multiple: true },
    owner: (received) => void ownerCalls.push(received),
  })
  const { status, code, text } = await call(request)
  expect([sent(), errors, ownerCalls]).to.deep.equal([[], [], []])
  expect(text.length).to.be.at.most(200)
  return [status, code]
}

/** Returns the body that the API receives for a valid request. */
const sentFor = async (request: Request, maxBytes?: number): Promise<unknown> => {
  const { call, sent } = setUp({ maxBytes, allow: { multiple: true, providers: true } })
  expect((await call(request)).status).to.equal(200)
  const [wire] = sent()
  return wire
}

/** A body without an end, and how much of it was read. */
const endlessBody = () => {
  const chunk = new TextEncoder().encode(' '.repeat(1000))
  const progress = { bytes: 0, isCancelled: false }
  const body = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        progress.bytes += chunk.length
        controller.enqueue(chunk)
      },
      cancel: () => {
        progress.isCancelled = true
      },
    },
    { highWaterMark: 0 },
  )
  return { body, progress }
}

describe("The handler and a body's content type", () => {
  itEach(
    'accepts every form of the JSON content type',
    ['application/json', 'application/json; charset=utf-8', 'Application/JSON;charset=UTF-8', 'application/json ;x=y'],
    async (type) => {
      expect(await sentFor(post('{"multiple":true}', { 'content-type': type }))).to.deep.equal({
        ...acmeWire,
        multiple: true,
      })
    },
  )

  const types = [
    ...['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', 'text/plain; application/json', ''],
  ]
  itEach('responds to other content types with 415', types, async (type) => {
    const request = post('{"multiple":true}', { 'content-type': type })
    expect(await rejection(request)).to.deep.equal([415, 'unsupported-type'])
  })

  it('accepts a missing content type only without a body', async () => {
    const withoutType = (body: string): Request => {
      const request = post(body)
      request.headers.delete('content-type')
      return request
    }
    expect(await rejection(withoutType('{"multiple":true}'))).to.deep.equal([415, 'unsupported-type'])
    expect(await rejection(withoutType(' '))).to.deep.equal([415, 'unsupported-type'])
    expect(await sentFor(withoutType(''))).to.deep.equal(acmeWire)
    expect(await sentFor(post())).to.deep.equal(acmeWire)
  })

  it('accepts the JSON content type without a body', async () => {
    expect(await sentFor(post(undefined, { ...json, 'content-length': '0' }))).to.deep.equal(acmeWire)
  })
})

describe("The handler and a body's size", () => {
  const sized = (bytes: number): string => `{"multiple":true}${' '.repeat(bytes - 17)}`

  it('accepts 10000 bytes by default, and responds to 10001 with 413', async () => {
    for (const headers of [{}, { 'content-length': '10000' }])
      expect(await sentFor(post(sized(10_000), headers))).to.deep.equal({ ...acmeWire, multiple: true })
    expect(await rejection(post(sized(10_001)))).to.deep.equal([413, 'too-large'])
  })

  it('applies maxBytes to bytes, not to characters', async () => {
    const body = '{"provider":"é"}'
    expect(new TextEncoder().encode(body)).to.have.length(17)
    expect(await sentFor(post(body), 17)).to.deep.equal({ ...acmeWire, provider: 'é' })
    expect(await rejection(post(body), 16)).to.deep.equal([413, 'too-large'])
  })

  it('adds up the chunks of a streamed body', async () => {
    expect(await sentFor(post(streamOf(sized(5000), ' '.repeat(5000))))).to.deep.equal({ ...acmeWire, multiple: true })
    expect(await rejection(post(streamOf(sized(5000), ' '.repeat(5000), ' ')))).to.deep.equal([413, 'too-large'])
  })

  it('rejects a body by its Content-Length without reading it', async () => {
    const { body, progress } = endlessBody()
    expect(await rejection(post(body, { 'content-length': '10001' }))).to.deep.equal([413, 'too-large'])
    expect(progress.bytes).to.equal(0)
  })

  itEach('limits a body whose Content-Length is wrong', ['7', '-1', 'many', '0x7'], async (length) => {
    const { body, progress } = endlessBody()
    expect(await rejection(post(body, { 'content-length': length }))).to.deep.equal([413, 'too-large'])
    expect(progress.bytes).to.be.within(10_001, 11_000)
    expect(await until(() => progress.isCancelled)).to.equal(true)
  })

  it('does not wait for the cancellation of a body', async () => {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new Uint8Array(20_000)),
      cancel: () => new Promise(() => {}),
    })
    expect(await rejection(post(body))).to.deep.equal([413, 'too-large'])
  })
})

describe("The handler and a body's JSON", () => {
  const invalid: readonly (readonly [string, BodyInit])[] = [
    ['truncated JSON', '{"multiple":tr'],
    ['only spaces', '   '],
    ['invalid UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ...['null', '7', '[{"multiple":true}]'].map((body) => [`JSON that is not an object: ${body}`, body] as const),
  ]
  itEach('responds with 400 to a body that is not a JSON object', invalid, async ([, body]) => {
    expect(await rejection(post(body))).to.deep.equal([400, 'invalid-body'])
  })

  it('responds with 400 to a body whose stream fails', async () => {
    const body = new ReadableStream({ start: (controller) => controller.error(new Error('the connection was reset')) })
    expect(await rejection(post(body))).to.deep.equal([400, 'invalid-body'])
  })

  it('responds with 400 to JSON that is nested 100000 levels deep', async () => {
    const nested = '['.repeat(100_000) + ']'.repeat(100_000)
    for (const body of [nested, `{"multiple":${nested}}`]) {
      const { call } = setUp({ maxBytes: 1_000_000, allow: { multiple: true } })
      expect((await call(post(body))).status).to.equal(400)
    }
  })

  it('accepts a byte order mark, and chunks that split a character', async () => {
    expect(await sentFor(post('\uFEFF{"multiple":true}'))).to.deep.equal({ ...acmeWire, multiple: true })
    const bytes = new TextEncoder().encode('{"provider":"é"}')
    expect(await sentFor(post(streamOf(bytes.slice(0, 14), bytes.slice(14))))).to.deep.equal({
      ...acmeWire,
      provider: 'é',
    })
  })
})

/** A request as adapters create it. HTTP ends its body at its `Content-Length`. */
class AdapterRequest extends Request {
  override arrayBuffer(): Promise<ArrayBuffer> {
    return super.arrayBuffer()
  }
}

/** A request of a framework, such as that of Next.js. Code can create it with any body and any header. */
class FrameworkRequest extends Request {}

const adapted = (body: BodyInit, length: number): AdapterRequest =>
  new AdapterRequest(post(body, { 'content-length': String(length) }))

describe("The handler and an adapter's body with a Content-Length", () => {
  it('reads it without creating its stream', async () => {
    const request = adapted('{"multiple":true}', 17)
    Object.defineProperty(request, 'body', { get: () => expect.fail('unexpected stream') })
    expect(await sentFor(request)).to.deep.equal({ ...acmeWire, multiple: true })
  })

  it('limits it if the Content-Length is wrong', async () => {
    const body = `{"multiple":true}${' '.repeat(9983)}`
    expect(await sentFor(adapted(body, 7))).to.deep.equal({ ...acmeWire, multiple: true })
    expect(await rejection(adapted(`${body} `, 7))).to.deep.equal([413, 'too-large'])
  })

  it('limits a chunked body while it is read', async () => {
    for (const headers of [{}, { 'content-length': '7', 'transfer-encoding': 'chunked' }]) {
      const { body, progress } = endlessBody()
      expect(await rejection(new AdapterRequest(post(body, headers)))).to.deep.equal([413, 'too-large'])
      expect(progress.bytes).to.be.at.most(11_000)
    }
  })

  it('is not trusted in a request that a framework or a program may have created', async () => {
    const { body, progress } = endlessBody()
    const request = new FrameworkRequest(post(body, { 'content-length': '7' }))
    expect(await rejection(request)).to.deep.equal([413, 'too-large'])
    expect(progress.bytes).to.be.at.most(11_000)
  })

  it('responds with 400 if the connection fails', async () => {
    const request = adapted('{}', 2)
    request.arrayBuffer = () => Promise.reject(new Error('aborted'))
    expect(await rejection(request)).to.deep.equal([400, 'invalid-body'])
  })
})

describe('The handler and a body that was already read', () => {
  const requests: readonly (readonly [string, () => Promise<Request>])[] = [
    [
      'as text',
      async () => {
        const request = postJson({})
        await request.text()
        return request
      },
    ],
    [
      'by a reader that still holds its lock',
      async () => {
        const request = postJson({})
        request.body?.getReader()
        return request
      },
    ],
    [
      'by a body parser, which the adapter notices only when it reads the body',
      async () => {
        const request = adapted('{}', 2)
        request.arrayBuffer = () => Promise.reject(new TypeError('Body is unusable'))
        return request
      },
    ],
    ['by a body parser, after which the adapter finds none', async () => post(streamOf(), { 'content-length': '17' })],
    ['by a body parser, from a chunked body', async () => post(streamOf(), { 'transfer-encoding': 'chunked' })],
  ]
  const message =
    'The request body was already read. Mount the handler before body parsers such as express.json(), and pass it the ' +
    'original request.'
  itEach('responds with 500, and reports how to mount the handler', requests, async ([, createRequest]) => {
    const { call, sent, errors } = setUp()
    const { status, code } = await call(await createRequest())
    expect([status, code, sent()]).to.deep.equal([500, 'internal', []])
    expect(errors).to.have.length(1)
    expect(errors[0]).to.be.instanceOf(ConfigurationError).and.to.have.property('message', message)
  })

  it('accepts a request without a body', async () => {
    expect(await sentFor(new Request(url, { method: 'POST' }))).to.deep.equal(acmeWire)
  })
})
