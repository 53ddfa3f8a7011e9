// A Redis of one's own, for a first look and for the specs: on a socket in a folder of its own, and nothing is kept.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export interface RedisServer {
  /** For REDIS_URL. */
  readonly url: string
  readonly close: () => Promise<void>
}

/** Starts `redis-server`; undefined where it is not installed, or does not answer within ten seconds. */
export const startRedis = async (): Promise<RedisServer | undefined> => {
  const folder = mkdtempSync(join(tmpdir(), 'fleet-redis-'))
  const url = join(folder, 'redis.sock')
  const options = { port: '0', unixsocket: url, unixsocketperm: '700', dir: folder, save: '', appendonly: 'no' }
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value])
  const server = spawn('redis-server', flags, { stdio: 'ignore', detached: true })
  const ended = new Promise<void>((resolve) => {
    server.once('exit', () => resolve()).once('error', () => resolve())
  })
  const end = (): void => {
    server.kill()
    rmSync(folder, { recursive: true, force: true })
  }
  process.once('exit', end) // where this process throws, nothing else would end it
  const close = async (): Promise<void> => {
    server.kill()
    await ended
    process.off('exit', end)
    end()
  }
  const gaveUp = Promise.race([ended, sleep(10_000, undefined, { ref: false })])
  const answers = async (): Promise<boolean> => {
    if (existsSync(url)) return true
    return (await Promise.race([gaveUp.then(() => false), sleep(20, true)])) && answers()
  }
  if (await answers()) return { url, close }
  await close()
  return undefined
}
