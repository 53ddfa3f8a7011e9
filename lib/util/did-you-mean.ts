// Case and separators are the most common mistakes.
const normalize = (name: string): string => name.toLowerCase().replace(/[\s_-]/g, '')

/** Returns whether `b` is `a` with at most so many edits: an insertion, a deletion, a substitution or a swap. */
const isWithinEdits = (edits: number, a: string, b: string): boolean => {
  if (Math.abs(a.length - b.length) > edits) return false
  if (a === b) return true
  if (a[0] === b[0]) return isWithinEdits(edits, a.slice(1), b.slice(1))
  const isSwapped = a[0] === b[1] && a[1] === b[0]
  return (
    (isSwapped && isWithinEdits(edits - 1, a.slice(2), b.slice(2))) ||
    isWithinEdits(edits - 1, a.slice(1), b.slice(1)) ||
    isWithinEdits(edits - 1, a.slice(1), b) ||
    isWithinEdits(edits - 1, a, b.slice(1))
  )
}

// A third of the letters may differ, or half after a common start: `retry` suggests `retries`.
const maxEditsFor = (name: string, candidate: string): number =>
  Math.max(1, candidate.length / (name.slice(0, 4) === candidate.slice(0, 4) ? 2 : 3))

/** Returns a hint with the known name closest to a misspelled one, if any is close. */
export const didYouMean = (value: unknown, known: readonly string[]): string | undefined => {
  if (typeof value !== 'string' || value.length > 64) return undefined
  const name = normalize(value)
  const candidates = known.map((each) => [each, normalize(each)] as const)
  // The search is exponential in the edits, hence the limit.
  for (let edits = 0; edits < 10; edits += 1) {
    const found = candidates.find(([, each]) => edits <= maxEditsFor(name, each) && isWithinEdits(edits, name, each))
    if (found !== undefined) return `did you mean '${found[0]}'?`
  }
  return undefined
}
