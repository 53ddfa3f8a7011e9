import { describeShapes, mintedAnd, mintedWith, nested, type Shape, usual } from '../support/shape.ts'

const created = (text: string) => ({ createdAt: new Date(text) })

const allCategories = [
  ['ats', 'hris', 'hris-legacy', 'crm', 'iam', 'marketing', 'lms'],
  ['stackone', 'documents', 'ticketing', 'screening', 'messaging', 'accounting', 'scheduling'],
].flat()

/** The fields of every response. */
const guaranteed = [
  'auth_link_url',
  'id',
  'organization_id',
  'project_id',
  'origin_owner_id',
  'origin_owner_name',
  'created_at',
]
const optional = [
  ...['origin_username', 'provider', 'account_id', 'label', 'categories', 'metadata', 'external_trigger_token'],
  ...['type', 'integration_id', 'connector_profile_id', 'latest_connection_attempt'],
]
const eachOptional = (value: unknown) => Object.fromEntries(optional.map((name) => [name, value]))
const withoutOptional = { categories: undefined, type: undefined }

const ids: readonly Shape[] = [
  { title: 'a response of the contract' },
  { title: 'an id of zero', sent: { id: 0 }, gives: { id: '0' } },
  { title: 'an id that is a string', sent: { id: '4711' }, drift: ['id'] },
  { title: 'an id that is a UUID', sent: { id: 'c0ffee00-1' }, gives: { id: 'c0ffee00-1' }, drift: ['id'] },
  // JSON.parse returns another number than was sent, and no id is better than a wrong one.
  {
    title: 'an id too large for a number',
    body: mintedAnd('"id":98765432109876543210'),
    gives: { id: undefined },
    drift: ['id'],
  },
  { title: 'an id that is a fraction', sent: { id: 1.5 }, gives: { id: undefined }, drift: ['id'] },
  { title: 'an id that is infinite', body: mintedAnd('"id":1e999'), gives: { id: undefined }, drift: ['id'] },
  { title: 'an id that is empty', sent: { id: '' }, gives: { id: undefined }, drift: ['id'] },
  { title: 'an id that is null', sent: { id: null }, gives: { id: undefined }, drift: ['id'] },
  { title: 'an id that is an object', sent: { id: { value: 1 } }, gives: { id: undefined }, drift: ['id'] },
  { title: 'an id that is missing', sent: { id: undefined }, gives: { id: undefined }, drift: ['id'] },
  {
    title: 'an organization_id that is a number',
    sent: { organization_id: 12 },
    gives: { organizationId: '12' },
    drift: ['organization_id'],
  },
  { title: 'an organization_id of digits', sent: { organization_id: '12' }, gives: { organizationId: '12' } },
  {
    title: 'an organization_id that is missing',
    sent: { organization_id: undefined },
    gives: { organizationId: undefined },
    drift: ['organization_id'],
  },
  {
    title: 'an organization_id that is null',
    sent: { organization_id: null },
    gives: { organizationId: undefined },
    drift: ['organization_id'],
  },
  {
    title: 'an organization_id that is a list',
    sent: { organization_id: ['org-1'] },
    gives: { organizationId: undefined },
    drift: ['organization_id'],
  },
  { title: 'a project_id that is a number', sent: { project_id: 7 }, gives: { projectId: '7' }, drift: ['project_id'] },
  {
    title: 'an owner whose name is a number',
    sent: { origin_owner_name: 42 },
    gives: { originOwnerName: undefined },
    drift: ['origin_owner_name'],
  },
  {
    title: 'an owner whose id and name are null',
    sent: { origin_owner_id: null, origin_owner_name: null },
    gives: { originOwnerId: undefined, originOwnerName: undefined },
    drift: ['origin_owner_id', 'origin_owner_name'],
  },
]

