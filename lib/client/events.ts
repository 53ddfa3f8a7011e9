import type { Issue, SessionError } from '../errors.ts'
import { type AllowUndefined, omitUndefined } from '../util/omit-undefined.ts'

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
 * An event of a call, passed to `onEvent`; `type` discriminates.
 *
 * No event contains a key, a token, a payload or a body.
 * @example
 * const onEvent = (event: ClientEvent) => {
 *   if (event.type === 'drift') log.warn(event.issues)
 * }
 * createClient({ onEvent })
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

type Listener = (event: ClientEvent) => unknown

const emit = async (listener: Listener, event: AllowUndefined<ClientEvent>): Promise<void> => {
  try {
    await listener(Object.freeze(omitUndefined(event)))
  } catch {
    // A faulty listener must not fail the call.
  }
}

type ErrorFields = { readonly status?: number; readonly requestId?: string }

const errorFields = (error: SessionError) => {
  const { status, requestId }: ErrorFields & SessionError = error
  return { error: error.name, attempt: error.attempts ?? 0, status, requestId }
}

/** The parts of a success that its events report. */
interface ReportedResponse {
  readonly attempt: number
  readonly status: number
  readonly requestId: string | undefined
  readonly drift: readonly Issue[]
}

/** Returns the functions that emit the events of one call. */
export const callEvents = (listener: Listener | undefined, endpoint: string, elapsed: () => number) => {
  const common = () => ({ endpoint, elapsedMs: Math.round(elapsed()) })
  return {
    attempt: (attempt: number): void => {
      if (listener) emit(listener, { type: 'attempt', ...common(), attempt })
    },
    retry: (error: SessionError, waitMs: number): void => {
      if (listener) emit(listener, { type: 'retry', ...common(), ...errorFields(error), waitMs })
    },
    response: ({ drift, ...response }: ReportedResponse): void => {
      if (!listener) return
      const fields = { ...common(), ...response }
      emit(listener, { type: 'response', ...fields })
      if (drift.length > 0) emit(listener, { type: 'drift', ...fields, issues: drift })
    },
    failure: (error: SessionError): void => {
      if (listener) emit(listener, { type: 'failure', ...common(), ...errorFields(error) })
    },
  }
}
