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
 * - `attempt`: a request goes out.
 * - `retry`: `error` happened; another attempt will be made in `waitMs` milliseconds.
 * - `reply`: a success arrived.
 * - `drift`: it deviates from the contract; `issues` says where.
 * - `failure`: the call fails with `error`.
 *
 * @example createClient({ onEvent: (event) => { if (event.type === 'drift') log.warn(event.issues) } })
 */
export type ClientEvent = Common &
  (
    | { readonly type: 'attempt' }
    | { readonly type: 'retry'; readonly error: SessionError['name']; readonly waitMs: number }
    | { readonly type: 'reply' }
    | { readonly type: 'drift'; readonly issues: readonly Issue[] }
    | { readonly type: 'failure'; readonly error: SessionError['name'] }
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
