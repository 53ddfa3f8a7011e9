import { expect } from 'chai'
import { sandbox } from '../lib/testing/index.ts'

const headers = {
  authorization: `Basic ${btoa('v1.eu1.key:')}`,
  'content-type': 'application/json',
  'user-agent': 'spec',
}
const owner = { origin_owner_id: 'acme-42', origin_owner_name: 'Acme Inc.' }
const texts = ['origin_username', 'provider', 'account_id', 'label', 'connector_profile_id']

const create = (body: unknown): Promise<Response> =>
  sandbox().fetch('https://api.stackone.com/connect_sessions', { method: 'POST', headers, body: JSON.stringify(body) })

const textIssue = (name: string, got: string): string => `${name}: expected a string that is not blank, got ${got}`
const seconds = 'expires_in: expected a whole number of seconds from 1 to 315360000, got'

/** Bodies that break a rule of the create, and all that is said of them. */
const broken: readonly (readonly [unknown, string])[] = [
  [null, 'expected an object, got null'],
  [[], 'expected an object, got an array'],
  ['acme-42', 'expected an object, got a string'],
  [{}, 'origin_owner_id: is missing; origin_owner_name: is missing'],
  [{ ...owner, origin_owner_id: null }, 'origin_owner_id: is missing'],
  [{ ...owner, origin_owner_name: null }, 'origin_owner_name: is missing'],
  ...['origin_owner_id', 'origin_owner_name', ...texts].flatMap((name): readonly (readonly [unknown, string])[] => [
    [{ ...owner, [name]: '' }, textIssue(name, 'a blank string')],
    [{ ...owner, [name]: ' \n' }, textIssue(name, 'a blank string')],
    [{ ...owner, [name]: 7 }, textIssue(name, 'a number')],
    [{ ...owner, [name]: ['a'] }, textIssue(name, 'an array')],
  ]),
  [{ ...owner, categories: [] }, 'categories: expected an array that is not empty, got an empty one'],
  [{ ...owner, categories: 'ats' }, 'categories: expected an array that is not empty, got a string'],
  [{ ...owner, categories: ['ats', 'hrisLegacy'] }, 'categories.1: expected a known category, got a string'],
  [{ ...owner, categories: ['stackOne'] }, 'categories.0: expected a known category, got a string'],
  [{ ...owner, categories: ['ATS'] }, 'categories.0: expected a known category, got a string'],
  [{ ...owner, categories: [null] }, 'categories.0: expected a known category, got null'],
  [{ ...owner, expires_in: 0 }, `${seconds} zero`],
  [{ ...owner, expires_in: -5 }, `${seconds} a negative number`],
  [{ ...owner, expires_in: 1.5 }, `${seconds} a fraction`],
  [{ ...owner, expires_in: '1800' }, `${seconds} a string`],
  [{ ...owner, expires_in: 315_360_001 }, `${seconds} a number`],
  [{ ...owner, metadata: 'pro' }, 'metadata: expected an object, got a string'],
  [{ ...owner, metadata: ['pro'] }, 'metadata: expected an object, got an array'],
  [{ ...owner, multiple: 'yes' }, 'multiple: expected true or false, got a string'],
  [{ ...owner, multiple: 1 }, 'multiple: expected true or false, got a number'],
  [{ ...owner, type: 'PRODUCTION' }, "type: expected 'production' or 'test', got a string"],
  [{ ...owner, type: 'sandbox' }, "type: expected 'production' or 'test', got a string"],
  [
    { origin_owner_id: '', expires_in: 0, type: 7 },
    `${textIssue('origin_owner_id', 'a blank string')}; origin_owner_name: is missing; ${seconds} zero; ` +
      "type: expected 'production' or 'test', got a number",
  ],
]

const allowed: readonly unknown[] = [
  owner,
  { ...owner, ...Object.fromEntries(texts.map((name) => [name, null])), categories: null, multiple: null, type: null },
  { ...owner, provider: 'a-connector-of-next-week' },
  { ...owner, expires_in: 1 },
  { ...owner, expires_in: 315_360_000 },
  { ...owner, type: 'test', multiple: true, metadata: {} },
  { ...owner, theme: 'dark' },
]

describe('The sandbox, asked for a session,', () => {
  for (const [body, message] of broken)
    it(`answers 400 to ${JSON.stringify(body)}`, async () => {
      const response = await create(body)
      expect(response.status).to.equal(400)
      expect(await response.json()).to.include({ statusCode: 400, message })
    })

  for (const body of allowed)
    it(`takes ${JSON.stringify(body)}`, async () => {
      expect((await create(body)).status).to.equal(201)
    })

  it('gives back what it was asked for, and not how', async () => {
    const asked = {
      ...owner,
      ...Object.fromEntries(texts.map((name) => [name, `some ${name}`])),
      categories: ['ats', 'hris-legacy'],
      metadata: { plan: 'pro', seats: [1, null] },
      type: 'test',
    }
    const made = await (await create({ ...asked, expires_in: 60, multiple: true })).json()
    expect(made).to.deep.include(asked)
    expect(made).to.not.have.any.keys('expires_in', 'multiple')
  })
})
