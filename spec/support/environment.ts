type Variables = Readonly<Record<string, string | undefined>>

const set = (variables: Variables): void => {
  for (const [name, value] of Object.entries(variables))
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
}

const currentValues = (names: readonly string[]): Variables =>
  Object.fromEntries(names.map((name) => [name, process.env[name]]))

/** Runs work with environment variables set, or unset if undefined, and restores them. */
export const withEnvironment = async <A>(variables: Variables, work: () => A | Promise<A>): Promise<A> => {
  const previous = currentValues(Object.keys(variables))
  set(variables)
  try {
    return await work()
  } finally {
    set(previous)
  }
}

/** Inside a describe: unsets the variables that the library reads, and restores them. */
export const unsetEnvironment = (): void => {
  const previous = currentValues(['STACKONE_API_KEY', 'STACKONE_BASE_URL'])
  before(() => set({ STACKONE_API_KEY: undefined, STACKONE_BASE_URL: undefined }))
  after(() => set(previous))
}

/** The environment for a child process, without the variables that change what it does or prints. */
export const plainEnvironment = (): NodeJS.ProcessEnv => {
  const { STACKONE_API_KEY, STACKONE_BASE_URL, NODE_OPTIONS, NODE_V8_COVERAGE, FORCE_COLOR, DEBUG, ...rest } =
    process.env
  return rest
}
