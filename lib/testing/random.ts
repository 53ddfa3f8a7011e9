/** Numbers from 0 up to 1 that look random, and are the same again for the same seed. */
export interface Random {
  readonly next: () => number
  readonly restart: () => void
}

/** The generator mulberry32: a few lines, and even enough for rates of faults. */
export const random = (seed: number): Random => {
  const state = new Uint32Array([seed])
  const next = (): number => {
    const at = ((state[0] ?? 0) + 0x6d2b79f5) >>> 0
    state[0] = at
    const mixed = Math.imul(at ^ (at >>> 15), at | 1)
    const spread = mixed ^ (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61))
    return ((spread ^ (spread >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    next,
    restart: () => {
      state[0] = seed
    },
  }
}
