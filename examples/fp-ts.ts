// Handles every error in an fp-ts pipe: decode returns an Either, and task returns a TaskEither.
import { pipe } from 'fp-ts/lib/function.js'
import * as T from 'fp-ts/lib/Task.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { type Client, createClient, minutes, type Session, type SessionError, session } from 'stackone-session'
import { sandbox } from 'stackone-session/testing'

/** Returns what to do about an error. A missing case is a compile error. */
const adviceFor = (error: SessionError): string => {
  switch (error.name) {
    case 'ValidationError':
      return `fix ${error.issues.map(({ path }) => path).join(', ')}`
    case 'ConfigurationError':
      return 'check the client options and the API key'
    case 'ApiError':
      return error.retryAfter === undefined
        ? `see the response body (status ${error.status})`
        : `retry in ${error.retryAfter} seconds`
    case 'NetworkError':
      return `check the connection (${error.code ?? 'no code'}, attempts: ${error.attempts})`
    case 'TimeoutError':
      return 'retry later'
    case 'AbortError':
      return 'nothing: the caller aborted the call'
    case 'InvalidResponseError':
      return `report ${error.issues.map(({ path }) => path).join(', ') || 'the response'} to StackOne`
  }
}

const createAndReport = (request: Session, client: Client): T.Task<string> =>
  pipe(
    request.decode(),
    TE.fromEither,
    TE.tapIO(
      ({ originOwnerId }) =>
        () =>
          console.log(`creating a session for ${originOwnerId}`),
    ),
    TE.flatMap(() => request.task(client)),
    TE.fold(
      (error) => T.of(`${error.name}: ${adviceFor(error)}`),
      ({ originOwnerName, expiresAt }) => T.of(`${originOwnerName} can connect until ${expiresAt.toISOString()}`),
    ),
    T.tapIO((line) => () => console.log(line)),
  )

const api = process.env['STACKONE_API_KEY'] ? undefined : sandbox()
const client = createClient(api && { apiKey: 'v1.sandbox.key', fetch: api.fetch })
const acme = session().owner('acme-42', 'Acme Inc.').categories('hris').expiresIn(minutes(30))

await createAndReport(acme, client)()
await createAndReport(acme.owner('acme-42', ' ').expiresIn(Date.now()), client)()

// The sandbox simulates the other errors.
if (api) {
  const options = { apiKey: 'v1.sandbox.key', fetch: api.fetch, retries: 0, timeout: 300, strict: true } as const
  const strictClient = createClient(options)
  const faults = [{ status: 429, retryAfter: 60 }, 'html', 'reset', 'silence', { drift: 'id as a string' }] as const
  for (const fault of faults) {
    api.fail(fault)
    await createAndReport(acme, strictClient)()
  }
  await createAndReport(acme, createClient({ apiKey: ' ', fetch: api.fetch }))()
}
