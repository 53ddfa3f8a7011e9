import { expect } from 'chai'
import { expectTypeOf } from 'expect-type'
import fc from 'fast-check'
import { decodeWebhookEvent, type OtherEvent, type WebhookEvent } from '../../lib/model/webhook-event.ts'
import { rightOf } from '../support/either.ts'
import { itEach } from '../support/it-each.ts'
import { created } from '../support/webhook.ts'

const decode = (value: unknown): WebhookEvent => rightOf(decodeWebhookEvent(value))

const decodedCreated = {
  projectId: 'project-1',
  eventDate: new Date('2026-05-04T10:00:00.000Z'),
  recordType: 'account',
  recordId: 'account-1',
  sentAt: new Date('2026-05-04T10:00:01.000Z'),
  accountId: 'account-1',
  provider: 'bamboohr',
  originOwnerId: 'acme-42',
  originOwnerName: 'Acme Inc.',
  originUsername: 'it@acme.example',
  setupInformation: { subdomain: 'acme' },
  drift: [],
}

const pathsOf = ({ drift }: WebhookEvent): readonly string[] => drift.map(({ path }) => path)

describe('An account event', () => {
  const names = ['account.created', 'account.updated', 'account.deleted']

  itEach('is decoded to camel case with dates', names, (event) => {
    expect(decode({ ...created, event })).to.deep.equal({ event, ...decodedCreated })
  })

  it('has no drift without its optional fields, whether they are absent or null', () => {
    const { origin_owner_id, origin_owner_name, origin_username, setup_information, ...rest } = created
    expect(decode(rest).drift).to.deep.equal([])
    const nulls = { origin_owner_id: null, origin_owner_name: null, origin_username: null, setup_information: null }
    expect(decode({ ...rest, ...nulls })).to.deep.equal(decode(rest))
  })

  it('has ids that are strings; a number is drift except for record_id', () => {
    const event = decode({ ...created, record_id: 7, account_id: 8, project_id: 9, origin_owner_id: 10 })
    expect(event).to.include({ recordId: '7', accountId: '8', projectId: '9', originOwnerId: '10' })
    expect(pathsOf(event)).to.have.members(['account_id', 'project_id', 'origin_owner_id'])
  })

  it('reads a date without a zone as UTC and reports it', () => {
    const event = decode({ ...created, event_date: '2026-05-04T10:00:00' })
    expect(event.eventDate).to.deep.equal(decodedCreated.eventDate)
    expect(pathsOf(event)).to.deep.equal(['event_date'])
  })

  const unusable = [
    ['project_id', 'projectId', {}],
    ['event_date', 'eventDate', 'yesterday'],
    ['sent_at', 'sentAt', undefined],
    ['record_id', 'recordId', []],
    ['record_type', 'recordType', 7],
    ['provider', 'provider', null],
    ['origin_owner_name', 'originOwnerName', 7],
    ['setup_information', 'setupInformation', 'text'],
  ] as const
  itEach('omits an unusable field and reports drift', unusable, ([field, name, value]) => {
    const event = decode({ ...created, [field]: value })
    expect(event).not.to.have.any.keys(name, 'extra')
    expect(pathsOf(event)).to.deep.equal([field])
  })

  it('keeps unknown fields in extra, by their wire names, and is frozen', () => {
    const event = decode({ ...created, session_id: 7, labels: [{ a: 1 }] })
    expect(event.extra).to.deep.equal({ session_id: 7, labels: [{ a: 1 }] })
    for (const value of [event, event.drift, event.extra, event.extra?.['labels'], event.eventDate])
      expect(Object.isFrozen(value)).to.equal(true)
    expect(event.drift).to.deep.equal([])
  })

  itEach('is rejected without an account_id', names, (event) => {
    for (const account_id of [undefined, null, '', {}])
      expect(decodeWebhookEvent({ ...created, event, account_id })._tag).to.equal('Left')
  })
})

describe('Any other event', () => {
  it('keeps its fields, in camel case if they are known', () => {
    expect(decode({ ...created, event: 'account.error', code: 'E7' })).to.deep.equal({
      event: 'account.error',
      ...decodedCreated,
      extra: { code: 'E7' },
    })
  })

  it('keeps what is malformed, and null, under extra', () => {
    const extra = { event_date: 'yesterday', account_id: {}, provider: null }
    expect(decode({ event: 'record.synced', ...extra })).to.deep.equal({ event: 'record.synced', extra, drift: [] })
  })

  it('needs nothing but its name', () => {
    expect(decode({ event: 'x' })).to.deep.equal({ event: 'x', drift: [] })
  })
})

describe('A value that is not an event', () => {
  const values = [null, 'account.created', [created], {}, { event: '' }, { event: 7 }, { event: null }]
  itEach('is rejected', values, (value) => {
    expect(decodeWebhookEvent(value)._tag).to.equal('Left')
  })

  it('never makes decoding throw, and any object with a name is an event', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string({ minLength: 1 }), (value, event) => {
        decodeWebhookEvent(value)
        const fields = typeof value === 'object' && !Array.isArray(value) ? value : {}
        expect(decode({ ...fields, event }).event).to.equal(event)
      }),
    )
  })
})

describe('The type WebhookEvent', () => {
  const event = decode(created)

  it('is narrowed by the name of an account event', () => {
    if (event.event === 'account.created') expectTypeOf(event.accountId).toEqualTypeOf<string>()
    switch (event.event) {
      case 'account.created':
      case 'account.updated':
      case 'account.deleted':
        expectTypeOf(event.accountId).toEqualTypeOf<string>()
        break
      case 'account.error':
        expectTypeOf(event.accountId).toEqualTypeOf<string | undefined>()
        break
      default:
        expectTypeOf(event).toExtend<OtherEvent>()
        expectTypeOf(event.accountId).toEqualTypeOf<string | undefined>()
    }
  })

  it('has dates, strings and a name that is a string', () => {
    expectTypeOf(event.event).toExtend<string>()
    expectTypeOf(event.eventDate).toEqualTypeOf<Date | undefined>()
    expectTypeOf(event.originOwnerId).toEqualTypeOf<string | undefined>()
    const name: string = event.event
    expect(name === 'account.suspended').to.equal(false)
  })
})
