// producer.ts customers.csv links.csv: queues a session for each customer without a link.
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
const content = readFileSync(input)
const format = { skip_empty_lines: true, record_delimiter: ['\r\n', '\n', '\r'] } // a file may mix them
const rows: Row[] = parse(content, { columns: true, bom: true, info: true, ...format })

const customers = rows.map(({ record: { owner = '', name = '', username = '' }, info: { lines } }) => ({
  owner,
  line: lines,
  session: base.owner(owner, name).when(username !== '', (session) => session.username(username)),
}))

const fileProblems = content.length === 0 ? [`${input} is empty`] : []
const rowProblems = customers.flatMap(({ line, session }) => {
  const decoded = session.decode()
  if (decoded._tag === 'Left')
    return decoded.left.issues.map(({ path, message }) => `${input}, line ${line}: ${path}: ${message}`)
  // U+FFFD replaces undecodable bytes. A garbled name would create an account under that name.
  return JSON.stringify(session).includes('\uFFFD') ? [`${input}, line ${line} is not valid UTF-8`] : []
})
const problems = [...fileProblems, ...rowProblems]
if (problems.length > 0) {
  console.error(`${problems.slice(0, 20).join('\n')}\nNothing was queued. Number of problems: ${problems.length}`)
  process.exit(1)
}

const queue = await openQueue()
const { owners } = readLinks(output)
const pending = new Map(
  customers.filter(({ owner }) => !owners.has(owner)).map((customer) => [customer.owner, customer]),
)
const jobs = [...pending.values()].map(({ owner, session }) => ({
  name: 'mint',
  data: { owner, session: session.toJSON() },
  opts: {
    jobId: `owner-${createHash('sha256').update(owner).digest('hex')}`, // unique per owner, without the id in logs
    attempts: 8,
    backoff: { type: 'exponential', delay: 1_000, jitter: 0.5 },
    stackTraceLimit: 0,
  },
}))

// The failures of earlier runs are retried if they are still in the file, and dropped otherwise.
await Promise.all((await queue.getFailed()).map((job) => job.remove()))
for (let start = 0; start < jobs.length; start += 1_000) await queue.addBulk(jobs.slice(start, start + 1_000))
console.log(`producer: ${rows.length} rows, ${jobs.length} customers queued, ${owners.size} links already exist`)
process.send?.(jobs.length)
await queue.close()
