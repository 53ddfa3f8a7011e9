import { request as httpRequest } from 'node:http'
import { expect } from 'chai'
import fc from 'fast-check'
import { ApiError, ConnectSessionCreate, ConnectSessionToken, session } from '../../lib/index.ts'
import { sandbox } from '../../lib/testing/index.ts'
import { apiKey, clientOf } from '../support/call.ts'
import { caught } from '../support/caught.ts'
import { applied, knownChange } from '../support/chains.ts'
import { minted } from '../support/server.ts'
import { categories } from '../support/wires.ts'
import { type Answer, type Judge, judge } from './judge.ts'

const owner = { origin_owner_id: 'acme-42', origin_owner_name: 'Acme Inc.' }
const owned = session().owner('acme-42', 'Acme Inc.')

const basic = (userAndPassword: string): string => `Basic ${btoa(userAndPassword)}`

const usual = {
  authorization: basic('key:'),
  'content-type': 'application/json',
  'user-agent': 'judge',
} as const

interface Sent {
  readonly method?: 'GET' | 'POST'
  readonly path?: string
  /** Over the usual ones; an undefined one is left out. */
  readonly headers?: Readonly<Record<string, string | undefined>>
  readonly body?: unknown
}

/** Sends a request with these headers and no others, which fetch cannot. */
const sendTo = (
  { url }: Judge,
  { method = 'POST', path = '/connect_sessions', headers = {}, body }: Sent,
): Promise<number> =>
  new Promise((resolve, reject) => {
    const given = Object.entries({ ...usual, ...headers }).filter(([, value]) => value !== undefined)
    const sent = httpRequest(`${url}${path}`, { method, headers: Object.fromEntries(given), agent: false })
    sent.once('error', reject)
    sent.once('response', (response) => response.resume().once('end', () => resolve(response.statusCode ?? 0)))
    sent.end(body === undefined ? undefined : JSON.stringify(body))
  })

/** Judges for a test, closed after it. */
const judges = (): ((answer: Answer) => Promise<Judge>) => {
  const open: Judge[] = []
  afterEach(async () => {
    for (const each of open.splice(0)) await each.close()
  })
  return async (answer) => {
    const made = await judge(answer)
    open.push(made)
    return made
  }
}

const answering =
  (status: number, body: unknown): Answer =>
  async () => ({ status, body })

const { token, auth_link_url, ...opened } = minted

