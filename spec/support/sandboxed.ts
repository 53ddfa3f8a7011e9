import { type Client, type ClientOptions, createClient } from '../../lib/index.ts'
import { type Sandbox, type SandboxOptions, sandbox } from '../../lib/testing/index.ts'
import { apiKey } from './call.ts'

/** The two ways to a sandbox; both must look the same to a client. */
export const ways = ['in process', 'over HTTP'] as const

export type Way = (typeof ways)[number]

/** A sandbox, and a client of it that tries once unless told otherwise. */
export interface Sandboxed {
  readonly api: Sandbox
  readonly client: Client
}

/** Inside a describe: gives sandboxes to its tests, and disposes of them after each. */
export const sandboxes = (): ((way: Way, options?: ClientOptions, settings?: SandboxOptions) => Promise<Sandboxed>) => {
  const apis: Sandbox[] = []
  afterEach(async () => {
    for (const api of apis.splice(0)) await api[Symbol.asyncDispose]()
  })
  return async (way, options = {}, settings = {}) => {
    const api = sandbox(settings)
    apis.push(api)
    const reached = way === 'in process' ? { fetch: api.fetch } : { baseUrl: (await api.listen()).url }
    return { api, client: createClient({ apiKey, retries: 0, ...reached, ...options }) }
  }
}
