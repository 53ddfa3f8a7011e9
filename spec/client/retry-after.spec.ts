import { expect } from 'chai'
import type { ClientEvent } from '../../lib/index.ts'
import { clientOf, type Timed, timedSend } from '../support/call.ts'
import { leftOf, rightOf } from '../support/either.ts'
import { errorBody, type Fault, faulty, faultyServers, respondWith } from '../support/faults.ts'
import { itEach } from '../support/it-each.ts'
import { json, minted } from '../support/server.ts'
import { jsonResponse, stub } from '../support/stub.ts'

interface Observed extends Timed {
  readonly requests: number
  readonly waits: readonly number[]
}

interface Observing {
  readonly deadline?: number
  readonly retries?: number
  readonly status?: number
  /** Aborts the call during its first delay, so that long delays take no time. */
  readonly aborts?: boolean
}

const observe = async (
  header: string | readonly string[],
  { deadline = 30_000, retries = 1, status = 503, aborts = false }: Observing = {},
): Promise<Observed> => {
  const waits: number[] = []
  const abort = new AbortController()
  const fault: Fault = {
    http: (response) => {
      response.setHeader('retry-after', header)
      json(response, status, errorBody(status, 'Later'))
    },
  }
  const server = await faulty(fault)
  const onEvent = (event: ClientEvent): void => {
    if (event.type !== 'retry') return
    waits.push(event.waitMs)
    if (aborts) abort.abort()
  }
  try {
    const timed = await timedSend(clientOf(server.url, { deadline, retries, onEvent }), { signal: abort.signal })
    return { ...timed, requests: server.requests.length, waits }
  } finally {
    await server.close()
  }
}

const httpDate = (seconds: number): string => new Date(Date.now() + seconds * 1000).toUTCString()

/** The two obsolete date formats that HTTP still requires recipients to accept. */
const rfc850 = (seconds: number): string => {
  const [, day, month, year, time] = /^\w+, (\d+) (\w+) \d\d(\d\d) (\S+) GMT$/.exec(httpDate(seconds)) ?? []
  return `Monday, ${day}-${month}-${year} ${time} GMT`
}

const asctime = (seconds: number): string => {
  const [, week, day, month, year, time] = /^(\w+), (\d+) (\w+) (\d+) (\S+) GMT$/.exec(httpDate(seconds)) ?? []
  return `${week} ${month} ${String(Number(day)).padStart(2)} ${time} ${year}`
}

/** Expects a delay of at least so many milliseconds, with a random part on top. */
const expectDelay = (waitMs: number | undefined, from: number, to = from, title?: string): void => {
  expect(waitMs, title).to.be.within(from + 250 * 0.75, to * 1.25 + 250 * 1.25)
}

