import { expect } from 'chai'
import { itEach } from '../support/it-each.ts'
import { acmeWire, post, setUp, url } from '../support/page.ts'

const own = 'https://app.acme.example'
const admin = 'https://admin.acme.example'
const evil = 'https://evil.example'

/** The sender of a request, its headers, and the URL that the handler receives. */
type Cases = readonly (readonly [string, Readonly<Record<string, string>>, string?])[]

const accepted: Cases = [
  ['a program, which sends neither Origin nor Sec-Fetch-Site', {}],
  ['a same-origin page', { 'sec-fetch-site': 'same-origin', origin: own }],
  ['the address bar of a browser', { 'sec-fetch-site': 'none' }],
  [
    'a same-origin page behind a proxy that changes the host',
    { 'sec-fetch-site': 'same-origin', origin: own },
    'http://10.0.0.7:3000/',
  ],
  ['a same-origin page in an old browser', { origin: own }],
  ['a same-origin page of another port than 443', { origin: 'http://localhost:3000' }, 'http://localhost:3000/api'],
  ['a page behind a proxy that terminates TLS', { origin: own }, 'http://app.acme.example/api'],
  [
    'a page behind a proxy that terminates TLS and keeps the Host header',
    { origin: own, host: 'app.acme.example' },
    'http://10.0.0.7:3000/',
  ],
  [
    'a page behind a proxy that adds the default port to the Host header',
    { origin: own, host: 'app.acme.example:443' },
    'http://10.0.0.7:3000/',
  ],
  ['a page of a listed origin', { 'sec-fetch-site': 'cross-site', origin: admin }],
  ['a page of a listed origin in an old browser', { origin: admin }],
]

