import { expect } from 'chai'
import { ConfigurationError } from '../lib/index.ts'
import { until } from './support/call.ts'
import { acmeWire, choose, handling, pieces, post, url } from './support/page.ts'

const json = { 'content-type': 'application/json' }

/** What a request is answered with, where nothing may be sent; the owner is not asked for. */
const refusal = async (request: Request, maxBytes?: number): Promise<readonly [number, string | undefined]> => {
  const asked: unknown[] = []
  const { ask, sent, errors } = handling({
    maxBytes,
    allow: { multiple: true },
    owner: (given) => void asked.push(given),
  })
  const { status, code, text } = await ask(request)
  expect([sent(), errors, asked]).to.deep.equal([[], [], []])
  expect(text.length).to.be.at.most(200)
  return [status, code]
}

const minted = async (request: Request, maxBytes?: number): Promise<unknown> => {
  const { ask, sent } = handling({ maxBytes, allow: { multiple: true, providers: true } })
  expect((await ask(request)).status).to.equal(200)
  const [wire] = sent()
  return wire
}

/** A body that goes on for ever, and what was taken of it. */
const endless = (chunk = ' '.repeat(1000)) => {
  const bytes = new TextEncoder().encode(chunk)
  const seen = { bytes: 0, cancelled: false }
  const body = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        seen.bytes += bytes.length
        controller.enqueue(bytes)
      },
      cancel: () => {
        seen.cancelled = true
      },
    },
    { highWaterMark: 0 },
  )
  return { body, seen }
}

describe('The type of a body', () => {
  for (const type of [
    'application/json',
    'application/json; charset=utf-8',
    'Application/JSON;charset=UTF-8',
    'application/json ;x=y',
  ])
    it(`may be ${type}`, async () => {
      expect(await minted(post('{"multiple":true}', { 'content-type': type }))).to.deep.equal({
        ...acmeWire,
        multiple: true,
      })
    })

  const types = [
    ...[
      'text/plain',
      'text/plain;charset=UTF-8',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
    ],
    ...['application/jsonp', 'application/json+x', 'text/json', 'text/plain; application/json', 'json', ''],
  ]
  for (const type of types)
    it(`may not be ${JSON.stringify(type)}`, async () => {
      expect(await refusal(post('{"multiple":true}', { 'content-type': type }))).to.deep.equal([
        415,
        'unsupported-type',
      ])
    })

  it('may be absent only where the body is', async () => {
    const typeless = (body: string): Request => {
      const request = post(body)
      request.headers.delete('content-type')
      return request
    }
    expect(await refusal(typeless('{"multiple":true}'))).to.deep.equal([415, 'unsupported-type'])
    expect(await refusal(typeless(' '))).to.deep.equal([415, 'unsupported-type'])
    expect(await minted(typeless(''))).to.deep.equal(acmeWire)
    expect(await minted(post())).to.deep.equal(acmeWire)
  })

  it('may be JSON without a body', async () => {
    expect(await minted(post(undefined, { ...json, 'content-length': '0' }))).to.deep.equal(acmeWire)
    expect(await minted(post('', json))).to.deep.equal(acmeWire)
  })
})

describe('The size of a body', () => {
  const sized = (bytes: number): string => `{"multiple":true}${' '.repeat(bytes - 17)}`

  it('is 10000 bytes at the most, to the byte', async () => {
    for (const headers of [{}, { 'content-length': '10000' }])
      expect(await minted(post(sized(10_000), headers))).to.deep.equal({ ...acmeWire, multiple: true })
    expect(await refusal(post(sized(10_001)))).to.deep.equal([413, 'too-large'])
  })

  it('is what the server says, counted in bytes and not in letters', async () => {
    const body = '{"provider":"é"}'
    expect(new TextEncoder().encode(body)).to.have.length(17)
    expect(await minted(post(body), 17)).to.deep.equal({ ...acmeWire, provider: 'é' })
    expect(await refusal(post(body), 16)).to.deep.equal([413, 'too-large'])
  })

  it('is counted over all pieces', async () => {
    expect(await minted(post(pieces(sized(5000), ' '.repeat(5000))))).to.deep.equal({ ...acmeWire, multiple: true })
    expect(await refusal(post(pieces(sized(5000), ' '.repeat(5000), ' ')))).to.deep.equal([413, 'too-large'])
  })

  it('is refused by its length alone, and nothing is read', async () => {
    const { body, seen } = endless()
    expect(await refusal(post(body, { 'content-length': '10001' }))).to.deep.equal([413, 'too-large'])
    expect(seen.bytes).to.equal(0)
  })

  for (const length of ['7', '-1', 'many', '1e99999', '0x7'])
    it(`is counted, whatever the length says: ${length}`, async () => {
      const { body, seen } = endless()
      expect(await refusal(post(body, { 'content-length': length }))).to.deep.equal([413, 'too-large'])
      expect(seen.bytes).to.be.at.most(11_000)
    })

  it('has an end where the body has none: little more than the limit is read, and its maker is told', async () => {
    const { body, seen } = endless()
    expect(await refusal(post(body))).to.deep.equal([413, 'too-large'])
    expect(seen.bytes).to.be.within(10_001, 11_000)
    expect(await until(() => seen.cancelled)).to.equal(true)
  })

  it('does not wait for a maker that does not hear that nobody reads on', async () => {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new Uint8Array(20_000)),
      cancel: () => new Promise(() => {}),
    })
    expect(await refusal(post(body))).to.deep.equal([413, 'too-large'])
  })
})

