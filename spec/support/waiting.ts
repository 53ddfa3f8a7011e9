import type { ServerResponse } from 'node:http'
import {
  type Client,
  type ClientOptions,
  type Connection,
  isSessionError,
  type SessionError,
  type WaitOptions,
} from '../../lib/index.ts'
import { clientOf } from './call.ts'
import { httpServer, json, minted, type TestServer } from './server.ts'

const { token, auth_link_url, ...session } = minted

/** A session as `get` gives it. */
export const opened = session

export type Answer = (response: ServerResponse) => unknown

/** A session with an attempt of some status, or with whatever is given. */
export const showing =
  (status: unknown, more: object = {}): Answer =>
  (response) =>
    json(response, 200, {
      ...opened,
      latest_connection_attempt: { id: 'attempt-1', created_at: 'then', updated_at: 'now', status, ...more },
    })

export const pending = showing('pending')
export const authenticated = showing('authenticated', { account_secure_id: '451' })
export const failing =
  (status: number, headers: Record<string, string> = {}): Answer =>
  (response) =>
    json(response, status, { statusCode: status, message: 'Not now' }, headers)
export const silence: Answer = () => {}

export interface Waited extends TestServer {
  /** When each request came. */
  readonly arrivals: readonly number[]
}

/** Answers each request with the next of these, and for ever with the last. */
export const answering = async (...answers: readonly Answer[]): Promise<Waited> => {
  const arrivals: number[] = []
  const server = await httpServer((_, response, number) => {
    arrivals.push(performance.now())
    answers[Math.min(number, answers.length) - 1]?.(response)
  })
  return { ...server, arrivals }
}

/** A client whose own retries do not count among the looks. */
export const clientFor = ({ url }: TestServer, options: ClientOptions = {}): Client =>
  clientOf(url, { retries: 0, ...options })

export type Result = { readonly connection: Connection } | { readonly error: SessionError }

/** The two ways to wait; both must end with nothing but a Connection or a SessionError. */
export const doors: readonly (readonly [
  string,
  (client: Client, id: string, options: WaitOptions) => Promise<Result>,
])[] = [
  [
    'waitForConnection',
    async (client, id, options) => {
      try {
        return { connection: await client.waitForConnection(id, options) }
      } catch (error) {
        if (isSessionError(error)) return { error }
        throw new Error('rejected with what is no SessionError', { cause: error })
      }
    },
  ],
  [
    'task.waitForConnection',
    async (client, id, options) => {
      const result = await client.task.waitForConnection(id, options)()
      return result._tag === 'Right' ? { connection: result.right } : { error: result.left }
    },
  ],
]

export const connectionOf = (result: Result): Connection => {
  if ('connection' in result) return result.connection
  throw result.error
}

export const errorOf = (result: Result): SessionError => {
  if ('error' in result) return result.error
  throw new Error('expected an error, got a connection')
}
