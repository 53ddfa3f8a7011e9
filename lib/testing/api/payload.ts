import { isLeft } from 'fp-ts/lib/Either.js'
import type { Mixed } from 'io-ts'
import { listOf, nonBlankString, refinement } from '../../model/codec.ts'
import { type ConnectSessionCreateWire, payloadFields } from '../../model/create-payload.ts'
import { issuesOf } from '../../model/issues.ts'
import { wireCodec } from '../../model/wire.ts'
import { mustBeShown } from '../../util/guards.ts'
import { ApiFailure } from './response.ts'

/** The body of a create, with categories and types that this version may not know. */
export type CreateBody = Omit<ConnectSessionCreateWire, 'categories' | 'type'> & {
  readonly categories?: readonly string[]
  readonly type?: string
}

/** Accepts any value that the API may add, except StackOne's misspellings. */
const openSet = (expectation: string, misspellings: readonly string[]) =>
  refinement(
    expectation,
    (value): value is string => nonBlankString.is(value) && !misspellings.includes(value),
    expectation,
    { describe: mustBeShown },
  )

const openSets: Readonly<Record<string, Mixed>> = {
  categories: listOf(openSet('a category', ['hrisLegacy', 'stackOne']), { min: 1, noun: 'category' }),
  type: openSet('an account type', ['PRODUCTION', 'TEST']),
}

const createBody = wireCodec<object, CreateBody>(
  'CreateBody',
  Object.fromEntries(
    payloadFields.map(({ name, codec, isRequired }) => [
      name,
      { codec: openSets[name] ?? codec, presence: isRequired ? 'required' : 'optional' } as const,
    ]),
  ),
  'fail',
)

/** Returns the body of a create without fields that are null. Contract section 2. */
export const checkCreateBody = (body: unknown): CreateBody => {
  const decoded = createBody.decode(body)
  if (!isLeft(decoded)) return createBody.encode(decoded.right)
  const messages = issuesOf(decoded.left).map(({ path, message }) => (path === '' ? message : `${path}: ${message}`))
  throw new ApiFailure(400, messages.join('; '))
}
