import { expect } from 'chai'
import fc from 'fast-check'
import {
  type ClientTasks,
  ConfigurationError,
  createClient,
  fromJSON,
  isSessionError,
  type Session,
  ValidationError,
} from '../../lib/index.ts'
import { acme, apiKey } from '../support/call.ts'
import { minted } from '../support/server.ts'
import { jsonResponse, stub } from '../support/stub.ts'
import { createWire } from '../support/wires.ts'

const trap = (): never => {
  throw new TypeError('a trap of the test')
}

const traps = { get: trap, has: trap, ownKeys: trap, getPrototypeOf: trap, getOwnPropertyDescriptor: trap } as const

const revoked = (target: object): unknown => {
  const { proxy, revoke } = Proxy.revocable(target, {})
  revoke()
  return proxy
}

/** Makes a value. fast-check cannot print some of the values, so it generates functions. */
type Maker = () => unknown

const hostile: fc.Arbitrary<Maker> = fc.constantFrom<Maker[]>(
  ...Object.entries(traps).map(
    ([name, each]) =>
      () =>
        new Proxy({ a: 1 }, { [name]: each }),
  ),
  () => new Proxy(['ats'], traps),
  () => revoked({}),
  () => revoked(trap),
  () => ({ toJSON: trap }),
  () => ({ [Symbol.toPrimitive]: trap, toString: trap, valueOf: trap }),
  () => Object.defineProperty({}, 'then', { enumerable: true, get: trap }),
  () => Object.defineProperty({}, 'a', { enumerable: true, get: trap }),
  () => new Error('an error', { cause: trap }),
  () => trap,
)

const known = [
  ...['apiKey', 'baseUrl', 'timeout', 'deadline', 'retries', 'fetch', 'headers', 'userAgent', 'onEvent', 'strict'],
  ...['dangerouslyAllowBrowser', 'signal', 'interval', '__proto__', 'constructor', 'toString'],
]
const names = fc.oneof(fc.constantFrom(...known, ...Object.keys(minted)), fc.string())

const listOf = (entries: fc.Arbitrary<Maker>): fc.Arbitrary<Maker> =>
  fc.array(entries, { maxLength: 3 }).map((made) => () => made.map((make) => make()))

/** Objects with such values, some of them under names that the library knows. */
const objectOf = (values: fc.Arbitrary<Maker>): fc.Arbitrary<Maker> =>
  fc
    .array(fc.tuple(names, values), { maxLength: 3 })
    .map((made) => () => Object.fromEntries(made.map(([name, make]) => [name, make()])))

const readable: fc.Arbitrary<Maker> = fc
  .anything({
    ...{ withBigInt: true, withBoxedValues: true, withDate: true, withMap: true, withNullPrototype: true },
    ...{ withSet: true, withSparseArray: true, withTypedArray: true },
  })
  .map((value) => () => value)

/** Any value. */
const anything: fc.Arbitrary<Maker> = fc.oneof(readable, hostile, listOf(hostile), objectOf(hostile))

/** The result of work: what it resolves with or throws. */
const outcome = async (work: () => unknown): Promise<{ readonly value: unknown } | { readonly threw: unknown }> => {
  try {
    return { value: await work() }
  } catch (error) {
    return { threw: error }
  }
}

const fails = async (
  type: typeof ValidationError | typeof ConfigurationError,
  work: () => unknown,
): Promise<boolean> => {
  const ended = await outcome(work)
  if ('value' in ended) return false
  // The error may be a proxy that chai cannot print.
  if (!isSessionError(ended.threw)) throw new Error('threw something other than a SessionError')
  expect(ended.threw).to.be.instanceOf(type)
  return true
}

// A response without an owner is accepted for any owner.
const { id: _id, origin_owner_id: _ownerId, ...anonymous } = minted
const client = createClient({ apiKey, fetch: stub(() => jsonResponse(201, anonymous)).fetch, retries: 0 })

