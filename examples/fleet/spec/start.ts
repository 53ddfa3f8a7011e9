import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { plainEnvironment } from '../../../spec/support/environment.ts'

/** A script of the example that runs. */
export interface Started {
  readonly pid: number
  /** What it and its children have printed until now, errors too. */
  readonly printed: () => string
  /** Its exit code; 1 if a signal ended it. */
  readonly ended: Promise<number>
  readonly kill: ChildProcess['kill']
}

const fileOf = (script: string): string => fileURLToPath(new URL(`../${script}`, import.meta.url))

const running = new Set<ChildProcess>()

/** Ends what a failed spec has left; its own children notice that. */
export const endAll = (): void => {
  for (const child of running) child.kill('SIGKILL')
}

/** Starts a script of the example with nothing of this environment that would change what it does. */
export const start = (script: string, env: NodeJS.ProcessEnv = {}, ...args: readonly string[]): Started => {
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
    ended: new Promise((resolve) => child.once('close', (code) => resolve(code ?? 1))),
    kill: (signal) => child.kill(signal),
  }
}

/** The same, run to its end. */
export const run = async (script: string, env: NodeJS.ProcessEnv = {}, ...args: readonly string[]) => {
  const started = start(script, env, ...args)
  return { code: await started.ended, printed: started.printed() }
}

/** Asks again and again until there is an answer, for a minute at the most. */
export const until = async <A>(ask: () => A | undefined | Promise<A | undefined>): Promise<A> => {
  for (const end = Date.now() + 60_000; Date.now() < end; await sleep(20)) {
    const answer = await ask()
    if (answer !== undefined) return answer
  }
  throw new Error(`waited a minute for: ${ask}`)
}

/** Whether a process is there, and no zombie. */
export const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
