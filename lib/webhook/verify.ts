import { isLeft } from 'fp-ts/lib/Either.js'
import { ConfigurationError, formatIssues } from '../errors.ts'
import { issuesOf } from '../model/issues.ts'
import { decodeWebhookEvent, type WebhookEvent } from '../model/webhook-event.ts'
import { must } from '../util/check-options.ts'
import { secretCheck, type WebhookSecret } from './options.ts'
import { isSignedWith, signatureHeader } from './signature.ts'
import { WebhookError } from './webhook-error.ts'

const rawBodyCheck = must(
  'a string or a Uint8Array',
  // The tag is also that of a Buffer, and of another realm's arrays.
  (value) => typeof value === 'string' || Object.prototype.toString.call(value) === '[object Uint8Array]',
  "pass the body before it is parsed, such as that of express.raw({ type: 'application/json' })",
)

const signatureCheck = must('a string', (value) => value === null || value === undefined || typeof value === 'string')

const checkArguments = (rawBody: unknown, signature: unknown, secret: unknown): void => {
  const issues = [
    ...rawBodyCheck(rawBody, 'rawBody'),
    ...signatureCheck(signature, 'signature'),
    ...secretCheck(secret, 'secret'),
  ]
  if (issues.length > 0) throw new ConfigurationError(formatIssues('Invalid arguments for verifyWebhook', issues))
}

// A copy: the caller's bytes may change before they are parsed.
const bytesOf = (rawBody: string | Uint8Array): Uint8Array<ArrayBuffer> =>
  typeof rawBody === 'string' ? new TextEncoder().encode(rawBody) : new Uint8Array(rawBody)

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
  checkArguments(rawBody, signature, secret)
  if (!signature) throw new WebhookError('missing-signature', `The header ${signatureHeader} is missing or empty.`)
  const body = bytesOf(rawBody)
  const secrets = [secret].flat() as readonly string[] // checked above
  if (!(await isSignedWith(secrets, body, signature)))
    throw new WebhookError(
      'wrong-signature',
      'The signature does not match the body. Check the signing secret, and pass the body before it is parsed.',
    )
  const decoded = decodeWebhookEvent(parseEvent(body))
  if (isLeft(decoded))
    throw new WebhookError('invalid-body', formatIssues('Invalid webhook event', issuesOf(decoded.left)))
  return decoded.right
}