/** Expects that a session is valid in every respect, or reports a ValidationError in every respect. */
const expectConsistent = async (made: Session): Promise<void> => {
  const decoded = made.decode()
  if (decoded._tag === 'Left') expect(decoded.left).to.be.instanceOf(ValidationError)
  const refused = decoded._tag === 'Left'
  expect(await fails(ValidationError, () => made.toJSON())).to.equal(refused)
  expect(await fails(ValidationError, () => JSON.stringify(made))).to.equal(refused)
  expect(await fails(ValidationError, () => made.send(client))).to.equal(refused)
  expect(made.equals(made)).to.equal(true)
}

const methods = [
  ...['owner', 'username', 'provider', 'categories', 'account', 'expiresIn', 'metadata', 'multiple', 'label'],
  ...['type', 'connectorProfile', 'field', 'when'],
] as const

describe('Any value', () => {
  it('that can be read, passed to a method of the builder, is valid or a ValidationError', async () => {
    const calls = fc.array(fc.tuple(fc.constantFrom(...methods), fc.array(readable, { maxLength: 3 })), {
      maxLength: 4,
    })
    await fc.assert(
      fc.asyncProperty(calls, async (made) => {
        const chain = await outcome(() =>
          made.reduce<Session>((base, [method, args]) => {
            // The callback of `when` may throw any error, so here it returns.
            const given = method === 'when' ? [args[0]?.(), () => args[1]?.()] : args.map((make) => make())
            return Reflect.apply(Reflect.get(base, method), base, given)
          }, acme),
        )
        if ('threw' in chain) expect(chain.threw).to.be.instanceOf(ValidationError)
        else await expectConsistent(chain.value as Session) // the methods return sessions only
      }),
      { numRuns: 300 },
    )
  })

  it('passed to fromJSON is a Right or a ValidationError', async () => {
    const wires = fc.oneof(
      anything,
      fc.tuple(createWire, objectOf(anything)).map(([wire, fields]) => () => ({ ...wire, ...Object(fields()) })),
    )
    await fc.assert(
      fc.asyncProperty(wires, async (wire) => {
        const read = fromJSON(wire())
        if (read._tag === 'Left') expect(read.left).to.be.instanceOf(ValidationError)
        else await expectConsistent(read.right)
      }),
      { numRuns: 300 },
    )
  })

  it('that can be read, passed to createClient, is valid or a ConfigurationError', async () => {
    const options = fc.oneof(readable, objectOf(readable))
    await fc.assert(
      fc.asyncProperty(options, async (given) => {
        const made = await outcome(() => Reflect.apply(createClient, undefined, [given()]))
        if ('threw' in made) expect(made.threw).to.be.instanceOf(ConfigurationError)
        else expect(made.value).to.have.all.keys('create', 'authenticate', 'get', 'waitForConnection', 'task')
      }),
      { numRuns: 300 },
    )
  })

  it('passed to a call is valid or a SessionError', async () => {
    const attempt = { id: 'a', created_at: 'then', updated_at: 'now', status: 'authenticated' }
    const { fetch } = stub(() => jsonResponse(201, { ...anonymous, latest_connection_attempt: attempt }))
    const own = createClient({ apiKey, fetch, retries: 0, deadline: 1000 })
    const methods = fc.constantFrom<keyof ClientTasks>('create', 'authenticate', 'get', 'waitForConnection')
    const options = fc.oneof(
      anything,
      objectOf(anything),
      fc.constant(() => undefined),
    )
    await fc.assert(
      fc.asyncProperty(methods, anything, options, async (method, given, how) => {
        const call = (calls: object): unknown => Reflect.apply(Reflect.get(calls, method), calls, [given(), how()])
        const ended = await outcome(() => call(own))
        if ('threw' in ended && !isSessionError(ended.threw))
          throw new Error(`${method} rejected with something other than a SessionError`)
        const task = call(own.task) as ReturnType<ClientTasks['get']> // each of them returns a task
        const result = await task()
        expect(result._tag).to.equal('threw' in ended ? 'Left' : 'Right')
        if (result._tag === 'Left' && !isSessionError(result.left)) throw new Error('the Left is not a SessionError')
      }),
      { numRuns: 300 },
    )
  })
})
