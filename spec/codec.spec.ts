import { expect } from 'chai'
import fc from 'fast-check'
import { type Codec, ConnectSession, ConnectSessionCreate, ConnectSessionToken } from '../lib/index.ts'
import { leftOf, rightOf } from './support/either.ts'
import { processorTime } from './support/processor.ts'
import { minted } from './support/server.ts'
import { createWire, sessionWire, tokenWire } from './support/wires.ts'

/** Members that all three may have. */
const optional = [
  ...['origin_username', 'provider', 'categories', 'account_id', 'label', 'metadata', 'type', 'connector_profile_id'],
]

/** Wires of which some members are anything at all, JSON or not. */
const odd = (wires: fc.Arbitrary<object>): fc.Arbitrary<object> => {
  const strange = fc.constantFrom('ats', null, Number.POSITIVE_INFINITY)
  const anything = fc.oneof(fc.anything(), fc.array(fc.oneof(fc.anything(), strange)))
  const known = fc.constantFrom(...optional, 'id', 'created_at', 'latest_connection_attempt', '', 'a')
  return fc
    .tuple(wires, fc.dictionary(fc.oneof(fc.string(), known), anything))
    .map(([wire, members]) => ({ ...wire, ...members }))
}

const owner = { origin_owner_id: 'acme-42', origin_owner_name: 'Acme Inc.' }

/** The laws of a codec, over all values that the contract allows. */
const isLawful = <A, O extends object>(codec: Codec<A, O>, wires: fc.Arbitrary<O>, least: O): void => {
  const decoded = (wire: unknown): A => rightOf(codec.decode(wire))

  it('encodes what it decoded to what that was', () => {
    fc.assert(
      fc.property(wires, (wire) => {
        expect(codec.encode(decoded(wire))).to.deep.equal(wire)
      }),
    )
  })

  it('decodes what it encoded to what that was', () => {
    fc.assert(
      fc.property(wires, (wire) => {
        const model = decoded(wire)
        expect(decoded(codec.encode(model))).to.deep.equal(model)
      }),
    )
  })

  it('gives the same through JSON', () => {
    fc.assert(
      fc.property(wires, (wire) => {
        const model = decoded(wire)
        expect(decoded(JSON.parse(JSON.stringify(codec.encode(model))))).to.deep.equal(model)
      }),
    )
  })

  it('is sure of what it decoded', () => {
    fc.assert(fc.property(wires, (wire) => codec.is(decoded(wire))))
  })

  it('leaves alone what it is given', () => {
    fc.assert(
      fc.property(wires, (wire) => {
        const before = JSON.stringify(wire)
        codec.encode(decoded(wire))
        expect(JSON.stringify(wire)).to.equal(before)
      }),
    )
  })

  it('counts null as absent', () => {
    const nulls = Object.fromEntries(optional.map((name) => [name, null]))
    fc.assert(
      fc.property(wires, (wire) => {
        expect(decoded({ ...nulls, ...wire })).to.deep.equal(decoded(wire))
      }),
    )
  })

  it('keeps unknown members under extra, and gives them back beside the others', () => {
    const others = JSON.parse('{"theme":{"a":[true,null]},"Label":1,"extra":2,"drift":[],"__proto__":{"strict":3}}')
    const model = decoded({ ...least, ...others })
    expect(model).to.have.property('extra').that.deep.equals(others)
    expect(codec.encode(model)).to.deep.equal({ ...least, ...others })
    expect(decoded(least)).not.to.have.property('extra')
    expect({}).not.to.have.property('strict')
  })

  it('refuses what is no object, and never throws', () => {
    const values: readonly (readonly [unknown, string])[] = [
      ...([
        [undefined, 'undefined'],
        [null, 'null'],
        [true, 'a boolean'],
        [0, 'zero'],
        ['text', 'a string'],
      ] as const),
      ...([
        [Symbol('s'), 'a symbol'],
        [1n, 'a bigint'],
        [() => minted, 'a function'],
      ] as const),
      ...([
        [[], 'an array'],
        [[minted], 'an array'],
      ] as const),
    ]
    for (const [value, got] of values) {
      expect(codec.is(value)).to.equal(false)
      const [error, ...more] = leftOf(codec.decode(value))
      expect(more).to.deep.equal([])
      expect(error?.message).to.equal(`expected an object, got ${got}`)
    }
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }),
        (value) => {
          codec.is(value)
          expect(['Left', 'Right']).to.include(codec.decode(value)._tag)
        },
      ),
    )
  })

  it('refuses an object that throws when it is read', () => {
    const hostile = {
      ...minted,
      get provider(): string {
        throw new Error('secret')
      },
    }
    const [error] = leftOf(codec.decode(hostile))
    expect(error?.message).to.equal('reading it threw')
  })
}

