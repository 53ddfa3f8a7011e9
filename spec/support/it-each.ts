import { inspect } from 'node:util'

/** Returns the name of a row: its title, its first entry if that is a string, or the whole row. */
const nameOf = (row: unknown): string => {
  const [first, second] = Array.isArray(row) ? row : []
  // A row of `entries()`.
  if (typeof first === 'number' && typeof second === 'object') return nameOf(second)
  const { title }: { readonly title?: unknown } = Object(row)
  const name = title ?? (typeof first === 'string' ? first : undefined)
  return typeof name === 'string' ? name.slice(0, 200) : inspect(row, { breakLength: Infinity }).slice(0, 200)
}

/** Defines one test for all rows of a table. A failure starts with the name of its row. */
export const itEach = <A>(title: string, rows: Iterable<A>, test: (row: A) => unknown): void => {
  const all = [...rows]
  it(title, async () => {
    for (const row of all)
      try {
        await test(row)
      } catch (error) {
        // The error is kept, because mocha shows its `expected` and `actual`.
        if (error instanceof Error) error.message = `${nameOf(row)}: ${error.message}`
        throw error
      }
  })
}
