import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { parse } from 'csv-parse/sync'
import { plainEnvironment } from './environment.ts'
import type { Ran } from './run.ts'

export interface Running {
  readonly kill: (signal: 'SIGINT' | 'SIGKILL') => void
  /** The result; the code is null if it was killed. */
  readonly ended: Promise<Omit<Ran, 'code'> & { readonly code: number | null }>
}

/** Starts the example bulk in another process. */
export const startBulk = (
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  imports: readonly string[] = [],
): Running => {
  const flags = ['./spec/support/typescript.js', ...imports].map((path) => `--import=${path}`)
  const child = spawn(process.execPath, [...flags, 'examples/index.ts', 'bulk', ...args], {
    env: { ...plainEnvironment(), ...env },
  })
  const output = Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)])
  return {
    kill: (signal) => child.kill(signal),
    ended: output.then(([[code], stdout, stderr]) => ({ code, stdout, stderr })),
  }
}

export type Rows = readonly Readonly<Record<string, string>>[]

export const rowsOf = (file: string): Rows => parse(readFileSync(file), { columns: true, bom: true })
