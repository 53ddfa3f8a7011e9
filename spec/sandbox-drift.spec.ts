import { inspect } from 'node:util'
import { expect } from 'chai'
import { ReplyError } from '../lib/index.ts'
import { type Drift, drifts } from '../lib/testing/index.ts'
import { acme } from './support/call.ts'
import { caught } from './support/caught.ts'
import { sandboxes, ways } from './support/sandboxed.ts'

interface Seen {
  /** Paths of the drift that a client lists for a create. */
  readonly create: readonly string[]
  /** The same for a get; as for a create if absent. */
  readonly get?: readonly string[]
  /** Members of the reply to a create, where they differ; an undefined one must be absent. */
  readonly gives?: object
}

const always = ['id', 'organization_id', 'project_id', 'origin_owner_id', 'origin_owner_name', 'created_at']

const absent = (...names: readonly string[]): object => Object.fromEntries(names.map((name) => [name, undefined]))

const optional = absent('provider', 'categories', 'label', 'metadata', 'type', 'latestConnectionAttempt')

const seen: Readonly<Record<Drift, Seen>> = {
  'id as a string': { create: ['id'] },
  'organization_id as a number': { create: ['organization_id'], gives: { organizationId: '4711' } },
  'created_at without a zone': { create: ['created_at'] },
  'no provider': { create: [], gives: absent('provider') },
  'no auth_link_url': { create: ['auth_link_url'], get: [], gives: absent('authLinkUrl') },
  'no optional members': { create: [], gives: optional },
  'null in optional members': { create: [], gives: optional },
  'no members that are always there': {
    create: always,
    gives: absent('id', 'organizationId', 'projectId', 'originOwnerId', 'originOwnerName', 'createdAt'),
  },
  'an unknown category': { create: ['categories[1]'], gives: { categories: ['hris', 'sandbox-category'] } },
  'an unknown type': { create: ['type'], gives: { type: 'sandbox-type' } },
  'an unknown member': { create: [], gives: { extra: { sandbox_member: { is: 'new' } } } },
  'an unknown status of the attempt': { create: [] },
  'an external_trigger_token': { create: [], gives: { externalTriggerToken: 'sandbox.trigger.1' } },
  'another success status': { create: ['status'] },
}

const full = acme.provider('bamboohr').categories('hris').label('trial').metadata({ plan: 'pro' })

for (const way of ways)
  describe(`A drift of the sandbox, ${way},`, () => {
    const sandboxed = sandboxes()
    const now = () => new Date('2026-01-01T00:00:00.000Z')

    for (const drift of drifts) {
      const { create, get = create, gives = {} } = seen[drift]

      it(`still gives the token, and is listed as ${create.join(', ') || 'none'}: ${drift}`, async () => {
        const { api, client } = await sandboxed(way, {}, { now })
        const usual = await full.send(client)
        api.reset()
        api.fail({ drift })
        const reply = await full.send(client)
        const { token, authLinkUrl, expiresAt } = reply
        expect(reply.drift.map(({ path }) => path)).to.deep.equal(create)
        expect(api.sessions.map((made) => made.token)).to.deep.equal([token])
        if (reply.createdAt !== undefined) expect(expiresAt).to.deep.equal(usual.expiresAt)
        const { latestConnectionAttempt, ...members } = reply
        expect({ ...members, drift: [] }).to.deep.equal(
          Object.fromEntries(
            Object.entries({ ...usual, token, authLinkUrl, expiresAt, ...gives }).filter(
              ([name, value]) => value !== undefined && name !== 'latestConnectionAttempt',
            ),
          ),
        )
        expect(latestConnectionAttempt?.status).to.equal(
          drift === 'an unknown status of the attempt' ? 'sandbox-status' : undefined,
        )
      })

      it(`is of one answer alone, and of a get as well: ${drift}`, async () => {
        const { api, client } = await sandboxed(way)
        const { id = '' } = await full.send(client)
        const usual = await client.get(id)
        api.fail({ drift })
        expect((await client.get(id)).drift.map(({ path }) => path)).to.deep.equal(get)
        expect(await client.get(id)).to.deep.equal(usual)
      })

      it(`is ${create.length > 0 ? 'a ReplyError' : 'no error'} under strict: ${drift}`, async () => {
        const { api, client } = await sandboxed(way, { strict: true })
        api.fail({ drift })
        if (create.length === 0) expect((await full.send(client)).drift).to.deep.equal([])
        else {
          const error = await caught(full.send(client))
          expect(error).to.be.instanceOf(ReplyError)
          expect(error)
            .to.have.property('issues')
            .that.satisfies((issues: readonly { readonly path: string }[]) =>
              issues.every(({ path }, index) => path === create[index]),
            )
        }
        expect(api.sessions).to.have.length(1)
      })
    }

    it('lists a category for a session that asked for none', async () => {
      const { api, client } = await sandboxed(way)
      api.fail({ drift: 'an unknown category' })
      expect(await acme.send(client)).to.have.deep.property('categories', ['sandbox-category'])
    })

    it('changes the status of an attempt that there is', async () => {
      const { api, client } = await sandboxed(way)
      const { id = '' } = await acme.send(client)
      api.connect(id)
      api.fail({ drift: 'an unknown status of the attempt' })
      const { latestConnectionAttempt } = await client.get(id)
      expect(latestConnectionAttempt).to.include({ status: 'sandbox-status', accountSecureId: 'sandbox-account-1' })
    })

    for (const drift of ['no optional members', 'null in optional members'] as const)
      it(`leaves out an attempt that there is: ${drift}`, async () => {
        const { api, client } = await sandboxed(way)
        const { id = '' } = await acme.send(client)
        api.connect(id)
        api.fail({ drift })
        expect((await client.get(id)).latestConnectionAttempt).to.equal(undefined)
        expect((await client.get(id)).latestConnectionAttempt).to.include({ status: 'authenticated' })
      })

    it('masks the external_trigger_token when the reply is printed', async () => {
      const { api, client } = await sandboxed(way)
      api.fail({ drift: 'an external_trigger_token' })
      expect(inspect(await acme.send(client))).not.to.include('sandbox.trigger')
    })
  })

describe('The list of drifts', () => {
  it('is whole, without doubles, and cannot be changed', () => {
    expect([...drifts].sort()).to.deep.equal(Object.keys(seen).sort())
    expect(Object.isFrozen(drifts)).to.equal(true)
  })
})
