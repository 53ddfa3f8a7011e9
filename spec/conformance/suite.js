// The conformance suite: the public API over real HTTP, in plain JavaScript that every runtime runs as it is. It has no
// import but the library, and sees what was sent in what the server answers, so that it needs no fetch of its own.
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
  isExpired,
  isSessionError,
  minutes,
  NetworkError,
  ReplyError,
  session,
  TimeoutError,
  ValidationError,
} from 'stackone-session'
import { connectSessionHandler } from 'stackone-session/handler'

const apiKey = 'v1.eu1.conformance.0123456789'
const basic = btoa(`${apiKey}:`)
const token = 'tok.0123456789abcdef'
const authLinkUrl = `https://app.stackone.com/embedded/accounts/connect/${token}`

/** What must not be printed, by a runtime's own console or by an error. */
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

const check = (condition, why) => {
  if (!condition) throw new Error(why)
}

/** Also the same kind of undefined: a member that is not there is not one that is undefined. */
const same = (actual, expected, what = 'value') => {
  const [a, b] = [actual, expected].map((value) => JSON.stringify(sorted(value)))
  check(a === b, `${what}: expected ${b}, got ${a}`)
}

const between = (actual, least, most, what) =>
  check(actual >= least && actual <= most, `${what}: expected ${least} to ${most}, got ${actual}`)

const timed = async (work) => {
  const started = performance.now()
  const value = await work()
  return { value, took: performance.now() - started }
}

/** Observes what a short limit of time does: twice as long, a few times over, where the machine was too busy for it. */
const patiently = async (ms, observe, wasBusy) => {
  const observed = await observe(ms)
  return ms < 2000 && wasBusy(observed) ? patiently(2 * ms, observe, wasBusy) : observed
}

/** What a promise is rejected with; it must be an error of the library, of this class. */
const rejection = async (promise, type) => {
  const error = await promise.then(
    () => undefined,
    (reason) => reason,
  )
  check(error !== undefined, `expected ${type.name}, but it resolved`)
  check(isSessionError(error), `expected ${type.name}, got a foreign ${Object.prototype.toString.call(error)} ${error}`)
  check(error.name === type.name, `expected ${type.name}, got ${error.name}: ${error.message}`)
  check(error instanceof type && error instanceof Error, `${error.name} is not an instance of its class`)
  return error
}

const thrown = (work, type) => rejection(Promise.resolve().then(work), type)

const rightOf = (either) => {
  check(either._tag === 'Right', `expected a Right, got ${either.left?.message}`)
  return either.right
}

const leftOf = (either) => {
  check(either._tag === 'Left', 'expected a Left')
  return either.left
}

/** An aborting signal, and after how long it aborts. */
const abortAfter = (ms, reason) => {
  const controller = new AbortController()
  setTimeout(() => controller.abort(reason), ms)
  return controller.signal
}

const shows = (text) => secrets.find((secret) => text.includes(secret))

/** Whatever an error can be turned into by itself: none of it may hold a secret. */
const textsOf = (error) => [
  String(error),
  String(error.stack),
  JSON.stringify(error),
  String(error.cause),
  JSON.stringify(Object.getOwnPropertyNames(error).map((name) => String(error[name]))),
]

// The runtimes add these by themselves.
const usual = ['host', 'connection', 'accept-encoding', 'accept-language', 'sec-fetch-mode', 'content-length']

