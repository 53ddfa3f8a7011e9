/** The version of the package, for the `User-Agent` header. A spec compares it with package.json. */
export const version = '0.2.0'

/** Defaults of `createClient` and of its calls. All times are in milliseconds. */
export const clientDefaults = {
  baseUrl: 'https://api.stackone.com',
  timeout: 10_000,
  deadline: 30_000,
  retries: 2,
  strict: false,
  dangerouslyAllowBrowser: false,
} as const

export const waitDefaults = { interval: 2000, deadline: 600_000 } as const
export const handlerDefaults = { maxBytes: 10_000, timeout: 30_000 } as const
export const webhookDefaults = { maxBytes: 1_048_576, timeout: 30_000 } as const
export const sandboxDefaults = { seed: 1, times: 1 } as const