const rejected: Cases = [
  ['a page of another site', { 'sec-fetch-site': 'cross-site', origin: evil }],
  [
    'a page of the same site that is not listed',
    { 'sec-fetch-site': 'same-site', origin: 'https://blog.acme.example' },
  ],
  ["a page of another site with the handler's origin", { 'sec-fetch-site': 'cross-site', origin: own }],
  ['a page with an unknown Sec-Fetch-Site', { 'sec-fetch-site': 'SAME-ORIGIN', origin: own }],
  ['a page of another origin in an old browser', { origin: evil }],
  [
    "a page of another origin in an old browser with the handler's Host header",
    { origin: evil, host: 'app.acme.example' },
  ],
  ['a page of another port', { origin: 'https://app.acme.example:8443' }],
  ['an HTTP page if the request came over HTTPS', { origin: 'http://app.acme.example' }],
  ['a sandboxed frame', { 'sec-fetch-site': 'cross-site', origin: 'null' }],
  ['the origin null, even if Sec-Fetch-Site is same-origin', { 'sec-fetch-site': 'same-origin', origin: 'null' }],
  ['an Origin header that is not an origin', { origin: 'app.acme.example' }],
  ['an empty Origin header', { origin: '' }],
  ["a host that ends with the handler's", { origin: 'https://evilapp.acme.example' }],
  ["the handler's host as a user name", { origin: 'https://app.acme.example@evil.example' }],
  ['a listed origin with a slash', { origin: `${admin}/` }],
  ['a listed host with another scheme', { origin: 'http://admin.acme.example' }],
  [
    'a page of another origin with forged forwarding headers',
    { origin: evil, 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example' },
  ],
  ['a file', { origin: 'file://' }],
  ['a file if the request came over HTTP', { origin: 'file://' }, 'http://app.acme.example/api'],
]

describe('The handler and the origin of a request', () => {
  itEach('accepts requests of the same origin and of allowed origins', accepted, async ([, headers, to = url]) => {
    const { call, sent } = setUp({ origins: [admin] })
    expect((await call(post('{}', headers, to))).status).to.equal(200)
    expect(sent()).to.deep.equal([acmeWire])
  })

  itEach('rejects requests of other origins', rejected, async ([, headers, to = url]) => {
    const ownerCalls: unknown[] = []
    const { call, sent, errors } = setUp({ origins: [admin], owner: (request) => void ownerCalls.push(request) })
    const response = await call(post('{}', headers, to))
    expect([response.status, response.code, response.message]).to.deep.equal([
      403,
      'origin-not-allowed',
      'Origin not allowed',
    ])
    expect([sent(), errors, ownerCalls]).to.deep.equal([[], [], []])
    expect([...response.headers.keys()].filter((name) => name.startsWith('access-control'))).to.deep.equal([])
  })

  it('accepts the listed origin of an app', async () => {
    const { call } = setUp({ origins: ['capacitor://localhost'] })
    expect((await call(post('{}', { origin: 'capacitor://localhost' }))).status).to.equal(200)
    expect((await call(post('{}', { origin: 'capacitor://otherhost' }))).status).to.equal(403)
  })
})

describe('The CORS headers of the handler', () => {
  const corsHeadersOf = (headers: Headers): object =>
    Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control') || name === 'vary'))
  const allowed = {
    'access-control-allow-credentials': 'true',
    'access-control-allow-origin': admin,
    'access-control-expose-headers': 'Retry-After',
    vary: 'Origin',
  }

  it('allow a listed origin to read the token', async () => {
    const { call } = setUp({ origins: ['https://other.acme.example', admin] })
    expect(corsHeadersOf((await call(post('{}', { origin: admin }))).headers)).to.deep.equal(allowed)
  })

  it('allow a listed origin to read errors', async () => {
    const { call } = setUp({ origins: [admin], owner: () => null })
    const unauthorized = await call(post('{}', { origin: admin }))
    const notPost = await call(new Request(url, { headers: { origin: admin } }))
    expect([unauthorized.status, notPost.status]).to.deep.equal([401, 405])
    for (const { headers } of [unauthorized, notPost]) expect(corsHeadersOf(headers)).to.deep.equal(allowed)
  })

  it('consist of Vary for other origins', async () => {
    const { call } = setUp({ origins: [admin] })
    for (const origin of [own, evil, 'null'])
      expect(corsHeadersOf((await call(post('{}', { origin }))).headers)).to.deep.equal({ vary: 'Origin' })
  })

  it('are absent if no origin is listed, in which case only the own origin is accepted', async () => {
    const { call } = setUp()
    const responses = [await call(post('{}', { origin: own })), await call(post('{}', { origin: admin }))]
    expect(responses.map(({ status }) => status)).to.deep.equal([200, 403])
    for (const { headers } of responses) expect(corsHeadersOf(headers)).to.deep.equal({})
  })

  const preflight = (origin: string, headers: Readonly<Record<string, string>> = {}): Request =>
    new Request(url, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST', ...headers } })

  it('allow the preflight request of a listed origin, without a call of the owner callback', async () => {
    const { call, sent } = setUp({
      origins: [admin],
      owner: () => {
        throw new Error('unexpected call')
      },
    })
    const response = await call(preflight(admin, { 'access-control-request-headers': 'content-type,x-csrf' }))
    expect([response.status, response.text, sent()]).to.deep.equal([204, '', []])
    expect(corsHeadersOf(response.headers)).to.deep.equal({
      ...allowed,
      'access-control-allow-headers': 'content-type,x-csrf',
      'access-control-allow-methods': 'POST',
    })
    const plain = await call(preflight(admin))
    expect(plain.headers.get('access-control-allow-headers')).to.equal('content-type')
  })

  it('do not allow the preflight request of another origin', async () => {
    const { call } = setUp({ origins: [admin] })
    for (const origin of [own, evil, 'null']) {
      const { status, headers } = await call(preflight(origin))
      expect([status, corsHeadersOf(headers)]).to.deep.equal([405, { vary: 'Origin' }])
    }
  })
})
