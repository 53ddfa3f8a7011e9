import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { type Accounts, createAccounts } from '../../examples/webhook/accounts.ts'
import { expressApp, honoApp } from '../../examples/webhook/routes.ts'
import { early } from '../support/early.ts'
import { run } from '../support/run.ts'
import { created, secret, sign } from '../support/webhook.ts'

type Post = (body: string, signature?: string) => Promise<number>

/** How each framework receives a delivery; returns the status of the response. */
const frameworks: Readonly<Record<string, (accounts: Accounts) => Promise<{ post: Post; close: () => void }>>> = {
  Express: async (accounts) => {
    const server = expressApp(secret, accounts).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhook` // not a pipe
    const post: Post = async (body, signature = sign(body)) => {
      const headers = { 'content-type': 'application/json', 'x-stackone-signature': signature }
      return (await fetch(url, { method: 'POST', headers, body })).status
    }
    return { post, close: () => server.close() }
  },
  Hono: async (accounts) => {
    const post: Post = async (body, signature = sign(body)) => {
      const headers = { 'x-stackone-signature': signature }
      return (await honoApp(secret, accounts, () => {}).request('/webhook', { method: 'POST', headers, body })).status
    }
    return { post, close: () => {} }
  },
}

const at = (minute: number): string => `2026-05-04T10:0${minute}:00Z`

const deleted = JSON.stringify({ ...created, event: 'account.deleted', event_date: at(2) })
const connected = JSON.stringify({ ...created, event_date: at(1) })

for (const [name, start] of Object.entries(frameworks))
  describe(`The webhook example in ${name}`, () => {
    let accounts = createAccounts()
    let post: Post
    let close: () => void

    beforeEach(async () => {
      accounts = createAccounts()
      ;({ post, close } = await start(accounts))
    })
    afterEach(() => close())

    const stored = (ownerId = 'acme-42'): readonly string[] => accounts.of(ownerId).map(({ accountId }) => accountId)

    it('stores the account of an owner, once if its event is delivered twice', async () => {
      expect([await post(connected), await post(connected)]).to.deep.equal([200, 200])
      expect(stored()).to.deep.equal(['account-1'])
      expect(stored('globex-7')).to.deep.equal([])
    })

    it('removes a deleted account, also if the older event arrives later', async () => {
      await post(connected)
      await post(deleted)
      expect(stored()).to.deep.equal([])
      expect(await post(connected)).to.equal(200)
      expect(stored()).to.deep.equal([])
    })

    it('ignores events without an owner or an account', async () => {
      const withoutAccount = { event: 'record.synced', origin_owner_id: 'acme-42' }
      for (const event of [{ ...created, origin_owner_id: null }, withoutAccount])
        expect(await post(JSON.stringify(event))).to.equal(200)
      expect(stored()).to.deep.equal([])
    })

    it('rejects wrong signatures and bodies', async () => {
      expect(await post(connected, sign(`${connected} `))).to.equal(401)
      expect(await post(connected, '')).to.equal(401)
      expect(await post('')).to.equal(400)
      expect(await post('{}')).to.equal(400)
      expect(stored()).to.deep.equal([])
    })
  })

describe('npm run example -- webhook', function () {
  this.timeout(60_000)
  const example = early(() => run('examples/index.ts', {}, ['webhook']))

  it('connects, updates and deletes an account in each framework', async () => {
    const { code, stdout, stderr } = await example()
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' })
    for (const name of Object.keys(frameworks)) {
      const lines = stdout.slice(stdout.indexOf(`${name}, POST http://127.0.0.1:`)).split('\n')
      expect(lines.filter((line) => !line.includes('WebhookError')).slice(1, 8)).to.deep.equal([
        '  200 Acme connects an account',
        '  200 Acme connects it again',
        '  stored: sandbox-account-1 at bamboohr',
        '  401 an event with a wrong signature',
        '  200 the account is deleted',
        '  200 the same event is delivered again',
        '  stored: 0 accounts',
      ])
    }
    expect(stdout).to.match(/^ {2}WebhookError: The signature does not match the body\./m)
  })
})
