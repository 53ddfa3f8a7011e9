// Writes the CSV file of links. The file survives a kill: an incomplete last row is dropped when it is opened again.
import { appendFileSync, existsSync, fsyncSync, ftruncateSync, openSync, readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'

export interface Link {
  readonly owner: string
  readonly url: string
  readonly expires: string
}

const columns = ['owner', 'url', 'expires']
const header = stringify([columns])

// A cell that already looks escaped, such as '=1, would be read back as =1.
const escapeEscaped = (cell: string): string => cell.replace(/^(?='+[=+\-@\t\r＝＋－＠])/, "'")

/** Removes the apostrophe that `escape_formulas` puts before a formula. */
const unescapeFormula = (cell: string): string => cell.replace(/^'(?='*[=+\-@\t\r＝＋－＠])/, '')

const countQuotes = (text: string): number => text.split('"').length - 1

// A row ends with a line break outside of quotes.
const completeRows = (text: string): string => {
  const rows = text.slice(0, text.lastIndexOf('\n') + 1)
  return countQuotes(rows) % 2 === 0 ? rows : completeRows(rows.slice(0, -1))
}

/** Returns the owners that have a link in the file, and the complete rows of the file. */
export const readLinks = (file: string): { readonly owners: Set<string>; readonly text: string } => {
  const content = existsSync(file) ? readFileSync(file, 'utf8') : ''
  if (!content.startsWith(header) && !header.startsWith(content))
    throw new Error(`${file} is not a file of links, so it is left unchanged (expected the header ${header.trim()})`)
  const text = completeRows(content)
  const links: Link[] = parse(text, { columns: true })
  return { owners: new Set(links.map(({ owner }) => unescapeFormula(owner))), text }
}

/** Returns a function that appends the links of owners without one, and returns the number of all links. */
export const openLinks = (file: string): ((links: readonly Link[]) => number) => {
  const { owners, text } = readLinks(file)
  const descriptor = openSync(file, 'a', 0o600) // the links are secrets
  ftruncateSync(descriptor, Buffer.byteLength(text))
  if (text === '') appendFileSync(descriptor, header)
  return (links) => {
    const added = links.filter(({ owner }) => !owners.has(owner))
    const rows = added.map(({ owner, url, expires }) => [escapeEscaped(owner), url, expires])
    if (rows.length > 0) appendFileSync(descriptor, stringify(rows, { escape_formulas: true }))
    fsyncSync(descriptor)
    for (const { owner } of added) owners.add(owner)
    return owners.size
  }
}
