// Case and separators are the most common mistakes.
const normalize = (name: string): string => name.toLowerCase().replace(/[\s_-]/g, '')

/** Returns the number of insertions, deletions, substitutions and swaps between two names, if it is within the limit. */
const countEdits = (a: string, b: string, limit: number): number => {
  if (Math.abs(a.length - b.length) > limit) return Number.POSITIVE_INFINITY
  if (a === b) return 0
  if (a[0] === b[0]) return countEdits(a.slice(1), b.slice(1), limit)
  const isSwapped = a[0] === b[1] && a[1] === b[0]
  const editsAfter = (i: number, j: number): number => 1 + countEdits(a.slice(i), b.slice(j), limit - 1)
  return Math.min(editsAfter(1, 1), editsAfter(1, 0), editsAfter(0, 1), ...(isSwapped ? [editsAfter(2, 2)] : []))
}

/** Returns a hint with the known name closest to a misspelled one, if any is close. */
export const didYouMean = (value: unknown, known: readonly string[]): string | undefined => {
  if (typeof value !== 'string' || value.length > 64) return undefined
  const name = normalize(value)
  const edits = known.map(normalize).map((candidate) => {
    // A third of the letters may differ, or half after a common start: `retry` suggests `retries`.
    const limit = candidate.length / (name.slice(0, 4) === candidate.slice(0, 4) ? 2 : 3)
    return countEdits(name, candidate, Math.min(9, Math.max(1, limit))) // exponential in the limit
  })
  const least = Math.min(...edits)
  return Number.isFinite(least) ? `did you mean '${known[edits.indexOf(least)]}'?` : undefined
}
