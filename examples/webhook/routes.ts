// The route of a webhook, in Express and in Hono.
import express, { type Express } from 'express'
import { Hono } from 'hono'
import { verifyWebhook, WebhookError, webhookHandler } from 'stackone-session/webhook'
import type { Accounts } from './accounts.ts'

/** Reads the raw body, since the signature is that of its exact bytes: use it before express.json(). */
const rawBody = express.raw({ type: () => true, limit: '1mb' })

export const expressApp = (secret: string | undefined, accounts: Accounts): Express =>
  express().post('/webhook', rawBody, async ({ body, headers }, response) => {
    try {
      const signature = String(headers['x-stackone-signature'] ?? '')
      await accounts.apply(await verifyWebhook(Buffer.isBuffer(body) ? body : '', signature, secret))
      response.sendStatus(200)
    } catch (error) {
      if (!(error instanceof WebhookError)) throw error // Express responds with 500
      response.sendStatus(error.reason === 'invalid-body' ? 400 : 401)
    }
  })

type Log = (error: unknown) => void

export const honoApp = (secret: string | undefined, accounts: Accounts, onError: Log = console.error): Hono => {
  const handler = webhookHandler({ secret, onEvent: accounts.apply, onError })
  return new Hono().post('/webhook', ({ req }) => handler(req.raw))
}