const others: readonly Shape[] = [
  { title: 'null in every optional field', sent: eachOptional(null), gives: withoutOptional },
  { title: 'no optional field', sent: eachOptional(undefined), gives: withoutOptional },
  { title: 'a boolean in every optional field', sent: eachOptional(true), gives: withoutOptional, drift: optional },
  {
    title: 'a string in every optional field that has strings',
    sent: {
      ...{ origin_username: 'it@acme.example', provider: 'bamboohr', account_id: '451', label: 'Berlin' },
      ...{ external_trigger_token: 'trigger.0123456789', integration_id: 'i-1', connector_profile_id: 'profile-7' },
    },
    gives: {
      ...{ originUsername: 'it@acme.example', provider: 'bamboohr', accountId: '451', label: 'Berlin' },
      ...{ externalTriggerToken: 'trigger.0123456789', integrationId: 'i-1', connectorProfileId: 'profile-7' },
    },
  },
  {
    title: 'optional ids that are numbers',
    sent: { account_id: 451, integration_id: 1, connector_profile_id: 7 },
    gives: { accountId: '451', integrationId: '1', connectorProfileId: '7' },
    drift: ['account_id', 'integration_id', 'connector_profile_id'],
  },
  { title: 'the type test', sent: { type: 'test' }, gives: { type: 'test' } },
  { title: 'an unknown type', sent: { type: 'sandbox' }, gives: { type: 'sandbox' }, drift: ['type'] },
  { title: 'a type in capitals', sent: { type: 'PRODUCTION' }, gives: { type: 'PRODUCTION' }, drift: ['type'] },
  { title: 'a type that is a number', sent: { type: 1 }, gives: { type: undefined }, drift: ['type'] },
]

const links: readonly Shape[] = [undefined, null, '', 7, { href: 'x' }].map((link) => ({
  title: `an auth_link_url that is ${JSON.stringify(link) ?? 'missing'}`,
  sent: { auth_link_url: link },
  gives: { authLinkUrl: undefined },
  drift: ['auth_link_url'],
}))

const categories: readonly Shape[] = [
  {
    title: 'every category of the contract',
    sent: { categories: allCategories },
    gives: { categories: allCategories },
  },
  { title: 'no categories', sent: { categories: [] }, gives: { categories: [] } },
  { title: 'the same category twice', sent: { categories: ['ats', 'ats'] }, gives: { categories: ['ats', 'ats'] } },
  {
    title: 'an unknown category',
    sent: { categories: ['ats', 'brand-new'] },
    gives: { categories: ['ats', 'brand-new'] },
    drift: ['categories[1]'],
  },
  {
    title: 'the alias of a category',
    sent: { categories: ['hrisLegacy'] },
    gives: { categories: ['hrisLegacy'] },
    drift: ['categories[0]'],
  },
  {
    title: 'a list of categories in which not all entries are strings',
    sent: { categories: ['ats', null, 7, 'brand-new', {}, ['crm'], 'crm'] },
    gives: { categories: ['ats', 'brand-new', 'crm'] },
    drift: ['categories[1]', 'categories[2]', 'categories[3]', 'categories[4]', 'categories[5]'],
  },
  {
    title: 'categories with an infinite number and null',
    body: mintedAnd('"categories":[1e999,null,"ats"]'),
    drift: ['categories[0]', 'categories[1]'],
  },
  {
    title: 'an object for categories, with an infinite number',
    body: mintedAnd('"categories":{"a":1e999}'),
    gives: { categories: undefined },
    drift: [/^categories\b/],
  },
  {
    title: 'a category of 20,000 levels',
    body: mintedAnd(`"categories":[${nested(20_000)},"ats"]`),
    drift: [/^categories\[0\]/],
  },
  ...[
    { title: 'a bare string for categories', sent: { categories: 'ats' } },
    { title: 'an object for categories', sent: { categories: { 0: 'ats' } } },
    { title: 'a number for categories', sent: { categories: 1 } },
  ].map((shape) => ({ ...shape, gives: { categories: undefined }, drift: ['categories'] })),
]

const dated = (title: string, created_at: unknown, read: string | undefined): Shape => ({
  title,
  sent: { created_at },
  gives: read === undefined ? { createdAt: undefined } : created(read),
})

