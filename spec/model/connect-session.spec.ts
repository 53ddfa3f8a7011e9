import { expect } from 'chai'
import fc from 'fast-check'
import { createClient } from '../../lib/client/client.ts'
import { ConnectSession, ConnectSessionToken, isExpired } from '../../lib/model/connect-session.ts'
import { acme, apiKey } from '../support/call.ts'
import { leftOf, rightOf } from '../support/either.ts'
import { itEach } from '../support/it-each.ts'
import { followsLaws, malformed } from '../support/laws.ts'
import { processorTime } from '../support/processor.ts'
import { minted } from '../support/server.ts'
import { jsonResponse, stub } from '../support/stub.ts'
import { sessionWire, tokenWire } from '../support/wires.ts'

/** A response with nested values of every kind, and drift. */
const rich = {
  ...minted,
  id: 'a string',
  metadata: { plan: 'pro', links: [{ url: 'https://acme.example' }] },
  latest_connection_attempt: { id: 'attempt-1', seats: [{ count: 1 }] },
  theme: { dark: [true, { on: 1 }] },
}

/** The paths of the values that are not frozen. */
const unfrozen = (value: unknown, path = ''): readonly string[] => {
  if (typeof value !== 'object' || value === null) return []
  const fields = Reflect.ownKeys(value).flatMap((key) => unfrozen(Reflect.get(value, key), `${path}.${String(key)}`))
  return Object.isFrozen(value) ? fields : [path, ...fields]
}

/** Creates a session with a lifetime at a server that responds with a status and a body. */
const create = (body: object, expiresIn?: number, status = 201): Promise<ConnectSessionToken> => {
  const { fetch } = stub(() => jsonResponse(status, body))
  return acme.when(expiresIn, (base, seconds) => base.expiresIn(seconds)).send(createClient({ apiKey, fetch }))
}

describe('The codec ConnectSession', () => {
  followsLaws(ConnectSession, sessionWire, {})

  it('finds no drift in a response that the contract allows', () => {
    fc.assert(fc.property(sessionWire, (wire) => rightOf(ConnectSession.decode(wire)).drift.length === 0))
  })

  it('reports each deviation from the contract in drift', () => {
    const response = {
      ...{ id: 'a', organization_id: 12, project_id: {}, origin_owner_name: 7, created_at: 'soon', categories: 'ats' },
      ...{ label: 7, metadata: [], type: 'demo', latest_connection_attempt: { id: 7, created_at: '', updated_at: '' } },
    }
    expect(rightOf(ConnectSession.decode(response)).drift).to.deep.equal([
      { path: 'id', message: 'must be a number, got a string' },
      { path: 'organization_id', message: 'must be a string, got a number' },
      { path: 'project_id', message: 'must be a string, got an object' },
      { path: 'origin_owner_id', message: 'is required' },
      { path: 'origin_owner_name', message: 'must be a string, got a number' },
      { path: 'created_at', message: 'must be an ISO date-time with a zone, got a string' },
      { path: 'categories', message: 'must be an array, got a string' },
      { path: 'label', message: 'must be a string, got a number' },
      { path: 'metadata', message: 'must be an object, got an array' },
      { path: 'type', message: "must be 'production' or 'test', got 'demo'" },
      { path: 'latest_connection_attempt.id', message: 'must be a string, got a number' },
    ])
  })

  it('decodes any object, and decodes what it encodes to the same fields', () => {
    fc.assert(
      fc.property(malformed(sessionWire), (wire) => {
        const { drift, ...fields } = rightOf(ConnectSession.decode(wire))
        const again = rightOf(ConnectSession.decode(ConnectSession.encode({ ...fields, drift })))
        expect({ ...again, drift: [] }).to.deep.equal({ ...fields, drift: [] })
      }),
    )
  })

  it('recognizes no value without a list of drift', () => {
    expect(ConnectSession.is({ id: '1', drift: [] })).to.equal(true)
    expect(ConnectSession.is({ id: '1' })).to.equal(false)
    expect(ConnectSession.is({ id: 1, drift: [] })).to.equal(false)
    for (const createdAt of [new Date(Number.NaN), '2026-01-01', 0])
      expect(ConnectSession.is({ createdAt, drift: [] })).to.equal(false)
    for (const extra of [1, { f: () => 1 }]) expect(ConnectSession.is({ extra, drift: [] })).to.equal(false)
  })

  it('encodes dates and the ids of numbers as in the contract, and omits null', () => {
    const response = { id: '7', organization_id: 12, created_at: 1_767_225_600, label: null }
    const contract = { id: 7, organization_id: '12', created_at: '2026-01-01T00:00:00.000Z' }
    expect(ConnectSession.encode(rightOf(ConnectSession.decode(response)))).to.deep.equal(contract)
  })

  it('encodes an id that is not the text of a number as a string', () => {
    for (const id of [0, -7, 12]) expect(ConnectSession.encode({ id: `${id}`, drift: [] })).to.deep.equal({ id })
    const texts = ['007', '7.0', '1e3', 'x7', ' 7', '12345678901234567890', '0.5', '1e+21', 'NaN', 'Infinity', '-0']
    for (const id of [...texts, '9007199254740992'])
      expect(ConnectSession.encode({ id, drift: [] })).to.deep.equal({ id })
  })

  it('encodes neither drift nor the expiry', () => {
    expect(ConnectSession.encode(rightOf(ConnectSession.decode({})))).to.deep.equal({})
    expect(ConnectSessionToken.encode(rightOf(ConnectSessionToken.decode({ token: 't' })))).to.deep.equal({
      token: 't',
    })
  })
})