describe('Each codec', () => {
  for (const [name, codec] of Object.entries({ ConnectSessionCreate, ConnectSession, ConnectSessionToken }))
    it(`is called what its type is: ${name}`, () => {
      expect(codec.name).to.equal(name)
    })
})

describe('The codec ConnectSessionCreate', () => {
  isLawful(ConnectSessionCreate, createWire, owner)

  it('holds all there is of a create in camel case', () => {
    const wire = {
      ...{ origin_owner_id: 'acme-42', origin_owner_name: 'Acme Inc.', origin_username: 'it@acme.example' },
      ...{
        provider: 'bamboohr',
        categories: ['ats'],
        account_id: '451',
        expires_in: 60,
        metadata: { plan_name: 'pro' },
      },
      ...{ multiple: false, label: 'Berlin', type: 'test', connector_profile_id: 'profile-7' },
    }
    expect(rightOf(ConnectSessionCreate.decode(wire))).to.deep.equal({
      ...{ originOwnerId: 'acme-42', originOwnerName: 'Acme Inc.', originUsername: 'it@acme.example' },
      ...{ provider: 'bamboohr', categories: ['ats'], accountId: '451', expiresIn: 60, metadata: { plan_name: 'pro' } },
      ...{ multiple: false, label: 'Berlin', type: 'test', connectorProfileId: 'profile-7' },
    })
  })

  it('tells all that is wrong at once', () => {
    const errors = leftOf(
      ConnectSessionCreate.decode({
        ...{ origin_owner_id: ' ', provider: 7, categories: ['ats', 'atss', 1], expires_in: 0.5, metadata: [] },
        ...{ multiple: 'yes', label: '', type: 'TEST', connector_profile_id: {}, origin_username: null },
      }),
    )
    expect(
      errors.map(({ context }) =>
        context
          .slice(1)
          .map(({ key }) => key)
          .join('.'),
      ),
    ).to.have.members([
      ...['origin_owner_id', 'origin_owner_name', 'provider', 'categories.1', 'categories.2', 'expires_in', 'metadata'],
      ...['multiple', 'label', 'type', 'connector_profile_id'],
    ])
  })

  it('counts null as absent, but not where a member is required', () => {
    const [error, ...more] = leftOf(
      ConnectSessionCreate.decode({ origin_owner_id: null, origin_owner_name: 'Acme Inc.' }),
    )
    expect(more).to.deep.equal([])
    expect(error?.message).to.equal('is missing')
    expect(error).not.to.have.property('hint')
    expect(error?.context.map(({ key }) => key)).to.deep.equal(['', 'origin_owner_id'])
  })

  it('names what each member should be, for tools of io-ts that show it', () => {
    const odd = { categories: [7], expires_in: '60', metadata: 7, multiple: 1, type: 'TEST', theme: 1n }
    const errors = leftOf(ConnectSessionCreate.decode({ ...owner, label: 7, ...odd }))
    expect(errors.map(({ context }) => context.map(({ type }) => type.name).join('/'))).to.have.members([
      ...['ConnectSessionCreate/Text', 'ConnectSessionCreate/Category[]/Category', 'ConnectSessionCreate/Seconds'],
      ...['ConnectSessionCreate/JsonObject', 'ConnectSessionCreate/Flag', 'ConnectSessionCreate/AccountType'],
      'ConnectSessionCreate/unknown',
    ])
  })

  it('is the model in camel case, not the wire', () => {
    expect(ConnectSessionCreate.is({ originOwnerId: 'acme-42', originOwnerName: 'Acme Inc.' })).to.equal(true)
    expect(ConnectSessionCreate.is({ origin_owner_id: 'acme-42', origin_owner_name: 'Acme Inc.' })).to.equal(false)
    expect(ConnectSessionCreate.is({ originOwnerId: 'acme-42', originOwnerName: '' })).to.equal(false)
    expect(ConnectSessionCreate.is({ originOwnerId: 'a', originOwnerName: 'b', expiresIn: 0 })).to.equal(false)
    for (const [categories, isModel] of [
      [['ats'], true],
      [[], false],
      [['ats', 'atz'], false],
      [7, false],
    ] as const)
      expect(ConnectSessionCreate.is({ originOwnerId: 'a', originOwnerName: 'b', categories })).to.equal(isModel)
  })
})

