import { ConfigurationError, isSessionError, TimeoutError } from '../errors.ts'
import type { ConnectSessionToken } from '../model/connect-session.ts'
import { session } from '../session/session.ts'
import type { Session, SessionWithoutOwner } from '../session/types.ts'
import { isRecord, kindOf, ownValue } from '../util/guards.ts'
import { stopwatch, withTimeout } from '../util/timeout.ts'
import { readJsonObject } from './body.ts'
import { HttpError, toHttpError } from './http-error.ts'
import type { HandlerSettings, Owner } from './options.ts'
import { applyRequest, parseRequest } from './request.ts'

/**
 * Starts the timeout of a request. The returned function runs a step, which errors name. When the timeout elapses or the
 * page disconnects, it aborts the step's signal and rejects with an `HttpError`.
 */
const startTimeout = (timeout: number, { signal }: Request) => {
  const elapsed = stopwatch()
  return async <A>(step: string, work: (signal: AbortSignal) => A | Promise<A>): Promise<A> => {
    // Not every runtime's request has a signal.
    const outcome = await withTimeout(timeout - elapsed(), signal ?? undefined, async (ownSignal) => work(ownSignal))
    if (outcome.type === 'value') return outcome.value
    if (outcome.type === 'error') throw outcome.error
    if (outcome.type === 'abort') throw new HttpError('aborted')
    if (step === 'The request body') throw new HttpError('body-timeout')
    const cause = new TimeoutError(`${step} did not finish within the handler's timeout of ${timeout} ms.`)
    throw new HttpError('timeout', { cause })
  }
}

const toOwner = (found: unknown): Owner => {
  if (found === null || found === undefined) throw new HttpError('unauthorized')
  if (!isRecord(found))
    throw new ConfigurationError(`The owner callback must return { id, name } or null, got ${kindOf(found)}.`)
  const [id, name, username] = ['id', 'name', 'username'].map((field) => ownValue(found, field))
  return Object.freeze({ id, name, username } as Owner) // validated with the session
}

const setOwner = (base: SessionWithoutOwner, { id, name, username }: Owner): Session =>
  base.owner(id, name).when(username, (owned, user) => owned.username(user))

/** Returns the result of `configure` with the owner's name and username, which it may have changed. */
const toConfigured = (requested: Session, configured: unknown, owner: Owner): Session => {
  let result: Session
  try {
    result = requested.when(true, () => configured as Session) // throws if it is not a session
  } catch {
    throw new ConfigurationError(
      `The configure callback must return a session, such as session.label('a'), got ${kindOf(configured)}.`,
    )
  }
  if (result.toJSON().origin_owner_id === owner.id) return setOwner(result, owner)
  throw new ConfigurationError(
    'The configure callback must not change the owner id. Return the session that it receives.',
  )
}

/** Creates the session of a page's request. Throws an `HttpError`, or what a callback throws. */
export const createSession = async (request: Request, settings: HandlerSettings): Promise<ConnectSessionToken> => {
  const { client, configure, maxBytes, onSession, ownsAccount, timeout } = settings
  const run = startTimeout(timeout, request)
  // Read first, so that the owner callback cannot take the owner from the body.
  const body = await run('The request body', (signal) => readJsonObject(request, maxBytes, signal))
  const owner = toOwner(await run('The owner callback', () => settings.owner(request)))
  const fields = parseRequest(body, settings)
  const { accountId } = fields
  if (accountId !== undefined) {
    const isOwned = await run('The ownsAccount callback', () => ownsAccount?.(accountId, request, owner))
    if (isOwned !== true) throw new HttpError('account-not-allowed')
  }
  const requested = applyRequest(setOwner(session(), owner), fields)
  const configured = configure
    ? toConfigured(requested, await run('The configure callback', () => configure(requested, request)), owner)
    : requested
  const created = await run('The call to StackOne', (signal) =>
    configured.send(client, { signal }).catch((error: unknown) => {
      throw isSessionError(error) ? toHttpError(error) : error
    }),
  )
  await run('The onSession callback', () => onSession?.(created, request))
  return created
}
