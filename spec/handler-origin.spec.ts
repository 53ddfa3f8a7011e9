import { expect } from 'chai'
import { acmeWire, handling, post, url } from './support/page.ts'

const own = 'https://app.acme.example'
const admin = 'https://admin.acme.example'
const evil = 'https://evil.example'

/** Where the handler hears of the request, the headers that came, and whether it may ask. */
type Row = readonly (readonly [string, Readonly<Record<string, string>>, string?])[]

const passing: Row = [
  ['a program, which sends neither header', {}],
  ['a page of its own origin, by the word of the browser', { 'sec-fetch-site': 'same-origin', origin: own }],
  ['the user, by the word of the browser', { 'sec-fetch-site': 'none' }],
  [
    'a page of its own origin behind a proxy that renames the host',
    { 'sec-fetch-site': 'same-origin', origin: own },
    'http://10.0.0.7:3000/',
  ],
  ['a page of its own origin, in an old browser', { origin: own }],
  ['a page on its own port', { origin: 'http://localhost:3000' }, 'http://localhost:3000/api'],
  ['a page behind a proxy that ends TLS', { origin: own }, 'http://app.acme.example/api'],
  [
    'a page behind such a proxy, by the host that was asked',
    { origin: own, host: 'app.acme.example' },
    'http://10.0.0.7:3000/',
  ],
  [
    'a page behind such a proxy that names the usual port',
    { origin: own, host: 'app.acme.example:443' },
    'http://10.0.0.7:3000/',
  ],
  ['a page of a listed origin', { 'sec-fetch-site': 'cross-site', origin: admin }],
  ['a page of a listed origin of the same site', { 'sec-fetch-site': 'same-site', origin: admin }],
  ['a page of a listed origin, in an old browser', { origin: admin }],
]

const refused: Row = [
  ['a page of another site', { 'sec-fetch-site': 'cross-site', origin: evil }],
  ['a page of another site that hides its origin', { 'sec-fetch-site': 'cross-site' }],
  ['a page of a sister that is not listed', { 'sec-fetch-site': 'same-site', origin: 'https://blog.acme.example' }],
  ['a page of another site, though it names our origin', { 'sec-fetch-site': 'cross-site', origin: own }],
  ['a word of the browser that nobody knows', { 'sec-fetch-site': 'SAME-ORIGIN', origin: own }],
  ['a page of another origin, in an old browser', { origin: evil }],
  [
    'a page of another origin, in an old browser, by the host that was asked',
    { origin: evil, host: 'app.acme.example' },
  ],
  ['a page of another port', { origin: 'https://app.acme.example:8443' }],
  ['a page that came in the open, where the request did not', { origin: 'http://app.acme.example' }],
  ['a frame in a sandbox', { 'sec-fetch-site': 'cross-site', origin: 'null' }],
  ['a frame in a sandbox, in an old browser', { origin: 'null' }],
  ['a page without an origin, whatever else is said', { 'sec-fetch-site': 'same-origin', origin: 'null' }],
  ['an origin that is none', { origin: 'app.acme.example' }],
  ['two origins', { origin: `${own}, ${evil}` }],
  ['an empty origin', { origin: '' }],
  ['a host that begins like ours', { origin: 'https://app.acme.example.evil.example' }],
  ['a host that ends like ours', { origin: 'https://evilapp.acme.example' }],
  ['our host as a user name', { origin: 'https://app.acme.example@evil.example' }],
  ['a listed origin with a slash', { origin: `${admin}/` }],
  ['a listed origin in capitals', { origin: admin.toUpperCase() }],
  ['a listed host over another scheme', { origin: 'http://admin.acme.example' }],
  [
    'a header that a stranger can send as well',
    { origin: evil, 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example' },
  ],
  ['a file', { origin: 'file://' }],
  ['a file, where the request came in the open', { origin: 'file://' }, 'http://app.acme.example/api'],
]

describe('The origin of a request', () => {
  for (const [title, headers, to = url] of passing)
    it(`may be ${title}`, async () => {
      const { ask, sent } = handling({ origins: [admin] })
      expect((await ask(post('{}', headers, to))).status).to.equal(200)
      expect(sent()).to.deep.equal([acmeWire])
    })

  for (const [title, headers, to = url] of refused)
    it(`may not be ${title}`, async () => {
      const asked: unknown[] = []
      const { ask, sent, errors } = handling({ origins: [admin], owner: (request) => void asked.push(request) })
      const answer = await ask(post('{}', headers, to))
      expect([answer.status, answer.code]).to.deep.equal([403, 'origin-not-allowed'])
      expect([sent(), errors, asked]).to.deep.equal([[], [], []])
      expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).to.deep.equal([])
    })

  it('may not be any other than its own, if none is listed', async () => {
    const { ask } = handling()
    expect((await ask(post('{}', { origin: admin }))).status).to.equal(403)
    expect((await ask(post('{}', { origin: own }))).status).to.equal(200)
  })

  it('may be that of an app, exactly as listed', async () => {
    const { ask } = handling({ origins: ['capacitor://localhost'] })
    expect((await ask(post('{}', { origin: 'capacitor://localhost' }))).status).to.equal(200)
    expect((await ask(post('{}', { origin: 'capacitor://otherhost' }))).status).to.equal(403)
  })
})

