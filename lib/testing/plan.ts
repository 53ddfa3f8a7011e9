import type { Effect } from './effect.ts'
import type { When } from './fault.ts'
import { random } from './random.ts'

/** Which request meets which fault. */
export interface Plan {
  readonly add: (effect: Effect, when: When) => void
  /** The fault of the request that has come, if it meets any. */
  readonly next: () => Effect | undefined
  readonly reset: () => void
}

/** Queued faults first, in their order; then those with a rate, each by a draw of its own. */
export const plan = (seed: number): Plan => {
  const queue: { readonly effect: Effect; left: number }[] = []
  const rates: { readonly effect: Effect; readonly rate: number }[] = []
  const draws = random(seed)

  const queued = (): Effect | undefined => {
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
    // All draws are made, so that what one rate hits does not move the others.
    next: () => queued() ?? rates.filter(({ rate }) => draws.next() < rate)[0]?.effect,
    reset: () => {
      queue.length = 0
      rates.length = 0
      draws.restart()
    },
  }
}
