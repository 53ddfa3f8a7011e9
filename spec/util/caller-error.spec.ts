import { inspect } from 'node:util'
import { expect } from 'chai'
import { callerError, isControlFlow, sanitizedCause } from '../../lib/util/caller-error.ts'
import { itEach } from '../support/it-each.ts'
import { dumps, printings, showing } from '../support/printed.ts'

const redact = (text: string): string => text.replaceAll('sesame', '[secret]')

/** An error as Next.js throws it for `redirect()`. */
const redirect = Object.assign(new Error('NEXT_REDIRECT'), { digest: 'NEXT_REDIRECT;replace;/login;307;' })

const throwing = (): never => {
  throw new Error('from a getter')
}

const fieldsOf = (cause: unknown): unknown => {
  if (!(cause instanceof Error)) throw new Error('expected an Error')
  return { name: cause.name, message: cause.message, ...('code' in cause && { code: cause.code }) }
}

describe('The sanitized cause of an error', () => {
  it('has the name, the message and the code of the original', () => {
    const original = Object.assign(new TypeError('fetch failed'), { code: 'ECONNRESET' })
    const cause = sanitizedCause(original, redact)
    expect(fieldsOf(cause)).to.deep.equal({ name: 'TypeError', message: 'fetch failed', code: 'ECONNRESET' })
    expect(cause).to.have.property('stack', original.stack)
  })

  it('has the frames of the original, redacted', () => {
    const stack = 'Error: sesame\n    at open (file:///app/sesame.ts:1:2)\n    at run (file:///app/run.ts:3:4)'
    const cause = sanitizedCause(Object.assign(new Error('sesame'), { stack }), redact)
    expect(cause).to.have.property('stack', stack.replaceAll('sesame', '[secret]'))
    for (const other of [undefined, 7, 'no frames'])
      expect(sanitizedCause(Object.assign(new Error('broken'), { stack: other }), redact)).to.have.property(
        'stack',
        'Error: broken',
      )
  })

  it('has no code if that of the original is not a string', () => {
    const original = Object.assign(new Error('broken'), { code: 7 })
    expect(fieldsOf(sanitizedCause(original, redact))).to.deep.equal({ name: 'Error', message: 'broken' })
  })

  it('masks secrets in the name, the message and the code', () => {
    const original = Object.assign(new Error('the key is sesame'), { name: 'Osesame', code: 'E_sesame' })
    const cause = sanitizedCause(original, redact)
    expect(fieldsOf(cause)).to.deep.equal({ name: 'O[secret]', message: 'the key is [secret]', code: 'E_[secret]' })
    expect(inspect(cause, { showHidden: true, depth: null })).not.to.include('sesame')
  })

  it('is a new error that holds no other property of the original', () => {
    const original = Object.assign(new Error('broken', { cause: 'sesame' }), { request: { key: 'sesame' } })
    const cause = sanitizedCause(original, redact)
    expect(cause).not.to.equal(original)
    expect(Reflect.ownKeys(Object(cause))).to.have.members(['stack', 'message', 'name'])
  })

  it('has at most 1000 characters of the message', () => {
    expect(sanitizedCause(new Error('x'.repeat(5000)), redact))
      .to.have.property('message')
      .with.length(1000)
  })

  const others: readonly (readonly [string, unknown, string])[] = [
    ['a string', 'out of sesame', 'out of [secret]'],
    ['undefined', undefined, 'a thrown undefined'],
    ['null', null, 'a thrown object'],
    ['a number', 7, 'a thrown number'],
    ['an object without a message', {}, 'a thrown object'],
    ['an object with a message', { message: 'broken' }, 'broken'],
    ['a proxy that throws', new Proxy({}, { get: throwing, getPrototypeOf: throwing }), 'a thrown object'],
  ]
  itEach('describes whatever was thrown', others, ([, thrown, message]) => {
    expect(fieldsOf(sanitizedCause(thrown, redact))).to.deep.equal({ name: 'Error', message })
  })

  it("is the original if that is a framework's control flow", () => {
    expect(sanitizedCause(redirect, redact)).to.equal(redirect)
  })
})

describe('The error of code that threw', () => {
  it('masks what looks like a key, also as JSON', () => {
    const error = callerError('The client', new Error('401 for v1.eu.0123456789 and Basic djEuZXU6'))
    expect(showing(error, ['0123456789', 'djEuZXU6'], [...printings, ...dumps])).to.deep.equal([])
    expect(JSON.stringify(error)).to.include('"cause":"Error: 401 for [secret] and Basic [secret]"')
  })
})

describe('isControlFlow', () => {
  it('is true for an error with a string digest, and only for that', () => {
    expect(isControlFlow(redirect)).to.equal(true)
    const others = [
      new Error('broken'),
      Object.assign(new Error('broken'), { digest: 7 }),
      { digest: 'NEXT_REDIRECT' },
      'NEXT_REDIRECT',
      undefined,
      new Proxy({}, { getPrototypeOf: throwing }),
    ]
    for (const error of others) expect(isControlFlow(error)).to.equal(false)
  })
})