describe('The JSON of a body', () => {
  const deep = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)
  const wrong: readonly (readonly [string, BodyInit])[] = [
    ['no JSON', 'multiple=true'],
    ['cut off', '{"multiple":tr'],
    ['followed by more', '{"multiple":true}{}'],
    ['spaces alone', '   '],
    ['not UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['UTF-8 that is cut', new Uint8Array([0x22, 0xc3])],
    ['UTF-16', new Uint8Array([0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00])],
    ['packed', new Uint8Array([0x1f, 0x8b, 0x08, 0x00])],
  ]
  for (const [title, body] of wrong)
    it(`may not be ${title}`, async () => {
      expect(await refusal(post(body))).to.deep.equal([400, 'invalid-body'])
    })

  for (const body of ['null', 'true', '7', '"text"', '[]', '[{"multiple":true}]', deep(5000)])
    it(`may not be other than an object: ${body.slice(0, 20)}`, async () => {
      const { ask, sent, errors } = handling({ allow: { multiple: true } })
      const { status, code } = await ask(post(body))
      expect([status, code, sent(), errors]).to.deep.equal([400, 'invalid-body', [], []])
    })

  it('may be nested a hundred thousand deep, where the server lets it be so large, and nobody falls over', async () => {
    for (const body of [
      deep(100_000),
      `{"multiple":${deep(100_000)}}`,
      `{"a":`.repeat(100_000) + '}'.repeat(100_000),
    ]) {
      const { ask, sent, errors } = handling({ maxBytes: 1_000_000, allow: { multiple: true } })
      expect((await ask(post(body))).status).to.equal(400)
      expect([sent(), errors]).to.deep.equal([[], []])
    }
  })

  it('may begin with a byte order mark, and come in pieces that cut a letter', async () => {
    expect(await minted(post('\uFEFF{"multiple":true}'))).to.deep.equal({ ...acmeWire, multiple: true })
    const bytes = new TextEncoder().encode('{"provider":"é"}')
    expect(await minted(post(pieces(bytes.slice(0, 14), bytes.slice(14))))).to.deep.equal({
      ...acmeWire,
      provider: 'é',
    })
  })

  it('is refused where it breaks off on the way', async () => {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        controller.enqueue(new TextEncoder().encode('{"multiple":'))
        controller.error(new Error('the connection was reset'))
      },
    })
    expect(await refusal(post(body))).to.deep.equal([400, 'invalid-body'])
  })
})

describe('A body that was read before', () => {
  const read: readonly (readonly [string, () => Promise<Request>])[] = [
    [
      'by its text',
      async () => {
        const request = choose({})
        await request.text()
        return request
      },
    ],
    [
      'by a reader that holds it still',
      async () => {
        const request = choose({})
        request.body?.getReader()
        return request
      },
    ],
    [
      'by a parser in front of the adapter, so that nothing is left',
      async () => post(pieces(), { 'content-length': '17' }),
    ],
  ]
  for (const [title, make] of read)
    it(`is the server's to mend: ${title}`, async () => {
      const { ask, sent, errors } = handling()
      const { status, code } = await ask(await make())
      expect([status, code, sent()]).to.deep.equal([500, 'internal', []])
      expect(errors).to.have.length(1)
      expect(errors[0]).to.be.instanceOf(ConfigurationError)
      expect(errors[0])
        .to.have.property('message')
        .that.equals(
          'The body of the request was read before the handler got it. Mount the handler before what reads bodies, ' +
            'such as express.json(), and hand it the request itself.',
        )
    })

  it('is no concern of a request that has none', async () => {
    expect(await minted(new Request(url, { method: 'POST' }))).to.deep.equal(acmeWire)
  })
})
