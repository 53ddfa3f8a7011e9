import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import { Redis } from 'ioredis'
import { type Sandbox, sandbox } from 'stackone-session/testing'
import { httpServer } from '../../../spec/support/server.ts'
import type { Link } from '../links.ts'
import { close, connections, dump, openQueue, queueName, url } from './redis.ts'
import { endAll, isRunning, run, start, until } from './start.ts'

const apiKey = 'v1.eu1.fleet-proof-key'

/** The sandbox over HTTP, with the times at which requests arrive; each answer takes a moment, as over a network. */
const serve = async (api: Sandbox) => {
  const arrivals: number[] = []
  const server = await httpServer(({ method, url, headers, body }, response) => {
    arrivals.push(performance.now())
    const init = {
      method,
      headers: Object.entries(headers).map(([name, value]): [string, string] => [name, `${value}`]),
      body,
    }
    const answer = async (): Promise<void> => {
      const answered = await api.fetch(new URL(url, 'http://127.0.0.1').href, init)
      response.writeHead(answered.status, Object.fromEntries(answered.headers))
      response.end(await answered.text())
    }
    setTimeout(() => answer().catch(() => response.destroy()), 100)
  })
  return { ...server, arrivals }
}

const awkward = [
  { owner: '4711', name: 'Only digits', username: '' },
  { owner: 'a:b:c', name: 'Colons', username: 'it@acme.example' },
  { owner: 'comma, and "quote"', name: 'Two\nlines', username: '' },
  { owner: 'Ünïcode ✓', name: '名前', username: '' },
  { owner: ' acme-42', name: 'A blank before', username: '' },
]
const customers = [
  ...awkward,
  ...Array.from({ length: 325 }, (_, index) => ({ owner: `acme-${index}`, name: `Acme ${index} Inc.`, username: '' })),
]
const ownersOf = (rows: readonly { readonly owner: string }[]): readonly string[] =>
  rows.map(({ owner }) => owner).sort()

/** The most arrivals that any stretch of so many milliseconds has. */
const most = (arrivals: readonly number[], length: number): number =>
  Math.max(...arrivals.map((from) => arrivals.filter((at) => at >= from && at < from + length).length))

