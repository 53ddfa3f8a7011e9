import { request as httpRequest } from 'node:http'
import { expect } from 'chai'
import fc from 'fast-check'
import { ApiError, ConnectSessionCreate, ConnectSessionToken, session } from '../../../lib/index.ts'
import { sandbox } from '../../../lib/testing/index.ts'
import { apiKey, clientOf } from '../../support/call.ts'
import { caught } from '../../support/caught.ts'
import { applied, knownChange } from '../../support/chains.ts'
import { minted } from '../../support/server.ts'
import { categories } from '../../support/wires.ts'
import { type Judge, judge, type Responder } from './judge.ts'

const owner = { origin_owner_id: 'acme-42', origin_owner_name: 'Acme Inc.' }
const owned = session().owner('acme-42', 'Acme Inc.')

const basic = (userAndPassword: string): string => `Basic ${btoa(userAndPassword)}`

const defaultHeaders = {
  authorization: basic('key:'),
  'content-type': 'application/json',
  'user-agent': 'judge',
} as const

interface RequestOptions {
  readonly method?: 'GET' | 'POST'
  readonly path?: string
  /** Overrides the default headers. An undefined header is omitted. */
  readonly headers?: Readonly<Record<string, string | undefined>>
  readonly body?: unknown
}

/** Sends a request with exactly these headers. fetch would add others. */
const sendTo = (
  { url }: Judge,
  { method = 'POST', path = '/connect_sessions', headers = {}, body }: RequestOptions,
): Promise<number> =>
  new Promise((resolve, reject) => {
    const entries = Object.entries({ ...defaultHeaders, ...headers }).filter(([, value]) => value !== undefined)
    const sent = httpRequest(`${url}${path}`, { method, headers: Object.fromEntries(entries), agent: false })
    sent.once('error', reject)
    sent.once('response', (response) => response.resume().once('end', () => resolve(response.statusCode ?? 0)))
    sent.end(body === undefined ? undefined : JSON.stringify(body))
  })

/** Returns a function that starts judges, and closes them after each test. */
const judges = (): ((respond: Responder) => Promise<Judge>) => {
  const open: Judge[] = []
  afterEach(async () => {
    for (const started of open.splice(0)) await started.close()
  })
  return async (respond) => {
    const started = await judge(respond)
    open.push(started)
    return started
  }
}

const respondWith =
  (status: number, body: unknown): Responder =>
  async () => ({ status, body })

const { token, auth_link_url, ...sessionBody } = minted

