/**
 * The builder, the client and the codecs. In the examples `client` is a client, `acme` a session of one customer,
 * `minted` what it came back as, `id` and `token` those of it, `error` what a call rejected with, and `log` any logger.
 *
 * @module stackone-session
 */
export type { Category, CategoryAlias } from './category.ts'
export { type Client, type ClientTasks, createClient } from './client.ts'
export { ConnectSessionCreate, type ConnectSessionCreateWire } from './create.ts'
export { days, hours, minutes } from './duration.ts'
export {
  AbortError,
  ApiError,
  ConfigurationError,
  type Effort,
  type Issue,
  isSessionError,
  NetworkError,
  ReplyError,
  type SessionError,
  TimeoutError,
  ValidationError,
} from './errors.ts'
export type { ClientEvent } from './event.ts'
export type { Json, JsonObject } from './json.ts'
export type { CallOptions, ClientOptions, Fetch, HeaderValues, WaitOptions } from './options.ts'
export {
  type ConnectionAttempt,
  type ConnectionAttemptWire,
  ConnectSession,
  ConnectSessionToken,
  type ConnectSessionTokenWire,
  type ConnectSessionWire,
  isExpired,
} from './reply.ts'
export { fromJSON, session } from './session.ts'
export type { Codec, StandardSchema } from './standard.ts'
export type { Session, SessionClient, SessionWithoutOwner } from './states.ts'
export type { Connection } from './wait.ts'
