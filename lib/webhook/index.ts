/**
 * Receives StackOne's webhooks. In the examples, `secret` is the signing secret of the webhook.
 * @module stackone-session/webhook
 */
import { TimeoutError } from '../errors.ts'
import type { WebhookEvent } from '../model/webhook-event.ts'
import { callListener, isControlFlow } from '../util/caller-error.ts'
import { type Check, checkOptions, integerBetween, ofType, optionsOf } from '../util/check-options.ts'
import { webhookDefaults } from '../util/defaults.ts'
import { signatureHeader } from '../util/hmac.ts'
import { createRoute, readRequestBody } from '../util/request.ts'
import { maxTimeout, withTimeout } from '../util/timeout.ts'
import { secretCheck, verifyWebhook, WebhookError, type WebhookSecret } from './verify.ts'

export type {
  AccountEvent,
  AccountEventName,
  OtherEvent,
  WebhookEvent,
  WebhookEventFields,
} from '../model/webhook-event.ts'
export { verifyWebhook, WebhookError, type WebhookErrorReason, type WebhookSecret } from './verify.ts'

/**
 * Options of `webhookHandler`, a plain object; an undefined option counts as absent.
 * @example const options: WebhookHandlerOptions = { secret, onEvent: (event) => console.log(event.event) }
 */
export interface WebhookHandlerOptions {
  /** The signing secret or, during a rotation, `[current, previous]`. Required. */
  readonly secret: WebhookSecret
  /** Receives each event whose signature is valid, possibly more than once: make it idempotent. It is awaited. */
  readonly onEvent: (event: WebhookEvent) => unknown
  /**
   * Receives the error of each response other than 200 and 405: a `WebhookError`, a `TimeoutError` or what `onEvent`
   * threw. Errors are not logged otherwise. The callback is not awaited, and its own errors are ignored.
   */
  readonly onError?: ((error: unknown) => unknown) | undefined
  /** The maximum size of a request body in bytes, from 1 to 100000000. @default 1048576 */
  readonly maxBytes?: number | undefined
  /** The time limit of a request, including `onEvent`, in milliseconds. @default 30000 */
  readonly timeout?: number | undefined
}

const webhookOptions = optionsOf(
  {
    secret: secretCheck,
    onEvent: ofType('function'),
    onError: ofType('function'),
    maxBytes: integerBetween(1, 100_000_000, ' (bytes)'),
    timeout: integerBetween(1, maxTimeout, ' (milliseconds)'),
  } satisfies Record<keyof WebhookHandlerOptions, Check>,
  { required: ['secret', 'onEvent'], aliases: { secret: ['signingSecret', 'webhookSecret'] } },
)

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
  // The required options are present, or `checkOptions` throws.
  const checked = checkOptions(options, webhookOptions, 'webhookHandler') as WebhookHandlerOptions
  const { onEvent, onError, maxBytes = webhookDefaults.maxBytes, timeout = webhookDefaults.timeout } = checked
  const secret = [checked.secret].flat() // a copy: the list must not change later

  const receiveEvent = async (request: Request, signal: AbortSignal): Promise<Result> => {
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

  return createRoute(async (request) => {
    if (request.method !== 'POST') return respond(405, { allow: 'POST' })
    const result = await withTimeout(timeout, undefined, (signal) => receiveEvent(request, signal))
    if (result.type === 'error' && isControlFlow(result.error)) throw result.error
    const [status, error]: Result =
      result.type === 'value'
        ? result.value
        : [500, 'error' in result ? result.error : new TimeoutError(`The webhook took longer than ${timeout} ms.`)]
    if (status !== 200) callListener(onError, error)
    return respond(status)
  })
}
