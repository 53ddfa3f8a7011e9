import type { ServerResponse } from 'node:http'
import { expect } from 'chai'
import fc from 'fast-check'
import type { ClientEvent, SessionError } from '../../lib/index.ts'
import { clientOf, timedSend } from '../support/call.ts'
import { errorBody, repeat } from '../support/faults.ts'
import { httpServer, json, minted } from '../support/server.ts'

/** What a server does with one request, and the outcome unless it times out. */
interface Step {
  readonly title: string
  readonly play: (response: ServerResponse) => void
  readonly outcome: SessionError['name'] | 'session'
  readonly status?: number
  readonly retried: boolean
}

const body = JSON.stringify(minted)

const statusStep = fc
  .record({
    status: fc.constantFrom(302, 304, 400, 401, 403, 404, 408, 409, 422, 429, 500, 501, 502, 503, 504),
    retryAfter: fc.constantFrom(undefined, '0', '0', '0', '1', '60', '-1', 'soon'),
    text: fc.constantFrom('', '<h1>Away</h1>', '{"message":["a","b"]}', JSON.stringify(errorBody(400, 'No')), '{"mess'),
  })
  .map(
    ({ status, retryAfter, text }): Step => ({
      title: `${status}${retryAfter === undefined ? '' : `, Retry-After: ${retryAfter}`}`,
      play: (response) => {
        response.writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter })
        response.end(text)
      },
      outcome: 'ApiError',
      status,
      retried: [408, 429, 502, 503, 504].includes(status),
    }),
  )

const createStep = fc
  .constantFrom(
    minted,
    { token: 'tok' },
    { ...minted, id: '4711', organization_id: 12 },
    { ...minted, categories: ['brand-new', null], type: 'other', created_at: 'yesterday' },
    { ...minted, metadata: 7, drift: 'yes', extra: [], latest_connection_attempt: 'none' },
  )
  .chain((created) => fc.constantFrom(200, 201, 202).map((status) => ({ created, status })))
  .map(
    ({ created, status }): Step => ({
      title: `${status} ${JSON.stringify(created).slice(0, 40)}`,
      play: (response) => json(response, status, created),
      outcome: 'session',
      retried: false,
    }),
  )

const unusableStep = fc.constantFrom('', '{}', 'null', '[]', '"tok"', '{"token":""}', '{"token":7}', '<html>').map(
  (text): Step => ({
    title: `201 ${text}`,
    play: (response) => response.writeHead(201).end(text),
    outcome: 'InvalidResponseError',
    retried: false,
  }),
)

const brokenStep = fc
  .record({ cut: fc.constantFrom(-1, 0, 20, body.length - 1), chunked: fc.boolean(), reset: fc.boolean() })
  .map(
    ({ cut, chunked, reset }): Step => ({
      title: `${reset ? 'reset' : 'cut'} ${cut < 0 ? 'immediately' : `after ${cut} bytes${chunked ? ', chunked' : ''}`}`,
      play: (response) => {
        const { socket } = response
        const end = (): void => {
          if (reset) socket?.resetAndDestroy()
          else socket?.destroy()
        }
        if (cut < 0) return end()
        response.writeHead(201, chunked ? {} : { 'content-length': body.length })
        response.flushHeaders()
        response.write(body.slice(0, cut))
        setTimeout(end, 10)
      },
      outcome: 'NetworkError',
      retried: true,
    }),
  )

const silentStep = fc.constantFrom('before', 'headers', 'body', 'drip').map(
  (where): Step => ({
    title: `silence: ${where}`,
    play: (response) => {
      if (where === 'before') return
      response.writeHead(201)
      response.flushHeaders()
      if (where === 'headers') return
      response.write('{"token":"')
      if (where === 'body') return
      repeat(response, 'a')
    },
    outcome: 'TimeoutError',
    retried: true,
  }),
)

const step: fc.Arbitrary<Step> = fc
  .oneof(
    { arbitrary: statusStep, weight: 4 },
    { arbitrary: brokenStep, weight: 2 },
    { arbitrary: createStep, weight: 1 },
    { arbitrary: unusableStep, weight: 1 },
    { arbitrary: silentStep, weight: 1 },
  )
  .chain((plain) =>
    fc.constantFrom(0, 0, 0, 10, 30).map((delay) => ({
      ...plain,
      title: delay === 0 ? plain.title : `${plain.title}, after ${delay} ms`,
      play: (response: ServerResponse) => {
        if (delay === 0) plain.play(response)
        else setTimeout(() => plain.play(response), delay)
      },
    })),
  )
  .map((made) => ({ ...made, [fc.toStringMethod]: () => made.title }))

const success: Step = {
  title: '201',
  play: (response) => json(response, 201, minted),
  outcome: 'session',
  retried: false,
}

const deadline = 300

const follow = async (steps: readonly Step[], timeout: number, retries: number): Promise<void> => {
  const server = await httpServer((_, response, number) => (steps[number - 1] ?? success).play(response))
  const events: ClientEvent[] = []
  const onEvent = (event: ClientEvent): void => {
    events.push(event)
  }
  try {
    const { result, took } = await timedSend(clientOf(server.url, { timeout, deadline, retries, onEvent }))
    expect(took).to.be.below(deadline + 2000)

    const arrived = server.requests.length
    const attempts = events.filter(({ type }) => type === 'attempt').length
    expect(arrived).to.be.at.most(attempts)
    expect(attempts).to.be.within(1, retries + 1)
    expect(events.filter(({ type }) => type === 'retry')).to.have.length(attempts - 1)
    for (const event of events) expect(event.elapsedMs).to.be.within(0, Math.ceil(took))

    if (result._tag === 'Left') {
      const error = result.left
      expect(error.attempts).to.equal(attempts)
      expect(error.elapsedMs).to.be.within(0, Math.ceil(took))
      expect(events.at(-1)).to.include({ type: 'failure', error: error.name, attempt: attempts })
    } else expect(result.right.token).to.be.a('string').that.is.not.equal('')

    // On a busy machine anything may be late, even the request.
    const last = result._tag === 'Left' ? result.left.name : 'session'
    const ends = [...events.flatMap((event) => (event.type === 'retry' ? [event.error] : [])), last]
    if (arrived < attempts) expect(ends).to.include('TimeoutError')
    else
      for (const [index, end] of ends.entries()) {
        const { outcome, retried } = steps[index] ?? success
        if (end === 'TimeoutError') continue
        if (index < attempts - 1) expect(retried).to.equal(true)
        expect(end).to.equal(outcome)
      }
    if (result._tag === 'Left' && result.left.name === 'ApiError' && arrived === attempts)
      expect(result.left.status).to.equal(steps[arrived - 1]?.status)
  } finally {
    await server.close()
  }
}

describe('A server that behaves randomly', () => {
  it('causes a session or a SessionError within the deadline', async function () {
    this.timeout(60_000)
    const script = fc.array(step, { minLength: 1, maxLength: 5 })
    const limits = [fc.constantFrom(60, 150, 10_000), fc.nat({ max: 5 })] as const
    await fc.assert(fc.asyncProperty(script, ...limits, follow), { numRuns: 60, interruptAfterTimeLimit: 40_000 })
  })
})
