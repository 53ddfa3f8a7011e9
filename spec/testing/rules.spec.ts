import { expect } from 'chai'
import { sandbox } from '../../lib/testing/index.ts'
import { itEach } from '../support/it-each.ts'

const headers = {
  authorization: `Basic ${btoa('v1.eu1.key:')}`,
  'content-type': 'application/json',
  'user-agent': 'spec',
}
const owner = { origin_owner_id: 'acme-42', origin_owner_name: 'Acme Inc.' }
const textFields = ['origin_username', 'provider', 'account_id', 'label', 'connector_profile_id']

const create = (body: unknown): Promise<Response> =>
  sandbox().fetch('https://api.stackone.com/connect_sessions', { method: 'POST', headers, body: JSON.stringify(body) })

const textMessage = (name: string, kind: string): string => `${name}: must be a non-blank string, got ${kind}`
const seconds = 'expires_in: must be an integer from 1 to 315360000 (seconds), got'

const invalid: readonly (readonly [body: unknown, message: string])[] = [
  [null, 'must be an object, got null'],
  [{}, 'origin_owner_id: is required; origin_owner_name: is required'],
  [{ ...owner, origin_owner_id: null }, 'origin_owner_id: is required'],
  ...['origin_owner_id', 'origin_owner_name', ...textFields].flatMap((name): (readonly [unknown, string])[] => [
    [{ ...owner, [name]: ' \n' }, textMessage(name, 'a blank string')],
    [{ ...owner, [name]: 7 }, textMessage(name, 'a number')],
  ]),
  [{ ...owner, categories: [] }, 'categories: must contain at least one category'],
  [{ ...owner, categories: 'ats' }, 'categories: must be an array, got a string'],
  [{ ...owner, categories: ['ats', 'hrisLegacy'] }, "categories[1]: must be a category, got 'hrisLegacy'"],
  [{ ...owner, categories: ['stackOne'] }, "categories[0]: must be a category, got 'stackOne'"],
  [{ ...owner, categories: [' '] }, 'categories[0]: must be a category, got a blank string'],
  [{ ...owner, expires_in: 0 }, `${seconds} 0`],
  [{ ...owner, expires_in: 1.5 }, `${seconds} 1.5`],
  [{ ...owner, expires_in: '1800' }, `${seconds} a string`],
  [{ ...owner, expires_in: 315_360_001 }, `${seconds} 315360001`],
  [{ ...owner, metadata: 'pro' }, 'metadata: must be an object, got a string'],
  [{ ...owner, multiple: 'yes' }, 'multiple: must be a boolean, got a string'],
  [{ ...owner, type: 'PRODUCTION' }, "type: must be an account type, got 'PRODUCTION'"],
  [{ ...owner, type: 'TEST' }, "type: must be an account type, got 'TEST'"],
  [{ ...owner, type: '' }, 'type: must be an account type, got a blank string'],
  [
    { origin_owner_id: '', expires_in: 0, type: 7 },
    `${textMessage('origin_owner_id', 'a blank string')}; origin_owner_name: is required; ${seconds} 0; ` +
      'type: must be an account type, got 7',
  ],
]

const nulls = Object.fromEntries([...textFields, 'categories', 'multiple', 'type'].map((name) => [name, null]))

const valid: readonly unknown[] = [
  owner,
  { ...owner, ...nulls },
  { ...owner, provider: 'a-new-connector' },
  { ...owner, expires_in: 1 },
  { ...owner, expires_in: 315_360_000 },
  { ...owner, type: 'test', multiple: true, metadata: {} },
]

describe('A create in the sandbox', () => {
  itEach('responds with 400 to an invalid body, and names the field', invalid, async ([body, message]) => {
    const response = await create(body)
    expect(response.status).to.equal(400)
    expect(await response.json()).to.include({ statusCode: 400, message })
  })

  itEach('responds with 201 to a valid body', valid, async (body) => {
    expect((await create(body)).status).to.equal(201)
  })

  itEach(
    'accepts and returns what the API may add',
    [{ categories: ['ats', 'payroll'] }, { type: 'staging' }, { theme: 'dark' }],
    async (fields) => {
      const response = await create({ ...owner, ...fields })
      expect(response.status).to.equal(201)
      expect(await response.json()).to.deep.include(fields)
    },
  )

  it('returns the fields of the request, except expires_in and multiple', async () => {
    const fields = {
      ...owner,
      ...Object.fromEntries(textFields.map((name) => [name, `some ${name}`])),
      categories: ['ats', 'hris-legacy'],
      metadata: { plan: 'pro', seats: [1, null] },
      type: 'test',
    }
    const created = await (await create({ ...fields, expires_in: 60, multiple: true })).json()
    expect(created).to.deep.include(fields)
    expect(created).to.not.have.any.keys('expires_in', 'multiple')
  })
})
