import { createHmac } from 'node:crypto'
import { type WebhookEvent, type WebhookHandlerOptions, webhookHandler } from '../../lib/webhook/index.ts'
import { post } from './page.ts'

export const secret = 'whsec.0123456789abcdef'

export const otherSecret = 'whsec.fedcba9876543210'

/** The JSON of an event without drift. */
export const created = {
  project_id: 'project-1',
  event: 'account.created',
  event_date: '2026-05-04T10:00:00.000Z',
  record_type: 'account',
  record_id: 'account-1',
  sent_at: '2026-05-04T10:00:01.000Z',
  account_id: 'account-1',
  provider: 'bamboohr',
  origin_owner_id: 'acme-42',
  origin_owner_name: 'Acme Inc.',
  origin_username: 'it@acme.example',
  setup_information: { subdomain: 'acme' },
}

/** Signs with Node's own functions, independently of the library. */
export const sign = (body: string | Uint8Array, by = secret): string =>
  createHmac('sha256', by).update(body).digest('base64url')

/** Makes the request of a delivery. */
export const deliver = (body: string | Uint8Array<ArrayBuffer>, signature: string | undefined = sign(body)): Request =>
  post(body, { 'x-stackone-signature': signature })

/** Creates a handler that collects its events and errors. */
export const receiver = (options: Partial<WebhookHandlerOptions> = {}) => {
  const events: WebhookEvent[] = []
  const errors: unknown[] = []
  const handler = webhookHandler({
    secret,
    onEvent: (event) => events.push(event),
    onError: (error) => errors.push(error),
    ...options,
  })
  return { handler, events, errors }
}
