import { checkOptions } from '../../util/check-options.ts'
import { sandboxDefaults } from '../../util/defaults.ts'
import { withoutPrototype } from '../../util/guards.ts'
import { type Fault, type FaultOptions, failArguments } from './fault.ts'

/** Returns a function that draws numbers from 0 up to 1 with the generator mulberry32. Equal seeds give equal draws. */
const createRandom = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    const mixed = Math.imul(state ^ (state >>> 15), state | 1)
    const spread = mixed ^ (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61))
    return ((spread ^ (spread >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Determines which request meets which fault: queued faults first, then those with a rate, each with its own draw. */
export const createFaultSchedule = (seed: number = sandboxDefaults.seed) => {
  const random = createRandom(seed)
  const queue: { readonly fault: Fault; left: number }[] = []
  const rates: { readonly fault: Fault; readonly rate: number }[] = []
  return {
    add: (given: Fault, options: FaultOptions = {}): void => {
      checkOptions({ fault: given, options }, failArguments, 'fail')
      const fault = typeof given === 'object' ? withoutPrototype(given) : given
      const { rate, times = sandboxDefaults.times } = options
      if (rate === undefined) queue.push({ fault, left: times })
      else rates.push({ fault, rate })
    },
    next: (): Fault | undefined => {
      const [first] = queue
      // Draws for every rate, so that a hit of one does not shift the draws of the others.
      if (first === undefined) return rates.filter(({ rate }) => random() < rate)[0]?.fault
      first.left -= 1
      if (first.left === 0) queue.shift()
      return first.fault
    },
  }
}
