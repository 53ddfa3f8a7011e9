import { expect } from 'chai'
import * as t from 'io-ts'
import { ValidationError } from '../../lib/errors.ts'
import { issuesOf, keysOf, redactIssues, validationError } from '../../lib/model/issues.ts'
import type { CodecError } from '../../lib/model/validation.ts'

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
    [['metadata', 'a"b\n'], 'metadata["a\\"b\\n"]'],
    [['metadata', '2nd'], 'metadata["2nd"]'],
    [['metadata', 'plan12'], 'metadata.plan12'],
    [['metadata', 'ключ'], 'metadata.ключ'],
    [['metadata', ''], 'metadata[""]'],
    [['a key', 'b'], '["a key"].b'],
  ]
  for (const [keys, path] of paths)
    it(`is '${path}' for the keys ${JSON.stringify(keys)}`, () => {
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
})

describe('keysOf', () => {
  it('omits the root, and keeps empty keys below it', () => {
    expect(keysOf(errorAt('', 'a').context)).to.deep.equal(['', 'a'])
    expect(keysOf([{ key: 'id', type: t.unknown }])).to.deep.equal(['id'])
  })
})

describe('redactIssues', () => {
  it('masks secrets in paths and messages, and freezes the issues', () => {
    const redact = (text: string): string => text.replaceAll('sesame', '[secret]')
    const issues = redactIssues([{ path: 'metadata.sesame', message: "got 'sesame'", hint: 'omit it' }], redact)
    expect(issues).to.deep.equal([{ path: 'metadata.[secret]', message: "got '[secret]'", hint: 'omit it' }])
    expect([issues, ...issues].every(Object.isFrozen)).to.equal(true)
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
