import { expect } from 'chai'
import type { ClientOptions, SessionError } from '../lib/index.ts'
import { acme, apiKey, call, clientOf, doors } from './support/call.ts'
import { caught } from './support/caught.ts'
import { leftOf } from './support/either.ts'
import { answered, faultyServers, hostile, silence } from './support/faults.ts'
import { minted } from './support/server.ts'

describe('The apiKey function', () => {
  const served = faultyServers()

  interface KeyCase {
    readonly title: string
    readonly apiKey: NonNullable<ClientOptions['apiKey']>
    readonly error: SessionError['name']
    readonly says: string
  }

  // What JavaScript callers may do, and the types would refuse.
  const odd = (value: unknown) => (): Promise<string> => Promise.resolve(value as string)
  const thrown = (value: unknown) => (): string => {
    throw value
  }
  const bad = 'The API key cannot be used'
  const threw = 'The apiKey function threw an error'

  const rejectedLater = (): Promise<string> =>
    new Promise((_, reject) => setTimeout(() => reject(new Error('vault')), 50))

  const cases: readonly KeyCase[] = [
    {
      title: 'that never settles',
      apiKey: () => new Promise(() => {}),
      error: 'TimeoutError',
      says: 'The apiKey function gave no key within the deadline of 300 ms',
    },
    { title: 'that throws', apiKey: thrown(new Error('vault')), error: 'ConfigurationError', says: threw },
    { title: 'that throws a string', apiKey: thrown('vault'), error: 'ConfigurationError', says: threw },
    { title: 'that throws undefined', apiKey: thrown(undefined), error: 'ConfigurationError', says: threw },
    { title: 'that throws a hostile object', apiKey: thrown(hostile), error: 'ConfigurationError', says: threw },
    {
      title: 'that rejects',
      apiKey: () => Promise.reject(new Error('vault')),
      error: 'ConfigurationError',
      says: threw,
    },
    { title: 'that rejects late', apiKey: () => rejectedLater(), error: 'ConfigurationError', says: threw },
    {
      title: 'that rejects with a hostile object',
      apiKey: () => Promise.reject(hostile),
      error: 'ConfigurationError',
      says: '',
    },
    { title: 'that gives undefined', apiKey: odd(undefined), error: 'ConfigurationError', says: bad },
    { title: 'that gives null', apiKey: odd(null), error: 'ConfigurationError', says: bad },
    { title: 'that gives a number', apiKey: odd(7), error: 'ConfigurationError', says: bad },
    { title: 'that gives an object', apiKey: odd({ apiKey }), error: 'ConfigurationError', says: bad },
    { title: 'that gives a function', apiKey: odd(() => apiKey), error: 'ConfigurationError', says: bad },
    { title: 'that gives an empty text', apiKey: odd(''), error: 'ConfigurationError', says: 'it is blank' },
    { title: 'that gives spaces', apiKey: odd('  '), error: 'ConfigurationError', says: 'it is blank' },
    { title: 'that gives a line break', apiKey: odd(`${apiKey}\n`), error: 'ConfigurationError', says: 'line break' },
    { title: 'that gives a header', apiKey: odd(`Basic ${apiKey}`), error: 'ConfigurationError', says: 'scheme' },
    {
      title: 'that gives base64',
      apiKey: odd(Buffer.from(`${apiKey}:`).toString('base64')),
      error: 'ConfigurationError',
      says: 'base64',
    },
  ]

  for (const door of doors)
    for (const { title, apiKey, error, says } of cases)
      it(`${title} ends ${door} with a ${error}, and nothing is sent`, async () => {
        const server = await served(silence)
        const { result, took } = await call(
          door,
          clientOf(server.url, { apiKey, deadline: error === 'TimeoutError' ? 300 : 5000 }),
        )
        expect(leftOf(result)).to.have.property('name', error)
        expect(leftOf(result).message).to.contain(says).and.not.contain('vault')
        expect(leftOf(result).attempts ?? 0).to.equal(0)
        expect(took).to.be.below(2000)
        expect(server.requests).to.have.length(0)
      })

  it('takes its time out of the deadline', async () => {
    const server = await served(silence)
    const slowly = async (): Promise<string> => {
      await new Promise((resolve) => setTimeout(resolve, 1000))
      return apiKey
    }
    const begun: number[] = []
    const client = clientOf(server.url, {
      apiKey: slowly,
      deadline: 3000,
      onEvent: ({ type, elapsedMs }) => type === 'attempt' && begun.push(elapsedMs),
    })
    const { result, took } = await call('send', client)
    expect(leftOf(result)).to.include({ name: 'TimeoutError', attempts: 1 })
    expect(leftOf(result).elapsedMs).to.be.within(2990, Math.ceil(took))
    // It began after a second, and had two more, not a deadline of its own.
    expect(begun).to.have.length(1)
    expect(took - (begun[0] ?? 0)).to.be.below(2800)
  })

  it('sends nothing when it answers after the deadline', async () => {
    const server = await served(answered(201, minted))
    const released: { give?: (key: string) => void } = {}
    const client = clientOf(server.url, {
      apiKey: () => new Promise((resolve) => Object.assign(released, { give: resolve })),
      deadline: 50,
    })
    expect(await caught(acme.send(client))).to.have.property('name', 'TimeoutError')
    released.give?.(apiKey)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(server.requests).to.have.length(0)
  })

  it('is read once for a call, and anew for the next one', async () => {
    const server = await served(answered(503, '', { 'retry-after': '0' }), 1)
    const read: string[] = []
    const next = (): string => {
      read.push(`${apiKey}${read.length}`)
      return read.at(-1) ?? ''
    }
    const client = clientOf(server.url, { apiKey: next })
    await acme.send(client)
    await acme.send(client)
    expect(read).to.have.length(2)
    const sent = server.requests.map(({ headers }) => atob(String(headers.authorization).replace('Basic ', '')))
    expect(sent).to.deep.equal([`${apiKey}0:`, `${apiKey}0:`, `${apiKey}1:`])
  })
})