describe('The library, before an independent judge of the contract', () => {
  const judgeOf = judges()
  const servers: { readonly close: () => Promise<void> }[] = []
  afterEach(async () => {
    for (const each of servers.splice(0)) await each.close()
  })

  /** The sandbox over loopback, behind a judge. */
  const judgedSandbox = async () => {
    const api = sandbox({ apiKey })
    const server = await api.listen()
    servers.push(server)
    const judged = await judgeOf(async ({ method, originalUrl, headers, body }) => {
      const { authorization = '', 'user-agent': agent = '' } = headers
      const answered = await fetch(`${server.url}${originalUrl}`, {
        method,
        headers: { authorization, 'user-agent': agent, 'content-type': 'application/json' },
        body: method === 'GET' ? null : JSON.stringify(body),
      })
      return { status: answered.status, body: await answered.json() }
    })
    return { api, judged, client: clientOf(judged.url, { retries: 0 }) }
  }

  it('sends nothing that the contract forbids, and sends all that the chain says', async () => {
    const { api, judged, client } = await judgedSandbox()
    await fc.assert(
      fc.asyncProperty(fc.array(knownChange, { maxLength: 12 }), async (changes) => {
        const chain = applied(changes, owned)
        const { drift } = await chain.send(client)
        expect(judged.verdicts).to.deep.equal([])
        expect(api.requests.at(-1)?.body).to.deep.equal(chain.toJSON())
        expect(drift).to.deep.equal([])
      }),
      { numRuns: 150 },
    )
    expect(api.requests).to.have.length(150)
  })

  const refused: readonly (readonly [title: string, body: unknown])[] = [
    ['no owner', {}],
    ['a blank name', { ...owner, origin_owner_name: ' ' }],
    ['several odd members', { ...owner, categories: ['hrisLegacy'], expires_in: 0.5, type: 'TEST', metadata: [] }],
    ['a list', [owner]],
  ]
  for (const [title, body] of refused)
    it(`is refused by the sandbox as the contract has it: ${title}`, async () => {
      const { fetch } = sandbox({ apiKey })
      const headers = { ...usual, authorization: basic(`${apiKey}:`) }
      const judged = await judgeOf(async () => {
        const url = 'https://api.stackone.com/connect_sessions'
        const answered = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
        return { status: answered.status, body: await answered.json() }
      })
      // The request to the judge is good: it is the sandbox's answer that is judged.
      expect(await sendTo(judged, { headers, body: owner })).to.equal(400)
      expect(judged.verdicts).to.deep.equal([])
    })

  it('asks for sessions, and with tokens, as the contract has it', async () => {
    const { judged, client } = await judgedSandbox()
    await fc.assert(
      fc.asyncProperty(fc.array(knownChange, { maxLength: 12 }), async (changes) => {
        const { id = '', token } = await applied(changes, owned).send(client)
        expect(await client.get(id))
          .to.include({ id })
          .and.deep.include({ drift: [] })
        expect(await client.authenticate(token))
          .to.include({ id })
          .and.deep.include({ drift: [] })
      }),
      { numRuns: 30 },
    )
    expect(judged.verdicts).to.deep.equal([])
  })

  it('gets refusals from the sandbox as the contract has them', async () => {
    const { judged, client } = await judgedSandbox()
    const stranger = clientOf(judged.url, { apiKey: 'another', retries: 0 })
    const refused = [
      [401, await caught(owned.send(stranger))],
      [401, await caught(client.authenticate('unknown'))],
      [404, await caught(client.get('4711'))],
    ] as const
    for (const [status, error] of refused) expect(error).to.be.instanceOf(ApiError).and.include({ status })
    expect(judged.verdicts).to.deep.equal([])
  })

  describe('decodes what the contract allows, and nothing else', function () {
    this.timeout(120_000)

    const odd: readonly unknown[] = [
      ...[null, '', ' \n', '\u00a0\ufeff', '\u00a0x', 'ats', 'true', 'test', 'TEST', 'production', '60', true, false],
      ...[0, -5, 1, 1.5, 60, 315_360_000, 315_360_001, 1e300],
      ...[{}, { a: [{}] }, [], [[]], [{}], ['ats'], ['ats', 'hris-legacy'], ['hrisLegacy'], ['ats', null], ['atss']],
    ]
    const text = fc.constantFrom('x', 'ats', 'true', '\u00a0x')
    const members = {
      ...{ origin_owner_id: text, origin_owner_name: text, origin_username: text, provider: text, account_id: text },
      ...{ label: text, connector_profile_id: text, multiple: fc.boolean() },
      ...{ categories: fc.subarray(categories, { minLength: 1 }), type: fc.constantFrom('production', 'test') },
      expires_in: fc.integer({ min: 1, max: 315_360_000 }),
      metadata: fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })),
    }

    /** Whether the judge lets a body through, once the library has said the same. */
    const isAllowed = async (judged: Judge, body: unknown): Promise<boolean> => {
      const status = await sendTo(judged, { body })
      expect([201, 400]).to.include(status)
      const decoded = ConnectSessionCreate.decode(body)
      expect(decoded._tag, JSON.stringify(body)).to.equal(status === 201 ? 'Right' : 'Left')
      return status === 201
    }

    it('in each of its members', async () => {
      const judged = await judgeOf(answering(201, minted))
      const bodies = Object.keys(members).flatMap((name) => odd.map((value) => ({ ...owner, [name]: value })))
      const seen: boolean[] = []
      for (const body of bodies) seen.push(await isAllowed(judged, body))
      expect(seen.filter((good) => good)).to.have.length.within(60, bodies.length - 60)
    })

    it('in all of them together', async () => {
      const judged = await judgeOf(answering(201, minted))
      const good = fc.record(members, { requiredKeys: ['origin_owner_id', 'origin_owner_name'] })
      const one = fc.record({ name: fc.constantFrom(...Object.keys(members)), value: fc.constantFrom(...odd) })
      const seen: boolean[] = []
      await fc.assert(
        fc.asyncProperty(good, fc.option(one), async (wire, change) => {
          const body = change === null ? wire : { ...wire, [change.name]: change.value }
          seen.push(await isAllowed(judged, body))
        }),
        { numRuns: 150 },
      )
      expect(seen).to.include(true).and.include(false)
    })
  })
})

