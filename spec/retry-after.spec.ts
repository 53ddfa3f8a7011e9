import { expect } from 'chai'
import type { ClientEvent } from '../lib/index.ts'
import { call, clientOf, doors, type Ended } from './support/call.ts'
import { leftOf, rightOf } from './support/either.ts'
import { answered, errorBody, type Fault, faulty } from './support/faults.ts'
import { json, minted } from './support/server.ts'

interface Observed extends Ended {
  readonly requests: number
  readonly waits: readonly number[]
}

interface Observing {
  readonly deadline?: number
  readonly retries?: number
  readonly status?: number
  /** Ends the call at its first wait, so that long waits cost no time. */
  readonly impatient?: boolean
}

const observe = async (
  header: string | readonly string[],
  { deadline = 30_000, retries = 1, status = 503, impatient = false }: Observing = {},
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
    if (impatient) abort.abort()
  }
  try {
    const ended = await call('send', clientOf(server.url, { deadline, retries, onEvent }), { signal: abort.signal })
    return { ...ended, requests: server.requests.length, waits }
  } finally {
    await server.close()
  }
}

const httpDate = (seconds: number): string => new Date(Date.now() + seconds * 1000).toUTCString()

/** The two older forms of a date, which HTTP still asks to be understood. */
const rfc850 = (seconds: number): string => {
  const [, day, month, year, time] = /^\w+, (\d+) (\w+) \d\d(\d\d) (\S+) GMT$/.exec(httpDate(seconds)) ?? []
  return `Monday, ${day}-${month}-${year} ${time} GMT`
}

const asctime = (seconds: number): string => {
  const [, week, day, month, year, time] = /^(\w+), (\d+) (\w+) (\d+) (\S+) GMT$/.exec(httpDate(seconds)) ?? []
  return `${week} ${month} ${String(Number(day)).padStart(2)} ${time} ${year}`
}