describe('The codec ConnectSessionToken', () => {
  followsLaws(ConnectSessionToken, tokenWire, { token: 't' })

  it('finds no drift in a response that the contract allows', () => {
    fc.assert(fc.property(tokenWire, (wire) => rightOf(ConnectSessionToken.decode(wire)).drift.length === 0))
  })

  it('never loses a token, whatever the other fields are', () => {
    fc.assert(
      fc.property(malformed(tokenWire), fc.string({ minLength: 1, unit: 'binary' }), (wire, token) => {
        const decoded = rightOf(ConnectSessionToken.decode({ ...wire, token }))
        expect(decoded.token).to.equal(token)
        expect(decoded.expiresAt.getTime()).to.be.a('number').and.not.NaN
      }),
      { numRuns: 200 },
    )
  })

  it('keeps the token of a response with a million categories, in less than 3 seconds', async () => {
    const categories = Array(1_000_000).fill('x')
    const elapsed = await processorTime(() => {
      const { token, drift, ...fields } = rightOf(ConnectSessionToken.decode({ token: 'tok', categories }))
      expect(token).to.equal('tok')
      expect(fields).not.to.have.property('categories')
      expect(drift).to.deep.include({ path: 'categories', message: 'must contain at most 10000 entries' })
    })
    expect(elapsed).to.be.below(3000)
  })

  const malformedTokens = [
    [undefined, 'is required'],
    [null, 'is required'],
    ['', 'must be a non-empty string, got a blank string'],
    [7, 'must be a non-empty string, got a number'],
  ] as const
  itEach('rejects a missing or malformed token', malformedTokens, ([token, message]) => {
    const [error] = leftOf(ConnectSessionToken.decode({ ...minted, token }))
    expect(error?.context.map(({ key }) => key)).to.deep.equal(['', 'token'])
    expect(error).to.include({ message }).and.not.have.property('hint')
  })

  it('accepts a token of white space', () => {
    expect(rightOf(ConnectSessionToken.decode({ ...minted, token: ' ' })).token).to.equal(' ')
  })

  it('recognizes no value without a token, an expiry and a list of drift', () => {
    const model = { token: 't', expiresAt: new Date(0), drift: [] }
    expect(ConnectSessionToken.is(model)).to.equal(true)
    expect(ConnectSessionToken.is({ ...model, token: '' })).to.equal(false)
    expect(ConnectSessionToken.is({ ...model, expiresAt: '2026-01-01' })).to.equal(false)
    expect(ConnectSessionToken.is({ ...model, drift: undefined })).to.equal(false)
  })
})

