// Times a chain of seven calls to its request body, as `send` makes it: build, decode, encode, stringify. Prints
// microseconds. The client's part is not exported, so this benchmark is compiled from the sources.
import { deepStrictEqual } from 'node:assert'
import { createOperation } from '../../../lib/client/endpoints.ts'
import { session } from '../../../lib/session/session.ts'
import { compare, timed } from './compare.ts'
import { installed } from './installed.ts'
import { chain, fromSdk, model, wire } from './payload.ts'

const { connectSessionCreateToJSON } = await installed(
  '@stackone/stackone-client-ts/sdk/models/shared/connectsessioncreate.js',
)

const ours = (): string => {
  const decoded = chain(session).decode()
  if (decoded._tag === 'Left') throw decoded.left
  return createOperation(decoded.right).body ?? ''
}

/** The shortest public path of the SDK to its request body. */
const sdk = (): string => connectSessionCreateToJSON(model())
const literal = (): string => JSON.stringify(wire())

deepStrictEqual(JSON.parse(ours()), wire())
deepStrictEqual(JSON.parse(sdk()), fromSdk())

const calls = 5_000
const result = await compare(
  { ours: timed(ours, calls), sdk: timed(sdk, calls), literal: timed(literal, calls) },
  Number(process.argv[2]),
)
process.stdout.write(JSON.stringify(result))
