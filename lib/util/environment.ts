import { ownValue, tryGet } from './guards.ts'

/** Reads an environment variable. Returns undefined where there is none, or where the runtime denies access. */
export const environmentVariable = (name: string): string | undefined => {
  // Not every runtime has `process`.
  const value = tryGet(() => ownValue(Object(globalThis).process.env, name))
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** Returns whether the code runs in a page or in one of its workers. Other runtimes have workers too, but another user agent. */
export const isBrowser = (): boolean =>
  globalThis.window?.document !== undefined ||
  ('WorkerGlobalScope' in globalThis && globalThis.navigator?.userAgent?.startsWith('Mozilla/') === true)
