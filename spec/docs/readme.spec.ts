import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import * as library from '../../lib/index.ts'
import { session } from '../../lib/index.ts'

const readme = readFileSync('README.md', 'utf8')

describe('The README', () => {
  it('shows the chain before its line 25', () => {
    const line = readme.split('\n').findIndex((text) => text.includes('.send(client)')) + 1
    expect(line).to.be.within(1, 24)
  })

  it('has at most 220 lines', () => {
    expect(readme.trimEnd().split('\n').length).to.be.at.most(220)
  })

  it('names each method of a session', () => {
    const names = Object.getOwnPropertyNames(Object.getPrototypeOf(session())).filter((name) => name !== 'constructor')
    expect(names.length).to.be.at.least(18)
    expect(names.filter((name) => !readme.includes(`| \`.${name}(`))).to.deep.equal([])
  })

  it('names each error', () => {
    const errors = Object.keys(library).filter((name) => name.endsWith('Error') && !name.startsWith('is'))
    expect(errors).to.have.length(7)
    expect(errors.filter((name) => !readme.includes(`| \`${name}\` |`))).to.deep.equal([])
  })
})
