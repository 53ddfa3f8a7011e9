import { expect } from 'chai'
import { type ClientEvent, createClient } from '../../lib/index.ts'
import { acme, apiKey } from '../support/call.ts'
import { caught } from '../support/caught.ts'
import { itEach } from '../support/it-each.ts'
import { minted } from '../support/server.ts'
import { jsonResponse, stub } from '../support/stub.ts'
import { unhandledRejections } from '../support/unhandled.ts'

const endpoint = 'POST /connect_sessions'

/** The events of a call, without their times. */
const eventsOf = async (
  responses: readonly (() => Response | Promise<Response>)[],
  options: object = {},
): Promise<readonly object[]> => {
  const events: ClientEvent[] = []
  const { fetch } = stub((number) => responses[number - 1]?.() ?? jsonResponse(201, minted))
  const onEvent = (event: ClientEvent): unknown => events.push(event)
  const client = createClient({ apiKey, fetch, onEvent, ...options })
  await acme.send(client).catch(() => {})
  for (const { elapsedMs } of events) expect(elapsedMs).to.be.a('number').that.is.at.least(0)
  for (const event of events) expect(Object.isFrozen(event)).to.equal(true)
  return events.map(({ elapsedMs, ...event }) => event)
}

const request = { 'x-request-id': 'req-1' }

describe('The onEvent option', () => {
  it('receives an attempt and a response from a successful call', async () => {
    expect(await eventsOf([() => jsonResponse(201, minted, request)])).to.deep.equal([
      { type: 'attempt', endpoint, attempt: 1 },
      { type: 'response', endpoint, attempt: 1, status: 201, requestId: 'req-1' },
    ])
  })

  it('receives a retry with its reason and its delay', async () => {
    const events = await eventsOf([() => jsonResponse(503, {}, request)])
    const waitMs = events.flatMap((event) => ('waitMs' in event ? [event.waitMs] : [])).at(0)
    expect(waitMs).to.be.within(250 * 0.75, 250 * 1.25)
    expect(events).to.deep.equal([
      { type: 'attempt', endpoint, attempt: 1 },
      { type: 'retry', endpoint, attempt: 1, error: 'ApiError', status: 503, requestId: 'req-1', waitMs },
      { type: 'attempt', endpoint, attempt: 2 },
      { type: 'response', endpoint, attempt: 2, status: 201 },
    ])
  })

  it('receives the deviations of a response', async () => {
    const issues = [{ path: 'status', message: 'must be 201, got 200' }]
    expect(await eventsOf([() => jsonResponse(200, minted)])).to.deep.equal([
      { type: 'attempt', endpoint, attempt: 1 },
      { type: 'response', endpoint, attempt: 1, status: 200 },
      { type: 'drift', endpoint, attempt: 1, status: 200, issues },
    ])
    expect(await eventsOf([() => jsonResponse(200, minted)], { strict: true })).to.deep.equal([
      { type: 'attempt', endpoint, attempt: 1 },
      { type: 'response', endpoint, attempt: 1, status: 200 },
      { type: 'drift', endpoint, attempt: 1, status: 200, issues },
      { type: 'failure', endpoint, attempt: 1, error: 'InvalidResponseError', status: 200 },
    ])
  })

  it('receives the failure of a call', async () => {
    expect(await eventsOf([() => jsonResponse(401, {}, request)])).to.deep.equal([
      { type: 'attempt', endpoint, attempt: 1 },
      { type: 'failure', endpoint, attempt: 1, error: 'ApiError', status: 401, requestId: 'req-1' },
    ])
    expect(await eventsOf([() => Promise.reject(new Error('x'))], { retries: 0 })).to.deep.equal([
      { type: 'attempt', endpoint, attempt: 1 },
      { type: 'failure', endpoint, attempt: 1, error: 'NetworkError' },
    ])
  })

  it('receives a failure with attempt 0 if the key is invalid', async () => {
    expect(await eventsOf([], { apiKey: ' ' })).to.deep.equal([
      { type: 'failure', endpoint, attempt: 0, error: 'ConfigurationError' },
    ])
  })

  it('receives nothing if the session is invalid', async () => {
    const events: ClientEvent[] = []
    const client = createClient({ apiKey, onEvent: (event) => events.push(event) })
    await caught(acme.label(' ').send(client))
    expect(events).to.deep.equal([])
  })

  const unhandled = unhandledRejections()

  const full = new Error('the log is full')
  const faulty: readonly (readonly [string, () => unknown])[] = [
    ['throws', () => JSON.parse('')],
    ['rejects', () => Promise.reject(full)],
    ['rejects later', () => new Promise((_, reject) => setTimeout(reject, 5, full))],
    ['never settles', () => new Promise(() => {})],
  ]
  itEach('does not affect the call if it fails', faulty, async ([, listener]) => {
    const types: string[] = []
    const onEvent = (event: ClientEvent): unknown => {
      types.push(event.type)
      return listener()
    }
    const api = stub((number) => {
      if (number === 1) return jsonResponse(503, {}, { 'retry-after': '0' })
      return jsonResponse(number === 2 ? 200 : 400, minted)
    })
    const client = createClient({ apiKey, fetch: api.fetch, onEvent })
    expect(await acme.send(client)).to.have.property('token', minted.token)
    expect(await caught(acme.send(client))).to.have.property('name', 'ApiError')
    expect(types).to.deep.equal(['attempt', 'retry', 'attempt', 'response', 'drift', 'attempt', 'failure'])
    // A rejection counts as unhandled only after the promises of this turn.
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(unhandled).to.deep.equal([])
  })

  it('cannot change an event or the response', async () => {
    const changes: unknown[] = []
    const onEvent = (event: ClientEvent): void => {
      changes.push(Reflect.set(event, 'type', 'other'))
      if (event.type === 'drift')
        changes.push(Reflect.set(event.issues, 0, {}), Reflect.set(event.issues[0] ?? {}, 'path', ''))
    }
    const client = createClient({ apiKey, fetch: stub(() => jsonResponse(200, minted)).fetch, onEvent })
    const { drift } = await acme.send(client)
    expect(changes).to.deep.equal([false, false, false, false, false])
    expect(drift.map(({ path }) => path)).to.deep.equal(['status'])
  })
})
