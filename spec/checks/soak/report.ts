/** Prints the figures of a soak test below its title. */
export const report = (...lines: readonly string[]): void => {
  for (const line of lines) process.stdout.write(`      ${line}\n`)
}
