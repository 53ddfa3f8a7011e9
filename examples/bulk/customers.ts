// Customers from a CSV file, one at a time.
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream'
import { parse } from 'csv-parse'

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
    throw new Error(`the first line names no column ${missing.join(' and none ')}; expected owner,name,category`)
  return names
}

/**
 * Reads `owner,name,category`, in any order, with a BOM or without; what else is there is passed over. A category may
 * be several, with blanks, commas or semicolons between. Throws where the file is no CSV, and says the line.
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
    max_record_size: 100_000, // a quote that nobody closed would take the rest of the file for one name
  })
  const rows: AsyncIterable<Row> = pipeline(createReadStream(file), parser, () => {})
  try {
    for await (const { record, info } of rows) {
      const { owner = '', name = '', category = '' } = record
      // What stands for bytes that cannot be read. Sent in a name, it would make an account of that name.
      if (`${owner}${name}`.includes('\uFFFD')) throw new Error(`line ${info.lines} is not in UTF-8`)
      yield { owner, name, categories: category.split(/[\s,;]+/).filter(Boolean) }
    }
    if (parser.info.bytes === 0) columns([]) // there was no first line
  } catch (error) {
    throw new Error(`${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}
