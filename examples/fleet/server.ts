// A temporary Redis server for demos and specs. It listens on a Unix socket and persists nothing.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export interface RedisServer {
  /** The value for REDIS_URL. */
  readonly url: string
  readonly close: () => Promise<void>
}

/** Starts `redis-server`. Resolves with undefined if it is not installed or is not ready within ten seconds. */
export const startRedis = async (): Promise<RedisServer | undefined> => {
  const folder = mkdtempSync(join(tmpdir(), 'fleet-redis-'))
  const url = join(folder, 'redis.sock')
  const options = { port: '0', unixsocket: url, unixsocketperm: '700', dir: folder, save: '', appendonly: 'no' }
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value])
  const server = spawn('redis-server', flags, { stdio: 'ignore', detached: true })
  const exited = new Promise<void>((resolve) => {
    server.once('exit', () => resolve()).once('error', () => resolve())
  })
  const kill = (): void => {
    server.kill()
    rmSync(folder, { recursive: true, force: true })
  }
  process.once('exit', kill) // the server is detached and would outlive an uncaught error
  const close = async (): Promise<void> => {
    server.kill()
    await exited
    process.off('exit', kill)
    kill()
  }
  const failed = Promise.race([exited, sleep(10_000, undefined, { ref: false })])
  const isReady = async (): Promise<boolean> => {
    if (existsSync(url)) return true
    return (await Promise.race([failed.then(() => false), sleep(20, true)])) && isReady()
  }
  if (await isReady()) return { url, close }
  await close()
  return undefined
}
