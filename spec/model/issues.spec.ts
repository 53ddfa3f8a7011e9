import { expect } from 'chai'
import * as t from 'io-ts'
import { issuesOf } from '../../lib/model/issues.ts'
import type { CodecError } from '../../lib/model/validation.ts'
import { itEach } from '../support/it-each.ts'

const errorAt = (...keys: readonly string[]): CodecError => ({
  value: undefined,
  context: ['', ...keys].map((key) => ({ key, type: t.unknown })),
  message: 'is required',
})

const pathOf = (...keys: readonly string[]): string | undefined => issuesOf([errorAt(...keys)])[0]?.path

describe('The path of an issue', () => {
  const paths: readonly (readonly [path: string, ...keys: readonly string[]])[] = [
    [''],
    ['label', 'label'],
    ['metadata.plan', 'metadata', 'plan'],
    ['categories[10]', 'categories', '10'],
    ['metadata.plans[0].seats', 'metadata', 'plans', '0', 'seats'],
    ['metadata["a key"]', 'metadata', 'a key'],
    ['metadata["a\\"b"]', 'metadata', 'a"b\n'],
    ['metadata["2nd"]', 'metadata', '2nd'],
    ['metadata.plan12', 'metadata', 'plan12'],
    ['metadata.ключ', 'metadata', 'ключ'],
    ['metadata[""]', 'metadata', ''],
    ['["a key"].b', 'a key', 'b'],
    [`metadata.${'a'.repeat(100)}`, 'metadata', 'a'.repeat(100)],
    [`metadata["${'a'.repeat(100)}…"].b`, 'metadata', 'a'.repeat(101), 'b'],
    ['metadata.ab', 'metadata', 'a\x7f\x85\x9b\u200b\u202e\u2066\u2028\ufeffb'],
  ]
  itEach('shows the keys as in code, cut at 100 characters and without hidden ones', paths, ([path, ...keys]) => {
    expect(pathOf(...keys)).to.equal(path)
  })

  it('omits a root, but no other key', () => {
    expect(issuesOf([{ value: 1, context: [{ key: 'id', type: t.unknown }] }])[0]?.path).to.equal('id')
  })
})

describe('issuesOf', () => {
  it('keeps the message and the hint of an error', () => {
    expect(issuesOf([{ ...errorAt('a'), hint: 'use b' }, errorAt('c')])).to.deep.equal([
      { path: 'a', message: 'is required', hint: 'use b' },
      { path: 'c', message: 'is required' },
    ])
  })

  it('has a message for the errors of other io-ts codecs, which have none', () => {
    expect(issuesOf([{ value: 1, context: [] }])).to.deep.equal([{ path: '', message: 'is invalid' }])
  })

  it('removes control characters and characters that change the direction of a text from messages', () => {
    const [issue] = issuesOf([{ ...errorAt('a'), message: "got 'x\u001b[31m\x7f\x85\x9b\u200b\u202e\u2066y'" }])
    expect(issue?.message).to.equal("got 'x[31my'")
  })

  const redact = (text: string): string => text.replaceAll('sesame', '[secret]')
  const masked: readonly (readonly [key: string, message: string, path: string, masked: string])[] = [
    ['sesame', "got 'sesame'", 'metadata["[secret]"]', "got '[secret]'"],
    ['a ses\u200bame', "got 'ses\x85ame'", 'metadata["a [secret]"]', "got '[secret]'"],
    [`${'a'.repeat(97)}sesame`, 'is required', `metadata["${'a'.repeat(97)}[se…"]`, 'is required'],
  ]
  itEach(
    'masks secrets in paths and messages, also split or cut ones',
    masked,
    ([key, message, path, maskedMessage]) => {
      const error: CodecError = { ...errorAt('metadata', key), message, hint: 'omit it' }
      expect(issuesOf([error], redact)).to.deep.equal([{ path, message: maskedMessage, hint: 'omit it' }])
    },
  )
})
