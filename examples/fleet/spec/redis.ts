import { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import type { Customer } from '../queue.ts'
import { startRedis } from '../server.ts'

const configured = process.env['REDIS_URL']
const server = configured ? { url: configured, close: async () => {} } : await startRedis()
if (server === undefined) {
  console.error('The specs of the fleet example need Redis: run apt-get install redis-server, or set REDIS_URL.')
  process.exit(1)
}

export const { url, close } = server
export const queueName = `fleet-spec-${process.pid}`
export const openQueue = (): Queue<Customer> => new Queue(queueName, { connection: { url } })

/** Returns everything that Redis holds for the queues of a name, as JSON: keys, hashes, lists, sets and streams. */
export const dump = async (name = queueName): Promise<string> => {
  const redis = new Redis(url)
  const keys = await redis.keys(`bull:${name}:*`)
  const values = await Promise.all(
    keys.map(async (key) => {
      const type = await redis.type(key)
      if (type === 'hash') return redis.hgetall(key)
      if (type === 'list') return redis.lrange(key, 0, -1)
      if (type === 'set') return redis.smembers(key)
      if (type === 'zset') return redis.zrange(key, '0', '-1')
      if (type === 'stream') return redis.xrange(key, '-', '+')
      return redis.get(key)
    }),
  )
  redis.disconnect()
  return JSON.stringify([keys, values])
}

/** Returns the number of connected clients, without the one that this function opens. */
export const countConnections = async (): Promise<number> => {
  const redis = new Redis(url)
  const clients = String(await redis.client('LIST'))
  redis.disconnect()
  return clients.trim().split('\n').length - 1
}