describe('CORS', () => {
  const corsOf = (headers: Headers): object =>
    Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control') || name === 'vary'))
  const granted = {
    'access-control-allow-credentials': 'true',
    'access-control-allow-origin': admin,
    'access-control-expose-headers': 'Retry-After',
    vary: 'Origin',
  }

  it('shows a listed origin its token', async () => {
    const { ask } = handling({ origins: ['https://other.acme.example', admin] })
    expect(corsOf((await ask(post('{}', { origin: admin }))).headers)).to.deep.equal(granted)
  })

  it('shows a listed origin why it was refused', async () => {
    const { ask } = handling({ origins: [admin], owner: () => null })
    const unauthorized = await ask(post('{}', { origin: admin }))
    const wrong = await ask(new Request(url, { headers: { origin: admin } }))
    expect([unauthorized.status, wrong.status]).to.deep.equal([401, 405])
    for (const { headers } of [unauthorized, wrong]) expect(corsOf(headers)).to.deep.equal(granted)
  })

  it('gives other origins nothing but the word that answers vary', async () => {
    const { ask } = handling({ origins: [admin] })
    for (const origin of [own, evil, 'null'])
      expect(corsOf((await ask(post('{}', { origin }))).headers)).to.deep.equal({ vary: 'Origin' })
  })

  it('is not spoken of where no origin is listed', async () => {
    const { ask } = handling()
    expect(corsOf((await ask(post('{}', { origin: own }))).headers)).to.deep.equal({})
  })

  const preflight = (origin: string, headers: Readonly<Record<string, string>> = {}): Request =>
    new Request(url, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST', ...headers } })

  it('answers the browser that asks beforehand, without asking for the owner', async () => {
    const { ask, sent } = handling({
      origins: [admin],
      owner: () => {
        throw new Error('nobody asked')
      },
    })
    const answer = await ask(preflight(admin, { 'access-control-request-headers': 'content-type,x-csrf' }))
    expect([answer.status, answer.text, sent()]).to.deep.equal([204, '', []])
    expect(corsOf(answer.headers)).to.deep.equal({
      ...granted,
      'access-control-allow-headers': 'content-type,x-csrf',
      'access-control-allow-methods': 'POST',
    })
    const plain = await ask(preflight(admin))
    expect(plain.headers.get('access-control-allow-headers')).to.equal('content-type')
  })

  it('refuses the browser that asks beforehand for another origin', async () => {
    const { ask } = handling({ origins: [admin] })
    for (const origin of [own, evil, 'null']) {
      const { status, headers } = await ask(preflight(origin))
      expect([status, corsOf(headers)]).to.deep.equal([405, { vary: 'Origin' }])
    }
  })
})
