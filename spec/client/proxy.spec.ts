import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { expect } from 'chai'
import * as undici from 'undici'
import { createClient, type Fetch } from '../../lib/index.ts'
import { sandbox } from '../../lib/testing/index.ts'
import { acme, apiKey } from '../support/call.ts'
import { withEnvironment } from '../support/environment.ts'

interface Proxy {
  readonly url: string
  /** The hosts to which it connected. */
  readonly hosts: readonly string[]
  readonly close: () => Promise<void>
}

/** A proxy on loopback that tunnels to loopback. */
const proxy = async (): Promise<Proxy> => {
  const hosts: string[] = []
  const open = new Set<Duplex>()
  const server = createServer((_, response) => response.writeHead(405).end())
  server.on('connect', ({ url = '' }, socket, head) => {
    hosts.push(url)
    const target = connect(Number(new URL(`http://${url}`).port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      target.write(head)
      target.pipe(socket)
      socket.pipe(target)
    })
    for (const end of [socket, target]) {
      open.add(end)
      end.on('error', () => {})
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // it listens on a port, not a pipe
  const close = (): Promise<void> =>
    new Promise((closed) => {
      server.close(() => closed())
      for (const end of open) end.destroy()
      server.closeAllConnections()
    })
  return { url: `http://127.0.0.1:${port}`, hosts, close }
}

const fetches: readonly (readonly [string, (dispatcher: undici.ProxyAgent) => Fetch])[] = [
  // Node's types do not know `dispatcher`; the inner spread avoids the excess property check.
  ['the global fetch', (dispatcher) => (url, init) => fetch(url, { ...init, ...{ dispatcher } })],
  ["undici's fetch", (dispatcher) => (url, init) => undici.fetch(url, { ...init, dispatcher })],
]

describe('A client behind a proxy', () => {
  for (const [title, fetchBy] of fetches)
    it(`connects through an agent passed to ${title}`, async () => {
      const through = await proxy()
      const server = await sandbox({ apiKey }).listen()
      const dispatcher = new undici.ProxyAgent(through.url)
      try {
        const client = createClient({ apiKey, baseUrl: server.url, fetch: fetchBy(dispatcher) })
        const { originOwnerId } = await acme.send(client)
        expect(originOwnerId).to.equal('acme-42')
        expect(through.hosts).to.deep.equal([new URL(server.url).host])
      } finally {
        await dispatcher.close()
        await server.close()
        await through.close()
      }
    })

  it("can use undici's fetch directly", async () => {
    const server = await sandbox({ apiKey }).listen()
    try {
      const { originOwnerId } = await acme.send(createClient({ apiKey, baseUrl: server.url, fetch: undici.fetch }))
      expect(originOwnerId).to.equal('acme-42')
    } finally {
      await server.close()
    }
  })

  it('uses the global dispatcher of the process without an option, even if created before it', async () => {
    const through = await proxy()
    const server = await sandbox({ apiKey }).listen()
    const client = createClient({ apiKey, baseUrl: server.url })
    const before = undici.getGlobalDispatcher()
    const none = { NO_PROXY: undefined, no_proxy: undefined }
    try {
      await withEnvironment({ ...none, HTTP_PROXY: through.url, http_proxy: through.url }, async () => {
        undici.setGlobalDispatcher(new undici.EnvHttpProxyAgent())
        const { originOwnerId } = await acme.send(client)
        expect(originOwnerId).to.equal('acme-42')
      })
      expect(through.hosts).to.deep.equal([new URL(server.url).host])
    } finally {
      await undici.getGlobalDispatcher().close()
      undici.setGlobalDispatcher(before)
      await server.close()
      await through.close()
    }
  })
})
