// A CSV of links that survives a kill: it is read up to its last whole row, and a row is on the disk once it is added.
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
const quotes = (text: string): number => text.split('"').length - 1

// A row ends with a line break outside of quotes.
const wholeRows = (text: string): string => {
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  return quotes(whole) % 2 === 0 ? whole : wholeRows(whole.slice(0, -1))
}

/** Whom the file has a link for, and how much of it is whole. */
export const readLinks = (file: string): { readonly owners: Set<string>; readonly text: string } => {
  const found = existsSync(file) ? readFileSync(file, 'utf8') : ''
  if (!found.startsWith(header) && !header.startsWith(found))
    throw new Error(`${file} is no file of links, so it was left as it is: it does not begin with ${header}`)
  const text = wholeRows(found)
  const links: Link[] = parse(text, { columns: true })
  return { owners: new Set(links.map(({ owner }) => owner)), text }
}

/** Gives a function that adds links for owners who have none. Only the user of this process can read the file. */
export const openLinks = (file: string): ((links: readonly Link[]) => number) => {
  const { owners, text } = readLinks(file)
  const descriptor = openSync(file, 'a', 0o600)
  ftruncateSync(descriptor, Buffer.byteLength(text))
  if (text === '') appendFileSync(descriptor, header)
  return (links) => {
    const fresh = links.filter(({ owner }) => !owners.has(owner))
    if (fresh.length > 0) appendFileSync(descriptor, stringify([...fresh], { columns }))
    fsyncSync(descriptor)
    for (const { owner } of fresh) owners.add(owner)
    return owners.size
  }
}
