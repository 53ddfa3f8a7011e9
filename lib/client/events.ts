import type { Issue, SessionError } from '../errors.ts'

interface EventFields {
  /** Method and path, with `{id}` for the id of a session. */
  readonly endpoint: string
  /** The number of the attempt, starting at 1; 0 if the call failed before its first attempt. */
  readonly attempt: number
  /** Milliseconds since the start of the call. */
  readonly elapsedMs: number
  /** The HTTP status, if a response arrived. */
  readonly status?: number
  /** The `x-request-id` of the response, if it has one. */
  readonly requestId?: string
}

/**
 * An event of a call, discriminated by `type`; it contains no key, token, payload or body.
 * @example createClient({ onEvent: (event) => event.type === 'drift' && log.warn(event.issues) })
 */
export type ClientEvent = EventFields &
  (
    | {
        /** A request is about to be sent. */
        readonly type: 'attempt'
      }
    | {
        /** An attempt failed and will be retried. */
        readonly type: 'retry'
        /** The name of the attempt's error. */
        readonly error: SessionError['name']
        /** Milliseconds until the next attempt. */
        readonly waitMs: number
      }
    | {
        /** A response with a success status arrived. */
        readonly type: 'response'
      }
    | {
        /** The response deviates from the contract. */
        readonly type: 'drift'
        /** The deviations. */
        readonly issues: readonly Issue[]
      }
    | {
        /** The call failed. Each poll of `waitForConnection` is a call. */
        readonly type: 'failure'
        /** The name of the call's error. */
        readonly error: SessionError['name']
      }
  )
