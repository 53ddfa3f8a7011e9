/**
 * Receives StackOne's webhooks. In the examples, `secret` is the signing secret of the webhook.
 * @module stackone-session/webhook
 */
import { TimeoutError } from '../errors.ts'
import type { WebhookEvent } from '../model/webhook-event.ts'
import { callListener, isControlFlow } from '../util/caller-error.ts'
import { signatureHeader } from '../util/hmac.ts'
import { createRoute, readRequestBody } from '../util/request.ts'
import { withTimeout } from '../util/timeout.ts'
import { resolveWebhookOptions, type WebhookHandlerOptions } from './options.ts'
import { verifyWebhook, WebhookError } from './verify.ts'

export type {
  AccountEvent,
  AccountEventName,
  OtherEvent,
  WebhookEvent,
  WebhookEventFields,
} from '../model/webhook-event.ts'
export type { WebhookHandlerOptions } from './options.ts'
export { verifyWebhook, WebhookError, type WebhookErrorReason, type WebhookSecret } from './verify.ts'

const responseTexts = {
  200: 'OK',
  400: 'Invalid event',
  401: 'Missing or wrong signature',
  405: 'Method not allowed',
  413: 'Request body too large',
  500: 'Internal server error',
} as const

/** The status of a response and, unless it is 200, the error to report. */
type Result = readonly [status: keyof typeof responseTexts, error?: unknown]

const receiveEvent = async (
  request: Request,
  { secret, onEvent, maxBytes }: ReturnType<typeof resolveWebhookOptions>,
  signal: AbortSignal,
): Promise<Result> => {
  const body = await readRequestBody(request, maxBytes, signal)
  if (body === undefined)
    return [413, new WebhookError('invalid-body', `The body of the webhook exceeds ${maxBytes} bytes.`)]
  let event: WebhookEvent
  try {
    event = await verifyWebhook(body, request.headers.get(signatureHeader), secret)
  } catch (error) {
    if (!(error instanceof WebhookError)) throw error
    return [error.reason === 'invalid-body' ? 400 : 401, error]
  }
  signal.throwIfAborted() // after the timeout, the response has been sent
  await onEvent(event)
  return [200]
}

const respond = (status: Result[0], headers?: object): Response =>
  new Response(responseTexts[status], { status, headers: { 'cache-control': 'no-store', ...headers } })

/**
 * Creates a route that receives webhooks (contract section 8): a function from `Request` to `Promise<Response>`.
 *
 * It runs as is in Next.js, Hono, Bun, Deno and Workers. In Express, mount it before body parsers, wrapped with
 * `getRequestListener` of `@hono/node-server`, or read the body with `express.raw` and call `verifyWebhook`.
 *
 * It verifies the signature over the exact bytes of the body, awaits `onEvent`, and responds with 200. It responds with
 * 401 for a missing or wrong signature, 400 for a signed body that is not an event, 405 for methods other than POST,
 * and 413 for a body over `maxBytes`. It responds with 500 if `onEvent` throws or the `timeout` elapses. StackOne may
 * then deliver the event again. Neither a delivery time nor an id is signed, so make `onEvent` idempotent.
 *
 * The promise rejects only with a `ConfigurationError`, if the argument is not a `Request`, or with a framework's
 * control flow, such as the error of Next.js's `redirect()`.
 * @throws {ConfigurationError} if an option is unknown or invalid, such as a secret that is undefined
 * @example
 * export const POST = webhookHandler({
 *   secret: process.env.STACKONE_WEBHOOK_SECRET,
 *   onEvent: async (event) => {
 *     if (event.event === 'account.created') await accounts.save(event.originOwnerId, event.accountId)
 *   },
 *   onError: (error) => log.error(error),
 * })
 */
export const webhookHandler = (options: WebhookHandlerOptions): ((request: Request) => Promise<Response>) => {
  const settings = resolveWebhookOptions(options)
  const { onError, timeout } = settings
  return createRoute(async (request) => {
    if (request.method !== 'POST') return respond(405, { allow: 'POST' })
    const result = await withTimeout(timeout, undefined, (signal) => receiveEvent(request, settings, signal))
    if (result.type === 'error' && isControlFlow(result.error)) throw result.error
    const [status, error]: Result =
      result.type === 'value'
        ? result.value
        : [500, 'error' in result ? result.error : new TimeoutError(`The webhook took longer than ${timeout} ms.`)]
    if (status !== 200) callListener(onError, error)
    return respond(status)
  })
}
