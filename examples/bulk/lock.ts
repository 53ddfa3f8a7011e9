// Keeps a second run away from a file, since both would add the same customers.
import { readdir, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const isRunning = (id: number): boolean => {
  try {
    return process.kill(id, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM' // it is another user's
  }
}

/** Other processes with a lock on the file; the locks of those that were killed are removed. */
const others = async (file: string): Promise<readonly number[]> => {
  const prefix = `${basename(file)}.lock.`
  const entries = (await readdir(dirname(file))).filter((entry) => entry.startsWith(prefix))
  const ids = entries.map((entry) => Number(entry.slice(prefix.length))).filter((id) => id > 0 && id !== process.pid)
  const gone = ids.filter((id) => !isRunning(id))
  await Promise.all(gone.map((id) => rm(join(dirname(file), `${prefix}${id}`), { force: true })))
  return ids.filter(isRunning)
}

/** Throws while another process has the file; one that was killed has it no more. Gives what unlocks it. */
export const lock = async (file: string, tries = 5): Promise<() => Promise<void>> => {
  const own = `${file}.lock.${process.pid}`
  await writeFile(own, '') // before the look for others: of two at once, at least one sees the other
  const holders = await others(file)
  const [holder] = holders
  if (holder === undefined) return () => rm(own, { force: true })
  await rm(own, { force: true })
  if (tries === 1)
    throw new Error(
      `${file} is being written by process ${holder}. If that is no such run, remove ${file}.lock.${holder}.`,
    )
  await sleep(holders.some((id) => id < process.pid) ? 200 : 10) // each may have seen the other: the least goes first
  return lock(file, tries - 1)
}
