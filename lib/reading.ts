import type { Either } from 'fp-ts/lib/Either.js'
import type { Validation } from 'io-ts'
import { isLeft, left, right } from '#fp-ts/Either'
import { bodyKind, jsonOf } from './answer.ts'
import type { Circumstances, Drifted } from './drift.ts'
import { type Issue, listed, ReplyError, type SessionError } from './errors.ts'
import { tell } from './event.ts'
import type { Received } from './exchange.ts'
import { issuesOf, redacted } from './issues.ts'
import { redactorFor } from './secret.ts'
import type { Settings } from './settings.ts'
import type { Call } from './transport.ts'

/** How the answer to a call is read. */
export interface Reading<A> {
  /** The status of a success, by the contract. */
  readonly status: number
  /** What the answer must hold, in words. */
  readonly wanted: string
  readonly decode: (value: unknown, how: Circumstances) => Validation<A & Drifted>
  readonly expiresIn?: number | undefined
}

/** Reads a success: what it holds, and in what it deviates from the contract, or why it cannot be used. */
export const read = <A>(
  { strict, onEvent }: Settings,
  { endpoint }: Call,
  { status, wanted, decode, expiresIn }: Reading<A>,
  { answer, attempts, elapsedMs, requestId }: Received,
): Either<SessionError, A> => {
  const json = jsonOf(answer)
  // The server may repeat the token in its request id, or have it for the name of a member.
  const redact = redactorFor(json)
  const facts = { status: answer.status, elapsedMs, requestId: requestId && redact(requestId) }
  const refuse = (what: string, issues: readonly Issue[], advice: string): Either<SessionError, A> => {
    const message = `StackOne answered ${answer.status} to ${endpoint} ${what}\n${listed(issues)}\n${advice}`
    return left(new ReplyError(message, { issues, attempts, ...facts }))
  }

  tell(onEvent, { type: 'reply', endpoint, attempt: attempts, ...facts })
  const odd = { path: 'status', message: `expected ${status}, got ${answer.status}` }
  const decoded = decode(json, { expiresIn, drift: answer.status === status ? [] : [odd] })
  if (isLeft(decoded)) {
    const what = `without ${wanted}: it sent ${bodyKind(answer)}.`
    return refuse(what, redacted(issuesOf(decoded.left), redact), 'Check baseUrl, or try again later.')
  }
  const { drift } = decoded.right
  if (drift.length === 0) return right(decoded.right)
  tell(onEvent, { type: 'drift', endpoint, attempt: attempts, ...facts, issues: drift })
  return strict
    ? refuse('with what is not in the contract:', drift, 'Without strict, the client takes such a reply.')
    : right(decoded.right)
}
