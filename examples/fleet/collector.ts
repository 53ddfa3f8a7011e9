// collector.ts links.csv links.failures.csv: takes the links out of Redis into a file, until the queue is empty. Run one.
import { writeFileSync } from 'node:fs'
import { setInterval } from 'node:timers/promises'
import { stringify } from 'csv-stringify/sync'
import { openLinks } from './links.ts'
import { onceAlone, openQueue } from './queue.ts'

const [output = 'links.csv', failures = 'links.failures.csv'] = process.argv.slice(2)
const queue = await openQueue()
const add = openLinks(output)
onceAlone(() => process.exit(1))

/** A link leaves Redis once it is on the disk; where this process ends in between, the next one meets it again. */
const collect = async () => {
  const done = await queue.getCompleted(0, 499)
  const links = add(done.flatMap(({ data: { owner, link } }) => (link ? [{ owner, ...link }] : [])))
  await Promise.all(done.map((job) => job.remove()))
  const { failed = 0, ...open } = await queue.getJobCounts('wait', 'active', 'delayed', 'completed', 'failed')
  return { links, failed, open: Object.values(open).reduce((sum, count) => sum + count) }
}

const told = new Set<number>()
for await (const _ of setInterval(250)) {
  const { links, failed, open } = await collect()
  const tenth = Math.floor((10 * links) / (links + failed + open))
  if (!told.has(tenth) || open === 0) console.log(`collector: ${links} links, ${failed} failures, ${open} to go`)
  told.add(tenth)
  if (open === 0) break
}

const failed = await queue.getFailed()
writeFileSync(failures, `owner,reason\n${stringify(failed.map((job) => [job.data.owner, job.failedReason]))}`)
process.exit(failed.length === 0 ? 0 : 1)
