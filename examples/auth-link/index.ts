// Creates a link for one customer on the command line. With --wait, it waits until an account is connected.
import { createClient, InvalidResponseError, type Issue, isSessionError, minutes, session } from 'stackone-session'
import { sandbox } from 'stackone-session/testing'
import spinner from 'yocto-spinner'
import { createCommand, type Flags, flagOf, parseDuration } from './command.ts'

const api = process.env['STACKONE_API_KEY'] ? undefined : sandbox()
const client = createClient(api && { apiKey: 'v1.sandbox.key', fetch: api.fetch })
const command = createCommand(api !== undefined)
const { owner, name, category, provider, expires, wait, json } = command.parse().opts<Flags>()
const seconds = expires === undefined ? undefined : parseDuration(expires)
const print = (text: string, record: object): void => console.log(json ? JSON.stringify(record) : text)

const request = session()
  .owner(owner, name)
  .when(category, (request, category) => request.categories(category))
  .when(provider, (request, provider) => request.provider(provider))
  .when(seconds, (request, seconds) => request.expiresIn(seconds))

const describeIssue = ({ path, message, hint }: Issue): string => {
  if (path === 'expiresIn' && Number.isNaN(seconds))
    return `--expires: must be a duration such as 7d, 12h, 30m or 90, got '${expires}'`
  return `${flagOf[path.replace(/\W.*/, '')] ?? path}: ${message}${hint ? ` (${hint})` : ''}`
}

try {
  const { id, authLinkUrl, expiresAt, drift } = await request.send(client)
  if (authLinkUrl === undefined)
    throw new InvalidResponseError('The response of StackOne has no auth link.', { issues: drift })
  print(authLinkUrl, { id, link: authLinkUrl, expiresAt })
  console.error(`The link is valid until ${expiresAt.toISOString()}.`)
  if (wait) {
    if (id === undefined)
      throw new InvalidResponseError('The response of StackOne has no session id to wait for.', { issues: drift })
    if (api) setTimeout(() => api.connect(id, 'authenticated'), 500) // simulates the customer
    const waiting = spinner({ text: 'Waiting for the customer ...' }).start()
    // Not derived from expiresAt: the clocks of this machine and of StackOne may differ.
    const deadline = Math.min((seconds ?? minutes(30)) * 1000, 2 ** 31 - 1)
    const connection = client.waitForConnection(id, { interval: 1000, deadline })
    const { status, accountId } = await connection.finally(() => waiting.stop())
    print(accountId === undefined ? status : `${status}: account ${accountId}`, { id, status, accountId })
    process.exitCode = status === 'authenticated' ? 0 : 1
  }
  if (api && process.argv.length === 2)
    console.error(`\nThis is a demo customer on the sandbox.\n\n${command.helpInformation().trimEnd()}`)
} catch (error) {
  if (!isSessionError(error)) throw error
  if (error.name !== 'ValidationError') console.error(`${error.name}: ${error.message}`)
  else for (const issue of error.issues) console.error(describeIssue(issue))
  process.exitCode = error.name === 'ValidationError' ? 2 : 1
}
