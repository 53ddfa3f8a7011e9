import { ConfigurationError } from '../errors.ts'
import { session } from '../session/session.ts'
import type { Session, SessionWithoutOwner } from '../session/types.ts'
import { isRecord, kindOf } from '../util/guards.ts'
import { readJsonObject } from './body.ts'
import type { RunStep } from './deadline.ts'
import { HttpError } from './http-error.ts'
import type { HandlerSettings, Owner } from './options.ts'
import { applyRequest, parseRequest } from './request.ts'

const findOwner = async (request: Request, { owner }: HandlerSettings, run: RunStep): Promise<Owner> => {
  const found: unknown = await run('The owner callback', () => owner(request))
  if (found === null || found === undefined) throw new HttpError('unauthorized')
  if (!isRecord(found))
    throw new ConfigurationError(`The owner callback must return { id, name } or null, got ${kindOf(found)}.`)
  const { id, name, username } = found
  return Object.freeze({ id, name, username } as Owner) // validated with the session
}

const setOwner = (base: SessionWithoutOwner, { id, name, username }: Owner): Session =>
  base.owner(id, name).when(username, (owned, user) => owned.username(user))

const authorizeAccount = async (
  accountId: string | undefined,
  request: Request,
  owner: Owner,
  { ownsAccount }: HandlerSettings,
  run: RunStep,
): Promise<void> => {
  if (accountId === undefined) return
  const isOwned: unknown = await run('The ownsAccount callback', () => ownsAccount?.(accountId, request, owner))
  if (isOwned !== true) throw new HttpError('account-not-allowed')
}

const toSession = (requested: Session, configured: unknown): Session => {
  try {
    return requested.when(true, () => configured as Session) // throws if it is not a session
  } catch {
    throw new ConfigurationError(
      `The configure callback must return a session, such as session.label('a'), got ${kindOf(configured)}.`,
    )
  }
}

const applyConfigure = async (
  requested: Session,
  request: Request,
  { configure }: HandlerSettings,
  run: RunStep,
): Promise<Session> => {
  if (configure === undefined) return requested
  const configured = toSession(requested, await run('The configure callback', () => configure(requested, request)))
  if (configured.toJSON().origin_owner_id === requested.toJSON().origin_owner_id) return configured
  throw new ConfigurationError(
    'The configure callback must not change the owner id. Return the session that it receives.',
  )
}

/** Builds the session that a request asks for; throws an `HttpError`, or what a callback throws. */
export const buildSession = async (request: Request, settings: HandlerSettings, run: RunStep): Promise<Session> => {
  // Read first, so that the owner callback cannot take the owner from the body.
  const body = await run('The request body', (signal) => readJsonObject(request, settings.maxBytes, signal))
  const owner = await findOwner(request, settings, run)
  const fields = parseRequest(body, settings)
  await authorizeAccount(fields.accountId, request, owner, settings, run)
  const requested = applyRequest(setOwner(session(), owner), fields)
  // The name and the username are set again, since `configure` may have changed them.
  return setOwner(await applyConfigure(requested, request, settings, run), owner)
}