describe('The library against the OpenAPI contract', () => {
  const judgeOf = judges()
  const servers: { readonly close: () => Promise<void> }[] = []
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close()
  })

  /** Serves the sandbox behind a judge. */
  const sandboxBehindJudge = async () => {
    const api = sandbox({ apiKey })
    const server = await api.listen()
    servers.push(server)
    const judged = await judgeOf(async ({ method, originalUrl, headers, body }) => {
      const { authorization = '', 'user-agent': agent = '' } = headers
      const response = await fetch(`${server.url}${originalUrl}`, {
        method,
        headers: { authorization, 'user-agent': agent, 'content-type': 'application/json' },
        body: method === 'GET' ? null : JSON.stringify(body),
      })
      return { status: response.status, body: await response.json() }
    })
    return { api, judged, client: clientOf(judged.url, { retries: 0 }) }
  }

  it('sends valid requests with every field of the chain', async () => {
    const { api, judged, client } = await sandboxBehindJudge()
    await fc.assert(
      fc.asyncProperty(fc.array(knownChange, { maxLength: 12 }), async (changes) => {
        const chain = applied(changes, owned)
        const { drift } = await chain.send(client)
        expect(judged.violations).to.deep.equal([])
        expect(api.requests.at(-1)?.body).to.deep.equal(chain.toJSON())
        expect(drift).to.deep.equal([])
      }),
      { numRuns: 150 },
    )
    expect(api.requests).to.have.length(150)
  })

  const invalidBodies: readonly (readonly [title: string, body: unknown])[] = [
    ['no owner', {}],
    ['a blank name', { ...owner, origin_owner_name: ' ' }],
    ['several invalid fields', { ...owner, categories: ['hrisLegacy'], expires_in: 0.5, type: 'TEST', metadata: [] }],
    ['an array', [owner]],
  ]
  for (const [title, body] of invalidBodies)
    it(`gets a valid error response from the sandbox for a body with ${title}`, async () => {
      const { fetch } = sandbox({ apiKey })
      const headers = { ...defaultHeaders, authorization: basic(`${apiKey}:`) }
      const judged = await judgeOf(async () => {
        const url = 'https://api.stackone.com/connect_sessions'
        const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
        return { status: response.status, body: await response.json() }
      })
      // The request to the judge is valid, so only the response of the sandbox is tested.
      expect(await sendTo(judged, { headers, body: owner })).to.equal(400)
      expect(judged.violations).to.deep.equal([])
    })

  it('sends valid get and authenticate requests', async () => {
    const { judged, client } = await sandboxBehindJudge()
    await fc.assert(
      fc.asyncProperty(fc.array(knownChange, { maxLength: 12 }), async (changes) => {
        const { id, token } = await applied(changes, owned).send(client)
        expect(await client.get(id))
          .to.include({ id })
          .and.deep.include({ drift: [] })
        expect(await client.authenticate(token))
          .to.include({ id })
          .and.deep.include({ drift: [] })
      }),
      { numRuns: 30 },
    )
    expect(judged.violations).to.deep.equal([])
  })

  it('gets valid 401 and 404 responses from the sandbox', async () => {
    const { judged, client } = await sandboxBehindJudge()
    const otherClient = clientOf(judged.url, { apiKey: 'another', retries: 0 })
    const errors = [
      [401, await caught(owned.send(otherClient))],
      [401, await caught(client.authenticate('unknown'))],
      [404, await caught(client.get('4711'))],
    ] as const
    for (const [status, error] of errors) expect(error).to.be.instanceOf(ApiError).and.include({ status })
    expect(judged.violations).to.deep.equal([])
  })

  describe('decodes exactly the bodies that the contract allows', function () {
    this.timeout(120_000)

    const values: readonly unknown[] = [
      ...[null, '', ' \n', '\u00a0\ufeff', '\u00a0x', 'ats', 'true', 'test', 'TEST', 'production', '60', true, false],
      ...[0, -5, 1, 1.5, 60, 315_360_000, 315_360_001, 1e300],
      ...[{}, { a: [{}] }, [], [[]], [{}], ['ats'], ['ats', 'hris-legacy'], ['hrisLegacy'], ['ats', null], ['atss']],
    ]
    const text = fc.constantFrom('x', 'ats', 'true', '\u00a0x')
    const fields = {
      ...{ origin_owner_id: text, origin_owner_name: text, origin_username: text, provider: text, account_id: text },
      ...{ label: text, connector_profile_id: text, multiple: fc.boolean() },
      ...{ categories: fc.subarray(categories, { minLength: 1 }), type: fc.constantFrom('production', 'test') },
      expires_in: fc.integer({ min: 1, max: 315_360_000 }),
      metadata: fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })),
    }

    /** Returns whether the judge accepts a body, after asserting that the library agrees. */
    const isAllowed = async (judged: Judge, body: unknown): Promise<boolean> => {
      const status = await sendTo(judged, { body })
      expect([201, 400]).to.include(status)
      const decoded = ConnectSessionCreate.decode(body)
      expect(decoded._tag, JSON.stringify(body)).to.equal(status === 201 ? 'Right' : 'Left')
      return status === 201
    }

    it('for each field', async () => {
      const judged = await judgeOf(respondWith(201, minted))
      const bodies = Object.keys(fields).flatMap((name) => values.map((value) => ({ ...owner, [name]: value })))
      const results: boolean[] = []
      for (const body of bodies) results.push(await isAllowed(judged, body))
      expect(results.filter(Boolean)).to.have.length.within(60, bodies.length - 60)
    })

    it('for all fields together', async () => {
      const judged = await judgeOf(respondWith(201, minted))
      const valid = fc.record(fields, { requiredKeys: ['origin_owner_id', 'origin_owner_name'] })
      const override = fc.record({ name: fc.constantFrom(...Object.keys(fields)), value: fc.constantFrom(...values) })
      const results: boolean[] = []
      await fc.assert(
        fc.asyncProperty(valid, fc.option(override), async (wire, change) => {
          const body = change === null ? wire : { ...wire, [change.name]: change.value }
          results.push(await isAllowed(judged, body))
        }),
        { numRuns: 150 },
      )
      expect(results).to.include(true).and.include(false)
    })
  })
})

