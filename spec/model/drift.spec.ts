import { describeShapes, mintedAnd, mintedWith, nested, type Shape, usual } from '../support/shape.ts'
import { categories as allCategories } from '../support/wires.ts'

type Fields = Readonly<Record<string, unknown>>

/** A response of the contract in which some fields are replaced. Text is the whole body. */
const shape = (title: string, sent: Fields | string, gives: Fields = {}, ...drift: readonly (string | RegExp)[]) => ({
  ...(typeof sent === 'string' ? { body: sent } : { sent }),
  ...{ title, gives, drift },
})

/** The fields of every response. */
const guaranteed = [
  ...['auth_link_url', 'id', 'organization_id', 'project_id', 'origin_owner_id', 'origin_owner_name', 'created_at'],
]
const optional = [
  ...['origin_username', 'provider', 'account_id', 'label', 'categories', 'metadata', 'external_trigger_token'],
  ...['type', 'integration_id', 'connector_profile_id', 'latest_connection_attempt'],
]
const eachOptional = (value: unknown) => Object.fromEntries(optional.map((name) => [name, value]))
const withoutOptional = { categories: undefined, type: undefined }

const ids: readonly Shape[] = [
  shape('a response of the contract', {}),
  shape('an id of zero', { id: 0 }, { id: '0' }),
  shape('an id that is a string', { id: '4711' }, {}, 'id'),
  shape('an id that is a UUID', { id: 'c0ffee00-1' }, { id: 'c0ffee00-1' }, 'id'),
  // JSON.parse returns another number than was sent, and no id is better than a wrong one.
  shape('an id too large for a number', mintedAnd('"id":98765432109876543210'), { id: undefined }, 'id'),
  shape('an id that is a fraction', { id: 1.5 }, { id: undefined }, 'id'),
  shape('an id that is infinite', mintedAnd('"id":1e999'), { id: undefined }, 'id'),
  shape('an id that is empty', { id: '' }, { id: undefined }, 'id'),
  shape('an id that is null', { id: null }, { id: undefined }, 'id'),
  shape('an id that is an object', { id: { value: 1 } }, { id: undefined }, 'id'),
  shape('an id that is missing', { id: undefined }, { id: undefined }, 'id'),
  shape('ids of digits', { organization_id: '12', account_id: '451' }, { organizationId: '12', accountId: '451' }),
  shape(
    'numbers where ids are strings',
    { organization_id: 12, project_id: 7, account_id: 451, integration_id: 1, connector_profile_id: 7 },
    { organizationId: '12', projectId: '7', accountId: '451', integrationId: '1', connectorProfileId: '7' },
    ...['organization_id', 'project_id', 'account_id', 'integration_id', 'connector_profile_id'],
  ),
  shape('a list for an id', { project_id: ['a'] }, { projectId: undefined }, 'project_id'),
  shape('a number for a name', { origin_owner_name: 42 }, { originOwnerName: undefined }, 'origin_owner_name'),
]

const others: readonly Shape[] = [
  shape('null in every optional field', eachOptional(null), withoutOptional),
  shape('no optional field', eachOptional(undefined), withoutOptional),
  shape('a boolean in every optional field', eachOptional(true), withoutOptional, ...optional),
  shape(
    'a string in every optional field that has strings',
    {
      ...{ origin_username: 'it@acme.example', provider: 'bamboohr', account_id: '451', label: 'Berlin' },
      ...{ external_trigger_token: 'trigger.0123456789', integration_id: 'i-1', connector_profile_id: 'profile-7' },
    },
    {
      ...{ originUsername: 'it@acme.example', provider: 'bamboohr', accountId: '451', label: 'Berlin' },
      ...{ externalTriggerToken: 'trigger.0123456789', integrationId: 'i-1', connectorProfileId: 'profile-7' },
    },
  ),
  shape('the type test', { type: 'test' }, { type: 'test' }),
  shape('an unknown type', { type: 'sandbox' }, { type: 'sandbox' }, 'type'),
  shape('a type that is a number', { type: 1 }, { type: undefined }, 'type'),
  ...[undefined, null, '', 7].map((link) =>
    shape(`an auth_link_url that is ${link}`, { auth_link_url: link }, { authLinkUrl: undefined }, 'auth_link_url'),
  ),
]

