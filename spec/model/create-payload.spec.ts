import { expect } from 'chai'
import { ConnectSessionCreate, Payload, payloadFields } from '../../lib/model/create-payload.ts'
import { issuesOf } from '../../lib/model/issues.ts'
import { leftOf, rightOf } from '../support/either.ts'
import { itEach } from '../support/it-each.ts'
import { followsLaws } from '../support/laws.ts'
import { categories, createWire } from '../support/wires.ts'

const owner = { origin_owner_id: 'acme-42', origin_owner_name: 'Acme Inc.' }
const payload = { originOwnerId: 'acme-42', originOwnerName: 'Acme Inc.' }

const full = {
  ...owner,
  origin_username: 'it@acme.example',
  provider: 'bamboohr',
  categories: ['ats'],
  account_id: '451',
  expires_in: 60,
  metadata: { plan_name: 'pro' },
  multiple: false,
  label: 'Berlin',
  type: 'test',
  connector_profile_id: 'profile-7',
}

const fullPayload = {
  ...payload,
  originUsername: 'it@acme.example',
  provider: 'bamboohr',
  categories: ['ats'],
  accountId: '451',
  expiresIn: 60,
  metadata: { plan_name: 'pro' },
  multiple: false,
  label: 'Berlin',
  type: 'test',
  connectorProfileId: 'profile-7',
}

/** The problems of a payload or a body, formatted. */
const problems = (result: ReturnType<typeof ConnectSessionCreate.decode>): readonly string[] =>
  issuesOf(leftOf(result)).map(
    ({ path, message, hint }) => `${path && `${path}: `}${message}${hint === undefined ? '' : ` (${hint})`}`,
  )

