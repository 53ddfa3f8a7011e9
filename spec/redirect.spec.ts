import { expect } from 'chai'
import { apiKey, call, clientOf, doors, patiently, until } from './support/call.ts'
import { leftOf, rightOf } from './support/either.ts'
import { errorBody } from './support/faults.ts'
import { httpServer, json, minted, type TestServer } from './support/server.ts'

const authorization = `Basic ${Buffer.from(`${apiKey}:`).toString('base64')}`
const statuses = [301, 302, 303, 307, 308] as const

describe('A redirect', () => {
  const servers: TestServer[] = []

  const served = async (answer: Parameters<typeof httpServer>[0]): Promise<TestServer> => {
    const server = await httpServer(answer)
    servers.push(server)
    return server
  }

  /** Redirects all requests, but those for the paths that are served. */
  const redirecting = (status: number, location: string | ((url: string) => string), target = '/elsewhere') =>
    served(({ url }, response) => {
      if (url === target) return json(response, 201, minted)
      response.writeHead(status, { location: typeof location === 'string' ? location : location(url) })
      response.end(JSON.stringify(errorBody(status, 'It has moved')))
    })

  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close()
  })

  for (const door of doors)
    for (const status of statuses)
      it(`${status} to another origin is not followed by ${door}, and nothing arrives there`, async () => {
        const other = await served((_, response) => json(response, 201, minted))
        const server = await redirecting(status, `${other.url}/connect_sessions`)
        const { result } = await call(door, clientOf(server.url))
        expect(leftOf(result)).to.include({ name: 'ApiError', status, attempts: 1 })
        expect(leftOf(result).message).to.contain('not followed').and.contain('"It has moved"')
        expect(server.requests).to.have.length(1)
        expect(other.requests).to.have.length(0)
        expect(await other.connections()).to.equal(0)
      })

  const strangers: readonly (readonly [title: string, location: (server: TestServer) => string])[] = [
    ['another name of the same host', ({ url }) => `${url.replace('127.0.0.1', 'localhost')}/elsewhere`],
    ['another scheme', ({ url }) => `${url.replace('http:', 'https:')}/elsewhere`],
    ['another origin without a scheme', ({ url }) => `//${url.replace('http://127.0.0.1', 'localhost')}/elsewhere`],
    ['another origin with backslashes', ({ url }) => `\\\\${url.replace('http://127.0.0.1', 'localhost')}/elsewhere`],
    ['a script', () => 'javascript:alert(1)'],
    ['data', () => 'data:application/json,{"token":"stolen"}'],
    ['a file', () => 'file:///etc/passwd'],
    ['what is no URL', () => 'http://[oh'],
    ['an empty location', () => ''],
  ]

  for (const [title, location] of strangers)
    it(`307 to ${title} ends as an ApiError`, async () => {
      const server = await served((request, response) => {
        if (request.url === '/elsewhere') return json(response, 201, minted)
        response.writeHead(307, { location: location(server) })
        response.end()
      })
      const { result } = await call('send', clientOf(server.url))
      expect(leftOf(result)).to.include({ name: 'ApiError', status: 307, attempts: 1 })
      expect(server.requests.map(({ url }) => url)).not.to.contain('/elsewhere')
    })

  for (const status of [307, 308])
    for (const location of ['/elsewhere', 'elsewhere', '../elsewhere', '?a=b#c'])
      it(`${status} inside the origin, to ${location}, is followed with the method, the body and the key`, async () => {
        const wanted = new URL(location, 'http://127.0.0.1/connect_sessions')
        const server = await redirecting(status, location, wanted.pathname + wanted.search)
        const { result } = await call('send', clientOf(server.url, { headers: { 'x-trace': 'seven' } }))
        expect(rightOf(result).token).to.equal(minted.token)
        expect(server.requests).to.have.length(2)
        const [first, second] = server.requests
        expect(second?.url).to.equal(wanted.pathname + wanted.search)
        for (const request of [first, second]) {
          expect(request?.method).to.equal('POST')
          expect(JSON.parse(request?.body ?? '')).to.deep.equal({
            origin_owner_id: 'acme-42',
            origin_owner_name: 'Acme Inc.',
          })
          expect(request?.headers).to.include({ authorization, 'content-type': 'application/json', 'x-trace': 'seven' })
        }
      })

  for (const status of [301, 302, 303])
    it(`${status} inside the origin would turn a create into a GET, and is not followed`, async () => {
      const server = await redirecting(status, '/elsewhere')
      const { result } = await call('send', clientOf(server.url))
      expect(leftOf(result)).to.include({ name: 'ApiError', status, attempts: 1 })
      expect(server.requests).to.have.length(1)
    })

  for (const status of statuses)
    it(`${status} inside the origin is followed by a get, with the key`, async () => {
      const server = await served(({ url }, response) => {
        if (url === '/elsewhere') return json(response, 200, minted)
        response.writeHead(status, { location: '/elsewhere' })
        response.end()
      })
      expect((await clientOf(server.url).get(4711)).id).to.equal('4711')
      expect(server.requests.map(({ method, url }) => `${method} ${url}`)).to.deep.equal([
        'GET /connect_sessions/4711',
        'GET /elsewhere',
      ])
      expect(server.requests[1]?.headers).to.include({ authorization })
    })

  for (const status of [307, 308]) {
    it(`${status} to itself ends as an ApiError after four requests`, async () => {
      const server = await redirecting(status, (url) => url)
      const { result } = await call('send', clientOf(server.url))
      expect(leftOf(result)).to.include({ name: 'ApiError', status, attempts: 1 })
      expect(server.requests).to.have.length(4)
    })

    it(`${status} that leads ever further ends as an ApiError after four requests`, async () => {
      const server = await redirecting(status, (url) => `${url}/on`)
      const { result } = await call('task', clientOf(server.url))
      expect(leftOf(result)).to.include({ name: 'ApiError', status, attempts: 1 })
      expect(server.requests).to.have.length(4)
    })
  }

  it('that leads to silence ends in time', async () => {
    const observe = async (timeout: number) => {
      const server = await served(({ url }, response) => {
        if (url === '/silence') return
        response.writeHead(307, { location: '/silence' })
        response.end()
      })
      const ended = await call('send', clientOf(server.url, { timeout, retries: 0 }))
      return { ...ended, timeout, requests: server.requests.length }
    }
    const { result, took, timeout, requests } = await patiently(400, observe, (observed) => observed.requests < 2)
    expect(leftOf(result)).to.include({ name: 'TimeoutError', attempts: 1 })
    expect(took).to.be.below(timeout + 2200)
    expect(requests).to.equal(2)
  })

  it('that leads to a 503 is begun anew from the first address', async () => {
    const server = await served(({ url }, response) => {
      if (url === '/busy' && server.requests.length === 2)
        return json(response, 503, errorBody(503, 'Busy'), { 'retry-after': '0' })
      if (url === '/busy') return json(response, 201, minted)
      response.writeHead(308, { location: '/busy' })
      response.end()
    })
    const { result } = await call('send', clientOf(server.url))
    expect(rightOf(result).token).to.equal(minted.token)
    expect(server.requests.map(({ url }) => url)).to.deep.equal([
      '/connect_sessions',
      '/busy',
      '/connect_sessions',
      '/busy',
    ])
  })

  it('inside the origin whose own body never ends is followed, and its connection closed', async () => {
    const left: string[] = []
    const server = await served(({ url }, response) => {
      if (url === '/elsewhere') return json(response, 201, minted)
      response.writeHead(307, { location: '/elsewhere' })
      response.write('It has moved')
      response.once('close', () => left.push('closed'))
    })
    const { result } = await call('send', clientOf(server.url, { timeout: 2000, retries: 0 }))
    expect(rightOf(result).token).to.equal(minted.token)
    expect(await until(() => left.length === 1)).to.equal(true)
  })
})
