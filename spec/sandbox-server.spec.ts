import { request as httpRequest } from 'node:http'
import { expect } from 'chai'
import { serve } from '../lib/testing/server.ts'
import { until } from './support/call.ts'
import { caught } from './support/caught.ts'

const waiting = (signal: AbortSignal | null | undefined): Promise<Response> =>
  new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))

describe('The server of a sandbox', () => {
  it('hands over a request as it came', async () => {
    const server = await serve(async (request) =>
      Response.json([
        request.method,
        new URL(request.url).pathname,
        request.headers.get('x-team'),
        await request.text(),
      ]),
    )
    try {
      const response = await fetch(`${server.url}/a/b?c`, {
        method: 'POST',
        headers: { 'x-team': 'hub' },
        body: 'é 🔑',
      })
      expect(await response.json()).to.deep.equal(['POST', '/a/b', 'hub', 'é 🔑'])
    } finally {
      await server.close()
    }
  })

  for (const [method, sent, body] of [
    ['GET', '', null],
    ['HEAD', '', null],
    ['POST', '', null],
    ['POST', 'text', 'text'],
    // What a Request cannot hold is left out.
    ['GET', 'text', null],
    ['HEAD', 'text', null],
  ] as const)
    it(`hands over ${body === null ? 'no body' : 'the body'} of a ${method} with ${JSON.stringify(sent)}`, async () => {
      const bodies: unknown[] = []
      const server = await serve(async (request) => {
        bodies.push(request.body && (await request.text()))
        return new Response(null)
      })
      try {
        const answered = new Promise((resolve, reject) => {
          const headers = { 'content-length': sent.length }
          httpRequest(server.url, { method, headers }, (response) => resolve(response.resume().statusCode))
            .on('error', reject)
            .end(sent)
        })
        expect(await answered).to.equal(200)
        expect(bodies).to.deep.equal([body])
      } finally {
        await server.close()
      }
    })

  it('sends no body where there is none', async () => {
    const server = await serve(async () => new Response(null))
    try {
      expect(await (await fetch(server.url)).text()).to.equal('')
    } finally {
      await server.close()
    }
  })

  it('listens on 127.0.0.1, and on no other address', async () => {
    const server = await serve(async () => new Response(null))
    try {
      expect((await fetch(server.url)).status).to.equal(200)
      const other = fetch(server.url.replace('127.0.0.1', '127.0.0.2'), { signal: AbortSignal.timeout(2000) })
      expect(await caught(other)).to.be.instanceOf(Error)
    } finally {
      await server.close()
    }
  })

  // With a time after which it does, Node announces it; a request that is sent then is answered with a reset.
  it('lets go of no idle connection', async () => {
    const server = await serve(async () => new Response(null))
    try {
      const { headers } = await fetch(server.url)
      expect([headers.get('connection'), headers.get('keep-alive')]).to.deep.equal(['keep-alive', null])
    } finally {
      await server.close()
    }
  })

  it('tells the answer that nobody waits for it any more', async () => {
    const signals: AbortSignal[] = []
    const server = await serve((_, { signal }) => {
      if (signal) signals.push(signal)
      return waiting(signal)
    })
    try {
      const controller = new AbortController()
      const asked = caught(fetch(server.url, { signal: controller.signal }))
      expect(await until(() => signals.length === 1)).to.equal(true)
      expect(signals[0]?.aborted).to.equal(false)
      controller.abort()
      expect(await asked).to.include({ name: 'AbortError' })
      expect(await until(() => signals[0]?.aborted === true)).to.equal(true)
    } finally {
      await server.close()
    }
  })

  it('sends a body as it comes', async () => {
    const parts: ReadableStreamDefaultController<Uint8Array>[] = []
    const server = await serve(async () => {
      const body = new ReadableStream<Uint8Array>({ start: (controller) => void parts.push(controller) })
      return new Response(body, { status: 202, headers: { 'x-part': 'one' } })
    })
    try {
      const response = await fetch(server.url)
      expect([response.status, response.headers.get('x-part')]).to.deep.equal([202, 'one'])
      parts[0]?.enqueue(new TextEncoder().encode('first '))
      parts[0]?.enqueue(new TextEncoder().encode('last'))
      parts[0]?.close()
      expect(await response.text()).to.equal('first last')
    } finally {
      await server.close()
    }
  })
})
