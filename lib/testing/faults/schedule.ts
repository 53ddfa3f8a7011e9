import type { Effect } from './effect.ts'
import type { FaultOptions } from './fault.ts'

/** Determines which request meets which fault. */
export interface FaultSchedule {
  readonly add: (effect: Effect, options: FaultOptions) => void
  /** Returns the effect for the next request, if any. */
  readonly next: () => Effect | undefined
  readonly reset: () => void
}

/** Returns a function that draws numbers from 0 up to 1 with the generator mulberry32. Equal seeds give equal draws. */
const createRandom = (seed: number): (() => number) => {
  const state = new Uint32Array([seed])
  return () => {
    const next = ((state[0] ?? 0) + 0x6d2b79f5) >>> 0
    state[0] = next
    const mixed = Math.imul(next ^ (next >>> 15), next | 1)
    const spread = mixed ^ (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61))
    return ((spread ^ (spread >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Creates a schedule. Queued faults come first, in their order; then those with a rate, each with its own draw. */
export const createFaultSchedule = (seed: number): FaultSchedule => {
  const queue: { readonly effect: Effect; left: number }[] = []
  const rates: { readonly effect: Effect; readonly rate: number }[] = []
  let random = createRandom(seed)

  const nextQueued = (): Effect | undefined => {
    const [first] = queue
    if (first === undefined) return undefined
    first.left -= 1
    if (first.left === 0) queue.shift()
    return first.effect
  }

  return {
    add: (effect, { rate, times = 1 }) => {
      if (rate === undefined) queue.push({ effect, left: times })
      else rates.push({ effect, rate })
    },
    // Draws for every rate, so that a hit of one does not shift the draws of the others.
    next: () => nextQueued() ?? rates.filter(({ rate }) => random() < rate)[0]?.effect,
    reset: () => {
      queue.length = 0
      rates.length = 0
      random = createRandom(seed)
    },
  }
}
