// Levenshtein's distance, a row at a time.
const distance = (a: string, b: string): number => {
  const next = (above: readonly number[], letter: string): readonly number[] => {
    const row = [(above[0] ?? 0) + 1]
    for (const [column, other] of [...b].entries()) {
      const changed = (above[column] ?? 0) + (letter === other ? 0 : 1)
      row.push(Math.min(changed, (row[column] ?? 0) + 1, (above[column + 1] ?? 0) + 1))
    }
    return row
  }
  const first: readonly number[] = Array.from({ length: b.length + 1 }, (_, column) => column)
  return [...a].reduce(next, first).at(-1) ?? a.length
}

// Case and separators are what people get wrong most; no two known names differ by them alone.
const plain = (name: string): string => name.toLowerCase().replace(/[\s_-]/g, '')

// Swapped letters are one slip of the hand, not two wrong letters.
const slips = (a: string, b: string): number => {
  const off = distance(a, b)
  return off === 2 && [...a].sort().join('') === [...b].sort().join('') ? 1 : off
}

// A third of the letters may be wrong; half of them, behind a good beginning: 'retry' for 'retries'.
const tolerance = (name: string, candidate: string): number =>
  Math.max(1, Math.floor(candidate.length / (name.slice(0, 4) === candidate.slice(0, 4) ? 2 : 3)))

/** The known name that a misspelt one most likely means. */
const nearest = (name: string, known: readonly string[]): string | undefined => {
  if (name.length > 64) return undefined
  const [best] = known
    .map((candidate) => ({ candidate, off: slips(plain(name), plain(candidate)) }))
    .filter(({ candidate, off }) => off <= tolerance(plain(name), plain(candidate)))
    .sort((a, b) => a.off - b.off)
  return best?.candidate
}

/** The hint for a misspelt name, if a known one is near. */
export const didYouMean = (name: string, known: readonly string[]): string | undefined => {
  const best = nearest(name, known)
  return best === undefined ? undefined : `did you mean '${best}'?`
}
