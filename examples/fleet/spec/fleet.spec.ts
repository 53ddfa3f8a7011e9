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
import { close, countConnections, dump, openQueue, queueName, url } from './redis.ts'
import { isRunning, killAll, run, start, waitFor } from './start.ts'

const apiKey = 'v1.eu1.fleet-spec-key'

/** Serves the sandbox over HTTP with a delay of 100 ms, and records the times at which requests arrive. */
const serve = async (api: Sandbox) => {
  const arrivals: number[] = []
  const server = await httpServer(({ method, url, headers, body }, response) => {
    arrivals.push(performance.now())
    const init = {
      method,
      headers: Object.entries(headers).map(([name, value]): [string, string] => [name, `${value}`]),
      body,
    }
    const respond = async (): Promise<void> => {
      const received = await api.fetch(new URL(url, 'http://127.0.0.1').href, init)
      response.writeHead(received.status, Object.fromEntries(received.headers))
      response.end(await received.text())
    }
    setTimeout(() => respond().catch(() => response.destroy()), 100)
  })
  return { ...server, arrivals }
}

const unusualCustomers = [
  { owner: '4711', name: 'Digits', username: '' },
  { owner: 'a:b:c', name: 'Colons', username: 'it@acme.example' },
  { owner: 'comma, and "quote"', name: 'Two\nlines', username: '' },
  { owner: 'Ünïcode ✓', name: '名前', username: '' },
  { owner: ' acme-42', name: 'Leading space', username: '' },
  { owner: '-acme', name: '=HYPERLINK("https://evil.example")', username: '' },
]
const customers = [
  ...unusualCustomers,
  ...Array.from({ length: 324 }, (_, index) => ({ owner: `acme-${index}`, name: `Acme ${index} Inc.`, username: '' })),
]
const ownersOf = (rows: readonly { readonly owner: string }[]): readonly string[] =>
  rows.map(({ owner }) => owner).sort()

/** Returns the largest number of arrivals within any window of `length` milliseconds. */
const maxInWindow = (arrivals: readonly number[], length: number): number =>
  Math.max(...arrivals.map((from) => arrivals.filter((at) => at >= from && at < from + length).length))

