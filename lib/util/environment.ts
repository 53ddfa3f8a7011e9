/** Reads an environment variable. Returns undefined where there is none, or where the runtime denies access. */
export const environmentVariable = (name: string): string | undefined => {
  try {
    // Not every runtime has `process`.
    const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } }
    const { env } = process ?? {}
    return (env && Object.hasOwn(env, name) && env[name]) || undefined
  } catch {
    return undefined
  }
}

/** Returns whether the code runs in a page or in one of its workers. Other runtimes have workers too, but another user agent. */
export const isBrowser = (): boolean =>
  globalThis.window?.document !== undefined ||
  ('WorkerGlobalScope' in globalThis && globalThis.navigator?.userAgent?.startsWith('Mozilla/') === true)
