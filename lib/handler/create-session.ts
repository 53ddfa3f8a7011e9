import { ConfigurationError, isSessionError, TimeoutError } from '../errors.ts'
import type { ConnectSessionToken } from '../model/connect-session.ts'
import { isRecord, kindOf, ownValue, parseJson, withoutPrototype } from '../util/guards.ts'
import { decodeUtf8, readRequestBody } from '../util/request.ts'
import { withTimeout } from '../util/timeout.ts'
import { HttpError, toHttpError } from './http-error.ts'
import type { HandlerSettings } from './options.ts'
import { type Owner, sessionFor } from './request.ts'

/** Reads a JSON object until the signal is aborted. A missing body is an empty object. Throws an `HttpError`. */
const readJsonObject = async (request: Request, maxBytes: number, signal: AbortSignal): Promise<object> => {
  const type = request.headers.get('content-type')
  if (type !== null && !/^application\/json\s*(;|$)/i.test(type)) throw new HttpError('unsupported-type')
  const body = await readRequestBody(request, maxBytes, signal).catch((error: unknown) => {
    throw error instanceof ConfigurationError ? error : new HttpError('invalid-body') // truncated
  })
  if (body === undefined) throw new HttpError('too-large')
  if (body.length === 0) return {}
  if (type === null) throw new HttpError('unsupported-type')
  const value = parseJson(decodeUtf8(body) ?? '')
  if (!isRecord(value)) throw new HttpError('invalid-body')
  return value
}

/** Copies an owner, with the getters of its class, but without the fields of a polluted `Object.prototype`. */
const ownerOf = (found: unknown): Owner => {
  if (found === null || found === undefined) throw new HttpError('unauthorized')
  if (!isRecord(found))
    throw new ConfigurationError(`The owner callback must return { id, name } or null, got ${kindOf(found)}.`)
  const read = (name: keyof Owner) => (Object.hasOwn(Object.prototype, name) ? ownValue(found, name) : found[name])
  const fields = Object.assign({}, found, { id: read('id'), name: read('name'), username: read('username') })
  return withoutPrototype<Owner>(Object(fields)) // validated with the session
}

/** Creates the session of a page's request within the timeout. Throws an `HttpError`, or what a callback throws. */
export const createSession = async (request: Request, settings: HandlerSettings): Promise<ConnectSessionToken> => {
  const { allow, client, configure, maxBytes, onSession, parse, timeout } = settings
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
    const fields = parse(body)
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
