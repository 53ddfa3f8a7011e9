import { Readable } from 'node:stream'
import { deflateSync, gzipSync } from 'node:zlib'
import { expect } from 'chai'
import { type ClientEvent, ReplyError } from '../lib/index.ts'
import { acme, clientOf, until } from './support/call.ts'
import { caught } from './support/caught.ts'
import { processorTime } from './support/processor.ts'
import { httpServer, minted } from './support/server.ts'
import { describeShapes, mintedAnd, mintedWith, type Shape } from './support/shape.ts'

const text = mintedWith({})
const token = minted.token
// A label in Latin-1 is not UTF-8; the two bytes that cannot be read must not cost the token.
const latin1 = Buffer.concat([Buffer.from(text.slice(0, -1)), Buffer.from(',"label":"Zürich, Genève"}', 'latin1')])

/** Metadata around a value that is then too deep to be kept. */
const deep = (inner: string): string => `${'{"a":'.repeat(498)}${inner}${'}'.repeat(498)}`

const typed = (type: string): Shape => ({ title: `the content type ${type}`, headers: { 'content-type': type } })
const status = (code: number): Shape => ({ title: `status ${code}`, status: code, drift: ['status'] })

const shapes: readonly Shape[] = [
  ...[200, 202, 203, 206, 299].map(status),
  { title: 'status 200 and odd members', status: 200, sent: { id: '4711' }, drift: ['status', 'id'] },
  { title: 'no content type', headers: {} },
  ...['text/html', 'text/plain; charset=latin1', 'application/json; charset=utf-16le', 'application/problem+json']
    .concat('application/octet-stream', 'JSON', ';;;')
    .map(typed),
  { title: 'a byte-order mark', body: `\ufeff${text}` },
  { title: 'white space around it', body: `\r\n\t  ${text}\n\n ` },
  { title: 'white space inside it', body: JSON.stringify(minted, null, 4) },
  { title: 'escapes inside it', body: text.replace('Acme', '\\u0041cme'), gives: { originOwnerName: 'Acme Inc.' } },
  { title: 'letters beyond ASCII', sent: { label: 'Zürich 😀' }, gives: { label: 'Zürich 😀' } },
  { title: 'letters that are not UTF-8', body: latin1, gives: { label: 'Z\ufffdrich, Gen\ufffdve' } },
  { title: 'a gzip encoding', body: gzipSync(text), headers: { 'content-encoding': 'gzip' } },
  { title: 'a deflate encoding', body: deflateSync(text), headers: { 'content-encoding': 'deflate' } },
  {
    title: 'a megabyte beside the token',
    body: mintedAnd(`"extra":"${'x'.repeat(1_000_000)}"`),
    gives: { extra: { extra: 'x'.repeat(1_000_000) } },
  },
]

