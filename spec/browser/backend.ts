import { spawn } from 'node:child_process'
import { expect } from 'chai'
import { until } from '../support/call.ts'
import { plainEnvironment } from '../support/environment.ts'

export interface Backend {
  readonly url: string
  /** All that it has printed so far. */
  readonly printed: () => string
  readonly close: () => Promise<void>
}

/** Starts the example by its one command, as a user does. */
export const start = async (env: Readonly<Record<string, string>>): Promise<Backend> => {
  const { PORT, ...rest } = plainEnvironment()
  const command = ['--import=./spec/support/typescript.js', 'examples/hub-page/index.ts']
  const child = spawn(process.execPath, command, { env: { ...rest, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const parts: string[] = []
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (part: string) => parts.push(part))
  const printed = (): string => parts.join('')
  const close = async (): Promise<void> => {
    child.kill()
    await ended
  }
  const url = (): string | undefined => /^The page: (\S+) /m.exec(printed())?.[1]
  if (!(await until(() => url() !== undefined || child.exitCode !== null, 30_000)) || url() === undefined) {
    await close()
    expect.fail(`The example does not listen:\n${printed()}`)
  }
  return { url: url() ?? '', printed, close }
}