describe('A decoded response', () => {
  it('is frozen at every level, including its dates and its drift', async () => {
    for (const decoded of [
      await create(rich, 60, 202),
      rightOf(ConnectSession.decode(rich)),
      rightOf(ConnectSessionToken.decode(rich)),
    ]) {
      expect(unfrozen(decoded)).to.deep.equal([])
      expect(decoded.drift).not.to.deep.equal([])
      expect(decoded.extra).to.deep.include({ theme: rich.theme })
    }
  })

  it('gives its secrets as properties, in copies and as JSON', () => {
    const externalTriggerToken = 'trigger.0123456789'
    const decoded = rightOf(ConnectSessionToken.decode({ ...minted, external_trigger_token: externalTriggerToken }))
    const secrets = { token: minted.token, authLinkUrl: minted.auth_link_url, externalTriggerToken }
    for (const value of [decoded, { ...decoded }, JSON.parse(JSON.stringify(decoded)), structuredClone({ ...decoded })])
      expect(value).to.include(secrets)
    expect(Object.keys(decoded)).to.include.members(Object.keys(secrets))
  })

  it('masks its token where the token is the name of a field in drift', () => {
    const response = { ...minted, metadata: { [minted.token]: Number.POSITIVE_INFINITY } }
    expect(rightOf(ConnectSessionToken.decode(response)).drift).to.deep.equal([
      { path: 'metadata["[secret]"]', message: 'must be JSON, got Infinity' },
    ])
  })
})

describe('expiresAt', () => {
  itEach('is the creation of the session plus its lifetime', [undefined, 1, 315_360_000], async (expiresIn) => {
    const { createdAt, expiresAt } = await create(minted, expiresIn)
    expect(createdAt).to.deep.equal(new Date(minted.created_at))
    expect(expiresAt.getTime()).to.equal(new Date(minted.created_at).getTime() + (expiresIn ?? 1800) * 1000)
  })

  it('treats a creation time without a zone as UTC', async () => {
    const { expiresAt } = await create({ ...minted, created_at: '2026-07-01T12:00:00' })
    expect(expiresAt.toISOString()).to.equal('2026-07-01T12:30:00.000Z')
  })

  const unusable = [undefined, null, 'soon']
  itEach('counts from the arrival of the response if the creation time is unusable', unusable, async (created_at) => {
    const from = Date.now()
    const { expiresAt } = await create({ ...minted, created_at }, 60)
    expect(expiresAt.getTime()).to.be.within(from + 60_000, Date.now() + 60_000)
  })
})

describe('isExpired', () => {
  const expiring = (ms: number): { readonly expiresAt: Date } => ({ expiresAt: new Date(ms) })

  it('returns true exactly if the expiry is not after the given time, as a number or a Date', () => {
    const time = fc.integer({ min: -8_640_000_000_000_000, max: 8_640_000_000_000_000 })
    fc.assert(
      fc.property(time, time, (expiry, now) => {
        expect(isExpired(expiring(expiry), now)).to.equal(expiry <= now)
        expect(isExpired(expiring(expiry), new Date(now))).to.equal(expiry <= now)
      }),
    )
  })

  it('compares with the current time by default', () => {
    expect(isExpired(expiring(Date.now() - 1))).to.equal(true)
    expect(isExpired(expiring(Date.now() + 60_000))).to.equal(false)
    expect(isExpired(expiring(Date.now() + 60_000), undefined)).to.equal(false)
  })

  it('reads an expiry that was serialized', () => {
    for (const ms of [-60_000, 60_000])
      expect(isExpired(JSON.parse(JSON.stringify(expiring(Date.now() + ms))))).to.equal(ms < 0)
  })

  it('returns true for an invalid date', () => {
    for (const now of [Number.NaN, new Date(Number.NaN)]) expect(isExpired(expiring(1_000_000), now)).to.equal(true)
    expect(isExpired(expiring(Number.NaN))).to.equal(true)
  })
})
