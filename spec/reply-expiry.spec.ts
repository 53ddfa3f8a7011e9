import { expect } from 'chai'
import fc from 'fast-check'
import { type ConnectSessionToken, days, isExpired, type Session } from '../lib/index.ts'
import { acme, clientOf } from './support/call.ts'
import { rightOf } from './support/either.ts'
import { httpServer, json, minted, type TestServer } from './support/server.ts'

let server: TestServer
let created_at: unknown

// Inside each describe: at the top of a file it would run for the tests of all files.
const serveEach = (): void => {
  beforeEach(async () => {
    created_at = minted.created_at
    server = await httpServer((_, response) => json(response, 201, { ...minted, created_at }))
  })
  afterEach(() => server.close())
}

const send = (session: Session = acme): Promise<ConnectSessionToken> => session.send(clientOf(server.url))

describe('expiresAt', () => {
  serveEach()

  const created = new Date('2026-01-01T00:00:00.000Z').getTime()

  for (const [title, session, seconds] of [
    ['the default of half an hour', acme, 1800],
    ['a second', acme.expiresIn(1), 1],
    ['a week', acme.expiresIn(days(7)), 604_800],
    ['ten years', acme.expiresIn(315_360_000), 315_360_000],
    ['the last of two', acme.expiresIn(60).expiresIn(120), 120],
  ] satisfies readonly (readonly [string, Session, number])[])
    it(`is the creation of the session and ${title}`, async () => {
      const { createdAt, expiresAt } = await send(session)
      expect(createdAt?.getTime()).to.equal(created)
      expect(expiresAt.getTime()).to.equal(created + seconds * 1000)
    })

  it('is the same through task, and through create', async () => {
    const client = clientOf(server.url)
    const asked = acme.expiresIn(60)
    const replies = [rightOf(await asked.task(client)()), await client.create(rightOf(asked.decode()))]
    for (const { expiresAt } of replies) expect(expiresAt.getTime()).to.equal(created + 60_000)
  })

  it('reads a creation without a zone as UTC, whatever the zone of this process', async () => {
    created_at = '2026-07-01T12:00:00'
    expect((await send()).expiresAt.toISOString()).to.equal('2026-07-01T12:30:00.000Z')
  })

  for (const [title, odd] of [
    ['is missing', undefined],
    ['is null', null],
    ['cannot be read', 'soon'],
    ['is too late for any expiry', 8.64e15],
  ] satisfies readonly (readonly [string, unknown])[])
    it(`counts from the arrival of the reply where its creation ${title}`, async () => {
      created_at = odd
      const from = Date.now()
      const { expiresAt } = await send(acme.expiresIn(60))
      expect(expiresAt.getTime()).to.be.within(from + 60_000, Date.now() + 60_000)
    })
})

describe('isExpired', () => {
  serveEach()

  const at = (ms: number): { readonly expiresAt: Date } => ({ expiresAt: new Date(ms) })

  for (const [title, now, expired] of [
    ['a millisecond before', 999_999, false],
    ['at that very time', 1_000_000, true],
    ['a millisecond after', 1_000_001, true],
    ['at the beginning of time', 0, false],
    ['long after', 8.64e15, true],
    ['never', Number.NEGATIVE_INFINITY, false],
    ['for ever', Number.POSITIVE_INFINITY, true],
  ] satisfies readonly (readonly [string, number, boolean])[])
    it(`is ${expired} ${title}`, () => {
      expect(isExpired(at(1_000_000), now)).to.equal(expired)
      if (Number.isFinite(now)) expect(isExpired(at(1_000_000), new Date(now))).to.equal(expired)
    })

  it('is true where there is no telling', () => {
    for (const now of [Number.NaN, new Date(Number.NaN)]) expect(isExpired(at(1_000_000), now)).to.equal(true)
    expect(isExpired(at(Number.NaN))).to.equal(true)
  })

  it('takes the present if no time is given', () => {
    expect(isExpired(at(Date.now() - 1))).to.equal(true)
    expect(isExpired(at(Date.now() + 60_000))).to.equal(false)
    expect(isExpired(at(Date.now() + 60_000), undefined)).to.equal(false)
  })

  it('holds of a reply from its expiry on', async () => {
    created_at = '2020-01-01T00:00:00Z'
    const reply = await send(acme.expiresIn(60))
    expect(isExpired(reply)).to.equal(true)
    expect(isExpired(reply, reply.expiresAt.getTime() - 1)).to.equal(false)
    expect(isExpired(reply, reply.expiresAt)).to.equal(true)
  })

  it('is true exactly when the expiry is not after now', () => {
    const time = fc.integer({ min: -8_640_000_000_000_000, max: 8_640_000_000_000_000 })
    fc.assert(fc.property(time, time, (expiry, now) => isExpired(at(expiry), now) === expiry <= now))
  })
})
