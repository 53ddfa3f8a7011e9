import { inspect } from 'node:util'
import { expect } from 'chai'
import fc from 'fast-check'
import {
  type ClientTasks,
  ConfigurationError,
  createClient,
  fromJSON,
  isSessionError,
  type Session,
  session,
  ValidationError,
} from '../lib/index.ts'
import { apiKey } from './support/call.ts'
import { minted } from './support/server.ts'
import { reply, stub } from './support/stub.ts'
import { createWire } from './support/wires.ts'

const owned = session().owner('acme-42', 'Acme Inc.')

const trap = (): never => {
  throw new TypeError('a trap of the test')
}

const traps = { get: trap, has: trap, ownKeys: trap, getPrototypeOf: trap, getOwnPropertyDescriptor: trap } as const

const revoked = (target: object): unknown => {
  const { proxy, revoke } = Proxy.revocable(target, {})
  revoke()
  return proxy
}

/** Makes a value. Even fast-check must not see some of them, so it is given their makers. */
type Maker = () => unknown

const hostile: fc.Arbitrary<Maker> = fc.constantFrom<Maker[]>(
  ...Object.entries(traps).map(
    ([name, each]) =>
      () =>
        new Proxy({ a: 1 }, { [name]: each }),
  ),
  () => new Proxy(['ats'], traps),
  () => new Proxy(trap, traps),
  () => revoked({}),
  () => revoked([]),
  () => revoked(trap),
  () => ({ toJSON: trap }),
  () => ({ toJSON: () => 'something else' }),
  () => ({ [Symbol.toPrimitive]: trap, toString: trap, valueOf: trap }),
  () => ({ [Symbol.iterator]: trap }),
  () => Object.defineProperty({}, 'then', { enumerable: true, get: trap }),
  () => Object.defineProperty({}, 'a', { enumerable: true, get: trap }),
  () => Object.defineProperty([], 0, { enumerable: true, get: trap }),
  () => Object.defineProperty(new Date(Number.NaN), 'toJSON', { value: trap }),
  () => Object.setPrototypeOf(['ats'], null),
  () => new Error('an error', { cause: trap }),
  () => trap,
  () => class {},
  () => Symbol.iterator,
)

const known = [
  ...['apiKey', 'baseUrl', 'timeout', 'deadline', 'retries', 'fetch', 'headers', 'userAgent', 'onEvent', 'strict'],
  ...['dangerouslyAllowBrowser', 'signal', 'interval', '__proto__', 'constructor', 'toString'],
]
const names = fc.oneof(fc.constantFrom(...known, ...Object.keys(minted)), fc.string())

const listOf = (entries: fc.Arbitrary<Maker>): fc.Arbitrary<Maker> =>
  fc.array(entries, { maxLength: 3 }).map((made) => () => made.map((make) => make()))

/** Objects with these members, some of them under names that the library knows. */
const objectOf = (members: fc.Arbitrary<Maker>): fc.Arbitrary<Maker> =>
  fc
    .array(fc.tuple(names, members), { maxLength: 3 })
    .map((made) => () => Object.fromEntries(made.map(([name, make]) => [name, make()])))

/** Any value at all. */
const anything: fc.Arbitrary<Maker> = fc.oneof(
  fc
    .anything({
      withBigInt: true,
      withBoxedValues: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withObjectString: true,
      withSet: true,
      withSparseArray: true,
      withTypedArray: true,
    })
    .map((value) => () => value),
  hostile,
  listOf(hostile),
  objectOf(hostile),
)

/** What it gives or throws, told apart. */
const outcome = async (work: () => unknown): Promise<{ readonly gave: unknown } | { readonly threw: unknown }> => {
  try {
    return { gave: await work() }
  } catch (error) {
    return { threw: error }
  }
}

const fails = async (
  type: typeof ValidationError | typeof ConfigurationError,
  work: () => unknown,
): Promise<boolean> => {
  const ended = await outcome(work)
  if ('gave' in ended) return false
  // What is thrown may be a proxy, which must not reach chai's own printing.
  if (!isSessionError(ended.threw)) throw new Error('threw what is no error of the library')
  expect(ended.threw).to.be.instanceOf(type)
  return true
}

