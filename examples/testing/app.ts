// Two routes of your application: one mails a customer a link, and one stores the account that the customer connects.
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { Hono } from 'hono'
import { type Client, days, type SessionError, session } from 'stackone-session'
import { webhookHandler } from 'stackone-session/webhook'

interface Services {
  readonly client: Client
  readonly mail: (to: string, link: string) => Promise<void>
  readonly webhookSecret: string
  readonly saveAccount: (accountId: string, customerId: string | undefined) => Promise<void>
}

const customers = new Map([['acme-42', { name: 'Acme Inc.', admin: 'it@acme.example' }]])

const statusOf = (error: SessionError): 500 | 502 | 503 => {
  if (error.name === 'ValidationError' || error.name === 'ConfigurationError') return 500
  return error.name === 'ApiError' && error.status === 429 ? 503 : 502
}

const errorResponse = (error: SessionError): Response => {
  const seconds = error.name === 'ApiError' ? error.retryAfter : undefined
  const headers = seconds === undefined ? {} : { 'retry-after': String(seconds) }
  return Response.json({ error: 'No mail was sent. Try again later.' }, { status: statusOf(error), headers })
}

export const app = ({ client, mail, webhookSecret, saveAccount }: Services) => {
  const receive = webhookHandler({
    secret: webhookSecret,
    onEvent: async (event) => {
      if (event.event === 'account.created') await saveAccount(event.accountId, event.originOwnerId)
    },
  })
  return new Hono()
    .post('/webhook', ({ req }) => receive(req.raw))
    .post('/customers/:id/invitation', async (context) => {
      const id = context.req.param('id')
      const customer = customers.get(id)
      if (customer === undefined) return context.json({ error: 'Customer not found' }, 404)

      return pipe(
        session().owner(id, customer.name).username(customer.admin).categories('hris').expiresIn(days(7)).task(client),
        TE.matchE(
          (error) => async () => errorResponse(error),
          ({ authLinkUrl, expiresAt }) =>
            async () => {
              if (authLinkUrl === undefined) return Response.json({ error: 'No link was created.' }, { status: 502 })
              await mail(customer.admin, authLinkUrl)
              return Response.json({ until: expiresAt }, { status: 202 })
            },
        ),
      )()
    })
}
