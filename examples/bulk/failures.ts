// The CSV of customers whose link was not minted, with the reason. A copy of it can be the input of another run as it is.
import { appendFile, rm } from 'node:fs/promises'
import { stringify } from 'csv-stringify/sync'
import PQueue from 'p-queue'
import type { SessionError } from 'stackone-session'
import type { Customer } from './customers.ts'

const columns = ['owner', 'name', 'category', 'reason']

const reasonOf = (error: SessionError): string =>
  error.name === 'ValidationError'
    ? error.issues.map(({ path, message, hint }) => `${path}: ${message}${hint ? ` (${hint})` : ''}`).join('; ')
    : `${error.name}: ${error.message}`

/** Begins anew: who failed in the run before is tried again in this one. */
export const openFailures = async (file: string) => {
  await rm(file, { force: true })
  const header = [columns]
  const writes = new PQueue({ concurrency: 1 }) // of two at once the second may be first, before the header
  return ({ owner, name, categories }: Customer, error: SessionError): Promise<void> => {
    const rows = [...header.splice(0), [owner, name, categories.join(' '), reasonOf(error)]]
    return writes.add(() => appendFile(file, stringify(rows)))
  }
}