describe('Retry-After', () => {
  const honoured: readonly (readonly [title: string, header: () => string, from: number, to: number])[] = [
    ['0', () => '0', 0, 0],
    ['1', () => '1', 1000, 1000],
    ['7', () => '7', 7000, 7000],
    ['007', () => '007', 7000, 7000],
    ['spaces around it', () => ' 7 ', 7000, 7000],
    ['a date that is to come', () => httpDate(9), 7000, 9000],
    ['a date that is past', () => httpDate(-60), 0, 0],
    ['the epoch', () => 'Thu, 01 Jan 1970 00:00:00 GMT', 0, 0],
    ['this very second', () => httpDate(0), 0, 1000],
    ['a date with a zone', () => httpDate(9).replace('GMT', '+0000'), 7000, 9000],
    ['a date in the form of RFC 850', () => rfc850(9), 7000, 9000],
    ['a date in the form of asctime', () => asctime(9), 7000, 9000],
    ['a date in the form of asctime that is past', () => asctime(-60), 0, 0],
  ]

  for (const [title, header, from, to] of honoured)
    it(`is honoured: ${title}`, async () => {
      const { waits } = await observe(header(), { impatient: true })
      expect(waits).to.have.length(1)
      expect(waits[0]).to.be.within(from, to)
    })

  it('means the same date wherever this machine is', async () => {
    const zone = process.env['TZ']
    try {
      for (const elsewhere of ['Asia/Tokyo', 'America/Los_Angeles', 'UTC']) {
        process.env['TZ'] = elsewhere
        for (const form of [httpDate, rfc850, asctime]) {
          const { waits } = await observe(form(9), { impatient: true })
          expect(waits[0], `${form.name} in ${elsewhere}`).to.be.within(7000, 9000)
        }
      }
    } finally {
      if (zone === undefined) delete process.env['TZ']
      else process.env['TZ'] = zone
    }
  })

  for (const status of [408, 429, 502, 503, 504])
    it(`is honoured with a ${status}`, async () => {
      const { waits } = await observe('7', { status, impatient: true })
      expect(waits).to.deep.equal([7000])
    })

  it('of 1 is waited for, a second', async () => {
    const server = await faulty(answered(429, errorBody(429, 'Slow down'), { 'retry-after': '1' }), 1)
    try {
      const { result, took } = await call('send', clientOf(server.url))
      expect(rightOf(result).token).to.equal(minted.token)
      expect(took).to.be.within(990, 5000)
    } finally {
      await server.close()
    }
  })

  const harmless: readonly (string | readonly string[])[] = [
    '',
    '-5',
    '-0',
    '+5',
    '1.5',
    '1,5',
    '1e3',
    '0x10',
    '5 seconds',
    '5s',
    'PT5S',
    'soon',
    'NaN',
    'Infinity',
    'null',
    'undefined',
    '[object Object]',
    '5, 7',
    ['5', '7'],
    ['5', 'soon'],
    'Tomorrow',
    '2030-01-01',
    'Wed, 99 Foo 2030 77:88:99 GMT',
    'Fri, 31 Dec 2030',
    'Fri, 31 Dec 2030 7:28:00 GMT',
    'Fri, 31 Dec 2030 07:28:0 GMT',
    '"Fri, 31 Dec 2030 07:28:00 GMT"',
    'GMT',
    'a'.repeat(4000),
    `Wed, ${'9'.repeat(4000)}`,
  ]

  for (const header of harmless)
    it(`is not taken for more than it is: ${JSON.stringify(header).slice(0, 40)}`, async () => {
      const { result, waits } = await observe(header, { impatient: true })
      expect(waits).to.have.length(1)
      expect(waits[0]).to.be.within(250 * 0.75, 250 * 1.25)
      expect(leftOf(result)).to.have.property('name', 'AbortError')
      const last = leftOf((await observe(header, { retries: 0 })).result)
      expect(last).to.have.property('name', 'ApiError')
      expect(last).not.to.have.property('retryAfter')
      expect(last.message).not.to.contain('It asks to wait')
    })

  interface Unfit {
    readonly header: () => string
    readonly title: string
    readonly from: number
    readonly to: number
  }

  const year = 31_536_000
  const unfit: readonly Unfit[] = [
    { title: '5, with a second to go', header: () => '5', from: 5, to: 5 },
    { title: '60', header: () => '60', from: 60, to: 60 },
    { title: '2030', header: () => '2030', from: 2030, to: 2030 },
    { title: '3000000000, more than a timer can', header: () => '3000000000', from: 3e9, to: 3e9 },
    { title: '99999999999', header: () => '99999999999', from: 99_999_999_999, to: 99_999_999_999 },
    {
      title: 'more than a number can',
      header: () => '9'.repeat(400),
      from: Number.MAX_SAFE_INTEGER,
      to: Number.MAX_SAFE_INTEGER,
    },
    { title: 'a date in an hour', header: () => httpDate(3600), from: 3590, to: 3600 },
    {
      title: 'a date in a far year',
      header: () => 'Fri, 31 Dec 9999 23:59:59 GMT',
      from: 7000 * year,
      to: 9000 * year,
    },
  ]

  for (const { title, header, from, to } of unfit)
    it(`that does not fit into the deadline ends the call at once: ${title}`, async () => {
      const { result, requests, waits, took } = await observe(header(), { deadline: 4000, retries: 5 })
      const error = leftOf(result)
      expect(error).to.include({ name: 'ApiError', status: 503, attempts: 1 })
      expect(error).to.have.property('retryAfter').that.is.within(from, to)
      expect(error.message)
        .to.contain('"Later"')
        .and.match(/It asks to wait \d+ s\./)
      expect(requests).to.equal(1)
      expect(waits).to.deep.equal([])
      expect(took).to.be.below(3000)
    })

  for (const door of doors)
    for (const status of [408, 429, 502, 503, 504])
      it(`of 60 with a ${status} ends ${door} at once when the deadline is near`, async () => {
        const body = errorBody(status, 'Not in this minute')
        const server = await faulty(answered(status, body, { 'retry-after': '60', 'x-request-id': 'r-7' }))
        try {
          const { result, took } = await call(door, clientOf(server.url))
          const error = leftOf(result)
          expect(error).to.include({ name: 'ApiError', status, retryAfter: 60, attempts: 1, requestId: 'r-7' })
          expect(error).to.have.deep.property('body', body)
          expect(error.message).to.contain('"Not in this minute". It asks to wait 60 s.')
          expect(took).to.be.below(5000)
          expect(server.requests).to.have.length(1)
        } finally {
          await server.close()
        }
      })

  it('that fits once, but not again, ends the call after the second attempt', async () => {
    const { result, requests, waits, took } = await observe('1', { deadline: 1900, retries: 5 })
    expect(leftOf(result)).to.include({ name: 'ApiError', status: 503, retryAfter: 1, attempts: 2 })
    expect(requests).to.equal(2)
    expect(waits).to.deep.equal([1000])
    expect(took).to.be.within(990, 5000)
  })

  it('is on the error when there are no retries left', async () => {
    const { result, requests } = await observe('0', { retries: 2 })
    expect(leftOf(result)).to.include({ name: 'ApiError', retryAfter: 0, attempts: 3 })
    expect(requests).to.equal(3)
  })

  for (const status of [302, 400, 401, 403, 404, 409, 422, 500, 501])
    it(`does not make a ${status} one that is retried`, async () => {
      const { result, requests } = await observe('0', { status, retries: 5 })
      expect(leftOf(result)).to.include({ name: 'ApiError', status, retryAfter: 0, attempts: 1 })
      expect(requests).to.equal(1)
    })

  it('on a success is of no concern', async () => {
    const server = await faulty(answered(201, minted, { 'retry-after': '60' }))
    try {
      const { result } = await call('send', clientOf(server.url))
      expect(rightOf(result).drift).to.deep.equal([])
    } finally {
      await server.close()
    }
  })
})
