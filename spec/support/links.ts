import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Returns a text without its code blocks, which may contain what looks like a link or a heading. */
export const prose = (text: string): string => text.replace(/^(`{3,}|~{3,})[\s\S]*?^\1$/gm, '')

/** Returns the targets of the links of a text: inline, of images, by reference, and in angle brackets. */
export const linksOf = (text: string): readonly string[] => {
  const plain = prose(text).replace(/`[^`\n]*`/g, '')
  const inline = [...plain.matchAll(/\]\(\s*<?([^\s)>]+)>?(?:\s+"[^"]*")?\s*\)/g)]
  const defined = [...plain.matchAll(/^\[[^\]]+\]:\s*<?([^\s>]+)>?/gm)]
  const bare = [...plain.matchAll(/<(https?:[^>\s]+)>/g)]
  return [...inline, ...defined, ...bare].map(([, target = '']) => target)
}

/** Returns whether a link leads out of the repository. */
export const isExternal = (link: string): boolean => /^[a-z][a-z\d+.-]*:/i.test(link)

/** Returns the files of the repository that a document links to. */
export const filesLinkedBy = (file: string): readonly string[] =>
  linksOf(readFileSync(file, 'utf8'))
    .filter((link) => !isExternal(link) && !link.startsWith('#'))
    .map((link) => join(dirname(file), link.replace(/#.*/, '')).replaceAll('\\', '/'))
