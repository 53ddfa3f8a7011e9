import { expect } from 'chai'
import { createClient, session } from '../../../lib/index.ts'
import { sandbox } from '../../../lib/testing/index.ts'
import { httpServer, json, minted } from '../../support/server.ts'
import { report } from './report.ts'

const sends = 2000
const maxConnections = 5
const apiKey = 'v1.eu1.0123456789abcdef'
const acme = session().owner('acme-42', 'Acme Inc.')

describe('2,000 sequential sends over HTTP', () => {
  it('reuse a few connections', async () => {
    const server = await httpServer((_, response) => json(response, 201, minted))
    const client = createClient({ apiKey, baseUrl: server.url })
    const open: number[] = []
    const started = performance.now()
    try {
      for (let sent = 0; sent < sends; sent += 1) {
        expect((await acme.send(client)).token).to.equal(minted.token)
        if (sent % 20 === 0) open.push(await server.connections())
      }
      const seconds = (performance.now() - started) / 1000
      report(`${sends} sends in ${seconds.toFixed(1)} s, with ${Math.max(...open)} open connections at most`)
      expect(server.requests).to.have.length(sends)
      expect(Math.max(...open)).to.be.within(1, maxConnections)
    } finally {
      await server.close()
    }
  })

  it('reuse a few connections if every second response is an error', async () => {
    const server = await httpServer((_, response, number) => {
      if (number % 2 === 0) json(response, 201, minted)
      else json(response, 503, { statusCode: 503, message: 'Busy' }, { 'retry-after': '0' })
    })
    const client = createClient({ apiKey, baseUrl: server.url })
    const open: number[] = []
    try {
      for (let sent = 0; sent < sends / 2; sent += 1) {
        expect((await acme.send(client)).token).to.equal(minted.token)
        if (sent % 20 === 0) open.push(await server.connections())
      }
      report(`${sends / 2} sends in ${sends} attempts, with ${Math.max(...open)} open connections at most`)
      expect(server.requests).to.have.length(sends)
      expect(Math.max(...open)).to.be.within(1, maxConnections)
    } finally {
      await server.close()
    }
  })

  it('create as many sessions in the sandbox over its server', async () => {
    const api = sandbox({ apiKey })
    const server = await api.listen()
    try {
      const client = createClient({ apiKey, baseUrl: server.url })
      for (let sent = 0; sent < sends / 2; sent += 1) await acme.send(client)
      expect(new Set(api.sessions.map(({ token }) => token)).size).to.equal(sends / 2)
    } finally {
      await server.close()
    }
  })
})
