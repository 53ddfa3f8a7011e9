// Turns a CSV file of customers into a CSV file of links in many processes. It needs redis-server.
import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Queue } from 'bullmq'
import { sandbox } from 'stackone-session/testing'
import { startRedis } from './server.ts'

const isSandbox = !process.env['STACKONE_API_KEY']
const [input, output] = process.argv.slice(2)
if (!isSandbox && input === undefined) {
  console.error('Usage: npm run example -- fleet customers.csv links.csv (columns: owner,name,username)')
  process.exit(1)
}

const writeDemoCustomers = (): string => {
  const rows = Array.from({ length: 100 }, (_, index) => `customer-${index + 1},Customer ${index + 1}\n`)
  const file = join(mkdtempSync(join(tmpdir(), 'fleet-')), 'customers.csv')
  writeFileSync(file, `owner,name\n${rows.join('')}`)
  return file
}
const customers = input ?? writeDemoCustomers()
const named = output ?? customers.replace(/(\.csv)?$/, '.links.csv')
// A separate file, so that no customer is skipped because of a sandbox link.
const links = isSandbox ? named.replace(/(\.csv)?$/, '.sandbox.csv') : named
const api = sandbox()
api.fail(500, { rate: 0.1 })
const local = isSandbox ? await api.listen() : undefined
const redis = process.env['REDIS_URL'] ? undefined : await startRedis()
const env: NodeJS.ProcessEnv & { readonly QUEUE?: string; readonly REDIS_URL?: string } = {
  ...process.env,
  ...(redis && { REDIS_URL: redis.url }),
  // A separate queue, so that demo customers are never sent to StackOne.
  ...(local && { STACKONE_API_KEY: 'v1.sandbox.key', STACKONE_BASE_URL: local.url, QUEUE: `sandbox-${process.pid}` }),
}

const start = (file: string, ...args: readonly string[]) => fork(new URL(file, import.meta.url), args, { env })
const exitCode = (child: ChildProcess) => new Promise<number>((end) => child.once('exit', (code) => end(code ?? 130)))

/** Runs the producer, three workers and the collector. Resolves with the exit code. */
const run = async (interrupted: Promise<number>): Promise<number> => {
  const producer = start('./producer.ts', customers, links)
  const jobs = new Promise<unknown>((resolve) => producer.once('message', resolve))
  interrupted.then(() => producer.kill())
  const queued = await exitCode(producer)
  if (queued !== 0) return queued === 130 ? cleanUp(queued) : queued
  const workers = [1, 2, 3].map((number) => {
    const worker = start('./worker.ts')
    console.log(`worker ${number} is process ${worker.pid}`)
    return worker.once('exit', (_, signal) => signal && console.log(`worker ${number} was killed by ${signal}`))
  })
  const working = Promise.all(workers.map(exitCode))
  if (local) setInterval(() => api.requests.length >= 30 && workers[1]?.kill('SIGKILL'), 50).unref()
  const collector = start('./collector.ts', links, links.replace(/(\.csv)?$/, '.failures.csv'), String(await jobs))
  const code = await Promise.race([interrupted, exitCode(collector), working.then(() => 1)])
  for (const child of [...workers, collector]) if (child.connected) child.disconnect()
  await working
  console.log(`The ${local ? 'sandbox ' : ''}links are in ${links}`)
  return cleanUp(code)
}

/** Deletes the queue of a sandbox run, since the Redis server may be shared. */
const cleanUp = async (code: number): Promise<number> => {
  if (!local) return code
  const queue = new Queue(env.QUEUE ?? '', { connection: { url: env.REDIS_URL ?? '', retryStrategy: () => null } })
  await queue.obliterate({ force: true })
  await queue.close()
  return code
}

// Every signal is handled: after Ctrl-C the workers finish their requests, and this process must outlive them.
const interrupted = new Promise<number>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => resolve(130))
})
process.exitCode = await run(interrupted)
await Promise.all([redis?.close(), local?.close()])
process.exit()
