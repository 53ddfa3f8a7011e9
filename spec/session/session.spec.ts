import { expect } from 'chai'
import { ConfigurationError, ValidationError } from '../../lib/errors.ts'
import { days } from '../../lib/session/duration.ts'
import { session } from '../../lib/session/session.ts'
import type { Session, SessionWithoutOwner } from '../../lib/session/types.ts'
import { caught } from '../support/caught.ts'
import { leftOf, rightOf } from '../support/either.ts'
import { itEach } from '../support/it-each.ts'

const acme = session().owner('acme-42', 'Acme Inc.')
const owner = { origin_owner_id: 'acme-42', origin_owner_name: 'Acme Inc.' }

/** Calls a method as JavaScript can, with any arguments. */
const call = (method: keyof Session, ...args: readonly unknown[]): Session => Reflect.apply(acme[method], acme, args)

/** Sets every optional field. */
const withEveryField = <S extends SessionWithoutOwner>(base: S): S =>
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

interface Accepted {
  readonly call: string
  readonly given: Session
  readonly wire: object
  readonly payload: object
}

const nested = { plan: 'pro', nested: { snake_case: [1, null] } }

const accepted: readonly Accepted[] = [
  { call: '.owner(id, name)', given: acme, wire: {}, payload: {} },
  {
    call: '.username(name)',
    given: acme.username('it@acme.example'),
    wire: { origin_username: 'it@acme.example' },
    payload: { originUsername: 'it@acme.example' },
  },
  {
    call: '.provider(key)',
    given: acme.provider('bamboohr'),
    wire: { provider: 'bamboohr' },
    payload: { provider: 'bamboohr' },
  },
  {
    call: '.categories(first, ...rest)',
    given: acme.categories('ats', 'hris'),
    wire: { categories: ['ats', 'hris'] },
    payload: { categories: ['ats', 'hris'] },
  },
  {
    call: '.categories(list)',
    given: acme.categories(['ats', 'hris']),
    wire: { categories: ['ats', 'hris'] },
    payload: { categories: ['ats', 'hris'] },
  },
  { call: '.account(id)', given: acme.account('451'), wire: { account_id: '451' }, payload: { accountId: '451' } },
  {
    call: '.expiresIn(seconds)',
    given: acme.expiresIn(days(7)),
    wire: { expires_in: 604_800 },
    payload: { expiresIn: 604_800 },
  },
  {
    call: '.metadata(record)',
    given: acme.metadata(nested),
    wire: { metadata: nested },
    payload: { metadata: nested },
  },
  { call: '.multiple()', given: acme.multiple(), wire: { multiple: true }, payload: { multiple: true } },
  { call: '.multiple(false)', given: acme.multiple(false), wire: { multiple: false }, payload: { multiple: false } },
  { call: '.label(text)', given: acme.label('Berlin'), wire: { label: 'Berlin' }, payload: { label: 'Berlin' } },
  { call: '.type(type)', given: acme.type('test'), wire: { type: 'test' }, payload: { type: 'test' } },
  {
    call: '.connectorProfile(id)',
    given: acme.connectorProfile('profile-7'),
    wire: { connector_profile_id: 'profile-7' },
    payload: { connectorProfileId: 'profile-7' },
  },
  {
    call: '.field(name, value) for a field that this version does not know',
    given: acme.field('theme', { dark: [true] }).field('none', null),
    wire: { theme: { dark: [true] }, none: null },
    payload: { extra: { theme: { dark: [true] }, none: null } },
  },
  {
    call: 'every call for an optional field',
    given: withEveryField(acme),
    wire: {
      ...{ origin_username: 'it@acme.example', provider: 'bamboohr', categories: ['ats'], account_id: '451' },
      ...{ expires_in: 60, metadata: { plan: 'pro' }, multiple: false, label: 'Berlin', type: 'test' },
      ...{ connector_profile_id: 'profile-7' },
    },
    payload: {
      ...{ originUsername: 'it@acme.example', provider: 'bamboohr', categories: ['ats'], accountId: '451' },
      ...{ expiresIn: 60, metadata: { plan: 'pro' }, multiple: false, label: 'Berlin', type: 'test' },
      ...{ connectorProfileId: 'profile-7' },
    },
  },
]

