// Measures what one send allocates on the heap. Prints bytes. Requires --expose-gc and a semi-space that holds everything
// that is allocated, so that nothing is collected meanwhile.
import { strictEqual } from 'node:assert'
import { PerformanceObserver } from 'node:perf_hooks'
import { type Sender, senderOf } from './senders.ts'

const [, , url = '', name] = process.argv
const send = await senderOf(name as Sender, url) // measure.ts passes a valid name
const calls = 500

const collections: number[] = []
new PerformanceObserver((list) => {
  for (const { startTime } of list.getEntries()) collections.push(startTime)
}).observe({ entryTypes: ['gc'] })

for (let call = 0; call < calls; call += 1) await send() // warm-up
if (globalThis.gc === undefined) throw new Error('Run this file with --expose-gc.')
globalThis.gc()
const started = performance.now()
const before = process.memoryUsage().heapUsed
for (let call = 0; call < calls; call += 1) await send()
const allocated = process.memoryUsage().heapUsed - before
const ended = performance.now()
await new Promise((resolve) => setTimeout(resolve, 100)) // the observer is called later
strictEqual(collections.filter((time) => time > started && time < ended).length, 0, 'The heap was collected.')
process.stdout.write(JSON.stringify(allocated / calls))