const dates: readonly Shape[] = [
  dated('a date in another zone', '2026-01-01T02:00:00+02:00', '2026-01-01T00:00:00Z'),
  dated('a date without fractions of a second', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z'),
  dated('a date with microseconds', '2026-01-01T00:00:00.123456Z', '2026-01-01T00:00:00.123Z'),
  ...[
    dated('a date without a zone', '2026-01-01T00:00:00', '2026-01-01T00:00:00Z'),
    dated('a date without T and zone', '2026-01-01 00:00:00.5', '2026-01-01T00:00:00.500Z'),
    dated('a date without a time', '2026-01-01', '2026-01-01T00:00:00Z'),
    dated('a date in seconds', 1_767_225_600, '2026-01-01T00:00:00Z'),
    dated('a date in milliseconds', 1_767_225_600_500, '2026-01-01T00:00:00.500Z'),
    dated('a date in seconds, as a string', '1767225600', '2026-01-01T00:00:00Z'),
    dated('a date in milliseconds, as a string', '1767225600500', '2026-01-01T00:00:00.500Z'),
    dated('the latest possible date, to which no lifetime can be added', 8.64e15, '+275760-09-13T00:00:00Z'),
    dated('a date that is missing', undefined, undefined),
    dated('a date that is null', null, undefined),
    dated('a date that is empty', '', undefined),
    dated('a date in words', 'yesterday', undefined),
    dated('a date in a thirteenth month', '2026-13-01T00:00:00Z', undefined),
    dated('February 30', '2026-02-30T00:00:00Z', undefined),
    dated('a date too large for a Date', 1e20, undefined),
    dated('a date that is an object', { seconds: 1_767_225_600 }, undefined),
  ].map((shape) => ({ ...shape, drift: ['created_at'] })),
]

const absent = { ...Object.fromEntries(Object.keys(usual).map((name) => [name, undefined])), token: 't' }

const bodies: readonly Shape[] = [
  { title: 'a bare token', body: '{"token":"t"}', gives: absent, drift: guaranteed },
  {
    title: 'an unexpected value in every field',
    body: `{"token":"t",${[...guaranteed, ...optional].map((name) => `"${name}":[{}]`)}}`,
    gives: { ...absent, categories: [] },
    drift: [...guaranteed, ...optional.filter((name) => name !== 'categories'), 'categories[0]'],
  },
  {
    title: 'a token with JSON escapes',
    body: '{"token":"t\\/\\ud83d\\ude00"}',
    gives: { ...absent, token: 't/😀' },
    drift: guaranteed,
  },
  { title: 'a token with a lone surrogate', sent: { token: 'tok.\ud800' }, gives: { token: 'tok.\ud800' } },
  {
    title: 'a token of 100,000 characters',
    sent: { token: 't'.repeat(100_000) },
    gives: { token: 't'.repeat(100_000) },
  },
  { title: 'two tokens, of which the last counts', body: `{"token":7,${mintedWith({}).slice(1)}` },
]

const unknownField = (title: string, field: string): Shape => ({
  title: `an unknown field ${title}`,
  body: mintedAnd(field),
  gives: { extra: JSON.parse(`{${field}}`) },
})

const extras: readonly Shape[] = [
  unknownField('with nested values', '"theme":{"dark":[true,1.5,null]}'),
  unknownField('called drift', '"drift":[{"path":"id"}]'),
  unknownField('called extra', '"extra":{"theme":"dark"}'),
  unknownField('called __proto__', '"__proto__":{"strict":true}'),
  unknownField('called constructor', '"constructor":{"prototype":{"strict":true}}'),
  unknownField('called originOwnerId', '"originOwnerId":"someone-else"'),
  unknownField('called expiresAt', '"expiresAt":"2026-01-01T00:30:00Z"'),
  unknownField('called then', '"then":"not a promise"'),
  unknownField('called toJSON', '"toJSON":1'),
  unknownField('with an empty name', '"":{"theme":"dark"}'),
  { title: 'an unknown field of 20,000 levels', body: mintedAnd(`"theme":${nested(20_000)}`), drift: [/^theme\b/] },
  { title: 'an unknown field with an infinite number', body: mintedAnd('"theme":{"a":1e999}'), drift: ['theme.a'] },
  {
    title: 'an unknown field with an empty name and an infinite number',
    body: mintedAnd('"":{"a":1e999}'),
    drift: ['[""].a'],
  },
]

const metadata: readonly Shape[] = [
  ...['{}', '{"plan":"pro","nested":{"list":[1,null,{"a":false}]}}', '{"__proto__":{"strict":true},"plan":"pro"}'].map(
    (text): Shape => ({
      title: `metadata of ${text}`,
      body: mintedAnd(`"metadata":${text}`),
      gives: { metadata: JSON.parse(text) },
    }),
  ),
  ...['"plan"', '["plan"]', '1', 'false'].map(
    (text): Shape => ({ title: `metadata of ${text}`, body: mintedAnd(`"metadata":${text}`), drift: ['metadata'] }),
  ),
  { title: 'metadata of 20,000 levels', body: mintedAnd(`"metadata":${nested(20_000)}`), drift: [/^metadata\b/] },
  { title: 'metadata with an infinite number', body: mintedAnd('"metadata":{"a":-1e999}'), drift: ['metadata.a'] },
]

describe('The response to POST /connect_sessions', () => {
  describeShapes([...ids, ...others, ...links, ...categories, ...dates, ...bodies, ...extras, ...metadata])
})
