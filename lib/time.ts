/** Starts to count milliseconds. */
export const stopwatch = (): (() => number) => {
  const started = performance.now()
  return () => performance.now() - started
}

/** How a piece of work ended: by its own value or error, or by the clock, or by the caller's signal. */
export type Outcome<A> =
  | { readonly by: 'value'; readonly value: A }
  | { readonly by: 'error'; readonly error: unknown }
  | { readonly by: 'timeout' }
  | { readonly by: 'abort'; readonly reason: unknown }

/** Milliseconds: a timer of the platform that is longer fires at once. */
export const longestTimer = 2_147_483_647

/** All that wait for one signal, behind one listener: at the eleventh on a signal, Node warns of a leak. */
interface Waiting {
  readonly all: Set<() => void>
  readonly wake: () => void
}

const waiting = new WeakMap<AbortSignal, Waiting>()

const waitingFor = (signal: AbortSignal): Waiting => {
  const known = waiting.get(signal)
  if (known !== undefined) return known
  const all = new Set<() => void>()
  const wake = (): void => {
    for (const end of all) end()
  }
  const made = { all, wake }
  waiting.set(signal, made)
  return made
}

/** Has `end` called when the signal is aborted, until it is told not to. */
const whenAborted = (signal: AbortSignal, end: () => void): (() => void) => {
  const { all, wake } = waitingFor(signal)
  // The same listener is there once, however often it is added.
  signal.addEventListener('abort', wake)
  all.add(end)
  return () => {
    all.delete(end)
    try {
      if (all.size === 0) signal.removeEventListener('abort', wake)
    } catch {
      // A signal of the caller's own making; what has ended has ended.
    }
  }
}

/**
 * Runs work until it ends, or for so many milliseconds, or until the signal: whichever is first. Never rejects.
 *
 * The work is given a signal of its own, which is aborted whenever it did not end with a value. It is not waited for
 * after that, so work that ignores the signal cannot hold the caller up. No timer and no listener stays behind.
 */
export const within = <A>(
  ms: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<A>,
): Promise<Outcome<A>> =>
  new Promise((resolve) => {
    if (signal?.aborted) return resolve({ by: 'abort', reason: signal.reason })
    const controller = new AbortController()
    const end = (outcome: Outcome<A>): void => {
      clearTimeout(timer)
      forget?.()
      resolve(outcome)
      if (outcome.by !== 'value') controller.abort()
    }
    // The listener first: a signal of the caller's own making may throw, and no timer must stay behind then.
    const forget = signal && whenAborted(signal, () => end({ by: 'abort', reason: signal.reason }))
    const timer = setTimeout(() => end({ by: 'timeout' }), ms)
    work(controller.signal).then(
      (value) => end({ by: 'value', value }),
      (error: unknown) => end({ by: 'error', error }),
    )
  })

/** Waits so many milliseconds, or until the signal. */
export const sleep = (ms: number, signal: AbortSignal | undefined): Promise<Outcome<never>> =>
  within(ms, signal, () => new Promise(() => {}))
