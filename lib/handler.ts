/**
 * A route that mints tokens for pages. In the examples `userOf` finds who is signed in.
 *
 * @module stackone-session/handler
 */
import { isLeft } from '#fp-ts/Either'
import { bodyOf } from './body.ts'
import { choicesOf, withChoices } from './choices.ts'
import { isA, isRecord, kindOf } from './codec.ts'
import { ConfigurationError } from './errors.ts'
import { corsHeaders, isSameOrigin, listedOrigin, preflightHeaders } from './origin.ts'
import { type HandlerOptions, type Owner, type Policy, policyOf } from './policy.ts'
import { type HandlerError, Refused, refusedBy } from './refused.ts'
import { session } from './session.ts'
import type { Session, SessionWithoutOwner } from './states.ts'

export type { Choices } from './choices.ts'
export type { Allow, HandlerOptions, Owner } from './policy.ts'
export type { HandlerError, HandlerErrorCode } from './refused.ts'

/**
 * The body of an answer of 200: all that a page needs to open the Hub.
 *
 * @example const tokenOf = async (answer: Response) => ((await answer.json()) as HandlerToken).token
 */
export interface HandlerToken {
  /** For the Hub, once: `<stackone-hub token="...">`. */
  readonly token: string
  /** When the token expires, as an ISO date-time. */
  readonly expiresAt: string
}

const blank = session()

const withOwner = (base: SessionWithoutOwner, { id, name, username }: Owner): Session => {
  const owned = base.owner(id, name)
  return username === undefined ? owned : owned.username(username)
}

const ownerOf = async (request: Request, { owner }: Policy): Promise<Owner> => {
  const found: unknown = await owner(request)
  if (found === null || found === undefined) throw new Refused('unauthorized')
  if (!isRecord(found))
    throw new ConfigurationError(`The owner callback must give { id, name }, or null, got ${kindOf(found)}.`)
  const { id, name, username } = found
  return { id, name, username } as Owner // as they were given: the session finds what is wrong with them
}

const configured = async (chosen: Session, request: Request, { configure }: Policy): Promise<Session> => {
  if (configure === undefined) return chosen
  const given: unknown = await configure(chosen, request)
  try {
    return chosen.when(true, () => given as Session) // which refuses all but a session of this library
  } catch {
    throw new ConfigurationError(
      `The configure callback must return the session that its calls give, got ${kindOf(given)}.`,
    )
  }
}

/** What a request asks for, as a session whose owner the server alone has set. */
const sessionFor = async (request: Request, policy: Policy): Promise<Session> => {
  const body = await bodyOf(request, policy.maxBytes)
  const owner = await ownerOf(request, policy)
  const choices = choicesOf(body, request.url, policy)
  const { accountId } = choices
  if (accountId !== undefined && (await policy.ownsAccount?.(accountId, request, owner)) !== true)
    throw new Refused('account-not-allowed')
  const chosen = withChoices(withOwner(blank, owner), choices)
  return withOwner(await configured(chosen, request, policy), owner)
}

const mint = async (request: Request, policy: Policy): Promise<HandlerToken> => {
  const wanted = await sessionFor(request, policy)
  const sent = await wanted.task(policy.client, request.signal ? { signal: request.signal } : {})()
  if (isLeft(sent)) throw refusedBy(sent.left)
  const { token, expiresAt } = sent.right
  return { token, expiresAt: expiresAt.toISOString() }
}

type HeaderTable = Readonly<Record<string, string>>

const respond = (status: number, body: HandlerToken | HandlerError | undefined, headers: HeaderTable): Response =>
  // What JSON.stringify makes of undefined is undefined, and that is no body.
  new Response(JSON.stringify(body), {
    status,
    headers: {
      ...headers,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
  })

// Not every runtime's request has a signal.
const isGone = (request: Request): boolean => {
  try {
    return request.signal.aborted
  } catch {
    return false
  }
}

const tell = ({ onError }: Policy, error: unknown, request: Request): void => {
  try {
    Promise.resolve(onError?.(error, request)).catch(() => {})
  } catch {
    // The listener's own affair.
  }
}

const fail = (error: unknown, request: Request, policy: Policy, headers: HeaderTable): Response => {
  const known = isA(error, Refused) ? error : new Refused('internal', { cause: error })
  // Nobody waits for the answer, and what failed may have failed for that.
  const refused = isGone(request) ? new Refused('aborted') : known
  if (refused.status === 429 || refused.status >= 500) tell(policy, refused.cause, request)
  return respond(refused.status, refused.body, { ...headers, ...refused.headers })
}

const answer = async (request: Request, policy: Policy): Promise<Response> => {
  const origin = listedOrigin(request, policy.origins)
  const cors = corsHeaders(origin, policy.origins)
  if (request.method === 'OPTIONS' && origin !== undefined)
    return respond(204, undefined, { ...cors, ...preflightHeaders(request) })
  try {
    if (request.method !== 'POST') throw new Refused('method-not-allowed', { headers: { allow: 'POST' } })
    if (origin === undefined && !isSameOrigin(request)) throw new Refused('origin-not-allowed')
    return respond(200, await mint(request, policy), cors)
  } catch (error) {
    return fail(error, request, policy, cors)
  }
}

/**
 * Makes the route that gives a page its token: a function from a standard `Request` to a promise of a `Response`, for
 * Next.js, Hono, Bun, Deno and Workers as it is, and for Express and Node through an adapter. The promise never rejects.
 *
 * It answers POST alone, from pages of its own origin and of `origins`. The owner comes from `owner` alone. A page may
 * send JSON, see `Choices`, and choose only what `allow` lists; everything else is refused, with all that is wrong.
 * A success is `{ token, expiresAt }`, see `HandlerToken`, all else is a `HandlerError` without a word of StackOne's.
 *
 * The checks, in this order: method 405, origin 403, content type 415, size 413, JSON 400, `owner` 401, choices 400,
 * `ownsAccount` 403. Then `configure` has its turn, the owner is set once more, and the session is sent, with the
 * request's signal, so that a page that leaves ends the call: 499. StackOne's 429 is passed on as 429 with its
 * `Retry-After`; its other errors, and a failed connection, are 502, a timeout is 504. Whatever the server itself has
 * to mend, such as a callback that throws or an owner that is not valid, is 500.
 *
 * Throws a `ConfigurationError` that lists all unknown options and bad values.
 *
 * @example
 * export const POST = connectSessionHandler({
 *   client: createClient(),
 *   owner: async (request) => (await userOf(request))?.company ?? null,
 *   allow: { categories: ['ats', 'hris'] },
 *   onError: (error) => log.error(error),
 * })
 */
export const connectSessionHandler = (options: HandlerOptions): ((request: Request) => Promise<Response>) => {
  const policy = policyOf(options)
  return (request) => answer(request, policy).catch((error: unknown) => fail(error, request, policy, {}))
}
