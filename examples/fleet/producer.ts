// producer.ts customers.csv links.csv: queues a session for each customer who has no link yet.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import { days, session } from 'stackone-session'
import { readLinks } from './links.ts'
import { openQueue } from './queue.ts'

interface Row {
  readonly record: { readonly owner?: string; readonly name?: string; readonly username?: string }
  readonly info: { readonly lines: number }
}

const [input = 'customers.csv', output = 'links.csv'] = process.argv.slice(2)
const base = session().expiresIn(days(7)).metadata({ source: 'fleet' })
const text = readFileSync(input)
const format = { skip_empty_lines: true, record_delimiter: ['\r\n', '\n', '\r'] } // each file may have all of them
const rows: Row[] = parse(text, { columns: true, bom: true, info: true, ...format })

const customers = rows.map(({ record: { owner = '', name = '', username = '' }, info: { lines } }) => ({
  owner,
  line: lines,
  session: base.owner(owner, name).when(username !== '', (session) => session.username(username)),
}))

const empty = text.length === 0 ? [`${input} is empty`] : []
const odd = customers.flatMap(({ line, session }) => {
  const decoded = session.decode()
  if (decoded._tag === 'Left')
    return decoded.left.issues.map(({ path, message }) => `${input}, line ${line}: ${path}: ${message}`)
  // What stands for bytes that cannot be read. Sent in a name, it would make an account of that name.
  return JSON.stringify(session).includes('\uFFFD') ? [`${input}, line ${line} is not in UTF-8`] : []
})
const problems = [...empty, ...odd]
if (problems.length > 0) {
  console.error(`${problems.slice(0, 20).join('\n')}\n${problems.length} problems in all, so nothing was queued.`)
  process.exit(1)
}

const queue = await openQueue()
const { owners } = readLinks(output)
const wanted = new Map(
  customers.filter(({ owner }) => !owners.has(owner)).map((customer) => [customer.owner, customer]),
)
const jobs = [...wanted.values()].map(({ owner, session }) => ({
  name: 'mint',
  data: { owner, session: session.toJSON() },
  opts: {
    jobId: `owner-${createHash('sha256').update(owner).digest('hex')}`, // the queue takes each only once, and logs name no owner
    attempts: 8,
    backoff: { type: 'exponential', delay: 1_000, jitter: 0.5 },
    stackTraceLimit: 0,
  },
}))

// Who failed in an earlier run is tried again, or is on the list no more.
await Promise.all((await queue.getFailed()).map((job) => job.remove()))
for (let at = 0; at < jobs.length; at += 1_000) await queue.addBulk(jobs.slice(at, at + 1_000))
console.log(`producer: ${jobs.length} customers queued, ${owners.size} have their link, ${rows.length} rows`)
await queue.close()
