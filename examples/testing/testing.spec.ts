// Tests two routes with mocha, on the sandbox: the usual case, faults, drift and a webhook.
import { expect } from 'chai'
import { createClient, days } from 'stackone-session'
import { driftKinds, sandbox } from 'stackone-session/testing'
import { app } from './app.ts'

describe('POST /customers/:id/invitation', () => {
  const now = new Date('2026-05-04T10:00:00.000Z')
  const webhookSecret = 'whsec.sandbox'
  const deliver = async (request: Request): Promise<Response> => app(services).request(request)
  const api = sandbox({ now: () => now, webhook: { secret: webhookSecret, deliver } })
  const client = createClient({ apiKey: 'v1.sandbox.key', fetch: api.fetch, timeout: 100, retries: 1 })
  const mails: { readonly to: string; readonly link: string }[] = []
  const mail = async (to: string, link: string) => void mails.push({ to, link })
  const accounts = new Map<string, string | undefined>()
  const saveAccount = async (id: string, customerId: string | undefined) => void accounts.set(id, customerId)
  const services = { client, mail, webhookSecret, saveAccount }
  const invite = async (id: string) => app(services).request(`/customers/${id}/invitation`, { method: 'POST' })

  beforeEach(() => {
    api.reset()
    mails.length = 0
  })

  it('mails a link that is valid for a week', async () => {
    const response = await invite('acme-42')
    expect(response.status).to.equal(202)
    expect(await response.json()).to.deep.equal({ until: new Date(now.getTime() + days(7) * 1000).toISOString() })
    expect(mails).to.deep.equal([{ to: 'it@acme.example', link: api.sessions[0]?.auth_link_url }])
  })

  it('stores the account that the customer connects', async () => {
    await invite('acme-42')
    expect((await api.connect(api.sessions[0]?.id).webhook)?.status).to.equal(200)
    expect([...accounts]).to.deep.equal([['sandbox-account-1', 'acme-42']])
  })

  it('sends the customer id of the path with the stored customer name', async () => {
    await invite('acme-42')
    expect(api.requests[0]?.body).to.include({ origin_owner_id: 'acme-42', origin_owner_name: 'Acme Inc.' })
  })

  it('sends no request for an unknown customer', async () => {
    expect((await invite('globex-7')).status).to.equal(404)
    expect(api.requests).to.deep.equal([])
  })

  it('responds with Retry-After when StackOne limits the rate', async () => {
    api.fail({ status: 429, retryAfter: 60 })
    const response = await invite('acme-42')
    expect(response.status).to.equal(503)
    expect(response.headers.get('retry-after')).to.equal('60')
    expect(mails).to.deep.equal([])
  })

  it('retries after a lost connection', async () => {
    api.fail('reset')
    expect((await invite('acme-42')).status).to.equal(202)
    expect(api.requests).to.have.length(2)
  })

  for (const fault of ['reset', 'silence', 'html'] as const)
    it(`sends no mail if every request meets the fault '${fault}'`, async () => {
      api.fail(fault, { rate: 1 })
      expect((await invite('acme-42')).status).to.equal(502)
      expect(mails).to.deep.equal([])
    })

  for (const drift of driftKinds) {
    const hasLink = drift !== 'no auth_link_url'
    it(`${hasLink ? 'mails the link' : 'sends no mail'} if the response drifts: ${drift}`, async () => {
      api.fail({ drift })
      expect((await invite('acme-42')).status).to.equal(hasLink ? 202 : 502)
      expect(mails).to.have.length(hasLink ? 1 : 0)
    })
  }
})
