// The same create, sent by each contestant with its defaults. What can be made once is made once, for all of them.
import { deepStrictEqual, strictEqual } from 'node:assert'
import { installed } from './installed.ts'
import { chain, fromSdk, model, wire } from './payload.ts'

const apiKey = 'v1.bench.key'

type Send = () => Promise<{ readonly token: string }>

/** What goes with a request that is made by hand. */
const headers = { authorization: `Basic ${btoa(`${apiKey}:`)}`, accept: 'application/json', 'user-agent': 'bench' }

/** The same with a body. */
export const headersOfJson = { ...headers, 'content-type': 'application/json' }

const failed = (error: unknown): never => {
  throw error
}

/** Each loads its own package, and no other. */
const makers = {
  ours: async (url: string): Promise<Send> => {
    const { createClient, session } = await import('stackone-session')
    const client = createClient({ apiKey, baseUrl: url })
    const acme = chain(session)
    return () => acme.send(client)
  },
  ky: async (url: string): Promise<Send> => {
    const { default: ky } = await import('ky')
    const json = wire()
    return () => ky.post<{ token: string }>(`${url}/connect_sessions`, { json, headers }).json()
  },
  sdk: async (url: string): Promise<Send> => {
    const { StackOneCore } = await installed('@stackone/stackone-client-ts/core.js')
    const { connectSessionsCreateConnectSession } = await installed(
      '@stackone/stackone-client-ts/funcs/connectSessionsCreateConnectSession.js',
    )
    const core = new StackOneCore({ serverURL: `${url}/sdk`, security: { username: apiKey, password: '' } })
    const request = model()
    return async () => {
      const result = await connectSessionsCreateConnectSession(core, request)
      const reply = result.ok ? result.value.connectSessionTokenAuthLink : failed(result.error)
      return reply ?? failed(new Error('the SDK gave no reply'))
    }
  },
  fetch: async (url: string): Promise<Send> => {
    const body = wire()
    return async () => {
      const init = { method: 'POST', headers: headersOfJson, body: JSON.stringify(body) }
      return (await fetch(`${url}/connect_sessions`, init)).json()
    }
  },
}

export type Sender = keyof typeof makers

/** A sender, once it has been seen to send the same as the others and to read the same token. */
export const senderOf = async (name: Sender, url: string): Promise<Send> => {
  const send = await makers[name](url)
  const { token } = await send()
  strictEqual(token, 'tok.0123456789abcdef', `${name} read another token`)
  const sent = await (await fetch(`${url}/last`)).json()
  deepStrictEqual(sent, name === 'sdk' ? fromSdk() : wire(), `${name} sent another body`)
  return send
}
