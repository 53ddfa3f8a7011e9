// Requests a token from a route, as pages do, 32 at a time. Prints requests per second and latencies in milliseconds.
import { Agent, request } from 'node:http'
import { sendMany } from './load.ts'

const [, , url = ''] = process.argv
const body = JSON.stringify({ categories: ['ats'] })
const agent = new Agent({ keepAlive: true })
const options = {
  agent,
  method: 'POST',
  headers: { 'content-type': 'application/json', 'content-length': body.length, cookie: 'user=7' },
}

/** Uses `node:http`, which costs less than `fetch`, so that the route is the bottleneck. */
const requestToken = (): Promise<void> =>
  new Promise((resolve, reject) => {
    const sent = request(url, options, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        if (response.statusCode === 200 && text.includes('"token":"')) resolve()
        else reject(new Error(`${response.statusCode} ${text}`))
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })

await sendMany(requestToken, 500, 32) // warm-up
process.stdout.write(JSON.stringify(await sendMany(requestToken, 5_000, 32)))
agent.destroy()
