/** An explanation why specs need not detect a mutant. */
interface Explanation {
  readonly file: string
  /** A substring of the mutated line. */
  readonly line: string
  /** The replacement. @default any */
  readonly to?: string
  readonly why: string
}

const performance = 'it only affects performance'
const onCall = { file: 'lib/client/call-error.ts' }
const onDate = { file: 'lib/model/date.ts' }
const onServer = { file: 'lib/testing/server.ts' }
const onTransport = { file: 'lib/client/transport.ts' }

export const explained: readonly Explanation[] = [
  { ...onCall, line: '} catch {', to: '{}', why: 'an empty block returns undefined too' },
  {
    ...onCall,
    line: "get('retry-after')",
    to: '"Stryker was here!"',
    why: 'that text is neither a number nor a date',
  },
  {
    file: 'lib/client/retry.ts',
    line: 'timeout <= remaining ?',
    to: 'timeout < remaining',
    why: 'two times are equal only by chance',
  },
  ...[
    'false',
    "headers.has('content-encoding')",
    "Number(headers.get('content-length') ?? Number.NaN) < largestBody",
    '() => undefined',
  ].map((to) => ({
    ...onTransport,
    line: to === '() => undefined' ? 'const isSmall =' : "!headers.has('content-encoding')",
    to,
    why: `${performance}: both paths read the same text and reject the same bodies`,
  })),
  {
    ...onTransport,
    line: 'response.body?.cancel()',
    to: 'response.body.cancel',
    why: 'errors are caught there',
  },
  { ...onTransport, line: '} catch {', to: '{}', why: 'an empty block returns undefined too' },
  {
    file: 'lib/client/wait-for-connection.ts',
    line: 'accountId: attempt?.',
    why: 'an attempt exists if its status is known',
  },
  {
    file: 'lib/handler/index.ts',
    line: 'onError?.(error, request)',
    why: 'errors of the listener are ignored, and so is a missing listener',
  },
  {
    file: 'lib/handler/origin.ts',
    line: 'origin !== null && origins.has',
    to: 'true',
    why: 'a set of strings never contains null',
  },
  {
    file: 'lib/handler/origin.ts',
    line: "headers.get('host') ?? ''",
    to: '"Stryker was here!"',
    why: 'neither value is a host',
  },
  { file: 'lib/model/codec.ts', line: '} catch {', to: '{}', why: 'undefined is falsy there' },
  ...['const numericId', 'const stringId'].map((line) => ({
    file: 'lib/model/connect-session.ts',
    line,
    to: '""',
    why: 'the name of an inner codec is never shown',
  })),
  {
    file: 'lib/model/create-payload.ts',
    line: "typeof value === 'number' && Number.isInteger",
    to: 'true',
    why: 'for the compiler: the next condition holds only for numbers',
  },
  ...['false', 'last < 28'].map((to) => ({ ...onDate, line: 'return last <= 28 ||', to, why: performance })),
  {
    ...onDate,
    line: '!isOnCalendar(day)) return undefined',
    to: 'false',
    why: 'the value is then rejected as an invalid date',
  },
  ...['zone.toLowerCase()', '/(...)(..)$/', '/^(...)(..)/'].map((to) => ({
    ...onDate,
    line: "zone.toUpperCase().replace(/^(...)(..)$/, '$1:$2')",
    to,
    why: 'V8 parses such a zone without the change; other engines do not',
  })),
  { file: 'lib/model/json.ts', line: "if (key === '__proto__')", to: 'true', why: performance },
  {
    file: 'lib/model/standard-schema.ts',
    line: "message = 'is not valid'",
    to: '""',
    why: 'for the compiler: every codec of the library sets a message',
  },
  {
    file: 'lib/testing/api/endpoints.ts',
    line: "encoded = ''",
    to: '"Stryker was here!"',
    why: 'neither value is a key with a colon',
  },
  {
    file: 'lib/testing/api/endpoints.ts',
    line: "headers.get('content-type') ?? ''",
    to: '"Stryker was here!"',
    why: 'neither value is JSON',
  },
  {
    file: 'lib/testing/api/store.ts',
    line: '|| multiple || provider === undefined',
    to: 'false',
    why: 'for the compiler: every account has a provider',
  },
  {
    file: 'lib/testing/faults/effect.ts',
    line: "signal?.removeEventListener('abort', abort)",
    to: '""',
    why: 'aborting a completed request has no effect',
  },
  {
    file: 'lib/testing/faults/effect.ts',
    line: 'controller.error(signal?.reason)',
    why: 'for the compiler: the signal exists if it aborts',
  },
  {
    file: 'lib/testing/faults/effect.ts',
    line: 'return () => clearTimeout(timer)',
    to: '() => undefined',
    why: 'an error on an unused stream has no effect',
  },
  {
    file: 'lib/testing/sandbox.ts',
    line: "server.status === 'fulfilled' &&",
    to: 'true',
    why: 'a spec cannot make all ports unavailable',
  },
  ...['values = []', 'incoming.method ??', 'incoming.url ??'].map((line) => ({
    ...onServer,
    line,
    why: 'for the compiler: requests of a server have this property',
  })),
  {
    ...onServer,
    line: 'if (outgoing.headersSent)',
    to: 'false',
    why: 'whether a reset arrives before sent data depends on timing',
  },
  { ...onServer, line: "server.once('error', reject)", to: '""', why: 'a spec cannot make all ports unavailable' },
  {
    file: 'lib/util/did-you-mean.ts',
    line: 'name.toLowerCase()',
    to: 'name.toUpperCase()',
    why: 'any consistent case works',
  },
  { file: 'lib/util/redact.ts', line: "if (text === '') return text", why: performance },
]
