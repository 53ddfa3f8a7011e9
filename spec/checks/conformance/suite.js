// The conformance suite: the public API over HTTP, in plain JavaScript for every runtime. It imports only the library.
// Responses contain a copy of the request, so the suite can check what was sent.
import {
  AbortError,
  ApiError,
  ConfigurationError,
  ConnectSessionCreate,
  ConnectSessionToken,
  createClient,
  days,
  fromJSON,
  hours,
  InvalidResponseError,
  isExpired,
  isSessionError,
  minutes,
  NetworkError,
  session,
  TimeoutError,
  ValidationError,
} from 'stackone-session'
import { connectSessionHandler } from 'stackone-session/handler'
import { createTokenFetcher } from 'stackone-session/page'
import { sandbox, signWebhook } from 'stackone-session/testing'
import { webhookHandler } from 'stackone-session/webhook'

const apiKey = 'v1.eu1.conformance.0123456789'
const basic = btoa(`${apiKey}:`)
const token = 'tok.0123456789abcdef'
const authLinkUrl = `https://app.stackone.com/embedded/accounts/connect/${token}`

/** Texts that neither a console nor an error may contain. */
export const secrets = [apiKey, basic, basic.replace(/=+$/, ''), token]

const acme = session().owner('acme-42', 'Acme Inc.')

const sorted = (value) => {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value === undefined ? '(undefined)' : value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  )
}

const assert = (condition, message) => {
  if (!condition) throw new Error(message)
}

/** Asserts deep equality. A missing property differs from one that is undefined. */
const assertEqual = (actual, expected, what = 'value') => {
  const [a, b] = [actual, expected].map((value) => JSON.stringify(sorted(value)))
  assert(a === b, `${what}: expected ${b}, got ${a}`)
}

const assertBetween = (actual, min, max, what) =>
  assert(actual >= min && actual <= max, `${what}: expected ${min} to ${max}, got ${actual}`)

const timed = async (work) => {
  const started = performance.now()
  const value = await work()
  return { value, elapsed: performance.now() - started }
}

/** Calls `observe` with a time limit, and doubles the limit while the machine was too busy for it. */
const withPatience = async (ms, observe, wasBusy) => {
  const observed = await observe(ms)
  return ms < 2000 && wasBusy(observed) ? withPatience(2 * ms, observe, wasBusy) : observed
}

/** Returns the rejection of a promise. It must be an error of the library, of the given class. */
const rejection = async (promise, type) => {
  const error = await promise.then(
    () => undefined,
    (reason) => reason,
  )
  assert(error !== undefined, `expected ${type.name}, but it resolved`)
  assert(
    isSessionError(error),
    `expected ${type.name}, got another error: ${Object.prototype.toString.call(error)} ${error}`,
  )
  assert(error.name === type.name, `expected ${type.name}, got ${error.name}: ${error.message}`)
  assert(error instanceof type && error instanceof Error, `${error.name} is not an instance of its class`)
  return error
}

const thrownBy = (work, type) => rejection(Promise.resolve().then(work), type)

const rightOf = (either) => {
  assert(either._tag === 'Right', `expected a Right, got ${either.left?.message}`)
  return either.right
}

const leftOf = (either) => {
  assert(either._tag === 'Left', 'expected a Left')
  return either.left
}

const withoutHint = (line) => line.replace(/ \(([^)]|\([^)]*\))*\)$/, '')

/** Returns a signal that aborts after `ms`. */
const abortAfter = (ms, reason) => {
  const controller = new AbortController()
  setTimeout(() => controller.abort(reason), ms)
  return controller.signal
}

const findSecret = (text) => secrets.find((secret) => text.includes(secret))

/** Returns the texts of an error that logs may contain. */
const textsOf = (error) => [
  String(error),
  String(error.stack),
  JSON.stringify(error),
  String(error.cause),
  JSON.stringify(Object.getOwnPropertyNames(error).map((name) => String(error[name]))),
]

// Headers that runtimes add.
const runtimeHeaders = [
  ...['host', 'connection', 'accept-encoding', 'accept-language', 'sec-fetch-mode', 'content-length'],
  ...['cache-control', 'pragma'], // for the cache mode `no-store`
]

