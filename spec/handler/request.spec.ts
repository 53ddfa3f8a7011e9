import { expect } from 'chai'
import { expectTypeOf } from 'expect-type'
import fc from 'fast-check'
import type { Allow, HandlerRequest, Owner } from '../../lib/handler/index.ts'
import type { Category } from '../../lib/index.ts'
import { itEach } from '../support/it-each.ts'
import { acmeWire, post, postJson, setUp, url } from '../support/page.ts'

const notAllowed = 'is not allowed'
const unknown = 'unknown field (the fields are categories, provider, multiple, accountId)'

const categoryCount = 'categories: must contain 1 to 100 categories'

const everything: Allow = { categories: true, providers: true, multiple: true, ownsAccount: () => true }

/** Returns the issues of a 400 after which nothing is sent or reported. */
const issuesFor = async (body: unknown, allow?: Allow): Promise<readonly string[]> => {
  const { call, sent, errors } = setUp({ allow })
  const { status, code, issues = [] } = await call(post(typeof body === 'string' ? body : JSON.stringify(body)))
  expect([status, code]).to.deep.equal([400, 'invalid-choices'])
  expect([sent(), errors]).to.deep.equal([[], []])
  return issues
}

/** Returns what is sent in addition to the owner. */
const sentFor = async (body: unknown, allow: Allow): Promise<unknown> => {
  const { call, sent } = setUp({ allow })
  expect((await call(postJson(body))).status).to.equal(200)
  const [{ origin_owner_id, origin_owner_name, ...rest } = {}] = sent() as readonly Record<string, unknown>[] // one object
  expect({ origin_owner_id, origin_owner_name }).to.deep.equal(acmeWire)
  return rest
}

