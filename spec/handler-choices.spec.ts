import { expect } from 'chai'
import fc from 'fast-check'
import type { Allow, Owner } from '../lib/handler.ts'
import { acme, acmeWire, choose, handling, post, url } from './support/page.ts'

const closed = 'the server does not let a page choose this'
const ofServer = 'the owner comes from the server alone, never from a page'
const unknown = 'is nothing that a page may choose'

/** What the page is told, where nothing may be sent. */
const refusalOf = async (body: unknown, allow?: Allow, query = ''): Promise<readonly string[]> => {
  const { ask, sent, errors } = handling({ allow })
  const {
    status,
    code,
    issues = [],
  } = await ask(post(typeof body === 'string' ? body : JSON.stringify(body), {}, url + query))
  expect([status, code]).to.deep.equal([400, 'invalid-choices'])
  expect([sent(), errors]).to.deep.equal([[], []])
  return issues
}

/** What is sent beside the owner. */
const sentFor = async (body: unknown, allow: Allow): Promise<unknown> => {
  const { ask, sent } = handling({ allow })
  expect((await ask(choose(body))).status).to.equal(200)
  const [{ origin_owner_id, origin_owner_name, ...rest } = {}] = sent() as readonly Record<string, unknown>[] // one object
  expect({ origin_owner_id, origin_owner_name }).to.deep.equal(acmeWire)
  return rest
}

const all: Allow = { categories: true, providers: true, multiple: true, ownsAccount: () => true }