const cases = {
  'a chain sets every field of the payload': () => {
    const all = acme
      .username('it@acme.example')
      .provider('bamboohr')
      .categories('ats', 'hrisLegacy', 'stackOne', 'ats')
      .account('451')
      .expiresIn(days(1) + hours(1) + minutes(1))
      .metadata({ plan: 'pro', seats: [1, null, { deep: true }] })
      .multiple()
      .label('Zürich 🚀')
      .type('test')
      .connectorProfile('profile-7')
      .field('theme', 'dark')
    const text =
      '{"origin_owner_id":"acme-42","origin_owner_name":"Acme Inc.","origin_username":"it@acme.example",' +
      '"provider":"bamboohr","categories":["ats","hris-legacy","stackone"],"account_id":"451","expires_in":90060,' +
      '"metadata":{"plan":"pro","seats":[1,null,{"deep":true}]},"multiple":true,"label":"Zürich 🚀","type":"test",' +
      '"connector_profile_id":"profile-7","theme":"dark"}'
    assert(JSON.stringify(all) === text, `got ${JSON.stringify(all)}`)
  },

  'sessions are frozen, derived sessions are independent, and the last call wins': () => {
    const base = acme.label('first')
    const derived = base.label('second').when(true, (it) => it.multiple(false))
    assertEqual(base.toJSON().label, 'first')
    assertEqual([derived.toJSON().label, derived.toJSON().multiple], ['second', false])
    assert(Object.isFrozen(base) && Object.isFrozen(derived), 'not frozen')
    assert(base.when(false, (it) => it.multiple()) === base, '`when` changed the session')
    assert(!('then' in base), 'the session is thenable')
  },

  'decode returns the payload in camel case': () => {
    const decoded = rightOf(acme.provider('bamboohr').field('theme', { dark: true }).decode())
    assertEqual(decoded, {
      originOwnerId: 'acme-42',
      originOwnerName: 'Acme Inc.',
      provider: 'bamboohr',
      extra: { theme: { dark: true } },
    })
  },

  'toJSON and fromJSON round-trip a session, and equals compares it': () => {
    const original = acme
      .categories('ats')
      .metadata({ a: 1, b: [2] })
      .field('theme', 'dark')
    const back = rightOf(fromJSON(JSON.parse(JSON.stringify(original))))
    assert(back.equals(original) && original.equals(back), 'the copy differs')
    assert(!back.label('x').equals(original) && !original.equals({}), 'different sessions are equal')
    assertEqual(JSON.stringify(back), JSON.stringify(original))
    assertEqual(
      leftOf(fromJSON({ origin_owner_id: 'acme-42', categories: ['atz'] })).issues.map(({ path }) => path),
      ['origin_owner_name'],
    )
  },

  'decode reports all problems together': () => {
    const invalid = session()
      .owner(' ', 'Acme Inc.')
      .categories('hriss')
      .expiresIn(1700000000000)
      .multiple('yes')
      .type('Test')
    const error = leftOf(invalid.decode())
    assert(isSessionError(error) && error.name === 'ValidationError', `got ${error.name}`)
    assertEqual(error.message.split('\n').map(withoutHint), [
      'Invalid session:',
      '  - originOwnerId: must be a non-blank string, got a blank string',
      "  - categories[0]: must be a known category, got 'hriss'",
      '  - expiresIn: must be an integer from 1 to 315360000 (seconds), got 1700000000000',
      '  - multiple: must be a boolean, got a string',
      "  - type: must be 'production' or 'test', got 'Test'",
    ])
  },

  'metadata is copied and frozen, and values that are not JSON are rejected with their paths': () => {
    const input = { plan: { name: 'pro' } }
    const withMetadata = acme.metadata(input)
    input.plan.name = 'changed'
    assertEqual(withMetadata.toJSON().metadata, { plan: { name: 'pro' } })
    assert(Object.isFrozen(withMetadata.toJSON().metadata.plan), 'not frozen')
    const cycle = {}
    cycle.self = cycle
    const invalid = { f: () => {}, n: Number.NaN, i: 1n, d: new Date(), u: [undefined], c: cycle }
    assertEqual(
      leftOf(acme.metadata(invalid).decode()).issues.map(({ path, message }) => `${path}: ${message}`),
      [
        'metadata.f: must be JSON, got a function',
        'metadata.n: must be JSON, got NaN',
        'metadata.i: must be JSON, got a bigint',
        'metadata.d: must be JSON, got a class instance',
        'metadata.u[0]: must be JSON, got undefined',
        'metadata.c.self: must not contain a cycle',
      ],
    )
  },

  'send rejects a session without an owner before a request': async ({ urlOf, countRequests }) => {
    const events = []
    const client = createClient({ apiKey, baseUrl: urlOf('create'), onEvent: ({ type }) => events.push(type) })
    const error = await rejection(session().provider('bamboohr').send(client), ValidationError)
    assertEqual(error.issues[0], { path: 'originOwnerId', message: 'is required', hint: 'use .owner(id, name)' })
    assertEqual(events, [])
    assertEqual(await countRequests('create'), 0, 'requests')
  },

  'the codecs are io-ts codecs and Standard Schemas': () => {
    const wire = { origin_owner_id: 'acme-42', origin_owner_name: 'Acme Inc.', label: null, theme: 'dark' }
    const model = rightOf(ConnectSessionCreate.decode(wire))
    assertEqual(model, { originOwnerId: 'acme-42', originOwnerName: 'Acme Inc.', extra: { theme: 'dark' } })
    assertEqual(ConnectSessionCreate.encode(model), {
      origin_owner_id: 'acme-42',
      origin_owner_name: 'Acme Inc.',
      theme: 'dark',
    })
    const { version, vendor, validate } = ConnectSessionToken['~standard']
    assertEqual([version, vendor], [1, 'stackone-session'])
    assertEqual(
      validate({}).issues.map(({ path }) => path),
      [['token']],
    )
    assertEqual(validate({ token }).value.token, token)
  },

  'isExpired compares with a date': () => {
    const created = rightOf(ConnectSessionToken.decode({ token, created_at: '2026-01-01T00:00:00.000Z' }))
    assertEqual(created.expiresAt.toISOString(), '2026-01-01T00:30:00.000Z')
    assertEqual(
      [isExpired(created, new Date('2026-01-01T00:29:59.999Z')), isExpired(created, Date.UTC(2026, 0, 1, 0, 30))],
      [false, true],
    )
  },

  'createClient rejects invalid options, and send rejects invalid keys': async () => {
    const unknown = await thrownBy(() => createClient({ apikey: 'x' }), ConfigurationError)
    assert(unknown.message.includes("did you mean 'apiKey'?"), unknown.message)
    const insecure = await thrownBy(() => createClient({ baseUrl: 'http://api.example.com' }), ConfigurationError)
    assert(insecure.message.includes('must use https'), insecure.message)
    const scheme = await rejection(acme.send(createClient({ apiKey: `Basic ${basic}` })), ConfigurationError)
    assert(scheme.message.includes('must not start with a scheme'), scheme.message)
    assert(findSecret(scheme.message) === undefined, 'the message contains the key')
    const encoded = await rejection(acme.send(createClient({ apiKey: basic })), ConfigurationError)
    assert(encoded.message.includes('base64'), encoded.message)
  },

  'send rejects with a ConfigurationError if there is no key': async ({ urlOf, countRequests }) => {
    const error = await rejection(acme.send(createClient({ baseUrl: urlOf('create') })), ConfigurationError)
    assertEqual(error.message, 'No API key: pass `apiKey` to createClient, or set STACKONE_API_KEY.')
    assertEqual(await countRequests('create'), 0, 'requests')
  },

  'send sends one request with the expected headers and body': async ({ urlOf, pathOf, version }) => {
    const client = createClient({ apiKey: async () => apiKey, baseUrl: urlOf('create'), headers: { 'X-Trace': 'abc' } })
    const { extra } = await acme.label('Zürich 🚀').send(client, { headers: { 'x-call': 'one' } })
    const { method, url, headers, body, number } = extra.request
    assertEqual([method, url, number], ['POST', `${pathOf('create')}/connect_sessions`, 1])
    assert(body === '{"origin_owner_id":"acme-42","origin_owner_name":"Acme Inc.","label":"Zürich 🚀"}', `sent ${body}`)
    const libraryHeaders = Object.fromEntries(
      Object.entries(headers).filter(([name]) => !runtimeHeaders.includes(name)),
    )
    assertEqual(
      libraryHeaders,
      {
        accept: 'application/json',
        authorization: `Basic ${basic}`,
        'content-type': 'application/json',
        'user-agent': `stackone-session/${version}`,
        'x-call': 'one',
        'x-trace': 'abc',
      },
      'headers',
    )
    assertEqual(headers['content-length'], String(new TextEncoder().encode(body).length), 'content-length')
  },

  'the response is decoded to a frozen session in camel case, with its expiry': async ({ client }) => {
    const created = await acme.expiresIn(60).send(client('create'))
    const { expiresAt, createdAt, extra, ...rest } = created
    assertEqual(rest, {
      id: '4711',
      organizationId: 'org-1',
      projectId: 'project-1',
      originOwnerId: 'acme-42',
      originOwnerName: 'Acme Inc.',
      categories: ['ats'],
      type: 'production',
      token,
      authLinkUrl,
      drift: [],
    })
    assertEqual(
      [createdAt.toISOString(), expiresAt.toISOString()],
      ['2026-01-01T00:00:00.000Z', '2026-01-01T00:01:00.000Z'],
    )
    assert(Object.isFrozen(created) && Object.isFrozen(extra.request), 'not frozen')
  },

  'gzip and chunks that split a character are decoded': async ({ client }) => {
    for (const scenario of ['gzip', 'chunks'])
      assertEqual((await acme.send(client(scenario))).label, 'Zürich 🚀', scenario)
  },

  'twenty concurrent sends succeed': async ({ client }) => {
    const shared = client('create')
    const sessions = await Promise.all(Array.from({ length: 20 }, (_, index) => acme.label(`n${index}`).send(shared)))
    assertEqual(
      sessions.map(({ extra }) => JSON.parse(extra.request.body).label),
      sessions.map((_, index) => `n${index}`),
    )
  },

  'a 503 is retried, and events report it': async ({ client }) => {
    const events = []
    const { extra } = await acme.send(client('busy', { onEvent: (event) => events.push(event) }))
    assertEqual(extra.request.number, 2, 'requests')
    assertEqual(
      events.map(({ type, attempt, status, error, requestId }) => [type, attempt, status, error, requestId]),
      [
        ['attempt', 1, undefined, undefined, undefined],
        ['retry', 1, 503, 'ApiError', 'req-7'],
        ['attempt', 2, undefined, undefined, undefined],
        ['response', 2, 201, undefined, undefined],
      ],
    )
    assertBetween(events[1].waitMs, 187, 313, 'waitMs')
  },

  'a reset connection is retried': async ({ client }) => {
    assertEqual((await acme.send(client('reset-once'))).extra.request.number, 2, 'requests')
  },

  'an incomplete body is retried': async ({ client }) => {
    assertEqual((await acme.send(client('cut-once'))).extra.request.number, 2, 'requests')
  },

  'send waits for Retry-After': async ({ client }) => {
    const { value, elapsed } = await timed(() => acme.send(client('retry-after-1')))
    assertEqual(value.extra.request.number, 2, 'requests')
    assertBetween(elapsed, 990, 6000, 'milliseconds')
  },

  'a Retry-After beyond the deadline fails immediately': async ({ client, countRequests }) => {
    const { value: error, elapsed } = await timed(() =>
      rejection(acme.send(client('retry-after-20', { deadline: 5000 })), ApiError),
    )
    assertEqual([error.status, error.retryAfter, error.attempts], [503, 20, 1])
    assert(error.message.includes('"Busy". Retry after 20 s.'), error.message)
    assertBetween(elapsed, 0, 3000, 'milliseconds')
    assertEqual(await countRequests('retry-after-20'), 1, 'requests')
  },

  'an attempt without a response is a TimeoutError': async ({ client }) => {
    const { value: error, elapsed } = await timed(() =>
      rejection(acme.send(client('silence', { timeout: 300, retries: 0 })), TimeoutError),
    )
    assertEqual(
      error.message,
      'POST /connect_sessions exceeded the timeout of 300 ms after 1 attempt. Try again later.',
    )
    assertEqual(error.attempts, 1)
    assertBetween(error.elapsedMs, 295, 3000, 'elapsedMs')
    assertBetween(elapsed, 295, 3000, 'milliseconds')
  },

  'the timeout covers the body': async ({ client, countRequests }) => {
    const observe = async (timeout) => {
      const scenario = `${timeout}/stuck-body`
      const result = await timed(() => rejection(acme.send(client(scenario, { timeout, retries: 1 })), TimeoutError))
      return { ...result, timeout, requests: await countRequests(scenario) }
    }
    const { value: error, elapsed, timeout, requests } = await withPatience(300, observe, (it) => it.requests < 2)
    assertEqual(error.attempts, 2)
    assertBetween(elapsed, 2 * timeout + 150, 2 * timeout + 4400, 'milliseconds')
    assertEqual(requests, 2, 'requests')
  },

  'the deadline covers all attempts': async ({ client }) => {
    const { value: error, elapsed } = await timed(() =>
      rejection(acme.send(client('silence', { deadline: 2000, timeout: 200, retries: 100 })), TimeoutError),
    )
    // The waits of 250 and 500 ms fit, and perhaps the one of 1000 ms; the one of 2000 ms does not.
    assertBetween(error.attempts, 2, 4, 'attempts')
    assertBetween(elapsed, 350, 3000, 'milliseconds')
    const single = await rejection(acme.send(client('silence', { deadline: 300 })), TimeoutError)
    assert(single.message.includes('deadline of 300 ms'), single.message)
  },

  'an abort cancels a request in flight immediately, with its reason': async ({ client }) => {
    const reason = { left: 'the page' }
    const { value: error, elapsed } = await timed(() =>
      rejection(acme.send(client('silence'), { signal: abortAfter(150, reason) }), AbortError),
    )
    assert(error.reason === reason, 'the reason differs')
    assertEqual(error.attempts, 1)
    assertBetween(elapsed, 140, 3000, 'milliseconds')
  },

  'an abort cancels a wait immediately': async ({ client, countRequests }) => {
    const controller = new AbortController()
    const onEvent = ({ type }) => type === 'retry' && setTimeout(() => controller.abort('enough'), 200)
    const { value: error, elapsed } = await timed(() =>
      rejection(acme.send(client('retry-after-20', { onEvent }), { signal: controller.signal }), AbortError),
    )
    assertEqual([error.reason, error.attempts], ['enough', 1])
    assertBetween(elapsed, 190, 3000, 'milliseconds')
    assertEqual(await countRequests('retry-after-20'), 1, 'requests')
  },

  'an aborted signal prevents the request': async ({ client, countRequests }) => {
    await rejection(acme.send(client('create'), { signal: AbortSignal.abort() }), AbortError)
    assertEqual(await countRequests('create'), 0, 'requests')
  },

  'a response with drift resolves and lists the drift': async ({ client }) => {
    const events = []
    const created = await acme.send(client('drift', { onEvent: (event) => events.push(event) }))
    assertEqual([created.token, created.id, created.organizationId, created.type], [token, 'cs-4711', '12', 'sandbox'])
    assertEqual([created.categories, created.label, created.extra], [['ats', 'quantum'], undefined, { theme: 'dark' }])
    const paths = ['status', 'id', 'organization_id', 'created_at', 'categories[1]', 'label', 'type']
    assertEqual(
      created.drift.map(({ path }) => path),
      paths,
    )
    const [event] = events.filter(({ type }) => type === 'drift')
    assertEqual(
      event.issues.map(({ path }) => path),
      paths,
    )
    assertBetween(created.expiresAt.getTime(), Date.now() + 1_795_000, Date.now() + 1_801_000, 'expiresAt')
  },

  'a strict client rejects drift': async ({ client }) => {
    const error = await rejection(acme.send(client('drift', { strict: true })), InvalidResponseError)
    assertEqual([error.status, error.attempts, error.issues.length], [200, 1, 7])
  },

  'an error status is an ApiError with the message of the server': async ({ client, countRequests }) => {
    const error = await rejection(acme.send(client('rejected')), ApiError)
    assertEqual(
      error.message,
      'StackOne responded with 400 to POST /connect_sessions: "The provider is not enabled". ' +
        'The request is invalid: see `body`.',
    )
    assertEqual([error.status, error.requestId, error.attempts, error.retryAfter], [400, 'req-7', 1, undefined])
    assertEqual(error.body.message, 'The provider is not enabled')
    assertEqual(await countRequests('rejected'), 1, 'requests')
  },

  'a refused connection is a NetworkError after a retry': async ({ closedPort }) => {
    const error = await rejection(acme.send(createClient({ apiKey, baseUrl: closedPort, retries: 1 })), NetworkError)
    assertEqual(error.attempts, 2)
    assert(error.message.startsWith('The connection for POST /connect_sessions failed'), error.message)
    assert(error.cause === undefined && findSecret(textsOf(error).join()) === undefined, 'the error exposes its cause')
  },

  'a connection that is lost before or within the body is a NetworkError': async ({ client, countRequests }) => {
    for (const scenario of ['reset', 'cut']) {
      const error = await rejection(acme.send(client(scenario, { retries: 1 })), NetworkError)
      assertEqual(error.attempts, 2, scenario)
      // Deno repeats a request that was reset before a response.
      assertBetween(await countRequests(scenario), 2, 4, `requests to ${scenario}`)
    }
  },

  'a success without a token is an InvalidResponseError': async ({ client, countRequests }) => {
    const error = await rejection(acme.send(client('no-token')), InvalidResponseError)
    assertEqual([error.status, error.attempts, error.issues[0]], [201, 1, { path: 'token', message: 'is required' }])
    assertEqual(await countRequests('no-token'), 1, 'requests')
    const html = await rejection(acme.send(client('html')), InvalidResponseError)
    assert(html.message.includes('the body is HTML'), html.message)
  },

  'an endless body is an InvalidResponseError': async ({ client }) => {
    const error = await rejection(acme.send(client('endless', { retries: 0 })), InvalidResponseError)
    assert(error.message.includes('exceeds 1048576 bytes'), error.message)
  },

  'a redirect to another origin is not followed': async ({ client, countRequests, countOtherOrigin }) => {
    const error = await rejection(acme.send(client('redirect-elsewhere')), ApiError)
    assertEqual([error.status, error.attempts], [307, 1])
    assert(error.message.includes('"Moved"'), error.message)
    assertEqual(
      [await countRequests('redirect-elsewhere'), await countOtherOrigin('redirect-elsewhere')],
      [1, 0],
      'requests',
    )
  },

  'a redirect within the origin is not followed': async ({ client, countRequests }) => {
    const error = await rejection(acme.send(client('redirect-within')), ApiError)
    assertEqual([error.status, error.attempts], [307, 1])
    assertEqual([await countRequests('redirect-within'), await countRequests('create')], [1, 0], 'requests')
  },

  'no error contains a secret, even if the server returns it': async ({ client, closedPort }) => {
    const errors = await Promise.all([
      rejection(acme.send(client('echoes-key')), ApiError),
      rejection(client('echoes-key').authenticate(token), ApiError),
      rejection(acme.send(createClient({ apiKey, baseUrl: closedPort, retries: 0 })), NetworkError),
      rejection(acme.send(client('silence', { timeout: 100, retries: 0 })), TimeoutError),
      rejection(acme.send(client('drift', { strict: true })), InvalidResponseError),
      rejection(acme.send(createClient({ apiKey: `${apiKey} ${basic}` })), ConfigurationError),
    ])
    assert(errors[0].message.includes('Not for [secret]'), errors[0].message)
    for (const error of errors)
      for (const text of textsOf(error)) assert(findSecret(text) === undefined, `${error.name} contains a secret`)
  },

  // The runner searches the output for secrets.
  'printed values mask their secrets': async ({ client }) => {
    const created = await acme.send(client('drift'))
    assert(JSON.parse(JSON.stringify(created)).token === token, 'JSON must contain the token')
    const sender = client('echoes-key')
    const error = await rejection(acme.send(sender), ApiError)
    const printed = session().owner('printed-42', 'Acme Inc.')
    for (const value of [created, { deep: [{ created }] }, sender, error, printed]) console.log(value)
    console.log('%s %o %j', created.id, error, 'printed')
    console.dir(created)
    console.error(error)
  },

  'task is lazy and resolves with a Right or a Left': async ({ client, countRequests }) => {
    const task = acme.task(client('create'))
    assertEqual(await countRequests('create'), 0, 'requests before the task runs')
    assertEqual(rightOf(await task()).token, token)
    assertEqual(rightOf(await task()).extra.request.number, 2, 'requests')
    assertEqual(leftOf(await acme.task(client('rejected'))()).name, 'ApiError')
    assertEqual(leftOf(await acme.task(undefined)()).name, 'ConfigurationError')
    assertEqual(leftOf(await session().task(client('create'))()).name, 'ValidationError')
    assertEqual(rightOf(await client('session').task.get(4711)()).id, '4711')
  },

  'authenticate sends the token': async ({ client, pathOf }) => {
    const { id, drift, extra } = await client('session').authenticate(token)
    assertEqual([id, drift], ['4711', []])
    assertEqual(
      [extra.request.method, extra.request.url],
      ['POST', `${pathOf('session')}/connect_sessions/authenticate`],
    )
    assertEqual(JSON.parse(extra.request.body), { token })
    const error = await rejection(client('session').authenticate(' '), ValidationError)
    assertEqual(error.issues, [{ path: 'token', message: 'must be a non-blank string, got a blank string' }])
  },

  'get sends the escaped id without a body': async ({ client, pathOf }) => {
    const { id, extra } = await client('session').get('a/b?c')
    assertEqual([id, extra.request.method, extra.request.body], ['a/b?c', 'GET', ''])
    assertEqual(extra.request.url, `${pathOf('session')}/connect_sessions/a%2Fb%3Fc`)
    assertEqual(extra.request.headers['content-type'], undefined, 'content-type')
  },

  'waitForConnection polls until an account is connected': async ({ client, countRequests }) => {
    const connected = await client('connects', { retries: 0 }).waitForConnection(4711, { interval: 20 })
    assertEqual([connected.status, connected.accountId, Object.isFrozen(connected)], ['authenticated', '451', true])
    assertEqual(await countRequests('connects'), 4, 'requests')
  },

  'waitForConnection respects its deadline and its signal': async ({ client }) => {
    const timedOut = await rejection(
      client('pending').waitForConnection(4711, { interval: 50, deadline: 1500 }),
      TimeoutError,
    )
    assert(timedOut.attempts >= 2, `polled ${timedOut.attempts} times`)
    const { value: error, elapsed } = await timed(() =>
      rejection(client('pending').waitForConnection(4711, { signal: abortAfter(200, 'enough') }), AbortError),
    )
    assertEqual(error.reason, 'enough')
    assertBetween(elapsed, 190, 1900, 'milliseconds')
  },

  'the handler creates sessions for the owner of the server, and rejects invalid requests': async ({
    client,
    countRequests,
  }) => {
    const errors = []
    const handlerOf = (scenario) =>
      connectSessionHandler({
        client: client(scenario, { retries: 0 }),
        owner: async (request) => (request.headers.has('x-signed-out') ? null : { id: 'acme-42', name: 'Acme Inc.' }),
        allow: { categories: ['ats'] },
        origins: ['https://admin.acme.example'],
        onError: (error) => errors.push(error.name),
      })
    const handler = handlerOf('create')
    const json = { 'content-type': 'application/json' }
    const post = async (init, handle = handler, url = 'https://app.acme.example/connect') => {
      const response = await handle(new Request(url, { method: 'POST', ...init }))
      const { token: received, error } = JSON.parse(await response.text())
      return [response.status, received ?? error.code, response.headers.get('cache-control')].join(' ')
    }
    const endless = () => {
      const bytes = new TextEncoder().encode(' '.repeat(1000))
      return new ReadableStream({ pull: (controller) => controller.enqueue(bytes) })
    }
    assertEqual(await post({ headers: json, body: '{"categories":["ats"]}' }), `200 ${token} no-store`)
    assertEqual(await post({}), `200 ${token} no-store`)
    assertEqual(await post({ headers: json, body: '{"categories":["hris"]}' }), '400 invalid-choices no-store')
    assertEqual(
      await post({ headers: json, body: '{"__proto__":{"owner":"globex-7"}}' }),
      '400 invalid-choices no-store',
    )
    assertEqual(await post({ headers: json, body: new Uint8Array([255]) }), '400 invalid-body no-store')
    assertEqual(await post({ headers: json, body: endless(), duplex: 'half' }), '413 too-large no-store')
    assertEqual(await post({ headers: { 'content-type': 'text/plain' }, body: '{}' }), '415 unsupported-type no-store')
    assertEqual(await post({ headers: { 'x-signed-out': '1' } }), '401 unauthorized no-store')
    assertEqual(await post({ method: 'GET' }), '405 method-not-allowed no-store')
    assertEqual(await countRequests('create'), 2, 'requests')
    assertEqual(errors, [])
    assertEqual(await post({}, handlerOf('refused')), '502 upstream no-store')
    assertEqual(errors, ['ApiError'])
  },

  'the sandbox creates sessions without a server': async () => {
    const api = sandbox({ apiKey })
    const { id } = await acme.send(createClient({ apiKey, fetch: api.fetch }))
    api.connect(id)
    const connected = await createClient({ apiKey, fetch: api.fetch }).waitForConnection(id)
    assertEqual([connected.status, api.requests.length], ['authenticated', 2])
  },

  'the webhook handler verifies signatures over the exact bytes, with either of two secrets': async () => {
    const [current, previous] = ['whsec.current.0123456789', 'whsec.previous.0123456789']
    const [events, reasons] = [[], []]
    const handler = webhookHandler({
      secret: [current, previous],
      onEvent: ({ event, accountId }) => events.push(`${event} ${accountId}`),
      onError: ({ reason }) => reasons.push(reason),
      maxBytes: 10_000,
    })
    const body = '{ "event": "account.created", "account_id": "a1", "name": "Zoë 🙂" }'
    // Computed independently of the library.
    const known = 'sMqevvhIZQvFcp1Wv-E_U1eILyO_BfYrEQLKXBvsygg'
    const post = async (raw, signature) => {
      const headers = signature === undefined ? {} : { 'x-stackone-signature': signature }
      const init = { method: 'POST', headers, body: raw, duplex: 'half' }
      return (await handler(new Request('https://app.acme.example/webhook', init))).status
    }
    const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1000)) })
    assertEqual(await signWebhook(body, current), known)
    assertEqual(await post(body, known), 200)
    assertEqual(await post(body, await signWebhook(body, previous)), 200)
    assertEqual(events, ['account.created a1', 'account.created a1'])
    for (const wrong of [`${known}=`, known.slice(1), 'A'.repeat(43), await signWebhook(`${body} `, current)])
      assertEqual(await post(body, wrong), 401)
    assertEqual(await post(`${body} `, known), 401)
    assertEqual(await post(body, undefined), 401)
    assertEqual(await post('{}', await signWebhook('{}', current)), 400)
    assertEqual(await post(endless, known), 413)
    const expected = [...Array(5).fill('wrong-signature'), 'missing-signature', 'invalid-body', 'invalid-body']
    assertEqual(reasons, expected)
  },

  'a page fetches a token from the handler': async ({ client }) => {
    const owner = { id: 'acme-42', name: 'Acme Inc.' }
    const handler = connectSessionHandler({
      client: client('create'),
      owner: () => owner,
      allow: { categories: ['ats'] },
    })
    const fetchToken = createTokenFetcher('https://app.acme.example/connect', {
      fetch: (url, init) => handler(new Request(url, init)),
    })
    const [one, two] = await Promise.all([fetchToken({ categories: ['ats'] }), fetchToken({ categories: ['ats'] })])
    assertEqual([one.token, two.token, one.expiresAt instanceof Date], [token, token, true])
    const error = await fetchToken({ categories: ['hris'] }).catch((reason) => reason)
    assertEqual([error.name, error.code, error.status], ['TokenRequestError', 'invalid-choices', 400])
  },

  'isSessionError recognizes errors of this and of another copy': async () => {
    const local = await thrownBy(() => session().toJSON(), ValidationError)
    const foreign = Object.assign(new Error('from another copy'), { [Symbol.for('stackone-session/error')]: true })
    assertEqual([local, foreign].map(isSessionError), [true, true])
    assertEqual(
      [new Error('x'), new TypeError('x'), null, undefined, 'ValidationError', { name: 'ApiError' }].map(
        isSessionError,
      ),
      Array(6).fill(false),
    )
    assert(local.stack.includes('ValidationError'), 'the stack does not contain the name')
  },
}

