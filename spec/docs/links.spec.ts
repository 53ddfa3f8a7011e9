import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect } from 'chai'
import { itEach } from '../support/it-each.ts'
import { filesLinkedBy, isExternal, linksOf, prose } from '../support/links.ts'

const texts = ['.', 'docs', 'examples'].flatMap((folder) =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.md') || file === 'llms.txt')
    .map((file) => join(folder, file)),
)
const guides = texts.filter((file) => dirname(file) === 'docs')

/** The hosts that documents may link to. They are never called. */
const hosts = ['github.com', 'keepachangelog.com', 'semver.org']

/** Returns the anchor that GitHub gives to a heading. */
const slug = (heading: string): string =>
  heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
    .replaceAll(' ', '-')

/** Returns the anchors of a text. A repeated heading has a number. */
const anchorsOf = (text: string): readonly string[] => {
  const slugs = [...prose(text).matchAll(/^#{1,6} +(.+?) *#*$/gm)].map(([, heading = '']) => slug(heading))
  return slugs.map((own, index) => {
    const earlier = slugs.slice(0, index).filter((other) => other === own).length
    return earlier === 0 ? own : `${own}-${earlier}`
  })
}

const externalProblem = (link: string): string | undefined => {
  if (!URL.canParse(link)) return 'is not a URL'
  const { protocol, hostname } = new URL(link)
  if (protocol !== 'https:') return 'is not https:'
  return hosts.includes(hostname) ? undefined : `leads to ${hostname}, which is not among the known hosts`
}

const problemOf = (file: string, link: string): string | undefined => {
  if (isExternal(link)) return externalProblem(link)
  const [path = '', anchor] = link.split('#')
  const target = path === '' ? file : join(dirname(file), decodeURIComponent(path))
  if (path.startsWith('/') || target.startsWith('..')) return 'leads out of the repository'
  if (!existsSync(target)) return 'leads to no file'
  if (anchor === undefined) return undefined
  if (!statSync(target).isFile() || !target.endsWith('.md')) return 'has an anchor, but its target has no headings'
  return anchorsOf(readFileSync(target, 'utf8')).includes(anchor) ? undefined : 'leads to no heading'
}

const problemsOf = (file: string, text = readFileSync(file, 'utf8')): readonly string[] =>
  linksOf(text).flatMap((link) => {
    const problem = problemOf(file, link)
    return problem === undefined ? [] : [`${link} ${problem}`]
  })

describe('The links', () => {
  itEach('of every document lead somewhere', texts, (file) => {
    expect(problemsOf(file)).to.deep.equal([])
  })

  const planted: readonly (readonly [string, string])[] = [
    ['[a](none.md)', 'none.md leads to no file'],
    ['![a](none.png "Title")', 'none.png leads to no file'],
    ['[a]: none.md', 'none.md leads to no file'],
    ['[a](drift.md#no-such-part)', 'drift.md#no-such-part leads to no heading'],
    ['[a](#no-such-part)', '#no-such-part leads to no heading'],
    ['[a](../lib/index.ts#L1)', '../lib/index.ts#L1 has an anchor, but its target has no headings'],
    ['[a](../../x.md)', '../../x.md leads out of the repository'],
    ['[a](/README.md)', '/README.md leads out of the repository'],
    ['<http://semver.org>', 'http://semver.org is not https:'],
    ['[a](https://example.com)', 'https://example.com leads to example.com, which is not among the known hosts'],
  ]
  itEach('are reported by the check if they are wrong', planted, ([text, problem]) => {
    expect(problemsOf('docs/drift.md', text)).to.deep.equal([problem])
  })

  it('are not looked for in code, and anchors are those of GitHub', () => {
    expect(linksOf('`[a](b)`\n```md\n[c](d)\n```\n[e](f)\n')).to.deep.equal(['f'])
    const headings = "# The `a.b` & _c_'s [1.0]\n## Again\n### Again\n```\n# no\n```\n"
    expect(anchorsOf(headings)).to.deep.equal(['the-ab--_c_s-10', 'again', 'again-1'])
  })

  it('lead to every guide from llms.txt, and from another page', () => {
    const pages = texts.filter((file) => file !== 'llms.txt')
    const fromPages = pages.flatMap((file) => filesLinkedBy(file).filter((to) => to !== file))
    expect(filesLinkedBy('llms.txt')).to.include.members(guides)
    expect(fromPages).to.include.members(guides)
  })
})

describe('The guides', () => {
  const linesOf = (guide: string): readonly string[] => readFileSync(guide, 'utf8').trimEnd().split('\n')

  it('have at most 80 lines', () => {
    expect(guides.filter((guide) => linesOf(guide).length > 80)).to.deep.equal([])
  })

  it('start with code', () => {
    const start = /^# .+\n\n```(ts|js|sh)\n/
    expect(guides.filter((guide) => !start.test(readFileSync(guide, 'utf8')))).to.deep.equal([])
  })
})
