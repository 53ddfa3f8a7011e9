import { Console } from 'node:console'
import { Writable } from 'node:stream'
import { format, type InspectOptions, inspect } from 'node:util'
import { expect } from 'chai'
import { ConnectSessionToken } from '../lib/index.ts'
import { acme, clientOf } from './support/call.ts'
import { rightOf } from './support/either.ts'
import { httpServer, json, minted, type TestServer } from './support/server.ts'

const token = 'tok.0123456789abcdef'
const trigger = 'trigger.fedcba9876543210'

// All that a reply can hold, with its secrets once more where they do not belong.
const rich = {
  ...minted,
  token,
  auth_link_url: `https://app.stackone.com/embedded/accounts/connect/${token}`,
  external_trigger_token: trigger,
  id: 'a string, which is drift',
  label: `opened with ${token}`,
  metadata: { plan: 'pro', links: [{ url: `https://hub.example/?token=${token}` }], [token]: trigger },
  latest_connection_attempt: {
    id: 'attempt-1',
    seats: [{ count: 1 }],
    oauth_error_description: `${trigger} is no good`,
  },
  theme: { dark: [true, { token: 'another.0123456789' }] },
} as const

let server: TestServer
let answer: { readonly status: number; readonly body: unknown }

// Inside each describe: at the top of a file it would run for the tests of all files.
const serveEach = (): void => {
  beforeEach(async () => {
    answer = { status: 201, body: rich }
    server = await httpServer((_, response) => json(response, answer.status, answer.body))
  })
  afterEach(() => server.close())
}

const send = (): Promise<ConnectSessionToken> => acme.send(clientOf(server.url))

describe('A reply', () => {
  serveEach()

  const frozen = (value: unknown, path: string): readonly string[] => {
    if (typeof value !== 'object' || value === null || value instanceof Date) return []
    const members = Reflect.ownKeys(value).flatMap((key) => frozen(Reflect.get(value, key), `${path}.${String(key)}`))
    return [...(Object.isFrozen(value) ? [] : [path]), ...members]
  }

  it('is frozen all the way down', async () => {
    const minted = await send()
    expect(frozen(minted, 'send')).to.deep.equal([])
    expect(frozen(await clientOf(server.url).get('4711'), 'get')).to.deep.equal([])
    expect(frozen(await clientOf(server.url).authenticate(token), 'authenticate')).to.deep.equal([])
    expect(frozen(rightOf(ConnectSessionToken.decode(rich)), 'decode')).to.deep.equal([])
    expect(minted.drift).not.to.deep.equal([])
    expect(minted.extra).to.deep.equal({ theme: rich.theme })
  })

  it('holds frozen dates', async () => {
    const { createdAt, expiresAt } = await send()
    expect([createdAt, expiresAt].map((date) => date instanceof Date && Object.isFrozen(date))).to.deep.equal([
      true,
      true,
    ])
  })

  it('is frozen together with the drift of its status', async () => {
    answer = { status: 202, body: minted }
    const { drift } = await send()
    expect(drift.map(({ path }) => path)).to.deep.equal(['status'])
    expect(frozen(drift, 'drift')).to.deep.equal([])
  })

  it('cannot be changed', async () => {
    const reply = await send()
    const before = JSON.stringify(reply)
    expect(Reflect.set(reply, 'token', 'mine')).to.equal(false)
    expect(Reflect.set(reply, 'more', 1)).to.equal(false)
    expect(Reflect.deleteProperty(reply, 'token')).to.equal(false)
    expect(Reflect.set(reply.metadata ?? {}, 'plan', 'free')).to.equal(false)
    expect(Reflect.set(reply.categories ?? [], 0, 'hris')).to.equal(false)
    expect(Reflect.set(reply.latestConnectionAttempt ?? {}, 'status', 'authenticated')).to.equal(false)
    expect(JSON.stringify(reply)).to.equal(before)
  })

  it('gives its secrets whole, as members and as JSON', async () => {
    const reply = await send()
    const secrets = { token, authLinkUrl: rich.auth_link_url, externalTriggerToken: trigger }
    expect(reply).to.include(secrets)
    expect({ ...reply }).to.include(secrets)
    expect(JSON.parse(JSON.stringify(reply))).to.deep.include({ ...secrets, metadata: rich.metadata })
    expect(Object.keys(reply)).to.include.members(['token', 'authLinkUrl', 'externalTriggerToken'])
    expect(structuredClone({ ...reply })).to.include(secrets)
  })

  it('is deeply equal to one with the same members, and to no other', async () => {
    const reply = await send()
    expect(reply).to.deep.equal({ ...(await send()) })
    expect(reply).not.to.deep.equal({ ...reply, token: 'tok.other' })
  })
})

