import { expect } from 'chai'
import { order } from '../lib/create.ts'
import { days, type Session, type SessionWithoutOwner, session } from '../lib/index.ts'
import { leftOf, rightOf } from './support/either.ts'

const owned = session().owner('acme-42', 'Acme Inc.')
const owner = { origin_owner_id: 'acme-42', origin_owner_name: 'Acme Inc.' }

/** Calls a method as JavaScript can: with anything. */
const call = (method: keyof Session, ...args: readonly unknown[]): Session => Reflect.apply(owned[method], owned, args)

/** A session with every optional field. */
const filled = <S extends SessionWithoutOwner>(base: S): S =>
  base
    .username('it@acme.example')
    .provider('bamboohr')
    .categories('ats')
    .account('451')
    .expiresIn(60)
    .metadata({ plan: 'pro' })
    .multiple(false)
    .label('Berlin')
    .type('test')
    .connectorProfile('profile-7')

interface Good {
  readonly title: string
  readonly change: (base: Session) => Session
  readonly wire: object
  readonly model: object
}

const good: readonly Good[] = [
  { title: 'owner', change: (base) => base, wire: {}, model: {} },
  {
    title: 'username',
    change: (base) => base.username('it@acme.example'),
    wire: { origin_username: 'it@acme.example' },
    model: { originUsername: 'it@acme.example' },
  },
  {
    title: 'provider',
    change: (base) => base.provider('bamboohr'),
    wire: { provider: 'bamboohr' },
    model: { provider: 'bamboohr' },
  },
  {
    title: 'categories',
    change: (base) => base.categories('ats', 'hris'),
    wire: { categories: ['ats', 'hris'] },
    model: { categories: ['ats', 'hris'] },
  },
  {
    title: "categories in the vendor's spelling",
    change: (base) => base.categories('hrisLegacy', 'stackOne'),
    wire: { categories: ['hris-legacy', 'stackone'] },
    model: { categories: ['hris-legacy', 'stackone'] },
  },
  {
    title: 'categories given twice, also in two spellings',
    change: (base) => base.categories('ats', 'hris-legacy', 'ats', 'hrisLegacy'),
    wire: { categories: ['ats', 'hris-legacy'] },
    model: { categories: ['ats', 'hris-legacy'] },
  },
  {
    title: 'account',
    change: (base) => base.account('451'),
    wire: { account_id: '451' },
    model: { accountId: '451' },
  },
  {
    title: 'expiresIn',
    change: (base) => base.expiresIn(days(7)),
    wire: { expires_in: 604800 },
    model: { expiresIn: 604800 },
  },
  {
    title: 'the shortest expiresIn',
    change: (base) => base.expiresIn(1),
    wire: { expires_in: 1 },
    model: { expiresIn: 1 },
  },
  {
    title: 'the longest expiresIn',
    change: (base) => base.expiresIn(315_360_000),
    wire: { expires_in: 315_360_000 },
    model: { expiresIn: 315_360_000 },
  },
  {
    title: 'metadata',
    change: (base) => base.metadata({ plan: 'pro', nested: { snake_case: [1, null] } }),
    wire: { metadata: { plan: 'pro', nested: { snake_case: [1, null] } } },
    model: { metadata: { plan: 'pro', nested: { snake_case: [1, null] } } },
  },
  { title: 'multiple', change: (base) => base.multiple(), wire: { multiple: true }, model: { multiple: true } },
  {
    title: 'multiple of false',
    change: (base) => base.multiple(false),
    wire: { multiple: false },
    model: { multiple: false },
  },
  { title: 'label', change: (base) => base.label('Berlin'), wire: { label: 'Berlin' }, model: { label: 'Berlin' } },
  { title: 'type', change: (base) => base.type('test'), wire: { type: 'test' }, model: { type: 'test' } },
  {
    title: 'connectorProfile',
    change: (base) => base.connectorProfile('profile-7'),
    wire: { connector_profile_id: 'profile-7' },
    model: { connectorProfileId: 'profile-7' },
  },
  {
    title: 'field',
    change: (base) => base.field('theme', { dark: [true] }).field('none', null),
    wire: { theme: { dark: [true] }, none: null },
    model: { extra: { theme: { dark: [true] }, none: null } },
  },
  {
    title: 'all there is',
    change: (base) => filled(base),
    wire: {
      ...{ origin_username: 'it@acme.example', provider: 'bamboohr', categories: ['ats'], account_id: '451' },
      ...{ expires_in: 60, metadata: { plan: 'pro' }, multiple: false, label: 'Berlin', type: 'test' },
      ...{ connector_profile_id: 'profile-7' },
    },
    model: {
      ...{ originUsername: 'it@acme.example', provider: 'bamboohr', categories: ['ats'], accountId: '451' },
      ...{ expiresIn: 60, metadata: { plan: 'pro' }, multiple: false, label: 'Berlin', type: 'test' },
      ...{ connectorProfileId: 'profile-7' },
    },
  },
]

