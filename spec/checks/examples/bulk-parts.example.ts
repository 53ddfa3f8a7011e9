import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { customersOf } from '../../../examples/bulk/customers.ts'
import { faultySandbox, writeCustomers } from '../../../examples/bulk/demo.ts'
import { openFailures } from '../../../examples/bulk/failures.ts'
import { openLinks } from '../../../examples/bulk/links.ts'
import { lock } from '../../../examples/bulk/lock.ts'
import { createMinter } from '../../../examples/bulk/mint.ts'
import { summarize } from '../../../examples/bulk/summary.ts'
import { createProgressBar } from '../../../examples/bulk/terminal.ts'
import { ConnectSessionToken, createClient, session, TimeoutError } from '../../../lib/index.ts'
import { sandbox } from '../../../lib/testing/index.ts'
import { until } from '../../support/call.ts'
import { caught } from '../../support/caught.ts'
import { rightOf } from '../../support/either.ts'
import { itEach } from '../../support/it-each.ts'

const acme = session().owner('acme-42', 'Acme Inc.')

describe('The modules of the bulk example', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bulk-parts-'))
  const file = join(folder, 'file.csv')
  const locks = (): readonly string[] => readdirSync(folder).filter((entry) => entry.includes('.lock'))
  afterEach(() => rmSync(file, { force: true }))
  after(() => rmSync(folder, { recursive: true, force: true }))

  describe('createMinter', () => {
    const setUp = (perMinute: number, maxAttempts = 6) => {
      const api = sandbox()
      const stop = new AbortController()
      const client = createClient({ apiKey: key, fetch: api.fetch })
      return { api, stop, mint: createMinter(client, { perMinute, maxAttempts, signal: stop.signal }) }
    }
    const key = 'v1.eu1.mine'

    it('sends at most `perMinute` requests per minute, and cancels the waiting ones on abort', async () => {
      const { api, stop, mint } = setUp(5)
      const results = Array.from({ length: 8 }, () => mint(acme).catch((reason: unknown) => reason))
      expect(await until(() => api.requests.length === 5)).to.equal(true)
      await sleep(100)
      stop.abort('enough')
      const ends = await Promise.all(results)
      expect(api.requests).to.have.length(5)
      expect(ends.filter((end) => end === 'enough')).to.have.length(3)
    })

    it('sends at most `perMinute` requests in any minute, also across two minutes', async () => {
      const { api, stop, mint } = setUp(3)
      const { now } = Date
      const send = (count: number) => Array.from({ length: count }, () => mint(acme).catch((reason: unknown) => reason))
      try {
        await Promise.all(send(1))
        Date.now = () => now() + 59_000
        await Promise.all(send(2))
        Date.now = () => now() + 61_000
        const results = send(3)
        expect(await until(() => api.requests.length > 3)).to.equal(true)
        await sleep(100)
        expect(api.requests).to.have.length(4)
        stop.abort('enough')
        await Promise.all(results)
      } finally {
        Date.now = now
      }
    })

    it('counts retries as requests', async () => {
      const { api, stop, mint } = setUp(5)
      api.fail('reset', { times: 2 })
      const results = Array.from({ length: 4 }, () => mint(acme).catch((reason: unknown) => reason))
      expect(await until(() => api.requests.length === 5)).to.equal(true)
      await sleep(500)
      stop.abort('enough')
      const ends = await Promise.all(results)
      expect(api.requests).to.have.length(5)
      expect(ends.filter((end) => end === 'enough')).to.have.length(1)
    })

    it('sends nothing during the Retry-After of a 429', async () => {
      const { api, mint } = setUp(1000)
      api.fail({ status: 429, retryAfter: 1 })
      const started = performance.now()
      const first = mint(acme)
      expect(await until(() => api.requests.length === 1)).to.equal(true)
      await sleep(20)
      const others = [mint(acme), mint(acme)]
      await sleep(300)
      expect(api.requests).to.have.length(1)
      for (const result of await Promise.all([first, ...others])) expect(rightOf(result).token).to.be.a('string')
      expect(performance.now() - started).to.be.at.least(990)
      expect(api.requests).to.have.length(4)
    })

    it('cancels all waits immediately on abort, without a warning', async () => {
      const { api, stop, mint } = setUp(1000)
      const warnings: Error[] = []
      const onWarning = (warning: Error): unknown => warnings.push(warning)
      process.on('warning', onWarning)
      try {
        api.fail({ status: 429, retryAfter: 60 })
        const first = mint(acme).catch((error: unknown) => error)
        expect(await until(() => api.requests.length === 1)).to.equal(true)
        await sleep(20)
        const others = Array.from({ length: 20 }, () => mint(acme).catch((reason: unknown) => reason))
        await sleep(20)
        stop.abort('enough')
        for (const end of await Promise.all(others)) expect(end).to.equal('enough')
        expect(await first)
          .to.be.an('error')
          .with.property('name', 'AbortError')
      } finally {
        process.off('warning', onWarning)
      }
      expect(warnings).to.deep.equal([])
      expect(api.requests).to.have.length(1)
    })

    it('stops after `maxAttempts` requests, or immediately if the error is permanent', async () => {
      const { api, mint } = setUp(1000, 3)
      api.fail(500, { times: 3 })
      expect(await mint(acme)).to.have.nested.property('left.status', 500)
      expect(api.requests).to.have.length(3)
      api.fail(422)
      expect(await mint(acme)).to.have.nested.property('left.status', 422)
      expect(await mint(acme.label(' '))).to.have.nested.property('left.name', 'ValidationError')
      expect(api.requests).to.have.length(4)
    })

    it('fails if the response has no auth link', async () => {
      const { api, mint } = setUp(1000)
      api.fail({ drift: 'no auth_link_url' })
      expect(await mint(acme)).to.have.nested.property('left.name', 'InvalidResponseError')
      expect(api.requests).to.have.length(1)
    })
  })

  describe('openLinks', () => {
    const header = 'owner,name,link,expires_at\n'
    const created = rightOf(
      ConnectSessionToken.decode({
        token: 'tok',
        auth_link_url: 'https://api.example/connect/tok',
        created_at: '2026-05-04T10:00:00.000Z',
      }),
    )
    const customer = (owner: string, name: string) => ({ owner, name, categories: [] })
    const line = (owner: string, name: string): string =>
      `${owner},${name},https://api.example/connect/tok,2026-05-04T10:30:00.000Z\n`
    const acmeLine = line('acme-42', '"Acme\r\nInc."')

    const incomplete: readonly (readonly [title: string, before: string, after: string, owners: readonly string[]])[] =
      [
        ['with an incomplete header', header.slice(0, 9), header, []],
        ['that is empty', '', header, []],
        ['with only a header', header, header, []],
        ['that is complete', header + acmeLine, header + acmeLine, ['acme-42']],
        [
          'without its last line break',
          header + acmeLine + line('globex-7', 'Globex').trimEnd(),
          header + acmeLine,
          ['acme-42'],
        ],
        ['that ends within a cell', `${header}${acmeLine}glob`, header + acmeLine, ['acme-42']],
        [
          'that ends within quotes, after a line break',
          `${header}${acmeLine}globex-7,"Glo\n`,
          header + acmeLine,
          ['acme-42'],
        ],
        [
          'that a spreadsheet saved',
          `\uFEFF${(header + line('acme-42', 'Acme')).replaceAll('\n', '\r\n')}`,
          '',
          ['acme-42'],
        ],
      ]

    itEach('continues an incomplete file', incomplete, async ([, before, after, owners]) => {
      writeFileSync(file, before)
      const links = await openLinks(file)
      expect([...links.owners]).to.deep.equal(owners)
      await links.append(customer('hooli-9', 'Hooli, "the"\nBest'), created)
      await links.close()
      expect(readFileSync(file, 'utf8')).to.equal(`${after || before}${line('hooli-9', '"Hooli, ""the""\nBest"')}`)
      const again = await openLinks(file)
      expect([...again.owners]).to.deep.equal([...owners, 'hooli-9'])
      await again.close()
      expect(locks()).to.deep.equal([])
    })

    it('writes all of many concurrent appends', async () => {
      const links = await openLinks(file)
      await Promise.all(
        Array.from({ length: 50 }, (_, index) => links.append(customer(`acme-${index}`, 'Acme'), created)),
      )
      await links.close()
      const again = await openLinks(file)
      expect([...again.owners]).to.have.members(Array.from({ length: 50 }, (_, index) => `acme-${index}`))
      await again.close()
    })

    it('leaves a file unchanged that it did not write', async () => {
      const others = [
        ...['owner,name,category\nacme-42,Acme', 'owner,name\n', '\n', header.replaceAll(',', ';')],
        `${header.trim()},note\nacme-42,Acme,https://api.example/connect/tok,2026-05-04T10:30:00.000Z,mailed\n`,
        (header + line('acme-42', 'Acme')).replaceAll('\n', '\r'), // the line endings of classic Mac OS
      ]
      for (const text of others) {
        writeFileSync(file, text)
        expect(await caught(openLinks(file)))
          .to.have.property('message')
          .that.includes('is left unchanged')
        expect(readFileSync(file, 'utf8')).to.equal(text)
        expect(locks()).to.deep.equal([])
      }
    })

    it('escapes cells that a spreadsheet would evaluate, and recognizes their owners', async () => {
      const links = await openLinks(file)
      await links.append(customer('-acme', '=HYPERLINK("https://evil.example")'), created)
      await links.close()
      expect(readFileSync(file, 'utf8')).to.equal(
        `${header}'-acme,"'=HYPERLINK(""https://evil.example"")",https://api.example/connect/tok,2026-05-04T10:30:00.000Z\n`,
      )
      const again = await openLinks(file)
      expect([...again.owners]).to.deep.equal(['-acme'])
      await again.close()
    })

    it('tells an owner that starts with an apostrophe from an escaped one', async () => {
      const owners = ['=acme', "'=acme", "''=acme", "'acme"]
      const links = await openLinks(file)
      for (const owner of owners) await links.append(customer(owner, 'Acme'), created)
      await links.close()
      const again = await openLinks(file)
      expect([...again.owners]).to.deep.equal(owners)
      await again.close()
    })

    if (process.platform !== 'win32')
      it('creates a file that only its user can read', async () => {
        await (await openLinks(file)).close()
        expect(statSync(file).mode & 0o077).to.equal(0)
      })

    it('ignores the lock of a killed run, whose heartbeat has stopped', async () => {
      writeFileSync(file, header)
      mkdirSync(`${file}.lock`)
      const tenSecondsAgo = Date.now() / 1000 - 10
      utimesSync(`${file}.lock`, tenSecondsAgo, tenSecondsAgo)
      await (await openLinks(file)).close()
      expect(locks()).to.deep.equal([])
    })

    it('does not take over a lock with a heartbeat, though no process of this host holds it', async () => {
      writeFileSync(file, header)
      mkdirSync(`${file}.lock`)
      expect(await caught(lock(file, 0)))
        .to.have.property('message')
        .that.matches(/file\.csv is locked by another run of this command\. Wait until it has ended\.$/)
      expect(locks()).to.deep.equal(['file.csv.lock'])
      rmSync(`${file}.lock`, { recursive: true })
    })

    if (process.platform !== 'win32')
      it('is locked under all names of a file: a symbolic link, a relative path', async () => {
        const links = await openLinks(file)
        const linked = join(folder, 'linked.csv')
        symlinkSync(file, linked)
        for (const name of [linked, relative(process.cwd(), file), join(folder, '.', 'file.csv')])
          expect(await caught(lock(name, 0)))
            .to.have.property('message')
            .that.includes('is locked by another run')
        await links.close()
        rmSync(linked)
      })

    it('stops writing once another run has taken its lock', async () => {
      const links = await openLinks(file)
      utimesSync(`${file}.lock`, 1, 1) // as if this process had been suspended
      await sleep(1500)
      expect(await caught(links.append(customer('acme-42', 'Acme'), created)))
        .to.have.property('message')
        .that.matches(/^The lock of .*file\.csv was lost\. Run the command again to continue\.$/)
      expect(readFileSync(file, 'utf8')).to.equal(header)
      await links.close()
      rmSync(`${file}.lock`, { recursive: true })
    })

    it('stops writing once another program has changed the file', async () => {
      const links = await openLinks(file)
      await links.append(customer('acme-42', 'Acme'), created)
      appendFileSync(file, line('globex-7', 'Globex'))
      expect(await caught(links.append(customer('globex-7', 'Globex'), created)))
        .to.have.property('message')
        .that.includes('was changed by another program')
      await links.close()
      expect(readFileSync(file, 'utf8')).to.equal(header + line('acme-42', 'Acme') + line('globex-7', 'Globex'))
    })

    it('is locked by only one of several concurrent runs', async () => {
      const names = Array.from({ length: 20 }, (_, index) => join(folder, `concurrent-${index}.csv`))
      for (const name of names) writeFileSync(name, '')
      // The listener keeps each process and its locks alive until all are done.
      const script = `
        const { lock } = await import('./examples/bulk/lock.ts')
        const locked = []
        process.on('message', async (names) => {
          for (const name of names) await lock(name, 0).then(() => locked.push(name), () => {})
          process.send(locked)
        })
        process.send('ready')`
      const runs = Array.from({ length: 4 }, () =>
        spawn(process.execPath, ['--import=./spec/support/typescript.js', '--input-type=module', '-e', script], {
          stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
        }),
      )
      try {
        await Promise.all(runs.map((run) => once(run, 'message')))
        for (const run of runs) run.send(names)
        const locked = (await Promise.all(runs.map((run) => once(run, 'message')))).flatMap(([names]) => names)
        expect(locked.sort()).to.deep.equal([...names].sort())
      } finally {
        await Promise.all(runs.map((run) => run.kill('SIGKILL') && once(run, 'exit')))
        for (const entry of locks()) rmSync(join(folder, entry), { recursive: true })
      }
    })
  })

  describe('openFailures', () => {
    it('writes the header first, then concurrent failures in order', async () => {
      const fail = await openFailures(file)
      const owners = Array.from({ length: 200 }, (_, index) => `acme-${index}`)
      const error = new TimeoutError('No response.')
      await Promise.all(owners.map((owner) => fail({ owner, name: 'Acme', categories: ['ats', 'hris'] }, error)))
      const rows = owners.map((owner) => `${owner},Acme,ats hris,TimeoutError: No response.\n`)
      expect(readFileSync(file, 'utf8')).to.equal(`owner,name,category,reason\n${rows.join('')}`)
    })

    it('escapes cells that a spreadsheet would evaluate, and is read back as it was', async () => {
      const fail = await openFailures(file)
      const customer = { owner: '@acme', name: '+Acme', categories: ['ats', 'hris'] }
      await fail(customer, new TimeoutError('No response.'))
      expect(readFileSync(file, 'utf8')).to.include("\n'@acme,'+Acme,ats hris,")
      for await (const read of customersOf(file)) expect(read).to.deep.equal(customer)
    })
  })

  describe('summarize', () => {
    const counts = { rows: 3, created: 3, existing: 0, failed: 0, duplicates: 0 }

    it('is one line for a run that created all links', () => {
      expect(summarize(counts, 'links.csv', 'failed.csv')).to.equal('3 links created, saved in links.csv')
    })

    it('says if no link was created', () => {
      const summary = summarize({ ...counts, created: 0, existing: 3 }, 'links.csv', 'failed.csv')
      expect(summary).to.equal('No links created\n3 customers already had a link in links.csv')
    })

    it('lists the other outcomes, and says what to do about them', () => {
      const mixed = { rows: 9, created: 1, existing: 2, failed: 1, duplicates: 1 }
      expect(summarize(mixed, 'links.csv', 'failed.csv').split('\n')).to.deep.equal([
        '1 link created, saved in links.csv',
        '2 customers already had a link in links.csv',
        '1 duplicate row skipped',
        '1 customer failed: see failed.csv, then run the command again to retry',
        '4 customers not processed: run the command again to continue',
      ])
    })
  })

  describe('createProgressBar', () => {
    it('leaves the cursor visible, since a killed run could not restore it', () => {
      const { isTTY, write } = process.stderr
      const written: string[] = []
      Object.assign(process.stderr, { isTTY: true, write: (text: string) => written.push(text) > 0 })
      try {
        const bar = createProgressBar(10)
        bar.increment()
        bar.stop()
      } finally {
        Object.assign(process.stderr, { isTTY, write })
      }
      expect(written.join('')).to.include('1/10')
      expect(written.join('')).not.to.include('\x1b[?25l')
    })
  })

  describe('faultySandbox', () => {
    itEach('returns faults for the given share of the requests', [0, 0.1, 1], async (share) => {
      const client = createClient({ apiKey: 'any', fetch: faultySandbox(share).fetch, retries: 0 })
      const ends = await Promise.all(Array.from({ length: 1000 }, () => acme.task(client)()))
      expect(ends.filter(({ _tag }) => _tag === 'Left').length / 1000).to.be.closeTo(share, 0.03)
    })
  })

  describe('customersOf', () => {
    const readAll = async (): Promise<readonly string[]> => {
      const owners: string[] = []
      for await (const { owner } of customersOf(file)) owners.push(owner)
      return owners
    }

    const malformed: readonly (readonly [title: string, text: string | Buffer, message: RegExp])[] = [
      ['without a column for the owner', 'id,name\na,b\n', /file\.csv: the header has no column 'owner' \(expected/],
      ['that is empty', '', /file\.csv: the header has no column 'owner' or 'name'/],
      ['with only blank lines', '\uFEFF\r\n\r\n', /has no column 'owner' or 'name'/],
      ['with other separators', 'owner;name\na;b\n', /has no column 'owner' or 'name'/],
      [
        'that is not UTF-8',
        Buffer.from('owner,name\na,b\nc,M\xFCller\n', 'latin1'),
        /file\.csv: line 3 is not valid UTF-8/,
      ],
      ['with an unclosed quote', 'owner,name\na,"b\nc,d\n', /file\.csv: Quote Not Closed.*line \d/],
      [
        'with an unclosed quote in a long file',
        `owner,name\na,"b\n${'c,d\n'.repeat(50_000)}`,
        /file\.csv: Max Record Size/,
      ],
    ]

    itEach('rejects a malformed file', malformed, async ([, text, message]) => {
      writeFileSync(file, text)
      expect(await caught(readAll()))
        .to.have.property('message')
        .that.matches(message)
    })

    it('reads the customers that writeCustomers wrote', async () => {
      await writeCustomers(file, 1000)
      expect(await readAll()).to.deep.equal(Array.from({ length: 1000 }, (_, index) => `acme-${index + 1}`))
    })
  })
})
