import { expect } from 'chai'
import { sandbox } from '../../lib/testing/index.ts'
import { type LocalServer, serve } from '../../lib/testing/server.ts'
import { until } from '../support/call.ts'
import { caught } from '../support/caught.ts'
import { itEach } from '../support/it-each.ts'

describe('The server of a sandbox', () => {
  const servers: LocalServer[] = []
  afterEach(() => Promise.all(servers.splice(0).map(({ close }) => close())))

  const served = async (handle: Parameters<typeof serve>[0]): Promise<LocalServer> => {
    const server = await serve(handle)
    servers.push(server)
    return server
  }

  it('passes on the method, path, headers and body of a request', async () => {
    const { url } = await served(async (request) => {
      const { method, headers } = request
      return Response.json([method, new URL(request.url).pathname, headers.get('x-team'), await request.text()])
    })
    const response = await fetch(`${url}/a/b?c`, { method: 'POST', headers: { 'x-team': 'hub' }, body: 'é 🔑' })
    expect(await response.json()).to.deep.equal(['POST', '/a/b', 'hub', 'é 🔑'])
  })

  itEach('passes on a request without a body', ['GET', 'HEAD', 'POST'], async (method) => {
    const bodies: unknown[] = []
    const { url } = await served(async ({ body }) => {
      bodies.push(body)
      return new Response(null)
    })
    expect(await (await fetch(url, { method })).text()).to.equal('')
    expect(bodies).to.deep.equal([null])
  })

  it('listens on 127.0.0.1 only', async () => {
    const { url } = await served(async () => new Response(null))
    expect((await fetch(url)).status).to.equal(200)
    const other = fetch(url.replace('127.0.0.1', '127.0.0.2'), { signal: AbortSignal.timeout(2000) })
    expect(await caught(other)).to.be.instanceOf(Error)
  })

  // Node announces its limit for idle connections. A request sent right after it would be reset.
  it('keeps idle connections open', async () => {
    const { url } = await served(async () => new Response(null))
    const { headers } = await fetch(url)
    expect([headers.get('connection'), headers.get('keep-alive')]).to.deep.equal(['keep-alive', null])
  })

  it('aborts the signal when the client disconnects', async () => {
    const signals: AbortSignal[] = []
    const { url } = await served((_, signal) => {
      signals.push(signal)
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    })
    const controller = new AbortController()
    const response = caught(fetch(url, { signal: controller.signal }))
    expect(await until(() => signals.length === 1)).to.equal(true)
    expect(signals[0]?.aborted).to.equal(false)
    controller.abort()
    expect(await response).to.include({ name: 'AbortError' })
    expect(await until(() => signals[0]?.aborted === true)).to.equal(true)
  })

  it('sends each chunk of a body when it arrives', async () => {
    const bodies: ReadableStreamDefaultController<Uint8Array>[] = []
    const { url } = await served(async () => {
      const body = new ReadableStream<Uint8Array>({ start: (controller) => void bodies.push(controller) })
      return new Response(body, { status: 202, headers: { 'x-part': 'one' } })
    })
    const response = await fetch(url)
    expect([response.status, response.headers.get('x-part')]).to.deep.equal([202, 'one'])
    bodies[0]?.enqueue(new TextEncoder().encode('first '))
    bodies[0]?.enqueue(new TextEncoder().encode('last'))
    bodies[0]?.close()
    expect(await response.text()).to.equal('first last')
  })
})

/** An AbortController that is not Node's, as in jsdom. The Request of newer versions of Node rejects its signal. */
class ForeignAbortController {
  readonly signal = Object.assign(new EventTarget(), { aborted: false, reason: undefined, throwIfAborted: () => {} })

  abort(reason: undefined): void {
    Object.assign(this.signal, { aborted: true, reason })
    this.signal.dispatchEvent(new Event('abort'))
  }
}

class ForeignBlob {}

describe('A sandbox under globals that a test environment replaced', () => {
  const create: RequestInit = {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('any:')}`, 'content-type': 'application/json', 'user-agent': 'spec' },
    body: JSON.stringify({ origin_owner_id: 'acme-42', origin_owner_name: 'Acme Inc.', label: 'é 🔑' }),
  }
  const { AbortController, Blob } = globalThis

  beforeEach(() => {
    Object.assign(globalThis, { AbortController: ForeignAbortController, Blob: ForeignBlob })
  })
  afterEach(() => {
    Object.assign(globalThis, { AbortController, Blob })
  })

  it('receives the body of a create over HTTP', async () => {
    const server = await sandbox().listen()
    const response = await fetch(`${server.url}/connect_sessions`, create)
    expect([response.status, (await response.json()).label]).to.deep.equal([201, 'é 🔑'])
    await server.close()
  })

  it('accepts a signal that is not an AbortSignal of Node, and rejects a silent request when it is aborted', async () => {
    const api = sandbox()
    const controller = new globalThis.AbortController()
    const send = () => api.fetch('https://api.stackone.com/connect_sessions', { ...create, signal: controller.signal })
    expect((await send()).status).to.equal(201)
    api.fail('silence')
    const silent = caught(send())
    controller.abort('enough')
    expect(await silent).to.equal('enough')
  })
})
