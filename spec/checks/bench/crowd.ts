// Sends 10,000 requests with one contestant, 32 at a time. Prints requests per second, latencies in milliseconds and peak
// memory in bytes.
import { sendMany } from './load.ts'
import { type Sender, senderOf } from './senders.ts'

const [, , url = '', name] = process.argv
const send = await senderOf(name as Sender, url) // throughput.ts passes a valid name
const concurrency = 32

await sendMany(send, 500, concurrency) // warm-up: opens connections and compiles the code
const latency = await sendMany(send, 10_000, concurrency)
process.stdout.write(JSON.stringify({ ...latency, peak: process.resourceUsage().maxRSS * 1024 }))