describe('A list of categories', () => {
  const most = 10_000

  it('is refused as a whole where it is longer than anyone reads', () => {
    const decode = (length: number) =>
      ConnectSessionCreate.decode({ ...owner, categories: Array.from({ length }, () => 'x') })
    expect(leftOf(decode(most))).to.have.length(most)
    expect(leftOf(decode(most + 1)).map(({ message }) => message)).to.deep.equal(['more than 10000 entries'])
  })

  it('costs a reply neither its token nor its time', async () => {
    const categories = Array.from({ length: 1_000_000 }, () => 'x')
    const took = await processorTime(async () => {
      const { token, drift, categories: none } = rightOf(ConnectSessionToken.decode({ token: 'tok', categories }))
      expect({ token, none }).to.deep.equal({ token: 'tok', none: undefined })
      expect(drift).to.deep.include({ path: 'categories', message: 'more than 10000 entries' })
    })
    expect(took).to.be.below(3000)
  })
})

describe('The codec ConnectSession', () => {
  isLawful(ConnectSession, sessionWire, {})

  it('finds no drift in what the contract allows', () => {
    fc.assert(fc.property(sessionWire, (wire) => rightOf(ConnectSession.decode(wire)).drift.length === 0))
  })

  it('says of each deviation what the contract wants', () => {
    const odd = {
      ...{ id: 'a', organization_id: 12, project_id: {}, origin_owner_name: 7, created_at: 'soon', categories: 'ats' },
      ...{ label: 7, metadata: [], type: 'demo', latest_connection_attempt: { id: 7, created_at: '', updated_at: '' } },
    }
    expect(rightOf(ConnectSession.decode(odd)).drift).to.deep.equal([
      { path: 'id', message: 'expected a number, got a string' },
      { path: 'organization_id', message: 'expected a string, got a number' },
      { path: 'project_id', message: 'expected a string, got an object' },
      { path: 'origin_owner_id', message: 'is missing' },
      { path: 'origin_owner_name', message: 'expected a string, got a number' },
      { path: 'created_at', message: 'expected an ISO date-time with a zone, got a string' },
      { path: 'categories', message: 'expected an array, got a string' },
      { path: 'label', message: 'expected a string, got a number' },
      { path: 'metadata', message: 'expected an object, got an array' },
      { path: 'type', message: "expected 'production' or 'test', got a string" },
      { path: 'latest_connection_attempt.id', message: 'expected a string, got a number' },
    ])
  })

  it('says that an id is too large to be exact, and not that a number is no number', () => {
    const [issue] = rightOf(ConnectSession.decode({ id: 2 ** 53 })).drift
    expect(issue).to.deep.equal({ path: 'id', message: 'expected a number, got too large a number' })
  })

  it('decodes every object, whatever its members are, and its own writing of it to the same', () => {
    fc.assert(
      fc.property(odd(sessionWire), (wire) => {
        const { drift, ...members } = rightOf(ConnectSession.decode(wire))
        const again = rightOf(ConnectSession.decode(ConnectSession.encode({ ...members, drift })))
        expect({ ...again, drift: [] }).to.deep.equal({ ...members, drift: [] })
      }),
    )
  })

  it('reads every date that it writes', () => {
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true }), (createdAt) => {
        const wire = ConnectSession.encode({ createdAt, drift: [] })
        expect(rightOf(ConnectSession.decode(wire)).createdAt).to.deep.equal(createdAt)
      }),
    )
  })

  it('says of a member that drifted what it expected', () => {
    const { drift } = rightOf(ConnectSession.decode({ categories: 7 }))
    expect(drift).to.deep.include({ path: 'categories', message: 'expected an array, got a number' })
  })

  it('is no model without a list of drift', () => {
    expect(ConnectSession.is({ id: '1', drift: [] })).to.equal(true)
    expect(ConnectSession.is({ id: '1' })).to.equal(false)
    expect(ConnectSession.is({ id: 1, drift: [] })).to.equal(false)
    expect(ConnectSession.is({ createdAt: new Date(Number.NaN), drift: [] })).to.equal(false)
  })

  it('writes ids, dates and null as the contract has them', () => {
    const drifted = { id: '7', organization_id: 12, created_at: 1_767_225_600, label: null }
    expect(ConnectSession.encode(rightOf(ConnectSession.decode(drifted)))).to.deep.equal({
      ...{ id: 7, organization_id: '12', created_at: '2026-01-01T00:00:00.000Z' },
    })
  })

  it('writes an id as it stands where no number is written so', () => {
    for (const id of [
      ...['007', '7.0', '1e3', 'x7', ' 7', '12345678901234567890', '0.5', '1e+21', 'NaN', 'Infinity', '-Infinity'],
      ...['9007199254740992', '10000000000000000'],
    ])
      expect(ConnectSession.encode(rightOf(ConnectSession.decode({ id })))).to.deep.equal({ id })
  })

  it('writes neither drift nor an expiry', () => {
    expect(ConnectSession.encode(rightOf(ConnectSession.decode({})))).to.deep.equal({})
    expect(ConnectSessionToken.encode(rightOf(ConnectSessionToken.decode({ token: 't' })))).to.deep.equal({
      token: 't',
    })
  })
})

