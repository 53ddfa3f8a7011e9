/** A mutant that no spec can notice, or that none should. */
interface Explained {
  readonly file: string
  /** A part of its line. */
  readonly line: string
  /** What it puts there; anything if absent. */
  readonly to?: string
  readonly why: string
}

export const explained: readonly Explained[] = []
