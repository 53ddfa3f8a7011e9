/**
 * The reason for which a webhook is rejected.
 *
 * @example const isForged = (reason: WebhookErrorReason): boolean => reason !== 'invalid-body'
 */
export type WebhookErrorReason = 'missing-signature' | 'wrong-signature' | 'invalid-body'

/**
 * A webhook that cannot be accepted. It contains neither the secret nor the expected signature.
 *
 * @example
 * const statusOf = (error: WebhookError) => (error.reason === 'invalid-body' ? 400 : 401)
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
