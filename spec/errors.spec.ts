import { cp, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { expect } from 'chai'
import { expectTypeOf } from 'expect-type'
import {
  AbortError,
  ApiError,
  ConfigurationError,
  InvalidResponseError,
  type Issue,
  isSessionError,
  NetworkError,
  type SessionError,
  session,
  TimeoutError,
  ValidationError,
} from '../lib/index.ts'
import { acme, apiKey } from './support/call.ts'
import { caught } from './support/caught.ts'
import { leftOf } from './support/either.ts'
import { itEach } from './support/it-each.ts'
import { jsonResponse, stub } from './support/stub.ts'

const classes = {
  ValidationError,
  ConfigurationError,
  ApiError,
  NetworkError,
  TimeoutError,
  AbortError,
  InvalidResponseError,
} as const

describe('ValidationError', () => {
  it('has all issues, frozen, and lists them in its message', () => {
    const error = leftOf(acme.owner(' ', '').expiresIn(0).decode())
    expect(error.issues.map(({ path }) => path)).to.deep.equal(['originOwnerId', 'originOwnerName', 'expiresIn'])
    expect(error.message.split('\n')).to.have.length(4)
    for (const { path, message } of error.issues) expect(error.message).to.include(`  - ${path}: ${message}`)
    expect(Object.isFrozen(error.issues)).to.equal(true)
    for (const issue of error.issues) expect(Object.isFrozen(issue)).to.equal(true)
  })

  it('has a message on one line for a single issue', () => {
    const issues: readonly Issue[] = [{ path: 'provider', message: 'is a number', hint: 'use the key' }]
    expect(new ValidationError(issues, 'No').message).to.equal('No: provider: is a number (use the key)')
    expect(new ValidationError([{ path: '', message: 'is blank' }], 'No').message).to.equal('No: is blank')
  })

  it('has the path and the hint of each issue in its message', () => {
    const issues: readonly Issue[] = [
      { path: '', message: 'is malformed' },
      { path: 'label', message: 'is blank' },
      { path: 'provider', message: 'is a number', hint: 'use the key' },
    ]
    expect(new ValidationError(issues, 'No').message).to.equal(
      'No:\n  - is malformed\n  - label: is blank\n  - provider: is a number (use the key)',
    )
  })

  it('lists at most twenty issues in its message', () => {
    const issues = Array.from({ length: 21 }, (_, index) => ({ path: `k${index}`, message: 'is blank' }))
    const lines = new ValidationError(issues).message.split('\n')
    expect(lines).to.have.length(22)
    expect(lines.at(-2)).to.equal('  - k19: is blank')
    expect(lines.at(-1)).to.equal('  - and 1 more')
    expect(new ValidationError(issues.slice(1)).message.split('\n').at(-1)).to.equal('  - k20: is blank')
  })
})

describe('The message of an error', () => {
  it('has at most 4 kB of UTF-8', () => {
    const size = (text: string): number => new TextEncoder().encode(text).length
    for (const character of ['a', 'é', '€', '😀']) {
      const { message } = new TimeoutError(character.repeat(5000))
      expect(size(message)).to.be.within(4090, 4096)
      expect(message).to.equal(`${character.repeat(message.slice(0, -1).length / character.length)}…`)
    }
    const issues = Array.from({ length: 20 }, () => ({ path: `metadata${'.a'.repeat(500)}`, message: 'is required' }))
    expect(size(new ValidationError(issues).message)).to.be.within(4090, 4096)
    expect(new TimeoutError('a'.repeat(4093)).message).to.have.length(4093)
    expect(new TimeoutError('a'.repeat(4094)).message).to.equal(`${'a'.repeat(4093)}…`)
  })

  it('lists two issues in two lines', () => {
    const issues = ['a', 'b'].map((path) => ({ path, message: 'is required' }))
    expect(new ValidationError(issues).message.split('\n').slice(1)).to.deep.equal([
      '  - a: is required',
      '  - b: is required',
    ])
  })
})

describe('isSessionError', () => {
  describe('across two copies of the package', () => {
    const root = new URL('../', import.meta.url)
    let folder: string
    let other: typeof import('../lib/index.ts')
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'stackone-session-copy-'))
      await cp(new URL('lib', root), join(folder, 'lib'), { recursive: true })
      await cp(new URL('package.json', root), join(folder, 'package.json'))
      await symlink(fileURLToPath(new URL('node_modules', root)), join(folder, 'node_modules'), 'junction')
      other = await import(pathToFileURL(join(folder, 'lib/index.ts')).href)
    })
    after(() => rm(folder, { recursive: true, force: true }))

    it('returns true for errors of the other copy', async () => {
      const foreign = await caught(
        other
          .session()
          .owner('acme-42', 'Acme Inc.')
          .send(other.createClient({ apiKey: ' ', fetch: stub().fetch })),
      )
      expect(foreign).to.be.instanceOf(other.ConfigurationError)
      expect(foreign).not.to.be.instanceOf(ConfigurationError)
      expect(isSessionError(foreign)).to.equal(true)
      expect(other.isSessionError(new ConfigurationError('x'))).to.equal(true)
    })

    itEach('returns true for the errors of either copy', Object.keys(classes) as (keyof typeof classes)[], (name) => {
      expect(isSessionError(Object.create(other[name].prototype))).to.equal(true)
      expect(other.isSessionError(Object.create(classes[name].prototype))).to.equal(true)
      expect(other[name]).not.to.equal(classes[name])
    })

    it('lets a session of one copy be sent with a client of the other', async () => {
      const client = other.createClient({ apiKey, retries: 0, fetch: stub(() => jsonResponse(401, {})).fetch })
      const left = leftOf(await acme.task(client)())
      expect(left).to.include({ name: 'ApiError', status: 401 })
      expect(left).to.be.instanceOf(other.ApiError)
    })
  })

  it('recognizes the errors of other versions by a registered symbol', () => {
    const brand = Symbol.for('stackone-session/error')
    expect(isSessionError(Object.defineProperty(new Error('x'), brand, { value: true }))).to.equal(true)
    expect(isSessionError(Object.defineProperty(new Error('x'), brand, { value: 1 }))).to.equal(false)
  })

  const others: readonly (readonly [string, unknown])[] = [
    ['undefined', undefined],
    ['null', null],
    ['a string', 'ApiError'],
    ['a number', 7],
    ['a bigint', 7n],
    ['a boolean', true],
    ['a symbol', Symbol.for('stackone-session/error')],
    ['a function', () => {}],
    ['a class of the library', ApiError],
    ['an object', {}],
    ['an object without a prototype', Object.create(null)],
    ['an array', [new AbortError('x')]],
    ['an Error', new Error('x')],
    ['a TypeError', new TypeError('x')],
    ['an error with the same name', Object.assign(new Error('x'), { name: 'ApiError', status: 400 })],
    ['an object with the same fields', { name: 'ApiError', message: 'x', status: 400, body: null }],
    ['an object with a string key instead of the symbol', { 'stackone-session/error': true }],
    ['an error that wraps one', new Error('x', { cause: new AbortError('x') })],
    ['an AggregateError of them', new AggregateError([new AbortError('x')])],
    ['a DOMException', new DOMException('x', 'AbortError')],
    ['a promise of one', Promise.resolve(new AbortError('x'))],
    ['a copy of one through JSON', JSON.parse(JSON.stringify(new AbortError('x')))],
    ['a structured clone of one', structuredClone(new AbortError('x'))],
  ]
  itEach('returns false for other values', others, ([, value]) => {
    expect(isSessionError(value)).to.equal(false)
  })

  const trap = (): never => {
    throw new TypeError('a trap of the test')
  }
  const revoked = (): object => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    return proxy
  }
  const hostile: readonly (readonly [string, () => object])[] = [
    ['a proxy that throws for has', () => new Proxy({}, { has: trap })],
    ['a proxy that throws for get', () => new Proxy({}, { has: () => true, get: trap })],
    ['a proxy that throws for its prototype', () => new Proxy({}, { getPrototypeOf: trap, has: trap })],
    ['a revoked proxy', revoked],
    [
      'an object with a getter that throws',
      () => Object.defineProperty({}, Symbol.for('stackone-session/error'), { get: trap }),
    ],
  ]
  itEach('returns false for values that throw when read', hostile, ([, make]) => {
    expect(isSessionError(make())).to.equal(false)
  })
})

