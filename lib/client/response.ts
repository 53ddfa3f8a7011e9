import { isLeft, left } from 'fp-ts/lib/Either.js'
import type { Validation } from 'io-ts'
import type { Issue, SessionError } from '../errors.ts'
import type { ConnectSession } from '../model/connect-session.ts'
import type { DecodeOptions } from '../model/drift.ts'
import { issuesOf } from '../model/issues.ts'
import { snakeCase } from '../model/wire.ts'
import type { Either } from '../util/either.ts'
import { mustBe, ownValue, show } from '../util/guards.ts'
import { type CallContext, invalidResponseError } from './call-error.ts'
import type { RawResponse } from './transport.ts'

/** A field of the response that must have the value of the request, if the response has it. */
interface RequestedField {
  readonly name: 'id' | 'originOwnerId'
  readonly value: string
}

/** What a call expects of its response. */
export interface ResponseSpec<A> {
  /** The status of a success by the contract. */
  readonly status: number
  /** What the body must contain, for messages. */
  readonly expected: string
  readonly requested?: RequestedField
  readonly decode: (json: unknown, options: DecodeOptions) => Validation<A>
}

/** A decoded success: its deviations from the contract, and the result of the call. */
interface DecodedResponse<A> {
  readonly drift: readonly Issue[]
  /** A `Left` if the response is unusable or, under `strict`, deviates from the contract. */
  readonly result: Either<SessionError, A>
}

const isSameText = (a: string, b: string): boolean =>
  a === b || a.trim().toWellFormed().normalize() === b.trim().toWellFormed().normalize()

/** Returns whether a cache or a proxy has repeated the response to another request. */
const isForeign = (json: object, { name, value }: RequestedField): boolean => {
  const received = ownValue(json, snakeCase(name))
  // JSON.parse rounds unsafe integers.
  if (typeof received === 'number' && !Number.isSafeInteger(received)) return received !== Number(value)
  return (typeof received === 'string' || typeof received === 'number') && !isSameText(String(received), value)
}

/** Decodes the response to a successful call. */
export const decodeResponse = <A extends ConnectSession>(
  response: RawResponse,
  { status: expectedStatus, expected, requested, decode }: ResponseSpec<A>,
  strict: boolean,
  context: CallContext,
): DecodedResponse<A> => {
  const { status, json } = response
  const { redact } = context
  const statusDrift =
    status === expectedStatus ? [] : [{ path: 'status', message: mustBe(`${expectedStatus}`, status, show) }]
  const decoded = decode(json, { drift: statusDrift, redact })
  if (isLeft(decoded)) {
    const issues = issuesOf(decoded.left, redact)
    const hint = 'Check `baseUrl`, or try again later.'
    return {
      drift: [],
      result: left(invalidResponseError(response, { problem: `without ${expected}`, issues, hint }, context)),
    }
  }
  const { drift } = decoded.right
  if (requested !== undefined && isForeign(Object(json), requested)) {
    const problem = 'with the response to another request'
    const issues = [{ path: snakeCase(requested.name), message: 'must be that of the request' }]
    const hint = 'Check that no cache or proxy returns the responses of other requests.'
    return { drift, result: left(invalidResponseError(response, { problem, issues, hint }, context)) }
  }
  if (!strict || drift.length === 0) return { drift, result: decoded }
  const problem = 'with deviations from the contract'
  const hint = 'Without `strict`, the client accepts such a response.'
  return { drift, result: left(invalidResponseError(response, { problem, issues: drift, hint }, context)) }
}
