// What a CSV file that may have been cut off begins with, and where its last whole line ends.
import { createReadStream, existsSync } from 'node:fs'

/** So many characters from the start, after a byte order mark; fewer where the file is shorter, or not there. */
export const startOf = async (file: string, length: number): Promise<string> => {
  const chunks = existsSync(file) ? createReadStream(file, { end: length + 2 }) : []
  const bytes: Buffer[] = []
  for await (const chunk of chunks) bytes.push(chunk)
  return Buffer.concat(bytes)
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .slice(0, length)
}

/** In bytes. A line break inside quotes ends no line. */
export const endOfLines = async (file: string): Promise<number> => {
  const at = { byte: 0, end: 0, quoted: false }
  for await (const chunk of createReadStream(file))
    for (const byte of chunk) {
      at.byte += 1
      if (byte === 0x22) at.quoted = !at.quoted
      else if (byte === 0x0a && !at.quoted) at.end = at.byte
    }
  return at.end
}