const noCategories = { categories: undefined }

const categories: readonly Shape[] = [
  shape('every category of the contract', { categories: allCategories }, { categories: allCategories }),
  shape('no categories', { categories: [] }, { categories: [] }),
  shape('the same category twice', { categories: ['ats', 'ats'] }, { categories: ['ats', 'ats'] }),
  shape('an unknown category', { categories: ['ats', 'new'] }, { categories: ['ats', 'new'] }, 'categories[1]'),
  shape('an alias', { categories: ['hrisLegacy'] }, { categories: ['hrisLegacy'] }, 'categories[0]'),
  shape(
    'a list of categories in which not all entries are strings',
    { categories: ['ats', null, 7, 'brand-new', {}, ['crm'], 'crm'] },
    noCategories,
    ...[1, 2, 3, 4, 5].map((index) => `categories[${index}]`),
  ),
  shape('infinite categories', mintedAnd('"categories":[1e999,"ats"]'), noCategories, 'categories[0]'),
  shape('an infinite number in an object', mintedAnd('"categories":{"a":1e999}'), noCategories, /^categories\b/),
  shape(
    'a category of 20,000 levels',
    mintedAnd(`"categories":[${nested(20_000)},"ats"]`),
    noCategories,
    /^categories\[0\]/,
  ),
  shape('a string for categories', { categories: 'ats' }, noCategories, 'categories'),
  shape('an object for categories', { categories: { 0: 'ats' } }, noCategories, 'categories'),
]

const dates: readonly Shape[] = [
  shape('another zone', { created_at: '2026-01-01T02:00:00+02:00' }),
  shape('a date without a zone', { created_at: '2026-01-01T00:00:00' }, {}, 'created_at'),
  shape('a date in seconds', { created_at: 1_767_225_600 }, {}, 'created_at'),
  shape('no date', { created_at: undefined }, { createdAt: undefined }, 'created_at'),
  shape('a date in words', { created_at: 'yesterday' }, { createdAt: undefined }, 'created_at'),
]

const absent = { ...Object.fromEntries(Object.keys(usual).map((name) => [name, undefined])), token: 't' }

const bodies: readonly Shape[] = [
  shape('a bare token', '{"token":"t"}', absent, ...guaranteed),
  shape(
    'an unexpected value in every field',
    `{"token":"t",${[...guaranteed, ...optional].map((name) => `"${name}":[{}]`)}}`,
    absent,
    ...[...guaranteed, ...optional.filter((name) => name !== 'categories'), 'categories[0]'],
  ),
  shape('JSON escapes in a token', '{"token":"t\\/\\ud83d\\ude00"}', { ...absent, token: 't/😀' }, ...guaranteed),
  shape('a token with a lone surrogate', { token: 'tok.\ud800' }, { token: 'tok.\ud800' }),
  shape('a token of 100,000 characters', { token: 't'.repeat(100_000) }, { token: 't'.repeat(100_000) }),
  shape('two tokens, of which the last counts', `{"token":7,${mintedWith({}).slice(1)}`),
]

const unknownField = (field: string): Shape =>
  shape(`an unknown field: ${field}`, mintedAnd(field), { extra: JSON.parse(`{${field}}`) })

