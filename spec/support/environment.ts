/** Runs work with environment variables set, or unset if undefined, and restores them. */
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

/** The environment for a child process, without the variables that change what it does or prints. */
export const plainEnvironment = (): NodeJS.ProcessEnv => {
  const { STACKONE_API_KEY, STACKONE_BASE_URL, NODE_OPTIONS, NODE_V8_COVERAGE, FORCE_COLOR, DEBUG, ...rest } =
    process.env
  return rest
}

/** Inside a describe: unsets the variables that the library reads, and restores them. */
export const unsetEnvironment = (): void => {
  const names = ['STACKONE_API_KEY', 'STACKONE_BASE_URL']
  const given = names.map((name) => [name, process.env[name]] as const)
  before(() => {
    for (const name of names) delete process.env[name]
  })
  after(() => {
    for (const [name, value] of given) if (value !== undefined) process.env[name] = value
  })
}