describe("The handler and the fields of a page's request", () => {
  it('rejects every field by default', async () => {
    const body = { categories: ['ats'], provider: 'bamboohr', multiple: true, accountId: '451' }
    expect(await issuesFor(body)).to.deep.equal(Object.keys(body).map((name) => `${name}: ${notAllowed}`))
  })

  const single: readonly (readonly [keyof HandlerRequest, Allow])[] = [
    ['categories', { categories: ['ats'] }],
    ['provider', { providers: ['bamboohr'] }],
    ['multiple', { multiple: true }],
    ['accountId', { ownsAccount: () => true }],
  ]
  itEach('rejects the other fields if only one is allowed', single, async ([allowed, allow]) => {
    const body = { categories: ['ats'], provider: 'bamboohr', multiple: true, accountId: '451' }
    const others = Object.keys(body).filter((name) => name !== allowed)
    expect(await issuesFor(body, allow)).to.deep.equal(others.map((name) => `${name}: ${notAllowed}`))
  })

  const valid: readonly (readonly [string, unknown, Allow, object])[] = [
    ['an empty object', {}, everything, {}],
    ['a listed category', { categories: ['hris'] }, { categories: ['ats', 'hris'] }, { categories: ['hris'] }],
    [
      'a listed category that this version does not know',
      { categories: ['payroll', 'ats'] },
      { categories: ['ats', 'payroll'] },
      { categories: ['payroll', 'ats'] },
    ],
    [
      'each category once',
      { categories: ['ats', 'stackone', 'ats', 'stackOne'] },
      everything,
      { categories: ['ats', 'stackone'] },
    ],
    ["the builder's alias for a category", { categories: ['stackOne'] }, everything, { categories: ['stackone'] }],
    [
      'a category that is listed by its alias',
      { categories: ['hris-legacy'] },
      { categories: ['hrisLegacy'] },
      { categories: ['hris-legacy'] },
    ],
    ['a listed provider', { provider: 'bamboohr' }, { providers: ['personio', 'bamboohr'] }, { provider: 'bamboohr' }],
    ['any provider', { provider: 'a new one' }, everything, { provider: 'a new one' }],
    ['multiple as true', { multiple: true }, everything, { multiple: true }],
    ['multiple as false', { multiple: false }, everything, { multiple: false }],
    ["an account of the owner's", { accountId: '451' }, everything, { account_id: '451' }],
  ]
  itEach('sends the allowed fields', valid, async ([, body, allow, wire]) => {
    expect(await sentFor(body, allow)).to.deep.equal(wire)
  })

  const invalid: readonly (readonly [string, unknown, Allow, readonly string[]])[] = [
    [
      'a category that is not listed',
      { categories: ['ats', 'crm'] },
      { categories: ['ats'] },
      [`categories[1]: ${notAllowed}`],
    ],
    [
      'a misspelled category, with a hint',
      { categories: ['hirs'] },
      everything,
      ["categories[0]: must be a known category, got 'hirs' (did you mean 'hris'?)"],
    ],
    ['no category', { categories: [] }, everything, [categoryCount]],
    [
      'more than 100 categories',
      { categories: Array.from({ length: 101 }, (_, index) => `new-${index}`) },
      { categories: Array.from({ length: 101 }, (_, index) => `new-${index}`) },
      [categoryCount],
    ],
    ['a string of categories', { categories: 'ats' }, everything, ['categories: must be an array, got a string']],
    [
      'an array in the categories if categories are listed',
      { categories: [['ats']] },
      { categories: ['ats'] },
      [`categories[0]: ${notAllowed}`],
    ],
    [
      'a provider that is not listed',
      { provider: 'Bamboohr' },
      { providers: ['bamboohr'] },
      [`provider: ${notAllowed}`],
    ],
    ['a blank provider', { provider: ' ' }, everything, ['provider: must be a non-blank string, got a blank string']],
    ['multiple if it is not allowed', { multiple: true }, { multiple: false }, [`multiple: ${notAllowed}`]],
    ['a string as multiple', { multiple: 'true' }, everything, ['multiple: must be a boolean, got a string']],
    ['a blank account', { accountId: '' }, everything, ['accountId: must be a non-blank string, got a blank string']],
    ['an unknown field', { theme: 'dark' }, everything, [`theme: ${unknown}`]],
    [
      'the fields that only the server sets',
      { expiresIn: 9, metadata: {}, label: 'x', type: 'test' },
      everything,
      ['expiresIn', 'metadata', 'label', 'type'].map((name) => `${name}: ${unknown}`),
    ],
    [
      'wire names and misspelled names, with a hint',
      { account_id: '451', catgories: [], connector_profile_id: '7' },
      everything,
      [
        "account_id: unknown field (did you mean 'accountId'?)",
        "catgories: unknown field (did you mean 'categories'?)",
        `connector_profile_id: ${unknown}`,
      ],
    ],
  ]
  itEach(
    'rejects fields and values that are not allowed, with their paths',
    invalid,
    async ([, body, allow, issues]) => {
      expect(await issuesFor(body, allow)).to.deep.equal(issues)
    },
  )

  it('reports all problems together, without the values', async () => {
    const { text, message } = await setUp({ allow: { providers: ['bamboohr'] } }).call(
      postJson({
        provider: 'value-1',
        categories: ['value-2'],
        theme: 'value-3',
        ownerId: 'value-4',
        multiple: 'value-5',
      }),
    )
    expect(message).to.equal('Invalid request parameters')
    expect(JSON.parse(text).error.issues).to.have.length(5)
    expect(text).not.to.include('value-')
  })

  it('lists at most 20 issues, and truncates long names', async () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`n${index}`, 1]))
    expect(await issuesFor(many)).to.have.length(20)
    const fields = { categories: ['ats'], provider: 'bamboohr', multiple: true, accountId: '451' }
    expect(await issuesFor({ ...fields, ...many }, everything)).to.have.length(20 - Object.keys(fields).length)
    expect(await issuesFor({ categories: Array(100).fill('a') }, everything)).to.have.length(20)
    expect(await issuesFor({ ['n'.repeat(5000)]: 1 })).to.deep.equal([`${'n'.repeat(64)}: ${unknown}`])
  })

  it('ignores changes of the options after the handler was created', async () => {
    const categories: Category[] = ['ats']
    const allow = { categories }
    const { call } = setUp({ allow })
    categories.push('crm')
    Object.assign(allow, { multiple: true })
    expect((await call(postJson({ categories: ['crm'], multiple: true }))).issues).to.deep.equal([
      `categories[0]: ${notAllowed}`,
      `multiple: ${notAllowed}`,
    ])
  })

  it('has a type that accepts undefined, known categories and new ones', () => {
    const request: HandlerRequest = { categories: ['ats', 'payroll'], provider: undefined }
    expectTypeOf<Category[]>().toExtend<HandlerRequest['categories']>()
    expect(request.provider).to.equal(undefined)
  })

  describe('that name an owner', () => {
    const names = [
      ...['owner', 'ownerId', 'owner-name', 'originOwnerId', 'origin_owner_name', 'originUsername', 'username'],
    ]
    itEach('rejects fields that only the server may set', names, async (name) => {
      expect(await issuesFor({ [name]: 'globex-7' }, everything)).to.deep.equal([`${name}: ${unknown}`])
    })

    it('ignores the query string', async () => {
      const { call, sent } = setUp({ allow: everything })
      expect(
        (await call(post('{}', {}, `${url}?tab=integrations&provider=bamboohr&ownerId=globex-7`))).status,
      ).to.equal(200)
      expect(sent()).to.deep.equal([acmeWire])
    })

    const prototypes = [
      '{"__proto__":{"originOwnerId":"globex-7","provider":"bamboohr"}}',
      '{"constructor":{"prototype":{"originOwnerId":"globex-7"}}}',
      '{"__proto__":null}',
      '{"hasOwnProperty":1}',
    ]
    itEach('rejects a prototype in the body', prototypes, async (body) => {
      const [name = ''] = Object.keys(JSON.parse(body))
      expect(await issuesFor(body, everything)).to.deep.equal([`${name}: ${unknown}`])
      for (const field of ['originOwnerId', 'provider']) expect(Reflect.get({}, field), field).to.equal(undefined)
    })

    it('ignores fields and allowed fields of a polluted Object.prototype', async () => {
      const calls: unknown[] = []
      const polluted = { accountId: '451', ownsAccount: (...args: unknown[]) => calls.push(args) > 0 }
      try {
        for (const [name, value] of Object.entries(polluted))
          Object.defineProperty(Object.prototype, name, { value, configurable: true, writable: true })
        expect(await issuesFor('{"accountId":"451"}', { providers: true })).to.deep.equal([`accountId: ${notAllowed}`])
        await setUp({ allow: { providers: true } }).handler(post('{}'))
        await setUp({ allow: { ownsAccount: polluted.ownsAccount } }).handler(post('{}'))
        expect(calls).to.deep.equal([])
      } finally {
        for (const name of Object.keys(polluted)) Reflect.deleteProperty(Object.prototype, name)
      }
    })
  })

  describe('that name an account', () => {
    it('passes the account, the request and the owner to ownsAccount', async () => {
      const calls: unknown[] = []
      const ownsAccount = async (id: string, request: Request, owner: Owner) => {
        calls.push([id, request.url, owner.id])
        return true
      }
      expect(await sentFor({ accountId: '451' }, { ownsAccount })).to.deep.equal({ account_id: '451' })
      expect(calls).to.deep.equal([['451', url, 'acme-42']])
    })

    const results: readonly (readonly [string, unknown])[] = [
      ['a promise of false', Promise.resolve(false)],
      ['undefined', undefined],
      ['an object', { id: '451' }],
    ]
    itEach('responds with 403 and sends nothing unless ownsAccount returns true', results, async ([, result]) => {
      const configured: unknown[] = []
      const { call, sent, errors } = setUp({
        allow: { ownsAccount: () => result as boolean }, // JavaScript may return anything
        configure: (session) => {
          configured.push(session)
          return session
        },
      })
      const { status, code, text } = await call(postJson({ accountId: '452' }))
      expect([status, code]).to.deep.equal([403, 'account-not-allowed'])
      expect(text).not.to.include('452')
      expect([sent(), errors, configured]).to.deep.equal([[], [], []])
    })

    it('does not call ownsAccount if another field is invalid or there is no owner', async () => {
      const calls: string[] = []
      const allow: Allow = { ownsAccount: (id) => calls.push(id) > 0 }
      expect((await setUp({ allow }).call(postJson({ accountId: '451', provider: 'x' }))).status).to.equal(400)
      expect((await setUp({ allow, owner: () => null }).call(postJson({ accountId: '451' }))).status).to.equal(401)
      expect(calls).to.deep.equal([])
    })
  })
})