describe('The choices of a page', () => {
  it('are none, unless the server allows some', async () => {
    expect(
      await refusalOf({ categories: ['ats'], provider: 'bamboohr', multiple: true, accountId: '451' }),
    ).to.deep.equal([`categories: ${closed}`, `provider: ${closed}`, `multiple: ${closed}`, `accountId: ${closed}`])
  })

  const alone: readonly (readonly [keyof Allow, Allow])[] = [
    ['categories', { categories: ['ats'] }],
    ['providers', { providers: ['bamboohr'] }],
    ['multiple', { multiple: true }],
    ['ownsAccount', { ownsAccount: () => true }],
  ]
  for (const [name, allow] of alone)
    it(`are not more than ${name}, where that alone is allowed`, async () => {
      const body = { categories: ['ats'], provider: 'bamboohr', multiple: true, accountId: '451' }
      const issues = await refusalOf(body, allow)
      const [open] = name === 'providers' ? ['provider'] : name === 'ownsAccount' ? ['accountId'] : [name]
      expect(issues).to.deep.equal(
        Object.keys(body)
          .filter((member) => member !== open)
          .map((member) => `${member}: ${closed}`),
      )
    })

  const right: readonly (readonly [string, unknown, Allow, object])[] = [
    ['an empty object', {}, all, {}],
    ['a category of the list', { categories: ['hris'] }, { categories: ['ats', 'hris'] }, { categories: ['hris'] }],
    [
      'any known category',
      { categories: ['hris-legacy', 'scheduling'] },
      all,
      { categories: ['hris-legacy', 'scheduling'] },
    ],
    [
      'a provider of the list',
      { provider: 'bamboohr' },
      { providers: ['personio', 'bamboohr'] },
      { provider: 'bamboohr' },
    ],
    ['any provider', { provider: 'a new one' }, all, { provider: 'a new one' }],
    ['several accounts', { multiple: true }, all, { multiple: true }],
    ['one account', { multiple: false }, all, { multiple: false }],
    ['its own account', { accountId: '451' }, all, { account_id: '451' }],
  ]
  for (const [title, body, allow, wire] of right)
    it(`may be ${title}`, async () => {
      expect(await sentFor(body, allow)).to.deep.equal(wire)
    })

  const wrong: readonly (readonly [string, unknown, Allow, readonly string[]])[] = [
    [
      'a category off the list',
      { categories: ['ats', 'crm'] },
      { categories: ['ats'] },
      ['categories[1]: the server does not allow this category'],
    ],
    [
      'a category, where the list is empty',
      { categories: ['ats'] },
      { categories: [] },
      ['categories[0]: the server does not allow this category'],
    ],
    [
      'an unknown category',
      { categories: ['secret-9'] },
      all,
      ['categories[0]: expected a known category, got a string'],
    ],
    [
      "a category in the spelling of the vendor's examples",
      { categories: ['hrisLegacy'] },
      all,
      ['categories[0]: expected a known category, got a string'],
    ],
    [
      'a category twice',
      { categories: ['ats', 'hris', 'ats'] },
      all,
      ['categories[2]: this category stands there twice'],
    ],
    ['no category', { categories: [] }, all, ['categories: expected an array that is not empty, got an empty one']],
    [
      'a category without a list',
      { categories: 'ats' },
      all,
      ['categories: expected an array that is not empty, got a string'],
    ],
    ['a list in a list', { categories: [['ats']] }, all, ['categories[0]: expected a known category, got an array']],
    [
      'categories by their numbers',
      { categories: { 0: 'ats', length: 1 } },
      all,
      ['categories: expected an array that is not empty, got an object'],
    ],
    [
      'a provider off the list',
      { provider: 'Bamboohr' },
      { providers: ['bamboohr'] },
      ['provider: the server does not allow this provider'],
    ],
    ['a blank provider', { provider: ' ' }, all, ['provider: expected a string that is not blank, got a blank string']],
    [
      'a provider that is no string',
      { provider: ['bamboohr'] },
      { providers: ['bamboohr'] },
      ['provider: expected a string that is not blank, got an array'],
    ],
    [
      'null',
      { provider: null, multiple: null },
      all,
      ['provider: expected a string that is not blank, got null', 'multiple: expected true or false, got null'],
    ],
    ['multiple, where the server says no', { multiple: true }, { multiple: false }, [`multiple: ${closed}`]],
    ['a text for a truth', { multiple: 'true' }, all, ['multiple: expected true or false, got a string']],
    ['a number for a truth', { multiple: 1 }, all, ['multiple: expected true or false, got a number']],
    [
      'an account that is no string',
      { accountId: 451 },
      all,
      ['accountId: expected a string that is not blank, got a number'],
    ],
    ['a blank account', { accountId: '' }, all, ['accountId: expected a string that is not blank, got a blank string']],
    ['an unknown member', { theme: 'dark' }, all, [`theme: ${unknown}`]],
    [
      "the server's own fields",
      { expiresIn: 9, metadata: {}, label: 'x', type: 'test' },
      all,
      ['expiresIn', 'metadata', 'label', 'type'].map((name) => `${name}: ${unknown}`),
    ],
    [
      'the names of the wire',
      { account_id: '451', connector_profile_id: '7' },
      all,
      [`account_id: ${unknown}`, `connector_profile_id: ${unknown}`],
    ],
  ]
  for (const [title, body, allow, issues] of wrong)
    it(`may not be ${title}`, async () => {
      expect(await refusalOf(body, allow)).to.deep.equal(issues)
    })

  it('are refused with a hint at what was meant', async () => {
    const { text } = await handling({ allow: all }).ask(
      choose({ account_id: '451', catgories: [], categories: ['hirs'] }),
    )
    const { error } = JSON.parse(text)
    expect(error.issues.map(({ hint }: { hint: string }) => hint)).to.deep.equal([
      "did you mean 'accountId'?",
      "did you mean 'categories'?",
      "did you mean 'hris'?",
    ])
  })

  it('are refused all at once, and no value is repeated', async () => {
    const { text } = await handling({ allow: { providers: ['bamboohr'] } }).ask(
      choose({
        provider: 'value-1',
        categories: ['value-2'],
        theme: 'value-3',
        ownerId: 'value-4',
        multiple: 'value-5',
      }),
    )
    expect(JSON.parse(text).error.issues).to.have.length(5)
    expect(text).not.to.include('value-')
  })

  it('are refused for the first twenty members, with twenty issues at the most and names that are cut', async () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`n${index}`, 1]))
    expect(await refusalOf(many)).to.have.length(20)
    const right = { categories: ['ats'], provider: 'bamboohr', multiple: true, accountId: '451' }
    expect(await refusalOf({ ...right, ...many }, all)).to.have.length(20 - Object.keys(right).length)
    expect(await refusalOf({ categories: Array(900).fill('ats') }, all)).to.have.length(19)
    expect(await refusalOf({ ['n'.repeat(5000)]: 1 })).to.deep.equal([`${'n'.repeat(64)}: ${unknown}`])
    const owners = Array.from({ length: 30 }, () => 'owner=globex-7').join('&')
    expect(await refusalOf({ owner: 1 }, all, `?${owners}`)).to.deep.equal(Array(20).fill(`?owner: ${ofServer}`))
    const long = 'owner'.padEnd(5000, 'n')
    expect(await refusalOf({}, all, `?${long}=1`)).to.deep.equal([`?${long.slice(0, 64)}: ${ofServer}`])
  })

  it('cannot be changed by who made the options, after the handler was made', async () => {
    const categories: ('ats' | 'crm')[] = ['ats']
    const allow = { categories }
    const { ask } = handling({ allow })
    categories.push('crm')
    Object.assign(allow, { multiple: true })
    expect((await ask(choose({ categories: ['crm'], multiple: true }))).issues).to.deep.equal([
      'categories[0]: the server does not allow this category',
      `multiple: ${closed}`,
    ])
  })

  describe('of an owner', () => {
    const names = [
      ...[
        'owner',
        'Owner',
        'OWNER',
        'owners',
        'ownerId',
        'owner_id',
        'owner-name',
        'owner.id',
        'owner[id]',
        'o_w_n_e_r',
      ],
      ...[
        'originOwnerId',
        'origin_owner_id',
        'originOwnerName',
        'origin_owner_name',
        'ORIGIN_OWNER_ID',
        'origin owner id',
      ],
      ...['originUsername', 'origin_username', 'username'],
    ]
    for (const name of names)
      it(`are refused in the body and in the query: ${name}`, async () => {
        expect(await refusalOf({ [name]: 'globex-7' }, all)).to.deep.equal([`${name}: ${ofServer}`])
        const query = new URLSearchParams([[name, 'globex-7']])
        expect(await refusalOf({}, all, `?a=1&${query}`)).to.deep.equal([`?${name}: ${ofServer}`])
      })

    it('are told of in the query and in the body, together', async () => {
      expect(await refusalOf({ owner: { id: 'globex-7' } }, all, '?owner_id=globex-7&owner_id=acme-42')).to.deep.equal([
        ...[`?owner_id: ${ofServer}`, `?owner_id: ${ofServer}`],
        `owner: ${ofServer}`,
      ])
    })

    it('do not concern a query that names none', async () => {
      const { ask, sent } = handling()
      expect((await ask(post('{}', {}, `${url}?tab=integrations&provider=bamboohr&categories=ats`))).status).to.equal(
        200,
      )
      expect(sent()).to.deep.equal([acmeWire])
    })

    const prototypes = [
      '{"__proto__":{"originOwnerId":"globex-7","owner":"globex-7"}}',
      '{"constructor":{"prototype":{"originOwnerId":"globex-7"}}}',
      '{"prototype":{"origin_owner_id":"globex-7"}}',
      '{"__proto__":{"provider":"bamboohr","accountId":"451"}}',
      '{"__proto__":null}',
      '{"toString":1}',
      '{"hasOwnProperty":1}',
    ]
    for (const body of prototypes)
      it(`have no way through a prototype: ${body}`, async () => {
        const [name = ''] = Object.keys(JSON.parse(body))
        expect(await refusalOf(body, all)).to.deep.equal([`${name}: ${unknown}`])
        for (const member of ['originOwnerId', 'owner', 'origin_owner_id', 'provider', 'accountId'])
          expect(Reflect.get({}, member), member).to.equal(undefined)
      })
  })

  describe('of an account', () => {
    it('are confirmed by the server, which is told who asks', async () => {
      const asked: unknown[] = []
      const ownsAccount = async (id: string, request: Request, owner: Owner) => {
        asked.push([id, request.url, owner.id])
        return true
      }
      expect(await sentFor({ accountId: '451' }, { ownsAccount })).to.deep.equal({ account_id: '451' })
      expect(asked).to.deep.equal([['451', url, 'acme-42']])
    })

    const noes: readonly (readonly [string, unknown])[] = [
      ['false', false],
      ['a promise of false', Promise.resolve(false)],
      ['undefined', undefined],
      ['a row of a table', { id: '451' }],
      ['1', 1],
      ["'true'", 'true'],
    ]
    for (const [title, answer] of noes)
      it(`are answered 403 where it says ${title}, and nothing is sent`, async () => {
        const configured: unknown[] = []
        const { ask, sent, errors } = handling({
          allow: { ownsAccount: () => answer as boolean }, // JavaScript may say anything
          configure: (session) => {
            configured.push(session)
            return session
          },
        })
        const { status, code, text } = await ask(choose({ accountId: '452' }))
        expect([status, code]).to.deep.equal([403, 'account-not-allowed'])
        expect(text).not.to.include('452')
        expect([sent(), errors, configured]).to.deep.equal([[], [], []])
      })

    it('are not asked for when another choice is wrong, or nobody is signed in', async () => {
      const asked: string[] = []
      const allow: Allow = { ownsAccount: (id) => asked.push(id) > 0 }
      expect((await handling({ allow }).ask(choose({ accountId: '451', provider: 'x' }))).status).to.equal(400)
      expect((await handling({ allow, owner: () => null }).ask(choose({ accountId: '451' }))).status).to.equal(401)
      expect(asked).to.deep.equal([])
    })
  })
})

