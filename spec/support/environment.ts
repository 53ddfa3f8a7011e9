/** Runs work with environment variables set, or unset by undefined, and puts them back as they were. */
export const withEnvironment = async <A>(
  variables: Readonly<Record<string, string | undefined>>,
  work: () => A | Promise<A>,
): Promise<A> => {
  const set = (values: Readonly<Record<string, string | undefined>>): void => {
    for (const [name, value] of Object.entries(values))
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
  }
  const before = Object.fromEntries(Object.keys(variables).map((name) => [name, process.env[name]]))
  set(variables)
  try {
    return await work()
  } finally {
    set(before)
  }
}