const extras: readonly Shape[] = [
  unknownField('"theme":{"dark":[true,1.5,null]}'),
  unknownField('"drift":[{"path":"id"}]'),
  unknownField('"extra":{"theme":"dark"}'),
  unknownField('"__proto__":{"strict":true}'),
  unknownField('"constructor":{"prototype":{"strict":true}}'),
  unknownField('"originOwnerId":"someone-else"'),
  unknownField('"expiresAt":"2026-01-01T00:30:00Z"'),
  unknownField('"then":"not a promise"'),
  unknownField('"toJSON":1'),
  unknownField('"":{"theme":"dark"}'),
  shape('an unknown field of 20,000 levels', mintedAnd(`"theme":${nested(20_000)}`), {}, /^theme\b/),
  shape('an unknown field with an infinite number', mintedAnd('"theme":{"a":1e999}'), {}, 'theme.a'),
  shape('a field with an empty name and an infinite number', mintedAnd('"":{"a":1e999}'), {}, '[""].a'),
]

const metadataOf = (text: string): Shape =>
  shape(`metadata of ${text}`, mintedAnd(`"metadata":${text}`), { metadata: JSON.parse(text) })

const metadata: readonly Shape[] = [
  metadataOf('{}'),
  metadataOf('{"plan":"pro","nested":{"list":[1,null,{"a":false}]}}'),
  metadataOf('{"__proto__":{"strict":true},"plan":"pro"}'),
  shape('text for metadata', { metadata: 'plan' }, {}, 'metadata'),
  shape('a list for metadata', { metadata: ['plan'] }, {}, 'metadata'),
  shape('metadata of 20,000 levels', mintedAnd(`"metadata":${nested(20_000)}`), {}, /^metadata\b/),
  shape('metadata with an infinite number', mintedAnd('"metadata":{"a":-1e999}'), {}, 'metadata.a'),
]

const attempt = { id: 'attempt-1', created_at: '2026-01-01T00:01:00Z', updated_at: '2026-01-01T00:02:00Z' }
const attempted = { id: 'attempt-1', createdAt: attempt.created_at, updatedAt: attempt.updated_at }
const sentAttempt = (fields: object) => ({ latest_connection_attempt: { ...attempt, ...fields } })
const decodedAttempt = (fields: object) => ({ latestConnectionAttempt: { ...attempted, ...fields } })
const inAttempt = (...names: readonly string[]) => names.map((name) => `latest_connection_attempt.${name}`)

const attempts: readonly Shape[] = [
  shape('an attempt with the required fields only', sentAttempt({}), decodedAttempt({})),
  shape(
    'an attempt with every field',
    sentAttempt({ status: 'error', account_secure_id: 'a', oauth_error_code: 'b', oauth_error_description: 'c' }),
    decodedAttempt({ status: 'error', accountSecureId: 'a', oauthErrorCode: 'b', oauthErrorDescription: 'c' }),
  ),
  shape('an attempt with an unknown status', sentAttempt({ status: 'paused' }), decodedAttempt({ status: 'paused' })),
  shape(
    'an attempt with an unknown field and null',
    sentAttempt({ retries: 2, account_secure_id: null }),
    decodedAttempt({ extra: { retries: 2 } }),
  ),
  shape(
    'an attempt with values of other types',
    sentAttempt({ id: 1, created_at: 1, status: 2, account_secure_id: 451, oauth_error_code: {} }),
    { latestConnectionAttempt: { id: '1', updatedAt: attempt.updated_at, accountSecureId: '451' } },
    ...inAttempt('id', 'created_at', 'status', 'account_secure_id', 'oauth_error_code'),
  ),
  shape(
    'an attempt with an unknown field that is infinite',
    mintedAnd(`"latest_connection_attempt":${JSON.stringify(attempt).slice(0, -1)},"a":1e999,"b":[]}`),
    decodedAttempt({ extra: { b: [] } }),
    ...inAttempt('a'),
  ),
  shape(
    'an attempt without fields',
    { latest_connection_attempt: {} },
    { latestConnectionAttempt: {} },
    ...inAttempt('id', 'created_at', 'updated_at'),
  ),
  shape('a list for an attempt', { latest_connection_attempt: [attempt] }, {}, 'latest_connection_attempt'),
]

describe('The response to POST /connect_sessions', () => {
  describeShapes([...ids, ...others, ...categories, ...dates, ...bodies, ...extras, ...metadata, ...attempts])
})
