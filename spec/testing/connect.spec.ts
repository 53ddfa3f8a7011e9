import { expect } from 'chai'
import { createClient, hours, type Session, session, ValidationError } from '../../lib/index.ts'
import { type AttemptStatus, type ConnectOutcome, sandbox } from '../../lib/testing/index.ts'
import { acme, apiKey, until } from '../support/call.ts'
import { itEach } from '../support/it-each.ts'
import { sandboxes, ways } from '../support/sandboxed.ts'

const globex = session().owner('globex-7', 'Globex')
const hris = acme.provider('bamboohr')

const setUp = () => {
  const clock = { now: Date.UTC(2026, 0, 1) }
  const api = sandbox({ now: () => new Date(clock.now) })
  const client = createClient({ apiKey, fetch: api.fetch })
  const send = async (requested: Session): Promise<string> => (await requested.send(client)).id ?? ''
  /** Returns the account that a new session would edit. */
  const accountOf = async (requested: Session) => (await requested.send(client)).accountId
  return { api, client, clock, send, accountOf }
}

for (const way of ways)
  describe(`sandbox().connect, ${way},`, () => {
    const sandboxed = sandboxes()

    it('ends a waitForConnection that is polling', async () => {
      const { api, client } = await sandboxed(way)
      const { id } = await acme.send(client)
      api.connect(id, 'pending')
      const connection = client.waitForConnection(id, { interval: 10 })
      expect(await until(() => api.requests.length >= 3)).to.equal(true) // the create and two polls
      api.connect(id)
      expect(await connection).to.include({ status: 'authenticated', accountId: 'sandbox-account-1' })
    })
  })