describe('A reply to a create, over HTTP', () => {
  describeShapes(shapes)

  it('resolves when its bytes come one by one, also inside a letter', async () => {
    const server = await httpServer((_, response) => {
      response.writeHead(201)
      const bytes = Buffer.from(mintedWith({ label: 'ü😀' }))
      const next = (at: number): void => {
        if (at === bytes.length) response.end()
        else response.write(bytes.subarray(at, at + 1), () => setImmediate(next, at + 1))
      }
      next(0)
    })
    try {
      expect(await acme.send(clientOf(server.url))).to.include({ token, label: 'ü😀' })
    } finally {
      await server.close()
    }
  })

  // Nothing else runs while a body is decoded, timers included: it must not take the square of its length.
  const floods: readonly (readonly [string, string, string])[] = [
    ['80,000 categories, every other one a null', 'categories', `[${'null,"ats",'.repeat(40_000)}"ats"]`],
    ['5,000 categories nobody knows', 'categories', `[${'"zzqqzzqq",'.repeat(5_000)}"ats"]`],
    ['10,000 lists in metadata that is too deep', 'metadata', deep(`[${'[[]],'.repeat(10_000)}0]`)],
  ]

  for (const [title, name, value] of floods)
    it(`resolves soon with ${title}`, async () => {
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

describe('A reply that is too long', () => {
  // Far more than what the system may hold between the two.
  const chunks = Array(64).fill(Buffer.alloc(1024 * 1024, ' '))
  const lengths: readonly (readonly [string, Record<string, string>])[] = [
    ['it says so', { 'content-length': `${64 * 1024 * 1024}` }],
    ['it does not say so', {}],
  ]

  for (const [title, headers] of lengths)
    it(`is a ReplyError, and is not read to its end, where ${title}`, async () => {
      const ends: boolean[] = []
      const server = await httpServer((_, response) => {
        response.once('close', () => ends.push(response.writableFinished))
        Readable.from(chunks).pipe(response.writeHead(201, headers))
      })
      try {
        const error = await caught(acme.send(clientOf(server.url)))
        expect(error).to.be.instanceOf(ReplyError)
        expect(error).to.have.property('message').that.includes('longer than 10485760 bytes')
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
  /** What the message must say. */
  readonly came: RegExp
  readonly status?: number
  readonly issues?: readonly string[]
}

const without = { ...minted, token: undefined }
const odd = (value: unknown, came: RegExp): Unusable => ({
  title: `a token of ${JSON.stringify(value)}`,
  body: mintedWith({ token: value }),
  came,
  issues: ['token'],
})

const unusable: readonly Unusable[] = [
  { title: 'a missing token', body: JSON.stringify(without), came: /token: is missing/, issues: ['token'] },
  odd(null, /token: is missing/),
  odd('', /token: expected a string that is not empty, got a blank string/),
  odd(123_456_789, /token: expected a string that is not empty, got a number/),
  odd(true, /token: expected a string that is not empty, got a boolean/),
  odd([token], /token: expected a string that is not empty, got an array/),
  odd({ value: token }, /token: expected a string that is not empty, got an object/),
  { title: 'a token one level down', body: JSON.stringify({ data: minted }), came: /token: is missing/ },
  { title: 'an empty object', body: '{}', came: /an object/, issues: ['token'] },
  { title: 'a token inherited from __proto__', body: `{"__proto__":{"token":"${token}"}}`, came: /token: is missing/ },
  { title: 'a list', body: JSON.stringify([minted]), came: /an array/, issues: [''] },
  { title: 'a bare string', body: JSON.stringify(token), came: /a string/, issues: [''] },
  { title: 'a bare number', body: '4711', came: /a number/, issues: [''] },
  { title: 'a bare true', body: 'true', came: /a boolean/, issues: [''] },
  { title: 'null', body: 'null', came: /sent null/, issues: [''] },
  { title: 'an empty body', body: '', came: /an empty body/ },
  { title: 'white space', body: ' \r\n', came: /an empty body/ },
  { title: 'a byte-order mark alone', body: '\ufeff', came: /an empty body/ },
  { title: 'no body, by its status', body: '', status: 204, came: /an empty body/ },
  { title: 'JSON that is cut', body: text.slice(0, -20), came: /not JSON, or was cut off/ },
  { title: 'JSON and more', body: `${text}\n${text}`, came: /not JSON, or was cut off/ },
  { title: 'words', body: `token=${token}`, came: /not JSON, or was cut off/ },
  { title: 'HTML', body: `<!doctype html><title>${token}</title>`, came: /HTML/ },
  { title: 'HTML and status 200', body: '\n<html></html>', status: 200, came: /HTML/ },
  { title: 'bytes', body: Uint8Array.of(0, 159, 146, 150), came: /not JSON, or was cut off/ },
  { title: 'UTF-16', body: Buffer.from(text, 'utf16le'), came: /not JSON, or was cut off/ },
]

describe('A success without a usable token', () => {
  for (const strict of [false, true])
    for (const { title, body, came, status = 201, issues } of unusable)
      it(`is a ReplyError that says what came${strict ? ', also under strict' : ''}: ${title}`, async () => {
        const events: ClientEvent[] = []
        const server = await httpServer((_, response) =>
          response.writeHead(status, { 'x-request-id': 'req-7' }).end(body),
        )
        try {
          const client = clientOf(server.url, { strict, onEvent: (event) => events.push(event) })
          const error = await caught(acme.send(client))
          if (!(error instanceof ReplyError)) throw error
          expect(error).to.include({ name: 'ReplyError', status, attempts: 1, requestId: 'req-7' })
          expect(error.elapsedMs).to.be.within(0, 9000)
          expect(error.message)
            .to.match(came)
            .and.include(`answered ${status} to POST /connect_sessions without a token`)
          expect(error.message).not.to.include(token)
          if (issues !== undefined) expect(error.issues.map(({ path }) => path)).to.deep.equal(issues)
          expect(events.map(({ type }) => type)).to.deep.equal(['attempt', 'reply', 'failure'])
          expect(events.at(-1)).to.include({ error: 'ReplyError', status, requestId: 'req-7', attempt: 1 })
          expect(server.requests).to.have.length(1)
        } finally {
          await server.close()
        }
      })
})