interface Bad {
  readonly title: string
  readonly given: Session
  readonly path: string
  readonly message: RegExp
  readonly hint?: RegExp
}

const texts = [
  ['username', 'originUsername'],
  ['provider', 'provider'],
  ['account', 'accountId'],
  ['label', 'label'],
  ['connectorProfile', 'connectorProfileId'],
] as const

const revoked = (): unknown => {
  const { proxy, revoke } = Proxy.revocable([], {})
  revoke()
  return proxy
}

const notTexts: readonly (readonly [unknown, string])[] = [
  ['', 'a blank string'],
  [' \t\n', 'a blank string'],
  [42, 'a number'],
  [null, 'null'],
  [undefined, 'undefined'],
  [['a'], 'an array'],
  [{}, 'an object'],
  [new String('a'), 'an object'],
  [Symbol('a'), 'a symbol'],
  [1n, 'a bigint'],
  [revoked(), 'an object'],
]

const bad: readonly Bad[] = [
  ...texts.flatMap(([method, path]) =>
    notTexts.map(
      ([value, got]): Bad => ({
        title: `${method} of ${got}`,
        given: call(method, value),
        path,
        message: new RegExp(`^expected a string that is not blank, got ${got}$`),
      }),
    ),
  ),
  { title: 'a blank owner id', given: owned.owner(' ', 'Acme Inc.'), path: 'originOwnerId', message: /not blank/ },
  { title: 'a blank owner name', given: owned.owner('acme-42', ''), path: 'originOwnerName', message: /not blank/ },
  {
    title: 'an owner name that is missing',
    given: call('owner', 'a'),
    path: 'originOwnerName',
    message: /got undefined/,
  },
  { title: 'no category', given: call('categories'), path: 'categories', message: /an array that is not empty/ },
  {
    title: 'a misspelt category',
    given: call('categories', 'ats', 'hriss'),
    path: 'categories[1]',
    message: /^expected a known category, got a string$/,
    hint: /^did you mean 'hris'\?$/,
  },
  {
    title: 'a category in capitals',
    given: call('categories', 'CRM'),
    path: 'categories[0]',
    message: /known category/,
    hint: /'crm'/,
  },
  ...['constructor', '__proto__', 'toString', 'hasOwnProperty'].map(
    (name): Bad => ({
      title: `the category ${name}`,
      given: call('categories', name),
      path: 'categories[0]',
      message: /known category/,
      hint: /the known ones are ats, hris/,
    }),
  ),
  {
    title: 'categories in an array',
    given: call('categories', ['ats']),
    path: 'categories[0]',
    message: /got an array/,
    hint: /\.categories\(\.\.\.list\)/,
  },
  {
    title: 'a category that is no string',
    given: call('categories', 7),
    path: 'categories[0]',
    message: /got a number/,
  },
  ...(
    [
      [0, 'zero'],
      [-5, 'a negative number'],
      [1.5, 'a fraction'],
      [Number.NaN, 'NaN'],
      [Number.NEGATIVE_INFINITY, '-Infinity'],
      ['3600', 'a string'],
      [undefined, 'undefined'],
      [null, 'null'],
      [Symbol('a'), 'a symbol'],
      [10n, 'a bigint'],
      [{ valueOf: () => 10 }, 'an object'],
    ] as const
  ).map(
    ([value, got]): Bad => ({
      title: `expiresIn of ${got}`,
      given: call('expiresIn', value),
      path: 'expiresIn',
      message: new RegExp(`^expected a whole number of seconds from 1 to 315360000, got ${got}$`),
    }),
  ),
  ...[315_360_001, Date.now(), Number.POSITIVE_INFINITY].map(
    (seconds): Bad => ({
      title: `expiresIn of ${seconds > 1e12 ? 'far too much' : 'a second too much'} (${Number.isFinite(seconds)})`,
      given: owned.expiresIn(seconds),
      path: 'expiresIn',
      message: /from 1 to 315360000/,
      hint: /looks like milliseconds or an epoch/,
    }),
  ),
  ...[undefined, null, 'yes', 1].map(
    (value): Bad => ({
      title: `multiple of ${String(value)}`,
      given: call('multiple', value),
      path: 'multiple',
      message: /^expected true or false, got /,
    }),
  ),
  {
    title: 'a type in capitals',
    given: call('type', 'TEST'),
    path: 'type',
    message: /^expected 'production' or 'test'/,
    hint: /^did you mean 'test'\?$/,
  },
  ...['latest', 'testing', ['test']].map(
    (value): Bad => ({
      title: `a type of ${JSON.stringify(value)}`,
      given: call('type', value),
      path: 'type',
      message: /^expected 'production' or 'test', got /,
    }),
  ),
  { title: 'an unknown type', given: call('type', 'staging'), path: 'type', message: /'production' or 'test'/ },
  {
    title: 'metadata of a string',
    given: call('metadata', 'pro'),
    path: 'metadata',
    message: /expected an object, got a string/,
  },
  {
    title: 'metadata of an array',
    given: call('metadata', [1]),
    path: 'metadata',
    message: /expected an object, got an array/,
  },
  {
    title: 'metadata of null',
    given: call('metadata', null),
    path: 'metadata',
    message: /expected an object, got null/,
  },
  { title: 'metadata of undefined', given: call('metadata'), path: 'metadata', message: /undefined is not JSON/ },
  {
    title: 'a field that has a method',
    given: owned.field('provider', 'bamboohr'),
    path: 'extra.provider',
    message: /has a place of its own/,
    hint: /^use \.provider\(…\)$/,
  },
  {
    title: 'a field that has a method, in two words',
    given: owned.field('origin_owner_id', 'x'),
    path: 'extra.origin_owner_id',
    message: /has a place of its own/,
    hint: /^use \.owner\(id, name\)$/,
  },
  {
    title: 'a field that has a method, in camel case',
    given: owned.field('expiresIn', 60),
    path: 'extra.expiresIn',
    message: /has a place of its own/,
    hint: /^use \.expiresIn\(…\)$/,
  },
  {
    title: 'a field without a name',
    given: owned.field(' ', 1),
    path: 'extra[" "]',
    message: /name that is not blank/,
  },
  {
    title: 'a field whose name is no string',
    given: call('field', 7, 1),
    path: 'extra[""]',
    message: /name that is not blank/,
  },
  {
    title: 'a field of a function',
    given: call('field', 'f', () => 1),
    path: 'extra.f',
    message: /a function is not JSON/,
  },
  { title: 'a field of undefined', given: call('field', 'f'), path: 'extra.f', message: /undefined is not JSON/ },
  {
    title: 'a field of NaN inside',
    given: call('field', 'f', [{ n: Number.NaN }]),
    path: 'extra.f[0].n',
    message: /NaN is not JSON/,
  },
]

