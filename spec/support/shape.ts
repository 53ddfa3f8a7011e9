import { expect } from 'chai'
import { type ClientEvent, type ConnectSessionToken, type Issue, ReplyError } from '../../lib/index.ts'
import { acme, clientOf } from './call.ts'
import { caught } from './caught.ts'
import { httpServer, minted } from './server.ts'

/** What a create may be answered with, and what must come of it. */
export interface Shape {
  readonly title: string
  /** Members over those of `minted`; an undefined one is left out. */
  readonly sent?: Readonly<Record<string, unknown>>
  /** The body as it stands, in place of members. */
  readonly body?: string | Uint8Array
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** Decoded members over the usual ones; an undefined one must be absent. */
  readonly gives?: { readonly [K in keyof ConnectSessionToken]?: ConnectSessionToken[K] | undefined }
  /** Paths of the drift, in any order; none if absent. */
  readonly drift?: readonly (string | RegExp)[]
}

/** What `minted` decodes to, but for `expiresAt` and `drift`. */
export const usual = {
  id: '4711',
  organizationId: 'org-1',
  projectId: 'project-1',
  originOwnerId: 'acme-42',
  originOwnerName: 'Acme Inc.',
  createdAt: new Date('2026-01-01T00:00:00.000Z'),
  categories: ['ats'],
  type: 'production',
  token: minted.token,
  authLinkUrl: minted.auth_link_url,
} as const

/** `minted` with other members, as JSON. */
export const mintedWith = (members: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({ ...minted, ...members })

/** `minted` with one more member, whose text JSON.stringify would not write. */
export const mintedAnd = (member: string): string => `${JSON.stringify(minted).slice(0, -1)},${member}}`

/** Objects in objects, each under the key `a`. */
export const nested = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`

const present = (members: object): object =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))

const expectPaths = (issues: readonly Issue[], expected: readonly (string | RegExp)[]): void => {
  const paths = issues.map(({ path }) => path)
  const fits = (wanted: string | RegExp) => (path: string) =>
    typeof wanted === 'string' ? path === wanted : wanted.test(path)
  for (const wanted of expected) expect(paths.filter(fits(wanted)), `${wanted} in ${paths}`).to.have.length(1)
  expect(paths, 'drift').to.have.length(expected.length)
  for (const { message } of issues) expect(message).to.match(/^\S.*\S$/)
}

const lifeMs = 1_800_000

const expectExpiry = ({ createdAt, expiresAt }: ConnectSessionToken, from: number, to: number): void => {
  const expiry = (createdAt?.getTime() ?? Number.NaN) + lifeMs
  if (new Date(expiry).getTime() === expiry) expect(expiresAt.getTime()).to.equal(expiry)
  else expect(expiresAt.getTime()).to.be.within(from + lifeMs, to + lifeMs)
}

const answering = ({ sent = {}, body = mintedWith(sent), status = 201, headers }: Shape) =>
  httpServer((_, response) => {
    response.writeHead(status, headers ?? { 'content-type': 'application/json' })
    response.end(body)
  })

const resolves = async (shape: Shape, strict: boolean): Promise<void> => {
  const { gives = {}, drift: paths = [], status = 201 } = shape
  const server = await answering(shape)
  const events: ClientEvent[] = []
  const from = Date.now()
  try {
    const reply = await acme.send(clientOf(server.url, { strict, onEvent: (event) => events.push(event) }))
    const { drift, expiresAt, ...members } = reply
    expect(members).to.deep.equal(present({ ...usual, ...gives }))
    expectExpiry(reply, from, Date.now())
    expectPaths(drift, paths)
    if (paths.length === 0) expect(drift).to.deep.equal([])
    const told = events.filter(({ type }) => type === 'drift')
    expect(told.map((event) => 'issues' in event && event.issues)).to.deep.equal(paths.length === 0 ? [] : [drift])
    for (const event of told) expect(event).to.include({ endpoint: 'POST /connect_sessions', attempt: 1, status })
    expect(server.requests).to.have.length(1)
  } finally {
    await server.close()
  }
}

const isRefused = async (shape: Shape): Promise<void> => {
  const { drift = [], status = 201 } = shape
  const server = await answering(shape)
  const events: ClientEvent[] = []
  try {
    const client = clientOf(server.url, { strict: true, onEvent: (event) => events.push(event) })
    const error = await caught(acme.send(client))
    if (!(error instanceof ReplyError)) throw error
    expectPaths(error.issues, drift)
    expect(error).to.include({ name: 'ReplyError', status, attempts: 1 })
    expect(error.elapsedMs).to.be.a('number')
    expect(error.message).to.include('strict').and.include(error.issues[0]?.path.slice(0, 100))
    expect(error.message).not.to.include(minted.token)
    expect(events.map(({ type }) => type)).to.deep.equal(['attempt', 'reply', 'drift', 'failure'])
    expect(server.requests).to.have.length(1)
  } finally {
    await server.close()
  }
}

/** One `it` for each shape, and one more under `strict`. */
export const describeShapes = (shapes: readonly Shape[]): void => {
  const untouched = Object.getOwnPropertyNames(Object.prototype)
  afterEach('no prototype was polluted', () => {
    expect(Object.getOwnPropertyNames(Object.prototype)).to.deep.equal(untouched)
  })

  describe('resolves with the token, and tells what deviates', () => {
    for (const shape of shapes) it(shape.title, () => resolves(shape, false))
  })

  describe('under strict, lets through what has no drift', () => {
    for (const shape of shapes.filter(({ drift = [] }) => drift.length === 0))
      it(shape.title, () => resolves(shape, true))
  })

  describe('under strict, is a ReplyError for what has drift', () => {
    for (const shape of shapes.filter(({ drift = [] }) => drift.length > 0)) it(shape.title, () => isRefused(shape))
  })
}
