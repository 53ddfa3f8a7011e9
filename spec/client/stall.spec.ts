import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { expect } from 'chai'
import { acme, clientOf } from '../support/call.ts'
import { itEach } from '../support/it-each.ts'
import { minted } from '../support/server.ts'

/** Serves on another thread, since this one is blocked. It responds after 100 ms, in so many parts. */
const server = `
  const { createServer } = require('node:http')
  const { parentPort, workerData: { body, parts } } = require('node:worker_threads')
  const length = Math.ceil(body.length / parts)
  createServer((_, response) => setTimeout(() => {
    response.writeHead(201, { 'content-type': 'application/json' })
    for (let part = 0; part < parts; part += 1) response.write(body.slice(part * length, (part + 1) * length))
    response.end()
  }, 100)).listen(0, '127.0.0.1', function () { parentPort.postMessage(this.address().port) })`

/** Blocks the event loop. */
const block = (ms: number): void => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

describe('A stall of the event loop beyond the timeout', () => {
  const bodies: readonly (readonly [title: string, body: string, parts: number])[] = [
    ['a body in one part', JSON.stringify(minted), 1],
    ['a body in ten parts', JSON.stringify(minted), 10],
    ['a body of 60 kB', JSON.stringify({ ...minted, label: 'x'.repeat(60_000) }), 1],
  ]
  itEach('does not discard a response that arrived during it', bodies, async ([, body, parts]) => {
    const worker = new Worker(server, { eval: true, workerData: { body, parts } })
    const [port] = await once(worker, 'message')
    const attempts: unknown[] = []
    const client = clientOf(`http://127.0.0.1:${port}`, {
      timeout: 1000,
      deadline: 1000,
      onEvent: ({ type }) => type === 'attempt' && attempts.push(type),
    })
    try {
      await acme.send(client) // opens the connection
      const sent = acme.send(client)
      sent.catch(() => {})
      await sleep(50)
      setImmediate(block, 1200) // timers run next, before I/O
      expect((await sent).token).to.equal(minted.token)
      expect(attempts).to.have.length(2)
    } finally {
      await worker.terminate()
    }
  })
})
