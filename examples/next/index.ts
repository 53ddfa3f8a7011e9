// A route handler file in a Next.js app, and the page that calls it. With --serve it stays.
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

const dir = import.meta.dirname
execFileSync(process.execPath, [join(dir, 'node_modules/typescript/bin/tsc'), '-p', dir], { stdio: 'inherit' })
console.log('The app type-checks.')

process.env['NEXT_TELEMETRY_DISABLED'] = '1'
const { default: next } = await import('next')

const stays = process.argv.includes('--serve')
const app = next({ dev: true, dir, hostname: '127.0.0.1', port: 3000 })
await app.prepare()
const answer = app.getRequestHandler()
const server = createServer((request, response) => void answer(request, response))
server.listen(stays ? 3000 : 0, '127.0.0.1')
await once(server, 'listening')
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}` // it listens on a port

/** What the page does, but for the token, which it gives to the Hub. */
const ask = async (title: string, cookie: string, choice: object): Promise<void> => {
  const headers = { 'content-type': 'application/json', cookie }
  const response = await fetch(`${url}/connect`, { method: 'POST', headers, body: JSON.stringify(choice) })
  const text = await response.text()
  console.log(`${title}\n  ${response.status} ${text.replace(/"token":"[^"]+"/, '"token":"[secret]"')}`)
}

const visit = async (): Promise<void> => {
  const page = await fetch(url)
  console.log(`GET /\n  ${page.status} ${/<h1>.*?<\/h1>/.exec(await page.text())?.[0]}`)
  await ask('A customer opens the Hub at recruiting:', 'login=7f3a', { categories: ['ats'] })
  await ask('Nobody is logged in:', '', {})
  await ask('A page says who the customer is:', 'login=7f3a', { originOwnerId: 'globex-7' })
}

// Next.js swallows what nobody caught, and goes on watching its files.
process.stdout.on('error', () => process.exit(1))
await visit().catch((error) => {
  console.error(error)
  process.exit(1)
})
if (stays) console.log(`\nThe app is at ${url}`)
else process.exit()
