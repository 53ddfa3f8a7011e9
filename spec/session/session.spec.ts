import { expect } from 'chai'
import { ValidationError } from '../../lib/errors.ts'
import { days } from '../../lib/session/duration.ts'
import { session } from '../../lib/session/session.ts'
import type { Session, SessionWithoutOwner } from '../../lib/session/types.ts'
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

const nested = { plan: 'pro', nested: { snake_case: [1, null] } }

const accepted: readonly (readonly [call: string, given: Session, wire: object])[] = [
  ['.owner(id, name)', acme, {}],
  ['.username(name)', acme.username('it@acme.example'), { origin_username: 'it@acme.example' }],
  ['.provider(key)', acme.provider('bamboohr'), { provider: 'bamboohr' }],
  ['.categories(first, ...rest)', acme.categories('ats', 'hris'), { categories: ['ats', 'hris'] }],
  ['.categories(list)', acme.categories(['ats', 'hris']), { categories: ['ats', 'hris'] }],
  ['aliases', acme.categories('hrisLegacy', 'stackOne'), { categories: ['hris-legacy', 'stackone'] }],
  ['a list of aliases', acme.categories(['hrisLegacy', 'stackOne']), { categories: ['hris-legacy', 'stackone'] }],
  ['duplicates', acme.categories('ats', 'hris-legacy', 'ats', 'hrisLegacy'), { categories: ['ats', 'hris-legacy'] }],
  ['.account(id)', acme.account('451'), { account_id: '451' }],
  ['.expiresIn(seconds)', acme.expiresIn(days(7)), { expires_in: 604_800 }],
  ['the shortest lifetime', acme.expiresIn(1), { expires_in: 1 }],
  ['the longest lifetime', acme.expiresIn(315_360_000), { expires_in: 315_360_000 }],
  ['.metadata(record)', acme.metadata(nested), { metadata: nested }],
  ['.multiple()', acme.multiple(), { multiple: true }],
  ['.multiple(false)', acme.multiple(false), { multiple: false }],
  ['.label(text)', acme.label('Berlin'), { label: 'Berlin' }],
  ['.type(type)', acme.type('test'), { type: 'test' }],
  ['.connectorProfile(id)', acme.connectorProfile('profile-7'), { connector_profile_id: 'profile-7' }],
  ['.field(name, value)', acme.field('theme', { dark: [true] }), { theme: { dark: [true] } }],
]

describe('A session', () => {
  itEach('serializes each call to its field in snake case', accepted, ([, given, wire]) => {
    expect(given.toJSON()).to.deep.equal({ ...owner, ...wire })
  })

  it('decodes to the payload in camel case', () => {
    expect(rightOf(withEveryField(acme).field('theme', 'dark').decode())).to.deep.equal({
      ...{ originOwnerId: 'acme-42', originOwnerName: 'Acme Inc.', originUsername: 'it@acme.example' },
      ...{ provider: 'bamboohr', categories: ['ats'], accountId: '451', expiresIn: 60, metadata: { plan: 'pro' } },
      ...{ multiple: false, label: 'Berlin', type: 'test', connectorProfileId: 'profile-7', extra: { theme: 'dark' } },
    })
  })

  it('accepts a string with visible characters next to invisible ones', () => {
    for (const label of ['\u202eevil', '👩‍💻', '\u3164a', '.', '0'])
      expect(acme.label(label).toJSON()).to.include({ label })
  })

  it('copies the list of categories', () => {
    const list: ('ats' | 'hris')[] = ['ats']
    const given = acme.categories(list)
    list.push('hris')
    expect(given.toJSON().categories).to.deep.equal(['ats'])
  })
})

const stringFields = [
  ['username', 'originUsername'],
  ['provider', 'provider'],
  ['account', 'accountId'],
  ['label', 'label'],
  ['connectorProfile', 'connectorProfileId'],
] as const

