import { inspect } from 'node:util'
import { expect } from 'chai'
import { type ClientEvent, InvalidResponseError } from '../../lib/index.ts'
import { type DriftKind, driftKinds } from '../../lib/testing/index.ts'
import { acme } from '../support/call.ts'
import { itEach } from '../support/it-each.ts'
import { sandboxes, ways } from '../support/sandboxed.ts'

interface Expected {
  /** The paths of the drift that a client reports for a create. */
  readonly create: readonly string[]
  /** The same for a get, if it differs. */
  readonly get?: readonly string[]
  /** The fields of the created session that differ from those without drift. An undefined one is absent. */
  readonly fields?: object
}

const guaranteedPaths = ['id', 'organization_id', 'project_id', 'origin_owner_id', 'origin_owner_name', 'created_at']

const absent = (...names: readonly string[]): object => Object.fromEntries(names.map((name) => [name, undefined]))

const noOptionalFields = absent('provider', 'categories', 'label', 'metadata', 'type', 'latestConnectionAttempt')

const expected: Readonly<Record<DriftKind, Expected>> = {
  'id as a string': { create: ['id'] },
  'organization_id as a number': { create: ['organization_id'], fields: { organizationId: '4711' } },
  'created_at without a zone': { create: ['created_at'] },
  'no provider': { create: [], fields: absent('provider') },
  'no auth_link_url': { create: ['auth_link_url'], get: [], fields: absent('authLinkUrl') },
  'no optional fields': { create: [], fields: noOptionalFields },
  'null in optional fields': { create: [], fields: noOptionalFields },
  'no guaranteed fields': {
    create: guaranteedPaths,
    fields: absent('id', 'organizationId', 'projectId', 'originOwnerId', 'originOwnerName', 'createdAt'),
  },
  'an unknown category': { create: ['categories[1]'], fields: { categories: ['hris', 'sandbox-category'] } },
  'an unknown type': { create: ['type'], fields: { type: 'sandbox-type' } },
  'an unknown field': { create: [], fields: { extra: { sandbox_field: { is: 'new' } } } },
  'an unknown attempt status': { create: [] },
  'an external_trigger_token': { create: [], fields: { externalTriggerToken: 'sandbox.trigger.1' } },
  'another success status': { create: ['status'] },
}

const full = acme.provider('bamboohr').categories('hris').label('trial').metadata({ plan: 'pro' })

const pathsOf = (issues: readonly { readonly path: string }[]): readonly string[] => issues.map(({ path }) => path)

const withoutAttempt = (session: object): object =>
  Object.fromEntries(
    Object.entries(session).filter(([name, value]) => value !== undefined && name !== 'latestConnectionAttempt'),
  )

for (const way of ways)
  describe(`A sandbox response with drift, ${way},`, () => {
    const sandboxed = sandboxes()

    itEach('has a token and the changed fields', driftKinds, async (drift) => {
      const { create, fields = {} } = expected[drift]
      const { api, client } = await sandboxed(way, {}, { now: () => new Date('2026-01-01T00:00:00.000Z') })
      const usual = await full.send(client)
      api.reset()
      api.fail({ drift })
      const drifted = await full.send(client)
      const { token, authLinkUrl, expiresAt, latestConnectionAttempt } = drifted
      expect(pathsOf(drifted.drift)).to.deep.equal(create)
      expect(api.sessions.map((created) => created.token)).to.deep.equal([token])
      if (drifted.createdAt !== undefined) expect(expiresAt).to.deep.equal(usual.expiresAt)
      expect(withoutAttempt({ ...drifted, drift: [] })).to.deep.equal(
        withoutAttempt({ ...usual, token, authLinkUrl, expiresAt, ...fields }),
      )
      const status = drift === 'an unknown attempt status' ? 'sandbox-status' : undefined
      expect(latestConnectionAttempt?.status).to.equal(status)
    })
  })

describe('A sandbox response with drift', () => {
  const sandboxed = sandboxes()

  itEach('is possible for get, and followed by responses without drift', driftKinds, async (drift) => {
    const { create, get = create } = expected[drift]
    const { api, client } = await sandboxed('in process')
    const { id } = await full.send(client)
    const usual = await client.get(id)
    api.fail({ drift })
    expect(pathsOf((await client.get(id)).drift)).to.deep.equal(get)
    expect(await client.get(id)).to.deep.equal(usual)
  })

  itEach('is an InvalidResponseError under strict', driftKinds, async (drift) => {
    const { create } = expected[drift]
    const { api, client } = await sandboxed('in process', { strict: true })
    api.fail({ drift })
    const sent = full.send(client).then(
      () => [],
      (error: unknown) => (error instanceof InvalidResponseError ? pathsOf(error.issues) : error),
    )
    expect(await sent).to.deep.equal(create)
    expect(api.sessions).to.have.length(1)
  })

  it('has the success status of the other endpoints', async () => {
    const statuses: unknown[] = []
    const onEvent = (event: ClientEvent) => event.type === 'response' && statuses.push(event.status)
    const { api, client } = await sandboxed('in process', { onEvent })
    api.fail({ drift: 'another success status' }, { times: 2 })
    const { id } = await acme.send(client)
    await client.get(id)
    expect(statuses).to.deep.equal([200, 201])
  })

  it('adds an unknown category to a session without categories', async () => {
    const { api, client } = await sandboxed('in process')
    api.fail({ drift: 'an unknown category' })
    expect(await acme.send(client)).to.have.deep.property('categories', ['sandbox-category'])
  })

  it('replaces or omits an existing attempt', async () => {
    const { api, client } = await sandboxed('in process')
    const { id } = await acme.send(client)
    api.connect(id)
    api.fail({ drift: 'an unknown attempt status' })
    expect((await client.get(id)).latestConnectionAttempt).to.include({ status: 'sandbox-status' })
    for (const drift of ['no optional fields', 'null in optional fields'] as const) {
      api.fail({ drift })
      expect((await client.get(id)).latestConnectionAttempt).to.equal(undefined)
    }
    expect((await client.get(id)).latestConnectionAttempt).to.include({ status: 'authenticated' })
  })

  it('masks the external_trigger_token when it is printed', async () => {
    const { api, client } = await sandboxed('in process')
    api.fail({ drift: 'an external_trigger_token' })
    expect(inspect(await acme.send(client))).not.to.include('sandbox.trigger')
  })
})

describe('driftKinds', () => {
  it('lists each kind once and is frozen', () => {
    expect([...driftKinds].sort()).to.deep.equal(Object.keys(expected).sort())
    expect(Object.isFrozen(driftKinds)).to.equal(true)
  })
})
