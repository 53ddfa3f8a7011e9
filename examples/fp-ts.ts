// The same as a pipe: decode to an Either, task to a TaskEither, fold with each error handled.
import { pipe } from 'fp-ts/lib/function.js'
import * as T from 'fp-ts/lib/Task.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { type Client, createClient, minutes, type Session, type SessionError, session } from 'stackone-session'
import { sandbox } from 'stackone-session/testing'

/** What to do about each error. One that is missing here does not compile. */
const remedy = (error: SessionError): string => {
  switch (error.name) {
    case 'ValidationError':
      return `mend ${error.issues.map(({ path }) => path).join(', ')}`
    case 'ConfigurationError':
      return 'set up the client and its key'
    case 'ApiError':
      return error.retryAfter === undefined
        ? `see what StackOne says to ${error.status}`
        : `ask again in ${error.retryAfter} seconds`
    case 'NetworkError':
      return `look at the connection (${error.code ?? 'no code'}), after ${error.attempts} attempts`
    case 'TimeoutError':
      return 'ask again later'
    case 'AbortError':
      return 'nothing: we ended it ourselves'
    case 'ReplyError':
      return `tell StackOne of ${error.issues.map(({ path }) => path).join(', ') || 'the reply'}`
  }
}

const told = (request: Session, client: Client): T.Task<string> =>
  pipe(
    request.decode(),
    TE.fromEither,
    TE.tapIO(
      ({ originOwnerId }) =>
        () =>
          console.log(`asking for ${originOwnerId}`),
    ),
    TE.flatMap(() => request.task(client)),
    TE.fold(
      (error) => T.of(`${error.name}: ${remedy(error)}`),
      ({ originOwnerName, expiresAt }) => T.of(`${originOwnerName} may connect until ${expiresAt.toISOString()}`),
    ),
    T.tapIO((line) => () => console.log(line)),
  )

const api = process.env['STACKONE_API_KEY'] ? undefined : sandbox()
const client = createClient(api && { apiKey: 'v1.sandbox.key', fetch: api.fetch })
const acme = session().owner('acme-42', 'Acme Inc.').categories('hris').expiresIn(minutes(30))

await told(acme, client)()
await told(acme.owner('acme-42', ' ').expiresIn(Date.now()), client)()

// What else can go wrong, made by the sandbox.
if (api) {
  const once = createClient({ apiKey: 'v1.sandbox.key', fetch: api.fetch, retries: 0, timeout: 300, strict: true })
  const faults = [{ status: 429, retryAfter: 60 }, 'html', 'reset', 'silence', { drift: 'id as a string' }] as const
  for (const fault of faults) {
    api.fail(fault)
    await told(acme, once)()
  }
  await told(acme, createClient({ apiKey: ' ', fetch: api.fetch }))()
}