/** Characters of which a string counts as blank: controls, format characters, fillers and spaces. */
const invisible = [
  ...['\0', '\x1b', '\x7f', '\x85', '\x9f', '\u00ad', '\u200b', '\u200d', '\u202e', '\u2060', '\u2066', '\ufeff'],
  ...['\u{e0041}', '\ufe0f', '\u034f', '\u115f', '\u1160', '\u17b4', '\u2800', '\u3164', '\uffa0', '\u3000', '\u2028'],
]

const useWhen = 'use .when(value, change) for a value that may be undefined or null'
const useField = (call: string): string => `for a value that this version does not know, use ${call}`
const useCategoriesField = useField(".field('categories', …)")
const useTypeField = useField(".field('type', …)")
const seconds = 'expiresIn: must be an integer from 1 to 315360000 (seconds)'
const tooLong = '(this looks like milliseconds or an epoch; pass the seconds from now, such as minutes(30))'
const nonBlank = 'must be a non-blank string'
const category = 'must be a known category'

const unreadable = {
  get plan(): string {
    throw new Error('sesame')
  },
}

/** A call with an invalid argument, and the problem. */
const rejected: readonly (readonly [args: readonly [keyof Session, ...unknown[]], problem: string])[] = [
  ...stringFields.map(([method, path]) => [[method, ' \t\n'], `${path}: ${nonBlank}, got a blank string`] as const),
  [['label', ''], `label: ${nonBlank}, got a blank string`],
  [['label', 42], `label: ${nonBlank}, got a number`],
  [['label', null], `label: ${nonBlank}, got null (${useWhen})`],
  [['label', ['a']], `label: ${nonBlank}, got an array`],
  [['label', undefined], `label: ${nonBlank}, got undefined (${useWhen})`],
  ...invisible.map((text) => [['label', ` ${text}${text} `], `label: ${nonBlank}, got a blank string`] as const),
  [['owner', ' ', 'Acme Inc.'], `originOwnerId: ${nonBlank}, got a blank string`],
  [['owner', 'acme-42', ''], `originOwnerName: ${nonBlank}, got a blank string`],
  [['owner', 'acme-42'], `originOwnerName: ${nonBlank}, got undefined (use .owner(id, name))`],
  [['owner', 42, 'Acme Inc.'], `originOwnerId: ${nonBlank}, got a number (use String(value))`],
  [['categories'], 'categories: must contain at least one category'],
  [['categories', []], 'categories: must contain at least one category'],
  [['categories', undefined], `categories[0]: ${category}, got undefined (${useWhen})`],
  [
    ['categories', 'ats', 'hriss'],
    `categories[1]: ${category}, got 'hriss' (did you mean 'hris'? ${useCategoriesField})`,
  ],
  [['categories', ['CRM']], `categories[0]: ${category}, got 'CRM' (did you mean 'crm'? ${useCategoriesField})`],
  [['categories', 'payroll'], `categories[0]: ${category}, got 'payroll' (${useCategoriesField})`],
  [['categories', '__proto__'], `categories[0]: ${category}, got '__proto__' (${useCategoriesField})`],
  [['categories', 'toString'], `categories[0]: ${category}, got 'toString' (${useCategoriesField})`],
  [['categories', 7], `categories[0]: ${category}, got 7`],
  [['categories', ['ats'], 'hris'], `categories[0]: ${category}, got an array`],
  [['expiresIn', 0], `${seconds}, got 0`],
  [['expiresIn', -5], `${seconds}, got -5`],
  [['expiresIn', 1.5], `${seconds}, got 1.5`],
  [['expiresIn', Number.NaN], `${seconds}, got NaN`],
  [['expiresIn', Number.NEGATIVE_INFINITY], `${seconds}, got -Infinity`],
  [['expiresIn', '3600'], `${seconds}, got a string`],
  [['expiresIn', null], `${seconds}, got null (${useWhen})`],
  [['expiresIn', 10n], `${seconds}, got a bigint`],
  [['expiresIn', undefined], `${seconds}, got undefined (${useWhen})`],
  [['expiresIn', 315_360_001], `${seconds}, got 315360001 ${tooLong}`],
  [['expiresIn', 1_767_225_600_000], `${seconds}, got 1767225600000 ${tooLong}`],
  [['expiresIn', Number.POSITIVE_INFINITY], `${seconds}, got Infinity ${tooLong}`],
  [['multiple', null], `multiple: must be a boolean, got null (${useWhen})`],
  [['multiple', 'yes'], 'multiple: must be a boolean, got a string'],
  [['multiple', undefined], `multiple: must be a boolean, got undefined (${useWhen})`],
  [['type', 'TEST'], `type: must be 'production' or 'test', got 'TEST' (did you mean 'test'? ${useTypeField})`],
  [['type', 'staging'], `type: must be 'production' or 'test', got 'staging' (${useTypeField})`],
  [['type', ['test']], "type: must be 'production' or 'test', got an array"],
  [['metadata', 'pro'], 'metadata: must be an object, got a string'],
  [['metadata', [1]], 'metadata: must be an object, got an array'],
  [['metadata', null], `metadata: must be an object, got null (${useWhen})`],
  [['metadata', undefined], `metadata: must be JSON, got undefined (${useWhen})`],
  [['metadata', { plan: undefined }], 'metadata.plan: must be JSON, got undefined (omit the property)'],
  [['metadata', { plans: [{ seats: Number.NaN }] }], 'metadata.plans[0].seats: must be JSON, got NaN'],
  [['metadata', unreadable], 'metadata: could not be read: a getter or a proxy threw'],
]

