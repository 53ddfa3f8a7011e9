import { expect } from 'chai'
import fc from 'fast-check'
import { ConfigurationError } from '../../lib/index.ts'
import { verifyWebhook, WebhookError, type WebhookErrorReason } from '../../lib/webhook/index.ts'
import { caught } from '../support/caught.ts'
import { itEach } from '../support/it-each.ts'
import { dumps, printings, showing } from '../support/printed.ts'
import { created, otherSecret, secret, sign } from '../support/webhook.ts'

const body = JSON.stringify(created)
const signature = sign(body)

/** Returns the reason of the rejection. */
const reasonFor = async (...args: Parameters<typeof verifyWebhook>): Promise<WebhookErrorReason> => {
  const error = await caught(verifyWebhook(...args))
  if (!(error instanceof WebhookError)) throw error
  expect(error.name).to.equal('WebhookError')
  return error.reason
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('verifyWebhook', () => {
  it('returns the event of a signed body', async () => {
    const { event, originOwnerId, accountId } = await verifyWebhook(body, signature, secret)
    expect({ event, originOwnerId, accountId }).to.deep.equal({
      event: 'account.created',
      originOwnerId: 'acme-42',
      accountId: 'account-1',
    })
  })

  it('accepts the known signature of a fixed body', async () => {
    const fixed = '{"event":"account.deleted","account_id":"a"}'
    const known = 'XEHeUwQn928C92eaxy3zyM5NJZnygkxHPmNrEkg_IyU'
    expect((await verifyWebhook(fixed, known, 'secret')).event).to.equal('account.deleted')
  })

  it('accepts a string, a Uint8Array, a Buffer and a part of a larger buffer', async () => {
    const larger = bytesOf(`  ${body}  `)
    for (const raw of [body, bytesOf(body), Buffer.from(body), larger.subarray(2, larger.length - 2)])
      expect((await verifyWebhook(raw, signature, secret)).event).to.equal('account.created')
  })

  it('verifies the bytes at the time of the call', async () => {
    const bytes = bytesOf(body)
    const verified = verifyWebhook(bytes, signature, secret)
    bytes.fill(0)
    expect((await verified).event).to.equal('account.created')
  })

  it('accepts either of two secrets', async () => {
    for (const secrets of [[secret, otherSecret], [otherSecret, secret], [secret]])
      expect((await verifyWebhook(body, signature, secrets)).event).to.equal('account.created')
    expect(await reasonFor(body, signature, [otherSecret, 'third'])).to.equal('wrong-signature')
  })

  it('accepts secrets that are not ASCII, or longer than a block', async () => {
    for (const each of ['clé 🔑', 'k'.repeat(65), 'k'.repeat(1000)])
      expect((await verifyWebhook(body, sign(body, each), each)).event).to.equal('account.created')
  })
})

describe('verifyWebhook and signatures', () => {
  itEach('reports a missing signature', [undefined, null, ''], async (missing) => {
    expect(await reasonFor(body, missing, secret)).to.equal('missing-signature')
  })

  const binary = Buffer.from(signature, 'base64url')
  const last = signature.slice(-1)
  const wrong = {
    'in hex': binary.toString('hex'),
    'in base64 with padding': binary.toString('base64'),
    'with padding': `${signature}=`,
    'with a scheme': `sha256=${signature}`,
    'cut by a character': signature.slice(0, -1),
    'cut by a byte': binary.subarray(0, 31).toString('base64url'),
    'longer by a character': `${signature}A`,
    'longer by a byte': Buffer.concat([binary, Buffer.from([0])]).toString('base64url'),
    'twice, as in two headers': `${signature}, ${signature}`,
    'with a leading space': ` ${signature}`,
    'with a line break': `${signature}\n`,
    'with a blank': ' ',
    'not ASCII': 'é'.repeat(43),
    'not base64url': '!'.repeat(43),
    'with a lone surrogate': `\ud800${signature.slice(1)}`,
    'in upper case': signature.toUpperCase(),
    'of zeros': 'A'.repeat(43),
    'with unused bits': signature.slice(0, -1) + String.fromCharCode(last.charCodeAt(0) + 1),
    'of another secret': sign(body, otherSecret),
    'of another body': sign(`${body} `),
    'of an empty body': sign(''),
    'very long': signature.repeat(10_000),
  }
  itEach('rejects a wrong signature', Object.entries(wrong), async ([, each]) => {
    expect(await reasonFor(body, each, secret)).to.equal('wrong-signature')
  })

  it('accepts the alphabet of base64url only', async () => {
    const spelled = Array.from({ length: 200 }, (_, index) => `{"event":"x","n":${index}}`)
    const [text = '', encoded = ''] =
      spelled.map((each) => [each, sign(each)] as const).find(([, each]) => each.includes('-') && each.includes('_')) ??
      expect.fail()
    expect((await verifyWebhook(text, encoded, secret)).event).to.equal('x')
    const base64 = encoded.replaceAll('-', '+').replaceAll('_', '/')
    expect(await reasonFor(text, base64, secret)).to.equal('wrong-signature')
  })

  it('rejects a signature with any one character changed', async () => {
    for (let index = 0; index < signature.length; index += 1) {
      const changed = signature[index] === 'A' ? 'B' : 'A'
      const each = signature.slice(0, index) + changed + signature.slice(index + 1)
      expect(await reasonFor(body, each, secret)).to.equal('wrong-signature')
    }
  })
})

describe('verifyWebhook and bodies', () => {
  itEach(
    'verifies the exact bytes',
    [
      '{ "event" : "x" }',
      '\n\t{"event":"x"}\r\n',
      '{"event":"x","name":"Zoë 🙂 \u2028 \u0000"}'.replace('\u0000', '\\u0000'),
      '{"event":"x","name":"\\u00e9\\ud83d\\ude42"}',
      '\ufeff{"event":"x"}',
    ],
    async (text) => {
      const valid = sign(text)
      for (const raw of [text, bytesOf(text)]) expect((await verifyWebhook(raw, valid, secret)).event).to.equal('x')
      const changed = [
        JSON.stringify(JSON.parse(text.replace('\ufeff', ''))),
        `${text} `,
        text.normalize('NFD'),
        text.trim(),
      ]
      for (const each of changed.filter((each) => each !== text))
        expect(await reasonFor(each, valid, secret)).to.equal('wrong-signature')
    },
  )

  it('rejects a body with any one byte changed', async () => {
    const bytes = bytesOf(body)
    for (let index = 0; index < bytes.length; index += 1) {
      const changed = bytes.with(index, (bytes[index] ?? 0) ^ 1)
      expect(await reasonFor(changed, signature, secret)).to.equal('wrong-signature')
    }
  })

  it('accepts a signature for exactly the bytes it was made for', async () => {
    const bytes = fc.uint8Array({ maxLength: 200 })
    await fc.assert(
      fc.asyncProperty(bytes, bytes, async (signed, other) => {
        // Few bytes are an event, and the body is parsed only after its signature was verified.
        const isAccepted = async (raw: Uint8Array): Promise<boolean> =>
          (await reasonFor(raw, sign(signed), secret).catch(() => 'invalid-body')) !== 'wrong-signature'
        expect(await isAccepted(signed)).to.equal(true)
        expect(await isAccepted(other)).to.equal(Buffer.compare(signed, other) === 0)
      }),
    )
  })

  it('accepts a signature for exactly the text it was made for', async () => {
    const text = fc.string({ unit: 'binary' }).map((note) => JSON.stringify({ event: 'x', note }))
    await fc.assert(
      fc.asyncProperty(text, text, async (signed, other) => {
        const event = await verifyWebhook(signed, sign(signed), secret)
        expect(event.extra).to.deep.equal({ note: JSON.parse(signed).note })
        const isAccepted = await verifyWebhook(other, sign(signed), secret).then(
          () => true,
          () => false,
        )
        expect(isAccepted).to.equal(other === signed)
      }),
    )
  })

  const invalid: readonly (readonly [string, string | Uint8Array])[] = [
    ...[
      '',
      ' ',
      '{',
      'null',
      '"account.created"',
      '[]',
      '{}',
      '{"event":""}',
      '{"event":7}',
      'event=account.created',
    ].map((text) => [JSON.stringify(text), text] as const),
    ['an account event without an account', '{"event":"account.created"}'],
    ['bytes that are not UTF-8', new Uint8Array([...bytesOf('{"event":"'), 0xff, ...bytesOf('"}')])],
    ['deeply nested arrays', '['.repeat(100_000)],
  ]
  itEach('rejects a signed body that is not an event', invalid, async ([, raw]) => {
    expect(await reasonFor(raw, sign(raw), secret)).to.equal('invalid-body')
  })

  it('reports the fields of a body that is not an event', async () => {
    const raw = '{"event":"account.created"}'
    const { message } = (await caught(verifyWebhook(raw, sign(raw), secret))) as WebhookError // see above
    expect(message).to.equal('Invalid webhook event: account_id: is required')
  })

  it('checks the signature before it parses the body', async () => {
    expect(await reasonFor('{', sign(''), secret)).to.equal('wrong-signature')
  })
})

describe('verifyWebhook and invalid arguments', () => {
  const cases: readonly (readonly [string, readonly unknown[], string])[] = [
    ['a parsed body', [created, signature, secret], 'rawBody: must be a string or a Uint8Array, got an object'],
    ['no body', [undefined, signature, secret], 'rawBody: is required'],
    [
      'an object with the tag of a Uint8Array',
      [{ [Symbol.toStringTag]: 'Uint8Array', length: 1e9 }, signature, secret],
      'rawBody: must be a string or a Uint8Array, got an object',
    ],
    [
      'a Uint16Array',
      [new Uint16Array(2), signature, secret],
      'rawBody: must be a string or a Uint8Array, got an object',
    ],
    ['a list of signatures', [body, [signature], secret], 'signature: must be a string, got an array'],
    ['no secret', [body, signature, undefined], 'secret: is required'],
    ['a blank secret', [body, signature, ' '], 'secret: must be a non-blank string, got a blank string'],
    ['an empty list', [body, signature, []], 'secret: must contain at least one secret'],
    [
      'a secret that is undefined',
      [body, signature, [secret, undefined]],
      'secret[1]: must be a non-blank string, got undefined',
    ],
  ]
  itEach('throws a ConfigurationError for invalid arguments', cases, async ([, args, message]) => {
    const error = await caught(Reflect.apply(verifyWebhook, undefined, args))
    expect(error).to.be.instanceOf(ConfigurationError)
    expect(String(error)).to.include(`ConfigurationError: Invalid arguments for verifyWebhook: ${message}`)
  })
})

describe('The errors of verifyWebhook', () => {
  const secrets = [secret, otherSecret, signature]
  const calls: Readonly<Record<string, () => Promise<unknown>>> = {
    'a missing signature': () => verifyWebhook(body, null, [secret, otherSecret]),
    'a wrong signature': () => verifyWebhook(body, sign(`${body} `), [secret, otherSecret]),
    'a body that is not JSON': () => verifyWebhook('{', sign('{'), [secret, otherSecret]),
    'a body that is not an event': () => verifyWebhook('{}', sign('{}'), [secret, otherSecret]),
    'an invalid secret': () => verifyWebhook(body, null, [secret, otherSecret, '']),
    'a parsed body': () => Reflect.apply(verifyWebhook, undefined, [created, signature, [secret, otherSecret]]),
  }
  itEach('show neither a secret nor an expected signature', Object.entries(calls), async ([, call]) => {
    const error = await caught(call())
    const expected = [sign('{'), sign('{}')]
    expect(showing(error, [...secrets, ...expected], [...printings, ...dumps])).to.deep.equal([])
  })

  it('are serialized with their name, message and reason', async () => {
    const error = await caught(verifyWebhook(body, null, secret))
    expect(JSON.parse(JSON.stringify(error))).to.deep.equal({
      name: 'WebhookError',
      message: 'The header x-stackone-signature is missing or empty.',
      reason: 'missing-signature',
    })
    expect(String(error)).to.match(/^WebhookError: /)
  })
})
