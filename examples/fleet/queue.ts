// The queue that producer, workers and collector share, on the Redis of REDIS_URL.
import { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import type { Link } from './links.ts'

/** A job's data: the session as JSON, and, once a worker has it, the link. */
export interface Customer {
  readonly owner: string
  readonly session: object
  readonly link?: Omit<Link, 'owner'>
}

export const name = process.env['QUEUE'] ?? 'connect-sessions'
export const connection = { url: process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379' }

/** The queue, or, where no Redis answers, the end of this process with a remedy: BullMQ itself would wait for ever. */
export const openQueue = async (): Promise<Queue<Customer>> => {
  const limits = { connectTimeout: 5_000, commandTimeout: 5_000, retryStrategy: () => null }
  const probe = new Redis(connection.url, { lazyConnect: true, ...limits })
  const problems: Error[] = []
  probe.on('error', (error) => problems.push(error))
  await probe.ping().catch((error) => problems.push(error))
  probe.disconnect()
  const [problem] = problems
  if (problem === undefined) return new Queue(name, { connection }).on('error', toldOnce('Redis'))
  console.error(`No Redis can be used at ${process.env['REDIS_URL'] ? 'REDIS_URL' : connection.url}: ${reasonOf(problem)}
  - Debian, Ubuntu: apt-get install redis-server
  - by hand: redis-server --port 6379 --maxmemory-policy noeviction --appendonly yes
  - elsewhere: set REDIS_URL=redis://user:password@host:6379`)
  return process.exit(1)
}

const reasonOf = (error: Error): string => ('code' in error ? String(error.code) : error.message)

/** Tells of an error once, not at each of the attempts to connect again. */
export const toldOnce = (who: string): ((error: Error) => void) => {
  const told = new Set<string>()
  return (error) => {
    const reason = reasonOf(error)
    if (!told.has(reason)) console.error(`${who}: ${reason}`)
    told.add(reason)
  }
}

/** Calls back once when the process that forked this one is gone, or has been all the while. */
export const onceAlone = (stop: () => void): void => {
  process.once('disconnect', stop)
  if (process.connected === false) stop()
}
