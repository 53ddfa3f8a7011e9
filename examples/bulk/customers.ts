// Reads customers from a CSV file, one at a time.
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream'
import { parse } from 'csv-parse'
import { unescapeFormula } from './csv.ts'

export interface Customer {
  readonly owner: string
  readonly name: string
  readonly categories: readonly string[]
}

interface Row {
  readonly record: Readonly<Record<string, string | undefined>>
  readonly info: { readonly lines: number }
}

const columns = (header: readonly string[]): string[] => {
  const names = header.map((name) => name.toLowerCase())
  const missing = ['owner', 'name'].filter((name) => !names.includes(name))
  if (missing.length > 0)
    throw new Error(`the header has no column '${missing.join("' or '")}' (expected owner,name,category)`)
  return names
}

/**
 * Yields the rows of a CSV file with the columns `owner,name,category`, in any order and with or without a BOM. Other
 * columns are ignored. A cell may hold several categories, separated by spaces, commas or semicolons.
 *
 * @throws an error with the line number if the file is not valid CSV in UTF-8
 */
export async function* customersOf(file: string): AsyncGenerator<Customer> {
  const parser = parse({
    bom: true,
    columns,
    info: true,
    trim: true,
    skip_empty_lines: true,
    skip_records_with_empty_values: true,
    relax_column_count: true,
    record_delimiter: ['\r\n', '\n', '\r'],
    max_record_size: 100_000, // an unclosed quote would make one record of the rest of the file
  })
  const rows: AsyncIterable<Row> = pipeline(createReadStream(file), parser, () => {})
  try {
    for await (const { record, info } of rows) {
      const { owner = '', name = '', category = '' } = record
      // U+FFFD replaces undecodable bytes. A garbled name would create an account under that name.
      if (`${owner}${name}`.includes('\uFFFD')) throw new Error(`line ${info.lines} is not valid UTF-8`)
      yield {
        owner: unescapeFormula(owner),
        name: unescapeFormula(name),
        categories: category.split(/[\s,;]+/).filter(Boolean),
      }
    }
    if (parser.info.bytes === 0) columns([]) // an empty file has no header
  } catch (error) {
    throw new Error(`${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}
