import { describeShapes, mintedAnd, type Shape } from '../support/shape.ts'

const attempt = { id: 'attempt-1', created_at: '2026-01-01T00:01:00Z', updated_at: '2026-01-01T00:02:00Z' }
const attempted = { id: 'attempt-1', createdAt: attempt.created_at, updatedAt: attempt.updated_at }
const latest = (fields: object) => ({ latest_connection_attempt: { ...attempt, ...fields } })

const attempts: readonly Shape[] = [
  {
    title: 'an attempt with the required fields only',
    sent: latest({}),
    gives: { latestConnectionAttempt: attempted },
  },
  {
    title: 'an attempt with every field',
    sent: latest({ status: 'error', account_secure_id: 'a', oauth_error_code: 'b', oauth_error_description: 'c' }),
    gives: {
      latestConnectionAttempt: {
        ...attempted,
        ...{ status: 'error', accountSecureId: 'a', oauthErrorCode: 'b', oauthErrorDescription: 'c' },
      },
    },
  },
  {
    title: 'an attempt with an unknown status',
    sent: latest({ status: 'paused' }),
    gives: { latestConnectionAttempt: { ...attempted, status: 'paused' } },
  },
  {
    title: 'an attempt with an unknown field and null',
    sent: latest({ retries: 2, account_secure_id: null }),
    gives: { latestConnectionAttempt: { ...attempted, extra: { retries: 2 } } },
  },
  {
    title: 'an attempt with values of other types',
    sent: latest({ id: 1, created_at: 1, status: 2, account_secure_id: 451, oauth_error_code: {} }),
    gives: { latestConnectionAttempt: { id: '1', updatedAt: attempt.updated_at, accountSecureId: '451' } },
    drift: ['id', 'created_at', 'status', 'account_secure_id', 'oauth_error_code'].map(
      (name) => `latest_connection_attempt.${name}`,
    ),
  },
  {
    title: 'an attempt with an unknown field that is infinite',
    body: mintedAnd(`"latest_connection_attempt":${JSON.stringify(attempt).slice(0, -1)},"a":1e999,"b":[]}`),
    gives: { latestConnectionAttempt: { ...attempted, extra: { b: [] } } },
    drift: ['latest_connection_attempt.a'],
  },
  {
    title: 'an attempt without fields',
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

describe('The latest connection attempt of a response', () => {
  describeShapes(attempts)
})
