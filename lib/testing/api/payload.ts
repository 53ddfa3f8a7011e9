import { listOf, nonBlankString, refinement } from '../../model/codec.ts'
import { type ConnectSessionCreateWire, createFields } from '../../model/create-payload.ts'
import { optional, wireCodec } from '../../model/wire.ts'
import { show } from '../../util/guards.ts'

/** The body of a create, with categories and types that this version may not know. */
export type CreateBody = Omit<ConnectSessionCreateWire, 'categories' | 'type'> & {
  readonly categories?: readonly string[]
  readonly type?: string
}

/** Accepts any value that the API may add, except StackOne's misspellings. */
const openSet = (expectation: string, misspellings: readonly string[]) => {
  const is = (value: unknown): value is string => nonBlankString.is(value) && !misspellings.includes(value)
  return refinement(expectation, is, expectation, { describe: show })
}

/** Decodes and encodes the body of a create. Encoding omits the fields that were null. */
export const createBody = wireCodec<object, CreateBody>(
  'CreateBody',
  {
    ...createFields,
    categories: optional(listOf(openSet('a category', ['hrisLegacy', 'stackOne']), { atLeastOne: 'category' })),
    type: optional(openSet('an account type', ['PRODUCTION', 'TEST'])),
  },
  'fail',
)
