// Keeps a second run away from a file, since both would add the same customers.
import { readFile, rm, writeFile } from 'node:fs/promises'

const isRunning = (id: number): boolean => {
  try {
    return process.kill(id, 0)
  } catch {
    return false
  }
}

/** Throws while another process has the file; one that was killed has it no more. Gives what unlocks it. */
export const lock = async (file: string): Promise<() => Promise<void>> => {
  const path = `${file}.lock`
  const holder = Number(await readFile(path, 'utf8').catch(() => '0'))
  if (holder > 0 && holder !== process.pid && isRunning(holder))
    throw new Error(`${file} is being written by process ${holder}. If that is no such run, remove ${path}.`)
  await writeFile(path, String(process.pid))
  return () => rm(path, { force: true })
}