describe('The handler and random requests', () => {
  const allow: Allow = { categories: ['ats', 'hris'], providers: ['bamboohr'], ownsAccount: (id) => id === '451' }
  const isValid: Readonly<Record<string, (value: unknown) => boolean>> = {
    categories: (value) =>
      Array.isArray(value) && value.length > 0 && value.every((entry) => entry === 'ats' || entry === 'hris'),
    provider: (value) => value === 'bamboohr',
    accountId: (value) => value === '451',
  }
  const wireNames = { categories: 'categories', provider: 'provider', accountId: 'account_id' } as const

  const field = fc.oneof(
    fc.tuple(fc.constant('categories'), fc.array(fc.constantFrom('ats', 'hris', 'crm', 7), { maxLength: 3 })),
    fc.tuple(fc.constant('categories'), fc.constantFrom(['ats'], ['hris', 'ats'])),
    fc.tuple(fc.constant('provider'), fc.constantFrom('bamboohr', 'personio', '')),
    fc.tuple(fc.constant('accountId'), fc.constantFrom('451', '452', 451)),
    fc.tuple(
      fc.constantFrom('multiple', 'owner', 'originOwnerId', 'origin_owner_id', '__proto__', 'constructor', 'metadata'),
      fc.constantFrom<unknown>(true, 'globex-7', { originOwnerId: 'globex-7' }),
    ),
  )
  const object = fc
    .uniqueArray(field, { selector: ([name]) => name, maxLength: 4 })
    .map((fields) => `{${fields.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join()}}`)
  const body = fc.oneof({ weight: 6, arbitrary: object }, fc.json())

  it('either sends exactly the allowed fields for the owner, or rejects the request and sends nothing', async () => {
    const counts = { accepted: 0, rejected: 0 }
    await fc.assert(
      fc.asyncProperty(body, async (text) => {
        const { call, sent, errors } = setUp({ allow })
        const { status } = await call(post(text))
        const value: unknown = JSON.parse(text)
        const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
        const fields = isObject ? Object.entries(value) : []
        const invalid = fields.filter(([name, each]) => !(Object.hasOwn(isValid, name) && isValid[name]?.(each)))
        expect(errors).to.deep.equal([])
        if (isObject && invalid.length === 0) {
          const wire = fields.map(([name, each]) => [
            wireNames[name as keyof typeof wireNames],
            Array.isArray(each) ? [...new Set(each)] : each,
          ])
          expect(status).to.equal(200)
          expect(sent()).to.deep.equal([{ ...acmeWire, ...Object.fromEntries(wire) }])
          counts.accepted += 1
        } else {
          const isForeign = invalid.length === 1 && invalid[0]?.[0] === 'accountId' && typeof invalid[0][1] === 'string'
          expect(status).to.equal(isForeign ? 403 : 400)
          expect(sent()).to.deep.equal([])
          counts.rejected += 1
        }
      }),
      { numRuns: 400 },
    )
    expect(counts.accepted).to.be.at.least(20)
    expect(counts.rejected).to.be.at.least(20)
  })
})
