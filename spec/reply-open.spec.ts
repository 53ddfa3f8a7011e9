import { describeShapes, mintedAnd, nested, type Shape } from './support/shape.ts'

const attempt = { id: 'attempt-1', created_at: '2026-01-01T00:01:00Z', updated_at: '2026-01-01T00:02:00Z' }
const attempted = { id: 'attempt-1', createdAt: attempt.created_at, updatedAt: attempt.updated_at }
const latest = (members: object) => ({ latest_connection_attempt: { ...attempt, ...members } })

const news = (title: string, member: string): Shape => ({
  title: `a new member ${title}`,
  body: mintedAnd(member),
  gives: { extra: JSON.parse(`{${member}}`) },
})

const extras: readonly Shape[] = [
  news('of any kind', '"theme":{"dark":[true,1.5,null]}'),
  news('called drift', '"drift":[{"path":"id"}]'),
  news('called extra', '"extra":{"theme":"dark"}'),
  news('called __proto__', '"__proto__":{"strict":true}'),
  news('called constructor', '"constructor":{"prototype":{"strict":true}}'),
  news('called originOwnerId', '"originOwnerId":"someone-else"'),
  news('called expiresAt', '"expiresAt":"2026-01-01T00:30:00Z"'),
  news('called then', '"then":"not a promise"'),
  news('called toJSON', '"toJSON":1'),
  news('without a name', '"":{"theme":"dark"}'),
  { title: 'a new member 20,000 levels deep', body: mintedAnd(`"theme":${nested(20_000)}`), drift: [/^theme\b/] },
  { title: 'a new member that JSON cannot hold', body: mintedAnd('"theme":{"a":1e999}'), drift: ['theme.a'] },
  { title: 'a new member without a name that JSON cannot hold', body: mintedAnd('"":{"a":1e999}'), drift: ['[""].a'] },
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
    (text): Shape => ({
      title: `metadata of ${text}`,
      body: mintedAnd(`"metadata":${text}`),
      drift: ['metadata'],
    }),
  ),
  { title: 'metadata 20,000 levels deep', body: mintedAnd(`"metadata":${nested(20_000)}`), drift: [/^metadata\b/] },
  { title: 'metadata that JSON cannot hold', body: mintedAnd('"metadata":{"a":-1e999}'), drift: ['metadata.a'] },
]

const attempts: readonly Shape[] = [
  {
    title: 'an attempt with no more than it must have',
    sent: latest({}),
    gives: { latestConnectionAttempt: attempted },
  },
  {
    title: 'an attempt with all it may have',
    sent: latest({ status: 'error', account_secure_id: 'a', oauth_error_code: 'b', oauth_error_description: 'c' }),
    gives: {
      latestConnectionAttempt: {
        ...attempted,
        ...{ status: 'error', accountSecureId: 'a', oauthErrorCode: 'b', oauthErrorDescription: 'c' },
      },
    },
  },
  {
    title: 'an attempt with a status nobody knows',
    sent: latest({ status: 'paused' }),
    gives: { latestConnectionAttempt: { ...attempted, status: 'paused' } },
  },
  {
    title: 'an attempt with a new member',
    sent: latest({ retries: 2, account_secure_id: null }),
    gives: { latestConnectionAttempt: { ...attempted, extra: { retries: 2 } } },
  },
  {
    title: 'an attempt of wrong kinds, of which the good ones are kept',
    sent: latest({ id: 1, created_at: 1, status: 2, account_secure_id: 451, oauth_error_code: {} }),
    gives: { latestConnectionAttempt: { id: '1', updatedAt: attempt.updated_at, accountSecureId: '451' } },
    drift: ['id', 'created_at', 'status', 'account_secure_id', 'oauth_error_code'].map(
      (name) => `latest_connection_attempt.${name}`,
    ),
  },
  {
    title: 'an attempt with a new member that JSON cannot hold',
    body: mintedAnd(`"latest_connection_attempt":${JSON.stringify(attempt).slice(0, -1)},"a":1e999,"b":[]}`),
    gives: { latestConnectionAttempt: { ...attempted, extra: { b: [] } } },
    drift: ['latest_connection_attempt.a'],
  },
  {
    title: 'an attempt without members',
    sent: { latest_connection_attempt: {} },
    gives: { latestConnectionAttempt: {} },
    drift: ['id', 'created_at', 'updated_at'].map((name) => `latest_connection_attempt.${name}`),
  },
  ...['authenticated', [attempt], 7].map(
    (given): Shape => ({
      title: `an attempt that is ${JSON.stringify(given).slice(0, 20)}`,
      sent: { latest_connection_attempt: given },
      drift: ['latest_connection_attempt'],
    }),
  ),
]

describe('A reply to a create, where the contract is open: new members, metadata, the latest attempt', () => {
  describeShapes([...extras, ...metadata, ...attempts])
})
