import { expect } from 'chai'
import { withBuilderHint } from '../../lib/session/hints.ts'

const hintFor = (path: string, message: string, hint?: string): string | undefined =>
  withBuilderHint({ path, message, ...(hint !== undefined && { hint }) }).hint

describe('The hint of a builder issue', () => {
  it('names .owner for its fields', () => {
    for (const [path, message] of [
      ['originOwnerId', 'is required'],
      ['originOwnerName', 'is required'],
      ['extra.origin_owner_id', 'is not allowed here'],
    ] as const)
      expect(hintFor(path, message)).to.equal('use .owner(id, name)')
  })

  it('names .when for an argument that is undefined', () => {
    for (const path of ['label', 'categories[0]', 'extra.label', 'extra.theme'])
      expect(hintFor(path, 'must be JSON, got undefined')).to.match(/^use \.when\(value, change\)/)
  })

  it('leaves the hint for an undefined property inside a value as it is', () => {
    for (const path of ['metadata.a', 'metadata.a[0]', 'extra.theme.a'])
      expect(hintFor(path, 'must be JSON, got undefined', 'omit the property')).to.equal('omit the property')
  })

  it('names .field after the nearest known value, for the two open sets', () => {
    const field = "for a value that this version does not know, use .field('categories', […])"
    expect(hintFor('categories[1]', "must be a known category, got 'hriss'", "did you mean 'hris'?")).to.equal(
      `did you mean 'hris'? ${field}`,
    )
    expect(hintFor('categories[1]', "must be a known category, got 'payroll'")).to.equal(field)
    expect(hintFor('type', "must be 'production' or 'test', got 'staging'")).to.include(".field('type', '…')")
  })

  it('does not name .field for a value that is not a string', () => {
    expect(hintFor('categories[0]', 'must be a known category, got 7')).to.equal(undefined)
    expect(hintFor('type', "must be 'production' or 'test', got an array")).to.equal(undefined)
  })
})
