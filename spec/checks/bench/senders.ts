// The same create request, sent by each contestant with its default settings. Reusable objects are created once.
import { deepStrictEqual, strictEqual } from 'node:assert'
import { installed } from './installed.ts'
import { apiKey, chain, fromSdk, model, wire } from './payload.ts'

type Send = () => Promise<{ readonly token: string }>

/** The headers of the hand-written requests. */
const headers = { authorization: `Basic ${btoa(`${apiKey}:`)}`, accept: 'application/json', 'user-agent': 'bench' }

/** The headers of a hand-written request with a body. */
export const jsonHeaders = { ...headers, 'content-type': 'application/json' }

const fail = (error: unknown): never => {
  throw error
}

/** Each contestant loads only its package. */
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
      const session = result.ok ? result.value.connectSessionTokenAuthLink : fail(result.error)
      return session ?? fail(new Error('The SDK returned no session.'))
    }
  },
  fetch: async (url: string): Promise<Send> => {
    const body = wire()
    return async () => {
      const init = { method: 'POST', headers: jsonHeaders, body: JSON.stringify(body) }
      return (await fetch(`${url}/connect_sessions`, init)).json()
    }
  },
}

export type Sender = keyof typeof makers

/** Returns a sender after checking that it sends the expected body and returns the expected token. */
export const senderOf = async (name: Sender, url: string): Promise<Send> => {
  const send = await makers[name](url)
  const { token } = await send()
  strictEqual(token, 'tok.0123456789abcdef', `unexpected token from ${name}`)
  const sent = await (await fetch(`${url}/last`)).json()
  deepStrictEqual(sent, name === 'sdk' ? fromSdk() : wire(), `unexpected body from ${name}`)
  return send
}