describe('The codec ConnectSessionToken', () => {
  isLawful(ConnectSessionToken, tokenWire, { token: 't' })

  it('finds no drift in what the contract allows', () => {
    fc.assert(fc.property(tokenWire, (wire) => rightOf(ConnectSessionToken.decode(wire)).drift.length === 0))
  })

  it('never loses a token, whatever the other members are', () => {
    fc.assert(
      fc.property(odd(tokenWire), fc.string({ minLength: 1, unit: 'binary' }), (wire, token) => {
        const decoded = rightOf(ConnectSessionToken.decode({ ...wire, token }))
        expect(decoded.token).to.equal(token)
        expect(decoded.expiresAt.getTime()).to.be.a('number').and.not.NaN
      }),
      { numRuns: 200 },
    )
  })

  it('takes half an hour for the life of a token', () => {
    fc.assert(
      fc.property(tokenWire, (wire) => {
        const { createdAt, expiresAt } = rightOf(ConnectSessionToken.decode(wire))
        expect(expiresAt.getTime() - (createdAt?.getTime() ?? 0)).to.equal(1_800_000)
      }),
    )
  })

  const wanted = 'expected a string that is not empty'
  for (const [token, message] of [
    [undefined, 'is missing'],
    [null, 'is missing'],
    ['', `${wanted}, got a blank string`],
    [7, `${wanted}, got a number`],
    [{}, `${wanted}, got an object`],
    [['t'], `${wanted}, got an array`],
  ] as const)
    it(`refuses a token that is ${JSON.stringify(token)}`, () => {
      const [error] = leftOf(ConnectSessionToken.decode({ ...minted, token }))
      expect(error?.context.map(({ key }) => key)).to.deep.equal(['', 'token'])
      expect(error?.message).to.equal(message)
    })

  it('is no model without a token, an expiry and a list of drift', () => {
    const model = { token: 't', expiresAt: new Date(0), drift: [] }
    expect(ConnectSessionToken.is(model)).to.equal(true)
    expect(ConnectSessionToken.is({ ...model, token: '' })).to.equal(false)
    expect(ConnectSessionToken.is({ ...model, expiresAt: '2026-01-01' })).to.equal(false)
    expect(ConnectSessionToken.is({ ...model, drift: undefined })).to.equal(false)
  })
})
