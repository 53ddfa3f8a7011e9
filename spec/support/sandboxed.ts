import { type Client, type ClientOptions, createClient } from '../../lib/index.ts'
import { type Sandbox, type SandboxOptions, sandbox } from '../../lib/testing/index.ts'
import { apiKey } from './call.ts'

/** The two ways to reach a sandbox. A client must see no difference between them. */
export const ways = ['in process', 'over HTTP'] as const

export type Way = (typeof ways)[number]

/** A sandbox, and a client of it that does not retry by default. */
export interface Sandboxed {
  readonly api: Sandbox
  readonly client: Client
}

/** Returns a function that creates sandboxes for the tests of a describe block and disposes of them after each test. */
export const sandboxes = (): ((way: Way, options?: ClientOptions, settings?: SandboxOptions) => Promise<Sandboxed>) => {
  const apis: Sandbox[] = []
  afterEach(async () => {
    for (const api of apis.splice(0)) await api[Symbol.asyncDispose]()
  })
  return async (way, options = {}, settings = {}) => {
    const api = sandbox(settings)
    apis.push(api)
    const address = way === 'in process' ? { fetch: api.fetch } : { baseUrl: (await api.listen()).url }
    return { api, client: createClient({ apiKey, retries: 0, ...address, ...options }) }
  }
}
