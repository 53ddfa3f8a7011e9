import { readdirSync, readFileSync } from 'node:fs'
import { expect } from 'chai'
import { publicNames, summariesOf } from '../support/snippets.ts'

const {
  typedocOptions: { projectDocuments },
}: { readonly typedocOptions: { readonly projectDocuments: readonly string[] } } = JSON.parse(
  readFileSync('package.json', 'utf8'),
)

/** Returns whether a text is one sentence. Code may contain full stops. */
const isOneSentence = (text: string): boolean => /^[^.!?]+\.$/.test(text.replace(/`[^`]*`/g, 'code'))

describe('The API reference', () => {
  it('has a summary of one sentence for each public name', () => {
    const wrong = publicNames.flatMap(({ name, file }) => {
      const summaries = summariesOf(name, file)
      const others = summaries.filter((summary) => !isOneSentence(summary) || summary.length > 160)
      return summaries.length === 0 ? [`${file}: ${name} has no summary`] : others.map((text) => `${file}: ${text}`)
    })
    expect(wrong).to.deep.equal([])
  })

  it('contains every guide', () => {
    const guides = readdirSync('docs').filter((file) => file.endsWith('.md'))
    expect(projectDocuments).to.have.members(guides.map((file) => `docs/${file}`))
  })
})
