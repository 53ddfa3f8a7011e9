// A CSV of customers in, a CSV of links out, by many workers: BullMQ and Redis hold the rate and lose nobody.
import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Queue } from 'bullmq'
import { sandbox } from 'stackone-session/testing'
import { startRedis } from './server.ts'

const onSandbox = !process.env['STACKONE_API_KEY']
const [given, to] = process.argv.slice(2)
if (!onSandbox && given === undefined) {
  console.error('Which? npm run example -- fleet customers.csv links.csv, with the columns owner,name,username')
  process.exit(1)
}

const madeUp = (): string => {
  const rows = Array.from({ length: 100 }, (_, index) => `customer-${index + 1},Customer ${index + 1}\n`)
  const file = join(mkdtempSync(join(tmpdir(), 'fleet-')), 'customers.csv')
  writeFileSync(file, `owner,name\n${rows.join('')}`)
  return file
}
const customers = given ?? madeUp()
const named = to ?? customers.replace(/(\.csv)?$/, '.links.csv')
// Apart: who has a link of the sandbox has none yet.
const links = onSandbox ? named.replace(/(\.csv)?$/, '.sandbox.csv') : named

const api = sandbox()
api.fail(500, { rate: 0.1 })
const local = onSandbox ? await api.listen() : undefined
const redis = process.env['REDIS_URL'] ? undefined : await startRedis()
const env: NodeJS.ProcessEnv & { readonly QUEUE?: string; readonly REDIS_URL?: string } = {
  ...process.env,
  ...(redis && { REDIS_URL: redis.url }),
  // Its customers must never be asked for at the real API, so they have a queue of their own.
  ...(local && { STACKONE_API_KEY: 'v1.sandbox.key', STACKONE_BASE_URL: local.url, QUEUE: `sandbox-${process.pid}` }),
}

const start = (file: string, ...args: readonly string[]) => fork(new URL(file, import.meta.url), args, { env })
const ended = (child: ChildProcess) => new Promise<number>((end) => child.once('exit', (code) => end(code ?? 130)))

/** All that runs on machines of its own where one is not enough; gives the exit code. */
const run = async (interrupted: Promise<number>): Promise<number> => {
  const producer = start('./producer.ts', customers, links)
  interrupted.then(() => producer.kill())
  const queued = await ended(producer)
  if (queued !== 0) return queued === 130 ? forget(queued) : queued
  const workers = [1, 2, 3].map((number) => {
    const worker = start('./worker.ts')
    console.log(`worker ${number} is process ${worker.pid}`)
    return worker.once('exit', (_, signal) => signal && console.log(`worker ${number} was ended by ${signal}`))
  })
  const working = Promise.all(workers.map(ended))
  if (local) setInterval(() => api.requests.length >= 30 && workers[1]?.kill('SIGKILL'), 50).unref()
  const collector = start('./collector.ts', links, links.replace(/(\.csv)?$/, '.failures.csv'))
  const code = await Promise.race([interrupted, ended(collector), working.then(() => 1)])
  for (const child of [...workers, collector]) if (child.connected) child.disconnect()
  await working
  console.log(`The ${local ? "sandbox's " : ''}links are in ${links}`)
  return forget(code)
}

/** Leaves nothing of the sandbox on a Redis that goes on. */
const forget = async (code: number): Promise<number> => {
  if (!local) return code
  const queue = new Queue(env.QUEUE ?? '', { connection: { url: env.REDIS_URL ?? '', retryStrategy: () => null } })
  await queue.obliterate({ force: true })
  await queue.close()
  return code
}

// Not once: the workers finish what is in flight, or at a second Ctrl-C do not; this process ends after them, and Redis last.
const interrupted = new Promise<number>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => resolve(130))
})
process.exitCode = await run(interrupted)
await Promise.all([redis?.close(), local?.close()])
process.exit()
