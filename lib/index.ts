/**
 * The builder, the client and the codecs.
 *
 * The documentation refers to the sections of StackOne's HTTP contract: 1 endpoints, 2 fields of a create, 3 responses,
 * 4 categories, 5 errors, 6 the token in the Hub, 8 webhooks. The examples use these names: `client` is a client,
 * `acme` a session of one customer, `minted` a created session with its `id` and `token`, `error` what a call rejected
 * with, and `log` a logger.
 * @module stackone-session
 */
export { type Client, type ClientTasks, createClient } from './client/client.ts'
export type { ClientEvent } from './client/events.ts'
export type { CallOptions, ClientOptions, Fetch, HeaderValues, WaitOptions } from './client/options.ts'
export type { Connection } from './client/wait-for-connection.ts'
export {
  AbortError,
  ApiError,
  ConfigurationError,
  InvalidResponseError,
  type Issue,
  isSessionError,
  NetworkError,
  type SessionError,
  TimeoutError,
  ValidationError,
} from './errors.ts'
export {
  type ConnectionAttempt,
  type ConnectionAttemptWire,
  ConnectSession,
  ConnectSessionToken,
  type ConnectSessionTokenWire,
  type ConnectSessionWire,
  isExpired,
} from './model/connect-session.ts'
export { ConnectSessionCreate, type ConnectSessionCreateWire } from './model/create-payload.ts'
export type { AccountType, Category, CategoryAlias } from './model/enums.ts'
export type { Json, JsonObject } from './model/json.ts'
export type { Codec, StandardSchema } from './model/standard-schema.ts'
export type { BaseCodec, CodecContextEntry, CodecError, Validation } from './model/validation.ts'
export { days, hours, minutes } from './session/duration.ts'
export { fromJSON, session } from './session/session.ts'
export type { Session, SessionClient, SessionWithoutOwner } from './session/types.ts'
export type { Either, TaskEither } from './util/task.ts'
