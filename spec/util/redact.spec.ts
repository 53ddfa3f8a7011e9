import { inspect } from 'node:util'
import { expect } from 'chai'
import { ConnectSession, ConnectSessionToken } from '../../lib/model/connect-session.ts'
import { maskWhenPrinted, redactJson, redactorOf, secretsIn } from '../../lib/util/redact.ts'
import { rightOf } from '../support/either.ts'
import { itEach } from '../support/it-each.ts'
import { dumps, printings, showing } from '../support/printed.ts'
import { minted } from '../support/server.ts'

const secret = 'key/0123456789+abc="def"'

const redact = redactorOf(undefined, [secret])

describe('A redactor', () => {
  const forms: readonly (readonly [string, string])[] = [
    ['as it is', secret],
    ['in base64', btoa(secret)],
    ['in base64 without padding', btoa(secret).replace(/=+$/, '')],
    ['URL-encoded', encodeURIComponent(secret)],
    ['in URL-encoded base64', encodeURIComponent(btoa(secret))],
    ['as JSON', JSON.stringify(secret).slice(1, -1)],
    ['with escaped slashes', secret.replaceAll('/', '\\/')],
  ]
  itEach('masks a secret in every form', forms, ([, form]) => {
    expect(redact(`before ${form} after`)).to.match(/^before \[secret\](%3D|=)* after$/)
  })

  const masked: readonly (readonly [string, readonly string[], string, string])[] = [
    ['every occurrence, next to any character', [secret], `a${secret}b, ${secret}`, 'a[secret]b, [secret]'],
    [
      'a short secret as a whole word only',
      ['any'],
      'any of many: any, company',
      '[secret] of many: [secret], company',
    ],
    ['a secret of 8 characters inside a word', ['12345678'], 'a12345678b', 'a[secret]b'],
    ['the longer of two', ['abcdefgh', 'abcdefghijkl'], 'abcdefghijkl abcdefgh', '[secret] [secret]'],
    ['a secret that is not Latin-1', ['пароль-0123456789'], 'a пароль-0123456789 b', 'a [secret] b'],
    ['a lone surrogate', ['tok.\ud800.0123456789'], 'a tok.\ud800.0123456789 b', 'a [secret] b'],
    ['no empty string', ['', secret], 'nothing to hide', 'nothing to hide'],
  ]
  itEach('masks its secrets, and nothing else', masked, ([, secrets, text, expected]) => {
    expect(redactorOf(undefined, secrets)(text)).to.equal(expected)
  })

  it('masks the secret fields of a value, and other secrets, in each text', () => {
    const both = redactorOf({ token: 'tok.01234567' }, [secret])
    for (const text of ['', `${secret} tok.01234567`, 'tok.01234567'])
      expect(both(text)).to.equal(text.replaceAll(secret, '[secret]').replaceAll('tok.01234567', '[secret]'))
  })
})

describe('secretsIn', () => {
  it('finds the secret fields at every level, in either spelling', () => {
    const value = {
      token: 'tok.01234567',
      list: [{ authLinkUrl: 'https://acme.example/a' }, [{ auth_link_url: 'https://acme.example/b' }]],
      deep: { externalTriggerToken: 'trigger.0123', external_trigger_token: 'trigger.4567' },
    }
    expect(secretsIn(value)).to.have.members([
      ...['tok.01234567', 'https://acme.example/a', 'https://acme.example/b', 'trigger.0123', 'trigger.4567'],
    ])
  })

  it('ignores other fields, values that are not strings and values of fewer than 8 characters', () => {
    expect(secretsIn({ label: 'a long label', token: 7, nested: { token: 'short' } })).to.deep.equal([])
    expect(secretsIn('tok.01234567')).to.deep.equal([])
  })

  it('finds at most 50', () => {
    const value = Array.from({ length: 60 }, (_, index) => ({ token: `tok.${index}.0123456` }))
    expect(secretsIn(value)).to.have.length(50)
  })
})

describe('redactJson', () => {
  it('masks secret fields by their name, and known secrets anywhere, names included, and keeps dates', () => {
    const [count, none, date] = [1, null, new Date(0)]
    const value = { token: 'short', nested: [{ [secret]: `got ${secret}` }], count, none, date }
    const expected = { token: '[secret]', nested: [{ '[secret]': 'got [secret]' }], count, none, date }
    expect(redactJson(value, redact)).to.deep.equal(expected)
  })
})

