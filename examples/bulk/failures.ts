// Writes the CSV file of failed customers with their reasons. A copy of the file can be the input of another run.
import { appendFile, rm } from 'node:fs/promises'
import PQueue from 'p-queue'
import type { SessionError } from 'stackone-session'
import { formatRows } from './csv.ts'
import type { Customer } from './customers.ts'

const columns = ['owner', 'name', 'category', 'reason']

const reasonOf = (error: SessionError): string =>
  error.name === 'ValidationError'
    ? error.issues.map(({ path, message, hint }) => `${path}: ${message}${hint ? ` (${hint})` : ''}`).join('; ')
    : `${error.name}: ${error.message}`

/** Deletes the failures of the previous run, and returns a function that appends one. */
export const openFailures = async (file: string) => {
  await rm(file, { force: true })
  const header = [columns]
  const writes = new PQueue({ concurrency: 1 }) // the header must be written first
  return ({ owner, name, categories }: Customer, error: SessionError): Promise<void> => {
    const rows = [...header.splice(0), [owner, name, categories.join(' '), reasonOf(error)]]
    return writes.add(() => appendFile(file, formatRows(rows)))
  }
}
