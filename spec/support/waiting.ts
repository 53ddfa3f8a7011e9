import type { ServerResponse } from 'node:http'
import type { Client, ClientOptions, Connection, SessionError, WaitOptions } from '../../lib/index.ts'
import { isSessionError } from '../../lib/index.ts'
import { clientOf } from './call.ts'
import { caught } from './caught.ts'
import { httpServer, json, minted, type TestServer } from './server.ts'

const { token, auth_link_url, ...session } = minted

/** A session in the response to `get`. */
export const opened = session

export type Responder = (response: ServerResponse) => unknown

/** Responds with a session whose latest attempt has a status. */
export const showing =
  (status: unknown, fields: object = {}): Responder =>
  (response) =>
    json(response, 200, {
      ...opened,
      latest_connection_attempt: { id: 'attempt-1', created_at: 'then', updated_at: 'now', status, ...fields },
    })

export const pending = showing('pending')
export const authenticated = showing('authenticated', { account_secure_id: '451' })
export const failing =
  (status: number, headers: Record<string, string> = {}): Responder =>
  (response) =>
    json(response, status, { statusCode: status, message: 'Not now' }, headers)
export const silence: Responder = () => {}

export interface PolledServer extends TestServer {
  /** The time of each request. */
  readonly arrivals: readonly number[]
}

/** A server that uses one responder for each request, and the last one for all others. */
export const responding = async (...responders: readonly Responder[]): Promise<PolledServer> => {
  const arrivals: number[] = []
  const server = await httpServer((_, response, number) => {
    arrivals.push(performance.now())
    responders[Math.min(number, responders.length) - 1]?.(response)
  })
  return { ...server, arrivals }
}

/** A client without retries, which would count as polls. */
export const clientFor = ({ url }: TestServer, options: ClientOptions = {}): Client =>
  clientOf(url, { retries: 0, ...options })

/** Waits for a connection, and returns it. */
export const connectionOf = (client: Client, options: WaitOptions = {}): Promise<Connection> =>
  client.waitForConnection('4711', options)

/** Waits for a connection, and returns the error. */
export const waitErrorOf = async (
  client: Client,
  options: WaitOptions = {},
  id: unknown = '4711',
): Promise<SessionError> => {
  // As from JavaScript, where the id may be anything.
  const error = await caught(Reflect.apply(client.waitForConnection, undefined, [id, options]))
  if (isSessionError(error)) return error
  throw new Error('rejected with something other than a SessionError', { cause: error })
}
