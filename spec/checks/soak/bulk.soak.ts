import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { writeCustomers } from '../../../examples/bulk/demo.ts'
import { sandbox } from '../../../lib/testing/index.ts'
import { rowsOf, startBulk } from '../../support/bulk.ts'
import { report } from './report.ts'

const customers = 10_000
const warmUp = 2_000
/** The allowed growth of the heap after the warm-up, in bytes. The example keeps only the id of each customer. */
const maxGrowth = 3 * 1024 * 1024

const MiB = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MiB`

interface Sample {
  readonly created: number
  readonly heap: number
  readonly rss: number
}

const highest = (numbers: readonly number[]): number => Math.max(...numbers)

describe('The bulk example with 10,000 customers and 10 % faults', () => {
  it('creates exactly one link per customer in constant memory', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bulk-soak-'))
    const [input, output, heap] = ['customers.csv', 'links.csv', 'heap'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ]
    const api = sandbox({ apiKey: 'v1.eu1.mine' })
    const { url } = await api.listen()
    api.fail({ status: 429, retryAfter: 1 }, { rate: 0.001 })
    api.fail(503, { rate: 0.05 })
    api.fail('reset', { rate: 0.03 })
    api.fail('cut', { rate: 0.015 })
    api.fail('html', { rate: 0.005 })
    try {
      await writeCustomers(input, customers)
      writeFileSync(heap, '')
      const started = performance.now()
      const running = startBulk(
        [input, output, '--per-minute', '1000000', '--concurrency', '16'],
        { STACKONE_API_KEY: 'v1.eu1.mine', STACKONE_BASE_URL: url, HEAP_FILE: heap },
        ['./spec/support/heap.js'],
      )
      const samples: Sample[] = []
      const ended = running.ended.finally(() => clearInterval(timer))
      const timer = setInterval(() => {
        const [used = 0, rss = 0] =
          readFileSync(heap, 'utf8').trimEnd().split('\n').at(-1)?.split(' ').map(Number) ?? []
        samples.push({ created: api.sessions.length, heap: used, rss })
      }, 250)
      const { code, stdout, stderr } = await ended
      const seconds = (performance.now() - started) / 1000

      const early = samples.filter(({ created }) => created >= warmUp && created < warmUp * 1.5)
      const late = samples.filter(({ created }) => created >= customers * 0.8)
      const [before, after] = [early, late].map((subset) => highest(subset.map(({ heap }) => heap)))
      const [rssBefore, rssAfter] = [early, late].map((subset) => highest(subset.map(({ rss }) => rss)))
      report(
        `${customers} customers in ${seconds.toFixed(0)} s, ${api.requests.length} requests`,
        `heap after ${warmUp} customers ${MiB(before ?? 0)}, at the end ${MiB(after ?? 0)}`,
        `resident ${MiB(rssBefore ?? 0)}, at the end ${MiB(rssAfter ?? 0)}`,
      )
      expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' })
      expect(stdout).to.equal(`${customers} links created, saved in ${output}\n`)
      expect(new Set(rowsOf(output).map(({ owner }) => owner)).size).to.equal(customers)
      expect(rowsOf(output)).to.have.length(customers)
      expect(api.requests.length).to.be.within(customers * 1.08, customers * 1.14)
      expect(early.length).to.be.above(0)
      expect((after ?? 0) - (before ?? 0)).to.be.below(maxGrowth)
    } finally {
      await api[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
