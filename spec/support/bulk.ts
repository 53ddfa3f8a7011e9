import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { parse } from 'csv-parse/sync'
import { plainEnvironment } from './environment.ts'

/** Starts the example bulk in another process. The code is null if it is killed. */
export const startBulk = (
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  imports: readonly string[] = [],
) => {
  const flags = ['./spec/support/typescript.js', ...imports].map((path) => `--import=${path}`)
  const child = spawn(process.execPath, [...flags, 'examples/index.ts', 'bulk', ...args], {
    env: { ...plainEnvironment(), ...env },
  })
  const closed = once(child, 'close') as Promise<[number | null]> // the exit code
  const output = Promise.all([closed, text(child.stdout), text(child.stderr)])
  return {
    kill: (signal: 'SIGINT' | 'SIGKILL') => child.kill(signal),
    ended: output.then(([[code], stdout, stderr]) => ({ code, stdout, stderr })),
  }
}

export type Rows = readonly Readonly<Record<string, string>>[]

export const rowsOf = (file: string): Rows => parse(readFileSync(file), { columns: true, bom: true })