describe('A session', () => {
  itEach(
    'decodes each call to the payload in camel case, and serializes it in snake case',
    accepted,
    ({ given, wire, payload }) => {
      expect(given.toJSON()).to.deep.equal({ ...owner, ...wire })
      expect(rightOf(given.decode())).to.deep.equal({
        originOwnerId: 'acme-42',
        originOwnerName: 'Acme Inc.',
        ...payload,
      })
    },
  )

  it('accepts a lifetime from 1 to 315,360,000 seconds', () => {
    for (const seconds of [1, 315_360_000])
      expect(acme.expiresIn(seconds).toJSON()).to.deep.equal({ ...owner, expires_in: seconds })
  })

  it('sends the category aliases hrisLegacy and stackOne as hris-legacy and stackone', () => {
    const categories = ['hris-legacy', 'stackone']
    expect(acme.categories('hrisLegacy', 'stackOne').toJSON()).to.deep.equal({ ...owner, categories })
    expect(acme.categories(['hrisLegacy', 'stackOne']).toJSON()).to.deep.equal({ ...owner, categories })
  })

  it('removes duplicate categories, also where one is an alias of the other', () => {
    const categories = ['ats', 'hris-legacy']
    expect(acme.categories('ats', 'hris-legacy', 'ats', 'hrisLegacy').toJSON()).to.deep.equal({ ...owner, categories })
  })

  it('copies the list of categories', () => {
    const list: ('ats' | 'hris')[] = ['ats']
    const given = acme.categories(list)
    list.push('hris')
    expect(given.toJSON().categories).to.deep.equal(['ats'])
  })
})

interface Rejected {
  readonly title: string
  readonly given: Session
  readonly path: string
  readonly message: string
  readonly hint?: string
}

const stringFields = [
  ['username', 'originUsername'],
  ['provider', 'provider'],
  ['account', 'accountId'],
  ['label', 'label'],
  ['connectorProfile', 'connectorProfileId'],
] as const

const notStrings: readonly (readonly [unknown, string])[] = [
  ['', 'a blank string'],
  [' \t\n', 'a blank string'],
  [42, 'a number'],
  [null, 'null'],
  [['a'], 'an array'],
  [{}, 'an object'],
  [new String('a'), 'an object'],
  [Symbol('a'), 'a symbol'],
]

const useWhen = 'use .when(value, change) for a value that may be undefined'
const useField = (call: string): string => `for a value that this version does not know, use ${call}`
const useCategoriesField = useField(".field('categories', […])")
const useTypeField = useField(".field('type', '…')")
const expectedSeconds = 'must be an integer from 1 to 315360000 (seconds)'
const looksLikeMilliseconds = 'this looks like milliseconds or an epoch; pass the seconds from now, such as minutes(30)'

