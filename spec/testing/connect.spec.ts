import { expect } from 'chai'
import { type Client, hours, type Session, session, ValidationError } from '../../lib/index.ts'
import { type AttemptStatus, type ConnectOutcome, sandbox } from '../../lib/testing/index.ts'
import { acme, until } from '../support/call.ts'
import { itEach } from '../support/it-each.ts'
import { sandboxes, ways } from '../support/sandboxed.ts'

const globex = session().owner('globex-7', 'Globex')

const send = async (requested: Session, client: Client): Promise<string> => (await requested.send(client)).id ?? ''

for (const way of ways)
  describe(`sandbox().connect, ${way},`, () => {
    const sandboxed = sandboxes()

    it('connects an account, which get and waitForConnection return', async () => {
      const clock = { now: Date.UTC(2026, 0, 1) }
      const { api, client } = await sandboxed(way, {}, { now: () => new Date(clock.now) })
      const id = await send(acme.provider('bamboohr'), client)
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

    it('ends a waitForConnection that is polling', async () => {
      const { api, client } = await sandboxed(way)
      const id = await send(acme, client)
      api.connect(id, 'pending')
      const connection = client.waitForConnection(id, { interval: 10 })
      expect(await until(() => api.requests.length >= 3)).to.equal(true) // the create and two polls
      api.connect(id)
      const { status, accountId } = await connection
      expect({ status, accountId }).to.deep.equal({ status: 'authenticated', accountId: 'sandbox-account-1' })
    })

    itEach(
      'ends an attempt with the status of the outcome',
      ['error', 'cancelled', 'expired'] as const,
      async (status) => {
        const { api, client } = await sandboxed(way)
        const id = await send(acme, client)
        expect(api.connect(id, status)).to.deep.equal({ status })
        const connection = await client.waitForConnection(id)
        expect(connection).to.include({ status })
        expect(connection.accountId).to.equal(undefined)
      },
    )

    it('reports the error of an OAuth provider', async () => {
      const { api, client } = await sandboxed(way)
      const id = await send(acme, client)
      const oauthError = { oauthErrorCode: 'access_denied', oauthErrorDescription: 'The user denied access' }
      expect(api.connect(id, { status: 'error', ...oauthError })).to.deep.equal({ status: 'error' })
      expect(await client.waitForConnection(id)).to.include({ status: 'error', ...oauthError })
    })

    it('keeps the id and the creation time of an attempt, and replaces its outcome', async () => {
      const clock = { now: Date.UTC(2026, 0, 1) }
      const { api, client } = await sandboxed(way, {}, { now: () => new Date(clock.now) })
      const id = await send(acme, client)
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

    it('opens the existing account of the same owner id, owner name and provider', async () => {
      const { api, client } = await sandboxed(way)
      const hris = acme.provider('bamboohr')
      const first = await hris.send(client)
      const early = await hris.send(client)
      expect(first.accountId).to.equal(undefined)
      expect(api.connect(first.id).accountId).to.equal('sandbox-account-1')
      const second = await hris.send(client)
      expect(second.accountId).to.equal('sandbox-account-1')
      expect(await client.get(second.id)).to.include({ accountId: 'sandbox-account-1' })
      expect(api.connect(second.id).accountId).to.equal('sandbox-account-1')
      // Created before the account existed; the Hub finds the account when it opens.
      expect(early.accountId).to.equal(undefined)
      expect(api.connect(early.id).accountId).to.equal('sandbox-account-1')
      expect(api.connect(await send(globex, client)).accountId).to.equal('sandbox-account-2')
    })

    const others: readonly (readonly [string, Session])[] = [
      ['another owner', globex.provider('bamboohr')],
      ['another owner name', acme.owner('acme-42', 'Acme Ltd.').provider('bamboohr')],
      ['another owner id', acme.owner('acme-43', 'Acme Inc.').provider('bamboohr')],
      ['another provider', acme.provider('hibob')],
      ['a multiple session', acme.provider('bamboohr').multiple()],
    ]

    itEach('creates a new account for another owner, provider or label', others, async ([, other]) => {
      const { api, client } = await sandboxed(way)
      api.connect(await send(acme.provider('bamboohr'), client))
      const { id, accountId } = await other.send(client)
      expect(accountId).to.equal(undefined)
      expect(api.connect(id)).to.deep.equal({ status: 'authenticated', accountId: 'sandbox-account-2' })
    })

    it('creates no account unless the attempt is authenticated', async () => {
      const { api, client } = await sandboxed(way)
      const hris = acme.provider('bamboohr')
      for (const status of ['pending', 'error', 'cancelled', 'expired'] as const)
        api.connect(await send(hris, client), status)
      expect((await hris.send(client)).accountId).to.equal(undefined)
    })

    it('edits the account that a session names, even if it is unknown or the session is multiple', async () => {
      const { api, client } = await sandboxed(way)
      api.connect(await send(acme.provider('bamboohr'), client))
      for (const account of ['sandbox-account-1', 'other-account']) {
        const { id, accountId } = await acme.provider('bamboohr').account(account).multiple().send(client)
        expect(accountId).to.equal(account)
        expect(api.connect(id).accountId).to.equal(account)
      }
    })

    it('stores an account that a session names, for later sessions of the owner', async () => {
      const { api, client } = await sandboxed(way)
      api.connect(await send(globex.provider('hibob').account('sandbox-account-2'), client))
      expect((await globex.provider('hibob').send(client)).accountId).to.equal('sandbox-account-2')
    })

    it('selects a provider if the session names none', async () => {
      const { api, client } = await sandboxed(way)
      api.connect(await send(acme, client), { provider: 'workday' })
      expect((await acme.provider('workday').send(client)).accountId).to.equal('sandbox-account-1')
      api.connect(await send(acme.categories('ats'), client))
      expect((await acme.provider('sandbox-ats').send(client)).accountId).to.equal('sandbox-account-2')
    })

    it('offers a connector for a category that this version does not know', async () => {
      const { api, client } = await sandboxed(way)
      api.connect(await send(acme.field('categories', ['payroll']), client))
      expect((await acme.provider('sandbox-payroll').send(client)).accountId).to.equal('sandbox-account-1')
    })

    it('accepts the id as a number', async () => {
      const { api, client } = await sandboxed(way)
      await acme.send(client)
      expect(api.connect(1, 'cancelled')).to.deep.equal({ status: 'cancelled' })
    })

    it('has no accounts after a reset', async () => {
      const { api, client } = await sandboxed(way)
      api.connect(await send(acme.provider('bamboohr'), client))
      api.reset()
      expect((await acme.provider('bamboohr').send(client)).accountId).to.equal(undefined)
    })
  })

describe('sandbox().connect rejects', () => {
  const sandboxed = sandboxes()

  const statuses = "'authenticated', 'error', 'cancelled', 'expired', 'pending'"
  const providerMismatch = 'outcome.provider: must be the provider at which the session opens the Hub'

  const invalid: readonly (readonly [title: string, id: unknown, outcome: unknown, message: string])[] = [
    ['an unknown id', '9', undefined, 'id: must be the id of one of the 1 sessions of this sandbox'],
    ['an undefined id', undefined, undefined, 'id: must be the id of one of the 1 sessions of this sandbox'],
    [
      'a misspelled status',
      1,
      'autenticated',
      `outcome: must be one of ${statuses}, got 'autenticated' (did you mean 'authenticated'?)`,
    ],
    ['a number as status', 1, { status: 7 }, `outcome.status: must be one of ${statuses}, got 7`],
    ['a number as outcome', 1, 7, 'outcome: must be an object, got a number'],
    ['null as outcome', 1, null, 'outcome: must be an object, got null'],
    ['a blank provider', 1, { provider: ' ' }, 'outcome.provider: must be a non-blank string, got a blank string'],
    [
      'a number as OAuth error code',
      1,
      { oauthErrorCode: 7 },
      'outcome.oauthErrorCode: must be a non-blank string, got a number',
    ],
    ['an unknown option', 1, { provder: 'a' }, "unknown option 'outcome.provder' (did you mean 'provider'?)"],
    ['another provider than that of the session', 1, { provider: 'hibob' }, providerMismatch],
  ]

  itEach('rejects invalid arguments', invalid, async ([, id, outcome, message]) => {
    const { api, client } = await sandboxed('in process')
    await acme.provider('bamboohr').send(client)
    // The compiler rejects these values.
    const connect = () => api.connect(id as string, outcome as AttemptStatus | ConnectOutcome | undefined)
    expect(connect).to.throw(ValidationError, `Invalid arguments for connect: ${message}`)
    expect(api.sessions[0]).not.to.have.property('latest_connection_attempt')
  })

  it('several problems together, with their paths', async () => {
    const { api, client } = await sandboxed('in process')
    const { id } = await acme.send(client)
    const outcome: object = { status: 'done', provider: '' }
    expect(() => api.connect(id, outcome))
      .to.throw(ValidationError)
      .with.property('issues')
      .that.satisfies((issues: readonly { readonly path: string }[]) =>
        ['outcome.status', 'outcome.provider'].every((path, index) => issues[index]?.path === path),
      )
  })

  it('a session whose token has expired, unless the outcome is expired', async () => {
    const clock = { now: Date.UTC(2026, 0, 1) }
    const { api, client } = await sandboxed('in process', {}, { now: () => new Date(clock.now) })
    const { id } = await acme.expiresIn(hours(1)).send(client)
    clock.now += 3_599_999
    expect(api.connect(id, 'pending')).to.deep.equal({ status: 'pending' })
    clock.now += 1
    expect(() => api.connect(id)).to.throw(ValidationError, "id: the session's token has expired")
    expect(api.connect(id, 'expired')).to.deep.equal({ status: 'expired' })
  })

  it('another provider than that of the edited account', async () => {
    const { api, client } = await sandboxed('in process')
    api.connect((await acme.provider('bamboohr').send(client)).id)
    const { id } = await acme.account('sandbox-account-1').send(client)
    expect(() => api.connect(id, { provider: 'hibob' })).to.throw(ValidationError, providerMismatch)
    expect(api.connect(id, { provider: 'bamboohr' }).accountId).to.equal('sandbox-account-1')
  })

  it('the ids of sessions before a reset', async () => {
    const { api, client } = await sandboxed('in process')
    const { id } = await acme.send(client)
    api.reset()
    expect(() => api.connect(id)).to.throw(ValidationError, 'one of the 0 sessions')
  })
})

describe('The sessions of a sandbox', () => {
  it('show the latest attempt and are frozen', async () => {
    const api = sandbox()
    const headers = { authorization: `Basic ${btoa('any:')}`, 'content-type': 'application/json', 'user-agent': 'spec' }
    const body = JSON.stringify({ origin_owner_id: 'acme-42', origin_owner_name: 'Acme Inc.' })
    await api.fetch('https://api.stackone.com/connect_sessions', { method: 'POST', headers, body })
    api.connect(1)
    const [created] = api.sessions
    expect(created?.latest_connection_attempt).to.include({ status: 'authenticated' })
    expect(created?.token).to.match(/^sandbox\./)
    expect(Object.isFrozen(created) && Object.isFrozen(created?.latest_connection_attempt)).to.equal(true)
    api.connect(1, 'cancelled')
    expect(api.sessions[0]?.latest_connection_attempt).to.have.all.keys('id', 'created_at', 'updated_at', 'status')
  })
})
