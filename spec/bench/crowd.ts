// 10,000 sends by one contestant, 32 at a time. Prints requests a second, and the peak of memory in bytes.
import { type Sender, senderOf } from './senders.ts'

const [, , url = '', name] = process.argv
const send = await senderOf(name as Sender, url) // throughput.ts names one

const total = 10_000
const atOnce = 32

const queue = async (numbers: Iterator<number>): Promise<void> => {
  while (numbers.next().done !== true) await send()
}

const run = async (count: number): Promise<void> => {
  const numbers = Array.from({ length: count }, (_, index) => index).values()
  await Promise.all(Array.from({ length: atOnce }, () => queue(numbers)))
}

await run(500) // connections are opened and the compiler warms up
const began = performance.now()
await run(total)
const perSecond = (total / (performance.now() - began)) * 1000
process.stdout.write(JSON.stringify({ perSecond, peak: process.resourceUsage().maxRSS * 1024 }))
