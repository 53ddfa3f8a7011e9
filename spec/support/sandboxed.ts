import { type ClientOptions, createClient } from '../../lib/index.ts'
import { type Sandbox, type SandboxOptions, sandbox } from '../../lib/testing/index.ts'
import { apiKey } from './call.ts'

/** The two ways to reach a sandbox. A client must see no difference between them. */
export const ways = ['in process', 'over HTTP'] as const

type Way = (typeof ways)[number]

/** Inside a describe: creates sandboxes, with clients that do not retry by default, and disposes of them after each test. */
export const sandboxes = () => {
  const apis: Sandbox[] = []
  afterEach(async () => {
    for (const api of apis.splice(0)) await api[Symbol.asyncDispose]()
  })
  return async (way: Way, options: ClientOptions = {}, settings: SandboxOptions = {}) => {
    const api = sandbox(settings)
    apis.push(api)
    const address = way === 'in process' ? { fetch: api.fetch } : { baseUrl: (await api.listen()).url }
    return { api, client: createClient({ apiKey, retries: 0, ...address, ...options }) }
  }
}
