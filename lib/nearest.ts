// Case and separators are what people get wrong most; no two known names differ by them alone. What stands before a dot
// is the same for many, and says nothing.
const plain = (name: string): string => name.toLowerCase().replace(/^.*\.|[\s_-]/g, '')

/** Whether so many slips make one name of the other: a letter too many, one too few, a wrong one, two swapped. */
const isWithin = (slips: number, a: string, b: string): boolean => {
  if (Math.abs(a.length - b.length) > slips) return false
  if (a === b) return true
  if (a[0] === b[0]) return isWithin(slips, a.slice(1), b.slice(1))
  const isSwapped = a[0] === b[1] && a[1] === b[0]
  return (
    (isSwapped && isWithin(slips - 1, a.slice(2), b.slice(2))) ||
    isWithin(slips - 1, a.slice(1), b.slice(1)) ||
    isWithin(slips - 1, a.slice(1), b) ||
    isWithin(slips - 1, a, b.slice(1))
  )
}

// A third of the letters may be wrong; half of them, behind a good beginning: 'retry' for 'retries'.
const tolerance = (name: string, candidate: string): number =>
  Math.max(1, candidate.length / (name.slice(0, 4) === candidate.slice(0, 4) ? 2 : 3))

/** The known name that a misspelt one most likely means. */
const nearest = (name: string, known: readonly string[]): string | undefined => {
  const given = plain(name)
  // Of a longer name, or with more slips, it would take too long to look.
  for (let slips = 0; slips < 10 && name.length <= 64; slips += 1) {
    const found = known.find(
      (candidate) => slips <= tolerance(given, plain(candidate)) && isWithin(slips, given, plain(candidate)),
    )
    if (found !== undefined) return found
  }
  return undefined
}

/** The hint for a misspelt name, if a known one is near. */
export const didYouMean = (name: string, known: readonly string[]): string | undefined => {
  const best = nearest(name, known)
  return best === undefined ? undefined : `did you mean '${best}'?`
}
