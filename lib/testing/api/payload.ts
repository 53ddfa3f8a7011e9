import { isLeft } from 'fp-ts/lib/Either.js'
import { listOf, nonBlankString, refinement } from '../../model/codec.ts'
import { type ConnectSessionCreateWire, createFields } from '../../model/create-payload.ts'
import { issuesOf } from '../../model/issues.ts'
import { optional, wireCodec } from '../../model/wire.ts'
import { show } from '../../util/guards.ts'
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
    { describe: show },
  )

const createBody = wireCodec<object, CreateBody>(
  'CreateBody',
  {
    ...createFields,
    categories: optional(listOf(openSet('a category', ['hrisLegacy', 'stackOne']), { atLeastOne: 'category' })),
    type: optional(openSet('an account type', ['PRODUCTION', 'TEST'])),
  },
  'fail',
)

/** Returns the body of a create without fields that are null. */
export const checkCreateBody = (body: unknown): CreateBody => {
  const decoded = createBody.decode(body)
  if (!isLeft(decoded)) return createBody.encode(decoded.right)
  const messages = issuesOf(decoded.left).map(({ path, message }) => (path === '' ? message : `${path}: ${message}`))
  throw new ApiFailure(400, messages.join('; '))
}
