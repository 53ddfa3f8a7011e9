import { expect } from 'chai'
import { createClient, ValidationError } from '../../lib/index.ts'
import { ConnectSessionCreate, payloadFields } from '../../lib/model/create-payload.ts'
import { issuesOf } from '../../lib/model/issues.ts'
import { session } from '../../lib/session/session.ts'
import { apiKey } from '../support/call.ts'
import { caught } from '../support/caught.ts'
import { leftOf, rightOf } from '../support/either.ts'
import { itEach } from '../support/it-each.ts'
import { followsLaws } from '../support/laws.ts'
import { stub } from '../support/stub.ts'
import { categories, createWire } from '../support/wires.ts'

const owner = { origin_owner_id: 'acme-42', origin_owner_name: 'Acme Inc.' }
const payload = { originOwnerId: 'acme-42', originOwnerName: 'Acme Inc.' }

const full = {
  ...{ ...owner, origin_username: 'it@acme.example', provider: 'bamboohr', categories: ['ats'], account_id: '451' },
  ...{ expires_in: 60, metadata: { plan_name: 'pro' }, multiple: false, label: 'Berlin', type: 'test' },
  ...{ connector_profile_id: 'profile-7' },
}

const fullPayload = {
  ...{ ...payload, originUsername: 'it@acme.example', provider: 'bamboohr', categories: ['ats'], accountId: '451' },
  ...{ expiresIn: 60, metadata: { plan_name: 'pro' }, multiple: false, label: 'Berlin', type: 'test' },
  ...{ connectorProfileId: 'profile-7' },
}

describe('The codec ConnectSessionCreate', () => {
  followsLaws(ConnectSessionCreate, createWire, owner)

  /** The problems of a body, formatted. */
  const problems = (body: unknown): readonly string[] =>
    issuesOf(leftOf(ConnectSessionCreate.decode(body))).map(
      ({ path, message, hint }) => `${path}: ${message}${hint === undefined ? '' : ` (${hint})`}`,
    )

  it('decodes every field to camel case, and leaves the keys of metadata unchanged', () => {
    expect(rightOf(ConnectSessionCreate.decode(full))).to.deep.equal(fullPayload)
  })

  it('accepts every category of the contract', () => {
    expect(rightOf(ConnectSessionCreate.decode({ ...owner, categories }))).to.deep.equal({ ...payload, categories })
  })

  it('reports all problems, with the paths of the wire form', () => {
    const body = {
      ...{ origin_owner_id: null, provider: 7, categories: ['ats', 'atss', 1], expires_in: 0.5, metadata: [] },
      ...{ multiple: 'yes', label: '', type: 'TEST', connector_profile_id: {}, origin_username: null, theme: 1n },
    }
    expect(problems(body)).to.deep.equal([
      'origin_owner_id: is required',
      'origin_owner_name: is required',
      'provider: must be a non-blank string, got a number',
      "categories[1]: must be a known category, got 'atss' (did you mean 'ats'?)",
      'categories[2]: must be a known category, got 1',
      'expires_in: must be an integer from 1 to 315360000 (seconds), got 0.5',
      'metadata: must be an object, got an array',
      'multiple: must be a boolean, got a string',
      'label: must be a non-blank string, got a blank string',
      "type: must be 'production' or 'test', got 'TEST' (did you mean 'test'?)",
      'connector_profile_id: must be a non-blank string, got an object',
      'theme: must be JSON, got a bigint',
    ])
  })

  it('ignores inherited fields and undefined', () => {
    const undefinedFields = { theme: undefined, label: undefined }
    expect(rightOf(ConnectSessionCreate.decode({ ...owner, ...undefinedFields }))).to.deep.equal(payload)
    expect(ConnectSessionCreate.encode({ ...payload, label: undefined })).to.deep.equal(owner)
    expect(problems(Object.create(owner))).to.deep.equal([
      'origin_owner_id: is required',
      'origin_owner_name: is required',
    ])
  })

  it('rejects a list of more than 10,000 categories with a single error', () => {
    expect(problems({ ...owner, categories: Array(10_000).fill('x') })).to.have.length(10_000)
    const long = { ...owner, categories: Array(10_001).fill('x') }
    expect(problems(long)).to.deep.equal(['categories: must contain at most 10000 entries'])
  })

  it('names the codec of each invalid field in the context of its error, for the reporters of io-ts', () => {
    const body = { ...owner, categories: [7], expires_in: '60', metadata: 7, multiple: 1, label: 7, type: 'TEST' }
    const contexts = leftOf(ConnectSessionCreate.decode(body)).map(({ context }) =>
      context.map(({ type }) => type.name),
    )
    expect(new Set(contexts.map(([root]) => root))).to.deep.equal(new Set(['ConnectSessionCreate']))
    expect(contexts.map((names) => names.slice(1).join(' '))).to.deep.equal([
      ...['Category[] Category', 'Seconds', 'JsonObject', 'Boolean', 'NonBlankString', 'AccountType'],
    ])
  })

  it('recognizes the payload in camel case, and not the wire form', () => {
    expect(ConnectSessionCreate.is(payload)).to.equal(true)
    for (const value of [owner, { ...payload, originOwnerName: '' }, { ...payload, expiresIn: 0 }])
      expect(ConnectSessionCreate.is(value)).to.equal(false)
    for (const list of [[], ['ats', 'atz'], 7])
      expect(ConnectSessionCreate.is({ ...payload, categories: list })).to.equal(false)
  })

  it('encodes frozen categories to a new array, which V8 stringifies faster', () => {
    const categories = Object.freeze(['ats', 'hris'] as const)
    const wire = ConnectSessionCreate.encode({ ...payload, categories })
    expect(wire.categories).to.deep.equal(['ats', 'hris'])
    expect(wire.categories).not.to.be.frozen
  })

  it('encodes extra fields in place of the optional ones, and never in place of the owner', () => {
    const extra = { label: null, categories: ['payroll'], origin_owner_id: 'another' }
    const wire = { ...owner, label: null, categories: ['payroll'] }
    expect(ConnectSessionCreate.encode({ ...payload, label: 'Berlin', extra })).to.deep.equal(wire)
  })
})