const maxMs = 20_000

const withTimeLimit = (work) =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`did not finish within ${maxMs} ms`)), maxMs)
    Promise.resolve()
      .then(work)
      .then(resolve, reject)
      .finally(() => clearTimeout(timer))
  })

/** Returns the tools of a case: scenarios with separate counts, and clients for them. */
const toolsOf = ({ url, otherOrigin, closedPort, version }, number) => {
  const urlOf = (scenario, origin = url) => `${origin}/${number}/${scenario}`
  const countAt = async (baseUrl) => (await createClient({ apiKey, baseUrl }).get('count')).extra.count
  return {
    urlOf,
    closedPort,
    version,
    pathOf: (scenario) => new URL(urlOf(scenario)).pathname,
    client: (scenario, options = {}) => createClient({ apiKey, baseUrl: urlOf(scenario), ...options }),
    countRequests: (scenario) => countAt(urlOf(scenario)),
    countOtherOrigin: (scenario) => countAt(urlOf(scenario, otherOrigin)),
  }
}

/** Runs all cases sequentially. Returns { name, ok, why } for each. */
export const run = async (setup) => {
  const results = []
  for (const [index, [name, work]] of Object.entries(cases).entries()) {
    const why = await withTimeLimit(() => work(toolsOf(setup, index + 1))).then(
      () => undefined,
      (error) => `${error?.message ?? error}`,
    )
    results.push(why === undefined ? { name, ok: true } : { name, ok: false, why })
  }
  return results
}