const rejected: readonly Rejected[] = [
  ...stringFields.flatMap(([method, path]) =>
    notStrings.map(
      ([value, kind]): Rejected => ({
        title: `.${method} with ${typeof value === 'string' ? JSON.stringify(value) : kind}`,
        given: call(method, value),
        path,
        message: `must be a non-blank string, got ${kind}`,
      }),
    ),
  ),
  ...stringFields.map(
    ([method, path]): Rejected => ({
      title: `.${method} with undefined`,
      given: call(method, undefined),
      path,
      message: 'must be a non-blank string, got undefined',
      hint: useWhen,
    }),
  ),
  {
    title: 'a blank owner id',
    given: acme.owner(' ', 'Acme Inc.'),
    path: 'originOwnerId',
    message: 'must be a non-blank string, got a blank string',
  },
  {
    title: 'a blank owner name',
    given: acme.owner('acme-42', ''),
    path: 'originOwnerName',
    message: 'must be a non-blank string, got a blank string',
  },
  {
    title: 'an owner without a name',
    given: call('owner', 'acme-42'),
    path: 'originOwnerName',
    message: 'must be a non-blank string, got undefined',
    hint: useWhen,
  },
  {
    title: '.categories without an argument',
    given: call('categories'),
    path: 'categories',
    message: 'must contain at least one category',
  },
  {
    title: '.categories with an empty list',
    given: acme.categories([]),
    path: 'categories',
    message: 'must contain at least one category',
  },
  {
    title: '.categories with undefined',
    given: call('categories', undefined),
    path: 'categories[0]',
    message: 'must be a known category, got undefined',
    hint: useWhen,
  },
  {
    title: 'a misspelled category',
    given: call('categories', 'ats', 'hriss'),
    path: 'categories[1]',
    message: "must be a known category, got 'hriss'",
    hint: `did you mean 'hris'? ${useCategoriesField}`,
  },
  {
    title: 'a category in capitals',
    given: call('categories', ['CRM']),
    path: 'categories[0]',
    message: "must be a known category, got 'CRM'",
    hint: `did you mean 'crm'? ${useCategoriesField}`,
  },
  {
    title: 'a category that this version does not know',
    given: call('categories', 'payroll'),
    path: 'categories[0]',
    message: "must be a known category, got 'payroll'",
    hint: useCategoriesField,
  },
  ...['constructor', '__proto__', 'toString', 'hasOwnProperty'].map(
    (name): Rejected => ({
      title: `the category ${name}`,
      given: call('categories', name),
      path: 'categories[0]',
      message: `must be a known category, got '${name}'`,
      hint: useCategoriesField,
    }),
  ),
  {
    title: 'a category that is a number',
    given: call('categories', 7),
    path: 'categories[0]',
    message: 'must be a known category, got 7',
  },
  {
    title: 'a list among the categories',
    given: call('categories', ['ats'], 'hris'),
    path: 'categories[0]',
    message: 'must be a known category, got an array',
  },
  ...(
    [
      [0, '0'],
      [-5, '-5'],
      [1.5, '1.5'],
      [Number.NaN, 'NaN'],
      [Number.NEGATIVE_INFINITY, '-Infinity'],
      ['3600', 'a string'],
      [null, 'null'],
      [10n, 'a bigint'],
      [{ valueOf: () => 10 }, 'an object'],
    ] as const
  ).map(
    ([value, got]): Rejected => ({
      title: `a lifetime of ${got}`,
      given: call('expiresIn', value),
      path: 'expiresIn',
      message: `${expectedSeconds}, got ${got}`,
    }),
  ),
  {
    title: 'a lifetime of undefined',
    given: call('expiresIn', undefined),
    path: 'expiresIn',
    message: `${expectedSeconds}, got undefined`,
    hint: useWhen,
  },
  ...[315_360_001, 1_767_225_600_000, Number.POSITIVE_INFINITY].map(
    (seconds): Rejected => ({
      title: `a lifetime of ${seconds}, which is too long`,
      given: acme.expiresIn(seconds),
      path: 'expiresIn',
      message: `${expectedSeconds}, got ${seconds}`,
      hint: looksLikeMilliseconds,
    }),
  ),
  ...(
    [
      [null, 'null'],
      ['yes', 'a string'],
      [1, 'a number'],
    ] as const
  ).map(
    ([value, kind]): Rejected => ({
      title: `.multiple with ${kind}`,
      given: call('multiple', value),
      path: 'multiple',
      message: `must be a boolean, got ${kind}`,
    }),
  ),
  {
    title: '.multiple with undefined',
    given: call('multiple', undefined),
    path: 'multiple',
    message: 'must be a boolean, got undefined',
    hint: useWhen,
  },
  {
    title: 'a type in capitals',
    given: call('type', 'TEST'),
    path: 'type',
    message: "must be 'production' or 'test', got 'TEST'",
    hint: `did you mean 'test'? ${useTypeField}`,
  },
  {
    title: 'a type that this version does not know',
    given: call('type', 'staging'),
    path: 'type',
    message: "must be 'production' or 'test', got 'staging'",
    hint: useTypeField,
  },
  {
    title: 'a type that is a list',
    given: call('type', ['test']),
    path: 'type',
    message: "must be 'production' or 'test', got an array",
  },
  ...(
    [
      ['pro', 'a string'],
      [[1], 'an array'],
      [null, 'null'],
      [7, 'a number'],
    ] as const
  ).map(
    ([value, kind]): Rejected => ({
      title: `metadata that is ${kind}`,
      given: call('metadata', value),
      path: 'metadata',
      message: `must be an object, got ${kind}`,
    }),
  ),
  {
    title: 'metadata that is undefined',
    given: call('metadata', undefined),
    path: 'metadata',
    message: 'must be JSON, got undefined',
    hint: useWhen,
  },
  {
    title: 'metadata that is not JSON',
    given: call('metadata', { plans: [{ seats: Number.NaN }] }),
    path: 'metadata.plans[0].seats',
    message: 'must be JSON, got NaN',
  },
]

describe('A session rejects', () => {
  itEach('rejects invalid values, with the path and the expectation', rejected, ({ given, path, message, hint }) => {
    const error = leftOf(given.decode())
    expect(error).to.be.instanceOf(ValidationError)
    expect(error.issues).to.deep.equal([{ path, message, ...(hint !== undefined && { hint }) }])
  })

  it('a missing owner, and names .owner(id, name)', () => {
    for (const ownerless of [session(), withEveryField(session())])
      expect(leftOf(ownerless.decode()).issues).to.deep.equal([
        { path: 'originOwnerId', message: 'is required', hint: 'use .owner(id, name)' },
        { path: 'originOwnerName', message: 'is required', hint: 'use .owner(id, name)' },
      ])
  })
})

