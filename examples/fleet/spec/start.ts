import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { plainEnvironment } from '../../../spec/support/environment.ts'

/** A running script of the example. */
export interface Script {
  readonly pid: number
  /** Returns the output of the script and its children so far, including stderr. */
  readonly printed: () => string
  /** Resolves with the exit code, or with 1 if a signal ended the process. */
  readonly exited: Promise<number>
  readonly kill: ChildProcess['kill']
}

const fileOf = (script: string): string => fileURLToPath(new URL(`../${script}`, import.meta.url))

const running = new Set<ChildProcess>()

/** Kills the scripts that a failed spec left running. Their children notice it and exit. */
export const killAll = (): void => {
  for (const child of running) child.kill('SIGKILL')
}

/** Starts a script of the example without the environment variables that change its behaviour. */
export const start = (script: string, env: NodeJS.ProcessEnv = {}, ...args: readonly string[]): Script => {
  const { REDIS_URL, QUEUE, ...rest } = plainEnvironment()
  const child = spawn(process.execPath, [...process.execArgv, fileOf(script), ...args], {
    env: { ...rest, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(child)
  child.once('close', () => running.delete(child))
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk))
  return {
    pid: child.pid ?? 0,
    printed: () => Buffer.concat(chunks).toString('utf8'),
    exited: new Promise((resolve) => child.once('close', (code) => resolve(code ?? 1))),
    kill: (signal) => child.kill(signal),
  }
}

/** Runs a script of the example to its end. */
export const run = async (script: string, env: NodeJS.ProcessEnv = {}, ...args: readonly string[]) => {
  const running = start(script, env, ...args)
  return { code: await running.exited, printed: running.printed() }
}

/** Polls until `read` returns a value other than undefined, for up to a minute. */
export const waitFor = async <A>(read: () => A | undefined | Promise<A | undefined>): Promise<A> => {
  for (const end = Date.now() + 60_000; Date.now() < end; await sleep(20)) {
    const value = await read()
    if (value !== undefined) return value
  }
  throw new Error(`Timed out after a minute: ${read}`)
}

/** Returns whether a process exists. */
export const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
