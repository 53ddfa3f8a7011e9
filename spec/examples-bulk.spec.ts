import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { writeCustomers } from '../examples/bulk/demo.ts'
import { sandbox } from '../lib/testing/index.ts'
import { rowsOf, startBulk } from './support/bulk.ts'
import { until } from './support/call.ts'
import { early } from './support/early.ts'

const key = 'v1.eu1.mine'
const folder = mkdtempSync(join(tmpdir(), 'bulk-'))
const at = (name: string): string => join(folder, name)

/** A sandbox that stands for the API, and how to reach it. */
const theApi = async () => {
  const api = sandbox({ apiKey: key })
  const { url } = await api.listen()
  return { api, env: { STACKONE_API_KEY: key, STACKONE_BASE_URL: url } }
}

const count = 300

/** Killed twice, its last line broken by hand, interrupted once, then left to end. */
const interrupted = async () => {
  const { api, env } = await theApi()
  api.fail(503, { rate: 0.05 })
  api.fail('reset', { rate: 0.03 })
  api.fail('cut', { rate: 0.02 })
  const files = [at('customers.csv'), at('links.csv')] as const
  await writeCustomers(files[0], count)
  const whole: string[] = []

  /** Runs until some more sessions were minted than before. */
  const runUntil = async (more: number, signal: 'SIGINT' | 'SIGKILL') => {
    const running = startBulk(files, env)
    const minted = api.sessions.length + more
    await until(() => api.sessions.length >= minted, 20_000)
    running.kill(signal)
    const ended = await running.ended
    whole.push(readFileSync(files[1], 'utf8').replace(/[^\n]*$/, ''))
    return ended
  }

  try {
    const killed = await runUntil(20 + Math.floor(Math.random() * 60), 'SIGKILL')
    const again = await runUntil(20 + Math.floor(Math.random() * 60), 'SIGKILL')
    const cut = (whole.at(-1)?.length ?? 0) - 7
    truncateSync(files[1], cut)
    whole.push(
      whole
        .pop()
        ?.slice(0, cut)
        .replace(/[^\n]*$/, '') ?? '',
    )
    const stopped = await runUntil(20 + Math.floor(Math.random() * 60), 'SIGINT')
    const done = await startBulk(files, env).ended
    return { api, whole, killed, again, stopped, done, rows: rowsOf(files[1]), text: readFileSync(files[1], 'utf8') }
  } finally {
    await api[Symbol.asyncDispose]()
  }
}

/** Each kind of line that a CSV of customers may have. */
const odd = async () => {
  const { api, env } = await theApi()
  const lines = [
    '\uFEFFOwner, Plan ,NAME,Category',
    'acme-42,pro,"Acme ""The\r\nBest"", Inc.","hris; ats"',
    '',
    ' globex-7 , free, Globex ,',
    'acme-42,pro,Acme again,',
    'initech-3,pro,Initech,hros',
    ',,Nobody,',
    ',,Nobody else,',
    'hooli-9',
    ',,,',
  ]
  const customers = at('odd.csv')
  writeFileSync(customers, lines.join('\r\n'))
  try {
    const ran = await startBulk([customers, at('odd-links.csv')], env).ended
    const bodies = api.requests.map(({ body }) => body)
    return { ran, bodies, links: rowsOf(at('odd-links.csv')), failures: rowsOf(at('odd-links.failed.csv')) }
  } finally {
    await api[Symbol.asyncDispose]()
  }
}

/** With a key that is none: nobody would fare better. */
const refused = async () => {
  const { api, env } = await theApi()
  writeFileSync(at('refused.csv'), 'owner,name\nacme-42,Acme Inc.\nglobex-7,Globex\n')
  try {
    const flags = ['--concurrency', '1']
    const wrong = { ...env, STACKONE_API_KEY: 'v1.eu1.other' }
    const ran = await startBulk([at('refused.csv'), at('refused-links.csv'), ...flags], wrong).ended
    return { ran, requests: api.requests.length }
  } finally {
    await api[Symbol.asyncDispose]()
  }
}

/** Without an account, though the files are named. */
const unset = async () => {
  const files = [at('unset.csv'), at('unset-links.csv')] as const
  writeFileSync(files[0], 'owner,name\nacme-42,Acme Inc.\n')
  const { stdout } = await startBulk([...files, '--faults', '0']).ended
  return { stdout, isThere: existsSync(files[1]), rows: rowsOf(at('unset-links.sandbox.csv')) }
}

/** Over the failures of a run before. */
const failed = async () => {
  const [text, customers] = ['owner,name,category,reason\nacme-42,Acme Inc.,hris,none\n', at('again.failed.csv')]
  writeFileSync(customers, text)
  const env = { STACKONE_API_KEY: key, STACKONE_BASE_URL: 'http://127.0.0.1:9' }
  return { ran: await startBulk([customers, at('again.csv')], env).ended, text, after: readFileSync(customers, 'utf8') }
}

/** Two Ctrl-C while no answer comes. */
const twice = async () => {
  const { api, env } = await theApi()
  api.fail('silence', { rate: 1 })
  const files = [at('twice.csv'), at('twice-links.csv')]
  writeFileSync(at('twice.csv'), 'owner,name\nacme-42,Acme Inc.\n')
  try {
    const running = startBulk(files, env)
    await until(() => api.requests.length > 0, 20_000)
    running.kill('SIGINT')
    // A machine may be too busy for the first to have been heard.
    const again = setInterval(() => running.kill('SIGINT'), 700)
    return await running.ended.finally(() => clearInterval(again))
  } finally {
    await api[Symbol.asyncDispose]()
  }
}

