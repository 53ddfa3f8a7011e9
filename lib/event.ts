import type { Issue, SessionError } from './errors.ts'
import { type Loose, present } from './present.ts'

interface Common {
  /** Method and path, with `{id}` for a session's id. */
  readonly endpoint: string
  /** The number of the attempt, from 1; 0 if it did not come to one. */
  readonly attempt: number
  /** Milliseconds since the call began. */
  readonly elapsedMs: number
  /** The HTTP status, if there was an answer. */
  readonly status?: number
  /** The answer's `x-request-id`, if it had one. */
  readonly requestId?: string
}

/**
 * What `onEvent` is told, by `type`. None of these holds a key, a token, a payload or a body.
 *
 * @example
 * const onEvent = (event: ClientEvent) => {
 *   if (event.type === 'drift') log.warn(event.issues)
 * }
 * createClient({ onEvent })
 */
export type ClientEvent = Common &
  (
    | {
        /** A request goes out. */
        readonly type: 'attempt'
      }
    | {
        /** An attempt failed, and another one will be made. */
        readonly type: 'retry'
        /** Why it failed. */
        readonly error: SessionError['name']
        /** Milliseconds until the next attempt. */
        readonly waitMs: number
      }
    | {
        /** A success arrived. */
        readonly type: 'reply'
      }
    | {
        /** The success deviates from the contract. */
        readonly type: 'drift'
        /** Where, and in what. */
        readonly issues: readonly Issue[]
      }
    | {
        /** The call failed for good. Each look of a wait is a call. */
        readonly type: 'failure'
        /** Why it failed. */
        readonly error: SessionError['name']
      }
  )

/** Tells a listener; whatever it throws, or rejects with later, does not concern the call. */
export const tell = async (
  listener: ((event: ClientEvent) => unknown) | undefined,
  event: Loose<ClientEvent>,
): Promise<void> => {
  try {
    await listener?.(Object.freeze(present(event)))
  } catch {
    // The listener's own affair.
  }
}
