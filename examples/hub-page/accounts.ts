// Learns which accounts the customers connect. A browser can send anything, so the page is not asked.
import type { Client, ConnectSessionToken } from 'stackone-session'

/** The customers that are waited for at a time. With the interval, this stays under half of a key's rate limit. */
const maxWaits = 40

/** Milliseconds between two polls of a session. */
const interval = 5000

/** Passes lines about the connected accounts to `print`. Only the latest session of each customer is polled. */
export const watchConnections = (client: Client, print: (line: string) => void) => {
  const waits = new Map<string, AbortController>()

  const stop = (owner: string | undefined): void => {
    waits.get(owner ?? '')?.abort()
    waits.delete(owner ?? '')
  }

  const wait = async ({ id }: ConnectSessionToken, owner: string, signal: AbortSignal): Promise<void> => {
    try {
      const { status, accountId = 'none' } = await client.waitForConnection(id, { interval, signal })
      print(`Session ${id} of ${owner}: ${status}, account ${accountId}`)
    } catch (error) {
      if (!signal.aborted) print(`Session ${id} of ${owner}: ${error instanceof Error ? error.message : error}`)
    }
  }

  return (session: ConnectSessionToken): void => {
    const { originOwnerId: owner = '' } = session
    stop(owner)
    if (waits.size >= maxWaits) stop([...waits.keys()][0]) // the oldest
    const controller = new AbortController()
    waits.set(owner, controller)
    void wait(session, owner, controller.signal).finally(() => {
      if (waits.get(owner) === controller) waits.delete(owner)
    })
  }
}
