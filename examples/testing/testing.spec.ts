// A team's own mocha spec of its own route, on the sandbox: no network, no account, and faults when it wants them.
import { expect } from 'chai'
import { createClient, days } from 'stackone-session'
import { drifts, sandbox } from 'stackone-session/testing'
import { app } from './app.ts'

describe('POST /customers/:id/invitation', () => {
  const now = new Date('2026-05-04T10:00:00.000Z')
  const api = sandbox({ now: () => now })
  const client = createClient({ apiKey: 'v1.sandbox.key', fetch: api.fetch, timeout: 100, retries: 1 })
  const mails: { readonly to: string; readonly link: string }[] = []
  const mail = async (to: string, link: string): Promise<void> => {
    mails.push({ to, link })
  }
  const invite = async (id: string): Promise<Response> =>
    app({ client, mail }).request(`/customers/${id}/invitation`, { method: 'POST' })

  beforeEach(() => {
    api.reset()
    mails.length = 0
  })

  it('mails a link that is good for a week', async () => {
    const response = await invite('acme-42')
    expect(response.status).to.equal(202)
    expect(await response.json()).to.deep.equal({ until: new Date(now.getTime() + days(7) * 1000).toISOString() })
    expect(mails).to.deep.equal([{ to: 'it@acme.example', link: api.sessions[0]?.auth_link_url }])
  })

  it('asks for the customer of the path, by the name in our own records', async () => {
    await invite('acme-42')
    expect(api.requests[0]?.body).to.include({ origin_owner_id: 'acme-42', origin_owner_name: 'Acme Inc.' })
  })

  it('asks for nothing if there is no such customer', async () => {
    expect((await invite('globex-7')).status).to.equal(404)
    expect(api.requests).to.deep.equal([])
  })

  it('says when to come back while StackOne is busy', async () => {
    api.fail({ status: 429, retryAfter: 60 })
    const response = await invite('acme-42')
    expect(response.status).to.equal(503)
    expect(response.headers.get('retry-after')).to.equal('60')
    expect(mails).to.deep.equal([])
  })

  it('gets over one lost connection', async () => {
    api.fail('reset')
    expect((await invite('acme-42')).status).to.equal(202)
    expect(api.requests).to.have.length(2)
  })

  for (const fault of ['reset', 'silence', 'html'] as const)
    it(`sends no mail if the answer is always: ${fault}`, async () => {
      api.fail(fault, { rate: 1 })
      expect((await invite('acme-42')).status).to.equal(502)
      expect(mails).to.deep.equal([])
    })

  for (const drift of drifts)
    it(`mails the link, if there is one, when the API has drifted: ${drift}`, async () => {
      api.fail({ drift })
      const hasLink = drift !== 'no auth_link_url'
      expect((await invite('acme-42')).status).to.equal(hasLink ? 202 : 502)
      expect(mails).to.have.length(hasLink ? 1 : 0)
    })
})
