import { expect } from 'chai'
import { days } from '../../../lib/index.ts'
import { type Sandbox, sandbox } from '../../../lib/testing/index.ts'
import { early } from '../../support/early.ts'
import { type Ran, run } from '../../support/run.ts'

const key = 'v1.eu1.mine'
const acme = ['--owner', 'acme-42', '--name', 'Acme Inc.']

const authLink = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> =>
  run('examples/index.ts', env, ['auth-link', ...args])

/** Runs the example with a key against a sandbox that is served over HTTP. */
const runWithKey = async (
  args: readonly string[],
  prepare: (api: Sandbox) => void = () => {},
  now: Date = new Date(),
) => {
  const api = sandbox({ apiKey: key, now: () => now })
  const { url } = await api.listen()
  prepare(api)
  try {
    return { api, now, ran: await authLink(args, { STACKONE_API_KEY: key, STACKONE_BASE_URL: url }) }
  } finally {
    await api[Symbol.asyncDispose]()
  }
}

/** Cancels the first session as soon as it exists. */
const cancelSoon = (api: Sandbox): void => {
  const timer = setInterval(() => {
    const [created] = api.sessions
    if (created === undefined) return
    clearInterval(timer)
    api.connect(created.id, 'cancelled')
  }, 10)
  timer.unref()
}

describe('The auth-link example', function () {
  this.timeout(60_000)

  const week = early(() => runWithKey([...acme, '--category', 'hris', '--category', 'ats', '--expires', '7d']))
  const onSandbox = early(() => authLink([...acme, '--json', '--wait', '--provider', 'bamboohr']))
  const cancelled = early(() => runWithKey([...acme, '--wait'], cancelSoon))
  const skewed = early(() => runWithKey([...acme, '--wait'], cancelSoon, new Date(Date.now() - 3_600_000)))
  const withoutId = early(() => runWithKey([...acme, '--wait'], (api) => api.fail({ drift: 'no guaranteed fields' })))
  const invalid = early(() =>
    runWithKey(['--owner', 'acme-42', '--name', ' ', '--category', 'hros', '--provider', '', '--expires', '7years']),
  )
  const rejected = early(() => runWithKey(acme, (api) => api.fail({ status: 403, message: 'The key lacks the scope' })))
  const help = early(() => authLink(['--help']))
  const withoutFlags = early(() => authLink([]))
  const withKeyOnly = early(() => runWithKey([]))

  it('prints only the link to stdout', async () => {
    const { api, now, ran } = await week()
    expect(ran).to.deep.equal({
      code: 0,
      stdout: `${api.sessions[0]?.auth_link_url}\n`,
      stderr: `The link is valid until ${new Date(now.getTime() + days(7) * 1000).toISOString()}.\n`,
    })
    expect(api.requests.map(({ body }) => body)).to.deep.equal([
      { origin_owner_id: 'acme-42', origin_owner_name: 'Acme Inc.', categories: ['hris', 'ats'], expires_in: days(7) },
    ])
  })

  it('waits for the simulated customer on the sandbox', async () => {
    const { code, stdout, stderr } = await onSandbox()
    expect(code).to.equal(0)
    const [link, connection] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(link.link).to.match(/^https:\/\/\S+$/)
    expect(connection).to.include({ id: link.id, status: 'authenticated' })
    expect(connection.accountId).to.be.a('string')
    expect(stderr).to.include('Waiting for the customer')
    // The spinner draws only on a terminal.
    expect(stderr.split('\n')).to.have.length.below(4)
  })

  it('exits with 1 if the customer cancels', async () => {
    const { ran } = await cancelled()
    expect(ran.code).to.equal(1)
    expect(ran.stdout).to.match(/\ncancelled\n$/)
  })

  it('waits even if the clock of StackOne is an hour behind', async () => {
    const { ran } = await skewed()
    expect(ran.code).to.equal(1)
    expect(ran.stdout).to.match(/\ncancelled\n$/)
  })

  it('prints the link of a response without an id, and then reports that it cannot wait', async () => {
    const { api, ran } = await withoutId()
    expect(ran.stdout).to.equal(`${api.sessions[0]?.auth_link_url}\n`)
    expect(ran.stderr).to.match(/\nInvalidResponseError: The response of StackOne has no session id to wait for\.\n$/)
    expect(ran.code).to.equal(1)
  })

  it('reports all invalid flags together', async () => {
    const { api, ran } = await invalid()
    expect({ code: ran.code, stdout: ran.stdout }).to.deep.equal({ code: 2, stdout: '' })
    expect(
      ran.stderr
        .trim()
        .split('\n')
        .map((line) => line.split(':')[0]),
    ).to.have.members([...['--name', '--category', '--provider', '--expires']])
    expect(ran.stderr).to.match(/^--category: must be .*did you mean 'hris'\?/m)
    expect(ran.stderr).to.match(/^--expires: must be a duration such as 7d, 12h, 30m or 90, got '7years'$/m)
    expect(api.requests).to.deep.equal([])
  })

  it('prints the message of StackOne without the key', async () => {
    const { ran } = await rejected()
    expect({ code: ran.code, stdout: ran.stdout }).to.deep.equal({ code: 1, stdout: '' })
    expect(ran.stderr)
      .to.match(/^ApiError: .*The key lacks the scope/)
      .and.not.include(key)
  })

  const durations: readonly (readonly [text: string, seconds: number])[] = [
    ['90', 90],
    ['90s', 90],
    ['30m', 1800],
    ['12h', 43_200],
    ['5d', 432_000],
    ['7days', 604_800],
    ['7 Days', 604_800],
    ['1 week', 604_800],
    ['30 minutes', 1800],
  ]

  it('parses durations in seconds, minutes, hours, days and weeks', async () => {
    const { parseDuration } = await import('../../../examples/auth-link/command.ts')
    for (const [text, seconds] of durations) expect(parseDuration(text), text).to.equal(seconds)
    for (const text of ['', '7x', '-1', '1.5h', 'd', '7  d', '7dd', '2months'])
      expect(parseDuration(text), text).to.be.NaN
  })

  const flags = ['--owner', '--name', '--category', '--provider', '--expires', '--wait', '--json']

  it('prints its usage with --help', async () => {
    const ran = await help()
    expect(ran).to.include({ code: 0, stderr: '' })
    for (const flag of flags) expect(ran.stdout).to.match(new RegExp(`^  ${flag}`, 'm'))
  })

  it('creates a link for a demo customer and prints its usage if it runs on the sandbox without flags', async () => {
    const ran = await withoutFlags()
    expect(ran.code).to.equal(0)
    expect(ran.stdout).to.match(/^https:\/\/\S+\n$/)
    expect(ran.stderr).to.match(/^The link is valid until .*\n\nThis is a demo customer on the sandbox\.\n\nUsage: /)
    for (const flag of flags) expect(ran.stderr).to.match(new RegExp(`^  ${flag}`, 'm'))
  })

  it('requires an owner if a key is set', async () => {
    const { api, ran } = await withKeyOnly()
    expect(ran).to.include({ code: 2, stdout: '' })
    expect(ran.stderr).to.include("'--owner <id>'")
    expect(api.requests).to.deep.equal([])
  })
})
