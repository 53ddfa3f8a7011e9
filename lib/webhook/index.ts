/**
 * Receives StackOne's webhooks. In the examples, `secret` is the signing secret of the webhook.
 *
 * @module stackone-session/webhook
 */
import { ConfigurationError, TimeoutError } from '../errors.ts'
import { isControlFlow } from '../util/caller-error.ts'
import { isFetchRequest, kindOf } from '../util/guards.ts'
import { withTimeout } from '../util/timeout.ts'
import { resolveWebhookOptions, type WebhookHandlerOptions, type WebhookSettings } from './options.ts'
import { readBytes } from './read-bytes.ts'
import { signatureHeader } from './signature.ts'
import { verifyWebhook } from './verify.ts'
import { WebhookError } from './webhook-error.ts'

export type {
  AccountEvent,
  AccountEventName,
  OtherEvent,
  WebhookEvent,
  WebhookEventFields,
} from '../model/webhook-event.ts'
export type { WebhookHandlerOptions, WebhookSecret } from './options.ts'
export { verifyWebhook } from './verify.ts'
export { WebhookError, type WebhookErrorReason } from './webhook-error.ts'

const messages = {
  200: 'OK',
  400: 'Invalid event',
  401: 'Missing or wrong signature',
  405: 'Method not allowed',
  413: 'Request body too large',
  500: 'Internal server error',
} as const

type Status = keyof typeof messages

const respond = (status: Status): Response =>
  new Response(messages[status], {
    status,
    headers: { 'cache-control': 'no-store', ...(status === 405 && { allow: 'POST' }) },
  })

const report = ({ onError }: WebhookSettings, error: unknown): void => {
  try {
    Promise.resolve(onError?.(error)).catch(() => {})
  } catch {
    // A faulty callback must not change the response.
  }
}

const statusOf = (error: unknown): Status => {
  if (!(error instanceof WebhookError)) return 500
  return error.reason === 'invalid-body' ? 400 : 401
}

/** The status of a response, with the error to report as its cause. */
class Rejection extends Error {
  readonly status: Status

  constructor(status: Status, cause: unknown) {
    super(messages[status], { cause })
    this.status = status
  }
}

const receiveEvent = async (request: Request, settings: WebhookSettings, signal: AbortSignal): Promise<void> => {
  const { secret, onEvent, maxBytes } = settings
  const body = await readBytes(request, maxBytes, signal)
  if (body === undefined)
    throw new Rejection(413, new WebhookError('invalid-body', `The body of the webhook exceeds ${maxBytes} bytes.`))
  const event = await verifyWebhook(body, request.headers.get(signatureHeader), secret).catch((error: unknown) => {
    throw new Rejection(statusOf(error), error)
  })
  await onEvent(event)
}

const receive = async (request: Request, settings: WebhookSettings): Promise<Response> => {
  if (request.method !== 'POST') return respond(405)
  const { timeout } = settings
  const outcome = await withTimeout(timeout, undefined, (signal) => receiveEvent(request, settings, signal))
  if (outcome.type === 'value') return respond(200)
  const error =
    outcome.type === 'error' ? outcome.error : new TimeoutError(`The webhook took longer than ${timeout} ms.`)
  if (isControlFlow(error)) throw error
  const { status, cause } = error instanceof Rejection ? error : new Rejection(500, error)
  report(settings, cause)
  return respond(status)
}

/**
 * Creates a route that receives webhooks: a function from a Fetch API `Request` to a promise of a `Response`.
 *
 * It runs as is in Next.js, Hono, Bun, Deno and Workers. In Express, mount it before body parsers, wrapped with
 * `getRequestListener` of `@hono/node-server`, or read the body with `express.raw` and call `verifyWebhook`.
 *
 * The handler verifies the signature over the exact bytes of the body and then awaits `onEvent`. It responds with 200
 * once `onEvent` has resolved, 401 for a missing or wrong signature, 400 for a signed body that is not an event, 405 for
 * methods other than POST, 413 for a body over `maxBytes`, and 500 if `onEvent` throws or the request takes longer than
 * `timeout`: StackOne may then deliver the event again. Neither a time nor an id is signed, so make `onEvent` idempotent.
 *
 * The promise rejects only with a `ConfigurationError`, if the handler is called with something other than a `Request`,
 * and with a framework's control flow, such as the error of Next.js's `redirect()`, which it rethrows unchanged.
 *
 * @throws {ConfigurationError} if an option is unknown or invalid, such as a secret that is undefined
 * @example
 * const handler = webhookHandler({
 *   secret: process.env.STACKONE_WEBHOOK_SECRET,
 *   onEvent: async (event) => {
 *     if (event.event === 'account.created') await accounts.save(event.originOwnerId, event.accountId)
 *   },
 *   onError: (error) => log.error(error),
 * })
 * export { handler as POST }
 */
export const webhookHandler = (options: WebhookHandlerOptions): ((request: Request) => Promise<Response>) => {
  const settings = resolveWebhookOptions(options)
  return async (request: unknown) => {
    if (isFetchRequest(request)) return receive(request, settings)
    throw new ConfigurationError(
      `The handler must be called with a Fetch API Request, got ${kindOf(request)}. In Express, Fastify and Node, wrap ` +
        "it: getRequestListener(handler), from '@hono/node-server', or call verifyWebhook. In Hono, pass c.req.raw.",
    )
  }
}
