import { expect } from 'chai'
import { type Client, hours, type Session, session, ValidationError } from '../lib/index.ts'
import { type AttemptStatus, type ConnectEnd, sandbox } from '../lib/testing/index.ts'
import { acme, until } from './support/call.ts'
import { sandboxes, ways } from './support/sandboxed.ts'

const globex = session().owner('globex-7', 'Globex')

const idOf = async (asked: Session, client: Client): Promise<string> => (await asked.send(client)).id ?? ''

for (const way of ways)
  describe(`sandbox().connect, ${way},`, () => {
    const sandboxed = sandboxes()

    it('connects an account, and is seen by get and waitForConnection', async () => {
      const clock = { now: Date.UTC(2026, 0, 1) }
      const { api, client } = await sandboxed(way, {}, { now: () => new Date(clock.now) })
      const id = await idOf(acme.provider('bamboohr'), client)
      expect((await client.get(id)).latestConnectionAttempt).to.equal(undefined)
      clock.now += 60_000
      const connected = api.connect(id)
      expect(connected).to.deep.equal({ status: 'authenticated', accountId: 'sandbox-account-1' })
      expect(Object.isFrozen(connected)).to.equal(true)
      const attempt = {
        id: 'sandbox-attempt-1',
        createdAt: '2026-01-01T00:01:00.000Z',
        updatedAt: '2026-01-01T00:01:00.000Z',
        status: 'authenticated',
        accountSecureId: 'sandbox-account-1',
      }
      const { latestConnectionAttempt, drift } = await client.get(id)
      expect(latestConnectionAttempt).to.deep.equal(attempt)
      expect(drift).to.deep.equal([])
      expect(await client.waitForConnection(id)).to.deep.equal({ ...attempt, accountId: 'sandbox-account-1' })
    })

    it('ends a wait that is under way', async () => {
      const { api, client } = await sandboxed(way)
      const id = await idOf(acme, client)
      api.connect(id, 'pending')
      const waited = client.waitForConnection(id, { interval: 10 })
      expect(await until(() => api.requests.length >= 3)).to.equal(true) // the create, and two looks
      api.connect(id)
      const { status, accountId } = await waited
      expect({ status, accountId }).to.deep.equal({ status: 'authenticated', accountId: 'sandbox-account-1' })
    })

    for (const status of ['error', 'cancelled', 'expired'] as const)
      it(`can end with ${status}`, async () => {
        const { api, client } = await sandboxed(way)
        const id = await idOf(acme, client)
        expect(api.connect(id, status)).to.deep.equal({ status })
        const connection = await client.waitForConnection(id)
        expect(connection).to.include({ status })
        expect(connection.accountId).to.equal(undefined)
      })

    it('can tell what an OAuth provider refused with', async () => {
      const { api, client } = await sandboxed(way)
      const id = await idOf(acme, client)
      const said = { oauthErrorCode: 'access_denied', oauthErrorDescription: 'The user said no' }
      expect(api.connect(id, { status: 'error', ...said })).to.deep.equal({ status: 'error' })
      expect(await client.waitForConnection(id)).to.include({ status: 'error', ...said })
    })

    it('keeps the id and the beginning of an attempt, and forgets what it ended with before', async () => {
      const clock = { now: Date.UTC(2026, 0, 1) }
      const { api, client } = await sandboxed(way, {}, { now: () => new Date(clock.now) })
      const id = await idOf(acme, client)
      api.connect(id, { status: 'error', oauthErrorCode: 'access_denied' })
      clock.now += 1000
      api.connect(id)
      expect((await client.get(id)).latestConnectionAttempt).to.deep.equal({
        id: 'sandbox-attempt-1',
        createdAt: '2026-01-01T00:00:00.000Z',
        updatedAt: '2026-01-01T00:00:01.000Z',
        status: 'authenticated',
        accountSecureId: 'sandbox-account-1',
      })
    })

    it('opens the account of the same owner, name and provider again', async () => {
      const { api, client } = await sandboxed(way)
      const hris = acme.provider('bamboohr')
      const first = await hris.send(client)
      const early = await hris.send(client)
      expect(first.accountId).to.equal(undefined)
      expect(api.connect(first.id).accountId).to.equal('sandbox-account-1')
      const second = await hris.send(client)
      expect(second.accountId).to.equal('sandbox-account-1')
      expect(await client.get(second.id ?? '')).to.include({ accountId: 'sandbox-account-1' })
      expect(api.connect(second.id).accountId).to.equal('sandbox-account-1')
      // Made before there was an account; the Hub looks when it opens.
      expect(early.accountId).to.equal(undefined)
      expect(api.connect(early.id).accountId).to.equal('sandbox-account-1')
      expect(api.connect(await idOf(globex, client)).accountId).to.equal('sandbox-account-2')
    })

    const others: readonly (readonly [string, Session])[] = [
      ['another owner', globex.provider('bamboohr')],
      ['another name of the owner', acme.owner('acme-42', 'Acme Ltd.').provider('bamboohr')],
      ['another id of the owner', acme.owner('acme-43', 'Acme Inc.').provider('bamboohr')],
      ['another provider', acme.provider('hibob')],
      ['multiple', acme.provider('bamboohr').multiple()],
    ]

    for (const [title, other] of others)
      it(`makes a new account for ${title}`, async () => {
        const { api, client } = await sandboxed(way)
        api.connect(await idOf(acme.provider('bamboohr'), client))
        const { id, accountId } = await other.send(client)
        expect(accountId).to.equal(undefined)
        expect(api.connect(id)).to.deep.equal({ status: 'authenticated', accountId: 'sandbox-account-2' })
      })

    it('makes no account where the end user does not get in', async () => {
      const { api, client } = await sandboxed(way)
      const hris = acme.provider('bamboohr')
      for (const status of ['pending', 'error', 'cancelled', 'expired'] as const)
        api.connect(await idOf(hris, client), status)
      expect((await hris.send(client)).accountId).to.equal(undefined)
    })

    it('edits the account that a session names, known or not, and whatever multiple says', async () => {
      const { api, client } = await sandboxed(way)
      api.connect(await idOf(acme.provider('bamboohr'), client))
      for (const account of ['sandbox-account-1', 'account-of-old']) {
        const { id, accountId } = await acme.provider('bamboohr').account(account).multiple().send(client)
        expect(accountId).to.equal(account)
        expect(api.connect(id).accountId).to.equal(account)
      }
    })

    it('adopts an account that a session names, so that it opens again', async () => {
      const { api, client } = await sandboxed(way)
      api.connect(await idOf(globex.provider('hibob').account('sandbox-account-2'), client))
      expect((await globex.provider('hibob').send(client)).accountId).to.equal('sandbox-account-2')
      // Its id is not given to another one.
      expect(api.connect(await idOf(acme, client)).accountId).to.equal('sandbox-account-3')
    })

    it('lets the end user pick a provider where the session names none', async () => {
      const { api, client } = await sandboxed(way)
      api.connect(await idOf(acme, client), { provider: 'workday' })
      expect((await acme.provider('workday').send(client)).accountId).to.equal('sandbox-account-1')
      api.connect(await idOf(acme.categories('ats'), client))
      expect((await acme.provider('greenhouse').send(client)).accountId).to.equal('sandbox-account-2')
    })

    it('takes the id as a number as well', async () => {
      const { api, client } = await sandboxed(way)
      await acme.send(client)
      expect(api.connect(1, 'cancelled')).to.deep.equal({ status: 'cancelled' })
    })

    it('forgets accounts on reset', async () => {
      const { api, client } = await sandboxed(way)
      api.connect(await idOf(acme.provider('bamboohr'), client))
      api.reset()
      expect((await acme.provider('bamboohr').send(client)).accountId).to.equal(undefined)
    })
  })

