// Locks a file, so that two runs do not create links for the same customers.
import lockfile from 'proper-lockfile'

export interface Lock {
  /** Throws if the process was suspended for so long that another run has taken the lock. */
  readonly verify: () => void
  readonly release: () => Promise<void>
}

/** Milliseconds without a heartbeat after which the lock of a killed run is removed. */
const stale = 5000

/**
 * Locks an existing file with a folder `<file>.lock`, next to the target if the file is a symbolic link. A heartbeat
 * shows that the lock is held, since process ids differ between hosts and containers. Waits for a killed run's lock.
 *
 * @throws an error if another run holds the lock
 */
export const lock = async (file: string, waitMs = stale + 2000): Promise<Lock> => {
  const state: { lost?: Error } = {}
  const retries = { retries: Math.ceil(waitMs / 200), factor: 1, minTimeout: 200 }
  const onCompromised = (cause: Error): void => {
    state.lost = new Error(`The lock of ${file} was lost. Run the command again to continue.`, { cause })
  }
  const release = await lockfile.lock(file, { stale, update: 1000, retries, onCompromised }).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ELOCKED')
      throw new Error(`${file} is locked by another run of this command. Wait until it has ended.`, { cause: error })
    throw error
  })
  return {
    verify: () => {
      if (state.lost !== undefined) throw state.lost
    },
    release: async () => {
      if (state.lost === undefined) await release()
    },
  }
}
