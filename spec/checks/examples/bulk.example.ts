import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { writeCustomers } from '../../../examples/bulk/demo.ts'
import { sandbox } from '../../../lib/testing/index.ts'
import { rowsOf, startBulk } from '../../support/bulk.ts'
import { until } from '../../support/call.ts'
import { early } from '../../support/early.ts'

const key = 'v1.eu1.mine'
const folder = mkdtempSync(join(tmpdir(), 'bulk-'))
const pathOf = (name: string): string => join(folder, name)

/** Serves a sandbox, and returns the environment variables for it. */
const serveApi = async () => {
  const api = sandbox({ apiKey: key })
  const { url } = await api.listen()
  return { api, env: { STACKONE_API_KEY: key, STACKONE_BASE_URL: url } }
}

const count = 300

/** Kills two runs, truncates the last line, interrupts a third run, and lets the fourth finish. */
const runInterrupted = async () => {
  const { api, env } = await serveApi()
  api.fail(503, { rate: 0.05 })
  api.fail('reset', { rate: 0.03 })
  api.fail('cut', { rate: 0.02 })
  const files = [pathOf('customers.csv'), pathOf('links.csv')] as const
  await writeCustomers(files[0], count)
  const completeLines: string[] = []

  /** Sends a signal after `more` sessions were created. */
  const runUntil = async (more: number, signal: 'SIGINT' | 'SIGKILL') => {
    const running = startBulk(files, env)
    const target = api.sessions.length + more
    await until(() => api.sessions.length >= target, 20_000)
    running.kill(signal)
    const ended = await running.ended
    completeLines.push(readFileSync(files[1], 'utf8').replace(/[^\n]*$/, ''))
    return ended
  }

  try {
    const firstKilled = await runUntil(20 + Math.floor(Math.random() * 60), 'SIGKILL')
    const secondKilled = await runUntil(20 + Math.floor(Math.random() * 60), 'SIGKILL')
    const cut = (completeLines.at(-1)?.length ?? 0) - 7
    truncateSync(files[1], cut)
    completeLines.push(
      completeLines
        .pop()
        ?.slice(0, cut)
        .replace(/[^\n]*$/, '') ?? '',
    )
    const stopped = await runUntil(20 + Math.floor(Math.random() * 60), 'SIGINT')
    const done = await startBulk(files, env).ended
    const text = readFileSync(files[1], 'utf8')
    return { api, completeLines, firstKilled, secondKilled, stopped, done, rows: rowsOf(files[1]), text }
  } finally {
    await api[Symbol.asyncDispose]()
  }
}

/** Runs over every kind of line that a CSV file of customers may have. */
const runMixedLines = async () => {
  const { api, env } = await serveApi()
  const lines = [
    '\uFEFFOwner, Plan ,NAME,Category',
    'acme-42,pro,"Acme ""The\r\nBest"", Inc.","hris; ats"',
    '',
    ' globex-7 , free, Globex ,',
    'acme-42,pro,Acme again,',
    'initech-3,pro,Initech,hros',
    ',,Unnamed,',
    ',,Unnamed too,',
    'hooli-9',
    ',,,',
  ]
  const customers = pathOf('mixed.csv')
  writeFileSync(customers, lines.join('\r\n'))
  try {
    const ran = await startBulk([customers, pathOf('mixed-links.csv')], env).ended
    const bodies = api.requests.map(({ body }) => body)
    return { ran, bodies, links: rowsOf(pathOf('mixed-links.csv')), failures: rowsOf(pathOf('mixed-links.failed.csv')) }
  } finally {
    await api[Symbol.asyncDispose]()
  }
}

/** Runs with a key that the API rejects. */
const runWithWrongKey = async () => {
  const { api, env } = await serveApi()
  writeFileSync(pathOf('wrong-key.csv'), 'owner,name\nacme-42,Acme Inc.\nglobex-7,Globex\n')
  try {
    const flags = ['--concurrency', '1']
    const wrongKey = { ...env, STACKONE_API_KEY: 'v1.eu1.other' }
    const ran = await startBulk([pathOf('wrong-key.csv'), pathOf('wrong-key-links.csv'), ...flags], wrongKey).ended
    return { ran, requests: api.requests.length }
  } finally {
    await api[Symbol.asyncDispose]()
  }
}

