import { isLeft } from 'fp-ts/lib/Either.js'
import { ConfigurationError, formatIssues } from '../errors.ts'
import { issuesOf } from '../model/issues.ts'
import { decodeWebhookEvent, type WebhookEvent } from '../model/webhook-event.ts'
import { arrayOf, type Check, must, nonBlank, optionsOf } from '../util/check-options.ts'

/**
 * The signing secret of a webhook or, during a rotation, a list of the current and the previous one.
 *
 * The type allows undefined, so that you can pass an environment variable. An undefined secret is rejected at run time.
 * @example const secret: WebhookSecret = process.env.STACKONE_WEBHOOK_SECRET
 */
export type WebhookSecret = string | undefined | readonly (string | undefined)[]

/**
 * The reason why a webhook was rejected.
 * @example const isForged = (reason: WebhookErrorReason): boolean => reason !== 'invalid-body'
 */
export type WebhookErrorReason = 'missing-signature' | 'wrong-signature' | 'invalid-body'

/**
 * A webhook that cannot be accepted; it contains neither the secret nor the expected signature.
 * @example const statusOf = (error: WebhookError) => (error.reason === 'invalid-body' ? 400 : 401)
 */
export class WebhookError extends Error {
  /** Discriminates it from other errors. */
  declare readonly name: 'WebhookError'
  /** The reason, for programs. */
  readonly reason: WebhookErrorReason

  constructor(reason: WebhookErrorReason, message: string) {
    super(message)
    this.reason = reason
  }

  /** Returns the name, the message and the reason, for `JSON.stringify`. */
  toJSON(): object {
    const { name, message, reason } = this
    return { name, message, reason }
  }
}

// On the prototype, as for the built-in errors.
Object.defineProperty(WebhookError.prototype, 'name', { value: 'WebhookError' })

/** The header with the signature. */
export const signatureHeader = 'x-stackone-signature'

/** Checks a secret or a list of secrets. Messages do not contain them. */
export const secretCheck: Check = (value, path) => {
  if (!Array.isArray(value)) return nonBlank(value, path)
  return value.length === 0 ? [{ path, message: 'must contain at least one secret' }] : arrayOf(nonBlank)(value, path)
}

const argumentsCheck = optionsOf(
  {
    rawBody: must(
      'a string or a Uint8Array',
      // The tag is also that of a Buffer, and of another realm's arrays. Other objects can have it too.
      (value) =>
        typeof value === 'string' ||
        (ArrayBuffer.isView(value) && Object.prototype.toString.call(value) === '[object Uint8Array]'),
      "pass the body before it is parsed, such as that of express.raw({ type: 'application/json' })",
    ),
    signature: must('a string', (value) => value === null || typeof value === 'string'),
    secret: secretCheck,
  },
  { required: ['rawBody', 'secret'] },
)

type Bytes = Uint8Array<ArrayBuffer>

/** Decodes 32 bytes in base64url. The last character must have no unused bits set, so each signature has one form. */
const decodeSignature = (signature: string): Bytes | undefined => {
  if (!/^[\w-]{42}[AEIMQUYcgkosw048]$/.test(signature)) return undefined
  const binary = atob(signature.replaceAll('-', '+').replaceAll('_', '/'))
  return new Uint8Array(32).map((_, index) => binary.charCodeAt(index))
}

/** The part of Node, Bun and Deno that is used. Other runtimes lack it, or have a polyfill that throws. */
interface NodeCrypto {
  readonly createHmac: (hash: string, key: string) => { update: (data: Bytes) => { digest: () => Bytes } }
  readonly timingSafeEqual: (a: Bytes, b: Bytes) => boolean
}

/** Returns whether a signature is that of a body. Compares in constant time. */
const isSigned = async (secret: string, body: Bytes, signature: Bytes): Promise<boolean> => {
  try {
    // Eight times as fast as Web Crypto, which uses a thread pool.
    const { createHmac, timingSafeEqual }: NodeCrypto = Object(globalThis).process.getBuiltinModule('node:crypto')
    return timingSafeEqual(createHmac('sha256', secret).update(body).digest(), signature)
  } catch {
    const algorithm = { name: 'HMAC', hash: 'SHA-256' }
    const key = await crypto.subtle.importKey('raw', new TextEncoder().encode(secret), algorithm, false, ['verify'])
    return crypto.subtle.verify(algorithm, key, signature, body)
  }
}

const parseEvent = (body: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    throw new WebhookError('invalid-body', 'The body of the webhook is not JSON in UTF-8.')
  }
}

/**
 * Verifies the signature of a webhook and returns its event.
 *
 * Contract section 8.
 * @param rawBody the body exactly as received, before it is parsed
 * @param signature the value of the header `x-stackone-signature`
 * @param secret the signing secret or, during a rotation, `[current, previous]`
 * @throws {WebhookError} if the signature is missing or wrong, or the body is not an event
 * @throws {ConfigurationError} if an argument has the wrong type, or the secret is blank
 * @example
 * const receive = async (request: Request): Promise<WebhookEvent> =>
 *   verifyWebhook(await request.text(), request.headers.get('x-stackone-signature'), secret)
 */
export const verifyWebhook = async (
  rawBody: string | Uint8Array,
  signature: string | null | undefined,
  secret: WebhookSecret,
): Promise<WebhookEvent> => {
  const issues = argumentsCheck({ rawBody, signature, secret }, '')
  if (issues.length > 0) throw new ConfigurationError(formatIssues('Invalid arguments for verifyWebhook', issues))
  if (!signature) throw new WebhookError('missing-signature', `The header ${signatureHeader} is missing or empty.`)
  // A copy: the caller's bytes may change before they are parsed.
  const body = typeof rawBody === 'string' ? new TextEncoder().encode(rawBody) : new Uint8Array(rawBody)
  const secrets = [secret].flat() as readonly string[] // checked above
  const signed = decodeSignature(signature)
  const matches = await Promise.all(secrets.map((each) => signed && isSigned(each, body, signed)))
  if (!matches.includes(true))
    throw new WebhookError(
      'wrong-signature',
      'The signature does not match the body. Check the signing secret, and pass the body before it is parsed.',
    )
  const decoded = decodeWebhookEvent(parseEvent(body))
  if (isLeft(decoded))
    throw new WebhookError('invalid-body', formatIssues('Invalid webhook event', issuesOf(decoded.left)))
  return decoded.right
}