const cases = {
  'the chain gives its payload, to the letter': () => {
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
    check(JSON.stringify(all) === text, `got ${JSON.stringify(all)}`)
  },

  'a session is frozen, forks, and takes the last of two calls': () => {
    const base = acme.label('first')
    const fork = base.label('second').when(true, (it) => it.multiple(false))
    same(base.toJSON().label, 'first')
    same([fork.toJSON().label, fork.toJSON().multiple], ['second', false])
    check(Object.isFrozen(base) && Object.isFrozen(fork), 'not frozen')
    check(base.when(false, (it) => it.multiple()) === base, 'a change was made that was not wanted')
    check(!('then' in base), 'a session must not be thenable')
  },

  'decode gives the payload in camel case': () => {
    const decoded = rightOf(acme.provider('bamboohr').field('theme', { dark: true }).decode())
    same(decoded, {
      originOwnerId: 'acme-42',
      originOwnerName: 'Acme Inc.',
      provider: 'bamboohr',
      extra: { theme: { dark: true } },
    })
  },

  'toJSON and fromJSON are the way there and back, and equals compares': () => {
    const original = acme
      .categories('ats')
      .metadata({ a: 1, b: [2] })
      .field('theme', 'dark')
    const back = rightOf(fromJSON(JSON.parse(JSON.stringify(original))))
    check(back.equals(original) && original.equals(back), 'the copy is not equal')
    check(!back.label('x').equals(original) && !original.equals({}), 'what differs is equal')
    same(JSON.stringify(back), JSON.stringify(original))
    same(
      leftOf(fromJSON({ origin_owner_id: 'acme-42', categories: ['atz'] })).issues.map(({ path }) => path),
      ['origin_owner_name', 'categories[0]'],
    )
  },

  'all that is wrong is told at once, in plain words': () => {
    const wrong = session()
      .owner(' ', 'Acme Inc.')
      .categories('hriss')
      .expiresIn(1700000000000)
      .multiple('yes')
      .type('Test')
    const error = leftOf(wrong.decode())
    check(isSessionError(error) && error.name === 'ValidationError', `got ${error.name}`)
    same(error.message.split('\n'), [
      'The session is not valid, so nothing was sent:',
      '  - originOwnerId: expected a string that is not blank, got a blank string',
      "  - categories[0]: expected a known category, got a string (did you mean 'hris'?)",
      '  - expiresIn: expected a whole number of seconds from 1 to 315360000, got a number (it looks like milliseconds or an epoch; give the seconds from now, such as minutes(30))',
      '  - multiple: expected true or false, got a string',
      "  - type: expected 'production' or 'test', got a string (did you mean 'test'?)",
    ])
  },

  'metadata is copied, frozen, and refused with its path where it is not JSON': () => {
    const given = { plan: { name: 'pro' } }
    const kept = acme.metadata(given)
    given.plan.name = 'changed'
    same(kept.toJSON().metadata, { plan: { name: 'pro' } })
    check(Object.isFrozen(kept.toJSON().metadata.plan), 'not frozen')
    const cycle = {}
    cycle.self = cycle
    const odd = { f: () => {}, n: Number.NaN, i: 1n, d: new Date(), u: [undefined], c: cycle }
    same(
      leftOf(acme.metadata(odd).decode()).issues.map(({ path, message }) => `${path}: ${message}`),
      [
        'metadata.f: a function is not JSON',
        'metadata.n: NaN is not JSON',
        'metadata.i: a bigint is not JSON',
        'metadata.d: a class instance is not JSON; give its fields, or a string',
        'metadata.u[0]: undefined is not JSON; leave it out',
        'metadata.c.self: a cycle is not JSON',
      ],
    )
  },

  'a session without an owner is refused before anything is sent': async ({ at, seen }) => {
    const attempts = []
    const client = createClient({ apiKey, baseUrl: at('mint'), onEvent: ({ type }) => attempts.push(type) })
    const error = await rejection(session().provider('bamboohr').send(client), ValidationError)
    same(error.issues[0], { path: 'originOwnerId', message: 'is missing', hint: 'use .owner(id, name)' })
    same(attempts, [])
    same(await seen('mint'), 0, 'requests')
  },

  'the codecs are io-ts codecs and Standard Schemas': () => {
    const wire = { origin_owner_id: 'acme-42', origin_owner_name: 'Acme Inc.', label: null, theme: 'dark' }
    const model = rightOf(ConnectSessionCreate.decode(wire))
    same(model, { originOwnerId: 'acme-42', originOwnerName: 'Acme Inc.', extra: { theme: 'dark' } })
    same(ConnectSessionCreate.encode(model), {
      origin_owner_id: 'acme-42',
      origin_owner_name: 'Acme Inc.',
      theme: 'dark',
    })
    const { version, vendor, validate } = ConnectSessionToken['~standard']
    same([version, vendor], [1, 'stackone-session'])
    same(
      validate({}).issues.map(({ path }) => path),
      [['token']],
    )
    same(validate({ token }).value.token, token)
  },

  'isExpired compares with the clock': () => {
    const minted = rightOf(ConnectSessionToken.decode({ token, created_at: '2026-01-01T00:00:00.000Z' }))
    same(minted.expiresAt.toISOString(), '2026-01-01T00:30:00.000Z')
    same(
      [isExpired(minted, new Date('2026-01-01T00:29:59.999Z')), isExpired(minted, Date.UTC(2026, 0, 1, 0, 30))],
      [false, true],
    )
  },

  'a client is refused where its options are wrong': async () => {
    const unknown = await thrown(() => createClient({ apikey: 'x' }), ConfigurationError)
    check(unknown.message.includes("did you mean 'apiKey'?"), unknown.message)
    const open = await thrown(() => createClient({ baseUrl: 'http://api.example.com' }), ConfigurationError)
    check(open.message.includes('https:'), open.message)
    const scheme = await rejection(acme.send(createClient({ apiKey: `Basic ${basic}` })), ConfigurationError)
    check(scheme.message.includes('it starts with a scheme'), scheme.message)
    check(shows(scheme.message) === undefined, 'the message holds the key')
    const encoded = await rejection(acme.send(createClient({ apiKey: basic })), ConfigurationError)
    check(encoded.message.includes('base64'), encoded.message)
  },

  'without a key, and without an environment, a call is a ConfigurationError': async ({ at, seen }) => {
    const error = await rejection(acme.send(createClient({ baseUrl: at('mint') })), ConfigurationError)
    same(error.message, 'There is no API key: give apiKey, or set STACKONE_API_KEY.')
    same(await seen('mint'), 0, 'requests')
  },

  'send makes exactly one request, exactly this one': async ({ at, path, version }) => {
    const client = createClient({ apiKey: async () => apiKey, baseUrl: at('mint'), headers: { 'X-Trace': 'abc' } })
    const { extra } = await acme.label('Zürich 🚀').send(client, { headers: { 'x-call': 'one' } })
    const { method, url, headers, body, number } = extra.asked
    same([method, url, number], ['POST', `${path('mint')}/connect_sessions`, 1])
    check(body === '{"origin_owner_id":"acme-42","origin_owner_name":"Acme Inc.","label":"Zürich 🚀"}', `sent ${body}`)
    const ours = Object.fromEntries(Object.entries(headers).filter(([name]) => !usual.includes(name)))
    same(
      ours,
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
    same(headers['content-length'], String(new TextEncoder().encode(body).length), 'content-length')
  },

  'the reply is camel case, frozen, and knows when it expires': async ({ client }) => {
    const reply = await acme.expiresIn(60).send(client('mint'))
    const { expiresAt, createdAt, extra, ...rest } = reply
    same(rest, {
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
    same([createdAt.toISOString(), expiresAt.toISOString()], ['2026-01-01T00:00:00.000Z', '2026-01-01T00:01:00.000Z'])
    check(Object.isFrozen(reply) && Object.isFrozen(extra.asked), 'not frozen')
  },

  'a reply is read whole, packed or in pieces that cut a character': async ({ client }) => {
    for (const scenario of ['gzip', 'pieces']) same((await acme.send(client(scenario))).label, 'Zürich 🚀', scenario)
  },

  'twenty sends at a time all succeed': async ({ client }) => {
    const one = client('mint')
    const replies = await Promise.all(Array.from({ length: 20 }, (_, index) => acme.label(`n${index}`).send(one)))
    same(
      replies.map(({ extra }) => JSON.parse(extra.asked.body).label),
      replies.map((_, index) => `n${index}`),
    )
  },

  'a 503 is tried again, and events tell of it': async ({ client }) => {
    const events = []
    const { extra } = await acme.send(client('busy', { onEvent: (event) => events.push(event) }))
    same(extra.asked.number, 2, 'requests')
    same(
      events.map(({ type, attempt, status, error, requestId }) => [type, attempt, status, error, requestId]),
      [
        ['attempt', 1, undefined, undefined, undefined],
        ['retry', 1, 503, 'ApiError', 'req-7'],
        ['attempt', 2, undefined, undefined, undefined],
        ['reply', 2, 201, undefined, undefined],
      ],
    )
    between(events[1].waitMs, 187, 313, 'the wait')
  },

  'a connection that is reset is tried again': async ({ client }) => {
    same((await acme.send(client('reset'))).extra.asked.number, 2, 'requests')
  },

  'a body that is cut off is tried again': async ({ client }) => {
    same((await acme.send(client('cut'))).extra.asked.number, 2, 'requests')
  },

  'Retry-After is waited for': async ({ client }) => {
    const { value, took } = await timed(() => acme.send(client('later')))
    same(value.extra.asked.number, 2, 'requests')
    between(took, 990, 6000, 'milliseconds')
  },

  'a Retry-After that does not fit into the deadline fails at once': async ({ client, seen }) => {
    const { value: error, took } = await timed(() =>
      rejection(acme.send(client('much-later', { deadline: 5000 })), ApiError),
    )
    same([error.status, error.retryAfter, error.attempts], [503, 20, 1])
    check(error.message.includes('"Busy". It asks to wait 20 s.'), error.message)
    between(took, 0, 3000, 'milliseconds')
    same(await seen('much-later'), 1, 'requests')
  },

  'an attempt that is not answered is a TimeoutError': async ({ client }) => {
    const { value: error, took } = await timed(() =>
      rejection(acme.send(client('silence', { timeout: 300, retries: 0 })), TimeoutError),
    )
    same(
      error.message,
      'POST /connect_sessions was not answered within the timeout of 300 ms, in 1 attempt. Try again later.',
    )
    same(error.attempts, 1)
    between(error.elapsedMs, 295, 3000, 'elapsedMs')
    between(took, 295, 3000, 'milliseconds')
  },

  'the timeout covers the body': async ({ client, seen }) => {
    const observe = async (timeout) => {
      const scenario = `${timeout}/stuck`
      const ended = await timed(() => rejection(acme.send(client(scenario, { timeout, retries: 1 })), TimeoutError))
      return { ...ended, timeout, requests: await seen(scenario) }
    }
    const { value: error, took, timeout, requests } = await patiently(300, observe, (it) => it.requests < 2)
    same(error.attempts, 2)
    between(took, 2 * timeout + 150, 2 * timeout + 4400, 'milliseconds')
    same(requests, 2, 'requests')
  },

  'the deadline ends all attempts': async ({ client }) => {
    const { value: error, took } = await timed(() =>
      rejection(acme.send(client('silence', { deadline: 2000, timeout: 200, retries: 100 })), TimeoutError),
    )
    // The waits of 250 and 500 ms fit, give or take, and perhaps that of 1000 ms; the one of 2000 ms does not.
    between(error.attempts, 2, 4, 'attempts')
    between(took, 350, 3000, 'milliseconds')
    const one = await rejection(acme.send(client('silence', { deadline: 300 })), TimeoutError)
    check(one.message.includes('within the deadline of 300 ms'), one.message)
  },

  'an abort ends a request in flight at once, with its reason': async ({ client }) => {
    const reason = { left: 'the page' }
    const { value: error, took } = await timed(() =>
      rejection(acme.send(client('silence'), { signal: abortAfter(150, reason) }), AbortError),
    )
    check(error.reason === reason, 'the reason is another one')
    same(error.attempts, 1)
    between(took, 140, 3000, 'milliseconds')
  },

  'an abort ends a wait at once': async ({ client, seen }) => {
    const controller = new AbortController()
    const onEvent = ({ type }) => type === 'retry' && setTimeout(() => controller.abort('enough'), 200)
    const { value: error, took } = await timed(() =>
      rejection(acme.send(client('much-later', { onEvent }), { signal: controller.signal }), AbortError),
    )
    same([error.reason, error.attempts], ['enough', 1])
    between(took, 190, 3000, 'milliseconds')
    same(await seen('much-later'), 1, 'requests')
  },

  'a signal that is aborted already sends nothing': async ({ client, seen }) => {
    await rejection(acme.send(client('mint'), { signal: AbortSignal.abort() }), AbortError)
    same(await seen('mint'), 0, 'requests')
  },

  'a reply that drifts resolves all the same, and says where': async ({ client }) => {
    const events = []
    const reply = await acme.send(client('drift', { onEvent: (event) => events.push(event) }))
    same([reply.token, reply.id, reply.organizationId, reply.type], [token, 'cs-4711', '12', 'sandbox'])
    same([reply.categories, reply.label, reply.extra], [['ats', 'quantum'], undefined, { theme: 'dark' }])
    const paths = ['status', 'id', 'organization_id', 'created_at', 'categories[1]', 'label', 'type']
    same(
      reply.drift.map(({ path }) => path),
      paths,
    )
    const [told] = events.filter(({ type }) => type === 'drift')
    same(
      told.issues.map(({ path }) => path),
      paths,
    )
    between(reply.expiresAt.getTime(), Date.now() + 1_795_000, Date.now() + 1_801_000, 'expiresAt')
  },

  'a strict client refuses what drifts': async ({ client }) => {
    const error = await rejection(acme.send(client('drift', { strict: true })), ReplyError)
    same([error.status, error.attempts, error.issues.length], [200, 1, 7])
  },

  "an error status is an ApiError with the server's own sentence": async ({ client, seen }) => {
    const error = await rejection(acme.send(client('refused')), ApiError)
    same(
      error.message,
      'StackOne answered 400 to POST /connect_sessions: "The provider is not enabled". ' +
        'The request is not valid: see `body` of this error.',
    )
    same([error.status, error.requestId, error.attempts, error.retryAfter], [400, 'req-7', 1, undefined])
    same(error.body.message, 'The provider is not enabled')
    same(await seen('refused'), 1, 'requests')
  },

  'a connection that cannot be made is a NetworkError, after a retry': async ({ nobody }) => {
    const error = await rejection(acme.send(createClient({ apiKey, baseUrl: nobody, retries: 1 })), NetworkError)
    same(error.attempts, 2)
    check(error.message.startsWith('The connection for POST /connect_sessions failed'), error.message)
    check(error.cause === undefined && shows(textsOf(error).join()) === undefined, 'it holds more than it should')
  },

  'a connection that breaks, before or in the body, is a NetworkError': async ({ client, seen }) => {
    for (const scenario of ['resets', 'cuts']) {
      const error = await rejection(acme.send(client(scenario, { retries: 1 })), NetworkError)
      same(error.attempts, 2, scenario)
      // Deno sends once more by itself what was reset before an answer.
      between(await seen(scenario), 2, 4, `requests to ${scenario}`)
    }
  },

  'a success without a token is a ReplyError': async ({ client, seen }) => {
    const error = await rejection(acme.send(client('tokenless')), ReplyError)
    same([error.status, error.attempts, error.issues[0]], [201, 1, { path: 'token', message: 'is missing' }])
    same(await seen('tokenless'), 1, 'requests')
    const html = await rejection(acme.send(client('html')), ReplyError)
    check(html.message.includes('it sent HTML'), html.message)
  },

  'a body that never ends is a ReplyError': async ({ client }) => {
    const error = await rejection(acme.send(client('flood', { retries: 0 })), ReplyError)
    check(error.message.includes('is longer than 10485760 bytes'), error.message)
  },

  'a redirect to another origin is not followed, and nothing arrives there': async ({
    client,
    seen,
    seenElsewhere,
  }) => {
    const error = await rejection(acme.send(client('away')), ApiError)
    same([error.status, error.attempts], [307, 1])
    check(error.message.includes('"It has moved". It redirects, which is not followed'), error.message)
    same([await seen('away'), await seenElsewhere('away')], [1, 0], 'requests')
  },

  'a redirect inside the origin is followed, with method and body': async ({ client, path }) => {
    const { method, url, headers, body } = (await acme.send(client('near'))).extra.asked
    same([method, url], ['POST', `${path('mint')}/connect_sessions`])
    same([body, headers.authorization], [JSON.stringify(acme), `Basic ${basic}`])
  },

  'no error holds a secret, even when the server repeats it': async ({ client, nobody }) => {
    const errors = await Promise.all([
      rejection(acme.send(client('shows-key')), ApiError),
      rejection(client('shows-key').authenticate(token), ApiError),
      rejection(acme.send(createClient({ apiKey, baseUrl: nobody, retries: 0 })), NetworkError),
      rejection(acme.send(client('silence', { timeout: 100, retries: 0 })), TimeoutError),
      rejection(acme.send(client('drift', { strict: true })), ReplyError),
      rejection(acme.send(createClient({ apiKey: `${apiKey} ${basic}` })), ConfigurationError),
    ])
    check(errors[0].message.includes('Not for [secret]'), errors[0].message)
    for (const error of errors)
      for (const text of textsOf(error)) check(shows(text) === undefined, `${error.name} does`)
  },

  // Whoever runs the suite reads what was printed, and looks for the secrets.
  'what is printed masks the secrets': async ({ client }) => {
    const reply = await acme.send(client('drift'))
    check(JSON.parse(JSON.stringify(reply)).token === token, 'JSON must hold the token')
    const holder = client('shows-key')
    const error = await rejection(acme.send(holder), ApiError)
    const mine = session().owner('printed-42', 'Acme Inc.')
    for (const value of [reply, { deep: [{ reply }] }, holder, error, mine]) console.log(value)
    console.log('%s %o %j', reply.id, error, 'printed')
    console.dir(reply)
    console.error(error)
  },

  'the task door is lazy, gives Right and Left, and never throws': async ({ client, seen }) => {
    const task = acme.task(client('mint'))
    same(await seen('mint'), 0, 'requests before it is run')
    same(rightOf(await task()).token, token)
    same(rightOf(await task()).extra.asked.number, 2, 'requests')
    same(leftOf(await acme.task(client('refused'))()).name, 'ApiError')
    same(leftOf(await acme.task(undefined)()).name, 'ConfigurationError')
    same(leftOf(await session().task(client('mint'))()).name, 'ValidationError')
    same(rightOf(await client('opened').task.get(7)()).id, '4711')
  },

  'authenticate asks with the token': async ({ client, path }) => {
    const { id, drift, extra } = await client('opened').authenticate(token)
    same([id, drift], ['4711', []])
    same([extra.asked.method, extra.asked.url], ['POST', `${path('opened')}/connect_sessions/authenticate`])
    same(JSON.parse(extra.asked.body), { token })
    const error = await rejection(client('opened').authenticate(' '), ValidationError)
    same(error.issues, [{ path: 'token', message: 'expected a string that is not blank, got a blank string' }])
  },

  'get asks by the id, escaped, and without a body': async ({ client, path }) => {
    const { id, extra } = await client('opened').get('a/b?c')
    same([id, extra.asked.method, extra.asked.body], ['4711', 'GET', ''])
    same(extra.asked.url, `${path('opened')}/connect_sessions/a%2Fb%3Fc`)
    same(extra.asked.headers['content-type'], undefined, 'content-type')
  },

  'waitForConnection asks until an account is connected': async ({ client, seen }) => {
    const connected = await client('connects', { retries: 0 }).waitForConnection(7, { interval: 20 })
    same([connected.status, connected.accountId, Object.isFrozen(connected)], ['authenticated', '451', true])
    same(await seen('connects'), 4, 'requests')
  },

  'waitForConnection ends with its deadline, and with its signal': async ({ client }) => {
    const late = await rejection(client('pending').waitForConnection(7, { interval: 50, deadline: 1500 }), TimeoutError)
    check(late.attempts >= 2, `looked ${late.attempts} times`)
    const { value: error, took } = await timed(() =>
      rejection(client('pending').waitForConnection(7, { signal: abortAfter(200, 'enough') }), AbortError),
    )
    same(error.reason, 'enough')
    between(took, 190, 1900, 'milliseconds')
  },

  'the handler mints for the owner of the server, and refuses what it does not allow': async ({ client, seen }) => {
    const told = []
    const handlerOf = (scenario) =>
      connectSessionHandler({
        client: client(scenario, { retries: 0 }),
        owner: async (request) => (request.headers.has('x-nobody') ? null : { id: 'acme-42', name: 'Acme Inc.' }),
        allow: { categories: ['ats'] },
        origins: ['https://admin.acme.example'],
        onError: (error) => told.push(error.name),
      })
    const handler = handlerOf('mint')
    const json = { 'content-type': 'application/json' }
    const ask = async (init, handle = handler, url = 'https://app.acme.example/connect') => {
      const response = await handle(new Request(url, { method: 'POST', ...init }))
      const { token: given, error } = JSON.parse(await response.text())
      return [response.status, given ?? error.code, response.headers.get('cache-control')].join(' ')
    }
    const endless = () => {
      const bytes = new TextEncoder().encode(' '.repeat(1000))
      return new ReadableStream({ pull: (controller) => controller.enqueue(bytes) })
    }
    same(await ask({ headers: json, body: '{"categories":["ats"]}' }), `200 ${token} no-store`)
    same(await ask({}), `200 ${token} no-store`)
    same(await ask({ headers: json, body: '{"categories":["hris"]}' }), '400 invalid-choices no-store')
    same(await ask({ headers: json, body: '{"__proto__":{"owner":"globex-7"}}' }), '400 invalid-choices no-store')
    same(await ask({}, handler, 'https://app.acme.example/?owner=globex-7'), '400 invalid-choices no-store')
    same(await ask({ headers: json, body: new Uint8Array([255]) }), '400 invalid-body no-store')
    same(await ask({ headers: json, body: endless(), duplex: 'half' }), '413 too-large no-store')
    same(await ask({ headers: { 'content-type': 'text/plain' }, body: '{}' }), '415 unsupported-type no-store')
    same(await ask({ headers: { 'x-nobody': '1' } }), '401 unauthorized no-store')
    same(await ask({ method: 'GET' }), '405 method-not-allowed no-store')
    same(await seen('mint'), 2, 'requests')
    same(told, [])
    same(await ask({}, handlerOf('refused')), '502 upstream no-store')
    same(told, ['ApiError'])
  },

  'isSessionError knows its own, and those of another copy': async () => {
    const own = await thrown(() => session().toJSON(), ValidationError)
    const copied = Object.assign(new Error('of another copy'), { [Symbol.for('stackone-session/error')]: true })
    same([own, copied].map(isSessionError), [true, true])
    same(
      [new Error('x'), new TypeError('x'), null, undefined, 'ValidationError', { name: 'ApiError' }].map(
        isSessionError,
      ),
      Array(6).fill(false),
    )
    check(own.stack.includes('ValidationError'), 'a stack without the name')
  },
}

const longest = 20_000

const bounded = (work) =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not done within ${longest} ms`)), longest)
    Promise.resolve()
      .then(work)
      .then(resolve, reject)
      .finally(() => clearTimeout(timer))
  })

/** What a case gets: places of its own on the servers, clients for them, and what was counted there. */
const worldOf = ({ url, elsewhere, nobody, version }, number) => {
  const at = (scenario, origin = url) => `${origin}/${number}/${scenario}`
  const counted = async (baseUrl) => (await createClient({ apiKey, baseUrl }).get('seen')).extra.seen
  return {
    at,
    nobody,
    version,
    path: (scenario) => new URL(at(scenario)).pathname,
    client: (scenario, options = {}) => createClient({ apiKey, baseUrl: at(scenario), ...options }),
    seen: (scenario) => counted(at(scenario)),
    seenElsewhere: (scenario) => counted(at(scenario, elsewhere)),
  }
}

/** Runs all cases, one after the other; the result of each is { name, ok, why }. */
export const run = async (places) => {
  const results = []
  for (const [index, [name, work]] of Object.entries(cases).entries()) {
    const why = await bounded(() => work(worldOf(places, index + 1))).then(
      () => undefined,
      (error) => `${error?.message ?? error}`,
    )
    results.push(why === undefined ? { name, ok: true } : { name, ok: false, why })
  }
  return results
}
