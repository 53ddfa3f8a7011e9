// Times a chain of seven calls to its request body, as `send` makes it: build, decode, encode, stringify. Prints
// microseconds. The client's part is not exported, so this benchmark is compiled from the sources.
import { deepStrictEqual } from 'node:assert'
import { createOperation } from '../../../lib/client/endpoints.ts'
import { session } from '../../../lib/session/session.ts'
import { compare, timed } from './compare.ts'
import { installed } from './installed.ts'
import { chain, fromSdk, model, wire } from './payload.ts'

const { ConnectSessionCreate$outboundSchema: schema } = await installed(
  '@stackone/stackone-client-ts/sdk/models/shared/connectsessioncreate.js',
)
const { safeParse } = await installed('@stackone/stackone-client-ts/lib/schemas.js')
const { encodeJSON } = await installed('@stackone/stackone-client-ts/lib/encodings.js')

const ours = (): string => {
  const decoded = chain(session).decode()
  if (decoded._tag === 'Left') throw decoded.left
  return createOperation(decoded.right).body ?? ''
}

/** As in the SDK's function that creates a session. */
const sdk = (): string => {
  const parsed = safeParse(model(), (value) => schema.parse(value), 'Input validation failed')
  if (!parsed.ok) throw parsed.error
  return encodeJSON('body', parsed.value, { explode: true })
}

const literal = (): string => JSON.stringify(wire())

deepStrictEqual(JSON.parse(ours()), wire())
deepStrictEqual(JSON.parse(sdk()), fromSdk())

const calls = 5_000
const result = await compare(
  { ours: timed(ours, calls), sdk: timed(sdk, calls), literal: timed(literal, calls) },
  Number(process.argv[2]),
)
process.stdout.write(JSON.stringify(result))