/** Runs while another program changes the file of links, so that no link can be written. */
const runWithFailingWrite = async () => {
  const { api, env } = await serveApi()
  const files = [pathOf('lost.csv'), pathOf('lost-links.csv')] as const
  writeFileSync(files[0], 'owner,name\nacme-42,Acme Inc.\n')
  api.fail({ slow: 300 }, { rate: 1 })
  try {
    const running = startBulk(files, env)
    await until(() => api.requests.length > 0, 20_000)
    appendFileSync(files[1], 'owner')
    return await running.ended
  } finally {
    await api[Symbol.asyncDispose]()
  }
}

/** Runs without a key, with named files. */
const runWithoutKey = async () => {
  const files = [pathOf('no-key.csv'), pathOf('no-key-links.csv')] as const
  writeFileSync(files[0], 'owner,name\nacme-42,Acme Inc.\n')
  const { stdout } = await startBulk([...files, '--faults', '0']).ended
  return { stdout, isThere: existsSync(files[1]), rows: rowsOf(pathOf('no-key-links.sandbox.csv')) }
}

/** Runs with the failures of an earlier run as input. */
const runOverFailures = async () => {
  const [text, customers] = ['owner,name,category,reason\nacme-42,Acme Inc.,hris,none\n', pathOf('again.failed.csv')]
  writeFileSync(customers, text)
  const env = { STACKONE_API_KEY: key, STACKONE_BASE_URL: 'http://127.0.0.1:9' }
  return {
    ran: await startBulk([customers, pathOf('again.csv')], env).ended,
    text,
    after: readFileSync(customers, 'utf8'),
  }
}

/** Interrupts a run twice while it waits for a response. */
const interruptTwice = async () => {
  const { api, env } = await serveApi()
  api.fail('silence', { rate: 1 })
  const files = [pathOf('twice.csv'), pathOf('twice-links.csv')]
  writeFileSync(pathOf('twice.csv'), 'owner,name\nacme-42,Acme Inc.\n')
  try {
    const running = startBulk(files, env)
    await until(() => api.requests.length > 0, 20_000)
    running.kill('SIGINT')
    // Repeated, since a busy machine may deliver the second signal together with the first.
    const again = setInterval(() => running.kill('SIGINT'), 700)
    return await running.ended.finally(() => clearInterval(again))
  } finally {
    await api[Symbol.asyncDispose]()
  }
}

