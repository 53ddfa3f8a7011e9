import { Readable } from 'node:stream'
import { deflateSync, gzipSync } from 'node:zlib'
import { expect } from 'chai'
import fc from 'fast-check'
import { type ClientEvent, InvalidResponseError } from '../../lib/index.ts'
import { acme, clientOf, timedSend, until } from '../support/call.ts'
import { caught } from '../support/caught.ts'
import { itEach } from '../support/it-each.ts'
import { processorTime } from '../support/processor.ts'
import { httpServer, minted } from '../support/server.ts'
import { describeShapes, mintedAnd, mintedWith, type Shape } from '../support/shape.ts'
import { stub } from '../support/stub.ts'

const text = mintedWith({})
const token = minted.token
// A label in Latin-1 is not UTF-8. Its two unreadable bytes must not lose the token.
const latin1 = Buffer.concat([Buffer.from(text.slice(0, -1)), Buffer.from(',"label":"Zürich, Genève"}', 'latin1')])

/** Metadata that nests a value too deeply to be kept. */
const deep = (inner: string): string => `${'{"a":'.repeat(498)}${inner}${'}'.repeat(498)}`

const typed = (type: string): Shape => ({ title: `the content type ${type}`, headers: { 'content-type': type } })
const status = (code: number): Shape => ({ title: `status ${code}`, status: code, drift: ['status'] })

const shapes: readonly Shape[] = [
  ...[200, 202, 203, 206, 299].map(status),
  { title: 'status 200 and a malformed field', status: 200, sent: { id: '4711' }, drift: ['status', 'id'] },
  { title: 'no content type', headers: {} },
  ...['text/html', 'text/plain; charset=latin1', 'application/json; charset=utf-16le', 'application/problem+json']
    .concat('application/octet-stream', 'JSON', ';;;')
    .map(typed),
  { title: 'a byte-order mark', body: `\ufeff${text}` },
  { title: 'white space around it', body: `\r\n\t  ${text}\n\n ` },
  { title: 'white space inside it', body: JSON.stringify(minted, null, 4) },
  { title: 'escapes inside it', body: text.replace('Acme', '\\u0041cme'), gives: { originOwnerName: 'Acme Inc.' } },
  { title: 'characters beyond ASCII', sent: { label: 'Zürich 😀' }, gives: { label: 'Zürich 😀' } },
  { title: 'bytes that are not UTF-8', body: latin1, gives: { label: 'Z\ufffdrich, Gen\ufffdve' } },
  { title: 'a gzip encoding', body: gzipSync(text), headers: { 'content-encoding': 'gzip' } },
  { title: 'a deflate encoding', body: deflateSync(text), headers: { 'content-encoding': 'deflate' } },
  {
    title: 'a megabyte next to the token',
    body: mintedAnd(`"extra":"${'x'.repeat(1_000_000)}"`),
    gives: { extra: { extra: 'x'.repeat(1_000_000) } },
  },
]

describe('The response to a create', () => {
  describeShapes(shapes)

  // Decoding blocks all timers, so its time must not grow with the square of the length.
  const floods: readonly (readonly [string, string, string])[] = [
    ['80,000 categories, every second one null', 'categories', `[${'null,"ats",'.repeat(40_000)}"ats"]`],
    ['5,000 unknown categories', 'categories', `[${'"zzqqzzqq",'.repeat(5_000)}"ats"]`],
    ['10,000 arrays in metadata that is too deep', 'metadata', deep(`[${'[[]],'.repeat(10_000)}0]`)],
  ]

  itEach('resolves quickly with thousands of fields or entries', floods, async ([, name, value]) => {
    const server = await httpServer((_, response) => response.writeHead(201).end(mintedAnd(`"${name}":${value}`)))
    try {
      const took = await processorTime(async () => {
        expect((await acme.send(clientOf(server.url))).token).to.equal(token)
      })
      expect(took).to.be.below(3000)
    } finally {
      await server.close()
    }
  })
})

describe('A response that is too large', () => {
  // Far more than the buffers of the system can hold.
  const chunks = Array(64).fill(Buffer.alloc(1024 * 1024, ' '))
  const lengths: readonly (readonly [string, Record<string, string>])[] = [
    ['a content-length', { 'content-length': `${64 * 1024 * 1024}` }],
    ['no content-length', {}],
  ]

  itEach('is an InvalidResponseError and is not read to its end, with any headers', lengths, async ([, headers]) => {
    const ends: boolean[] = []
    const server = await httpServer((_, response) => {
      response.once('close', () => ends.push(response.writableFinished))
      Readable.from(chunks).pipe(response.writeHead(201, headers))
    })
    try {
      const error = await caught(acme.send(clientOf(server.url)))
      expect(error).to.be.instanceOf(InvalidResponseError)
      expect(error)
        .to.have.property('message')
        .that.includes('The response to POST /connect_sessions exceeds 1048576 bytes.')
      expect(await until(() => ends.length > 0)).to.equal(true)
      expect(ends).to.deep.equal([false])
    } finally {
      await server.close()
    }
  })
})

interface Unusable {
  readonly title: string
  readonly body: string | Uint8Array
  /** The end of the message's first sentence. */
  readonly problem: string
  readonly status?: number
  readonly issues?: readonly string[]
}

const notJson = 'the body is not JSON, or was cut off'
const without = { ...minted, token: undefined }
const malformed = (value: unknown, problem: string): Unusable => ({
  title: `a token of ${JSON.stringify(value)}`,
  body: mintedWith({ token: value }),
  problem,
  issues: ['token'],
})

