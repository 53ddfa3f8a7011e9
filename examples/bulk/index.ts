// Turns a CSV file of customers into a CSV file of links, within the rate limit. Run it again to continue.
import { isLeft } from 'fp-ts/lib/Either.js'
import PQueue from 'p-queue'
import { type Category, createClient, days, type SessionError, session } from 'stackone-session'
import { type Customer, customersOf } from './customers.ts'
import { faultySandbox } from './demo.ts'
import { openFailures } from './failures.ts'
import { openLinks } from './links.ts'
import { createMinter } from './mint.ts'
import { summarize } from './summary.ts'
import { abortOnInterrupt, createProgressBar, interrupted, parseCommandLine } from './terminal.ts'

const base = session().expiresIn(days(7)).metadata({ source: 'bulk' })

const requestOf = ({ owner, name, categories }: Customer) =>
  // The cells may hold any text: the session validates the categories.
  base.owner(owner, name).when(categories.length > 0, (request) => request.categories(categories as Category[]))

/** Returns whether every other customer would fail with the same error. */
const affectsAll = (error: SessionError): boolean =>
  error.name === 'ConfigurationError' || (error.name === 'ApiError' && [401, 403].includes(error.status))

const bulk = async (): Promise<number> => {
  const { customers, links, failures, hasAccount, concurrency, perMinute, faults } = await parseCommandLine()
  const counts = { rows: 0, created: 0, existing: 0, failed: 0, duplicates: 0 }
  for await (const _ of customersOf(customers)) counts.rows += 1 // finds a malformed file before anything is sent

  const api = hasAccount ? undefined : faultySandbox(faults)
  const client = createClient(api && { apiKey: 'v1.sandbox.key', fetch: api.fetch })
  const stop = abortOnInterrupt()
  const mint = createMinter(client, { perMinute, signal: stop.signal })
  const output = await openLinks(links)
  const fail = await openFailures(failures)
  const bar = createProgressBar(counts.rows)

  const createLink = async (customer: Customer): Promise<void> => {
    const result = await mint(requestOf(customer))
    if (isLeft(result) && affectsAll(result.left)) return stop.abort(result.left)
    if (isLeft(result)) await fail(customer, result.left)
    else await output.append(customer, result.right)
    counts[isLeft(result) ? 'failed' : 'created'] += 1
    bar.increment({ failed: counts.failed })
  }

  const jobs = new PQueue({ concurrency })
  const seen = new Set<string>()
  try {
    for await (const customer of customersOf(customers)) {
      await jobs.onSizeLessThan(1)
      if (stop.signal.aborted) break
      const { owner } = customer
      const skipped = seen.has(owner) ? 'duplicates' : output.owners.has(owner) ? 'existing' : undefined
      if (owner !== '') seen.add(owner)
      if (skipped === undefined) jobs.add(() => createLink(customer)).catch((error) => stop.abort(error))
      else {
        counts[skipped] += 1
        bar.increment()
      }
    }
  } finally {
    await jobs.onIdle()
    await output.close()
    bar.stop()
  }

  console.log(summarize(counts, links, failures))
  if (!stop.signal.aborted) return counts.failed === 0 ? 0 : 1
  if (stop.signal.reason !== interrupted) throw stop.signal.reason
  return 130
}

process.exitCode = await bulk().catch((error: unknown) => {
  console.error(`Stopped early: ${error instanceof Error ? error.message : String(error)}`)
  return 2
})