/** Compiles only if the switch is exhaustive. */
const advise = (error: SessionError): string => {
  switch (error.name) {
    case 'ValidationError':
      expectTypeOf(error).toEqualTypeOf<ValidationError>()
      return error.issues.map(({ path }) => path).join()
    case 'ConfigurationError':
      expectTypeOf(error).toEqualTypeOf<ConfigurationError>()
      return 'configure'
    case 'ApiError':
      expectTypeOf(error).toEqualTypeOf<ApiError>()
      return `status ${error.status}`
    case 'NetworkError':
      expectTypeOf(error).toEqualTypeOf<NetworkError>()
      return `code ${error.code}`
    case 'TimeoutError':
      expectTypeOf(error).toEqualTypeOf<TimeoutError>()
      return `after ${error.attempts}`
    case 'AbortError':
      expectTypeOf(error).toEqualTypeOf<AbortError>()
      return `because ${error.reason}`
    case 'InvalidResponseError':
      expectTypeOf(error).toEqualTypeOf<InvalidResponseError>()
      return `response ${error.status}`
    default:
      error satisfies never
      throw new Error('unknown error')
  }
}

describe('SessionError', () => {
  it('is discriminated by name', async () => {
    expect(advise(leftOf(session().owner('', 'Acme Inc.').decode()))).to.equal('originOwnerId')
    expect(advise(new ApiError('x', { status: 418, body: {} }))).to.equal('status 418')
    expect(advise(new AbortError('enough'))).to.equal('because enough')
  })

  it('has literal names and typed fields', () => {
    expectTypeOf<SessionError['name']>().toEqualTypeOf<keyof typeof classes>()
    expectTypeOf<SessionError['message']>().toEqualTypeOf<string>()
    expectTypeOf<SessionError['attempts']>().toEqualTypeOf<number | undefined>()
    expectTypeOf<SessionError['elapsedMs']>().toEqualTypeOf<number | undefined>()
    expectTypeOf<ApiError['status']>().toEqualTypeOf<number>()
    expectTypeOf<ApiError['body']>().toEqualTypeOf<unknown>()
    expectTypeOf<ApiError['retryAfter']>().toEqualTypeOf<number | undefined>()
    expectTypeOf<InvalidResponseError['issues']>().toEqualTypeOf<readonly Issue[]>()
    expectTypeOf<AbortError['reason']>().toEqualTypeOf<unknown>()
    expectTypeOf(isSessionError).guards.toEqualTypeOf<SessionError>()
    expect(Object.keys(classes)).to.have.length(7)
  })
})