describe('The law of the handler', () => {
  const allow: Allow = { categories: ['ats', 'hris'], providers: ['bamboohr'], ownsAccount: (id) => id === '451' }
  const fits: Readonly<Record<string, (value: unknown) => boolean>> = {
    categories: (value) =>
      Array.isArray(value) &&
      value.length > 0 &&
      new Set(value).size === value.length &&
      value.every((entry) => entry === 'ats' || entry === 'hris'),
    provider: (value) => value === 'bamboohr',
    accountId: (value) => value === '451',
  }
  const wires = { categories: 'categories', provider: 'provider', accountId: 'account_id' } as const

  const member = fc.oneof(
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
    .uniqueArray(member, { selector: ([name]) => name, maxLength: 4 })
    .map((members) => `{${members.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join()}}`)
  const body = fc.oneof({ weight: 6, arbitrary: object }, fc.json())

  it('is that a body either mints exactly what is allowed for the owner, or is refused and nothing is sent', async () => {
    const seen = { minted: 0, refused: 0 }
    await fc.assert(
      fc.asyncProperty(body, async (text) => {
        const { ask, sent, errors } = handling({ allow })
        const { status } = await ask(post(text))
        const given: unknown = JSON.parse(text)
        const isObject = typeof given === 'object' && given !== null && !Array.isArray(given)
        const members = isObject ? Object.entries(given) : []
        const wrong = members.filter(([name, value]) => !(Object.hasOwn(fits, name) && fits[name]?.(value)))
        expect(errors).to.deep.equal([])
        if (isObject && wrong.length === 0) {
          const chosen = members.map(([name, value]) => [wires[name as keyof typeof wires], value])
          expect(status).to.equal(200)
          expect(sent()).to.deep.equal([{ ...acmeWire, ...Object.fromEntries(chosen) }])
          seen.minted += 1
        } else {
          const isForeign = wrong.length === 1 && wrong[0]?.[0] === 'accountId' && typeof wrong[0][1] === 'string'
          expect(status).to.equal(isForeign ? 403 : 400)
          expect(sent()).to.deep.equal([])
          seen.refused += 1
        }
      }),
      { numRuns: 400 },
    )
    expect(seen.minted).to.be.at.least(20)
    expect(seen.refused).to.be.at.least(20)
  })

  it('is that no request brings another owner to the API, whatever its body, query and headers', async () => {
    const { ask, sent } = handling({ allow: all, owner: () => acme, origins: ['https://admin.acme.example'] })
    const name = fc.constantFrom('owner', 'origin_owner_id', 'x-owner', 'originOwnerName', 'id', 'name', 'user')
    const pairs = fc.array(fc.tuple(name, fc.constantFrom('globex-7', 'Globex')), { maxLength: 3 })
    await fc.assert(
      fc.asyncProperty(body, pairs, pairs, async (text, query, headers) => {
        const to = `${url}?${new URLSearchParams(query.map(([key, value]) => [key, value]))}`
        await ask(post(text, Object.fromEntries(headers), to))
      }),
      { numRuns: 200 },
    )
    const owners = new Set(
      sent().map((wire) =>
        JSON.stringify([Reflect.get(Object(wire), 'origin_owner_id'), Reflect.get(Object(wire), 'origin_owner_name')]),
      ),
    )
    expect([...owners]).to.deep.equal(['["acme-42","Acme Inc."]'])
  })
})
