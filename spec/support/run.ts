import { execFile } from 'node:child_process'

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a script of the project in a process of its own, for half a minute at the most unless told otherwise. */
export const run = (
  script: string,
  env: Readonly<Record<string, string>> = {},
  args: readonly string[] = [],
  timeout = 30_000,
) =>
  new Promise<Ran>((resolve) => {
    const { STACKONE_API_KEY, STACKONE_BASE_URL, NODE_OPTIONS, NODE_V8_COVERAGE, ...rest } = process.env
    execFile(
      process.execPath,
      ['--import=./spec/support/typescript.js', script, ...args],
      { env: { ...rest, ...env }, timeout },
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr }),
    )
  })
