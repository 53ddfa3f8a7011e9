import { expect } from 'chai'
import * as t from 'io-ts'
import { ValidationError } from '../../lib/errors.ts'
import { issuesOf, keysOf, validationError } from '../../lib/model/issues.ts'
import type { CodecError } from '../../lib/model/validation.ts'
import { itEach } from '../support/it-each.ts'

const errorAt = (...keys: readonly string[]) => ({
  value: undefined,
  context: ['', ...keys].map((key) => ({ key, type: t.unknown })),
  message: 'is required',
})

const pathOf = (...keys: readonly string[]): string | undefined => issuesOf([errorAt(...keys)])[0]?.path

describe('The path of an issue', () => {
  const paths: readonly (readonly [readonly string[], string])[] = [
    [[], ''],
    [['label'], 'label'],
    [['metadata', 'plan'], 'metadata.plan'],
    [['categories', '10'], 'categories[10]'],
    [['metadata', 'plans', '0', 'seats'], 'metadata.plans[0].seats'],
    [['metadata', 'a key'], 'metadata["a key"]'],
    [['metadata', 'a"b\n'], 'metadata["a\\"b"]'],
    [['metadata', '2nd'], 'metadata["2nd"]'],
    [['metadata', 'plan12'], 'metadata.plan12'],
    [['metadata', 'ключ'], 'metadata.ключ'],
    [['metadata', ''], 'metadata[""]'],
    [['a key', 'b'], '["a key"].b'],
  ]
  itEach('is the path of the keys', paths, ([keys, path]) => {
    expect(pathOf(...keys)).to.equal(path)
  })
})

describe('issuesOf', () => {
  it('keeps the message and the hint of an error', () => {
    const withHint: CodecError = { ...errorAt('a'), hint: 'use b' }
    expect(issuesOf([withHint, errorAt('c')])).to.deep.equal([
      { path: 'a', message: 'is required', hint: 'use b' },
      { path: 'c', message: 'is required' },
    ])
  })

  it('has a message for the errors of other io-ts codecs, which have none', () => {
    expect(issuesOf([{ value: 1, context: [] }])).to.deep.equal([{ path: '', message: 'is invalid' }])
  })

  it('masks secrets in paths and messages', () => {
    const redact = (text: string): string => text.replaceAll('sesame', '[secret]')
    const error: CodecError = { ...errorAt('metadata', 'sesame'), message: "got 'sesame'", hint: 'omit it' }
    expect(issuesOf([error], redact)).to.deep.equal([
      { path: 'metadata["[secret]"]', message: "got '[secret]'", hint: 'omit it' },
    ])
  })

  it('masks a secret before a long name is cut', () => {
    const secret = 's'.repeat(40)
    const redact = (text: string): string => text.replaceAll(secret, '[secret]')
    const [issue] = issuesOf([errorAt('metadata', 'a'.repeat(90) + secret)], redact)
    expect(issue?.path).to.equal(`metadata["${'a'.repeat(90)}[secret]"]`)
  })

  it('masks a secret that a control character splits, in paths and messages', () => {
    const redact = (text: string): string => text.replaceAll('sesame', '[secret]')
    const error: CodecError = { ...errorAt('metadata', 'a ses\u200bame'), message: "got 'ses\x85ame'" }
    expect(issuesOf([error], redact)).to.deep.equal([{ path: 'metadata["a [secret]"]', message: "got '[secret]'" }])
  })

  it('cuts names at 100 characters', () => {
    expect(pathOf('metadata', 'a'.repeat(100))).to.equal(`metadata.${'a'.repeat(100)}`)
    expect(pathOf('metadata', 'a'.repeat(101), 'b')).to.equal(`metadata["${'a'.repeat(100)}…"].b`)
  })

  it('removes C1 controls and characters that change the direction of a text from paths and messages', () => {
    const hidden = '\x7f\x85\x9b\u200b\u202e\u2066\u2028\ufeff'
    expect(pathOf('metadata', `a${hidden}b`)).to.equal('metadata.ab')
    const [issue] = issuesOf([{ ...errorAt('a'), message: `got 'x\u001b[31m${hidden}y'` }])
    expect(issue?.message).to.equal("got 'x[31my'")
  })
})

describe('keysOf', () => {
  it('omits the root, and keeps empty keys below it', () => {
    expect(keysOf(errorAt('', 'a').context)).to.deep.equal(['', 'a'])
    expect(keysOf([{ key: 'id', type: t.unknown }])).to.deep.equal(['id'])
  })
})

describe('validationError', () => {
  it('has the issues of the errors, and a title', () => {
    const error = validationError([errorAt('label')], 'Invalid JSON of a session')
    expect(error).to.be.instanceOf(ValidationError)
    expect(error.message).to.equal('Invalid JSON of a session: label: is required')
    expect(error.issues).to.deep.equal([{ path: 'label', message: 'is required' }])
    expect(Object.isFrozen(error.issues)).to.equal(true)
  })
})
