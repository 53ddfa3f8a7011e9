// Helpers for CSV files: formulas, and files that a killed run left incomplete.
import { createReadStream, existsSync } from 'node:fs'
import { stringify } from 'csv-stringify/sync'

// A cell that already looks escaped, such as '=1, would be read back as =1.
const escapeEscaped = (cell: string): string => cell.replace(/^(?='+[=+\-@\t\r＝＋－＠])/, "'")

/** Formats rows as CSV. A spreadsheet must not evaluate a customer's name, so formulas start with an apostrophe. */
export const formatRows = (rows: readonly (readonly string[])[]): string =>
  stringify(
    rows.map((row) => row.map(escapeEscaped)),
    { escape_formulas: true },
  )

/** Removes the apostrophe that `formatRows` puts before a formula. */
export const unescapeFormula = (cell: string): string => cell.replace(/^'(?='*[=+\-@\t\r＝＋－＠])/, '')

/** Returns up to `length` characters from the start of a file, without its byte order mark; '' for a missing file. */
export const startOf = async (file: string, length: number): Promise<string> => {
  const chunks = existsSync(file) ? createReadStream(file, { end: length + 2 }) : []
  const bytes: Buffer[] = []
  for await (const chunk of chunks) bytes.push(chunk)
  return Buffer.concat(bytes)
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .slice(0, length)
}

/** Returns the offset in bytes after the last complete record. A line break inside quotes does not end a record. */
export const endOfRecords = async (file: string): Promise<number> => {
  const state = { offset: 0, end: 0, isQuoted: false }
  for await (const chunk of createReadStream(file))
    for (const byte of chunk) {
      state.offset += 1
      if (byte === 0x22) state.isQuoted = !state.isQuoted
      else if (byte === 0x0a && !state.isQuoted) state.end = state.offset
    }
  return state.end
}
