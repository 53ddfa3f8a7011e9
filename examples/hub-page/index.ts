// A page with the real Hub in it, and the backend that gives it its token: open it in a browser.
import { serve } from '@hono/node-server'
import { createClient } from 'stackone-session'
import { sandbox } from 'stackone-session/testing'
import { backend } from './server.ts'

const url = process.env['STACKONE_API_KEY']
  ? process.env['STACKONE_BASE_URL'] || 'https://api.stackone.com'
  : (await sandbox().listen()).url
const apiKey = process.env['STACKONE_API_KEY'] || 'v1.sandbox.key'
const { fetch } = backend(createClient({ apiKey, baseUrl: url }), url)

serve({ fetch, hostname: '127.0.0.1', port: Number(process.env['PORT'] ?? 0) }, ({ port }) => {
  console.log(`The page: http://127.0.0.1:${port} (its Hub asks ${url}). Ctrl-C ends it.`)
})
