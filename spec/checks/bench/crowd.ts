// Sends 10,000 requests with one contestant, 32 concurrently. Prints requests per second and peak memory in bytes.
import { type Sender, senderOf } from './senders.ts'

const [, , url = '', name] = process.argv
const send = await senderOf(name as Sender, url) // throughput.ts passes a valid name

const total = 10_000
const concurrency = 32

const sendAll = async (numbers: Iterator<number>): Promise<void> => {
  while (numbers.next().done !== true) await send()
}

const run = async (count: number): Promise<void> => {
  const numbers = Array.from({ length: count }, (_, index) => index).values()
  await Promise.all(Array.from({ length: concurrency }, () => sendAll(numbers)))
}

await run(500) // warm-up: opens connections and compiles the code
const started = performance.now()
await run(total)
const perSecond = (total / (performance.now() - started)) * 1000
process.stdout.write(JSON.stringify({ perSecond, peak: process.resourceUsage().maxRSS * 1024 }))
