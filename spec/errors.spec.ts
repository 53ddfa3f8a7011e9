import { cp, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { expect } from 'chai'
import {
  AbortError,
  ApiError,
  ConfigurationError,
  type Issue,
  isSessionError,
  NetworkError,
  TimeoutError,
} from '../lib/errors.ts'
import { ValidationError } from '../lib/index.ts'
import { acme, apiKey } from './support/call.ts'
import { caught } from './support/caught.ts'
import { leftOf } from './support/either.ts'
import { itEach } from './support/it-each.ts'
import { jsonResponse, stub } from './support/stub.ts'

describe('ValidationError', () => {
  it('has all issues, frozen, and lists them in its message', () => {
    const error = leftOf(acme.owner(' ', '').expiresIn(0).decode())
    expect(error.issues.map(({ path }) => path)).to.deep.equal(['originOwnerId', 'originOwnerName', 'expiresIn'])
    expect(error.message.split('\n')).to.have.length(4)
    for (const { path, message } of error.issues) expect(error.message).to.include(`  - ${path}: ${message}`)
    expect(Object.isFrozen(error.issues)).to.equal(true)
    for (const issue of error.issues) expect(Object.isFrozen(issue)).to.equal(true)
  })

  const blank = { path: '', message: 'is blank' }
  const hinted = { path: 'provider', message: 'is a number', hint: 'use the key' }
  const messages: readonly (readonly [string, readonly Issue[], string])[] = [
    ['one without a path', [blank], 'No: is blank'],
    ['one with a path and a hint', [hinted], 'No: provider: is a number (use the key)'],
    ['two', [blank, hinted], 'No:\n  - is blank\n  - provider: is a number (use the key)'],
  ]
  itEach('has its issues in its message, each on a line', messages, ([, issues, message]) => {
    expect(new ValidationError(issues, 'No').message).to.equal(message)
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
  it('has at most 4,000 characters of text', () => {
    const issues = Array.from({ length: 20 }, () => ({ path: `metadata${'.a'.repeat(500)}`, message: 'is required' }))
    expect(new ValidationError(issues).message)
      .to.have.length(4001)
      .and.match(/^Invalid session:\n .*…$/s)
    expect(new TimeoutError('a'.repeat(4000)).message).to.equal('a'.repeat(4000))
    expect(new TimeoutError('a'.repeat(4001)).message).to.equal(`${'a'.repeat(4000)}…`)
  })
})

describe('JSON.stringify of an error', () => {
  it('includes the text of the cause, or its type if it has no text', () => {
    const cause = Object.assign(new TypeError('broken'), { code: 'E1' })
    expect(JSON.parse(JSON.stringify(new NetworkError('failed', {}, { cause }))).cause).to.equal('TypeError: broken')
    const { reason } = JSON.parse(JSON.stringify(new AbortError(Object.create(null))))
    expect(reason).to.equal('object')
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

  const throwing = (): never => {
    throw new TypeError('a trap of the test')
  }
  const revoked = Proxy.revocable({}, {})
  revoked.revoke()
  const others: readonly (readonly [string, unknown])[] = [
    ['undefined', undefined],
    ['null', null],
    ['a string', 'ApiError'],
    ['a class of the library', ApiError],
    ['an error with the same name', Object.assign(new Error('x'), { name: 'ApiError', status: 400 })],
    ['an object with a string key instead of the symbol', { 'stackone-session/error': true }],
    ['an error that wraps one', new Error('x', { cause: new AbortError('x') })],
    ['a DOMException', new DOMException('x', 'AbortError')],
    ['a copy of one through JSON', JSON.parse(JSON.stringify(new AbortError('x')))],
    ['a proxy that throws', new Proxy({}, { has: throwing, get: throwing, getPrototypeOf: throwing })],
    ['a revoked proxy', revoked.proxy],
  ]
  itEach('returns false for other values, also for those that throw when read', others, ([, value]) => {
    expect(isSessionError(value)).to.equal(false)
  })
})
