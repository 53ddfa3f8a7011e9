import { ConfigurationError, isSessionError, TimeoutError } from '../errors.ts'
import type { ConnectSessionToken } from '../model/connect-session.ts'
import { isRecord, kindOf, ownValue, withoutPrototype } from '../util/guards.ts'
import { withTimeout } from '../util/timeout.ts'
import { readJsonObject } from './body.ts'
import { HttpError, toHttpError } from './http-error.ts'
import type { HandlerSettings } from './options.ts'
import { type Owner, parseRequest, sessionFor } from './request.ts'

/** Copies an owner, with the getters of its class, but without the fields of a polluted `Object.prototype`. */
const ownerOf = (found: unknown): Owner => {
  if (found === null || found === undefined) throw new HttpError('unauthorized')
  if (!isRecord(found))
    throw new ConfigurationError(`The owner callback must return { id, name } or null, got ${kindOf(found)}.`)
  const read = (name: keyof Owner) => (Object.hasOwn(Object.prototype, name) ? ownValue(found, name) : found[name])
  const fields = { ...found, id: read('id'), name: read('name'), username: read('username') }
  return withoutPrototype<Owner>(Object(fields)) // validated with the session
}

/** Creates the session of a page's request within the timeout. Throws an `HttpError`, or what a callback throws. */
export const createSession = async (request: Request, settings: HandlerSettings): Promise<ConnectSessionToken> => {
  const { allow, checks, client, configure, maxBytes, onSession, timeout } = settings
  let step: string | undefined

  const run = async (signal: AbortSignal): Promise<ConnectSessionToken> => {
    const enter = (next: string): void => {
      signal.throwIfAborted()
      step = next
    }
    // Read first, so that the owner callback cannot take the owner from the body.
    const body = await readJsonObject(request, maxBytes, signal)
    enter('The owner callback')
    const owner = ownerOf(await settings.owner(request))
    const fields = parseRequest(body, checks)
    const { accountId } = fields
    if (accountId !== undefined) {
      enter('The ownsAccount callback')
      if ((await allow.ownsAccount?.(accountId, request, owner)) !== true) throw new HttpError('account-not-allowed')
    }
    let requested = sessionFor(owner, fields)
    if (configure) {
      enter('The configure callback')
      const configured = await configure(requested, request)
      // JavaScript may return anything.
      if (configured?.toJSON?.().origin_owner_id !== owner.id)
        throw new ConfigurationError(
          "The configure callback must return a session with the same owner id, such as session.label('a').",
        )
      requested = configured.owner(owner.id, owner.name) // it may have changed the name
    }
    enter('The call to StackOne')
    const created = await requested.send(client, { signal }).catch((error: unknown) => {
      throw isSessionError(error) ? toHttpError(error) : error
    })
    enter('The onSession callback')
    await onSession?.(created, request)
    return created
  }

  // Not every runtime's request has a signal.
  const outcome = await withTimeout(timeout, request.signal ?? undefined, run)
  if (outcome.type === 'value') return outcome.value
  if (outcome.type === 'error') throw outcome.error
  if (outcome.type === 'abort') throw new HttpError('aborted')
  if (step === undefined) throw new HttpError('body-timeout')
  const message = `${step} did not finish within the handler's timeout of ${timeout} ms.`
  throw new HttpError('timeout', new TimeoutError(message))
}
