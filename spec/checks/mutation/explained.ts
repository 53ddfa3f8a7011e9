/** An explanation why specs need not detect a mutant. It names exactly one. */
interface Explanation {
  readonly file: string
  /** A part of the mutated line. */
  readonly line: string
  /** A part of the replaced code, if the line and the replacement are not enough. */
  readonly from?: string
  /** The replacement. */
  readonly to: string
  readonly why: string
}

const performance = 'it only affects performance'
const onCall = { file: 'lib/client/call-error.ts' }
const onServer = { file: 'lib/testing/server.ts' }
const onTransport = { file: 'lib/client/transport.ts' }

export const explained: readonly Explanation[] = [
  {
    file: 'lib/client/wait-for-connection.ts',
    line: '0 : requestedDelay(error)',
    from: '0',
    to: '1',
    why: 'an interval below a millisecond elapses with the next timer',
  },
  {
    file: 'lib/client/wait-for-connection.ts',
    line: 'Math.max(1, remaining())',
    from: '1',
    to: '2',
    why: 'both deadlines elapse before a response arrives',
  },
  {
    file: 'lib/client/wait-for-connection.ts',
    line: "(error.name === 'ApiError' && error.status >= 500)",
    to: 'true',
    why: 'the only other errors with a status are those of a success',
  },
  {
    file: 'lib/client/wait-for-connection.ts',
    line: 'const isLast = waitMs >= remaining()',
    to: 'waitMs > remaining()',
    why: 'two times are equal only by chance',
  },
  {
    file: 'lib/testing/faults/schedule.ts',
    line: 'return ((spread ^ (spread >>> 14)) >>> 0)',
    from: '14',
    to: '15',
    why: 'only the low bits change, which no rate distinguishes',
  },
  {
    file: 'lib/util/timeout.ts',
    line: 'setTimeout(expire, Math.max(0, ms))',
    from: '0',
    to: '1',
    why: 'a timer of zero milliseconds takes one',
  },
  {
    ...onCall,
    line: "get('retry-after')",
    to: '"Stryker was here!"',
    why: 'that text is neither a number nor a date',
  },
  {
    file: 'lib/client/send.ts',
    line: 'timeout <= remaining ?',
    to: 'timeout < remaining',
    why: 'two times are equal only by chance',
  },
  ...['false', "headers.has('content-encoding')", 'length > maxBodyBytes', 'length < maxBodyBytes'].map((to) => ({
    ...onTransport,
    line: 'const isLimited =',
    to,
    why: `${performance}: both paths read the same text and reject the same bodies`,
  })),
  { ...onTransport, line: 'settings.fetch !== undefined', to: 'true', why: performance },
  {
    ...onTransport,
    line: 'await response.body?.cancel()',
    to: 'response.body.cancel',
    why: 'the attempt has ended, so that an error is ignored',
  },
  {
    file: 'lib/handler/origin.ts',
    line: "headers.get('host') ?? ''",
    to: '"Stryker was here!"',
    why: 'neither value is a host',
  },
  { file: 'lib/model/codec.ts', line: '} catch {', to: '{}', why: 'undefined is falsy there' },
  {
    file: 'lib/model/create-payload.ts',
    line: "typeof value === 'number' && Number.isInteger",
    to: 'true',
    why: 'for the compiler: the next condition holds only for numbers',
  },
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
]