describe('The builder', () => {
  describe('takes', () => {
    for (const { title, change, wire, model } of good)
      it(`${title}, in camel case inside and snake case on the wire`, () => {
        const given = change(owned)
        expect(given.toJSON()).to.deep.equal({ ...owner, ...wire })
        expect(rightOf(given.decode())).to.deep.equal({
          originOwnerId: 'acme-42',
          originOwnerName: 'Acme Inc.',
          ...model,
        })
      })
  })

  describe('refuses', () => {
    for (const { title, given, path, message, hint } of bad)
      it(`${title}, at its path`, () => {
        const { issues, name } = leftOf(given.decode())
        expect(name).to.equal('ValidationError')
        expect(issues).to.have.length(1)
        const [issue] = issues
        expect(issue?.path).to.equal(path)
        expect(issue?.message).to.match(message)
        if (hint === undefined) expect(issue).not.to.have.property('hint')
        else expect(issue?.hint).to.match(hint)
      })
  })

  it('tells all problems at once, each on a line of the message', () => {
    const error = leftOf(
      call('categories', 'hriss')
        .owner('', 'Acme Inc.')
        .expiresIn(0)
        .field('label', 'x')
        .field('f', Number.NaN)
        .decode(),
    )
    expect(error.issues.map(({ path }) => path)).to.deep.equal([
      'originOwnerId',
      'categories[0]',
      'expiresIn',
      'extra.label',
      'extra.f',
    ])
    expect(error.message).to.equal(
      [
        'The session is not valid, so nothing was sent:',
        '  - originOwnerId: expected a string that is not blank, got a blank string',
        "  - categories[0]: expected a known category, got a string (did you mean 'hris'?)",
        '  - expiresIn: expected a whole number of seconds from 1 to 315360000, got zero',
        '  - extra.label: has a place of its own (use .label(…))',
        '  - extra.f: NaN is not JSON',
      ].join('\n'),
    )
  })

  for (const field of order)
    it(`hints at a setter that is there for ${field}`, () => {
      const [issue] = leftOf(owned.field(field, 'x').decode()).issues
      const [, method = ''] = /^use \.(\w+)\(/.exec(issue?.hint ?? '') ?? []
      expect(session()).to.respondTo(method)
    })

  it('names .owner(id, name) where it was forgotten', () => {
    const error = leftOf(session().provider('bamboohr').decode())
    expect(error.issues).to.deep.equal([
      { path: 'originOwnerId', message: 'is missing', hint: 'use .owner(id, name)' },
      { path: 'originOwnerName', message: 'is missing', hint: 'use .owner(id, name)' },
    ])
  })

  it('forgets a bad value that a good one came after', () => {
    expect(owned.label('').label('Berlin').toJSON()).to.deep.equal({ ...owner, label: 'Berlin' })
    expect(call('metadata', 7).metadata({}).toJSON()).to.deep.equal({ ...owner, metadata: {} })
  })

  it('throws what is wrong from toJSON, and so from JSON.stringify', () => {
    for (const ownerless of [session(), filled(session())])
      expect(() => JSON.stringify(ownerless)).to.throw('originOwnerId: is missing')
  })
})
