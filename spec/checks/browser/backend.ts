import { spawn } from 'node:child_process'
import { expect } from 'chai'
import { until } from '../../support/call.ts'
import { plainEnvironment } from '../../support/environment.ts'

export interface Backend {
  readonly url: string
  /** Returns the output so far. */
  readonly printed: () => string
  readonly close: () => Promise<void>
}

/** Starts an example as a user does, and waits for its URL. */
export const start = async (
  env: Readonly<Record<string, string>>,
  command: readonly string[] = ['examples/hub-page/index.ts'],
): Promise<Backend> => {
  const { PORT, ...rest } = plainEnvironment()
  const child = spawn(process.execPath, ['--import=./spec/support/typescript.js', ...command], {
    env: { ...rest, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const parts: string[] = []
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (part: string) => parts.push(part))
  const printed = (): string => parts.join('')
  const close = async (): Promise<void> => {
    child.kill()
    await exited
  }
  const url = (): string | undefined => /^(?:Open|The app is running at) (http\S+)/m.exec(printed())?.[1]
  if (!(await until(() => url() !== undefined || child.exitCode !== null, 30_000)) || url() === undefined) {
    await close()
    expect.fail(`The example did not start:\n${printed()}`)
  }
  return { url: url() ?? '', printed, close }
}
