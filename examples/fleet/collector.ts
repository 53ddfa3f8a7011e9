// collector.ts links.csv links.failures.csv [jobs]: moves links from Redis to a file until the queue is empty. Run one at
// a time. `jobs` is the number of jobs that the producer has queued.
import { writeFileSync } from 'node:fs'
import { setInterval } from 'node:timers/promises'
import { stringify } from 'csv-stringify/sync'
import { openLinks } from './links.ts'
import { onParentExit, openQueue } from './queue.ts'

const [output = 'links.csv', failures = 'links.failures.csv', jobs = '0'] = process.argv.slice(2)
const queue = await openQueue()
const addLinks = openLinks(output)
onParentExit(() => process.exit(1))
const counts = { removed: 0, expected: Number(jobs) }

/** Removes a job from Redis once its link is on disk. After a kill in between, the next run finds the job again. */
const collect = async () => {
  const completed = (await queue.getCompleted(0, 499)).filter((job) => job !== undefined) // flushed in between
  const links = addLinks(completed.flatMap(({ data: { owner, link } }) => (link ? [{ owner, ...link }] : [])))
  await Promise.all(completed.map((job) => job.remove()))
  counts.removed += completed.length
  const { failed = 0, ...open } = await queue.getJobCounts('wait', 'active', 'delayed', 'completed', 'failed')
  return { links, failed, open: Object.values(open).reduce((sum, count) => sum + count) }
}

/** Returns the number of jobs that Redis has lost, for example because it was flushed. Only this process removes jobs. */
const countLost = (remaining: number): number => {
  const total = counts.removed + remaining
  counts.expected = Math.max(counts.expected, total)
  return counts.expected - total
}

const reportedTenths = new Set<number>()
for await (const _ of setInterval(250)) {
  const { links, failed, open } = await collect()
  const lost = countLost(failed + open)
  if (lost > 0) {
    console.error(`collector: Redis lost ${lost} jobs. Run the same command again to queue them again.`)
    process.exit(1)
  }
  const tenth = Math.floor((10 * links) / (links + failed + open))
  if (!reportedTenths.has(tenth) || open === 0)
    console.log(`collector: ${links} links, ${failed} failures, ${open} remaining`)
  reportedTenths.add(tenth)
  if (open === 0) break
}

const failed = await queue.getFailed()
const rows = failed.map((job) => [job.data.owner, job.failedReason])
writeFileSync(failures, `owner,reason\n${stringify(rows, { escape_formulas: true })}`)
process.exit(failed.length === 0 ? 0 : 1)
