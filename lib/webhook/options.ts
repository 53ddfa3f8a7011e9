import type { WebhookEvent } from '../model/webhook-event.ts'
import { type Check, checkOptions, integerBetween, ofType, optionsOf } from '../util/check-options.ts'
import { webhookDefaults } from '../util/defaults.ts'
import { maxTimeout } from '../util/timeout.ts'
import { secretCheck, type WebhookSecret } from './verify.ts'

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
  {
    required: ['secret', 'onEvent'],
    aliases: { secret: ['signingSecret', 'webhookSecret'] },
  },
)

/** Returns the options with their defaults; throws a `ConfigurationError` that lists all problems. */
export const resolveWebhookOptions = (options: WebhookHandlerOptions) => {
  // The required options are present, or `checkOptions` throws.
  const checked = checkOptions(options, webhookOptions, 'webhookHandler') as WebhookHandlerOptions
  const { onEvent, onError, maxBytes = webhookDefaults.maxBytes, timeout = webhookDefaults.timeout } = checked
  const secret = [checked.secret].flat() // a copy: the list must not change later
  return { secret, onEvent, onError, maxBytes, timeout }
}