describe('A payload passed to client.create', () => {
  /** The body that was sent. */
  const sent = async (given: unknown): Promise<unknown> => {
    const { fetch, requests } = stub()
    await Reflect.apply(createClient({ apiKey, fetch }).create, undefined, [given])
    return JSON.parse(String(requests[0]?.body))
  }

  it('is sent with every field, in snake case', async () => {
    expect(await sent(fullPayload)).to.deep.equal(full)
  })

  it('is sent without undefined and inherited fields', async () => {
    const names = payloadFields.filter(({ isRequired }) => !isRequired).map(({ name }) => [name, undefined])
    expect(await sent({ ...Object.fromEntries(names), extra: undefined, theme: undefined, ...payload })).to.deep.equal(
      owner,
    )
    expect(await sent(Object.assign(Object.create({ label: 'Berlin' }), payload))).to.deep.equal(owner)
  })

  it('is validated if it is a changed copy of the payload of a session', async () => {
    const decoded = rightOf(session().owner('acme-42', 'Acme Inc.').decode())
    expect(await sent(decoded)).to.deep.equal(owner)
    for (const copy of [{ ...decoded, expiresIn: 0 }, Object.assign(structuredClone(decoded), { label: '' })])
      expect(await caught(sent(copy))).to.be.instanceOf(ValidationError)
  })

  const missing = ['originOwnerId: is required', 'originOwnerName: is required']
  const rejected: readonly (readonly [value: unknown, ...problems: readonly string[]])[] = [
    [null, 'must be an object, got null'],
    [[], 'must be an object, got an array'],
    ['a', 'must be an object, got a string'],
    [{}, ...missing],
    [{ originOwnerId: 'acme-42' }, 'originOwnerName: is required'],
    [Object.create(payload), ...missing],
    [{ ...payload, originOwnerId: '' }, 'originOwnerId: must be a non-blank string, got a blank string'],
    [{ ...payload, categories: [] }, 'categories: must contain at least one category'],
    [{ ...payload, metadata: { a: [undefined] } }, 'metadata.a[0]: must be JSON, got undefined (omit the property)'],
    [{ ...payload, lable: 'a', zebra: 1 }, "lable: unknown field (did you mean 'label'?)", 'zebra: unknown field'],
    [{ ...payload, expires_in: 60 }, "expires_in: unknown field (did you mean 'expiresIn'?)"],
    [{ ...payload, extra: { expiresIn: 60 } }, "extra.expiresIn: unknown field (did you mean 'expires_in'?)"],
    [{ ...payload, extra: { origin_owner_id: 'a' } }, 'extra.origin_owner_id: is not allowed here'],
    [{ ...payload, extra: { '': 1 } }, 'extra[""]: must have a non-blank name'],
  ]
  itEach('is rejected with all problems, and with the paths of the payload', rejected, async ([value, ...problems]) => {
    const error = await caught(sent(value))
    if (!(error instanceof ValidationError)) throw error
    const list = problems.length > 1 ? problems.map((each) => `\n  - ${each}`).join('') : ` ${problems[0]}`
    expect(error.message).to.equal(`Invalid payload:${list}`)
  })
})