describe('The judge', () => {
  const state: { judged?: Judge; respond: Responder } = { respond: respondWith(201, minted) }
  before(async () => {
    state.judged = await judge((request) => state.respond(request))
  })
  after(() => state.judged?.close())

  /** Sends a request whose response is prepared, and returns the status and the violations. */
  const validate = async (sent: RequestOptions, status: number, body: unknown) => {
    if (state.judged === undefined) throw new Error('The judge was not started.')
    const { judged } = state
    state.respond = respondWith(status, body)
    const before = judged.violations.length
    const received = await sendTo(judged, sent)
    return { received, violations: judged.violations.slice(before) }
  }

  const validExchanges: readonly (readonly [string, RequestOptions, number, unknown])[] = [
    ['a create with only an owner', { body: owner }, 201, minted],
    [
      'a create with all fields',
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
    ['a token', { path: '/connect_sessions/authenticate', body: { token: 'tok' } }, 201, sessionBody],
    ['a session', { method: 'GET', path: '/connect_sessions/4711' }, 200, sessionBody],
    [
      'a session in edit mode, with an attempt',
      { method: 'GET', path: '/connect_sessions/4711' },
      200,
      {
        ...sessionBody,
        account_id: '451',
        latest_connection_attempt: { id: 'a', created_at: 'then', updated_at: 'now', status: 'authenticated' },
      },
    ],
  ]
  for (const [title, sent, status, body] of validExchanges)
    it(`accepts ${title}`, async () => {
      expect(await validate(sent, status, body)).to.deep.equal({ received: status, violations: [] })
    })

  const creating = (fields: object): RequestOptions => ({ body: { ...owner, ...fields } })
  const textFields = ['origin_username', 'provider', 'account_id', 'label', 'connector_profile_id']

  const invalidRequests: readonly (readonly [string, RequestOptions, number, string])[] = [
    ['no key', { body: owner, headers: { authorization: undefined } }, 401, 'Authorization'],
    ['a Bearer token', { body: owner, headers: { authorization: 'Bearer key' } }, 401, 'Authorization'],
    ['a key without the colon', { body: owner, headers: { authorization: basic('key') } }, 401, 'unauthorized'],
    ['a password', { body: owner, headers: { authorization: basic('key:word') } }, 401, 'unauthorized'],
    ['an empty key', { body: owner, headers: { authorization: basic(':') } }, 401, 'unauthorized'],
    ['no User-Agent', { body: owner, headers: { 'user-agent': undefined } }, 400, 'user-agent'],
    ['a body that is not JSON', { body: owner, headers: { 'content-type': 'text/plain' } }, 415, 'text/plain'],
    ['another method', { method: 'GET' }, 405, 'GET'],
    ['another path', { path: '/sessions', body: owner }, 404, 'not found'],
    ['no body', {}, 400, '/body'],
    ['a body that is an array', { body: [owner] }, 400, '/body'],
    ['no owner', { body: {} }, 400, '/body/origin_owner_id'],
    ['an owner without a name', { body: { origin_owner_id: 'acme-42' } }, 400, '/body/origin_owner_name'],
    ['an owner that is null', creating({ origin_owner_id: null }), 400, '/body/origin_owner_id'],
    ['a blank owner', creating({ origin_owner_id: ' ' }), 400, '/body/origin_owner_id'],
    ['a blank name', creating({ origin_owner_name: '' }), 400, '/body/origin_owner_name'],
    ...textFields.flatMap((name): (typeof invalidRequests)[number][] => [
      [`a blank ${name}`, creating({ [name]: '\n' }), 400, `/body/${name}`],
      [`a number as ${name}`, creating({ [name]: 7 }), 400, `/body/${name}`],
    ]),
    ['an empty array of categories', creating({ categories: [] }), 400, '/body/categories'],
    ['a category that is not in an array', creating({ categories: 'ats' }), 400, '/body/categories'],
    ['an alias of a category', creating({ categories: ['ats', 'hrisLegacy'] }), 400, '/body/categories/1'],
    ['a category that is null', creating({ categories: [null] }), 400, '/body/categories/0'],
    ['a lifetime of 0', creating({ expires_in: 0 }), 400, '/body/expires_in'],
    ['a fractional lifetime', creating({ expires_in: 1.5 }), 400, '/body/expires_in'],
    ['a lifetime of more than ten years', creating({ expires_in: 315_360_001 }), 400, '/body/expires_in'],
    ['a lifetime that is a string', creating({ expires_in: '60' }), 400, '/body/expires_in'],
    ['metadata that is an array', creating({ metadata: [] }), 400, '/body/metadata'],
    ['metadata that is a string', creating({ metadata: '{}' }), 400, '/body/metadata'],
    ['multiple that is a string', creating({ multiple: 'true' }), 400, '/body/multiple'],
    ['an uppercase type', creating({ type: 'PRODUCTION' }), 400, '/body/type'],
    ['a field in camel case', creating({ expiresIn: 60 }), 400, '/body/expiresIn'],
    ['an unknown field', creating({ theme: 'dark' }), 400, '/body/theme'],
    ['no token', { path: '/connect_sessions/authenticate', body: {} }, 400, '/body/token'],
    ['a blank token', { path: '/connect_sessions/authenticate', body: { token: '' } }, 400, '/body/token'],
    [
      'an additional field next to the token',
      { path: '/connect_sessions/authenticate', body: { token: 'tok', key: 'k' } },
      400,
      '/body/key',
    ],
    ['a blank id', { method: 'GET', path: '/connect_sessions/%20' }, 400, '/params/id'],
  ]
  for (const [title, sent, status, place] of invalidRequests)
    it(`rejects a request with ${title}`, async () => {
      const { received, violations } = await validate(sent, 201, minted)
      expect(received, JSON.stringify(violations)).to.equal(status)
      expect(violations.map(({ of }) => of)).to.deep.equal(['request'])
      expect(violations[0]?.rules.join('\n')).to.include(place)
    })

  const without = (name: keyof typeof minted) =>
    Object.fromEntries(Object.entries(minted).filter(([field]) => field !== name))
  const attempt = { id: 'a', created_at: 'then', updated_at: 'now' }

  const driftedBodies: readonly (readonly [string, unknown])[] = [
    ...(['id', 'organization_id', 'project_id', 'origin_owner_id', 'origin_owner_name', 'created_at'] as const).flatMap(
      (name): (typeof driftedBodies)[number][] => [
        [`no ${name}`, without(name)],
        [`null as ${name}`, { ...minted, [name]: null }],
      ],
    ),
    ['no token', without('token')],
    ['an empty token', { ...minted, token: '' }],
    ['no link', without('auth_link_url')],
    ['an id that is a string', { ...minted, id: '4711' }],
    ['an organization that is a number', { ...minted, organization_id: 12 }],
    ['a date without a zone', { ...minted, created_at: '2026-01-01T00:00:00' }],
    ['a date that is an epoch', { ...minted, created_at: 1_767_225_600 }],
    ['an unknown category', { ...minted, categories: ['ats', 'payroll'] }],
    ['a category that is not in an array', { ...minted, categories: 'ats' }],
    ['metadata that is a string', { ...minted, metadata: 'pro' }],
    ['an unknown type', { ...minted, type: 'trial' }],
    ['a label that is a number', { ...minted, label: 7 }],
    ['a profile that is a number', { ...minted, connector_profile_id: 7 }],
    ['an attempt that is a string', { ...minted, latest_connection_attempt: 'none' }],
    ['an attempt without an id', { ...minted, latest_connection_attempt: { ...attempt, id: undefined } }],
    ['an attempt whose status is a number', { ...minted, latest_connection_attempt: { ...attempt, status: 1 } }],
  ]
  for (const [title, body] of driftedBodies)
    it(`rejects the response to a create with ${title}, as the library reports drift or an error`, async () => {
      const { received, violations } = await validate({ body: owner }, 201, body)
      expect(received).to.equal(500)
      expect(violations.map(({ of }) => of)).to.deep.equal(['response'])
      const decoded = ConnectSessionToken.decode(JSON.parse(JSON.stringify(body)))
      expect(decoded._tag === 'Left' || decoded.right.drift.length > 0).to.equal(true)
    })

  const invalidResponses: readonly (readonly [string, RequestOptions, number, unknown])[] = [
    ['a create with an unknown field', { body: owner }, 201, { ...minted, theme: 'dark' }],
    ['a create with status 200', { body: owner }, 200, minted],
    ['a get with the token', { method: 'GET', path: '/connect_sessions/4711' }, 200, { ...sessionBody, token }],
    [
      'a get with the auth link',
      { method: 'GET', path: '/connect_sessions/4711' },
      200,
      { ...sessionBody, auth_link_url },
    ],
    [
      'an authenticate with the token',
      { path: '/connect_sessions/authenticate', body: { token } },
      201,
      { ...sessionBody, token },
    ],
    ['a create with an empty error body', { body: owner }, 400, {}],
    ['a create with an error of a different statusCode', { body: owner }, 400, { statusCode: 418, message: 'Tea' }],
    [
      'a create with an error with an invalid timestamp',
      { body: owner },
      400,
      { statusCode: 400, message: 'No', timestamp: 'x' },
    ],
  ]
  for (const [title, sent, status, body] of invalidResponses)
    it(`rejects the response to ${title}`, async () => {
      const { received, violations } = await validate(sent, status, body)
      expect(received).to.equal(500)
      expect(violations.map(({ of }) => of)).to.deep.equal(['response'])
    })
})