describe('sandbox().connect', () => {
  it('connects an account, which get and waitForConnection return', async () => {
    const { api, client, clock, send } = setUp()
    const id = await send(hris)
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

  itEach('ends an attempt without an account', ['error', 'cancelled', 'expired'] as const, async (status) => {
    const { api, client, send } = setUp()
    expect(api.connect(await send(acme), status)).to.deep.equal({ status })
    const connection = await client.waitForConnection(1)
    expect(connection).to.include({ status })
    expect(connection.accountId).to.equal(undefined)
  })

  it('reports the error of an OAuth provider, until another outcome replaces it', async () => {
    const { api, client, clock, send } = setUp()
    const id = await send(acme)
    const oauthError = { oauthErrorCode: 'access_denied', oauthErrorDescription: 'The user denied access' }
    expect(api.connect(id, { status: 'error', ...oauthError })).to.deep.equal({ status: 'error' })
    expect(await client.waitForConnection(id)).to.include({ status: 'error', ...oauthError })
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
    const { api, client, send } = setUp()
    const [first, early] = [await hris.send(client), await hris.send(client)]
    expect(first.accountId).to.equal(undefined)
    expect(api.connect(first.id).accountId).to.equal('sandbox-account-1')
    const second = await hris.send(client)
    expect(second.accountId).to.equal('sandbox-account-1')
    expect(await client.get(second.id)).to.include({ accountId: 'sandbox-account-1' })
    expect(api.connect(second.id).accountId).to.equal('sandbox-account-1')
    // Created before the account existed; the Hub finds the account when it opens.
    expect(api.connect(early.id).accountId).to.equal('sandbox-account-1')
    expect(api.connect(await send(globex)).accountId).to.equal('sandbox-account-2')
  })

  const others: readonly (readonly [string, Session])[] = [
    ['another owner name', hris.owner('acme-42', 'Acme Ltd.')],
    ['another owner id', hris.owner('acme-43', 'Acme Inc.')],
    ['another provider', acme.provider('hibob')],
    ['a multiple session', hris.multiple()],
  ]
  itEach('creates a new account for another owner or provider, or if multiple', others, async ([, other]) => {
    const { api, client, send } = setUp()
    api.connect(await send(hris))
    const { id, accountId } = await other.send(client)
    expect(accountId).to.equal(undefined)
    expect(api.connect(id)).to.deep.equal({ status: 'authenticated', accountId: 'sandbox-account-2' })
  })

  it('creates no account unless the attempt is authenticated', async () => {
    const { api, send, accountOf } = setUp()
    for (const status of ['pending', 'error', 'cancelled', 'expired'] as const) api.connect(await send(hris), status)
    expect(await accountOf(hris)).to.equal(undefined)
  })

  it('edits the account that a session names, even if it is unknown or the session is multiple', async () => {
    const { api, client, send, accountOf } = setUp()
    api.connect(await send(hris))
    for (const account of ['sandbox-account-1', 'other-account']) {
      const { id, accountId } = await hris.account(account).multiple().send(client)
      expect(accountId).to.equal(account)
      expect(api.connect(id).accountId).to.equal(account)
    }
    // An unknown account is that of the owner from now on.
    api.connect(await send(globex.provider('hibob').account('globex-account')))
    expect(await accountOf(globex.provider('hibob'))).to.equal('globex-account')
  })

  it('selects a provider if the session names none', async () => {
    const { api, send, accountOf } = setUp()
    api.connect(await send(acme), { provider: 'workday' })
    expect(await accountOf(acme.provider('workday'))).to.equal('sandbox-account-1')
    // A category that this version does not know has a connector too.
    api.connect(await send(acme.field('categories', ['payroll'])))
    expect(await accountOf(acme.provider('sandbox-payroll'))).to.equal('sandbox-account-2')
    api.connect(await send(acme))
    expect(await accountOf(acme.provider('sandbox-hris'))).to.equal('sandbox-account-3')
  })

  it('accepts the id as a number', async () => {
    const { api, send } = setUp()
    await send(acme)
    expect(api.connect(1, 'cancelled')).to.deep.equal({ status: 'cancelled' })
  })

  it('changes the listed session, which is frozen', async () => {
    const { api, send } = setUp()
    api.connect(await send(acme))
    const [created] = api.sessions
    expect(created?.latest_connection_attempt).to.include({ status: 'authenticated' })
    expect(created?.token).to.match(/^sandbox\./)
    expect(Object.isFrozen(created) && Object.isFrozen(created?.latest_connection_attempt)).to.equal(true)
    api.connect(1, 'cancelled')
    expect(api.sessions[0]?.latest_connection_attempt).to.have.all.keys('id', 'created_at', 'updated_at', 'status')
  })

  it('knows no sessions and accounts from before a reset, which also deletes the requests', async () => {
    const { api, send, accountOf } = setUp()
    api.connect(await send(hris))
    api.reset()
    expect([api.requests, api.sessions]).to.deep.equal([[], []])
    expect(() => api.connect(1)).to.throw(ValidationError, 'one of the 0 sessions')
    expect(await accountOf(hris)).to.equal(undefined)
  })

  const statuses = "'authenticated', 'error', 'cancelled', 'expired', 'pending'"
  const unknownId = ' id: must be the id of one of the 1 sessions of this sandbox'

  const invalid: readonly (readonly [title: string, id: unknown, outcome: unknown, message: string])[] = [
    ['an unknown id', '9', undefined, unknownId],
    ['an undefined id', undefined, undefined, unknownId],
    [
      'a misspelled status',
      1,
      'autenticated',
      ` outcome.status: must be one of ${statuses}, got 'autenticated' (did you mean 'authenticated'?)`,
    ],
    ['a number as status', 1, { status: 7 }, ` outcome.status: must be one of ${statuses}, got 7`],
    ['null', 1, null, ' outcome: must be an object, got null'],
    ['a blank provider', 1, { provider: ' ' }, ' outcome.provider: must be a non-blank string, got a blank string'],
    ['a number as code', 1, { oauthErrorCode: 7 }, ' outcome.oauthErrorCode: must be a non-blank string, got a number'],
    ['no text', 1, { oauthErrorDescription: '' }, ' outcome.oauthErrorDescription: must be a non-blank string'],
    ['an unknown option', 1, { provder: 'a' }, " unknown option 'outcome.provder' (did you mean 'provider'?)"],
    ['several problems', 1, { status: 'done', provider: '' }, '\n  - outcome.status: must be one of'],
  ]
  itEach('rejects invalid arguments', invalid, async ([, id, outcome, message]) => {
    const { api, send } = setUp()
    await send(hris)
    // The compiler rejects these values.
    const connect = () => api.connect(id as string, outcome as AttemptStatus | ConnectOutcome | undefined)
    expect(connect).to.throw(ValidationError, `Invalid arguments for connect:${message}`)
    expect(api.sessions[0]).not.to.have.property('latest_connection_attempt')
  })

  it('prefers the provider of the session or of the edited account to the selected one', async () => {
    const { api, send, accountOf } = setUp()
    const selected = { provider: 'hibob' }
    expect(api.connect(await send(hris), selected).accountId).to.equal('sandbox-account-1')
    expect(api.connect(await send(acme.account('sandbox-account-1')), selected).accountId).to.equal('sandbox-account-1')
    expect(await accountOf(hris)).to.equal('sandbox-account-1')
    expect(await accountOf(acme.provider('hibob'))).to.equal(undefined)
  })

  it('rejects a session whose token has expired, unless the outcome is expired', async () => {
    const { api, clock, send } = setUp()
    const id = await send(acme.expiresIn(hours(1)))
    clock.now += 3_599_999
    expect(api.connect(id, 'pending')).to.deep.equal({ status: 'pending' })
    clock.now += 1
    expect(() => api.connect(id)).to.throw(
      ValidationError,
      "id: the session's token has expired (create a new session)",
    )
    expect(api.connect(id, 'expired')).to.deep.equal({ status: 'expired' })
  })
})
