import { inspect } from 'node:util'
import { expect } from 'chai'
import { InvalidResponseError } from '../../lib/index.ts'
import { type DriftKind, driftKinds } from '../../lib/testing/index.ts'
import { acme } from '../support/call.ts'
import { caught } from '../support/caught.ts'
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

for (const way of ways)
  describe(`A sandbox response with drift, ${way},`, () => {
    const sandboxed = sandboxes()
    const now = () => new Date('2026-01-01T00:00:00.000Z')

    for (const drift of driftKinds) {
      const { create, get = create, fields = {} } = expected[drift]

      it(`has a token and reports ${create.join(', ') || 'no drift'}: ${drift}`, async () => {
        const { api, client } = await sandboxed(way, {}, { now })
        const usual = await full.send(client)
        api.reset()
        api.fail({ drift })
        const drifted = await full.send(client)
        const { token, authLinkUrl, expiresAt } = drifted
        expect(pathsOf(drifted.drift)).to.deep.equal(create)
        expect(api.sessions.map((created) => created.token)).to.deep.equal([token])
        if (drifted.createdAt !== undefined) expect(expiresAt).to.deep.equal(usual.expiresAt)
        const { latestConnectionAttempt, ...others } = drifted
        expect({ ...others, drift: [] }).to.deep.equal(
          Object.fromEntries(
            Object.entries({ ...usual, token, authLinkUrl, expiresAt, ...fields }).filter(
              ([name, value]) => value !== undefined && name !== 'latestConnectionAttempt',
            ),
          ),
        )
        expect(latestConnectionAttempt?.status).to.equal(
          drift === 'an unknown attempt status' ? 'sandbox-status' : undefined,
        )
      })

      it(`is followed by responses without drift, also for get: ${drift}`, async () => {
        const { api, client } = await sandboxed(way)
        const { id } = await full.send(client)
        const usual = await client.get(id)
        api.fail({ drift })
        expect(pathsOf((await client.get(id)).drift)).to.deep.equal(get)
        expect(await client.get(id)).to.deep.equal(usual)
      })

      it(`${create.length > 0 ? 'is an InvalidResponseError' : 'resolves'} under strict: ${drift}`, async () => {
        const { api, client } = await sandboxed(way, { strict: true })
        api.fail({ drift })
        if (create.length === 0) expect((await full.send(client)).drift).to.deep.equal([])
        else {
          const error = await caught(full.send(client))
          expect(error).to.be.instanceOf(InvalidResponseError)
          expect(error)
            .to.have.property('issues')
            .that.satisfies((issues: readonly { readonly path: string }[]) =>
              issues.every(({ path }, index) => path === create[index]),
            )
        }
        expect(api.sessions).to.have.length(1)
      })
    }

    it('adds an unknown category to a session without categories', async () => {
      const { api, client } = await sandboxed(way)
      api.fail({ drift: 'an unknown category' })
      expect(await acme.send(client)).to.have.deep.property('categories', ['sandbox-category'])
    })

    it('changes the status of an existing attempt', async () => {
      const { api, client } = await sandboxed(way)
      const { id } = await acme.send(client)
      api.connect(id)
      api.fail({ drift: 'an unknown attempt status' })
      const { latestConnectionAttempt } = await client.get(id)
      expect(latestConnectionAttempt).to.include({ status: 'sandbox-status', accountSecureId: 'sandbox-account-1' })
    })

    itEach(
      'omits an existing attempt if it drifts by missing fields',
      ['no optional fields', 'null in optional fields'] as const,
      async (drift) => {
        const { api, client } = await sandboxed(way)
        const { id } = await acme.send(client)
        api.connect(id)
        api.fail({ drift })
        expect((await client.get(id)).latestConnectionAttempt).to.equal(undefined)
        expect((await client.get(id)).latestConnectionAttempt).to.include({ status: 'authenticated' })
      },
    )

    it('masks the external_trigger_token when it is printed', async () => {
      const { api, client } = await sandboxed(way)
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