describe('Retry-After', () => {
  const served = faultyServers()

  const accepted: readonly (readonly [title: string, header: () => string, from: number, to: number])[] = [
    ['0', () => '0', 0, 0],
    ['1', () => '1', 1000, 1000],
    ['7', () => '7', 7000, 7000],
    ['7 with spaces', () => ' 7 ', 7000, 7000],
    ['a date in the future', () => httpDate(9), 7000, 9000],
    ['a date in the past', () => httpDate(-60), 0, 0],
    ['the current second', () => httpDate(0), 0, 1000],
    ['a date with a zone', () => httpDate(9).replace('GMT', '+0000'), 7000, 9000],
    ['a date in the format of RFC 850', () => rfc850(9), 7000, 9000],
    ['a date in the format of asctime', () => asctime(9), 7000, 9000],
  ]

  itEach('sets the delay before the retry', accepted, async ([, header, from, to]) => {
    const { waits } = await observe(header(), { aborts: true })
    expect(waits).to.have.length(1)
    expectDelay(waits[0], from, to)
  })

  it('adds a random part of up to a quarter, and the delay without Retry-After', async () => {
    const { random } = Math
    Math.random = () => 0.5
    try {
      expect((await observe('7', { aborts: true })).waits).to.deep.equal([7000 * 1.125 + 250])
      const [waitMs] = (await observe(httpDate(3600), { aborts: true, deadline: 5_000_000 })).waits
      expect(waitMs).to.be.within(3_599_000 * 1.125 + 250, 3_600_000 * 1.125 + 250)
    } finally {
      Math.random = random
    }
  })

  it('means the same date in every time zone', async () => {
    const zone = process.env['TZ']
    try {
      for (const other of ['Asia/Tokyo', 'America/Los_Angeles', 'UTC']) {
        process.env['TZ'] = other
        for (const form of [httpDate, rfc850, asctime]) {
          const { waits } = await observe(form(9), { aborts: true })
          expectDelay(waits[0], 7000, 9000, `${form.name} in ${other}`)
        }
      }
    } finally {
      if (zone === undefined) delete process.env['TZ']
      else process.env['TZ'] = zone
    }
  })

  const concurrent = async (header: string): Promise<readonly number[]> => {
    const waits: number[] = []
    const clients = Array.from({ length: 30 }, () => {
      const { fetch } = stub((number) =>
        number === 1 ? jsonResponse(429, {}, { 'retry-after': header }) : jsonResponse(201, minted),
      )
      const onEvent = (event: ClientEvent): unknown => event.type === 'retry' && waits.push(event.waitMs)
      return clientOf('http://127.0.0.1:9', { fetch, onEvent })
    })
    const results = await Promise.all(clients.map((client) => timedSend(client)))
    for (const { result, took } of results) {
      expect(rightOf(result).token).to.equal(minted.token)
      expect(took).to.be.at.least(Number(header) * 1000)
    }
    return waits
  }

  itEach('is a minimum, after which 30 concurrent clients retry at different times', ['1', '0'], async (header) => {
    const waits = await concurrent(header)
    expect(waits).to.have.length(30)
    for (const waitMs of waits) expectDelay(waitMs, Number(header) * 1000)
    expect(new Set(waits).size).to.be.above(25)
    expect(Math.max(...waits) - Math.min(...waits)).to.be.above(50)
  })

  it('of 1 delays the retry by a second', async () => {
    const server = await served(respondWith(429, errorBody(429, 'Slow down'), { 'retry-after': '1' }), 1)
    const { result, took } = await timedSend(clientOf(server.url))
    expect(rightOf(result).token).to.equal(minted.token)
    expect(took).to.be.within(990, 5000)
  })

  const ignored: readonly (string | readonly string[])[] = [
    ...['', '-5', '+5', '1.5', '1e3', '0x10', '5 seconds', 'soon', 'Infinity', '5, 7', 'Tomorrow', '2030-01-01', 'GMT'],
    ...['Wed, 99 Foo 2030 77:88:99 GMT', 'Fri, 31 Dec 2030', 'Fri, 31 Dec 2030 7:28:00 GMT'],
    ...['Fri, 31 Dec 2030 07:28:0 GMT', '"Fri, 31 Dec 2030 07:28:00 GMT"', `Wed, ${'9'.repeat(4000)}`],
    ['5', '7'],
  ]

  itEach('is ignored if malformed', ignored, async (header) => {
    const { result, waits } = await observe(header, { aborts: true })
    expect(waits).to.have.length(1)
    expect(waits[0]).to.be.within(250 * 0.75, 250 * 1.25)
    expect(leftOf(result)).to.have.property('name', 'AbortError')
    const last = leftOf((await observe(header, { retries: 0 })).result)
    expect(last).to.have.property('name', 'ApiError')
    expect(last).not.to.have.property('retryAfter')
    expect(last.message).not.to.contain('Retry after')
  })

  const year = 31_536_000
  const tooLong: readonly (readonly [title: string, header: () => string, from: number, to: number])[] = [
    ['5, with 4 seconds left', () => '5', 5, 5],
    ['2030', () => '2030', 2030, 2030],
    ['3000000000, longer than any timer', () => '3000000000', 3e9, 3e9],
    ['more digits than a number has', () => '9'.repeat(400), Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    ['a date in an hour', () => httpDate(3600), 3590, 3600],
    ['a date in a far year', () => 'Fri, 31 Dec 9999 23:59:59 GMT', 7000 * year, 9000 * year],
  ]

  itEach('that exceeds the deadline ends the call immediately', tooLong, async ([, header, from, to]) => {
    const { result, requests, waits, took } = await observe(header(), { deadline: 4000, retries: 5 })
    const error = leftOf(result)
    expect(error).to.include({ name: 'ApiError', status: 503, attempts: 1 })
    expect(error).to.have.property('retryAfter').that.is.within(from, to)
    expect(error.message)
      .to.contain('"Later"')
      .and.match(/Retry after \d+ s\./)
    expect(requests).to.equal(1)
    expect(waits).to.deep.equal([])
    expect(took).to.be.below(3000)
  })

  it('of 60 ends the call immediately by default', async () => {
    const body = errorBody(429, 'Not in this minute')
    const server = await served(respondWith(429, body, { 'retry-after': '60', 'x-request-id': 'r-7' }))
    const { result, took } = await timedSend(clientOf(server.url))
    const error = leftOf(result)
    expect(error).to.include({ name: 'ApiError', status: 429, retryAfter: 60, attempts: 1, requestId: 'r-7' })
    expect(error).to.have.deep.property('body', body)
    expect(error.message).to.contain('"Not in this minute". Retry after 60 s.')
    expect(took).to.be.below(5000)
    expect(server.requests).to.have.length(1)
  })

  it('that fits into the deadline only once ends the call after the second attempt', async () => {
    const { result, requests, waits, took } = await observe('1', { deadline: 2400, retries: 5 })
    expect(leftOf(result)).to.include({ name: 'ApiError', status: 503, retryAfter: 1, attempts: 2 })
    expect(requests).to.equal(2)
    expect(waits).to.have.length(1)
    expectDelay(waits[0], 1000)
    expect(took).to.be.within(990, 5000)
  })

  itEach('does not cause a retry of other statuses', [302, 400, 500], async (status) => {
    const { result, requests } = await observe('0', { status, retries: 5 })
    expect(leftOf(result)).to.include({ name: 'ApiError', status, retryAfter: 0, attempts: 1 })
    expect(requests).to.equal(1)
  })

  it('is ignored in a success', async () => {
    const server = await served(respondWith(201, minted, { 'retry-after': '60' }))
    const { result } = await timedSend(clientOf(server.url))
    expect(rightOf(result).drift).to.deep.equal([])
  })
})