describe('The fleet', function () {
  this.timeout(300_000)
  const queue = openQueue()
  const api = sandbox({ apiKey })
  let folder = ''
  let server: Awaited<ReturnType<typeof serve>>
  let env: NodeJS.ProcessEnv = {}

  const file = (name: string): string => join(folder, name)
  const write = (rows: readonly object[]): void =>
    writeFileSync(
      file('customers.csv'),
      `\ufeff${stringify([...rows], { header: true, record_delimiter: 'windows', quoted_string: true })}\r\n`,
    )
  const links = (): readonly Link[] => parse(readFileSync(file('links.csv')), { columns: true })
  const failures = (): readonly { readonly owner: string; readonly reason: string }[] =>
    parse(readFileSync(file('links.failures.csv')), { columns: true })
  const files = (): readonly string[] => [file('customers.csv'), file('links.csv')]
  const secrets = (): readonly string[] => [apiKey, ...api.sessions.map(({ token }) => token)]

  /** Every customer has one link, which is theirs. */
  const expectLinks = (owners: readonly string[]): void => {
    expect(ownersOf(links())).to.deep.equal([...owners].sort())
    const ownerOf = new Map(api.sessions.map(({ auth_link_url, origin_owner_id }) => [auth_link_url, origin_owner_id]))
    expect(links().map(({ url }) => ownerOf.get(url))).to.deep.equal(links().map(({ owner }) => owner))
  }
  const expectNoSecret = (...texts: readonly string[]): void => {
    for (const text of texts) expect(secrets().filter((secret) => text.includes(secret))).to.deep.equal([])
  }

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'fleet-proof-'))
    api.reset()
    server = await serve(api)
    env = { STACKONE_API_KEY: apiKey, STACKONE_BASE_URL: server.url, REDIS_URL: url, QUEUE: queueName }
  })
  afterEach(async () => {
    endAll()
    await server.close()
    await queue.obliterate({ force: true })
    rmSync(folder, { recursive: true, force: true })
  })
  after(async () => {
    await queue.close()
    await close()
  })

  it('gives every customer one link, at the rate of the key, with a worker killed and the API failing', async () => {
    write([...customers, ...customers.slice(0, 3)])
    api.fail('cut', { times: 3 })
    api.fail(500, { rate: 0.1 })
    const before = await connections()
    const fleet = start('index.ts', env, ...files())

    const reasons = new Set<string>()
    const look = setInterval(async () => {
      for (const job of await queue.getJobs(['delayed', 'wait', 'failed']))
        if (job.failedReason) reasons.add(job.failedReason)
    }, 100)
    const victim = await until(() => /worker 2 is process (\d+)\n/.exec(fleet.printed())?.[1])
    await until(() => server.arrivals.length > 60 || undefined)
    // Stopped, so that it is in the middle of its work when it dies.
    const held = await until(async () => {
      process.kill(Number(victim), 'SIGSTOP')
      const jobs = (await queue.getActive()).filter(({ processedBy }) => processedBy?.endsWith(`-${victim}`))
      if (jobs.length > 0) return jobs
      process.kill(Number(victim), 'SIGCONT')
      return undefined
    })
    process.kill(Number(victim), 'SIGKILL')
    expect(await fleet.ended).to.equal(0)
    clearInterval(look)

    expect(fleet.printed()).to.include('worker 2 was ended by SIGKILL')
    expect(fleet.printed()).to.include(`collector: ${customers.length} links, 0 failures, 0 to go`)
    expectLinks(ownersOf(customers))
    expect(failures()).to.deep.equal([])
    expect(ownersOf(links())).to.include.members(held.map(({ data }) => data.owner))

    const { arrivals } = server
    expect(arrivals.length).to.be.above(customers.length)
    for (const seconds of [1, 2, 5, 10, 60])
      expect(most(arrivals, seconds * 1_000), `in ${seconds} s`).to.be.at.most((seconds + 1) * 16 + 3 * 8)

    expect([...reasons].some((reason) => reason.startsWith('ApiError: '))).to.equal(true)
    expectNoSecret(fleet.printed(), ...reasons, await dump())
    const pids = [...fleet.printed().matchAll(/is process (\d+)/g)].map(([, pid]) => Number(pid))
    expect([...pids, fleet.pid].filter(isRunning)).to.deep.equal([])
    await until(async () => (await connections()) === before || undefined) // Redis hears of a kill a little later
  })

  it('asks for nobody twice in a second run, but for whom a kill left half a row', async () => {
    write(awkward)
    expect((await run('index.ts', env, ...files())).code).to.equal(0)
    const [last] = links().slice(-1)
    writeFileSync(file('links.csv'), readFileSync(file('links.csv'), 'utf8').slice(0, -9))
    const again = await run('index.ts', env, ...files())
    expect(again.printed).to.include('producer: 1 customers queued, 4 have their link, 5 rows')
    expect(
      api.requests.map(({ body }) => (body as { origin_owner_id: string }).origin_owner_id).slice(5),
    ).to.deep.equal([last?.owner])
    expectLinks(ownersOf(awkward))
  })

  it('lists whom the API refuses, and tries them again in the next run', async () => {
    write(awkward)
    api.fail(422)
    const first = await run('index.ts', env, ...files())
    expect(first.code).to.equal(1)
    expect(first.printed).to.include('collector: 4 links, 1 failures, 0 to go')
    expect(ownersOf([...links(), ...failures()])).to.deep.equal(ownersOf(awkward))
    expect(failures()[0]?.reason).to.match(/^ApiError: .*422/s)
    expectNoSecret(first.printed, JSON.stringify(failures()))
    expect((await run('index.ts', env, ...files())).code).to.equal(0)
    expectLinks(ownersOf(awkward))
    expect(failures()).to.deep.equal([])
  })

  it('forgets who failed once they are taken from the list', async () => {
    write(awkward.slice(0, 1))
    api.fail(422)
    expect((await run('index.ts', env, ...files())).code).to.equal(1)
    write(awkward.slice(1))
    const again = await run('index.ts', env, ...files())
    expect(again.printed).to.include('collector: 4 links, 0 failures, 0 to go')
    expect(again.code).to.equal(0)
    expect(failures()).to.deep.equal([])
  })

  it('stops all workers for as long as a 429 says, and fails nobody for it', async () => {
    write(customers.slice(0, 60))
    api.fail({ status: 429, retryAfter: 4 })
    expect((await run('index.ts', env, ...files())).code).to.equal(0)
    expectLinks(ownersOf(customers.slice(0, 60)))
    const gaps = server.arrivals.map((at, index) => (server.arrivals[index + 1] ?? at) - at)
    expect(Math.max(...gaps)).to.be.above(3_000)
    expect(server.arrivals).to.have.length(61)
  })

  it('stops at Ctrl-C, and the next run goes on', async () => {
    write(customers.slice(0, 80))
    const fleet = start('index.ts', env, ...files())
    await until(() => server.arrivals.length > 20 || undefined)
    fleet.kill('SIGINT')
    expect(await fleet.ended).to.equal(130)
    expect(server.arrivals.length).to.be.below(80)
    expect((await run('index.ts', env, ...files())).code).to.equal(0)
    expectLinks(ownersOf(customers.slice(0, 80)))
    expect(server.arrivals).to.have.length(80)
  })

  it('puts links of the sandbox where no run with an account takes them for its own', async () => {
    write(awkward)
    const { code, printed } = await run('index.ts', { REDIS_URL: url }, ...files())
    expect(code).to.equal(0)
    expect(printed).to.include(`The sandbox's links are in ${file('links.sandbox.csv')}`)
    expect(existsSync(file('links.csv'))).to.equal(false)
  })

  it('queues nothing where a row is wrong, and says which', async () => {
    write([...awkward, { owner: 'globex-7', name: ' ', username: '' }])
    const { code, printed } = await run('index.ts', env, ...files())
    expect(code).to.equal(1)
    expect(printed).to.match(/customers\.csv, line \d+: originOwnerName: expected a string that is not blank/)
    expect(await queue.getJobCountByTypes('wait', 'active', 'delayed', 'completed', 'failed')).to.equal(0)
    expect(printed).not.to.include('globex-7')
  })

  it('reads rows whose line ends differ, and queues nothing of a file without any', async () => {
    writeFileSync(file('customers.csv'), 'owner,name\nacme-42,Acme Inc.\r\nglobex-7,Globex\rhooli-9,Hooli\n')
    expect((await run('producer.ts', env, ...files())).code).to.equal(0)
    const names = (await queue.getWaiting()).map(({ data }) => Object(data.session).origin_owner_name)
    expect(names).to.have.members(['Acme Inc.', 'Globex', 'Hooli'])
    writeFileSync(file('customers.csv'), '')
    const { code, printed } = await run('producer.ts', env, ...files())
    expect({ code, printed }).to.deep.equal({
      code: 1,
      printed: `${file('customers.csv')} is empty\n1 problems in all, so nothing was queued.\n`,
    })
  })

  it('queues nothing that is not in UTF-8', async () => {
    writeFileSync(file('customers.csv'), 'owner,name\na,b\nc,M\xFCller\n', 'latin1')
    const { code, printed } = await run('producer.ts', env, ...files())
    expect(code).to.equal(1)
    expect(printed).to.match(/customers\.csv, line 3 is not in UTF-8\n1 problems in all, so nothing was queued\.\n$/)
    expect(await queue.getJobCountByTypes('wait')).to.equal(0)
  })

  for (const script of ['producer.ts', 'worker.ts', 'collector.ts'])
    it(`${script} says how to get a Redis where none answers, and ends`, async () => {
      write(awkward)
      const given = { ...env, REDIS_URL: 'redis://user:hunter2@127.0.0.1:1' }
      const { code, printed } = await run(script, given, ...(script === 'producer.ts' ? files() : []))
      expect(code).to.equal(1)
      expect(printed).to.match(/^No Redis can be used at REDIS_URL: ECONNREFUSED\n.*apt-get install redis-server/)
      expect(printed).not.to.include('hunter2')
    })

  it('says so also where what listens there never answers', async () => {
    const silent = createServer().listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo // it listens on a port
    const waiting = start('worker.ts', { ...env, REDIS_URL: `redis://127.0.0.1:${port}` })
    const code = await Promise.race([waiting.ended, sleep(30_000, 'waits for ever', { ref: false })])
    waiting.kill('SIGKILL')
    silent.close()
    expect(code).to.equal(1)
    expect(waiting.printed()).to.match(/^No Redis can be used at REDIS_URL: Command timed out\n/)
  })

  it('takes its own Redis along where it throws', async () => {
    const script = `
      const { startRedis } = await import('./examples/fleet/server.ts')
      console.log((await startRedis()).url)
      throw new Error('on purpose')`
    const args = [...process.execArgv, '--input-type=module', '-e', script]
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args).catch((error) => error)
    expect(stderr).to.include('on purpose')
    const redis = new Redis(stdout.trim(), { lazyConnect: true, retryStrategy: () => null }).on('error', () => {})
    const answer = await redis.ping().catch(() => 'gone')
    await redis.shutdown('NOSAVE').catch(() => {})
    redis.disconnect()
    expect(answer).to.equal('gone')
    expect(existsSync(dirname(stdout.trim()))).to.equal(false)
  })

  it('shows itself on the sandbox, without an account and with a kill', async () => {
    const { code, printed } = await run('index.ts', { REDIS_URL: url })
    expect(code).to.equal(0)
    expect(printed).to.match(
      /^producer: 100 customers queued.*worker 2 was ended by SIGKILL.*100 links, 0 failures, 0 to go/s,
    )
    const [, made = ''] = /The sandbox's links are in (.*)$/m.exec(printed) ?? []
    rmSync(join(made, '..'), { recursive: true })
    await until(async () => (await dump('sandbox-*')) === '[[],[]]' || undefined) // the limiter ends by itself
  })

  it('leaves nothing of the sandbox where it is interrupted while it queues', async () => {
    write(Array.from({ length: 30_000 }, (_, index) => ({ owner: `acme-${index}`, name: 'Acme', username: '' })))
    const fleet = start('index.ts', { REDIS_URL: url }, ...files())
    await until(async () => (await dump(`sandbox-${fleet.pid}`)) !== '[[],[]]' || undefined)
    fleet.kill('SIGINT')
    expect(await fleet.ended).to.equal(130)
    expect(fleet.printed()).to.equal('')
    expect(await dump(`sandbox-${fleet.pid}`)).to.equal('[[],[]]')
  })
})