describe('An invalid session', () => {
  itEach('is reported with the path, the expectation and a hint', rejected, ([args, problem]) => {
    const error = leftOf(call(...args).decode())
    expect(error).to.be.instanceOf(ValidationError)
    expect(error.message).to.equal(`Invalid session: ${problem}`)
  })

  it('is reported without an owner, with the hint to use .owner(id, name)', () => {
    for (const ownerless of [session(), withEveryField(session())])
      expect(leftOf(ownerless.decode()).issues).to.deep.equal([
        { path: 'originOwnerId', message: 'is required', hint: 'use .owner(id, name)' },
        { path: 'originOwnerName', message: 'is required', hint: 'use .owner(id, name)' },
      ])
  })

  it('is reported with all problems, each with its path and hint', () => {
    const given = call('categories', 'hriss')
    const broken: Session = Reflect.apply(given.field, given, ['theme', Number.NaN])
    const error = leftOf(broken.owner('', 'Acme Inc.').expiresIn(0).decode())
    const paths = ['originOwnerId', 'categories[0]', 'expiresIn', 'theme']
    expect(error.issues.map(({ path }) => path)).to.deep.equal(paths)
    expect(error.message).to.equal(
      [
        'Invalid session:',
        `  - originOwnerId: ${nonBlank}, got a blank string`,
        `  - categories[0]: ${category}, got 'hriss' (did you mean 'hris'? ${useCategoriesField})`,
        `  - ${seconds}, got 0`,
        '  - theme: must be JSON, got NaN',
      ].join('\n'),
    )
  })

  it('is reported with at most 20 problems in the message, and the number of the others', () => {
    const { message, issues } = leftOf(call('metadata', { list: Array(30).fill(undefined) }).decode())
    expect(issues).to.have.length(30)
    expect(message.split('\n')).to.have.length(22)
    expect(message).to.match(/\n {2}- and 10 more$/)
  })

  it('makes toJSON throw, and so JSON.stringify', () => {
    expect(() => session().label('Berlin').toJSON()).to.throw(ValidationError, 'originOwnerId: is required')
    expect(() => JSON.stringify({ job: session() })).to.throw(ValidationError, 'originOwnerName: is required')
  })

  it('is reported without customer data', () => {
    const given = call('metadata', { a: new (class Sesame {})(), b: { toString: () => 'sesame' } })
    expect(JSON.stringify(leftOf(given.owner('', 'Acme Inc.').decode()))).not.to.match(/sesame|acme/i)
  })

  it('becomes valid when a later call sets a valid value', () => {
    expect(acme.label('').label('Berlin').toJSON()).to.deep.equal({ ...owner, label: 'Berlin' })
    expect(call('metadata', 7).metadata({}).toJSON()).to.deep.equal({ ...owner, metadata: {} })
  })
})
