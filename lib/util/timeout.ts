/** How work ended: with a value or an error, by its timeout, or by the caller's signal. */
export type Outcome<A> =
  | { readonly type: 'value'; readonly value: A }
  | { readonly type: 'error'; readonly error: unknown }
  | { readonly type: 'timeout' }
  | { readonly type: 'abort'; readonly reason: unknown }

/** The longest delay of a timer, in milliseconds. A longer one fires immediately. */
export const maxTimeout = 2_147_483_647

const abortCallbacks = new WeakMap<AbortSignal, Set<() => void>>()

function notify(this: AbortSignal): void {
  for (const callback of abortCallbacks.get(this) ?? []) callback()
}

/** Returns a function that unsubscribes. The callbacks share a listener, since Node warns of a leak at the eleventh. */
const onAbort = (signal: AbortSignal, callback: () => void): (() => void) => {
  const callbacks = abortCallbacks.get(signal) ?? new Set()
  abortCallbacks.set(signal, callbacks.add(callback))
  signal.addEventListener('abort', notify)
  return () => {
    callbacks.delete(callback)
    if (callbacks.size === 0) signal.removeEventListener('abort', notify)
  }
}

/**
 * Runs work until it settles, the timeout elapses or the signal is aborted. Never rejects, and leaves no timer or
 * listener behind. Unless the work ended with a value, its signal is aborted. Work that ignores it is not awaited.
 */
export const withTimeout = <A>(ms: number, signal: AbortSignal | undefined, work: (own: AbortSignal) => Promise<A>) =>
  new Promise<Outcome<A>>((resolve) => {
    if (signal?.aborted) return resolve({ type: 'abort', reason: signal.reason })
    const controller = new AbortController()
    const end = (outcome: Outcome<A>): void => {
      clearTimeout(timer)
      unsubscribe?.()
      resolve(outcome)
      if (outcome.type !== 'value') controller.abort()
    }
    const unsubscribe = signal && onAbort(signal, () => end({ type: 'abort', reason: signal.reason }))
    const expire = (): void => {
      // If the event loop was blocked, the result may have arrived but not been read. Timers run before I/O.
      timer = setTimeout(() => end({ type: 'timeout' }))
    }
    let timer = setTimeout(expire, Math.max(0, ms)) // Node.js warns about a negative delay
    work(controller.signal).then(
      (value) => end({ type: 'value', value }),
      (error: unknown) => end({ type: 'error', error }),
    )
  })

export const sleep = (ms: number, signal: AbortSignal | undefined): Promise<Outcome<never>> =>
  withTimeout(ms, signal, () => new Promise(() => {}))