describe('The error of an invalid session', () => {
  it('has a single problem on the line of the title', () => {
    expect(leftOf(acme.owner('', 'Acme Inc.').decode()).message).to.equal(
      'Invalid session: originOwnerId: must be a non-blank string, got a blank string',
    )
  })

  it('lists several problems, each with its path and hint', () => {
    const given = call('categories', 'hriss')
    const broken: Session = Reflect.apply(given.field, given, ['theme', Number.NaN])
    const error = leftOf(broken.owner('', 'Acme Inc.').expiresIn(0).decode())
    expect(error.issues.map(({ path }) => path)).to.deep.equal([
      'originOwnerId',
      'categories[0]',
      'expiresIn',
      'extra.theme',
    ])
    expect(error.message).to.equal(
      [
        'Invalid session:',
        '  - originOwnerId: must be a non-blank string, got a blank string',
        `  - categories[0]: must be a known category, got 'hriss' (did you mean 'hris'? ${useCategoriesField})`,
        `  - expiresIn: ${expectedSeconds}, got 0`,
        '  - extra.theme: must be JSON, got NaN',
      ].join('\n'),
    )
  })

  it('lists at most 20 problems, and counts the others', () => {
    const { message, issues } = leftOf(call('metadata', { list: Array(30).fill(undefined) }).decode())
    expect(issues).to.have.length(30)
    expect(message.split('\n')).to.have.length(22)
    expect(message).to.match(/\n {2}- and 10 more$/)
  })

  it('is thrown by toJSON, and so by JSON.stringify', () => {
    expect(() => session().label('Berlin').toJSON()).to.throw(ValidationError, 'originOwnerId: is required')
    expect(() => JSON.stringify({ job: session() })).to.throw(ValidationError, 'originOwnerName: is required')
  })

  it('never repeats customer data', () => {
    const error = leftOf(
      call('metadata', { a: new (class Sesame {})(), b: { toString: () => 'sesame' } })
        .owner('', 'Acme Inc.')
        .decode(),
    )
    expect(JSON.stringify(error)).not.to.match(/sesame|acme/i)
  })

  it('disappears when a later call sets a valid value', () => {
    expect(acme.label('').label('Berlin').toJSON()).to.deep.equal({ ...owner, label: 'Berlin' })
    expect(call('metadata', 7).metadata({}).toJSON()).to.deep.equal({ ...owner, metadata: {} })
  })
})

describe('Sending a session', () => {
  const created: unknown[] = []
  const stub = {
    create: async (payload: unknown) => {
      created.push(payload)
      return { token: 'tok', expiresAt: new Date(0), drift: [] }
    },
  }
  beforeEach(() => created.splice(0))

  it('passes the decoded payload to the client, and resolves with its result', async () => {
    expect((await acme.label('Berlin').send(stub)).token).to.equal('tok')
    expect(created).to.deep.equal([{ originOwnerId: 'acme-42', originOwnerName: 'Acme Inc.', label: 'Berlin' }])
  })

  it('rejects with a ValidationError if the session is invalid, and does not call the client', async () => {
    expect(await caught(acme.label('').send(stub))).to.be.instanceOf(ValidationError)
    expect(leftOf(await acme.label('').task(stub)())).to.be.instanceOf(ValidationError)
    expect(created).to.deep.equal([])
  })

  it('rejects from JavaScript if there is no owner, and names .owner(id, name)', async () => {
    const error = await caught(Reflect.apply(acme.send, session(), [stub]))
    expect(error).to.be.instanceOf(ValidationError)
    expect(error).to.have.property('message').that.includes('use .owner(id, name)')
  })

  itEach(
    'rejects with a ConfigurationError if the client is not a client',
    [
      ['undefined', undefined, 'undefined'],
      ['options', { apiKey: 'key' }, 'an object'],
      ['a string', 'key', 'a string'],
    ] as const,
    async ([, client, kind]) => {
      const error = await caught(Reflect.apply(acme.send, acme, [client]))
      expect(error).to.be.instanceOf(ConfigurationError)
      expect(error).to.have.property(
        'message',
        `Invalid argument for send: client: must be a client, got ${kind} (use .send(createClient({ apiKey })))`,
      )
    },
  )

  const redirect = Object.assign(new Error('NEXT_REDIRECT'), { digest: 'NEXT_REDIRECT;replace;/login;307;' })
  const failing = (thrown: unknown) => ({ create: () => Promise.reject(thrown) })

  it('keeps what a stub client throws as a sanitized cause', async () => {
    const original = Object.assign(new TypeError('no database'), { code: 'ENOENT', connection: {} })
    for (const error of [await caught(acme.send(failing(original))), leftOf(await acme.task(failing(original))())]) {
      expect(error)
        .to.be.instanceOf(ConfigurationError)
        .with.property('message', 'The client threw an error. See `cause`.')
      expect(error)
        .to.have.property('cause')
        .that.includes({ name: 'TypeError', message: 'no database', code: 'ENOENT' })
      expect(error).to.have.property('cause').that.does.not.have.property('connection')
    }
  })

  it("passes a framework's control flow through send unchanged, and through task as the cause", async () => {
    expect(await caught(acme.send(failing(redirect)))).to.equal(redirect)
    expect(leftOf(await acme.task(failing(redirect))()).cause).to.equal(redirect)
  })
})
