import { expect } from 'chai'
import { type ClientEvent, type ConnectSessionToken, InvalidResponseError, type Issue } from '../../lib/index.ts'
import { omitUndefined } from '../../lib/util/guards.ts'
import { clientOf, timedSend } from './call.ts'
import { leftOf, rightOf } from './either.ts'
import { itEach } from './it-each.ts'
import { httpServer, minted } from './server.ts'

/** A response to `POST /connect_sessions`, and the expected result. */
export interface Shape {
  /** A noun phrase, such as `an id of zero`. */
  readonly title: string
  /** Fields that replace those of `minted`; an undefined one is omitted. */
  readonly sent?: Readonly<Record<string, unknown>>
  /** The whole body. */
  readonly body?: string | Uint8Array
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** Decoded fields that replace the usual ones; an undefined one must be absent. */
  readonly gives?: { readonly [K in keyof ConnectSessionToken]?: ConnectSessionToken[K] | undefined }
  /** The paths of the drift, in any order; by default there is none. */
  readonly drift?: readonly (string | RegExp)[]
}

/** The decoded form of `minted`, without `expiresAt` and `drift`. */
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

/** Returns `minted` with other fields, as JSON. */
export const mintedWith = (fields: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({ ...minted, ...fields })

/** Returns `minted` with another field, in JSON that JSON.stringify would not produce. */
export const mintedAnd = (field: string): string => `${JSON.stringify(minted).slice(0, -1)},${field}}`

/** Returns nested objects as JSON, each under the key `a`. */
export const nested = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`

const expectPaths = (issues: readonly Issue[], expected: readonly (string | RegExp)[]): void => {
  const paths = issues.map(({ path }) => path)
  const matches = (pattern: string | RegExp) => (path: string) =>
    typeof pattern === 'string' ? path === pattern : pattern.test(path)
  for (const pattern of expected) expect(paths.filter(matches(pattern)), `${pattern} in ${paths}`).to.have.length(1)
  expect(paths, 'drift').to.have.length(expected.length)
  for (const { message } of issues) expect(message).to.match(/^\S.*\S$/)
}

const lifetimeMs = 1_800_000

const expectExpiry = ({ createdAt, expiresAt }: ConnectSessionToken, from: number): void => {
  const expiry = (createdAt?.getTime() ?? Number.NaN) + lifetimeMs
  if (new Date(expiry).getTime() === expiry) expect(expiresAt.getTime()).to.equal(expiry)
  else expect(expiresAt.getTime()).to.be.within(from + lifetimeMs, Date.now() + lifetimeMs)
}

const send = async ({ sent = {}, body = mintedWith(sent), status = 201, headers }: Shape, strict: boolean) => {
  const server = await httpServer((_, response) => {
    response.writeHead(status, headers ?? { 'content-type': 'application/json' })
    response.end(body)
  })
  const events: ClientEvent[] = []
  const { result } = await timedSend(clientOf(server.url, { strict, onEvent: (event) => events.push(event) }))
  await server.close()
  expect(server.requests).to.have.length(1)
  return { result, events, status }
}

const resolves = async (shape: Shape, strict: boolean): Promise<void> => {
  const { gives = {}, drift: paths = [] } = shape
  const from = Date.now()
  const { result, events, status } = await send(shape, strict)
  const response = rightOf(result)
  const { drift, expiresAt, ...fields } = response
  expect(fields).to.deep.equal(omitUndefined<object>({ ...usual, ...gives }))
  expectExpiry(response, from)
  expectPaths(drift, paths)
  const emitted = events.filter(({ type }) => type === 'drift')
  expect(emitted.map((event) => 'issues' in event && event.issues)).to.deep.equal(paths.length === 0 ? [] : [drift])
  for (const event of emitted) expect(event).to.include({ endpoint: 'POST /connect_sessions', attempt: 1, status })
}

const rejects = async (shape: Shape): Promise<void> => {
  const { result, events, status } = await send(shape, true)
  const error = leftOf(result)
  if (!(error instanceof InvalidResponseError)) throw error
  expectPaths(error.issues, shape.drift ?? [])
  expect(error).to.include({ status, attempts: 1 })
  expect(error.elapsedMs).to.be.a('number')
  expect(error.message).to.include('strict').and.include(error.issues[0]?.path.slice(0, 100))
  expect(error.message).not.to.include(minted.token)
  expect(events.map(({ type }) => type)).to.deep.equal(['attempt', 'response', 'drift', 'failure'])
}

/** Inside a describe: tests each shape without and with `strict`. */
export const describeShapes = (shapes: readonly Shape[]): void => {
  const untouched = Object.getOwnPropertyNames(Object.prototype)
  afterEach('no prototype was polluted', () => {
    expect(Object.getOwnPropertyNames(Object.prototype)).to.deep.equal(untouched)
  })

  const drifting = shapes.filter(({ drift = [] }) => drift.length > 0)
  const others = shapes.filter((shape) => !drifting.includes(shape))
  itEach('resolves with the token and reports the drift', shapes, (shape) => resolves(shape, false))
  itEach('resolves with the token under strict if nothing drifts', others, (shape) => resolves(shape, true))
  itEach('rejects drift under strict with an InvalidResponseError', drifting, rejects)
}