const missing = 'token: is required'
const notToken = 'token: must be a non-empty string, got'

const unusable: readonly Unusable[] = [
  { title: 'a missing token', body: JSON.stringify(without), problem: missing, issues: ['token'] },
  malformed(null, missing),
  malformed('', `${notToken} a blank string`),
  malformed(123_456_789, `${notToken} a number`),
  malformed({ value: token }, `${notToken} an object`),
  { title: 'a token one level deeper', body: JSON.stringify({ data: minted }), problem: missing, issues: ['token'] },
  { title: 'an empty object', body: '{}', problem: missing, issues: ['token'] },
  {
    title: 'a token inherited from __proto__',
    body: `{"__proto__":{"token":"${token}"}}`,
    problem: missing,
    issues: ['token'],
  },
  { title: 'an array', body: JSON.stringify([minted]), problem: 'the body is an array', issues: [''] },
  { title: 'a bare string', body: JSON.stringify(token), problem: 'the body is a string', issues: [''] },
  { title: 'null', body: 'null', problem: 'the body is null', issues: [''] },
  { title: 'an empty body', body: '', problem: 'the body is empty' },
  { title: 'white space', body: ' \r\n', problem: 'the body is empty' },
  { title: 'status 204', body: '', status: 204, problem: 'the body is empty' },
  { title: 'truncated JSON', body: text.slice(0, -20), problem: notJson },
  { title: 'plain text', body: `token=${token}`, problem: notJson },
  { title: 'HTML', body: `<!doctype html><title>${token}</title>`, problem: 'the body is HTML' },
  { title: 'HTML after a line break', body: '\n<html></html>', problem: 'the body is HTML' },
  { title: 'bytes', body: Uint8Array.of(0, 159, 146, 150), problem: notJson },
]

describe('A success without a usable token', () => {
  for (const strict of [false, true])
    itEach(
      `is an InvalidResponseError that describes the body${strict ? ', also under strict' : ''}`,
      unusable,
      async ({ body, problem, status = 201, issues = [] }) => {
        const events: ClientEvent[] = []
        const server = await httpServer((_, response) =>
          response.writeHead(status, { 'x-request-id': 'req-7' }).end(body),
        )
        try {
          const client = clientOf(server.url, { strict, onEvent: (event) => events.push(event) })
          const error = await caught(acme.send(client))
          if (!(error instanceof InvalidResponseError)) throw error
          expect(error).to.include({
            name: 'InvalidResponseError',
            message:
              `StackOne responded with ${status} to POST /connect_sessions without a token: ${problem}. ` +
              'Check `baseUrl`, or try again later.',
            status,
            attempts: 1,
            requestId: 'req-7',
          })
          expect(error.elapsedMs).to.be.within(0, 9000)
          expect(error.issues.map(({ path }) => path)).to.deep.equal(issues)
          expect(events.map(({ type }) => type)).to.deep.equal(['attempt', 'response', 'failure'])
          expect(server.requests).to.have.length(1)
        } finally {
          await server.close()
        }
      },
    )
})

describe('A response of random bytes', () => {
  const good = new TextEncoder().encode(JSON.stringify(minted))

  /** The good body with some bytes changed, and possibly truncated. */
  const damaged = fc
    .record({
      changes: fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 4 }),
      length: fc.oneof({ weight: 3, arbitrary: fc.constant(good.length) }, fc.nat(good.length)),
    })
    .map(({ changes, length }) => {
      const bytes = good.slice()
      for (const [index, byte] of changes) bytes[index] = byte
      return bytes.slice(0, length)
    })

  const json = fc.jsonValue({ maxDepth: 4 })
  const names = fc.oneof(fc.string(), fc.constantFrom(...Object.keys(minted), '__proto__'))
  const withToken = fc.tuple(fc.dictionary(names, json), fc.string()).map(([fields, token]) => ({ ...fields, token }))

  const bodies = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    damaged,
    fc.oneof(json, withToken).map((value) => new TextEncoder().encode(JSON.stringify(value))),
  )

  /** The token in a body for acme-42, read with the platform's own functions. */
  const tokenIn = (bytes: Uint8Array): string | undefined => {
    try {
      const { token, origin_owner_id: owner } = Object(JSON.parse(new TextDecoder().decode(bytes)))
      const isText = typeof owner === 'string' || typeof owner === 'number'
      const isForeign = isText && String(owner).trim().normalize() !== 'acme-42'
      return typeof token === 'string' && token !== '' && !isForeign ? token : undefined
    } catch {
      return undefined
    }
  }

  it('resolves with its token if it is a success with one, and rejects with a SessionError otherwise', async () => {
    const statuses = fc.constantFrom(200, 201, 299, 400, 401, 404, 429, 500)
    const outcomes = { token: 0, error: 0 }
    await fc.assert(
      fc.asyncProperty(bodies, statuses, async (bytes, status) => {
        const { fetch } = stub(() => new Response(bytes, { status }))
        const { result } = await timedSend(clientOf('http://127.0.0.1:9', { fetch, retries: 0 }))
        const expected = status < 300 ? tokenIn(bytes) : undefined
        outcomes[expected === undefined ? 'error' : 'token'] += 1
        expect(result._tag === 'Right' ? result.right.token : undefined).to.equal(expected)
        expect(Object.keys(Object.prototype)).to.deep.equal([])
      }),
      { numRuns: 1000 },
    )
    expect(Math.min(outcomes.token, outcomes.error)).to.be.above(50)
  })
})
