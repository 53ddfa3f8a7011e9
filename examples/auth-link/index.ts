// A command for support staff: mints a link for one customer, and waits until an account is connected.
import { type Category, createClient, isSessionError, minutes, ReplyError, session } from 'stackone-session'
import { sandbox } from 'stackone-session/testing'
import spinner from 'yocto-spinner'
import { command, type Flags, flagOf } from './command.ts'

const { owner, name, category = [], provider, expires, wait, json } = command.parse().opts<Flags>()
const api = process.env['STACKONE_API_KEY'] ? undefined : sandbox()
const client = createClient(api && { apiKey: 'v1.sandbox.key', fetch: api.fetch })
const print = (text: string, facts: object): void => console.log(json ? JSON.stringify(facts) : text)

const [first, ...rest] = category
const link = session()
  .owner(owner, name)
  .when(first !== undefined, (link) => link.categories(first as Category, ...rest)) // the condition says that it is there
  .when(provider !== undefined, (link) => link.provider(String(provider)))
  .when(expires !== undefined, (link) => link.expiresIn(Number(expires)))

try {
  const { id, authLinkUrl, expiresAt, drift } = await link.send(client)
  if (authLinkUrl === undefined) throw new ReplyError('StackOne answered without a link.', { issues: drift })
  print(authLinkUrl, { id, link: authLinkUrl, expiresAt })
  console.error(`good until ${expiresAt.toISOString()}`)
  if (wait) {
    if (id === undefined) throw new ReplyError('StackOne answered without an id to follow.', { issues: drift })
    if (api) setTimeout(() => api.connect(id, 'authenticated'), 500) // the sandbox's customer is quick
    const waiting = spinner({ text: 'Waiting for the customer ...' }).start()
    const deadline = Math.min((expires ?? minutes(30)) * 1000, 2 ** 31 - 1) // by no clock: StackOne's may differ
    const connected = client.waitForConnection(id, { interval: 1000, deadline })
    const { status, accountId } = await connected.finally(() => waiting.stop())
    print(accountId === undefined ? status : `${status}: account ${accountId}`, { id, status, accountId })
    process.exitCode = status === 'authenticated' ? 0 : 1
  }
} catch (error) {
  if (!isSessionError(error)) throw error
  if (error.name !== 'ValidationError') console.error(`${error.name}: ${error.message}`)
  else
    for (const { path, message, hint } of error.issues)
      console.error(`${flagOf[path.replace(/\W.*/, '')] ?? path}: ${message}${hint ? ` (${hint})` : ''}`)
  process.exitCode = error.name === 'ValidationError' ? 2 : 1
}
