import { isLeft } from 'fp-ts/lib/Either.js'
import { ConfigurationError, formatIssues } from '../errors.ts'
import { issuesOf } from '../model/issues.ts'
import { decodeWebhookEvent, type WebhookEvent } from '../model/webhook-event.ts'
import { arrayOf, type Check, must } from '../util/check-options.ts'
import { parseJson } from '../util/guards.ts'
import { hmacOf, rawBodyCheck, signatureHeader, signingSecret } from '../util/hmac.ts'
import { decodeUtf8 } from '../util/request.ts'

/**
 * The signing secret of a webhook or, during a rotation, `[current, previous]`; undefined is rejected at run time.
 * @example const secret: WebhookSecret = process.env.STACKONE_WEBHOOK_SECRET
 */
export type WebhookSecret = string | undefined | readonly (string | undefined)[]

/**
 * The reason why a webhook was rejected.
 * @example const isForged = (reason: WebhookErrorReason): boolean => reason !== 'invalid-body'
 */
export type WebhookErrorReason = 'missing-signature' | 'wrong-signature' | 'invalid-body'

/**
 * The error of a rejected webhook; it contains neither the secret nor the expected signature.
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

export const secretCheck: Check = (value, path) => {
  if (!Array.isArray(value)) return signingSecret(value, path)
  if (value.length === 0) return [{ path, message: 'must contain at least one secret' }]
  return arrayOf(signingSecret)(value, path)
}

const signatureCheck = must('a string', (value) => typeof (value ?? '') === 'string')

/** Compares texts in a time that does not depend on where they differ. */
const isEqual = (a: string, b: string): boolean => {
  let difference = a.length ^ b.length
  for (let index = 0; index < a.length; index += 1) difference |= a.charCodeAt(index) ^ b.charCodeAt(index)
  return difference === 0
}

/**
 * Verifies the signature of a webhook and returns its event (contract section 8).
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
  const given = Array.isArray(secret) ? [...secret] : secret // a copy: the list may change during the verification
  const issues = [
    ...rawBodyCheck(rawBody, 'rawBody'),
    ...signatureCheck(signature, 'signature'),
    ...secretCheck(given, 'secret'),
  ]
  if (issues.length > 0) throw new ConfigurationError(formatIssues('Invalid arguments for verifyWebhook', issues))
  if (!signature) throw new WebhookError('missing-signature', `The header ${signatureHeader} is missing or empty.`)
  // Decoded now: the caller's bytes may change during the verification.
  const text = typeof rawBody === 'string' ? rawBody : decodeUtf8(rawBody)
  const secrets = (Array.isArray(given) ? given : [given]) as readonly string[] // checked above
  let isSigned = false
  for (const each of secrets) isSigned ||= isEqual(await hmacOf(each, rawBody), signature)
  if (!isSigned)
    throw new WebhookError(
      'wrong-signature',
      'The signature does not match the body. Check the signing secret, and pass the body before it is parsed.',
    )
  const json = parseJson(text ?? '')
  if (json === undefined) throw new WebhookError('invalid-body', 'The body of the webhook is not JSON in UTF-8.')
  const decoded = decodeWebhookEvent(json)
  if (isLeft(decoded))
    throw new WebhookError('invalid-body', formatIssues('Invalid webhook event', issuesOf(decoded.left)))
  return decoded.right
}
