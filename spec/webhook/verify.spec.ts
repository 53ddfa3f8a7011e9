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

/** Returns a function that runs work in a runtime that lacks a function of an object. */
const without =
  <Name extends string>(object: Record<Name, unknown>, name: Name) =>
  async <A>(work: () => Promise<A>): Promise<A> => {
    const original = object[name]
    try {
      Object.assign(object, { [name]: undefined })
      return await work()
    } finally {
      Object.assign(object, { [name]: original })
    }
  }

const runtimes = [
  ['Node, without Web Crypto', without(crypto.subtle, 'importKey')],
  ['a runtime whose node:crypto throws', without(process.getBuiltinModule('node:crypto'), 'createHmac')],
] as const

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

  it('uses the secrets at the time of the call', async () => {
    const secrets = [secret, otherSecret]
    const verified = verifyWebhook(body, sign(body, 'third'), secrets)
    secrets.splice(0, 2, 'third', 'third')
    expect(await caught(verified)).to.have.property('reason', 'wrong-signature')
  })

  it('accepts either of two secrets', async () => {
    for (const secrets of [[secret, otherSecret], [otherSecret, secret], [secret]])
      expect((await verifyWebhook(body, signature, secrets)).event).to.equal('account.created')
    expect(await reasonFor(body, signature, [otherSecret, 'third'])).to.equal('wrong-signature')
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
    'with padding': `${signature}=`,
    'with a scheme': `sha256=${signature}`,
    'cut by a byte': binary.subarray(0, 31).toString('base64url'),
    'longer by a byte': Buffer.concat([binary, Buffer.from([0])]).toString('base64url'),
    'twice, as in two headers': `${signature}, ${signature}`,
    'with a leading space': ` ${signature}`,
    'with a line break': `${signature}\n`,
    'with a blank': ' ',
    'not ASCII': 'é'.repeat(43),
    'with unused bits': signature.slice(0, -1) + String.fromCharCode(last.charCodeAt(0) + 1),
    'of another secret': sign(body, otherSecret),
    'of another body': sign(`${body} `),
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

  itEach(
    'accepts a signature for exactly the bytes and the secret it was made for',
    runtimes,
    async ([, inRuntime]) => {
      const bytes = fc.uint8Array({ maxLength: 200 })
      // HMAC fills a short key with NUL characters, so secrets that differ in these only have the same signatures.
      const anySecret = fc.string({ unit: 'binary', maxLength: 200 }).map((text) => `k${text.replaceAll('\0', '')}k`)
      await fc.assert(
        fc.asyncProperty(bytes, bytes, anySecret, anySecret, async (signed, other, by, otherBy) => {
          // Few bytes are an event, and the body is parsed only after its signature was verified.
          const isAccepted = async (raw: Uint8Array, each: string): Promise<boolean> =>
            (await inRuntime(() => reasonFor(raw, sign(signed, by), each)).catch(() => '')) !== 'wrong-signature'
          expect(await isAccepted(signed, by)).to.equal(true)
          expect(await isAccepted(other, by)).to.equal(Buffer.compare(signed, other) === 0)
          expect(await isAccepted(signed, otherBy)).to.equal(by === otherBy)
        }),
      )
    },
  )

  const invalid: readonly (readonly [string, string | Uint8Array])[] = [
    ...['', '{', 'null', '[]', '{}', '{"event":""}', '{"event":7}'].map(
      (text) => [JSON.stringify(text), text] as const,
    ),
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
    ['no body', [undefined, signature, secret], 'rawBody: must be a string or a Uint8Array, got undefined'],
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
    [
      'no secret',
      [body, signature, undefined],
      'secret: must be a non-blank string without surrounding white space, got undefined',
    ],
    [
      'a blank secret',
      [body, signature, ' '],
      'secret: must be a non-blank string without surrounding white space, got a blank string',
    ],
    [
      'a secret with a line break',
      [body, signature, `${secret}\n`],
      'secret: must be a non-blank string without surrounding white space, got a string',
    ],
    ['an empty list', [body, signature, []], 'secret: must contain at least one secret'],
    [
      'a secret that is undefined',
      [body, signature, [secret, undefined]],
      'secret[1]: must be a non-blank string without surrounding white space, got undefined',
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
