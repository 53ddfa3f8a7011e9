import { expect } from 'chai'
import { days } from '../lib/index.ts'
import { type Sandbox, sandbox } from '../lib/testing/index.ts'
import { early } from './support/early.ts'
import { type Ran, run } from './support/run.ts'

const key = 'v1.eu1.mine'
const acme = ['--owner', 'acme-42', '--name', 'Acme Inc.']

const authLink = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> =>
  run('examples/index.ts', env, ['auth-link', ...args])

/** Runs it against a sandbox that stands for the API. */
const atTheApi = async (
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

/** Plays the customer, who changes their mind. */
const cancelSoon = (api: Sandbox): void => {
  const timer = setInterval(() => {
    const [minted] = api.sessions
    if (minted === undefined) return
    clearInterval(timer)
    api.connect(minted.id, 'cancelled')
  }, 10)
  timer.unref()
}

describe('The example auth-link', function () {
  this.timeout(60_000)

  const week = early(() => atTheApi([...acme, '--category', 'hris', '--category', 'ats', '--expires', '7d']))
  const played = early(() => authLink([...acme, '--json', '--wait', '--provider', 'bamboohr']))
  const cancelled = early(() => atTheApi([...acme, '--wait'], cancelSoon))
  const skewed = early(() => atTheApi([...acme, '--wait'], cancelSoon, new Date(Date.now() - 3_600_000)))
  const nameless = early(() =>
    atTheApi([...acme, '--wait'], (api) => api.fail({ drift: 'no members that are always there' })),
  )
  const wrong = early(() =>
    atTheApi(['--owner', 'acme-42', '--name', ' ', '--category', 'hros', '--provider', '', '--expires', '7x']),
  )
  const refused = early(() => atTheApi(acme, (api) => api.fail({ status: 403, message: 'The key lacks the scope' })))
  const help = early(() => authLink(['--help']))
  const none = early(() => authLink([]))

  it('prints the link, and nothing else, to where it can be piped', async () => {
    const { api, now, ran } = await week()
    expect(ran).to.deep.equal({
      code: 0,
      stdout: `${api.sessions[0]?.auth_link_url}\n`,
      stderr: `good until ${new Date(now.getTime() + days(7) * 1000).toISOString()}\n`,
    })
    expect(api.requests.map(({ body }) => body)).to.deep.equal([
      {
        origin_owner_id: 'acme-42',
        origin_owner_name: 'Acme Inc.',
        categories: ['hris', 'ats'],
        expires_in: days(7),
      },
    ])
  })

  it('follows the connection on the sandbox, where the customer is played', async () => {
    const { code, stdout, stderr } = await played()
    expect(code).to.equal(0)
    const [link, connection] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(link.link).to.match(/^https:\/\/\S+$/)
    expect(connection).to.include({ id: link.id, status: 'authenticated' })
    expect(connection.accountId).to.be.a('string')
    expect(stderr).to.include('Waiting for the customer')
    // No terminal, no turning.
    expect(stderr.split('\n')).to.have.length.below(4)
  })

  it('fails if the customer did not connect', async () => {
    const { ran } = await cancelled()
    expect(ran.code).to.equal(1)
    expect(ran.stdout).to.match(/\ncancelled\n$/)
  })

  it('waits also where the clock of StackOne is an hour behind', async () => {
    const { ran } = await skewed()
    expect(ran.code).to.equal(1)
    expect(ran.stdout).to.match(/\ncancelled\n$/)
  })

  it('prints the link also where the reply has no id, and then cannot follow it', async () => {
    const { api, ran } = await nameless()
    expect(ran.stdout).to.equal(`${api.sessions[0]?.auth_link_url}\n`)
    expect(ran.stderr).to.match(/\nReplyError: StackOne answered without an id to follow\.\n$/)
    expect(ran.code).to.equal(1)
  })

  it('says of each flag what is wrong with it, all at once', async () => {
    const { api, ran } = await wrong()
    expect({ code: ran.code, stdout: ran.stdout }).to.deep.equal({ code: 2, stdout: '' })
    expect(
      ran.stderr
        .trim()
        .split('\n')
        .map((line) => line.split(':')[0]),
    ).to.have.members([...['--name', '--category', '--provider', '--expires']])
    expect(ran.stderr).to.include("--category: expected a known category, got a string (did you mean 'hris'?)")
    expect(api.requests).to.deep.equal([])
  })

  it('says what StackOne answered, and never the key', async () => {
    const { ran } = await refused()
    expect({ code: ran.code, stdout: ran.stdout }).to.deep.equal({ code: 1, stdout: '' })
    expect(ran.stderr)
      .to.match(/^ApiError: .*The key lacks the scope/)
      .and.not.include(key)
  })

  const times: readonly (readonly [string, number])[] = [
    ['90', 90],
    ['90s', 90],
    ['30m', 1800],
    ['12h', 43_200],
    ['5d', 432_000],
  ]

  it('takes times in seconds, minutes, hours and days', async () => {
    const { seconds } = await import('../examples/auth-link/command.ts')
    for (const [text, expected] of times) expect(seconds(text)).to.equal(expected)
    for (const text of ['', '7x', '-1', '1.5h', 'd', '7 d', '7dd']) expect(seconds(text)).to.be.NaN
  })

  it('tells how it is used', async () => {
    const [used, missing] = [await help(), await none()]
    expect(used).to.include({ code: 0, stderr: '' })
    for (const flag of ['--owner', '--name', '--category', '--provider', '--expires', '--wait', '--json'])
      expect(used.stdout).to.match(new RegExp(`^  ${flag}`, 'm'))
    expect(missing).to.include({ code: 2, stdout: '' })
    expect(missing.stderr).to.include("'--owner <id>'")
  })
})
