import { format, inspect } from 'node:util'

/** What the statements of a snippet returned, printed or threw, by their index. */
export const said = new Map<number, string>()

/** Records what a log would print. */
export const print = (place: number, ...values: readonly unknown[]): void => {
  said.set(place, format(...values))
}

const thrown = (error: unknown): string => `throws ${String(error)}`

/** Records the value of an expression, as console.log shows it, or what it throws. */
export const value = (place: number, evaluate: () => unknown): unknown => {
  const note = (text: string): void => {
    said.set(place, text)
  }
  try {
    const given = evaluate()
    if (!(given instanceof Promise)) return note(inspect(given, { depth: 9 }))
    return given.then((later) => note(inspect(later, { depth: 9 }))).catch((error: unknown) => note(thrown(error)))
  } catch (error) {
    return note(thrown(error))
  }
}