describe('The fleet example', function () {
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
  /** Reads a CSV file of the fleet, without the apostrophe before the owner `-acme`. */
  const read = <Row extends { readonly owner: string }>(name: string): readonly Row[] => {
    const rows: Row[] = parse(readFileSync(file(name)), { columns: true })
    return rows.map((row) => ({ ...row, owner: row.owner.replace("'-", '-') }))
  }
  const links = (): readonly Link[] => read('links.csv')
  const failures = () => read<{ readonly owner: string; readonly reason: string }>('links.failures.csv')
  const files = (): readonly string[] => [file('customers.csv'), file('links.csv')]
  const secrets = (): readonly string[] => [apiKey, ...api.sessions.map(({ token }) => token)]

  /** Asserts that each owner has one link, and that it was created for this owner. */
  const expectLinks = (owners: readonly string[]): void => {
    expect(ownersOf(links())).to.deep.equal([...owners].sort())
    const ownerOf = new Map(api.sessions.map(({ auth_link_url, origin_owner_id }) => [auth_link_url, origin_owner_id]))
    expect(links().map(({ url }) => ownerOf.get(url))).to.deep.equal(links().map(({ owner }) => owner))
  }
  const expectNoSecret = (...texts: readonly string[]): void => {
    for (const text of texts) expect(secrets().filter((secret) => text.includes(secret))).to.deep.equal([])
  }

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'fleet-spec-'))
    api.reset()
    server = await serve(api)
    env = { STACKONE_API_KEY: apiKey, STACKONE_BASE_URL: server.url, REDIS_URL: url, QUEUE: queueName }
  })
  afterEach(async () => {
    killAll()
    await server.close()
    await queue.obliterate({ force: true })
    rmSync(folder, { recursive: true, force: true })
  })
  after(async () => {
    await queue.close()
    await close()
  })

  it('creates one link per customer within the rate limit while a worker is killed and the API fails', async () => {
    write([...customers, ...customers.slice(0, 3)])
    api.fail('cut', { times: 3 })
    api.fail(500, { rate: 0.1 })
    const before = await countConnections()
    const fleet = start('index.ts', env, ...files())

    const reasons = new Set<string>()
    const poll = setInterval(async () => {
      for (const job of await queue.getJobs(['delayed', 'wait', 'failed']))
        if (job.failedReason) reasons.add(job.failedReason)
    }, 100)
    const victim = await waitFor(() => /worker 2 is process (\d+)\n/.exec(fleet.printed())?.[1])
    await waitFor(() => server.arrivals.length > 60 || undefined)
    // The worker is suspended first, so that it has active jobs when it is killed.
    const activeJobs = await waitFor(async () => {
      process.kill(Number(victim), 'SIGSTOP')
      const jobs = (await queue.getActive()).filter(({ processedBy }) => processedBy?.endsWith(`-${victim}`))
      if (jobs.length > 0) return jobs
      process.kill(Number(victim), 'SIGCONT')
      return undefined
    })
    process.kill(Number(victim), 'SIGKILL')
    expect(await fleet.exited).to.equal(0)
    clearInterval(poll)

    expect(fleet.printed()).to.include('worker 2 was killed by SIGKILL')
    expect(fleet.printed()).to.include(`collector: ${customers.length} links, 0 failures, 0 remaining`)
    expectLinks(ownersOf(customers))
    expect(failures()).to.deep.equal([])
    expect(ownersOf(links())).to.include.members(activeJobs.map(({ data }) => data.owner))

    const { arrivals } = server
    expect(arrivals.length).to.be.above(customers.length)
    for (const seconds of [1, 2, 5, 10, 60])
      expect(maxInWindow(arrivals, seconds * 1_000), `in ${seconds} s`).to.be.at.most((seconds + 1) * 16 + 3 * 8)

    expect([...reasons].some((reason) => reason.startsWith('ApiError: '))).to.equal(true)
    expectNoSecret(fleet.printed(), ...reasons, await dump())
    const pids = [...fleet.printed().matchAll(/is process (\d+)/g)].map(([, pid]) => Number(pid))
    expect([...pids, fleet.pid].filter(isRunning)).to.deep.equal([])
    await waitFor(async () => (await countConnections()) === before || undefined) // Redis notices a killed client after a delay
  })

  it('sends only the customer with an incomplete row in a second run, and recognizes escaped owners', async () => {
    write(unusualCustomers)
    expect((await run('index.ts', env, ...files())).code).to.equal(0)
    expect(readFileSync(file('links.csv'), 'utf8')).to.include("\n'-acme,")
    const [last] = links().slice(-1)
    writeFileSync(file('links.csv'), readFileSync(file('links.csv'), 'utf8').slice(0, -9))
    const again = await run('index.ts', env, ...files())
    expect(again.printed).to.include('producer: 6 rows, 1 customers queued, 5 links already exist')
    expect(
      api.requests.map(({ body }) => (body as { origin_owner_id: string }).origin_owner_id).slice(6),
    ).to.deep.equal([last?.owner])
    expectLinks(ownersOf(unusualCustomers))
  })

  it('lists the customers that the API rejects, and retries them in the next run', async () => {
    write(unusualCustomers)
    api.fail(422)
    const first = await run('index.ts', env, ...files())
    expect(first.code).to.equal(1)
    expect(first.printed).to.include('collector: 5 links, 1 failures, 0 remaining')
    expect(ownersOf([...links(), ...failures()])).to.deep.equal(ownersOf(unusualCustomers))
    expect(failures()[0]?.reason).to.match(/^ApiError: .*422/s)
    expectNoSecret(first.printed, JSON.stringify(failures()))
    expect((await run('index.ts', env, ...files())).code).to.equal(0)
    expectLinks(ownersOf(unusualCustomers))
    expect(failures()).to.deep.equal([])
  })

  it('drops a failure whose customer was removed from the input', async () => {
    write(unusualCustomers.slice(0, 1))
    api.fail(422)
    expect((await run('index.ts', env, ...files())).code).to.equal(1)
    write(unusualCustomers.slice(1))
    const again = await run('index.ts', env, ...files())
    expect(again.printed).to.include('collector: 5 links, 0 failures, 0 remaining')
    expect(again.code).to.equal(0)
    expect(failures()).to.deep.equal([])
  })

  it('pauses all workers for the Retry-After of a 429, without a failure', async () => {
    write(customers.slice(0, 60))
    api.fail({ status: 429, retryAfter: 4 })
    expect((await run('index.ts', env, ...files())).code).to.equal(0)
    expectLinks(ownersOf(customers.slice(0, 60)))
    const gaps = server.arrivals.map((at, index) => (server.arrivals[index + 1] ?? at) - at)
    expect(Math.max(...gaps)).to.be.above(3_000)
    expect(server.arrivals).to.have.length(61)
  })

  it('stops after Ctrl-C and continues in the next run', async () => {
    write(customers.slice(0, 80))
    const fleet = start('index.ts', env, ...files())
    await waitFor(() => server.arrivals.length > 20 || undefined)
    fleet.kill('SIGINT')
    expect(await fleet.exited).to.equal(130)
    expect(server.arrivals.length).to.be.below(80)
    expect((await run('index.ts', env, ...files())).code).to.equal(0)
    expectLinks(ownersOf(customers.slice(0, 80)))
    expect(server.arrivals).to.have.length(80)
  })

  for (const [moment, after] of [
    ['before the first link', 0],
    ['between two links', 25],
  ] as const)
    it(`notices a queue that was flushed ${moment}, and queues its customers again in the next run`, async () => {
      write(customers.slice(0, 60))
      const fleet = start('index.ts', env, ...files())
      await waitFor(async () => {
        const isReady = after === 0 ? /3 is process/.test(fleet.printed()) : server.arrivals.length > after
        return isReady || undefined
      })
      await queue.obliterate({ force: true })
      expect(await fleet.exited).to.equal(1)
      expect(fleet.printed()).to.match(
        /^collector: Redis lost \d+ jobs\. Run the same command again to queue them again\.$/m,
      )
      expect((await run('index.ts', env, ...files())).code).to.equal(0)
      expectLinks(ownersOf(customers.slice(0, 60)))
    })

  it('writes sandbox links to a separate file', async () => {
    write(unusualCustomers)
    const { code, printed } = await run('index.ts', { REDIS_URL: url }, ...files())
    expect(code).to.equal(0)
    expect(printed).to.include(`The sandbox links are in ${file('links.sandbox.csv')}`)
    expect(existsSync(file('links.csv'))).to.equal(false)
  })

  it('queues nothing if a row is invalid, and names its line', async () => {
    write([...unusualCustomers, { owner: 'globex-7', name: ' ', username: '' }])
    const { code, printed } = await run('index.ts', env, ...files())
    expect(code).to.equal(1)
    expect(printed).to.match(/customers\.csv, line \d+: originOwnerName: must be a non-blank string/)
    expect(await queue.getJobCountByTypes('wait', 'active', 'delayed', 'completed', 'failed')).to.equal(0)
    expect(printed).not.to.include('globex-7')
  })

  it('reads mixed line endings, and queues nothing for an empty file', async () => {
    writeFileSync(file('customers.csv'), 'owner,name\nacme-42,Acme Inc.\r\nglobex-7,Globex\rhooli-9,Hooli\n')
    expect((await run('producer.ts', env, ...files())).code).to.equal(0)
    const names = (await queue.getWaiting()).map(({ data }) => Object(data.session).origin_owner_name)
    expect(names).to.have.members(['Acme Inc.', 'Globex', 'Hooli'])
    writeFileSync(file('customers.csv'), '')
    const { code, printed } = await run('producer.ts', env, ...files())
    expect({ code, printed }).to.deep.equal({
      code: 1,
      printed: `${file('customers.csv')} is empty\nNothing was queued. Number of problems: 1\n`,
    })
  })

  it('queues nothing if the file is not valid UTF-8', async () => {
    writeFileSync(file('customers.csv'), 'owner,name\na,b\nc,M\xFCller\n', 'latin1')
    const { code, printed } = await run('producer.ts', env, ...files())
    expect(code).to.equal(1)
    expect(printed).to.match(/customers\.csv, line 3 is not valid UTF-8\nNothing was queued\. Number of problems: 1\n$/)
    expect(await queue.getJobCountByTypes('wait')).to.equal(0)
  })

  for (const script of ['producer.ts', 'worker.ts', 'collector.ts'])
    it(`${script} explains how to start Redis and exits if the server is unreachable`, async () => {
      write(unusualCustomers)
      const unreachable = { ...env, REDIS_URL: 'redis://user:hunter2@127.0.0.1:1' }
      const { code, printed } = await run(script, unreachable, ...(script === 'producer.ts' ? files() : []))
      expect(code).to.equal(1)
      expect(printed).to.match(/^Cannot use Redis at REDIS_URL: ECONNREFUSED\n.*apt-get install redis-server/)
      expect(printed).not.to.include('hunter2')
    })

  it('exits if the Redis server accepts connections but never responds', async () => {
    const silent = createServer().listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo // a TCP server has an AddressInfo
    const waiting = start('worker.ts', { ...env, REDIS_URL: `redis://127.0.0.1:${port}` })
    const code = await Promise.race([waiting.exited, sleep(30_000, 'timed out', { ref: false })])
    waiting.kill('SIGKILL')
    silent.close()
    expect(code).to.equal(1)
    expect(waiting.printed()).to.match(/^Cannot use Redis at REDIS_URL: Command timed out\n/)
  })

  it('stops its temporary Redis server after an uncaught error', async () => {
    const script = `
      const { startRedis } = await import('./examples/fleet/server.ts')
      console.log((await startRedis()).url)
      throw new Error('on purpose')`
    const args = [...process.execArgv, '--input-type=module', '-e', script]
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args).catch((error) => error)
    expect(stderr).to.include('on purpose')
    const redis = new Redis(stdout.trim(), { lazyConnect: true, retryStrategy: () => null }).on('error', () => {})
    const result = await redis.ping().catch(() => 'gone')
    await redis.shutdown('NOSAVE').catch(() => {})
    redis.disconnect()
    expect(result).to.equal('gone')
    expect(existsSync(dirname(stdout.trim()))).to.equal(false)
  })

  it('runs on the sandbox with demo customers, and kills a worker', async () => {
    const { code, printed } = await run('index.ts', { REDIS_URL: url })
    expect(code).to.equal(0)
    expect(printed).to.match(
      /^producer: 100 rows, 100 customers queued.*worker 2 was killed by SIGKILL.*100 links, 0 failures, 0 remaining/s,
    )
    const [, output = ''] = /The sandbox links are in (.*)$/m.exec(printed) ?? []
    rmSync(join(output, '..'), { recursive: true })
    await waitFor(async () => (await dump('sandbox-*')) === '[[],[]]' || undefined) // the key of the limiter expires
  })

  it('removes its sandbox queue when it is interrupted while queueing', async () => {
    write(Array.from({ length: 30_000 }, (_, index) => ({ owner: `acme-${index}`, name: 'Acme', username: '' })))
    const fleet = start('index.ts', { REDIS_URL: url }, ...files())
    await waitFor(async () => (await dump(`sandbox-${fleet.pid}`)) !== '[[],[]]' || undefined)
    fleet.kill('SIGINT')
    expect(await fleet.exited).to.equal(130)
    expect(fleet.printed()).to.equal('')
    expect(await dump(`sandbox-${fleet.pid}`)).to.equal('[[],[]]')
  })
})