describe('The judge', () => {
  const script: { judged?: Judge; answer: Answer } = { answer: answering(201, minted) }
  before(async () => {
    script.judged = await judge((request) => script.answer(request))
  })
  after(() => script.judged?.close())

  /** The status of a request that is answered so, and what the judge had to say. */
  const judgedWith = async (sent: Sent, status: number, body: unknown) => {
    if (script.judged === undefined) throw new Error('there is no judge')
    const { judged } = script
    script.answer = answering(status, body)
    const before = judged.verdicts.length
    const answered = await sendTo(judged, sent)
    return { answered, verdicts: judged.verdicts.slice(before) }
  }

  const right: readonly (readonly [string, Sent, number, unknown])[] = [
    ['a create with an owner alone', { body: owner }, 201, minted],
    [
      'a create with all there is',
      {
        body: {
          ...owner,
          ...{ origin_username: 'it@acme.example', provider: 'bamboohr', categories: ['ats'], account_id: '451' },
          ...{ expires_in: 60, metadata: { plan: ['pro'] }, multiple: true, label: 'Berlin', type: 'test' },
          connector_profile_id: 'profile-7',
        },
      },
      201,
      minted,
    ],
    [
      'a create with nulls',
      {
        body: {
          ...owner,
          ...{ origin_username: null, provider: null, categories: null, account_id: null, expires_in: null },
          ...{ metadata: null, multiple: null, label: null, type: null, connector_profile_id: null },
        },
      },
      201,
      minted,
    ],
    ['a token', { path: '/connect_sessions/authenticate', body: { token: 'tok' } }, 201, opened],
    ['a session', { method: 'GET', path: '/connect_sessions/4711' }, 200, opened],
    [
      'a session in edit mode, with an attempt',
      { method: 'GET', path: '/connect_sessions/4711' },
      200,
      {
        ...opened,
        account_id: '451',
        latest_connection_attempt: { id: 'a', created_at: 'then', updated_at: 'now', status: 'authenticated' },
      },
    ],
  ]
  for (const [title, sent, status, body] of right)
    it(`lets through ${title}`, async () => {
      expect(await judgedWith(sent, status, body)).to.deep.equal({ answered: status, verdicts: [] })
    })

  const creating = (members: object): Sent => ({ body: { ...owner, ...members } })
  const blanks = ['origin_username', 'provider', 'account_id', 'label', 'connector_profile_id']

  const wrong: readonly (readonly [string, Sent, number, string])[] = [
    ['no key', { body: owner, headers: { authorization: undefined } }, 401, 'Authorization'],
    ['a key that is no Basic one', { body: owner, headers: { authorization: 'Bearer key' } }, 401, 'Authorization'],
    ['a key without the colon', { body: owner, headers: { authorization: basic('key') } }, 401, 'unauthorized'],
    ['a password', { body: owner, headers: { authorization: basic('key:word') } }, 401, 'unauthorized'],
    ['no key but a colon', { body: owner, headers: { authorization: basic(':') } }, 401, 'unauthorized'],
    ['no User-Agent', { body: owner, headers: { 'user-agent': undefined } }, 400, 'user-agent'],
    ['what is not JSON', { body: owner, headers: { 'content-type': 'text/plain' } }, 415, 'text/plain'],
    ['another method', { method: 'GET' }, 405, 'GET'],
    ['another path', { path: '/sessions', body: owner }, 404, 'not found'],
    ['no body', {}, 400, '/body'],
    ['a body that is no object', { body: [owner] }, 400, '/body'],
    ['no owner', { body: {} }, 400, '/body/origin_owner_id'],
    ['an owner without a name', { body: { origin_owner_id: 'acme-42' } }, 400, '/body/origin_owner_name'],
    ['an owner that is null', creating({ origin_owner_id: null }), 400, '/body/origin_owner_id'],
    ['a blank owner', creating({ origin_owner_id: ' ' }), 400, '/body/origin_owner_id'],
    ['a blank name', creating({ origin_owner_name: '' }), 400, '/body/origin_owner_name'],
    ...blanks.flatMap((name): (typeof wrong)[number][] => [
      [`a blank ${name}`, creating({ [name]: '\n' }), 400, `/body/${name}`],
      [`a ${name} that is a number`, creating({ [name]: 7 }), 400, `/body/${name}`],
    ]),
    ['no categories in the list', creating({ categories: [] }), 400, '/body/categories'],
    ['a category alone', creating({ categories: 'ats' }), 400, '/body/categories'],
    ["the vendor's spelling", creating({ categories: ['ats', 'hrisLegacy'] }), 400, '/body/categories/1'],
    ['a category that is null', creating({ categories: [null] }), 400, '/body/categories/0'],
    ['no life', creating({ expires_in: 0 }), 400, '/body/expires_in'],
    ['half a second', creating({ expires_in: 1.5 }), 400, '/body/expires_in'],
    ['more than ten years', creating({ expires_in: 315_360_001 }), 400, '/body/expires_in'],
    ['a life in text', creating({ expires_in: '60' }), 400, '/body/expires_in'],
    ['metadata in a list', creating({ metadata: [] }), 400, '/body/metadata'],
    ['metadata in text', creating({ metadata: '{}' }), 400, '/body/metadata'],
    ['multiple in text', creating({ multiple: 'true' }), 400, '/body/multiple'],
    ["the samples' type", creating({ type: 'PRODUCTION' }), 400, '/body/type'],
    ['a member in camel case', creating({ expiresIn: 60 }), 400, '/body/expiresIn'],
    ['a member that nobody knows', creating({ theme: 'dark' }), 400, '/body/theme'],
    ['no token', { path: '/connect_sessions/authenticate', body: {} }, 400, '/body/token'],
    ['a blank token', { path: '/connect_sessions/authenticate', body: { token: '' } }, 400, '/body/token'],
    [
      'more than a token',
      { path: '/connect_sessions/authenticate', body: { token: 'tok', key: 'k' } },
      400,
      '/body/key',
    ],
    ['a blank id', { method: 'GET', path: '/connect_sessions/%20' }, 400, '/params/id'],
  ]
  for (const [title, sent, status, place] of wrong)
    it(`refuses a request with ${title}`, async () => {
      const { answered, verdicts } = await judgedWith(sent, 201, minted)
      expect(answered, JSON.stringify(verdicts)).to.equal(status)
      expect(verdicts.map(({ of }) => of)).to.deep.equal(['request'])
      expect(verdicts[0]?.broken.join('\n')).to.include(place)
    })

  const without = (name: keyof typeof minted) =>
    Object.fromEntries(Object.entries(minted).filter(([each]) => each !== name))
  const attempt = { id: 'a', created_at: 'then', updated_at: 'now' }

  const wrongTokens: readonly (readonly [string, unknown])[] = [
    ...(['id', 'organization_id', 'project_id', 'origin_owner_id', 'origin_owner_name', 'created_at'] as const).flatMap(
      (name): (typeof wrongTokens)[number][] => [
        [`no ${name}`, without(name)],
        [`a ${name} that is null`, { ...minted, [name]: null }],
      ],
    ),
    ['no token', without('token')],
    ['an empty token', { ...minted, token: '' }],
    ['no link', without('auth_link_url')],
    ['an id in text', { ...minted, id: '4711' }],
    ['an organization that is a number', { ...minted, organization_id: 12 }],
    ['a date without a zone', { ...minted, created_at: '2026-01-01T00:00:00' }],
    ['a date that is an epoch', { ...minted, created_at: 1_767_225_600 }],
    ['a new category', { ...minted, categories: ['ats', 'payroll'] }],
    ['a category alone', { ...minted, categories: 'ats' }],
    ['metadata in text', { ...minted, metadata: 'pro' }],
    ['a new type', { ...minted, type: 'trial' }],
    ['a label that is a number', { ...minted, label: 7 }],
    ['a profile that is a number', { ...minted, connector_profile_id: 7 }],
    ['an attempt in text', { ...minted, latest_connection_attempt: 'none' }],
    ['an attempt without an id', { ...minted, latest_connection_attempt: { ...attempt, id: undefined } }],
    ['an attempt whose status is a number', { ...minted, latest_connection_attempt: { ...attempt, status: 1 } }],
  ]
  for (const [title, body] of wrongTokens)
    it(`refuses the answer to a create with ${title}, which the library calls drift too`, async () => {
      const { answered, verdicts } = await judgedWith({ body: owner }, 201, body)
      expect(answered).to.equal(500)
      expect(verdicts.map(({ of }) => of)).to.deep.equal(['answer'])
      const decoded = ConnectSessionToken.decode(JSON.parse(JSON.stringify(body)))
      expect(decoded._tag === 'Left' || decoded.right.drift.length > 0).to.equal(true)
    })

  const wrongAnswers: readonly (readonly [string, Sent, number, unknown])[] = [
    ['a create with a member that nobody knows', { body: owner }, 201, { ...minted, theme: 'dark' }],
    ['a create with 200', { body: owner }, 200, minted],
    ['a session with its token', { method: 'GET', path: '/connect_sessions/4711' }, 200, { ...opened, token }],
    ['a session with its link', { method: 'GET', path: '/connect_sessions/4711' }, 200, { ...opened, auth_link_url }],
    ['a token with itself', { path: '/connect_sessions/authenticate', body: { token } }, 201, { ...opened, token }],
    ['a create with an error that says nothing', { body: owner }, 400, {}],
    ['a create with an error of another status', { body: owner }, 400, { statusCode: 418, message: 'Tea' }],
    ['a create with an error without a time', { body: owner }, 400, { statusCode: 400, message: 'No', timestamp: 'x' }],
  ]
  for (const [title, sent, status, body] of wrongAnswers)
    it(`refuses to answer ${title}`, async () => {
      const { answered, verdicts } = await judgedWith(sent, status, body)
      expect(answered).to.equal(500)
      expect(verdicts.map(({ of }) => of)).to.deep.equal(['answer'])
    })
})
