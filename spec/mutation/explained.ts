/** A mutant that no spec can notice, or that none should. */
interface Explained {
  readonly file: string
  /** A part of its line. */
  readonly line: string
  /** What it puts there; anything if absent. */
  readonly to?: string
  readonly why: string
}

const zone = "zone.toUpperCase().replace(/^(...)(..)$/, '$1:$2')"
const anEngine = 'the engine of Node reads such a zone by itself; others do not'
const caught = 'what throws there is caught'
const undefinedAnyway = 'what gives nothing gives undefined'
const byChance = 'two times are equal by chance alone'
const noSecret = 'no answer has that text'
const noName = 'the name of a codec inside, which nobody is shown'
const cost = 'a matter of cost alone'
const noDate = 'what passes then is no valid date, and is refused for that'
const noFirst = 'its first entry is not read'
const noKey = 'neither is a key with its colon'
const noPort = 'there is always a free port, as far as a spec can see'
const forTheCompiler = 'for the compiler: the next condition holds for numbers alone'
const ofNoField = 'no name of a field has these words elsewhere'
const noMessage = 'for the compiler: each of our codecs gives a message'

export const explained: readonly Explained[] = [
  { file: 'lib/answer.ts', line: '} catch {', to: '{}', why: undefinedAnyway },
  { file: 'lib/answer.ts', line: "get('retry-after')", to: '"Stryker was here!"', why: 'no number and no date either' },
  { file: 'lib/codec.ts', line: '} catch {', to: '{}', why: 'undefined counts as false there' },
  { file: 'lib/codec.ts', line: 'Object.assign(codec, { quick: quickly })', to: '{}', why: cost },
  { file: 'lib/create.ts', line: "typeof value === 'number' && Number.isInteger", to: 'true', why: forTheCompiler },
  {
    file: 'lib/create.ts',
    line: "typeof value === 'number' && value > longest",
    to: 'value >= longest',
    why: 'the longest is good, and needs no hint',
  },
  {
    file: 'lib/date.ts',
    line: 'instant.exec(text.trim())',
    to: '["Stryker was here"]',
    why: noFirst,
  },
  ...['false', 'last < 28'].map((to) => ({ file: 'lib/date.ts', line: 'return last <= 28 ||', to, why: cost })),
  { file: 'lib/date.ts', line: '!isOnCalendar(day)) return undefined', to: 'false', why: noDate },
  { file: 'lib/date.ts', line: zone, to: 'zone.toLowerCase()', why: anEngine },
  ...['/(...)(..)$/', '/^(...)(..)/'].map((to) => ({ file: 'lib/date.ts', line: zone, to, why: anEngine })),
  ...['/\\d{9,}$/', '/^\\d{9,}/'].map((to) => ({ file: 'lib/date.ts', line: '.test(value) ? epoch', to, why: noDate })),
  {
    file: 'lib/client.ts',
    line: 'secrets: readonly string[] = []',
    to: '["Stryker was here"]',
    why: noSecret,
  },
  { file: 'lib/client.ts', line: "'Id',", to: '""', why: noName },
  {
    file: 'lib/event.ts',
    line: 'await listener?.(',
    to: 'listener(Object.freeze(present(event)))',
    why: caught,
  },
  { file: 'lib/exchange.ts', line: "typeof settings.apiKey === 'function' ||", to: 'true', why: cost },
  {
    file: 'lib/exchange.ts',
    line: '...(call.secrets ?? [])',
    to: '["Stryker was here"]',
    why: noSecret,
  },
  { file: 'lib/exchange.ts', line: 'timeout <= remaining ?', to: 'timeout < remaining', why: byChance },
  { file: 'lib/exchange.ts', line: 'attempt > retries ||', to: 'waitMs > deadline - elapsed()', why: byChance },
  {
    file: 'lib/handler.ts',
    line: 'policy.ownsAccount?.(',
    why: 'an account that nobody may choose was refused with the other choices',
  },
  {
    file: 'lib/handler.ts',
    line: 'onError?.(error, request)',
    why: 'what a listener throws is dropped, and so is that there is none',
  },
  { file: 'lib/handler.ts', line: '} catch {', to: '{}', why: 'undefined counts as false there' },
  { file: 'lib/issues.ts', line: "message = 'is not valid'", to: '""', why: noMessage },
  { file: 'lib/json.ts', line: '#taken = true', to: 'false', why: 'only that it is there counts' },
  { file: 'lib/json.ts', line: "if (key === '__proto__')", to: 'true', why: cost },
  ...['true', 'symbols.length >= 0'].map((to) => ({
    file: 'lib/json.ts',
    line: 'symbols.length > 0 &&',
    to,
    why: cost,
  })),
  { file: 'lib/json.ts', line: 'if (Snapshot.is(value)) return value', to: 'false', why: cost },
  { file: 'lib/json.ts', line: "walk.copy(value, ''", to: '"Stryker was here!"', why: 'the top has no key' },
  { file: 'lib/json.ts', line: 'value.problems.length === 0 && fits', to: 'false', why: cost },
  ...['const isGood =', 'const quickly ='].map((line) => ({
    file: 'lib/json.ts',
    line,
    to: '() => undefined',
    why: cost,
  })),
  { file: 'lib/json.ts', line: 'const quickly =', to: 'false', why: cost },
  {
    file: 'lib/json.ts',
    line: 'isRight(validate(value, []))',
    to: '["Stryker was here"]',
    why: 'where it is wrong is not asked',
  },
  { file: 'lib/json.ts', line: "json('Json',", to: '""', why: 'any JSON fits, so nobody is shown what did not' },
  {
    file: 'lib/nearest.ts',
    line: 'name.toLowerCase()',
    to: 'name.toUpperCase()',
    why: 'either case will do, as long as it is one',
  },
  ...["check('String',", "'Secret',", 'const numericId', 'const stringId', "'ConnectionAttempt'"].map((line) => ({
    file: 'lib/reply.ts',
    line,
    to: '""',
    why: noName,
  })),
  {
    file: 'lib/reply.ts',
    line: "kinds.join(' or ')",
    to: '""',
    why: 'the contract asks for one kind, and is told alone',
  },
  { file: 'lib/secret.ts', line: 'if (bare.length === 0)', to: 'false', why: cost },
  { file: 'lib/secret.ts', line: "if (text === '') return text", why: cost },
  {
    file: 'lib/secret.ts',
    line: 'part.filter(isObject)',
    to: 'part',
    why: `${cost}: the rest is left out a line later`,
  },
  {
    file: 'lib/secret.ts',
    line: "map((entry) => ['', entry])",
    to: '"Stryker was here!"',
    why: 'no secret has that name',
  },
  { file: 'lib/secret.ts', line: 'found.size < most', why: `${cost}: no more of them are taken` },
  { file: 'lib/settings.ts', line: '} catch {', to: '{}', why: undefinedAnyway },
  ...['process?.env[name]', 'process.env'].map((to) => ({
    file: 'lib/settings.ts',
    line: 'process?.env?.[name]',
    to,
    why: caught,
  })),
  { file: 'lib/origin.ts', line: 'origin !== null && origins.has', to: 'true', why: 'no list of texts has null' },
  {
    file: 'lib/origin.ts',
    line: "headers.get('host') ?? ''",
    to: '"Stryker was here!"',
    why: 'neither is a host',
  },
  { file: 'lib/options.ts', line: "typeof value === 'number' && Number.isInteger", to: 'true', why: forTheCompiler },
  {
    file: 'lib/options.ts',
    line: 'checks[path]?.(value)',
    to: 'checks[path](value)',
    why: 'for the compiler: it is there',
  },
  { file: 'lib/policy.ts', line: "typeof value === 'number' && Number.isInteger", to: 'true', why: forTheCompiler },
  ...['/origin|Name$|Id$/g', '/^origin|Name|Id$/g', '/^origin|Name$|Id/g'].map((to) => ({
    file: 'lib/session.ts',
    line: 'field.replace(/^origin|Name$|Id$/g',
    to,
    why: ofNoField,
  })),
  { file: 'lib/session.ts', line: 'if (quick !== undefined) return quick', to: 'false', why: cost },
  ...['true', 'wires.indexOf(wire) <= index', 'wires.indexOf(wire) >= index'].map((to) => ({
    file: 'lib/session.ts',
    line: 'wires.indexOf(wire) < index',
    to,
    why: `${cost}: a set of what is there once is the same`,
  })),
  { file: 'lib/session.ts', line: 'encodeQuickly(fields) : undefined', to: 'false', why: cost },
  {
    file: 'lib/session.ts',
    line: "const blank = new Chain(undefined, '', undefined)",
    to: '"Stryker was here!"',
    why: 'the step of what has no base is not read',
  },
  { file: 'lib/standard.ts', line: "message = 'is not valid'", to: '""', why: noMessage },
  ...["() => ''", "encoded = ''"].map((line) => ({
    file: 'lib/testing/api.ts',
    line,
    to: '"Stryker was here!"',
    why: noKey,
  })),
  {
    file: 'lib/testing/api.ts',
    line: "headers.get('content-type') ?? ''",
    to: '"Stryker was here!"',
    why: 'neither is JSON',
  },
  { file: 'lib/testing/api.ts', line: '.exec(endpoint) ?? []', to: '["Stryker was here"]', why: noFirst },
  {
    file: 'lib/testing/connect.ts',
    line: "offered(state, made)[0]?.provider ?? ''",
    why: 'for the compiler: the Hub offers one connector at least',
  },
  {
    file: 'lib/testing/effect.ts',
    line: "signal?.removeEventListener('abort', abort)",
    to: '""',
    why: 'to break what has come to its end does nothing',
  },
  {
    file: 'lib/testing/effect.ts',
    line: 'controller.error(signal?.reason)',
    why: 'for the compiler: only a signal aborts',
  },
  {
    file: 'lib/testing/effect.ts',
    line: 'return () => clearTimeout(timer)',
    to: '() => undefined',
    why: 'to break what nobody reads does nothing',
  },
  ...['"Stryker was here!"', '["Stryker was here"]'].map((to) => ({
    file: 'lib/testing/hub.ts',
    line: '.exec(url.pathname) ?? []',
    to,
    why: 'none of it is an endpoint',
  })),
  {
    file: 'lib/testing/fault.ts',
    line: 'decoded.left[0]?.message',
    to: 'decoded.left[0].message',
    why: 'for the compiler: what is a Left has an error',
  },
  {
    file: 'lib/testing/fault.ts',
    line: '!isRecord(fault) || form === undefined || fault[form]',
    why: 'for the compiler: a fault has no member by the name of undefined',
  },
  {
    file: 'lib/testing/minted.ts',
    line: '|| multiple || provider === undefined',
    to: 'false',
    why: 'for the compiler: no account is at no provider',
  },
  {
    file: 'lib/testing/plan.ts',
    line: 'draws.next() < rate',
    to: 'draws.next() <= rate',
    why: 'a draw is equal to a rate by chance alone',
  },
  {
    file: 'lib/testing/sandbox.ts',
    line: "server.status === 'fulfilled' &&",
    to: 'true',
    why: noPort,
  },
  ...['values = []', 'incoming.method ??', 'incoming.url ??'].map((line) => ({
    file: 'lib/testing/server.ts',
    line,
    why: 'for the compiler: a request of a server has it',
  })),
  {
    file: 'lib/testing/server.ts',
    line: 'if (outgoing.headersSent)',
    to: 'false',
    why: 'whether a reset overtakes what was sent is up to chance',
  },
  { file: 'lib/testing/server.ts', line: "server.once('error', reject)", to: '""', why: noPort },
  ...[
    'false',
    "headers.has('content-encoding')",
    "Number(headers.get('content-length') ?? Number.NaN) < largestBody",
    '() => undefined',
  ].map((to) => ({
    file: 'lib/transport.ts',
    line: to === '() => undefined' ? 'const isSmall =' : "!headers.has('content-encoding')",
    to,
    why: `${cost}: both ways read the same text, and refuse the same`,
  })),
  { file: 'lib/transport.ts', line: '(own && isSmall(response))', to: 'false', why: cost },
  { file: 'lib/transport.ts', line: 'settings.fetch === undefined', to: 'false', why: cost },
  { file: 'lib/transport.ts', line: 'response.body?.cancel()', to: 'response.body.cancel', why: caught },
  { file: 'lib/transport.ts', line: '} catch {', to: '{}', why: undefinedAnyway },
  { file: 'lib/wait.ts', line: 'accountId: attempt?.', why: 'there is an attempt where its status is known' },
  { file: 'lib/wait.ts', line: "seen.left.name === 'ApiError' ?", to: 'true', why: 'no other error has a retryAfter' },
  { file: 'lib/wait.ts', line: 'const last =', to: 'waitMs > remaining()', why: 'two times are equal by chance alone' },
  {
    file: 'lib/wire.ts',
    line: 'index < fields.length',
    to: 'index <= fields.length',
    why: 'a field that is not there is passed over',
  },
  {
    file: 'lib/wire.ts',
    line: 'if (field === undefined || ',
    to: 'false',
    why: 'for the compiler: the field is there',
  },
]
