// The queue that the producer, the workers and the collector share, on the Redis server of REDIS_URL.
import { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import type { Link } from './links.ts'

/** The data of a job: the session as JSON and, once a worker has created it, the link. */
export interface Customer {
  readonly owner: string
  readonly session: object
  readonly link?: Omit<Link, 'owner'>
}

export const name = process.env['QUEUE'] ?? 'connect-sessions'
export const connection = { url: process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379' }

/** Opens the queue. Without a usable Redis server it prints what to do and exits, since BullMQ would wait forever. */
export const openQueue = async (): Promise<Queue<Customer>> => {
  const limits = { connectTimeout: 5_000, commandTimeout: 5_000, retryStrategy: () => null }
  const probe = new Redis(connection.url, { lazyConnect: true, ...limits })
  const problems: Error[] = []
  probe.on('error', (error) => problems.push(error))
  await probe.ping().catch((error) => problems.push(error))
  probe.disconnect()
  const [problem] = problems
  if (problem === undefined) return new Queue(name, { connection }).on('error', logOnce('Redis'))
  console.error(`Cannot use Redis at ${process.env['REDIS_URL'] ? 'REDIS_URL' : connection.url}: ${reasonOf(problem)}
  - Debian, Ubuntu: apt-get install redis-server
  - Start a server: redis-server --port 6379 --maxmemory-policy noeviction --appendonly yes
  - Use another server: REDIS_URL=redis://user:password@host:6379`)
  return process.exit(1)
}

const reasonOf = (error: Error): string => ('code' in error ? String(error.code) : error.message)

/** Returns a listener that logs each distinct error once, not at every reconnection attempt. */
export const logOnce = (source: string): ((error: Error) => void) => {
  const logged = new Set<string>()
  return (error) => {
    const reason = reasonOf(error)
    if (!logged.has(reason)) console.error(`${source}: ${reason}`)
    logged.add(reason)
  }
}

/** Calls `stop` once the process that forked this one has exited, or immediately if it already has. */
export const onParentExit = (stop: () => void): void => {
  process.once('disconnect', stop)
  if (process.connected === false) stop()
}
