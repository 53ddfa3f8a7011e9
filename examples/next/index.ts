// A Next.js route that returns a token, and the page that requests it. --serve keeps the app running.
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

const dir = import.meta.dirname
execFileSync(process.execPath, [join(dir, 'node_modules/typescript/bin/tsc'), '-p', dir], { stdio: 'inherit' })
console.log('The app passes the type check.')

process.env['NEXT_TELEMETRY_DISABLED'] = '1'
const { default: next } = await import('next')

const staysOpen = process.argv.includes('--serve')
const app = next({ dev: true, dir, hostname: '127.0.0.1', port: 3000 })
await app.prepare()
const handle = app.getRequestHandler()
const server = createServer((request, response) => void handle(request, response))
server.listen(staysOpen ? Number(process.env['PORT'] ?? 3000) : 0, '127.0.0.1')
await once(server, 'listening')
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}` // a TCP server has an AddressInfo

/** Sends the request of a page, and prints the response with its token masked. */
const post = async (title: string, cookie: string, body: object, status: number): Promise<void> => {
  const headers = { 'content-type': 'application/json', cookie }
  const response = await fetch(`${url}/connect`, { method: 'POST', headers, body: JSON.stringify(body) })
  const text = await response.text()
  console.log(`${title}\n  ${response.status} ${text.replace(/"token":"[^"]+"/, '"token":"[secret]"')}`)
  if (response.status !== status) throw new Error(`Expected status ${status}.`)
}

const visit = async (): Promise<void> => {
  const page = await fetch(url)
  console.log(`GET /\n  ${page.status} ${/<h1>.*?<\/h1>/.exec(await page.text())?.[0]}`)
  await post('A signed-in customer connects a recruiting system:', 'login=7f3a', { categories: ['ats'] }, 200)
  await post('The request has no session cookie:', '', {}, 401)
  await post('The page tries to set the owner:', 'login=7f3a', { originOwnerId: 'globex-7' }, 400)
  const headers = { origin: 'https://app.acme.example', 'access-control-request-method': 'POST' }
  const preflight = await fetch(`${url}/connect`, { method: 'OPTIONS', headers })
  const origin = preflight.headers.get('access-control-allow-origin')
  console.log(`A page of an allowed origin sends a preflight request:\n  ${preflight.status}`)
  if (origin !== headers.origin) throw new Error('The preflight request did not reach the handler.')
}

// Next.js keeps the process alive after an uncaught error, so failures end it here.
process.stdout.on('error', () => process.exit(1))
await visit().catch((error) => {
  console.error(error)
  process.exit(1)
})
if (staysOpen) console.log(`\nThe app is running at ${url}`)
else process.exit()