describe('sandbox().connect refuses', () => {
  const sandboxed = sandboxes()
  const prefix = 'connect was given what it cannot take, so nothing was connected:\n'

  const refused: readonly (readonly [string, unknown, unknown, string])[] = [
    ['an unknown id', '9', undefined, '  - id: expected the id of one of the 1 sessions of this sandbox'],
    ['no id', undefined, undefined, '  - id: expected the id of one of the 1 sessions of this sandbox'],
    [
      'a misspelt status',
      1,
      'autenticated',
      "  - end.status: expected one of authenticated, error, cancelled, expired, pending (did you mean 'authenticated'?)",
    ],
    ['a status that is no text', 1, { status: 7 }, '  - end.status: expected one of '],
    ['what is no end', 1, 7, '  - end: expected a status or an object, got a number'],
    ['null for the end', 1, null, '  - end: expected a status or an object, got null'],
    ['a blank provider', 1, { provider: ' ' }, '  - end.provider: expected a string that is not blank'],
    ['a code that is no text', 1, { oauthErrorCode: 7 }, '  - end.oauthErrorCode: expected a string'],
    ['an unknown member', 1, { provder: 'a' }, "  - end.provder: is no member (did you mean 'provider'?)"],
    ['another provider', 1, { provider: 'hibob' }, '  - end.provider: the session opens the Hub at another provider'],
  ]

  for (const [title, id, end, says] of refused)
    it(title, async () => {
      const { api, client } = await sandboxed('in process')
      await acme.provider('bamboohr').send(client)
      // What the compiler would not let through.
      const refusal = () => api.connect(id as string, end as AttemptStatus | ConnectEnd | undefined)
      expect(refusal).to.throw(ValidationError, prefix + says)
      expect(api.sessions[0]).not.to.have.property('latest_connection_attempt')
    })

  it('a session whose token has expired, except that its attempt does so too', async () => {
    const clock = { now: Date.UTC(2026, 0, 1) }
    const { api, client } = await sandboxed('in process', {}, { now: () => new Date(clock.now) })
    const { id } = await acme.expiresIn(hours(1)).send(client)
    clock.now += 3_599_999
    expect(api.connect(id, 'pending')).to.deep.equal({ status: 'pending' })
    clock.now += 1
    expect(() => api.connect(id)).to.throw(ValidationError, "id: the session's token has expired")
    expect(api.connect(id, 'expired')).to.deep.equal({ status: 'expired' })
  })

  it('an account of another provider than the user picks', async () => {
    const { api, client } = await sandboxed('in process')
    api.connect((await acme.provider('bamboohr').send(client)).id)
    const { id } = await acme.account('sandbox-account-1').send(client)
    expect(() => api.connect(id, { provider: 'hibob' })).to.throw(ValidationError, 'another provider')
    expect(api.connect(id, { provider: 'bamboohr' }).accountId).to.equal('sandbox-account-1')
  })

  it('ids of sessions that were forgotten', async () => {
    const { api, client } = await sandboxed('in process')
    const { id } = await acme.send(client)
    api.reset()
    expect(() => api.connect(id)).to.throw(ValidationError, 'one of the 0 sessions')
  })
})

describe('The sessions of a sandbox', () => {
  it('show the latest attempt, and are frozen', async () => {
    const api = sandbox()
    const headers = { authorization: `Basic ${btoa('any:')}`, 'content-type': 'application/json', 'user-agent': 'spec' }
    const body = JSON.stringify({ origin_owner_id: 'acme-42', origin_owner_name: 'Acme Inc.' })
    await api.fetch('https://api.stackone.com/connect_sessions', { method: 'POST', headers, body })
    api.connect(1)
    const [made] = api.sessions
    expect(made?.latest_connection_attempt).to.include({ status: 'authenticated' })
    expect(made?.token).to.match(/^sandbox\./)
    expect(Object.isFrozen(made) && Object.isFrozen(made?.latest_connection_attempt)).to.equal(true)
    api.connect(1, 'cancelled')
    expect(api.sessions[0]?.latest_connection_attempt).to.have.all.keys('id', 'created_at', 'updated_at', 'status')
  })
})