const client = createClient({ apiKey, fetch: stub().fetch, retries: 0 })

/** All that can be done with a session, whatever it holds. */
const isWellBehaved = async (made: Session): Promise<void> => {
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

describe('Whatever is given', () => {
  it('to a method of the builder, it is a success or a ValidationError', async () => {
    const calls = fc.array(fc.tuple(fc.constantFrom(...methods), fc.array(anything, { maxLength: 3 })), {
      maxLength: 4,
    })
    await fc.assert(
      fc.asyncProperty(calls, async (made) => {
        const chain = await outcome(() =>
          made.reduce<Session>((base, [method, args]) => {
            // A change of the caller's may throw its own error, so here it only returns.
            const given = method === 'when' ? [args[0]?.(), () => args[1]?.()] : args.map((make) => make())
            return Reflect.apply(Reflect.get(base, method), base, given)
          }, owned),
        )
        if ('threw' in chain) expect(chain.threw).to.be.instanceOf(ValidationError)
        else await isWellBehaved(chain.gave as Session) // only sessions come out of these methods
      }),
      { numRuns: 300 },
    )
  })

  it('to fromJSON, it is a Right or a ValidationError', async () => {
    const wires = fc.oneof(
      anything,
      fc.tuple(createWire, objectOf(anything)).map(([wire, odd]) => () => ({ ...wire, ...Object(odd()) })),
    )
    await fc.assert(
      fc.asyncProperty(wires, async (wire) => {
        const read = fromJSON(wire())
        if (read._tag === 'Left') expect(read.left).to.be.instanceOf(ValidationError)
        else await isWellBehaved(read.right)
      }),
      { numRuns: 300 },
    )
  })

  it('to createClient, it is a client or a ConfigurationError', async () => {
    const options = fc.oneof(anything, objectOf(anything))
    await fc.assert(
      fc.asyncProperty(options, async (given) => {
        const made = await outcome(() => Reflect.apply(createClient, undefined, [given()]))
        if ('threw' in made) expect(made.threw).to.be.instanceOf(ConfigurationError)
        else expect(made.gave).to.have.all.keys('create', 'authenticate', 'get', 'waitForConnection', 'task')
      }),
      { numRuns: 300 },
    )
  })

  it('to a call, it ends with what was asked for or a SessionError', async () => {
    const { token, auth_link_url, ...opened } = minted
    const attempt = { id: 'a', created_at: 'then', updated_at: 'now', status: 'authenticated' }
    const { fetch } = stub(() => reply(201, { ...opened, token, auth_link_url, latest_connection_attempt: attempt }))
    const own = createClient({ apiKey, fetch, retries: 0, deadline: 1000 })
    const doors = fc.constantFrom<keyof ClientTasks>('create', 'authenticate', 'get', 'waitForConnection')
    const options = fc.oneof(
      anything,
      objectOf(anything),
      fc.constant(() => undefined),
    )
    await fc.assert(
      fc.asyncProperty(doors, anything, options, async (door, given, how) => {
        const call = (doors: object): unknown => Reflect.apply(Reflect.get(doors, door), doors, [given(), how()])
        const ended = await outcome(() => call(own))
        if ('threw' in ended && !isSessionError(ended.threw)) throw new Error(`${door} rejected with a foreign error`)
        const task = call(own.task) as ReturnType<ClientTasks['get']> // each of them gives a task
        const result = await task()
        expect(result._tag).to.equal('threw' in ended ? 'Left' : 'Right')
        if (result._tag === 'Left' && !isSessionError(result.left)) throw new Error('the Left is a foreign error')
      }),
      { numRuns: 300 },
    )
  })

  it('to send for a client, it is a session or a SessionError', async () => {
    await fc.assert(
      fc.asyncProperty(anything, anything, async (given, how) => {
        const ended = await outcome(() => Reflect.apply(owned.send, owned, [given(), how()]))
        if ('threw' in ended && !isSessionError(ended.threw)) throw new Error('send rejected with a foreign error')
      }),
    )
  })
})

/** The same value with a getter for each member, and how often the busiest of them was run. */
const counted = (value: unknown, isFrozen: boolean): { readonly value: unknown; readonly most: () => number } => {
  const counts: number[] = []
  const wrap = (inner: unknown): unknown => {
    if (typeof inner !== 'object' || inner === null) return inner
    const target: object = Array.isArray(inner) ? [] : {}
    for (const [name, member] of Object.entries(inner)) {
      const [at, wrapped] = [counts.push(0) - 1, wrap(member)]
      const get = (): unknown => {
        counts[at] = (counts[at] ?? 0) + 1
        return wrapped
      }
      Object.defineProperty(target, name, { enumerable: true, configurable: true, get })
    }
    return isFrozen ? Object.freeze(target) : target
  }
  return { value: wrap(value), most: () => Math.max(0, ...counts) }
}

describe("A getter of the caller's", () => {
  const wire = { origin_owner_id: 'acme-42', origin_owner_name: 'Acme Inc.', label: 'a', metadata: { b: [{ c: 1 }] } }
  const model = { originOwnerId: 'acme-42', originOwnerName: 'Acme Inc.', categories: ['ats'], metadata: { b: [1] } }
  const options = { timeout: 900, deadline: 1000, retries: 0, headers: { 'x-a': 'b' } }
  const fetch = stub().fetch

  const use = async (made: Session): Promise<void> => {
    made.decode()
    JSON.stringify(made)
    made.equals(owned)
    inspect(made, { depth: 9, getters: true })
    await made.label('more').send(client)
    await made.task(client)()
  }

  const readers: readonly (readonly [string, unknown, (given: unknown) => unknown])[] = [
    ['metadata', wire, async (given) => use(Reflect.apply(owned.metadata, owned, [given]))],
    ['field', wire, async (given) => use(Reflect.apply(owned.field, owned, ['theme', given]))],
    [
      'fromJSON',
      { ...wire, categories: ['ats'], theme: { d: [1] } },
      async (given) => {
        const read = fromJSON(given)
        if (read._tag === 'Left') throw read.left
        await use(read.right)
      },
    ],
    [
      'createClient',
      { ...options, apiKey, fetch, userAgent: 'judge', strict: false },
      async (given) => owned.send(Reflect.apply(createClient, undefined, [given])),
    ],
    ['send, for the client', client, (given) => Reflect.apply(owned.send, owned, [given])],
    ['send', options, (given) => Reflect.apply(owned.send, owned, [client, given])],
    ['client.create', model, (given) => Reflect.apply(client.create, client, [given])],
    ['client.create, for options', options, (given) => Reflect.apply(client.create, client, [model, given])],
    ['client.get, for options', options, (given) => Reflect.apply(client.get, client, ['4711', given])],
  ]
  for (const [title, plain, reader] of readers) {
    for (const isFrozen of [false, true])
      it(`is run once at most${isFrozen ? ', also of what is frozen' : ''}: ${title}`, async () => {
        const { value, most } = counted(plain, isFrozen)
        const ended = await outcome(() => reader(value))
        if ('threw' in ended) throw ended.threw
        expect(most()).to.equal(1)
      })

    it(`is run once at most, also where the value is a proxy: ${title}`, async () => {
      const reads = new Map<PropertyKey, number>()
      const proxy = new Proxy(Object(plain), {
        get: (target, name) => {
          reads.set(name, (reads.get(name) ?? 0) + 1)
          return Reflect.get(target, name)
        },
      })
      await outcome(() => reader(proxy))
      const twice = Object.keys(Object(plain)).filter((name) => (reads.get(name) ?? 0) > 1)
      expect(twice).to.deep.equal([])
      expect(reads.size).to.be.above(0)
    })
  }
})