describe('The example bulk', function () {
  this.timeout(120_000)
  const chain = early(interrupted)
  const oddly = early(odd)
  const unknown = early(refused)
  const gone = early(twice)
  const keyless = early(unset)
  const again = early(failed)
  const demo = early(() => startBulk(['--demo', '40', '--faults', '0'], { TMPDIR: folder, TEMP: folder }).ended)
  after(() => rmSync(folder, { recursive: true, force: true }))

  it('is killed twice and interrupted once, and serves each customer exactly once', async () => {
    const { api, killed, again, stopped, done, rows } = await chain()
    expect([killed.code, again.code]).to.deep.equal([null, null])
    expect(stopped).to.include({ code: 130, stderr: '' })
    expect(done).to.include({ code: 0, stderr: '' })
    expect(rows.map(({ owner = '' }) => owner).sort()).to.deep.equal(
      Array.from({ length: count }, (_, index) => `acme-${index + 1}`).sort(),
    )
    // Each link is one that was minted for that customer.
    const owners = new Map(api.sessions.map(({ auth_link_url, origin_owner_id }) => [auth_link_url, origin_owner_id]))
    expect(rows.filter(({ owner, link }) => owners.get(link) !== owner)).to.deep.equal([])
    expect(rows.filter(({ owner, name }) => name !== `Acme ${owner?.slice(5)}, Inc.`)).to.deep.equal([])
  })

  it('keeps each line that was whole, and takes none back', async () => {
    const { whole, text } = await chain()
    expect(whole).to.have.length(3)
    for (const lines of whole) expect(text.startsWith(lines)).to.equal(true)
    const [first = '', second = '', third = ''] = whole
    expect(first.length).to.be.below(second.length).and.below(third.length)
  })

  it('says at the end what it did, in numbers that add up, and no link', async () => {
    const { stopped, done, api } = await chain()
    for (const { stdout } of [stopped, done]) {
      const [, ...numbers] =
        /: (\d+) minted, (\d+) were there, (\d+) failed, (\d+) repeated, (\d+) left\n$/.exec(stdout) ?? []
      expect(numbers.map(Number).reduce((sum, number) => sum + number, 0)).to.equal(count)
      for (const { token } of api.sessions) expect(stdout).not.to.include(token)
    }
    expect(stopped.stdout).to.match(/ [1-9]\d* left\n$/)
    expect(done.stdout).to.match(/ 0 failed, 0 repeated, 0 left\n$/)
  })

  it('reads what spreadsheets write, serves a customer who is there twice once, and says why others failed', async () => {
    const { ran, bodies, links, failures } = await oddly()
    expect(ran).to.include({ code: 1, stderr: '' })
    expect(ran.stdout).to.include(': 2 minted, 0 were there, 4 failed, 1 repeated, 0 left\n')
    const same = { expires_in: 604_800, metadata: { source: 'bulk' } }
    expect(bodies).to.have.deep.members([
      {
        origin_owner_id: 'acme-42',
        origin_owner_name: 'Acme "The\r\nBest", Inc.',
        categories: ['hris', 'ats'],
        ...same,
      },
      { origin_owner_id: 'globex-7', origin_owner_name: 'Globex', ...same },
    ])
    expect(links.map(({ owner, name }) => [owner, name])).to.have.deep.members([
      ['acme-42', 'Acme "The\r\nBest", Inc.'],
      ['globex-7', 'Globex'],
    ])
    expect(failures.map(({ owner, name, category }) => [owner, name, category])).to.have.deep.members([
      ['initech-3', 'Initech', 'hros'],
      ['', 'Nobody', ''],
      ['', 'Nobody else', ''],
      ['hooli-9', '', ''],
    ])
    expect(failures[0]?.['reason']).to.match(/^categories\[0\]: .* \(did you mean 'hris'\?\)$/)
  })

  it('stops where no customer would fare better', async () => {
    const { ran, requests } = await unknown()
    expect(ran.code).to.equal(2)
    expect(ran.stderr).to.match(/^The run ended early: .*401/)
    expect(ran.stdout).to.include(': 0 minted, 0 were there, 0 failed, 0 repeated, 2 left\n')
    expect(requests).to.equal(1)
  })

  it('puts links of the sandbox where no run with an account takes them for its own', async () => {
    const { stdout, isThere, rows } = await keyless()
    expect(stdout).to.match(/unset-links\.sandbox\.csv: 1 minted/)
    expect(isThere).to.equal(false)
    expect(rows.map(({ owner }) => owner)).to.deep.equal(['acme-42'])
  })

  it('does not overwrite the customers that it is to serve with its failures', async () => {
    const { ran, text, after } = await again()
    expect(ran).to.deep.equal({
      code: 2,
      stdout: '',
      stderr: `error: ${at('again.failed.csv')} is begun anew, so copy it first\n`,
    })
    expect(after).to.equal(text)
  })

  it('ends at once at a second Ctrl-C', async () => {
    // It has not waited for the answer, and then said what it did.
    expect(await gone()).to.deep.equal({ code: 130, stdout: '', stderr: '' })
  })

  it('makes customers up where there is no account and no file', async () => {
    const { code, stdout, stderr } = await demo()
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' })
    const links = join(folder, 'stackone-session-bulk-40', 'links.sandbox.csv')
    expect(stdout).to.equal(`${links}: 40 minted, 0 were there, 0 failed, 0 repeated, 0 left\n`)
    expect(rowsOf(links)).to.have.length(40)
  })
})
