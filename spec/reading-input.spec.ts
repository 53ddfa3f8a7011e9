import { expect } from 'chai'
import fc from 'fast-check'
import { type Client, createClient, type Fetch, ValidationError } from '../lib/index.ts'
import { apiKey, clientOf } from './support/call.ts'
import { caught } from './support/caught.ts'
import { leftOf, rightOf } from './support/either.ts'
import { unsetEnvironment } from './support/environment.ts'
import { httpServer, json, minted, type TestServer } from './support/server.ts'

const { token, auth_link_url, ...opened } = minted

let server: TestServer | undefined

// Inside each describe: at the top of a file it would run for the tests of all files.
const closeAfterEach = () =>
  afterEach(async () => {
    await server?.close()
    server = undefined
  })

describe('The path of client.get', () => {
  unsetEnvironment()
  closeAfterEach()

  const ids: readonly (readonly [string | number, string])[] = [
    ['4711', '4711'],
    [4711, '4711'],
    [0, '0'],
    [-1, '-1'],
    [Number.MAX_SAFE_INTEGER, '9007199254740991'],
    ['a/b', 'a%2Fb'],
    ['/', '%2F'],
    ['?expand=all', '%3Fexpand%3Dall'],
    ['#top', '%23top'],
    ['100%', '100%25'],
    ['%2e%2e', '%252e%252e'],
    ['.%2e', '.%252e'],
    ['../authenticate', '..%2Fauthenticate'],
    ['..\\authenticate', '..%5Cauthenticate'],
    ['...', '...'],
    ['.a', '.a'],
    ['a b', 'a%20b'],
    [' 4711 ', '%204711%20'],
    ['a\r\nb', 'a%0D%0Ab'],
    ['a\u0000b', 'a%00b'],
    ['é😀', '%C3%A9%F0%9F%98%80'],
    ['a\ud800b', 'a%EF%BF%BDb'],
    ['\udc00', '%EF%BF%BD'],
    ['user@host:80', 'user%40host%3A80'],
    ['__proto__', '__proto__'],
  ]

  for (const [id, escaped] of ids)
    it(`holds ${JSON.stringify(id)} as ${escaped}`, async () => {
      server = await httpServer((_, response) => json(response, 200, opened))
      expect(await clientOf(server.url).get(id)).to.include({ originOwnerId: 'acme-42' })
      rightOf(await clientOf(`${server.url}/proxy/`).task.get(id)())
      expect(server.requests.map(({ url, method, body }) => ({ url, method, body }))).to.deep.equal([
        { url: `/connect_sessions/${escaped}`, method: 'GET', body: '' },
        { url: `/proxy/connect_sessions/${escaped}`, method: 'GET', body: '' },
      ])
    })

  it('gives back any id, from one segment', () => {
    const id = fc.string({ unit: 'binary' }).filter((text) => text.trim() !== '' && text !== '.' && text !== '..')
    return fc.assert(
      fc.asyncProperty(id, async (id) => {
        const urls: string[] = []
        const fetch: Fetch = async (url) => {
          urls.push(url)
          return Response.json(opened)
        }
        await createClient({ apiKey, fetch }).get(id)
        expect(urls).to.have.length(1)
        const { pathname, search, hash, origin } = new URL(urls[0] ?? '')
        const [, collection, segment, ...more] = pathname.split('/')
        expect({ collection, more, search, hash, origin }).to.deep.equal({
          ...{ collection: 'connect_sessions', more: [], search: '', hash: '' },
          origin: 'https://api.stackone.com',
        })
        expect(decodeURIComponent(segment ?? '')).to.equal(id)
      }),
    )
  })
})

describe('The body of client.authenticate', () => {
  closeAfterEach()

  for (const given of [token, '"}{', 'a/b?c', 'é😀', '\ud800', ' padded '])
    it(`holds ${JSON.stringify(given)} as it is`, async () => {
      server = await httpServer((_, response) => json(response, 201, opened))
      await clientOf(server.url).authenticate(given)
      const [request] = server.requests
      expect(request).to.include({ method: 'POST', url: '/connect_sessions/authenticate' })
      expect(request?.headers).to.include({ 'content-type': 'application/json' })
      expect(JSON.parse(request?.body ?? '')).to.deep.equal({ token: given })
    })
})

describe('A call with a bad id or token', () => {
  closeAfterEach()

  const common = [
    '',
    ' ',
    '\t\r\n',
    '\ufeff',
    null,
    undefined,
    true,
    {},
    [],
    ['4711'],
    Symbol('4711'),
    10n,
    () => '4711',
  ]
  const ids = [...common, '.', '..', Number.NaN, Number.POSITIVE_INFINITY]
  const tokens = [...common, 4711]

  const wanted = {
    id: 'an id (a string that is not blank, or a whole number)',
    token: 'a string that is not blank',
  }

  const isRefused = (
    path: keyof typeof wanted,
    value: unknown,
    run: (client: Client, value: never) => readonly Promise<unknown>[],
  ) =>
    it(`is a ValidationError before anything is sent: the ${path} ${typeof value} ${String(value)}`, async () => {
      server = await httpServer((_, response) => json(response, 200, opened))
      // Callers in JavaScript are not held to the types.
      for (const error of await Promise.all(run(clientOf(server.url), value as never))) {
        if (!(error instanceof ValidationError)) throw error
        expect(error.issues.map((issue) => issue.path)).to.deep.equal([path])
        const begin = `The call is not valid, so nothing was sent:\n  - ${path}: expected ${wanted[path]}, got `
        expect(error.message.slice(0, begin.length)).to.equal(begin)
        expect(error.attempts).to.equal(undefined)
      }
      expect(server.requests).to.have.length(0)
    })

  it('says why an id that is a step of a path is none', async () => {
    for (const id of ['.', '..'])
      expect(await caught(createClient().get(id))).to.have.nested.property(
        'issues[0].hint',
        'in a URL it is a step of the path',
      )
  })

  for (const value of ids) isRefused('id', value, ({ get, task }, id) => [caught(get(id)), task.get(id)().then(leftOf)])
  for (const value of tokens)
    isRefused('token', value, ({ authenticate, task }, bad) => [
      caught(authenticate(bad)),
      task.authenticate(bad)().then(leftOf),
    ])
})
