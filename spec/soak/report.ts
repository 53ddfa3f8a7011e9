/** Prints the figures of a long spec, under its title. */
export const report = (...lines: readonly string[]): void => {
  for (const line of lines) process.stdout.write(`      ${line}\n`)
}