describe('The bulk example', function () {
  this.timeout(120_000)
  const interruptedRuns = early(runInterrupted)
  const mixedLines = early(runMixedLines)
  const wrongKey = early(runWithWrongKey)
  const interruptedTwice = early(interruptTwice)
  const failingWrite = early(runWithFailingWrite)
  const withoutKey = early(runWithoutKey)
  const overFailures = early(runOverFailures)
  const demo = early(() => startBulk(['--demo', '40', '--faults', '0'], { TMPDIR: folder, TEMP: folder }).ended)
  after(() => rmSync(folder, { recursive: true, force: true }))

  it('creates exactly one link per customer over two killed runs, an interrupted one and a complete one', async () => {
    const { api, firstKilled, secondKilled, stopped, done, rows } = await interruptedRuns()
    expect([firstKilled.code, secondKilled.code]).to.deep.equal([null, null])
    expect(stopped).to.include({ code: 130, stderr: '' })
    expect(done).to.include({ code: 0, stderr: '' })
    expect(rows.map(({ owner = '' }) => owner).sort()).to.deep.equal(
      Array.from({ length: count }, (_, index) => `acme-${index + 1}`).sort(),
    )
    // Each link was created for the customer in its row.
    const owners = new Map(api.sessions.map(({ auth_link_url, origin_owner_id }) => [auth_link_url, origin_owner_id]))
    expect(rows.filter(({ owner, link }) => owners.get(link) !== owner)).to.deep.equal([])
    expect(rows.filter(({ owner, name }) => name !== `Acme ${owner?.slice(5)}, Inc.`)).to.deep.equal([])
  })

  it('keeps every complete line of the earlier runs', async () => {
    const { completeLines, text } = await interruptedRuns()
    expect(completeLines).to.have.length(3)
    for (const lines of completeLines) expect(text.startsWith(lines)).to.equal(true)
    const [first = '', second = '', third = ''] = completeLines
    expect(first.length).to.be.below(second.length).and.below(third.length)
  })

  it('prints a summary whose counts add up, without a token', async () => {
    const { stopped, done, api } = await interruptedRuns()
    for (const { stdout } of [stopped, done]) {
      const numbers = stdout.match(/^\d+/gm) ?? []
      expect(numbers.map(Number).reduce((sum, number) => sum + number, 0)).to.equal(count)
      for (const { token } of api.sessions) expect(stdout).not.to.include(token)
    }
    expect(stopped.stdout).to.match(/^\d+ customers? not processed: run the command again to continue\n$/m)
    expect(done.stdout).to.match(
      /^\d+ links? created, saved in .*links\.csv\n\d+ customers? already had a link in .*links\.csv\n$/,
    )
  })

  it('reads CSV files of spreadsheets, skips duplicate customers, and lists failures with their reasons', async () => {
    const { ran, bodies, links, failures } = await mixedLines()
    expect(ran).to.include({ code: 1, stderr: '' })
    expect(ran.stdout.split('\n')).to.deep.equal([
      `2 links created, saved in ${pathOf('mixed-links.csv')}`,
      '1 duplicate row skipped',
      `4 customers failed: see ${pathOf('mixed-links.failed.csv')}, then run the command again to retry`,
      '',
    ])
    const base = { expires_in: 604_800, metadata: { source: 'bulk' } }
    expect(bodies).to.have.deep.members([
      {
        origin_owner_id: 'acme-42',
        origin_owner_name: 'Acme "The\r\nBest", Inc.',
        categories: ['hris', 'ats'],
        ...base,
      },
      { origin_owner_id: 'globex-7', origin_owner_name: 'Globex', ...base },
    ])
    expect(links.map(({ owner, name }) => [owner, name])).to.have.deep.members([
      ['acme-42', 'Acme "The\r\nBest", Inc.'],
      ['globex-7', 'Globex'],
    ])
    expect(failures.map(({ owner, name, category }) => [owner, name, category])).to.have.deep.members([
      ['initech-3', 'Initech', 'hros'],
      ['', 'Unnamed', ''],
      ['', 'Unnamed too', ''],
      ['hooli-9', '', ''],
    ])
    expect(failures[0]?.['reason']).to.match(/^categories\[0\]: .*did you mean 'hris'\?/)
  })

  it('stops early if every request would fail with the same error', async () => {
    const { ran, requests } = await wrongKey()
    expect(ran.code).to.equal(2)
    expect(ran.stderr).to.match(/^Stopped early: .*401/)
    expect(ran.stdout).to.match(/^No links created\n2 customers not processed: run the command again to continue\n$/)
    expect(requests).to.equal(1)
  })

  it('fails if a link cannot be written', async () => {
    const { code, stderr } = await failingWrite()
    expect(stderr).to.match(/^Stopped early: .*lost-links\.csv was changed by another program\n$/)
    expect(code).to.equal(2)
  })

  it('writes sandbox links to a separate file', async () => {
    const { stdout, isThere, rows } = await withoutKey()
    expect(stdout).to.match(/^1 link created, saved in .*no-key-links\.sandbox\.csv\n$/)
    expect(isThere).to.equal(false)
    expect(rows.map(({ owner }) => owner)).to.deep.equal(['acme-42'])
  })

  it('does not overwrite its input with its failures', async () => {
    const { ran, text, after } = await overFailures()
    expect(ran).to.deep.equal({
      code: 2,
      stdout: '',
      stderr: `error: ${pathOf('again.failed.csv')} would be overwritten (rename the file of customers)\n`,
    })
    expect(after).to.equal(text)
  })

  it('exits immediately after a second Ctrl-C', async () => {
    // It prints no summary, and does not wait for the response.
    expect(await interruptedTwice()).to.deep.equal({ code: 130, stdout: '', stderr: '' })
  })

  it('creates demo customers if there is neither a key nor a file', async () => {
    const { code, stdout, stderr } = await demo()
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' })
    const links = join(folder, 'stackone-session-bulk-40', 'links.sandbox.csv')
    expect(stdout).to.equal(`40 links created, saved in ${links}\n`)
    expect(rowsOf(links)).to.have.length(40)
  })
})