const token = 'tok.0123456789abcdef'
const trigger = 'trigger.fedcba9876543210'
const other = 'another.0123456789'
const secrets = [token, trigger, other]

/** A response with its secrets, and with the same secrets in other fields. */
const rich = {
  ...minted,
  token,
  auth_link_url: `https://app.stackone.com/embedded/accounts/connect/${token}`,
  external_trigger_token: trigger,
  id: 'a string, which is drift',
  label: `opened with ${token}`,
  metadata: { plan: 'pro', links: [{ url: `https://acme.example/?token=${token}` }], [token]: trigger },
  latest_connection_attempt: { id: 'attempt-1', oauth_error_description: `${trigger} is invalid` },
  theme: { dark: [true, { token: other }] },
}

const response = rightOf(ConnectSessionToken.decode(rich))

describe('A response that is printed', () => {
  const places: readonly (readonly [string, unknown])[] = [
    ['alone', response],
    ['four levels deep', { a: { b: { c: { response } } } }],
    ['as a key of a Map', new Map([[response, 'response']])],
    ['as the cause of an error', new Error('failed', { cause: response })],
    ['as a property of an error', Object.assign(new Error('failed'), { response })],
    ['in an AggregateError', new AggregateError([response], 'failed')],
    ['behind a getter', Object.defineProperty({}, 'response', { get: () => response, enumerable: true })],
    ['behind a proxy', new Proxy(response, {})],
    ['as a prototype', Object.create(response)],
  ]
  itEach('shows no secret, wherever it is and however it is printed', places, ([, value]) => {
    expect(showing(value, secrets, printings)).to.deep.equal([])
  })

  it('hides the values of its secret fields from console.dir, which ignores the inspection hook', () => {
    const plain = rightOf(ConnectSessionToken.decode({ ...minted, token, external_trigger_token: trigger }))
    const direct = [...dumps.filter(({ name }) => name === 'console.dir, without options')]
    direct.push({ name: 'inspect', print: (value) => inspect([value], { customInspect: false }) })
    expect(direct).to.have.length(2)
    expect(showing(plain, secrets, direct)).to.deep.equal([])
    expect(showing(plain, ['acme-42'], direct)).to.have.length(2)
  })

  it('shows everything but the secrets', () => {
    const text = inspect(response, { depth: null })
    for (const shown of ["originOwnerId: 'acme-42'", "plan: 'pro'", 'expiresAt: 2026-01-01T00:30:00.000Z', 'drift: ['])
      expect(text).to.include(shown)
    for (const name of ['token', 'authLinkUrl', 'externalTriggerToken']) expect(text).to.include(`${name}: '[secret]'`)
    expect(text).to.include("label: 'opened with [secret]'").and.include("'https://acme.example/?token=[secret]'")
    expect(text).to.include("'[secret]': '[secret]'").and.include("'[secret] is invalid'")
  })

  it('masks a short token by its name, and not the words that contain it', () => {
    expect(inspect(rightOf(ConnectSessionToken.decode({ ...minted, token: 'Acme' }))))
      .to.include("token: '[secret]'")
      .and.include("originOwnerName: 'Acme Inc.'")
  })

  it('masks secrets under extra, where the API should not send them', () => {
    const session = rightOf(ConnectSession.decode(rich))
    expect(session.extra).to.include({ token, auth_link_url: rich.auth_link_url })
    expect(showing({ session }, secrets, printings)).to.deep.equal([])
    expect(inspect(session.extra, { customInspect: false })).to.include('token: [Getter]')
  })
})

describe('maskWhenPrinted', () => {
  it('keeps the fields of the object, also as JSON and in copies', () => {
    const value = { id: '7', token }
    const masked = maskWhenPrinted({ ...value })
    expect(masked).to.deep.equal(value)
    expect(JSON.stringify(masked)).to.equal(JSON.stringify(value))
    expect({ ...masked }).to.deep.equal(value)
  })

  it('masks its secrets in other fields', () => {
    expect(inspect(maskWhenPrinted({ token, label: token }))).to.equal("{ token: '[secret]', label: '[secret]' }")
    expect(redactorOf({ token })(token)).to.equal('[secret]')
  })
})
