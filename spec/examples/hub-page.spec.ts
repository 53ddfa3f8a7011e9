import { expect } from 'chai'
import { watchConnections } from '../../examples/hub-page/accounts.ts'
import { type Client, createClient, session } from '../../lib/index.ts'
import { sandbox } from '../../lib/testing/index.ts'
import { acme, apiKey, until } from '../support/call.ts'

/** A client whose waits never end, the sessions that it waits for, and their intervals. */
const waitingClient = (client: Client) => {
  const waits = new Set<string | number | undefined>()
  const intervals: unknown[] = []
  const waiting: Client = {
    ...client,
    waitForConnection: (id, { signal, interval } = {}) =>
      new Promise((_, reject) => {
        waits.add(id)
        intervals.push(interval)
        signal?.addEventListener('abort', () => {
          waits.delete(id)
          reject(new Error('aborted'))
        })
      }),
  }
  return { waiting, waits, intervals }
}

describe('The backend of the hub-page example', () => {
  const setUp = () => {
    const api = sandbox()
    const client = createClient({ apiKey, fetch: api.fetch })
    const lines: string[] = []
    return { api, client, lines, print: (line: string) => void lines.push(line) }
  }

  it('prints the account that a customer connects', async () => {
    const { api, client, lines, print } = setUp()
    const created = await acme.send(client)
    api.connect(created.id)
    watchConnections(client, print)(created)
    expect(await until(() => lines.length > 0)).to.equal(true)
    expect(lines).to.deep.equal(['Session 1 of acme-42: authenticated, account sandbox-account-1'])
  })

  it('prints why a connection was not observed', async () => {
    const { api, client, lines, print } = setUp()
    const created = await acme.send(client)
    api.reset()
    watchConnections(client, print)(created)
    expect(await until(() => lines.length > 0)).to.equal(true)
    expect(lines[0]).to.match(/^Session 1 of acme-42: StackOne responded with 404/)
  })

  it('polls only the latest of forty sessions of one customer', async () => {
    const { client, lines, print } = setUp()
    const { waiting, waits } = waitingClient(client)
    const watch = watchConnections(waiting, print)
    for (const _ of Array(40)) watch(await acme.send(client))
    expect([...waits]).to.deep.equal(['40'])
    expect(lines).to.deep.equal([])
  })

  it('polls the sessions of at most forty customers, and stops polling the oldest', async () => {
    const { client, print } = setUp()
    const { waiting, waits } = waitingClient(client)
    const watch = watchConnections(waiting, print)
    for (const index of Array(50).keys()) watch(await session().owner(`customer-${index}`, 'A').send(client))
    expect([...waits]).to.deep.equal(Array.from({ length: 40 }, (_, index) => String(index + 11)))
  })

  it('polls every five seconds', async () => {
    const { client, print } = setUp()
    const { waiting, intervals } = waitingClient(client)
    watchConnections(waiting, print)(await acme.send(client))
    expect(intervals).to.deep.equal([5000])
  })
})
