import { ConfigurationError, isSessionError, TimeoutError } from '../errors.ts'
import type { ConnectSessionToken } from '../model/connect-session.ts'
import { session } from '../session/session.ts'
import type { Session, SessionWithoutOwner } from '../session/types.ts'
import { isRecord, kindOf, withoutPrototype } from '../util/guards.ts'
import { withTimeout } from '../util/timeout.ts'
import { readJsonObject } from './body.ts'
import { HttpError, toHttpError } from './http-error.ts'
import type { HandlerSettings } from './options.ts'
import { applyRequest, type Owner, parseRequest } from './request.ts'

const toOwner = (found: unknown): Owner => {
  if (found === null || found === undefined) throw new HttpError('unauthorized')
  if (isRecord(found)) return withoutPrototype<Owner>(Object(found)) // validated with the session
  throw new ConfigurationError(`The owner callback must return { id, name } or null, got ${kindOf(found)}.`)
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

/** Runs the steps of a request. `enter` receives the name of each one, and throws once the request has ended. */
const runSteps = async (
  request: Request,
  settings: HandlerSettings,
  signal: AbortSignal,
  enter: (step: string) => void,
): Promise<ConnectSessionToken> => {
  const { client, configure, fieldChecks, maxBytes, onSession, ownsAccount } = settings
  // Read first, so that the owner callback cannot take the owner from the body.
  const body = await readJsonObject(request, maxBytes, signal)
  enter('The owner callback')
  const owner = toOwner(await settings.owner(request))
  const fields = parseRequest(body, fieldChecks)
  const { accountId } = fields
  if (accountId !== undefined) {
    enter('The ownsAccount callback')
    if ((await ownsAccount?.(accountId, request, owner)) !== true) throw new HttpError('account-not-allowed')
  }
  enter('The configure callback')
  const requested = applyRequest(setOwner(session(), owner), fields)
  const configured = configure ? toConfigured(requested, await configure(requested, request), owner) : requested
  enter('The call to StackOne')
  const created = await configured.send(client, { signal }).catch((error: unknown) => {
    throw isSessionError(error) ? toHttpError(error) : error
  })
  enter('The onSession callback')
  await onSession?.(created, request)
  return created
}

/** Creates the session of a page's request within the timeout. Throws an `HttpError`, or what a callback throws. */
export const createSession = async (request: Request, settings: HandlerSettings): Promise<ConnectSessionToken> => {
  const { timeout } = settings
  let step: string | undefined
  // Not every runtime's request has a signal.
  const outcome = await withTimeout(timeout, request.signal ?? undefined, (signal) =>
    runSteps(request, settings, signal, (next) => {
      signal.throwIfAborted()
      step = next
    }),
  )
  if (outcome.type === 'value') return outcome.value
  if (outcome.type === 'error') throw outcome.error
  if (outcome.type === 'abort') throw new HttpError('aborted')
  if (step === undefined) throw new HttpError('body-timeout')
  throw new HttpError(
    'timeout',
    new TimeoutError(`${step} did not finish within the handler's timeout of ${timeout} ms.`),
  )
}
