// A CSV of customers in, a CSV of links out, at a steady pace; run it again and it goes on where it stopped.
import { isLeft } from 'fp-ts/lib/Either.js'
import PQueue from 'p-queue'
import { type Category, createClient, days, type SessionError, session } from 'stackone-session'
import { type Customer, customersOf } from './customers.ts'
import { badDay } from './demo.ts'
import { openFailures } from './failures.ts'
import { openLinks } from './links.ts'
import { minter } from './mint.ts'
import { interrupted, plan, progress, stopper } from './terminal.ts'

const base = session().expiresIn(days(7)).metadata({ source: 'bulk' })

const requestOf = ({ owner, name, categories: [first, ...rest] }: Customer) =>
  base
    .owner(owner, name)
    // They may be any text: the session refuses what is no category.
    .when(first !== undefined, (request) => request.categories(first as Category, ...(rest as Category[])))

/** Whether all other customers would meet the same. */
const concernsAll = (error: SessionError): boolean =>
  error.name === 'ConfigurationError' || (error.name === 'ApiError' && [401, 403].includes(error.status))

const bulk = async (): Promise<number> => {
  const { customers, links, failures, hasAccount, concurrency, perMinute, faults } = await plan()
  const sum = { rows: 0, minted: 0, there: 0, failed: 0, repeated: 0 }
  for await (const _ of customersOf(customers)) sum.rows += 1 // so a broken file is told before anything is sent

  const api = hasAccount ? undefined : badDay(faults)
  const client = createClient(api && { apiKey: 'v1.sandbox.key', fetch: api.fetch })
  const stop = stopper()
  const mint = minter(client, { perMinute, signal: stop.signal })
  const output = await openLinks(links)
  const fail = await openFailures(failures)
  const bar = progress(sum.rows)

  const serve = async (customer: Customer): Promise<void> => {
    const result = await mint(requestOf(customer))
    if (isLeft(result) && concernsAll(result.left)) return stop.abort(result.left)
    if (isLeft(result)) await fail(customer, result.left)
    else await output.append(customer, result.right)
    sum[isLeft(result) ? 'failed' : 'minted'] += 1
    bar.increment({ failed: sum.failed })
  }

  const jobs = new PQueue({ concurrency })
  const met = new Set<string>()
  try {
    for await (const customer of customersOf(customers)) {
      await jobs.onSizeLessThan(1)
      if (stop.signal.aborted) break
      const passed = met.has(customer.owner) ? 'repeated' : output.owners.has(customer.owner) ? 'there' : undefined
      if (customer.owner !== '') met.add(customer.owner)
      if (passed === undefined) jobs.add(() => serve(customer)).catch((error) => stop.abort(error))
      else bar.increment()
      if (passed !== undefined) sum[passed] += 1
    }
  } finally {
    await jobs.onIdle()
    await output.close()
    bar.stop()
  }

  const { rows, minted, there, failed, repeated } = sum
  const left = rows - minted - there - failed - repeated
  console.log(`${links}: ${minted} minted, ${there} were there, ${failed} failed, ${repeated} repeated, ${left} left`)
  if (failed > 0) console.log(`${failures} says why; they are tried again when you run this again`)
  if (!stop.signal.aborted) return failed === 0 ? 0 : 1
  if (stop.signal.reason !== interrupted) throw stop.signal.reason
  return 130
}

process.exitCode = await bulk().catch((error: unknown) => {
  console.error(`The run ended early: ${error instanceof Error ? error.message : String(error)}`)
  return 2
})
