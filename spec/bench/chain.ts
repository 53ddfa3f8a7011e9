// From a chain of seven calls to its request body: build, decode, encode, stringify. Prints microseconds.
import { deepStrictEqual } from 'node:assert'
import { session } from 'stackone-session'
import { compare, timed } from './compare.ts'
import { installed } from './installed.ts'
import { chain, fromSdk, model, wire } from './payload.ts'

const { connectSessionCreateToJSON } = await installed(
  '@stackone/stackone-client-ts/sdk/models/shared/connectsessioncreate.js',
)

const ours = (): string => JSON.stringify(chain(session))
/** The SDK's own shortest way to the text that it sends. */
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
