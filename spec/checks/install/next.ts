import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { type Sandbox, sandbox } from '../../../lib/testing/index.ts'
import { environment, installAsUser, runOrThrow } from '../conformance/tools.ts'

/** A page that shows a new token. */
const page = (options: string): string => `import { createClient, session } from 'stackone-session'

export default async function Page() {
  const client = createClient(${options})
  const { token } = await session().owner('acme-42', 'Acme Inc.').send(client)
  return <p>{token}</p>
}
`

/** An app whose client sends its requests to `baseUrl`. */
const appFiles = (home: string, baseUrl: string): Readonly<Record<string, string>> => {
  const options = `apiKey: 'v1.sandbox.key', baseUrl: '${baseUrl}'`
  return {
    // The packages are in a parent folder. Next.js 14 does not know the option.
    'next.config.mjs': `export default process.env.TURBOPACK ? { turbopack: { root: ${JSON.stringify(home)} } } : {}\n`,
    'app/layout.js': 'export default ({ children }) => <html lang="en"><body>{children}</body></html>\n',
    'app/default/page.js': page(`{ ${options} }`),
    'app/custom/page.js': page(`{ ${options}, fetch: (url, init) => fetch(url, { ...init, cache: 'no-store' }) }`),
    'app/connect/route.js': `import { redirect } from 'next/navigation'
import { createClient } from 'stackone-session'
import { connectSessionHandler } from 'stackone-session/handler'

const client = createClient({ ${options} })
export const POST = connectSessionHandler({ client, owner: () => redirect('/login') })
`,
  }
}

/** Returns the URL that `next start` prints. */
const urlOf = async (server: ChildProcess): Promise<string> => {
  if (server.stdout !== null)
    for await (const line of createInterface({ input: server.stdout })) {
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0]
      if (url !== undefined) return url
    }
  throw new Error('next start exited without printing its URL')
}

const checkRunning = async (url: string, api: Sandbox): Promise<void> => {
  for (const path of ['/default', '/custom', '/default', '/custom']) {
    const before = api.sessions.length
    const html = await (await fetch(url + path)).text()
    const token = api.sessions.at(-1)?.token
    if (api.sessions.length !== before + 1 || token === undefined || !html.includes(token))
      throw new Error(`${path} did not show a new token:\n${html}`)
  }
  const { status, headers } = await fetch(`${url}/connect`, { method: 'POST', redirect: 'manual' })
  const location = headers.get('location') ?? ''
  if (![303, 307].includes(status) || new URL(location, url).pathname !== '/login')
    throw new Error(`expected a redirect to /login, got ${status} ${location}`)
}

/** Builds and starts an app. Each visit of its pages must create a session, and `redirect()` must reach Next.js. */
export const checkNextApp = async (home: string, folder: string, tarball: string): Promise<void> => {
  const next = join(home, 'node_modules', 'next', 'dist', 'bin', 'next')
  const api = sandbox()
  const { url, close } = await api.listen()
  try {
    await installAsUser(folder, tarball)
    for (const [name, text] of Object.entries(appFiles(home, url))) {
      await mkdir(dirname(join(folder, name)), { recursive: true })
      await writeFile(join(folder, name), text)
    }
    const output = await runOrThrow([process.execPath, next, 'build'], { cwd: folder, seconds: 300 })
    for (const path of ['/default', '/custom'])
      if (!output.includes(`ƒ ${path}`)) throw new Error(`${path} is not dynamic:\n${output}`)
    if (api.requests.length > 0) throw new Error(`next build sent ${api.requests.length} requests`)

    const args = [next, 'start', '--hostname', '127.0.0.1', '--port', '0']
    const options: SpawnOptions = { cwd: folder, env: environment(), stdio: ['ignore', 'pipe', 'inherit'] }
    const server = spawn(process.execPath, args, options)
    const exited = once(server, 'exit')
    try {
      await checkRunning(await urlOf(server), api)
    } finally {
      server.kill('SIGKILL')
      await exited
    }
  } finally {
    await close()
  }
}