describe('Printing a reply', () => {
  serveEach()

  const printed = (print: (console: Console) => void): string => {
    const chunks: string[] = []
    const stream = new Writable({
      write: (chunk, _, done) => {
        chunks.push(String(chunk))
        done()
      },
    })
    print(new Console({ stdout: stream, stderr: stream, colorMode: false }))
    return chunks.join('')
  }

  type Print = (reply: unknown) => string

  const inspections: readonly InspectOptions[] = [
    {},
    { depth: Number.POSITIVE_INFINITY },
    { depth: null },
    { depth: 0 },
    { showHidden: true },
    { getters: true },
    { getters: 'get' },
    { depth: null, showHidden: true, getters: true },
    { showProxy: true },
    { compact: false },
    { colors: true },
    { sorted: true },
    { maxArrayLength: null, maxStringLength: null, breakLength: Number.POSITIVE_INFINITY },
  ]

  class Holder {
    readonly reply: unknown
    constructor(reply: unknown) {
      this.reply = reply
    }
  }

  const nestings: readonly (readonly [string, (reply: unknown) => unknown])[] = [
    ['alone', (reply) => reply],
    ['in an object', (reply) => ({ reply })],
    ['in an object four levels down', (reply) => ({ a: { b: { c: { reply } } } })],
    ['in a list', (reply) => [reply, reply]],
    ['in a Map', (reply) => new Map([['reply', reply]])],
    ['as a key of a Map', (reply) => new Map([[reply, 'reply']])],
    ['in a Set', (reply) => new Set([reply])],
    ['in a class', (reply) => new Holder(reply)],
    ['in a settled promise', (reply) => Promise.resolve(reply)],
    ['as the cause of an error', (reply) => new Error('with a reply', { cause: reply })],
    ['as a member of an error', (reply) => Object.assign(new Error('with a reply'), { reply })],
    ['in an AggregateError', (reply) => new AggregateError([reply], 'with a reply')],
    [
      'behind a getter',
      (reply) => ({
        get reply() {
          return reply
        },
      }),
    ],
    ['behind a proxy', (reply) => new Proxy(Object(reply), {})],
    ['as a prototype', (reply) => Object.create(Object(reply))],
  ]

  const prints: readonly (readonly [string, Print])[] = [
    ['console.log', (value) => printed((console) => console.log(value))],
    ['console.error', (value) => printed((console) => console.error('failed', value))],
    ['console.log of %o', (value) => printed((console) => console.log('%o', value))],
    ['console.log of %O', (value) => printed((console) => console.log('%O', value))],
    ['console.log of %s', (value) => printed((console) => console.log('%s', value))],
    ['format of %o', (value) => format('%o', value)],
    ['format of %O', (value) => format('%O', value)],
    ['format without a placeholder', (value) => format('reply:', value)],
    ...inspections.map((options): readonly [string, Print] => [
      `inspect with ${inspect(options, { breakLength: Number.POSITIVE_INFINITY })}`,
      (value) => inspect(value, options),
    ]),
  ]

  const secrets = [token, trigger, 'another.0123456789', 'tok.', 'trigger.']

  for (const [how, print] of prints)
    it(`masks its secrets: ${how}`, async () => {
      const reply = await send()
      for (const [where, nest] of nestings) {
        const text = print(nest(reply))
        for (const secret of secrets) expect(text, where).not.to.include(secret)
      }
    })

  for (const [how, text] of [
    ['String', (reply) => String(reply)],
    ['a template', (reply) => `${reply}`],
    ['Object.prototype.toString', (reply) => Object.prototype.toString.call(reply)],
  ] satisfies readonly (readonly [string, Print])[])
    it(`shows no member: ${how}`, async () => {
      expect(text(await send())).to.equal('[object Object]')
    })

  // These pass by what an object says of how it is printed: nothing but its own members can be masked.
  for (const [how, print] of [
    ['console.dir', (reply) => printed((console) => console.dir(reply))],
    ['console.dir of all levels', (reply) => printed((console) => console.dir({ reply }, { depth: null }))],
    ['inspect without custom functions', (reply) => inspect([reply], { customInspect: false })],
  ] satisfies readonly (readonly [string, Print])[])
    it(`masks its secret members: ${how}`, async () => {
      answer = { status: 201, body: { ...minted, token, external_trigger_token: trigger } }
      const text = print(await send())
      for (const secret of secrets) expect(text).not.to.include(secret)
      expect(text).to.include("originOwnerId: 'acme-42'")
    })

  it('shows all but the secrets', async () => {
    const text = inspect(await send(), { depth: null })
    for (const shown of ["originOwnerId: 'acme-42'", "plan: 'pro'", 'expiresAt: 2026-01-01T00:30:00.000Z', 'drift: ['])
      expect(text).to.include(shown)
    for (const name of ['token', 'authLinkUrl', 'externalTriggerToken']) expect(text).to.include(`${name}: '[secret]'`)
    expect(text).to.include("label: 'opened with [secret]'").and.include("'https://hub.example/?token=[secret]'")
    expect(text).to.include("'[secret]': '[secret]'").and.include("'[secret] is no good'")
  })

  it('masks a short token by its name, and leaves the words alone that contain it', async () => {
    answer = { status: 201, body: { ...minted, token: 'Acme' } }
    expect(inspect(await send()))
      .to.include("token: '[secret]'")
      .and.include("originOwnerName: 'Acme Inc.'")
  })

  it('masks a token that no UTF-8 can hold', async () => {
    answer = { status: 201, body: { ...minted, token: `${token}\ud800`, label: `${token}\ud800` } }
    const reply = await send()
    expect(reply.token).to.equal(`${token}\ud800`)
    expect(inspect(reply)).to.include("token: '[secret]'").and.include("label: '[secret]'").and.not.include(token)
  })

  it('masks what get and authenticate answer with, also a token that they should not', async () => {
    const client = clientOf(server.url)
    for (const reply of [await client.get('4711'), await client.authenticate(token)]) {
      expect(reply.extra).to.include({ token, auth_link_url: rich.auth_link_url })
      const text = inspect({ reply }, { depth: null, showHidden: true })
      for (const name of ['token', 'auth_link_url', 'externalTriggerToken'])
        expect(text).to.include(`${name}: '[secret]'`)
      for (const secret of secrets) expect(text).not.to.include(secret)
      // No hook of ours is asked here: a secret member is a getter, whose value is not shown.
      const plain = printed((console) => console.dir(reply.extra))
      expect(plain).to.include('token: [Getter]').and.not.include(rich.auth_link_url)
    }
  })

  it('has no token in its drift, where that is the name of a member', () => {
    const odd = { ...minted, token, metadata: { [token]: Number.POSITIVE_INFINITY } }
    const { drift } = rightOf(ConnectSessionToken.decode(odd))
    expect(drift).to.deep.equal([{ path: 'metadata["[secret]"]', message: 'Infinity is not JSON' }])
  })

  it('masks what the codecs decode', () => {
    const text = inspect(rightOf(ConnectSessionToken.decode(rich)), { depth: null })
    for (const secret of secrets) expect(text).not.to.include(secret)
  })
})
