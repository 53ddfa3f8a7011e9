import { checkOptions, must, optionsOf } from '../util/check-options.ts'
import { hmacOf, rawBodyCheck, signatureHeader, signingSecret } from '../util/hmac.ts'

/**
 * The webhook of a sandbox: `account.created` for a new account, and `account.updated` for an existing one.
 * @example
 * const handler = webhookHandler({ secret: 'whsec', onEvent: (event) => log.info(event.event) })
 * const webhook: SandboxWebhook = { secret: 'whsec', deliver: handler }
 */
export interface SandboxWebhook {
  /** The secret with which events are signed. */
  readonly secret: string
  /** Where events are delivered: a URL, or a function such as a `webhookHandler`. */
  readonly deliver: string | URL | ((request: Request) => Promise<Response>)
}

const isTarget = (value: unknown): boolean => typeof value === 'function' || /^https?:\/\/\S+$/i.test(String(value))

export const webhookCheck = optionsOf(
  { secret: signingSecret, deliver: must("a function or a URL, such as 'http://127.0.0.1:3000/webhook'", isTarget) },
  { required: ['secret', 'deliver'] },
)

const signArguments = optionsOf({ body: rawBodyCheck, secret: signingSecret }, { required: ['body', 'secret'] })

/**
 * Returns the value of `x-stackone-signature` for the body of a webhook, signed as StackOne does (contract section 8).
 * @param body the body exactly as it is sent
 * @throws {ConfigurationError} if the body is not a string or bytes, or the secret is blank
 * @example
 * const body = JSON.stringify({ event: 'account.deleted', account_id: 'account-1' })
 * const headers = { 'x-stackone-signature': await signWebhook(body, 'whsec') }
 */
export const signWebhook = async (body: string | Uint8Array, secret: string): Promise<string> => {
  checkOptions({ body, secret }, signArguments, 'signWebhook')
  return hmacOf(secret, body)
}

export const deliverEvent = async ({ secret, deliver }: SandboxWebhook, event: object): Promise<Response> => {
  const body = JSON.stringify(event)
  const headers = { 'content-type': 'application/json', [signatureHeader]: await hmacOf(secret, body) }
  const init = { method: 'POST', headers, body }
  return typeof deliver === 'function' ? deliver(new Request('http://localhost/webhook', init)) : fetch(deliver, init)
}
