import { isLeft } from 'fp-ts/lib/Either.js'
import type { Mixed } from 'io-ts'
import { listOf, nonBlankString, refinement } from '../../model/codec.ts'
import { type ConnectSessionCreate, type ConnectSessionCreateWire, payloadFields } from '../../model/create-payload.ts'
import { issuesOf } from '../../model/issues.ts'
import { wireCodec } from '../../model/wire.ts'
import { mustBeShown } from '../../util/guards.ts'
import { ApiFailure } from './response.ts'

type OpenSets = { readonly categories?: readonly string[]; readonly type?: string }

/** The payload of a create, with categories and types that this version may not know. */
export type SandboxPayload = Omit<ConnectSessionCreate, keyof OpenSets> & OpenSets

type SandboxPayloadWire = Omit<ConnectSessionCreateWire, keyof OpenSets> & OpenSets

/** Accepts any value that the API may add, except StackOne's misspellings. */
const openSet = (name: string, expectation: string, misspellings: readonly string[]) =>
  refinement(name, (value): value is string => nonBlankString.is(value) && !misspellings.includes(value), expectation, {
    describe: mustBeShown,
  })

const category = openSet('OpenCategory', 'a category', ['hrisLegacy', 'stackOne'])

const openSets: Readonly<Record<string, Mixed>> = {
  categories: listOf(category, { min: 1, noun: 'category' }),
  type: openSet('OpenAccountType', 'an account type', ['PRODUCTION', 'TEST']),
}

const payloadCodec = wireCodec<SandboxPayload, SandboxPayloadWire>(
  'ConnectSessionCreate',
  Object.fromEntries(
    payloadFields.map(({ name, codec, isRequired }) => [
      name,
      { codec: openSets[name] ?? codec, presence: isRequired ? 'required' : 'optional' } as const,
    ]),
  ),
  'fail',
)

/** Decodes the body of a create. Contract section 2. */
export const decodeCreateBody = (body: unknown): SandboxPayload => {
  const decoded = payloadCodec.decode(body)
  if (!isLeft(decoded)) return decoded.right
  const messages = issuesOf(decoded.left).map(({ path, message }) => (path === '' ? message : `${path}: ${message}`))
  throw new ApiFailure(400, messages.join('; '))
}

export const encodeCreateBody = (payload: SandboxPayload): SandboxPayloadWire => payloadCodec.encode(payload)