describe('The codec ConnectSessionCreate', () => {
  followsLaws(ConnectSessionCreate, createWire, owner)

  it('has the name of its type', () => {
    expect(ConnectSessionCreate.name).to.equal('ConnectSessionCreate')
  })

  it('decodes every field to camel case, and leaves the keys of metadata unchanged', () => {
    expect(rightOf(ConnectSessionCreate.decode(full))).to.deep.equal(fullPayload)
    expect(payloadFields.map(({ name }) => name)).to.deep.equal(Object.keys(fullPayload))
  })

  it('accepts every category of the contract', () => {
    expect(rightOf(ConnectSessionCreate.decode({ ...owner, categories }))).to.deep.equal({ ...payload, categories })
  })

  it('reports all problems, with the paths of the wire form', () => {
    const body = {
      ...{ origin_owner_id: ' ', provider: 7, categories: ['ats', 'atss', 1], expires_in: 0.5, metadata: [] },
      ...{ multiple: 'yes', label: '', type: 'TEST', connector_profile_id: {}, origin_username: null, theme: 1n },
    }
    expect(problems(ConnectSessionCreate.decode(body))).to.deep.equal([
      'origin_owner_id: must be a non-blank string, got a blank string',
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

  it('does not treat null as absent in a required field', () => {
    expect(problems(ConnectSessionCreate.decode({ ...owner, origin_owner_id: null }))).to.deep.equal([
      'origin_owner_id: is required',
    ])
  })

  it('names the codec of each invalid field in the context of its error, for the reporters of io-ts', () => {
    const body = { ...owner, categories: [7], expires_in: '60', metadata: 7, multiple: 1, label: 7, type: 'TEST' }
    const names = leftOf(ConnectSessionCreate.decode(body)).map(({ context }) => context.map(({ type }) => type.name))
    expect(names).to.deep.equal([
      ['ConnectSessionCreate', 'Category[]', 'Category'],
      ['ConnectSessionCreate', 'Seconds'],
      ['ConnectSessionCreate', 'JsonObject'],
      ['ConnectSessionCreate', 'Boolean'],
      ['ConnectSessionCreate', 'NonBlankString'],
      ['ConnectSessionCreate', 'AccountType'],
    ])
  })

  it('rejects a list of more than 10,000 categories with a single error', () => {
    const decode = (length: number) => ConnectSessionCreate.decode({ ...owner, categories: Array(length).fill('x') })
    expect(leftOf(decode(10_000))).to.have.length(10_000)
    expect(problems(decode(10_001))).to.deep.equal(['categories: must contain at most 10000 entries'])
  })

  it('recognizes the payload in camel case, and not the wire form', () => {
    expect(ConnectSessionCreate.is(payload)).to.equal(true)
    expect(ConnectSessionCreate.is(owner)).to.equal(false)
    expect(ConnectSessionCreate.is({ ...payload, originOwnerName: '' })).to.equal(false)
    expect(ConnectSessionCreate.is({ ...payload, expiresIn: 0 })).to.equal(false)
    for (const list of [[], ['ats', 'atz'], 7])
      expect(ConnectSessionCreate.is({ ...payload, categories: list })).to.equal(false)
  })

  it('encodes extra fields in place of the optional ones, and never in place of the owner', () => {
    const extra = { label: null, categories: ['payroll'], origin_owner_id: 'another' }
    expect(ConnectSessionCreate.encode({ ...payload, label: 'Berlin', extra })).to.deep.equal({
      ...owner,
      label: null,
      categories: ['payroll'],
    })
  })
})

describe('The codec of the payload', () => {
  it('accepts every field, and treats undefined as absent', () => {
    expect(rightOf(Payload.decode(fullPayload))).to.deep.equal(fullPayload)
    const optional = payloadFields.filter(({ isRequired }) => !isRequired).map(({ name }) => [name, undefined])
    const decoded = rightOf(Payload.decode({ ...Object.fromEntries(optional), extra: undefined, ...payload }))
    expect(ConnectSessionCreate.encode(decoded)).to.deep.equal(owner)
  })

  it('reports all problems, with the paths of the payload', () => {
    const given = { originOwnerId: '', categories: [], expiresIn: -1, metadata: { a: [undefined] }, extra: { '': 1 } }
    expect(problems(Payload.decode(given))).to.deep.equal([
      'originOwnerId: must be a non-blank string, got a blank string',
      'originOwnerName: is required',
      'categories: must contain at least one category',
      'expiresIn: must be an integer from 1 to 315360000 (seconds), got -1',
      'metadata.a[0]: must be JSON, got undefined (omit the property)',
      'extra[""]: must have a non-blank name',
    ])
  })

  it('suggests the closest field for an unknown one', () => {
    expect(problems(Payload.decode({ ...payload, lable: 'Berlin', zebra: 1 }))).to.deep.equal([
      "lable: unknown field (did you mean 'label'?)",
      'zebra: unknown field',
    ])
    expect(problems(Payload.decode({ ...payload, expires_in: 60 }))).to.deep.equal([
      "expires_in: unknown field (did you mean 'expiresIn'?)",
    ])
  })

  it('ignores fields that are inherited', () => {
    expect(problems(Payload.decode(Object.create(payload)))).to.deep.equal([
      'originOwnerId: is required',
      'originOwnerName: is required',
    ])
    const decoded = rightOf(Payload.decode(Object.assign(Object.create({ label: 'Berlin' }), payload)))
    expect(ConnectSessionCreate.encode(decoded)).to.deep.equal(owner)
  })

  it('encodes no field of a polluted Object.prototype', () => {
    Object.defineProperty(Object.prototype, 'label', { value: 'polluted', configurable: true })
    try {
      const encoded = ConnectSessionCreate.encode(rightOf(Payload.decode({ ...payload })))
      expect(Object.keys(encoded)).to.deep.equal(Object.keys(owner))
    } finally {
      Reflect.deleteProperty(Object.prototype, 'label')
    }
  })

  itEach(
    'rejects a value that is not an object',
    [
      [null, 'null'],
      [undefined, 'undefined'],
      [[], 'an array'],
      ['a', 'a string'],
    ] as const,
    ([value, kind]) => {
      expect(problems(Payload.decode(value))).to.deep.equal([`must be an object, got ${kind}`])
    },
  )
})
