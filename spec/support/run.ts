import { execFile } from 'node:child_process'
import { plainEnvironment } from './environment.ts'

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a script of the project in another process, for at most 30 seconds by default. */
export const run = (
  script: string,
  env: Readonly<Record<string, string>> = {},
  args: readonly string[] = [],
  timeout = 30_000,
) =>
  new Promise<Ran>((resolve) => {
    execFile(
      process.execPath,
      ['--import=./spec/support/typescript.js', script, ...args],
      { env: { ...plainEnvironment(), ...env }, timeout },
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr }),
    )
  })
